//! Lines of text whose format string is known.

use core::str::FromStr;

use femto_std::__cli::{Layout, pattern};
use femto_std::formatter::PatternStyle;
use memchr::memmem;

use super::{Content, Parsed, level_of, pairs};

/// A format string, read backwards.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    /// Each with the text before it.
    fields: Vec<(String, String)>,
    /// The text after the last.
    tail: String,
    /// Where the message is among the fields.
    message: Option<usize>,
    /// The shape of times, if it is known.
    time: Option<String>,
}

impl FromStr for Pattern {
    type Err = String;

    /// The style is the first in which the format names a part of a record: `${message}` is of the style
    /// `$`, though `{message}` is in it.
    fn from_str(format: &str) -> Result<Self, String> {
        use PatternStyle::{Brace, Dollar, Percent};
        for style in [Percent, Dollar, Brace] {
            if let Ok(Layout::Pattern { fields, tail, time }) = pattern(format, style)
                && fields.iter().any(|(_, name)| PARTS.contains(&&**name))
            {
                return Ok(Self::new(fields, tail, time.as_deref()));
            }
        }
        let signs = [("%(", Percent), ("$", Dollar), ("{", Brace)];
        let meant = signs.iter().find(|(sign, _)| format.contains(sign));
        Err(match meant.map(|(_, style)| pattern(format, *style)) {
            Some(Err(error)) => error.to_string(),
            _ => format!(
                "it names none of {}: allowed are the styles %(message)s, {{message}} and $message",
                PARTS.join(", ")
            ),
        })
    }
}

impl Pattern {
    /// Of fields and the text before each, the text after the last, and a time as it is shown.
    pub(crate) fn new(fields: Vec<(String, String)>, tail: String, time: Option<&str>) -> Self {
        let message = fields.iter().position(|(_, name)| name == "message");
        Self { fields, tail, message, time: time.map(shape) }
    }

