//! `femto tail`: the end of log files, and what is written to them from now on.

mod chain;
mod follow;
mod formats;
mod inputs;
mod line;
mod lines;
mod pretty;
mod query;
mod rotated;
mod show;
mod source;
mod stream;
mod unpack;

use core::fmt;
use core::str::FromStr;
use core::time::Duration;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use femto_std::config::ConfigError;
use femto_std::{Color, add_level_name};

use line::{Part, Pattern, level_of};
use query::{Condition, Query};
use show::{Settings, Show};

/// Shows the end of log files, and follows them through rotation
///
/// Prints the last lines of each FILE, then what is written to it, until it is interrupted: a file that is followed is
/// what one looks at logs for; --no-follow ends at the end of the files. A line is shown when it is whole.
///
/// A file is followed by its name. When it is renamed and another takes its place, all that was written to the
/// old one is shown first, then files that came and went between two looks (`FILE.1`, `FILE.2026-11-22`,
/// `FILE-20261122`, packed or not), then the new one; what is written to the old one within a minute is shown, too. When it is truncated
/// (`copytruncate` of logrotate), what was not shown yet is looked for in the copy. It need not exist, and may
/// vanish and come back. Files are looked at every --interval: no library, and network file systems, too.
///
/// --level, --logger and --field choose records, of which all must be true. Lines are understood that are JSON objects, logfmt, or
/// text as femtologging, Python's `logging`, `env_logger` and `tracing` write it, or as --format or --config says. Lines that follow
/// a record of text (exceptions, messages of several lines) belong to it, and are shown or hidden with it.
/// -n counts lines before any is chosen: `-n all --level error` searches the whole file.
///
/// Packed files (gzip, zstd) are read to their end. Standard input, and other pipes, are followed beside files until they end; all
/// of them is shown as it comes, unless -n asks for their last lines: those are known at the end.
///
/// Exit status: 0 all was shown, or nobody reads any more; 1 a file could not be read; 2 the arguments are wrong.
#[derive(Args)]
pub(crate) struct Options {
    /// How many lines of each file to begin with: a number, `all`, or `+N` for those from line N on
    #[arg(short = 'n', long, value_name = "N", allow_hyphen_values = true)]
    lines: Option<Count>,
    /// End at the end of the files
    #[arg(long, conflicts_with = "follow")]
    no_follow: bool,
    /// Follow the files by their names: the default
    #[arg(short, long, visible_short_alias = 'F')]
    follow: bool,
    /// Seconds between two looks at the files, 0.01 to 3600
    #[arg(long, value_name = "SECONDS", default_value = "0.1", value_parser = interval)]
    interval: Duration,
    /// Show records of this level and above: a name, or a number from 0 to 255
    #[arg(short, long)]
    level: Option<String>,
    /// A name of a level that the application has given it: `NOTICE=25`. May be repeated
    #[arg(long, value_name = "NAME=NUMBER")]
    level_name: Vec<LevelName>,
    /// Show records of this logger and those below it (`app` has `app.db`). May be repeated: of any of them
    #[arg(long, value_name = "NAME")]
    logger: Vec<String>,
    /// Show records with such a field: `user=ann`, `status>=500`, `user` (there is one), `!user` (there is none); operators
    /// are = != < <= > >= ~ (a regular expression is found in it) !~. Numbers are compared as numbers. Keys are those of JSON (with `http.status` for
    /// objects in objects), of logfmt, ` key=value` in text, attributes named by --format, and time, level,
    /// logger and message. A text is looked through up to the exception or stack of Python behind it; a value there ends at a
    /// space, unless it is in quotes, or a condition with a space or a regular expression asks for it: then at the next
    /// ` key=`. Records of text are shown when their last line is there: when the next record begins, or nothing comes for 0.1 s.
    /// A record without the field is unequal to everything. May be repeated: all must be true
    #[arg(long, value_name = "CONDITION")]
    field: Vec<Condition>,
    /// Which key of JSON or logfmt holds the time, level, logger or message, as formatters are configured: `sev=level`. May be
    /// repeated. Known are time, timestamp, ts, @timestamp, unix_time, level, severity, lvl, level_number, logger, name, target,
    /// message, msg and some more
    #[arg(long, value_name = "KEY=PART")]
    key: Vec<Key>,
    /// The lines are text of this format, in one of Python's styles: `%(asctime)s %(levelname)-8s %(name)s: %(message)s`,
    /// `{levelname:8} {message}`, `$levelname $message`
    #[arg(long, value_name = "PATTERN", conflicts_with = "config")]
    format: Option<Pattern>,
    /// The application's configuration, which says what the lines of each FILE look like. Without FILE, all files that its
    /// handlers write to
    #[arg(long)]
    config: Option<PathBuf>,
    /// The handler that wrote the lines, if their file does not tell; without FILE, only what this one writes to
    #[arg(long, value_name = "ID", requires = "config")]
    handler: Option<String>,
    /// What becomes of lines that cannot be read as records, if records are chosen
    #[arg(long, value_enum, default_value_t = Unparsed::Hide)]
    unparsed: Unparsed,
    /// Colour lines by level: on a terminal unless NO_COLOR, FORCE_COLOR and the like say otherwise. Where they
    /// are, and on a terminal, control characters are escaped
    #[arg(long, value_enum, default_value_t = When::Auto)]
    color: When,
    /// Show JSON and logfmt as text for people, with local times
    #[arg(short, long)]
    pretty: bool,
    /// How to tell files apart: a title above their lines, their name before each line, or not. Default: a title if
    /// there are several
    #[arg(long, value_enum)]
    names: Option<Heading>,
    /// What to read; `-`, and nothing, is standard input
    files: Vec<PathBuf>,
}

