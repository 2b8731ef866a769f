//! `femto tail`: the end of log files, and what is written to them from now on.

mod chain;
mod follow;
mod line;
mod lines;
mod pretty;
mod query;
mod rotated;
mod show;
mod source;
mod unpack;

use core::fmt;
use core::str::FromStr;
use core::time::Duration;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;

use clap::{Args, ValueEnum};
use femto_std::{Color, add_level_name};

use follow::Follower;
use line::{Parser, Part, Pattern, level_of};
use lines::{LastLines, Lines, start_of_last};
use query::{Condition, Query};
use show::{Context, Settings, Show};
use unpack::Packing;

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
/// text as femtologging, Python's `logging`, `env_logger` and `tracing` write it, or as --format says. Lines that follow
/// a record of text (exceptions, messages of several lines) belong to it, and are shown or hidden with it.
/// -n counts lines before any is chosen: `-n all --level error` searches the whole file.
///
/// Packed files (gzip, zstd) are read to their end, and so is standard input, of which all is shown as it comes unless -n is given.
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
    /// are = != < <= > >= ~ (contains) !~. Numbers are compared as numbers. Keys are those of JSON (with `http.status` for
    /// objects in objects), of logfmt, ` key=value` in text, attributes named by --format, and time, level,
    /// logger and message. A record without the field is unequal to everything. May be repeated: all must be true
    #[arg(long, value_name = "CONDITION")]
    field: Vec<Condition>,
    /// Which key of JSON or logfmt holds the time, level, logger or message, as formatters are configured: `sev=level`. May be
    /// repeated. Known are time, timestamp, ts, @timestamp, unix_time, level, severity, lvl, level_number, logger, name, target,
    /// message, msg and some more
    #[arg(long, value_name = "KEY=PART")]
    key: Vec<Key>,
    /// The lines are text of this format, in Python's `%` style: `%(asctime)s %(levelname)s %(name)s: %(message)s`
    #[arg(long, value_name = "PATTERN")]
    format: Option<Pattern>,
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
    /// What to read; `-` is standard input, which is read to its end before files are followed
    #[arg(default_value = "-", hide_default_value = true)]
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
    let mut show = Show::new(settings(options)?)?;
    match show_all(options, &mut show) {
        Err(error) if error.is_broken_pipe() => Ok(()),
        result => {
            show.tell_hidden(true);
            result
        }
    }
}

