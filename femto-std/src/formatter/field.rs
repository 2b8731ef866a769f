//! Fields: what a line for programs or a terminal can show of a record.
//!
//! Chosen where a formatter is made; found in records on the *collector*.

use core::fmt::{self, Write};
use core::str::FromStr;

use femto_core::{Record, Value};

use super::CaptureMask;
use crate::Error;

/// A part of a JSON, logfmt or pretty line. One that a record does not have is left out.
///
/// | field | its name, and key | |
/// |---|---|---|
/// | `Time` | `time` | RFC 3339, or by the date format; `uptime` in seconds where the epoch is not known |
/// | `UnixTime` | `unix_time` | an integer: how many units of the precision since 1970 |
/// | `Level` | `level` | the name |
/// | `LevelNumber` | `level_number` | 0 to 255 |
/// | `Logger` | `logger` | name of the logger, or the statement's `target:` |
/// | `Message` | `message` | the template with its arguments |
/// | `KeyValues` | `fields` | the record's key-values; in JSON below this key unless `flat` |
/// | `Location` | `location` | source file and line: `src/main.rs:12` |
/// | `File`, `Line` | `file`, `line` | |
/// | `Module` | `module` | `module_path!()` of the statement |
/// | `Function` | `function` | |
/// | `Thread`, `ThreadId` | `thread`, `thread_id` | |
/// | `Process`, `ProcessId` | `process`, `process_id` | |
/// | `Task` | `task` | name of the asynchronous task |
/// | `Spans` | `spans` | path of the `tracing` spans around, a key-value otherwise: `server:request` |
/// | `Exception`, `Stack` | `exception`, `stack` | several lines perhaps |
/// | `Sequence` | `sequence` | the record's number, where it has one |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the type has a table")]
pub enum Field {
    Time,
    UnixTime,
    Level,
    LevelNumber,
    Logger,
    Message,
    KeyValues,
    Location,
    File,
    Line,
    Module,
    Function,
    Thread,
    ThreadId,
    Process,
    ProcessId,
    Task,
    Spans,
    Exception,
    Stack,
    Sequence,
}

/// A field, and the key that it has in the line. As text: `time`, or `timestamp=time`.
///
/// # Examples
/// ```
/// use femto_std::config::{Field, NamedField};
///
/// let severity: NamedField = "severity=level".parse()?;
/// assert_eq!(severity, ("severity", Field::Level).into());
/// # Ok::<(), femto_std::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedField {
    pub(super) key: Box<str>,
    pub(super) field: Field,
}

impl Field {
    /// The name in configuration, and the key in a line unless another is given.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, field)| *field == self).map_or("", |&(name, _)| name)
    }

    pub(super) fn mask(self) -> CaptureMask {
        match self {
            Self::Location | Self::File | Self::Line | Self::Module => CaptureMask::LOCATION,
            Self::Function => CaptureMask::FUNCTION,
            Self::Thread => CaptureMask::THREAD_NAME,
            Self::ThreadId => CaptureMask::THREAD_ID,
            Self::Process => CaptureMask::PROCESS_NAME,
            Self::ProcessId => CaptureMask::PROCESS_ID,
            Self::Task => CaptureMask::TASK_NAME,
            _ => CaptureMask::NONE,
        }
    }

    /// Calls `show` with what a record has of it, if it has it; times, levels' names, messages and
    /// key-values are the formatter's own.
    pub(super) fn show(self, record: &Record<'_>, show: impl FnOnce(&Value<'_>)) {
        let value = match self {
            Self::LevelNumber => Some(Value::U8(record.level().number())),
            Self::Logger => Some(Value::Str(record.logger_name())),
            Self::File => record.file().map(Value::Str),
            Self::Line => record.line().map(Value::U32),
            Self::Module => record.module_path().map(Value::Str),
            Self::Function => record.function().map(Value::Str),
            Self::Thread => record.thread_name().map(Value::Str),
            Self::ThreadId => record.thread_id().map(Value::U64),
            Self::Process => record.process_name().map(Value::Str),
            Self::ProcessId => record.process_id().map(Value::U32),
            Self::Task => record.task_name().map(Value::Str),
            Self::Spans => {
                record.key_values().filter(|(key, _)| *key == SPANS).last().map(|(_, path)| path)
            }
            Self::Exception => record.exception().filter(|text| !text.is_empty()).map(Value::Str),
            Self::Stack => record.stack().filter(|text| !text.is_empty()).map(Value::Str),
            Self::Sequence => record.sequence().map(Value::U32),
            Self::Location => {
                if let (Some(file), Some(line)) = (record.file(), record.line()) {
                    show(&Value::Arguments(&format_args!("{file}:{line}")));
                }
                return;
            }
            Self::Time | Self::UnixTime | Self::Level | Self::Message | Self::KeyValues => None,
        };
        if let Some(value) = value {
            show(&value);
        }
    }
}

