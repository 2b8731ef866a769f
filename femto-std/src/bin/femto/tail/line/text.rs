//! Lines of text of an unknown format: the layouts that are usual.

use std::borrow::Cow;

use femto_std::Level;

use super::{Parsed, level_of};

/// Finds time, level and logger where these have them; `None` if the line has neither time nor level
/// at its beginning:
///
/// ```text
/// 2026-11-26 08:08:51,123 INFO     app.db: text             femtologging
/// 2026-11-26 08:08:51,123 - app.db - INFO - text            Python, as its manual suggests
/// INFO:app.db:text                                          Python's default
/// [2026-11-26T08:08:51Z INFO  app::db] text                 env_logger
/// 2026-11-26T08:08:51.123456Z  INFO app::db: text           tracing-subscriber
/// ```
pub(super) fn parse(line: &str) -> Option<Parsed<'_>> {
    let is_bracketed = line.starts_with('[');
    let start = &line[usize::from(is_bracketed)..];
    let time = time_of(start);
    if time.is_empty() {
        let (level, name, rest) = level_at(line, true)?;
        return Some(after_level(line, "", level, name, rest, false));
    }
    let rest = start[time.len()..].trim_start_matches(SEPARATORS);
    if let Some((level, name, rest)) = level_at(rest, false) {
        let is_open = is_bracketed && !start[..start.len() - rest.len()].contains(']');
        return Some(after_level(line, time, level, name, rest, is_open));
    }
    let (logger, behind) = rest.split_once([' ', ']', '|']).unwrap_or((rest, ""));
    if let Some((level, name, message)) = level_at(behind.trim_start_matches(SEPARATORS), false) {
        let message = strip_separators(message);
        return Some(Parsed {
            level: Some(level),
            level_name: Some(name.into()),
            logger: Some(logger.trim_end_matches(':').into()),
            ..parsed(time, message)
        });
    }
    Some(parsed(time, rest))
}

fn parsed<'l>(time: &'l str, message: &'l str) -> Parsed<'l> {
    let time = (!time.is_empty()).then_some(Cow::Borrowed(time));
    Parsed { time, message: Some(message.into()), text: message, ..Parsed::default() }
}

/// What stands behind the level: perhaps a logger, then the message.
fn after_level<'l>(
    line: &'l str,
    time: &'l str,
    level: Level,
    name: &'l str,
    rest: &'l str,
    is_open: bool,
) -> Parsed<'l> {
    debug_assert!(line.ends_with(rest));
    let with = |logger: Option<&'l str>, message| Parsed {
        level: Some(level),
        level_name: Some(name.into()),
        logger: logger.filter(|logger| !logger.is_empty()).map(Cow::Borrowed),
        ..parsed(time, message)
    };
    // `INFO:app:text`, but not `INFO: text`.
    if let Some(rest) = rest.strip_prefix(':') {
        return match rest.split_once(':') {
            Some((logger, message)) if !logger.contains(char::is_whitespace) => {
                with(Some(logger), message)
            }
            _ => with(None, rest.trim_start()),
        };
    }
    let rest = strip_separators(rest);
    if is_open && let Some((logger, message)) = rest.split_once(']') {
        return with(Some(logger), message.trim_start());
    }
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (word, behind) = rest.split_at(end);
    if let Some(logger) = word.strip_suffix(':') {
        return with(Some(logger), behind.strip_prefix(' ').unwrap_or(behind));
    }
    if let Some(logger) = word.strip_prefix('[').and_then(|word| word.strip_suffix(']')) {
        return with(Some(logger), behind.trim_start());
    }
    match [" - ", " | "].iter().find_map(|separator| behind.strip_prefix(separator)) {
        Some(message) => with(Some(word), message),
        None => with(None, rest),
    }
}

fn strip_separators(text: &str) -> &str {
    let text = text.trim_start_matches([' ', ')']);
    let stripped = text.strip_prefix(']').unwrap_or(text).trim_start_matches(' ');
    ["- ", "| ", ": "]
        .iter()
        .find_map(|it| stripped.strip_prefix(it))
        .unwrap_or(stripped)
        .trim_start()
}

/// The level at the beginning of a text, its name, and what comes behind.
fn level_at(text: &str, is_upper: bool) -> Option<(Level, &str, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_');
    let mut end = end.unwrap_or(text.len());
    if &text[..end] == "Level" {
        let digits = text[end..].strip_prefix(' ')?.bytes().take_while(u8::is_ascii_digit).count();
        end += 1 + digits;
    }
    let (name, rest) = text.split_at(end);
    if !(2..=LONGEST).contains(&name.len()) || !name.starts_with(|c: char| c.is_ascii_alphabetic())
    {
        return None;
    }
    if is_upper && name.bytes().any(|byte| byte.is_ascii_lowercase()) && !name.starts_with("Level ")
    {
        return None;
    }
    let is_end = |byte: &u8| b" :]|),-\t".contains(byte);
    let level = level_of(name).filter(|_| rest.as_bytes().first().is_none_or(is_end))?;
    Some((level, name, rest))
}

