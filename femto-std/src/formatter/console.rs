//! Lines for a console: control characters escaped, and coloured by level.
//!
//! Put around a console handler's formatter when the handler is made; runs on the caller where a
//! terminal is written directly, else on the *collector*.

use std::sync::Arc;

use femto_core::{Level, Record};

use super::escape::escape_lines;
use super::{CaptureMask, FormatError, Formatter};

/// What a console handler asks of its formatter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConsoleStyle {
    /// Whether lines are coloured.
    pub color: bool,
    /// Whether control characters, ends of lines and tabulators excepted, are printed as escapes: a
    /// message could drive the terminal otherwise.
    pub escaping: bool,
}

impl ConsoleStyle {
    pub(crate) const fn new(color: bool, escaping: bool) -> Self {
        Self { color, escaping }
    }

    /// The formatter of a console handler that was given `formatter`.
    pub(crate) fn dress(self, formatter: Arc<dyn Formatter>) -> Arc<dyn Formatter> {
        if !self.color && !self.escaping {
            return formatter;
        }
        match formatter.for_console(self) {
            Some(formatter) => formatter,
            None => Arc::new(ConsoleFormatter { inner: formatter, style: self }),
        }
    }
}

/// Colours and escapes the finished line of a formatter that knows of neither.
#[derive(Debug)]
struct ConsoleFormatter {
    inner: Arc<dyn Formatter>,
    style: ConsoleStyle,
}

impl Formatter for ConsoleFormatter {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        let before = out.len();
        let color = if self.style.color { color(record.level()) } else { "" };
        out.push_str(color);
        let start = out.len();
        if let Err(error) = self.inner.format(record, out) {
            out.truncate(before);
            return Err(error);
        }
        if self.style.escaping {
            escape_lines(out, start, "", true);
        }
        if !color.is_empty() {
            out.push_str(RESET);
        }
        Ok(())
    }

    fn mask(&self) -> CaptureMask {
        self.inner.mask()
    }
}

/// Appends the line of a record of this level, its control characters escaped.
#[cfg(feature = "cli")]
pub(crate) fn push_console_line(line: &str, level: Level, is_colored: bool, out: &mut String) {
    let color = if is_colored { color(level) } else { "" };
    out.push_str(color);
    let start = out.len();
    out.push_str(line);
    escape_lines(out, start, "", true);
    if !color.is_empty() {
        out.push_str(RESET);
    }
}

/// The sequence that sets the colour of a level (ECMA-48, SGR); none for a level between.
fn color(level: Level) -> &'static str {
    match level {
        level if level >= Level::CRITICAL => "\x1b[1;31m",
        level if level >= Level::ERROR => "\x1b[31m",
        level if level >= Level::WARN => "\x1b[33m",
        level if level >= Level::INFO => "",
        _ => "\x1b[2m",
    }
}

const RESET: &str = "\x1b[0m";

#[cfg(test)]
mod tests {
    use femto_core::Details;

    use super::*;
    use crate::formatter::{PatternFormatter, PatternStyle};

    fn line(style: ConsoleStyle, level: Level, message: &str) -> String {
        let inner = PatternFormatter::new("%(message)s", PatternStyle::Percent).unwrap();
        let formatter = style.dress(Arc::new(inner));
        let details = Details::default();
        let mut out = "before ".to_owned();
        let record = Record::from_message("x", &message, level, 0, &details);
        formatter.format(&record, &mut out).unwrap();
        out.strip_prefix("before ").unwrap().to_owned()
    }

    #[test]
    fn what_a_message_says_never_drives_the_terminal() {
        let message = "\x1b]0;title\x07 a\rb\u{9b}31m\n\tc \u{202e}\0é";
        let escaped = line(ConsoleStyle::new(false, true), Level::INFO, message);
        assert_eq!(escaped, "\\u{1b}]0;title\\u{7} a\\u{d}b\\u{9b}31m\n\tc \\u{202e}\\u{0}é");
        assert_eq!(line(ConsoleStyle::new(false, false), Level::INFO, message), message);
    }

    #[test]
    fn a_line_has_the_colour_of_its_level_and_ends_it() {
        let style = ConsoleStyle::new(true, true);
        assert_eq!(line(style, Level::ERROR, "x\x1b"), "\x1b[31mx\\u{1b}\x1b[0m");
        assert_eq!(line(style, Level::WARN, "x"), "\x1b[33mx\x1b[0m");
        assert_eq!(line(style, Level::INFO, "x"), "x");
        assert_eq!(line(style, Level::DEBUG, "x"), "\x1b[2mx\x1b[0m");
    }
}
