//! What the commands do.

use core::fmt::{self, Write};

use heapless::String;

use crate::logger::is_short;
use crate::{
    Filter, Handler, Level, Logger, MAX_LOGGERS, STATIC_MAX_LEVEL, find_logger, for_each_logger,
};

/// Handlers and their names.
type Handlers = [(&'static str, &'static dyn Handler)];

/// Does a command, and writes its answer.
pub(super) fn execute(
    command: &str,
    handlers: &'static Handlers,
    out: &mut dyn Write,
) -> fmt::Result {
    let mut words = command.split_ascii_whitespace();
    let Some(verb) = words.next() else { return Ok(()) };
    match (verb, words.next(), words.next(), words.next()) {
        ("help", None, ..) => out.write_str(HELP),
        ("level", None, ..) => list_loggers(out),
        ("level", Some(name), level, None) => match find(name, out)? {
            Some(logger) => set_and_show_logger(logger, level, out),
            None => Ok(()),
        },
        ("limit", None, ..) => list_limits(out),
        ("limit", Some(name), ..) => match find(name, out)? {
            Some(logger) => {
                let limit = behind_word(behind_word(command)).trim_ascii();
                set_and_show_limit(logger, limit, out)
            }
            None => Ok(()),
        },
        ("handler", None, ..) => handlers.iter().try_for_each(|each| show_handler(each, out)),
        ("handler", Some(name), level, None) => {
            match handlers.iter().find(|(known, _)| *known == name) {
                Some(handler) => set_and_show_handler(handler, level, out),
                None => {
                    write!(out, "no handler `{name}`; there are:")?;
                    list(out, |each| handlers.iter().for_each(|(name, _)| each(name)))
                }
            }
        }
        ("stats", None, ..) => {
            handlers.iter().try_for_each(|each| show_statistics(each, out))?;
            show_rejected(out)
        }
        ("help" | "stats", Some(word), ..) | ("level" | "handler", _, _, Some(word)) => {
            writeln!(out, "`{word}` is too much; `help` shows the commands")
        }
        _ => writeln!(out, "no command `{verb}`; there are: help, level, limit, handler, stats"),
    }
}

/// The logger of that name, `None` where the answer was that there is none.
fn find(name: &str, out: &mut dyn Write) -> Result<Option<&'static Logger>, fmt::Error> {
    let logger = find_logger(name);
    if logger.is_none() {
        write!(out, "no logger `{name}`; there are:")?;
        list(out, |each| for_each_logger(|logger| each(logger.name())))?;
    }
    Ok(logger)
}

fn list_loggers(out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "{:<24}{:<10}effective", "logger", "own")?;
    let mut result = Ok(());
    for_each_logger(|logger| {
        let (name, own) = (logger.name(), padded(own(logger)));
        result =
            result.and_then(|()| writeln!(out, "{name:<23} {own:<10}{}", logger.effective_level()));
    });
    result?;
    if is_short() {
        writeln!(out, "and others, for which there was no room: {MAX_LOGGERS} at most")?;
    }
    match STATIC_MAX_LEVEL {
        Level::NOTSET => Ok(()),
        ceiling => writeln!(out, "calls below {ceiling} are not compiled in"),
    }
}

fn set_and_show_logger(
    logger: &'static Logger,
    level: Option<&str>,
    out: &mut dyn Write,
) -> fmt::Result {
    let Some(level) = read(level, out)? else { return Ok(()) };
    if let Some(level) = level {
        logger.set_level(level);
    }
    let (name, effective) = (logger.name(), logger.effective_level());
    write!(out, "{name}: own {}, effective {effective}", own(logger))?;
    if effective < STATIC_MAX_LEVEL {
        write!(out, ", but calls below {STATIC_MAX_LEVEL} are not compiled in")?;
    }
    out.write_char('\n')
}

fn list_limits(out: &mut dyn Write) -> fmt::Result {
    let mut result = Ok(());
    for_each_logger(|logger| {
        if let (Ok(()), Some(filter)) = (result, limited(logger)) {
            result = show_limit(logger, filter, out);
        }
    });
    result
}

fn set_and_show_limit(logger: &Logger, limit: &str, out: &mut dyn Write) -> fmt::Result {
    let Some(filter) = limited(logger) else {
        return writeln!(out, "{} has no filter with a limit", logger.name());
    };
    if !limit.is_empty() {
        match limit.parse() {
            Ok(limit) => filter.set_limit(limit),
            Err(error) => return writeln!(out, "`{limit}`: {error}"),
        }
    }
    show_limit(logger, filter, out)
}