impl FromStr for Field {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = NAMES.iter().find(|(name, _)| *name == text);
        found.map(|&(_, field)| field).ok_or_else(|| Error::CheckParameter {
            name: "fields",
            value: format!("{text:?}"),
            allowed: "time, unix_time, level, level_number, logger, message, fields, location, file, line, \
                      module, function, thread, thread_id, process, process_id, task, spans, exception, \
                      stack, sequence, each possibly with a key of its own before it: ts=time",
        })
    }
}

impl FromStr for NamedField {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.rsplit_once('=') {
            Some((key, field)) => Ok((key.trim(), field.trim().parse()?).into()),
            None => Ok(text.trim().parse::<Field>()?.into()),
        }
    }
}

impl From<Field> for NamedField {
    fn from(field: Field) -> Self {
        Self { key: field.name().into(), field }
    }
}

impl From<(&str, Field)> for NamedField {
    fn from((key, field): (&str, Field)) -> Self {
        Self { key: key.into(), field }
    }
}

impl fmt::Display for NamedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self.key != *self.field.name() {
            write!(f, "{}=", self.key)?;
        }
        f.write_str(self.field.name())
    }
}

/// The mask of these fields.
pub(super) fn mask(fields: &[NamedField]) -> CaptureMask {
    fields.iter().map(|named| named.field.mask()).fold(CaptureMask::NONE, CaptureMask::union)
}

/// What is said of a record that is not whole, or not of this run.
pub(super) fn marks(record: &Record<'_>) -> impl Iterator<Item = &'static str> {
    let marks = [(record.is_cut(), "cut"), (record.is_recovered(), "recovered")];
    marks.into_iter().filter_map(|(is_set, mark)| is_set.then_some(mark))
}

/// Whether a line may have the key whatever its fields are.
pub(super) fn is_reserved(key: &str) -> bool {
    matches!(key, "uptime" | "cut" | "recovered")
}

/// Appends the level's name, the application's if it gave one; answers whether it is one of the usual
/// names, which need no escapes.
pub(super) fn push_level(record: &Record<'_>, out: &mut String) -> bool {
    let level = record.level();
    if let Some(name) = record.level_name().or_else(|| crate::level::added_name(level)) {
        out.push_str(name);
        return false;
    }
    let written = match level.name() {
        Some(name) => out.write_str(name),
        None => write!(out, "Level {}", level.number()),
    };
    debug_assert!(written.is_ok(), "a string takes everything");
    true
}

/// The key-value that has the path of the spans around.
pub(super) const SPANS: &str = "spans";
const NAMES: [(&str, Field); 21] = [
    ("time", Field::Time),
    ("unix_time", Field::UnixTime),
    ("level", Field::Level),
    ("level_number", Field::LevelNumber),
    ("logger", Field::Logger),
    ("message", Field::Message),
    ("fields", Field::KeyValues),
    ("location", Field::Location),
    ("file", Field::File),
    ("line", Field::Line),
    ("module", Field::Module),
    ("function", Field::Function),
    ("thread", Field::Thread),
    ("thread_id", Field::ThreadId),
    ("process", Field::Process),
    ("process_id", Field::ProcessId),
    ("task", Field::Task),
    (SPANS, Field::Spans),
    ("exception", Field::Exception),
    ("stack", Field::Stack),
    ("sequence", Field::Sequence),
];