/// Where to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    Last(u64),
    /// This line, from 1, and all behind it.
    From(u64),
}

/// What becomes of lines that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Unparsed {
    Show,
    Hide,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

/// How files are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Heading {
    Title,
    Prefix,
    None,
}

/// Why not everything could be shown.
#[derive(Debug)]
pub(crate) enum Error {
    Level(String),
    Format(femto_std::Error),
    Config(Box<ConfigError>),
    Open {
        source: io::Error,
    },
    Read {
        source: io::Error,
    },
    Write(io::Error),
    /// Of the only file.
    Of {
        name: String,
        what: String,
    },
    /// Each was told.
    Told,
}

impl Error {
    fn read(source: io::Error) -> Self {
        Self::Read { source }
    }

    fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Write(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Shows the files; one that cannot be read does not keep others from being shown.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    let inputs = formats::inputs(options)?;
    let files: Vec<&Path> = inputs.iter().map(|(path, _)| &**path).collect();
    let mut show = Show::new(settings(options, &inputs)?)?;
    match inputs::show_all(&files, options, &mut show) {
        Err(error) if error.is_broken_pipe() => Ok(()),
        result => {
            show.tell_hidden(true);
            result
        }
    }
}

fn settings(options: &Options, inputs: &[formats::Input]) -> Result<Settings, Error> {
    for LevelName { name, level } in &options.level_name {
        add_level_name(*level, name);
    }
    let level = options
        .level
        .as_deref()
        .map(|name| level_of(name).ok_or_else(|| Error::Level(name.to_owned())));
    let level = level.transpose()?;
    let name = |path: &Path| match path {
        path if path == Path::new("-") => "standard input".to_owned(),
        path => shown_name(path),
    };
    let several = if inputs.len() > 1 { Heading::Title } else { Heading::None };
    Ok(Settings {
        query: Query { level, loggers: options.logger.clone(), fields: options.field.clone() },
        unparsed: options.unparsed,
        color: match options.color {
            When::Auto => Color::Auto,
            When::Always => Color::Always,
            When::Never => Color::Never,
        },
        pretty: options.pretty,
        heading: options.names.unwrap_or(several),
        inputs: inputs.iter().map(|(path, parser)| (name(path), parser.clone())).collect(),
    })
}

/// A file's name, without what drives terminals.
fn shown_name(path: &Path) -> String {
    let escape = |c: char| {
        let (plain, escaped) =
            if c.is_control() { (None, Some(c.escape_default())) } else { (Some(c), None) };
        plain.into_iter().chain(escaped.into_iter().flatten())
    };
    path.to_string_lossy().chars().flat_map(escape).collect()
}

/// Says something about a file to whoever looks.
fn tell(file: impl AsRef<Path>, what: &str) {
    eprintln!("femto: {}: {what}", shown_name(file.as_ref()));
}

fn interval(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> =
        text.parse().ok().filter(|seconds| (0.01..=3600.0).contains(seconds));
    seconds
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "allowed are 0.01 to 3600 seconds".to_owned())
}

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| {
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| is_number)
        };
        let count = match text.strip_prefix('+') {
            _ if text == "all" => Some(Self::From(1)),
            Some(from) => number(from).map(Self::From),
            None => number(text).map(Self::Last),
        };
        count.ok_or_else(|| {
            "allowed are a number, `all`, and `+N` for the lines from line N on".to_owned()
        })
    }
}

/// A level that has a name.
#[derive(Clone, Debug)]
struct LevelName {
    name: String,
    level: femto_std::Level,
}

impl FromStr for LevelName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let pair = text.split_once('=').filter(|(name, _)| !name.trim().is_empty());
        let pair =
            pair.and_then(|(name, number)| Some((name.trim(), number.trim().parse::<u8>().ok()?)));
        let (name, number) = pair.ok_or("allowed is NAME=NUMBER, with a number from 0 to 255")?;
        Ok(Self { name: name.to_owned(), level: femto_std::Level::new(number) })
    }
}

/// A key, and what is there.
#[derive(Clone, Debug)]
struct Key(String, Part);

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let allowed = "allowed is KEY=PART, where PART is time, level, logger or message";
        let (key, part) = text.rsplit_once('=').ok_or(allowed)?;
        let part = match part.trim() {
            "time" | "unix_time" => Part::Time,
            "level" | "level_number" => Part::Level,
            "logger" => Part::Logger,
            "message" => Part::Message,
            _ => return Err(allowed.to_owned()),
        };
        Ok(Self(key.trim().to_owned(), part))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Level(name) => write!(
                f,
                "--level {name:?}: allowed are TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL, a name given by --level-name, \
                 or a number from 0 to 255"
            ),
            Self::Format(source) => source.fmt(f),
            Self::Config(error) => error.fmt(f),
            Self::Open { source } => write!(f, "could not open it: {source}"),
            Self::Read { source } => write!(f, "could not read it: {source}"),
            Self::Write(source) => write!(f, "could not write to standard output: {source}"),
            Self::Of { name, what } => write!(f, "{name}: {what}"),
            Self::Told => f.write_str("not everything could be shown"),
        }
    }
}

const CUT: &str = "has a line of more than 16 MiB, of which the rest is left out";