    /// Reads the first line of a record. That of a message of several lines has no more than what stands
    /// before the message.
    pub(super) fn parse<'l>(&self, line: &'l str) -> Option<Parsed<'l>> {
        if let Some(parsed) = self.parse_whole(line) {
            return Some(parsed);
        }
        let message = self.message.filter(|_| !self.ends_in_message())?;
        // What anything could be does not begin a record.
        let is_known = |(_, name): &(_, String)| IS_LIKE.contains(&&**name);
        if !self.fields[..message].iter().any(is_known) {
            return None;
        }
        let fields = &self.fields[..=message];
        let texts = self.cut(line, fields, "", &mut { TRIES })?;
        Some(Parsed { is_open: true, ..parsed(line, fields, texts) })
    }

    /// Reads all lines of a record.
    pub(super) fn parse_whole<'l>(&self, text: &'l str) -> Option<Parsed<'l>> {
        let mut tries = TRIES;
        if self.ends_in_message() {
            let texts = self.cut(text, &self.fields, &self.tail, &mut tries)?;
            return Some(parsed(text, &self.fields, texts));
        }
        // Behind it, key-values that the format does not name; below it, exception and stack.
        let mut lines = text;
        loop {
            for end in pairs::ends(lines) {
                let lines = &lines[..end];
                if let Some(texts) = self.cut(lines, &self.fields, &self.tail, &mut tries) {
                    return Some(parsed(text, &self.fields, texts));
                }
                if tries == 0 {
                    return None;
                }
            }
            lines = &lines[..lines.rfind('\n')?];
        }
    }

    /// Whether all that comes behind the message belongs to it.
    fn ends_in_message(&self) -> bool {
        self.tail.is_empty() && self.message == Some(self.fields.len() - 1)
    }

    /// A text cut into these fields, with the tail behind them; a field is as short as it can be.
    fn cut<'l>(
        &self,
        text: &'l str,
        fields: &[(String, String)],
        tail: &str,
        tries: &mut u32,
    ) -> Option<Vec<&'l str>> {
        *tries = tries.saturating_sub(1 + (text.len() / 1024) as u32);
        let mut texts = Vec::with_capacity(fields.len());
        let rest = text.strip_prefix(&*fields[0].0)?;
        self.find(fields, tail, rest, &mut texts, tries).then_some(texts)
    }

    fn find<'l>(
        &self,
        fields: &[(String, String)],
        tail: &str,
        text: &'l str,
        texts: &mut Vec<&'l str>,
        tries: &mut u32,
    ) -> bool {
        let Some(((_, name), others)) = fields.split_first() else { return false };
        let Some((after, _)) = others.first() else {
            let Some(text) = text.strip_suffix(tail) else { return false };
            let text = if name == "message" { text } else { text.trim() };
            let fits = self.is_like(name, text);
            if fits {
                texts.push(text);
            }
            return fits;
        };
        let longest = text.len().min(LONGEST);
        let mut try_at = |at: usize| -> Option<bool> {
            *tries = tries.checked_sub(1)?;
            let (field, rest) = (text[..at].trim(), &text[at + after.len()..]);
            if !self.is_like(name, field) {
                return Some(false);
            }
            texts.push(field);
            let found = self.find(others, tail, rest, texts, tries);
            if !found {
                texts.pop();
            }
            Some(found)
        };
        // The search ends when it is found, and when it was tried often enough.
        let mut is_found = |at| try_at(at).map_or(Some(false), |found| found.then_some(true));
        let bytes = text.as_bytes();
        if after.is_empty() {
            let mut ends = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= longest);
            return ends.find_map(&mut is_found) == Some(true);
        }
        let found = match &**name {
            // What comes behind a message may be in it, too.
            "message" => memmem::rfind_iter(bytes, after).find_map(&mut is_found),
            _ => memmem::find_iter(&bytes[..longest], after).find_map(&mut is_found),
        };
        found == Some(true)
    }

    /// Whether an attribute may be this text.
    fn is_like(&self, name: &str, text: &str) -> bool {
        match name {
            "message" => true,
            "levelname" => level_of(text).is_some() && text.parse::<u8>().is_err(),
            "levelno" => text.parse::<u8>().is_ok(),
            "asctime" => match &self.time {
                Some(time) => shape(text) == *time,
                None => is_like_time(text),
            },
            _ if IS_LIKE.contains(&name) => text.parse::<f64>().is_ok(),
            _ => !text.is_empty() && !text.contains('\n'),
        }
    }
}

/// The record of a text's fields.
fn parsed<'l>(text: &'l str, fields: &[(String, String)], texts: Vec<&'l str>) -> Parsed<'l> {
    let mut parsed = Parsed { text, ..Parsed::default() };
    for ((_, name), part) in fields.iter().zip(texts) {
        match &**name {
            "levelname" | "levelno" => {
                parsed.level = parsed.level.or_else(|| level_of(part));
                parsed.level_name.get_or_insert(part.into());
            }
            "name" => parsed.logger = Some(part.into()),
            "message" => {
                parsed.message = Some(part.into());
                parsed.text = &text[part.as_ptr() as usize - text.as_ptr() as usize..];
            }
            "asctime" => parsed.time = Some(part.into()),
            "created" if parsed.time.is_none() => parsed.time = Some(part.into()),
            // Stands where a record has no such key-value.
            _ if part == "-" => {}
            // Whoever names it means this line's, not an attribute's of its own.
            _ => parsed.fields.push((name.clone().into(), Content::Text(part.into()))),
        }
    }
    parsed
}

/// What times of one format have in common: runs of digits and of letters, and the rest.
fn shape(time: &str) -> String {
    let mut shape = String::with_capacity(time.len());
    for c in time.chars() {
        let class = match c {
            c if c.is_ascii_digit() => '0',
            c if c.is_alphabetic() => 'a',
            // The sign of a zone.
            '+' => '-',
            c => c,
        };
        if !matches!(class, '0' | 'a' | ' ') || !shape.ends_with(class) {
            shape.push(class);
        }
    }
    shape
}

