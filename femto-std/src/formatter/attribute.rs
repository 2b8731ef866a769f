//! The attributes of a `LogRecord` of Python, found in a record.
//!
//! Runs on the *collector*, below [`super::pattern`].

use core::fmt::{self, Write};
use core::time::Duration;

use femto_core::{Level, Record, Value};

use super::CaptureMask;
use crate::error::nearest;

/// An attribute that every record has. `asctime` and `message` are made by the formatter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    Message,
    AscTime,
    Name,
    LevelNo,
    LevelName,
    Msecs,
    Created,
    RelativeCreated,
    PathName,
    FileName,
    Module,
    LineNo,
    FuncName,
    Thread,
    ThreadName,
    Process,
    ProcessName,
    TaskName,
    ExcText,
    StackInfo,
}

impl Attribute {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|&(_, field)| field)
    }

    #[cfg(feature = "cli")]
    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, known)| *known == self).map_or("", |&(name, _)| name)
    }

    pub(super) fn mask(self) -> CaptureMask {
        match self {
            Self::PathName | Self::FileName | Self::Module | Self::LineNo => CaptureMask::LOCATION,
            Self::FuncName => CaptureMask::FUNCTION,
            Self::Thread => CaptureMask::THREAD_ID,
            Self::ThreadName => CaptureMask::THREAD_NAME,
            Self::Process => CaptureMask::PROCESS_ID,
            Self::ProcessName => CaptureMask::PROCESS_NAME,
            Self::TaskName => CaptureMask::TASK_NAME,
            _ => CaptureMask::NONE,
        }
    }

    /// A value of the kind that the attribute usually has, to check formats with.
    pub(super) fn sample(self) -> Value<'static> {
        match self {
            Self::LevelNo | Self::LineNo | Self::Thread | Self::Process => Value::I64(0),
            Self::Msecs | Self::Created | Self::RelativeCreated => Value::F64(0.0),
            _ => Value::Str(""),
        }
    }

    /// The attribute's value; `made` is room for a text that is not in the record.
    pub(super) fn value<'r>(
        self,
        record: &'r Record<'_>,
        start: Duration,
        made: &'r mut String,
    ) -> Value<'r> {
        match self {
            Self::Message | Self::AscTime => Value::Str(made),
            Self::Name => Value::Str(record.logger_name()),
            Self::LevelNo => Value::U8(record.level().number()),
            Self::LevelName => match level_name(record) {
                Some(name) => Value::Str(name),
                None => {
                    let result = write!(made, "Level {}", record.level().number());
                    debug_assert!(result.is_ok(), "a string takes everything");
                    Value::Str(made)
                }
            },
            Self::Msecs => Value::F64(time(record).subsec_millis().into()),
            // As Python divides, so that the last digit is the same.
            Self::Created => Value::F64(time(record).as_nanos() as f64 / 1e9),
            Self::RelativeCreated => {
                let (time, start) = (nanos(time(record)), nanos(start));
                Value::F64((time - start) as f64 / 1e6)
            }
            Self::PathName => Value::Str(path(record)),
            Self::FileName => Value::Str(file_name(path(record))),
            Self::Module => Value::Str(match (record.file(), record.module_path()) {
                (None, Some(module)) => module,
                _ => stem(file_name(path(record))),
            }),
            Self::LineNo => Value::U32(record.line().unwrap_or(0)),
            Self::FuncName => Value::Str(record.function().unwrap_or("(unknown function)")),
            Self::Thread => record.thread_id().map_or(Value::None, Value::U64),
            Self::ThreadName => text(record.thread_name()),
            Self::Process => record.process_id().map_or(Value::None, Value::U32),
            Self::ProcessName => text(record.process_name()),
            Self::TaskName => text(record.task_name()),
            Self::ExcText => text(record.exception()),
            Self::StackInfo => text(record.stack()),
        }
    }
}

/// The level's name, in Python's words; `None` if it has none.
pub(super) fn level_name<'r>(record: &'r Record<'_>) -> Option<&'r str> {
    let added = || crate::level::added_name(record.level());
    record.level_name().or_else(added).or_else(|| name_of(record.level()))
}

/// A level's name, in Python's words.
pub(super) fn name_of(level: Level) -> Option<&'static str> {
    match level {
        Level::WARN => Some("WARNING"),
        level => level.name(),
    }
}

/// The time since the Unix epoch; the epoch itself if the record's maker has no clock.
pub(super) fn time(record: &Record<'_>) -> Duration {
    record.time().unwrap_or_default()
}

fn nanos(time: Duration) -> i128 {
    i128::try_from(time.as_nanos()).unwrap_or(i128::MAX)
}

fn text(text: Option<&str>) -> Value<'_> {
    text.map_or(Value::None, Value::Str)
}

fn path<'r>(record: &'r Record<'_>) -> &'r str {
    record.file().unwrap_or("(unknown file)")
}

/// Python's `os.path.basename`.
fn file_name(path: &str) -> &str {
    let separator = |c| c == '/' || cfg!(windows) && c == '\\';
    path.rsplit_once(separator).map_or(path, |(_, name)| name)
}

/// Python's `os.path.splitext`: points at the beginning do not begin an extension.
fn stem(name: &str) -> &str {
    let points = name.len() - name.trim_start_matches('.').len();
    match name[points..].rfind('.') {
        Some(end) => &name[..points + end],
        None => name,
    }
}

/// What is told of a field's name that no record has.
pub(crate) struct NoField<'a>(pub(crate) &'a str);

impl fmt::Display for NoField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "names `{}`: ", self.0)?;
        if let Some(meant) = nearest(self.0, NAMES.map(|(name, _)| name)) {
            write!(f, "did you mean `{meant}`? ")?;
        }
        f.write_str(
            "allowed are the attributes of Python's LogRecord that hold no objects, and keys that \
             have a default or are static fields",
        )
    }
}

const NAMES: [(&str, Attribute); 20] = [
    ("message", Attribute::Message),
    ("asctime", Attribute::AscTime),
    ("name", Attribute::Name),
    ("levelno", Attribute::LevelNo),
    ("levelname", Attribute::LevelName),
    ("msecs", Attribute::Msecs),
    ("created", Attribute::Created),
    ("relativeCreated", Attribute::RelativeCreated),
    ("pathname", Attribute::PathName),
    ("filename", Attribute::FileName),
    ("module", Attribute::Module),
    ("lineno", Attribute::LineNo),
    ("funcName", Attribute::FuncName),
    ("thread", Attribute::Thread),
    ("threadName", Attribute::ThreadName),
    ("process", Attribute::Process),
    ("processName", Attribute::ProcessName),
    ("taskName", Attribute::TaskName),
    ("exc_text", Attribute::ExcText),
    ("stack_info", Attribute::StackInfo),
];