/// The time at the beginning of a text; empty if there is none.
fn time_of(text: &str) -> &str {
    let bytes = text.as_bytes();
    if !bytes.first().is_some_and(u8::is_ascii_digit) {
        return "";
    }
    let is_part = |byte: u8| byte.is_ascii_digit() || b":.,/+-TZ".contains(&byte);
    let run = |from: usize| from + bytes[from..].iter().take_while(|byte| is_part(**byte)).count();
    let mut end = run(0);
    // The time behind the date, and the zone behind both.
    for _ in 0..2 {
        let is_digit = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_digit());
        let goes_on = is_digit(end + 1)
            || matches!(bytes.get(end + 1), Some(b'+' | b'-')) && is_digit(end + 2);
        if bytes.get(end) == Some(&b' ')
            && goes_on
            && text[end + 1..].bytes().take(9).any(|byte| b":+-".contains(&byte))
        {
            end = run(end + 1);
        }
    }
    let time = text[..end].trim_end_matches([':', ',', '-', '.']);
    let digits = time.bytes().filter(u8::is_ascii_digit).count();
    let has_parts = time.bytes().filter(|byte| b":-/".contains(byte)).count() >= 2;
    let is_seconds = time.split_once('.').is_some_and(|(_, after)| {
        after.len() >= 3 && after.bytes().all(|byte| byte.is_ascii_digit())
    });
    let is_whole = bytes.get(end).is_none_or(|byte| b" ]\t|:".contains(byte)) || time.len() < end;
    if is_whole && (digits >= 6 && has_parts || is_seconds && digits >= 4) { time } else { "" }
}

const SEPARATORS: [char; 6] = [' ', ']', '[', '|', '-', '\t'];

/// Bytes of a level's name.
const LONGEST: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn usual_layouts_are_read() {
        for (line, level, logger, message) in [
            (
                "2026-11-26 08:08:51,123 INFO     app.db: took: 5 user=ann",
                20,
                "app.db",
                "took: 5 user=ann",
            ),
            ("2026-11-26 08:08:51,123 Level 25 app: x", 25, "app", "x"),
            ("2026-11-26 08:08:51,123 CRITICAL app: ", 50, "app", ""),
            ("2026-11-26 08:08:51,123 - app.db - ERROR - a - b", 40, "app.db", "a - b"),
            ("2026-11-26 08:08:51,123 - my-app - WARNING - x", 30, "my-app", "x"),
            ("2026-11-26 08:08:51 +0100 INFO app: x", 20, "app", "x"),
            ("2026-11-26 08:08:51 WARNING no logger here", 30, "", "no logger here"),
            ("08:08:51.123 DEBUG app: x", 10, "app", "x"),
            ("12.345678 INFO  net: link up", 20, "net", "link up"),
            ("INFO:app.db:text: more", 20, "app.db", "text: more"),
            ("ERROR: text", 40, "", "text"),
            ("INFO  app.db: took", 20, "app.db", "took"),
            ("[2026-11-26T08:08:51Z INFO  app::db] text", 20, "app::db", "text"),
            ("2026-11-26T08:08:51.123456Z  INFO app::db: text", 20, "app::db", "text"),
            ("[2026-11-26 08:08:51] [error] [app] text", 40, "app", "text"),
            ("2026/11/26 08:08:51 [warn] text", 30, "", "text"),
            ("2026-11-26 08:08:51 app.db INFO text", 20, "app.db", "text"),
            ("2026-11-26 08:08:51 | INFO | app - text", 20, "app", "text"),
        ] {
            let parsed = parse(line).unwrap_or_else(|| panic!("{line}"));
            let text = |text: &Option<Cow<'_, str>>| text.as_deref().unwrap_or("").to_owned();
            let found =
                (parsed.level.map(Level::number), text(&parsed.logger), text(&parsed.message));
            assert_eq!(found, (Some(level), logger.to_owned(), message.to_owned()), "{line}");
        }
    }

    #[test]
    fn a_time_alone_begins_a_record() {
        let parsed = parse("2026-11-26 08:08:51,123 something happened").unwrap();
        assert_eq!((parsed.level, parsed.message.as_deref()), (None, Some("something happened")));
    }

    #[test]
    fn other_lines_begin_none() {
        for line in [
            "",
            " ",
            "Traceback (most recent call last):",
            "  File \"a.py\", line 3, in <module>",
            "ValueError: x",
            "information: x",
            "Error: x",
            "ERRORS 5",
            "12 apples",
            "3.5 is a number",
            "    INFO app: x",
            "1:2",
            "INFO_x: y",
            "é",
            "[",
            "[INFO",
            "192.168.0.1 INFO",
            "1,2,3",
        ] {
            assert!(parse(line).is_none(), "{line}: {:?}", parse(line));
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(line in "[ \\[\\]0-9:.,TZ+é|INFOLevel-]{0,40}") {
            if let Some(parsed) = parse(&line) {
                prop_assert!(parsed.time.is_some() || parsed.level.is_some());
            }
        }
    }
}
