//! A line, read back: what it says of a record.

mod json;
mod logfmt;
mod pairs;
mod pattern;
mod text;

use std::borrow::Cow;

use femto_std::__cli::find_level;
use femto_std::Level;

pub(super) use json::Object;
pub(super) use pattern::Pattern;

/// A record, as far as its line tells.
#[derive(Debug, Default)]
pub(super) struct Parsed<'l> {
    pub(super) kind: Kind,
    pub(super) level: Option<Level>,
    /// As it stands in the line.
    pub(super) level_name: Option<Cow<'l, str>>,
    pub(super) logger: Option<Cow<'l, str>>,
    pub(super) time: Option<Cow<'l, str>>,
    pub(super) message: Option<Cow<'l, str>>,
    /// Of text: where ` key=value` may stand, the message and what comes behind it.
    text: &'l str,
    /// Of text: parts of the record come behind a message that is not over yet.
    pub(super) is_open: bool,
    /// All others.
    pub(super) fields: Vec<(Cow<'l, str>, Content<'l>)>,
}

/// What a line is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    Logfmt,
    #[default]
    Text,
}

/// What stands in a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content<'l> {
    Text(Cow<'l, str>),
    /// A number, `true`, `null`, an array or an object, as it stands.
    Json(&'l str),
}

impl<'l> Content<'l> {
    /// A value of JSON.
    pub(super) fn of(raw: &'l str) -> Self {
        json::content(raw)
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Json(raw) => raw,
        }
    }
}

/// Which part of a record a key of an object or a logfmt line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Time,
    Level,
    Logger,
    Message,
}

/// Reads lines.
#[derive(Debug, Default)]
pub(super) struct Parser {
    /// Keys that were given, and what they are.
    pub(super) keys: Vec<(String, Part)>,
    /// What lines look like that are text, if that was said: all of them then.
    pub(super) pattern: Option<Pattern>,
}

/// What was seen in a file so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// Records in it begin with the time: a line that does not is no record.
    has_times: bool,
}

impl Parser {
    /// Reads the first, or only, line of a record; `None` if it is none.
    pub(super) fn parse<'l>(&self, line: &'l str, seen: &mut Seen) -> Option<Parsed<'l>> {
        if let Some(pattern) = &self.pattern {
            return pattern.parse(line);
        }
        if line.starts_with('{') {
            return json::parse(line, self);
        }
        if let Some(parsed) = logfmt::parse(line, self) {
            return Some(parsed);
        }
        let parsed = text::parse(line)?;
        if seen.has_times && parsed.time.is_none() {
            return None;
        }
        seen.has_times |= parsed.time.is_some();
        Some(parsed)
    }

    /// Whether a record of text is surely its first line, as the next begins with a time like its own: no
    /// need to read the next for it.
    pub(super) fn is_over(&self, line: &[u8], record: &Parsed<'_>, next: &[u8]) -> bool {
        let Some(time) = record.time.as_ref().filter(|_| self.pattern.is_none()) else {
            return false;
        };
        // With the bracket before it, if there is one, and what comes behind it.
        let length = usize::from(line.starts_with(b"[")) + time.len() + 1;
        let is_like = |(a, b): (&u8, &u8)| a == b || a.is_ascii_digit() && b.is_ascii_digit();
        line.len().min(next.len()) >= length
            && line[..length].iter().zip(&next[..length]).all(is_like)
    }

    /// Reads all lines of a record of text.
    pub(super) fn parse_whole<'l>(&self, text: &'l str) -> Option<Parsed<'l>> {
        let text = pairs::before_exception(text);
        if let Some(pattern) = &self.pattern {
            return pattern.parse_whole(text);
        }
        let first = text.split('\n').next().unwrap_or(text);
        let parsed = text::parse(first)?;
        // Nothing stands behind the message.
        let message = &text[first.len() - parsed.text.len()..];
        Some(Parsed { message: Some(message.into()), text: message, ..parsed })
    }

    /// What a key is, if it is no field.
    fn part(&self, key: &str) -> Option<Part> {
        if let Some((_, part)) = self.keys.iter().find(|(given, _)| given == key) {
            return Some(*part);
        }
        let part = match key {
            "time" | "timestamp" | "ts" | "@timestamp" | "asctime" | "unix_time" => Part::Time,
            "level" | "severity" | "levelname" | "lvl" | "log.level" | "level_number"
            | "levelno" => Part::Level,
            "logger" | "name" | "logger_name" | "target" | "log.logger" => Part::Logger,
            "message" | "msg" => Part::Message,
            _ => return None,
        };
        // A key that was said to be something is the only one for it.
        (!self.keys.iter().any(|(_, given)| *given == part)).then_some(part)
    }
}

impl<'l> Parsed<'l> {
    /// Takes a pair of key and content.
    fn add(&mut self, key: Cow<'l, str>, content: Content<'l>, parser: &Parser) {
        let Some(part) = parser.part(&key) else { return self.fields.push((key, content)) };
        let text = match content {
            Content::Text(ref text) => text.clone(),
            Content::Json("null") => return,
            Content::Json(raw) => Cow::Borrowed(raw),
        };
        match part {
            // Its name and its number may both be there.
            Part::Level => {
                if let Some(level) = level_of(&text) {
                    self.level = Some(level);
                }
                if self.level_name.as_ref().is_none_or(|name| name.parse::<u8>().is_ok()) {
                    self.level_name = Some(text);
                }
            }
            Part::Time if self.time.is_none() => self.time = Some(text),
            Part::Logger if self.logger.is_none() => self.logger = Some(text),
            Part::Message if self.message.is_none() => self.message = Some(text),
            _ => self.fields.push((key, content)),
        }
    }

