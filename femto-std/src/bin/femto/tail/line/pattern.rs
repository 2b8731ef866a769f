//! Lines of text whose format string is known.

use core::str::FromStr;

use femto_std::formatter::{PatternFormatter, PatternStyle};
use memchr::memmem;

use super::{Content, Parsed, level_of};

/// A format string of Python's `%` style, read backwards.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    /// Each with the text before it.
    fields: Vec<(String, String)>,
    /// The text after the last.
    tail: String,
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(format: &str) -> Result<Self, String> {
        let _ = PatternFormatter::new(format, PatternStyle::Percent)
            .map_err(|error| error.to_string())?;
        let (mut fields, mut tail) = (Vec::new(), String::new());
        let mut rest = format;
        while let Some(at) = rest.find('%') {
            tail.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                tail.push('%');
                rest = after;
            } else if let Some((name, after)) =
                rest.strip_prefix('(').and_then(|it| it.split_once(')'))
            {
                // The conversion ends with the first letter, but for C's lengths.
                let is_type = |c: char| c.is_ascii_alphabetic() && !matches!(c, 'h' | 'l' | 'L');
                let end = after.find(is_type).map_or(after.len(), |at| at + 1);
                fields.push((core::mem::take(&mut tail), name.to_owned()));
                rest = &after[end..];
            }
        }
        tail.push_str(rest);
        if fields.is_empty() {
            return Err("it names no attribute: %(levelname)s, %(message)s, ...".to_owned());
        }
        Ok(Self { fields, tail })
    }
}

impl Pattern {
    pub(super) fn parse<'l>(&self, line: &'l str) -> Option<Parsed<'l>> {
        let mut texts = Vec::with_capacity(self.fields.len());
        let rest = line.strip_prefix(&*self.fields[0].0)?;
        if !self.find(0, rest, &mut texts, &mut { TRIES }) {
            return None;
        }
        let mut parsed = Parsed::default();
        for ((_, name), text) in self.fields.iter().zip(texts) {
            match &**name {
                "levelname" | "levelno" => {
                    parsed.level = parsed.level.or_else(|| level_of(text));
                    parsed.level_name.get_or_insert(text.into());
                }
                "name" => parsed.logger = Some(text.into()),
                "message" => parsed.message = Some(text.into()),
                "asctime" => parsed.time = Some(text.into()),
                "created" if parsed.time.is_none() => parsed.time = Some(text.into()),
                // Whoever names it means this line's, not an attribute's of its own.
                _ => parsed.fields.push((name.clone().into(), Content::Text(text.into()))),
            }
        }
        Some(parsed)
    }

    /// Whether a text is these fields, from number `index` on; a field is as short as it can be.
    fn find<'l>(
        &self,
        index: usize,
        text: &'l str,
        texts: &mut Vec<&'l str>,
        tries: &mut u32,
    ) -> bool {
        let name = &*self.fields[index].1;
        let Some((after, _)) = self.fields.get(index + 1) else {
            let Some(text) = text.strip_suffix(&*self.tail) else { return false };
            let text = if name == "message" { text } else { text.trim() };
            let fits = is_like(name, text);
            if fits {
                texts.push(text);
            }
            return fits;
        };
        let longest = text.len().min(LONGEST);
        let mut try_at = |at: usize| -> Option<bool> {
            *tries = tries.checked_sub(1)?;
            let (field, rest) = (text[..at].trim(), &text[at + after.len()..]);
            if !is_like(name, field) {
                return Some(false);
            }
            texts.push(field);
            let found = self.find(index + 1, rest, texts, tries);
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
        let found = match name {
            // What comes behind a message may be in it, too.
            "message" => memmem::rfind_iter(bytes, after).find_map(&mut is_found),
            _ => memmem::find_iter(&bytes[..longest], after).find_map(&mut is_found),
        };
        found == Some(true)
    }
}

/// Whether an attribute may be this text.
fn is_like(name: &str, text: &str) -> bool {
    match name {
        "message" => true,
        "levelname" => level_of(text).is_some() && text.parse::<u8>().is_err(),
        "levelno" => text.parse::<u8>().is_ok(),
        "asctime" => text.bytes().any(|byte| byte.is_ascii_digit()),
        "lineno" | "process" | "thread" | "msecs" | "created" | "relativeCreated" => {
            text.parse::<f64>().is_ok()
        }
        _ => !text.is_empty(),
    }
}

/// Bytes of a field that is not the message.
const LONGEST: usize = 512;

/// Ways to cut a line that are tried.
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
        ] {
            let expected = (Some(level), logger.to_owned(), message.to_owned());
            assert_eq!(parts(format, line), Some(expected), "{line}");
        }
        let pattern: Pattern = "%(process)d %(threadName)s %(message)s".parse().unwrap();
        let parsed = pattern.parse("12 main x").unwrap();
        assert_eq!(parsed.field("threadName"), Some(Content::Text("main".into())));
        assert_eq!(parsed.field("process"), Some(Content::Text("12".into())));
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
    }

    #[test]
    fn a_wrong_format_is_refused() {
        for format in ["", "plain", "%(name", "%(message)q", "%d"] {
            assert!(format.parse::<Pattern>().is_err(), "{format}");
        }
    }
}