fn settings(options: &Options) -> Result<Settings, Error> {
    for LevelName { name, level } in &options.level_name {
        add_level_name(*level, name);
    }
    let level = options
        .level
        .as_deref()
        .map(|name| level_of(name).ok_or_else(|| Error::Level(name.to_owned())));
    let level = level.transpose()?;
    let names = options.files.iter().map(|path| match path {
        path if path == Path::new("-") => "standard input".to_owned(),
        path => shown_name(path),
    });
    let several = if options.files.len() > 1 { Heading::Title } else { Heading::None };
    Ok(Settings {
        parser: Parser {
            keys: options.key.iter().map(|Key(key, part)| (key.clone(), *part)).collect(),
            pattern: options.format.clone(),
        },
        query: Query { level, loggers: options.logger.clone(), fields: options.field.clone() },
        unparsed: options.unparsed,
        color: match options.color {
            When::Auto => Color::Auto,
            When::Always => Color::Always,
            When::Never => Color::Never,
        },
        pretty: options.pretty,
        heading: options.names.unwrap_or(several),
        names: names.collect(),
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

fn show_all(options: &Options, show: &mut Show) -> Result<(), Error> {
    let mut followers = Vec::new();
    let mut failure = None;
    for (input, path) in options.files.iter().enumerate() {
        match begin(path, input, options, show) {
            Ok(follower) => followers.extend(follower.map(|follower| (path, follower))),
            Err(error) if matches!(error, Error::Write(_)) => return Err(error),
            Err(error) => failure = Some(failure_of(path, &error, options)),
        }
    }
    while !followers.is_empty() {
        let mut is_busy = false;
        let mut failed = None;
        for (index, (path, follower)) in followers.iter_mut().enumerate() {
            match follower.step(show) {
                Ok(was_busy) => is_busy |= was_busy,
                Err(error) if matches!(error, Error::Write(_)) => return Err(error),
                Err(error) => {
                    failure = Some(failure_of(path, &error, options));
                    failed = Some(index);
                }
            }
        }
        if let Some(index) = failed {
            let (_, mut follower) = followers.remove(index);
            follower.finish(show)?;
        }
        show.tell_hidden(false);
        if !is_busy {
            if show.is_hung_up() {
                return Ok(());
            }
            thread::sleep(options.interval);
        }
    }
    failure.map_or(Ok(()), Err)
}

/// Of one of several it is told at once.
fn failure_of(path: &Path, error: &Error, options: &Options) -> Error {
    if options.files.len() > 1 {
        tell(path, &error.to_string());
        return Error::Told;
    }
    Error::Of { name: shown_name(path), what: error.to_string() }
}

/// Shows what there is of a file; what is to be followed is answered.
fn begin(
    path: &Path,
    input: usize,
    options: &Options,
    show: &mut Show,
) -> Result<Option<Follower>, Error> {
    if path == Path::new("-") {
        return show_stream(&mut io::stdin().lock(), path, input, options, show).map(|()| None);
    }
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !options.no_follow => {
            return Follower::new(path.to_owned(), input, Count::From(1)).map(Some);
        }
        Err(source) => return Err(Error::Open { source }),
    };
    let is_file = file.metadata().map_err(Error::read)?.is_file();
    if !is_file {
        return show_stream(&mut &file, path, input, options, show).map(|()| None);
    }
    let count = options.lines.unwrap_or(Count::Last(USUAL));
    if let Some(packing) = Packing::of(&file).map_err(Error::read)? {
        let mut unpacked = packing.unpack(file).map_err(Error::read)?;
        return show_all_of(&mut *unpacked, path, input, count, show).map(|()| None);
    }
    if !options.no_follow {
        return Follower::new(path.to_owned(), input, count).map(Some);
    }
    let mut file = file;
    if let Count::Last(count) = count {
        let at = start_of_last(&file, count).map_err(Error::read)?;
        io::Seek::seek(&mut file, io::SeekFrom::Start(at)).map_err(Error::read)?;
    }
    let count = match count {
        Count::Last(_) => Count::From(1),
        from => from,
    };
    show_all_of(&mut file, path, input, count, show).map(|()| None)
}

fn show_stream(
    stream: &mut dyn Read,
    path: &Path,
    input: usize,
    options: &Options,
    show: &mut Show,
) -> Result<(), Error> {
    let usual = if options.no_follow { Count::Last(USUAL) } else { Count::From(1) };
    show_all_of(stream, path, input, options.lines.unwrap_or(usual), show)
}

/// Shows what can only be read from its beginning to its end.
fn show_all_of(
    input: &mut dyn Read,
    path: &Path,
    number: usize,
    count: Count,
    show: &mut Show,
) -> Result<(), Error> {
    let (mut lines, mut context) = (Lines::new(), Context::new(number));
    let mut last = match count {
        Count::Last(count) => Some(LastLines::new(count)),
        Count::From(first) => {
            context.skip = first.saturating_sub(1);
            None
        }
    };
    let mut give = |block: &[u8]| match &mut last {
        Some(last) => {
            last.add(block);
            Ok(())
        }
        None => show.block(block, &mut context),
    };
    let mut failed = None;
    loop {
        match lines::read(input, lines.room()) {
            Ok(0) => break,
            Ok(size) => lines.add(size, &mut give)?,
            Err(error) => {
                // What was read before it is shown.
                failed = Some(Error::read(error));
                break;
            }
        }
    }
    lines.finish(&mut give)?;
    if let Some(last) = last {
        show.block(&last.into_bytes(), &mut context)?;
    }
    if lines.cut > 0 {
        tell(path, CUT);
    }
    failed.map_or(Ok(()), Err)
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
            Self::Open { source } => write!(f, "could not open it: {source}"),
            Self::Read { source } => write!(f, "could not read it: {source}"),
            Self::Write(source) => write!(f, "could not write to standard output: {source}"),
            Self::Of { name, what } => write!(f, "{name}: {what}"),
            Self::Told => f.write_str("not everything could be shown"),
        }
    }
}

/// Lines that are shown first, unless said otherwise.
const USUAL: u64 = 10;

const CUT: &str = "has a line of more than 16 MiB, of which the rest is left out";