    /// What the record has of this key, with a path below it: `http.status`. Values in a text end at a
    /// space, `wide` ones at the next pair.
    pub(super) fn field(&self, key: &str, is_wide: bool) -> Option<Content<'_>> {
        let own = |text: &'_ Option<Cow<'l, str>>| {
            text.as_ref().map(|text| Content::Text(text.to_string().into()))
        };
        if let Some((_, content)) = self.fields.iter().rev().find(|(known, _)| known == key) {
            return Some(content.clone());
        }
        match key {
            "time" => return own(&self.time),
            "level" => return own(&self.level_name),
            "logger" => return own(&self.logger),
            "message" => return own(&self.message),
            _ => {}
        }
        if self.kind == Kind::Text {
            let mark = || pairs::has_mark(self.text, key).then_some("true");
            let value = pairs::value(self.text, key, is_wide).or_else(mark);
            return value.map(|text| Content::Text(text.into()));
        }
        let of_fields = self.fields.iter().find(|(known, _)| known == "fields");
        if let Some((_, Content::Json(raw))) = of_fields
            && let Some(content) = json::at(raw, key)
        {
            return Some(content);
        }
        let mut dots = key.match_indices('.');
        dots.find_map(|(dot, _)| {
            let (_, content) = self.fields.iter().find(|(known, _)| *known == key[..dot])?;
            match content {
                Content::Json(raw) => json::at(raw, &key[dot + 1..]),
                Content::Text(_) => None,
            }
        })
    }
}

/// What bytes say, as text.
pub(super) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    // Most lines are right, and soon looked through.
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// The level of that name or number, or of a `Level 25`.
pub(super) fn level_of(text: &str) -> Option<Level> {
    let text = text.trim();
    match text {
        "INFO" => return Some(Level::INFO),
        "DEBUG" => return Some(Level::DEBUG),
        "WARN" | "WARNING" => return Some(Level::WARN),
        "ERROR" => return Some(Level::ERROR),
        _ => {}
    }
    if text.is_empty() || text.len() > LONGEST_NAME {
        return None;
    }
    let number = text.strip_prefix("Level ").unwrap_or(text);
    if number.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        // Most often a time.
        return number.parse().ok().map(Level::new);
    }
    find_level(text).or_else(|| {
        let (_, level) = OF_OTHERS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text))?;
        Some(*level)
    })
}

/// Names that others give levels: syslog's, `slog`'s.
const OF_OTHERS: [(&str, Level); 7] = [
    ("NOTICE", Level::new(25)),
    ("ERR", Level::ERROR),
    ("CRIT", Level::CRITICAL),
    ("ALERT", Level::CRITICAL),
    ("EMERG", Level::CRITICAL),
    ("PANIC", Level::CRITICAL),
    ("VERBOSE", Level::new(15)),
];

/// Bytes of a level's name, at most.
const LONGEST_NAME: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_by_names_and_numbers() {
        for (text, expected) in [
            ("INFO", Some(20)),
            (" warning ", Some(30)),
            ("Level 25", Some(25)),
            ("42", Some(42)),
            ("notice", Some(25)),
            ("err", Some(40)),
            ("256", None),
            ("08:08:51,123", None),
            ("Level ", None),
            ("Level", None),
            ("", None),
            ("INFORMATION", None),
        ] {
            assert_eq!(level_of(text).map(Level::number), expected, "{text}");
        }
    }

    #[test]
    fn keys_that_were_given_are_the_only_ones_for_what_they_are() {
        let parser = Parser { keys: vec![("sev".into(), Part::Level)], pattern: None };
        let line = r#"{"sev":"ERROR","level":"7th floor","msg":"hello","x":1}"#;
        let parsed = parser.parse(line, &mut Seen::default()).unwrap();
        assert_eq!(parsed.level, Some(Level::ERROR));
        assert_eq!(parsed.message.as_deref(), Some("hello"));
        assert_eq!(parsed.field("level", false), Some(Content::Text("7th floor".into())));
        assert_eq!(parsed.field("x", false), Some(Content::Json("1")));
    }

    #[test]
    fn a_record_is_over_where_the_next_begins_like_it() {
        let parser = Parser::default();
        let line = "2026-11-26 08:08:51,123 INFO     app: x";
        let record = parser.parse(line, &mut Seen::default()).unwrap();
        for (next, expected) in [
            ("2026-11-26 08:08:52,007 ERROR    app: y\nmore\n", true),
            ("2026-11-26 08:08:52,0075 ERROR    app: y\n", false),
            ("2026-11-26 08:08:52.007 INFO     app: y\n", false),
            ("2026-11-26 08:08\n", false),
            ("  File \"x.py\", line 1, in <module>\n", false),
            ("", false),
        ] {
            assert_eq!(
                parser.is_over(line.as_bytes(), &record, next.as_bytes()),
                expected,
                "{next}"
            );
            if expected {
                assert!(parser.parse(next.lines().next().unwrap(), &mut Seen::default()).is_some());
            }
        }
    }

    #[test]
    fn a_file_whose_records_have_times_has_no_others() {
        let (parser, mut seen) = (Parser::default(), Seen::default());
        assert!(parser.parse("ERROR:app:x", &mut seen).is_some());
        assert!(parser.parse("2026-11-26 08:08:51,123 INFO     app: x", &mut seen).is_some());
        assert!(parser.parse("ERROR:app:x", &mut seen).is_none());
    }
}