/// Whether a text may be a time of any format: it has digits, and begins with them or with the name of
/// a day or month.
fn is_like_time(text: &str) -> bool {
    let has_digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let begins = |name: &&str| text.get(..3).is_some_and(|begin| begin.eq_ignore_ascii_case(name));
    has_digits && (text.as_bytes()[0].is_ascii_digit() || NAMES.iter().any(begins))
}

const NAMES: [&str; 19] = [
    "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Jan", "Feb", "Mar", "Apr", "May", "Jun",
    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// What a format has to name one of.
const PARTS: [&str; 6] = ["asctime", "created", "levelname", "levelno", "name", "message"];

/// Attributes that are like nothing else.
const IS_LIKE: [&str; 9] = [
    "levelname",
    "levelno",
    "asctime",
    "lineno",
    "process",
    "thread",
    "msecs",
    "created",
    "relativeCreated",
];

/// Bytes of a field that is not the message.
const LONGEST: usize = 512;

/// Ways to cut a record that are tried; each KiB that is looked through again counts as one.
const TRIES: u32 = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(format: &str, line: &str) -> Option<(Option<u8>, String, String)> {
        let pattern: Pattern = format.parse().unwrap();
        let parsed = pattern.parse(line)?;
        let text = |text: Option<_>| text.map_or(String::new(), String::from);
        Some((parsed.level.map(|level| level.number()), text(parsed.logger), text(parsed.message)))
    }

    #[test]
    fn lines_of_a_pattern_are_read() {
        for (format, line, level, logger, message) in [
            (
                "%(asctime)s %(levelname)-8s %(name)s: %(message)s",
                "2026-11-26 08:08:51,123 INFO     app.db: took: 5",
                20,
                "app.db",
                "took: 5",
            ),
            (
                "%(asctime)s - %(name)s - %(levelname)s - %(message)s",
                "2026-11-26 08:08:51,123 - a-b - ERROR - x - y",
                40,
                "a-b",
                "x - y",
            ),
            (
                "[%(levelname)8s|%(process)5d] %(message)s (%(name)s)",
                "[    INFO| 1234] a (b) c (app)",
                20,
                "app",
                "a (b) c",
            ),
            ("%(levelno)3d%% %(name)s%(message)s", " 25% abc", 25, "a", "bc"),
            ("%(name)s %(levelname)s %(message)s", "a name WARNING ", 30, "a name", ""),
            ("[{levelname:>8}] {name}: {message}", "[    INFO] a: b", 20, "a", "b"),
            ("${levelname}: ${name} $message", "INFO: a b", 20, "a", "b"),
            ("${levelname}: ${name} ${message}", "INFO: a b", 20, "a", "b"),
        ] {
            let expected = (Some(level), logger.to_owned(), message.to_owned());
            assert_eq!(parts(format, line), Some(expected), "{line}");
        }
        let pattern: Pattern = "%(process)d %(threadName)s %(message)s".parse().unwrap();
        let parsed = pattern.parse("12 main x").unwrap();
        assert_eq!(parsed.field("threadName", false), Some(Content::Text("main".into())));
        assert_eq!(parsed.field("process", false), Some(Content::Text("12".into())));
    }

    #[test]
    fn other_lines_are_not() {
        let format = "%(asctime)s %(levelname)-8s %(name)s: %(message)s";
        for line in [
            "",
            "Traceback (most recent call last):",
            "  File \"x.py\", line 1",
            "1 2 3 4: 5",
            &"1 ".repeat(1 << 20),
        ] {
            assert_eq!(parts(format, line), None);
        }
        // There are a million ways to cut it.
        let long = format!("1 {}", " k=v | \n".repeat(1 << 20));
        let pattern: Pattern = "%(asctime)s %(message)s | %(levelname)s".parse().unwrap();
        assert!(pattern.parse_whole(&long).is_none());
    }

    #[test]
    fn a_wrong_format_is_refused() {
        for format in ["", "plain", "%(name", "%(message)q", "%d"] {
            assert!(format.parse::<Pattern>().is_err(), "{format}");
        }
    }
}