fn show_limit(logger: &Logger, filter: &dyn Filter, out: &mut dyn Write) -> fmt::Result {
    match filter.limit() {
        Some(limit) => writeln!(out, "{}: {limit}", logger.name()),
        None => Ok(()),
    }
}

/// The first filter of the logger that has a limit.
fn limited(logger: &Logger) -> Option<&'static dyn Filter> {
    logger.filters().iter().copied().find(|filter| filter.limit().is_some())
}

fn set_and_show_handler(
    handler: &(&'static str, &'static dyn Handler),
    level: Option<&str>,
    out: &mut dyn Write,
) -> fmt::Result {
    match read(level, out)? {
        None => return Ok(()),
        Some(Some(level)) => {
            handler.1.set_level(level);
            if handler.1.level() != level {
                out.write_str("this handler's level cannot be changed\n")?;
            }
        }
        Some(None) => {}
    }
    show_handler(handler, out)
}

fn show_handler(
    (name, handler): &(&'static str, &'static dyn Handler),
    out: &mut dyn Write,
) -> fmt::Result {
    match handler.level() {
        Level::NOTSET => writeln!(out, "{name}: all levels"),
        level => writeln!(out, "{name}: from {level} up"),
    }
}

fn show_statistics(
    (name, handler): &(&'static str, &'static dyn Handler),
    out: &mut dyn Write,
) -> fmt::Result {
    let all = handler.statistics();
    write!(out, "{name}: ")?;
    for (what, count) in [
        ("written", all.written),
        ("dropped", all.dropped),
        ("overwritten", all.overwritten),
        ("cut", all.cut),
        ("rejected", all.rejected),
    ] {
        write!(out, "{count} {what}, ")?;
    }
    writeln!(out, "{} of {} bytes used at most", all.high_water, all.capacity)
}

/// What never came to a handler, of the loggers that have filters.
fn show_rejected(out: &mut dyn Write) -> fmt::Result {
    let mut result = Ok(());
    for_each_logger(|logger| {
        if result.is_ok() && !logger.filters().is_empty() {
            result = writeln!(out, "logger {}: {} rejected", logger.name(), logger.rejected());
        }
    });
    result
}

/// Reads a level, if a word was given; `None` where the answer was what is wrong with it.
fn read(word: Option<&str>, out: &mut dyn Write) -> Result<Option<Option<Level>>, fmt::Error> {
    let Some(word) = word else { return Ok(Some(None)) };
    match word.parse() {
        Ok(level) => Ok(Some(Some(level))),
        Err(error) => writeln!(out, "`{word}`: {error}").map(|()| None),
    }
}

/// What comes after the first word.
fn behind_word(text: &str) -> &str {
    let text = text.trim_ascii_start();
    let end = text.bytes().position(|byte| byte.is_ascii_whitespace());
    // No panic, which would link 5 KB of what prints it.
    end.and_then(|end| text.get(end..)).unwrap_or("")
}

/// Writes names, each after a space.
fn list(out: &mut dyn Write, for_each: impl FnOnce(&mut dyn FnMut(&str))) -> fmt::Result {
    let mut result = Ok(());
    for_each(&mut |name| {
        result = result.and_then(|()| write!(out, " {name}"));
    });
    result.and_then(|()| out.write_char('\n'))
}

/// A logger's own level, `-` if it takes its parent's.
fn own(logger: &Logger) -> impl fmt::Display {
    struct Own(Level);
    impl fmt::Display for Own {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self.0 {
                Level::NOTSET => f.write_str("-"),
                level => fmt::Display::fmt(&level, f),
            }
        }
    }
    Own(logger.level())
}

/// The text of something short, which can be padded.
fn padded(short: impl fmt::Display) -> String<12> {
    let mut text = String::new();
    // `Level 255` and all names are shorter.
    let _ = write!(text, "{short}");
    text
}

const HELP: &str = "\
level                 lists the loggers and their levels
level LOGGER          shows one
level LOGGER LEVEL    sets one; notset: as its parent
limit                 lists the loggers that limit what a statement logs
limit LOGGER          shows one
limit LOGGER LIMIT    sets one: 5/10s (ms, s, min, h), first 3, every 10
handler               lists the handlers and their levels
handler NAME          shows one
handler NAME LEVEL    sets one: below it nothing is written
stats                 what handlers wrote and dropped, and filters rejected
LEVEL is trace, debug, info, warn, error, critical, off, notset or 0 to 255
";
