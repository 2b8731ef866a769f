//! Ini: what of an INI file Python's `configparser` and the crate `rust-ini` read alike.
//!
//! Runs where logging is configured. Which lines are comments, go on, or are none at all is decided
//! here by `configparser`'s rules; what is left is written so that both read the same: every name and
//! value begins with a mark, so that nothing in it means anything to the parser.

use ini::{Ini, ParseOption};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// A section: its name, its line, and its options with theirs.
type Section = (String, usize, Vec<(String, String, usize)>);

/// The number of a line that is none of a section, and the line.
type Unread = (usize, String);

/// Reads the text of an INI file: sections and options in order, those that are there twice included, and
/// the lines that are none of a section, of those before all sections the first. Lines are counted from 1;
/// keys and values are as they are written.
#[pyfunction]
pub(crate) fn read_ini(text: &str) -> PyResult<(Vec<Section>, Vec<Unread>)> {
    let lines = Lines::of(text);
    let options = ParseOption {
        enabled_quote: false,
        enabled_escape: false,
        enabled_indented_mutiline_value: true,
        ..ParseOption::default()
    };
    let read = Ini::load_from_str_opt(&lines.plain, options)
        .map_err(|error| PyValueError::new_err(error.to_string()))?;
    let mut numbers = lines.numbers.into_iter();
    let mut number = move || numbers.next().unwrap_or(0);
    let sections = read.iter().filter_map(|(name, options)| {
        // Both ends of a section's name are marked: spaces are part of it.
        let name = name?.strip_prefix(MARK)?.strip_suffix(MARK)?.to_owned();
        let line = number();
        let options = options.iter().filter_map(|(key, value)| {
            let value = value.strip_prefix(MARK)?.trim_end_matches(is_space);
            Some((key.strip_prefix(MARK)?.to_owned(), value.to_owned(), number()))
        });
        let options = options.collect();
        Some((name, line, options))
    });
    Ok((sections.collect(), lines.unread))
}

/// The lines that mean something, as `rust-ini` reads them.
#[derive(Default)]
struct Lines {
    plain: String,
    /// Of the sections and options in it, in order, the lines of the text.
    numbers: Vec<usize>,
    unread: Vec<Unread>,
}

impl Lines {
    fn of(text: &str) -> Self {
        let mut lines = Self::default();
        let (mut in_section, mut in_option, mut indent) = (false, false, 0);
        for (index, line) in text.split('\n').enumerate() {
            let number = index + 1;
            let content = line.trim_matches(is_space);
            if content.starts_with(['#', ';']) {
                continue;
            }
            if content.is_empty() {
                if in_option {
                    lines.plain.push('\n');
                }
                continue;
            }
            let depth = line.chars().take_while(|letter| is_space(*letter)).count();
            if in_option && depth > indent {
                lines.plain.push('\t');
                lines.push(content);
                continue;
            }
            indent = depth;
            if let Some(name) = section_name(content) {
                in_section = true;
                in_option = false;
                lines.numbers.push(number);
                lines.push(&format!("[{MARK}{name}{MARK}]"));
            } else if !in_section {
                if lines.unread.is_empty() {
                    lines.unread.push((number, line.to_owned()));
                }
            } else if let Some((key, value)) = content.split_once(['=', ':'])
                && !key.is_empty()
            {
                in_option = true;
                lines.numbers.push(number);
                let (key, value) = (key.trim_end_matches(is_space), value.trim_matches(is_space));
                lines.push(&format!("{MARK}{key} ={MARK}{value}"));
            } else {
                lines.unread.push((number, line.to_owned()));
            }
        }
        lines
    }

    fn push(&mut self, line: &str) {
        self.plain.push_str(line);
        if line.ends_with('\\') {
            // Else the next line would be part of this.
            self.plain.push(' ');
        }
        self.plain.push('\n');
    }
}

/// From the first bracket to the last: `configparser`'s expression `\[(.+)\]`.
fn section_name(content: &str) -> Option<&str> {
    let (name, _) = content.strip_prefix('[')?.rsplit_once(']')?;
    (!name.is_empty()).then_some(name)
}

/// What Python's `str.strip` takes away.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() || ('\x1c'..='\x1f').contains(&letter)
}

/// Neither a space nor anything that has a meaning.
const MARK: char = '.';
