//! Reads JSON.

use core::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::node::{Kind, Lines, Node};
use super::problem::Problem;
use super::{Config, ConfigError};

impl Config {
    /// Reads a configuration from JSON. Feature `json`.
    ///
    /// # Errors
    /// [`ConfigError`]: the text is not JSON, has keys or values that are not allowed, or what
    /// [`Config::check`] finds. Problems have their lines, what is not JSON its column.
    ///
    /// # Examples
    /// ```
    /// use femto_std::config::Config;
    ///
    /// let config = Config::from_json(
    ///     r#"{
    ///         "handlers": {"console": {"class": "stream"}},
    ///         "root": {"level": "INFO", "handlers": ["console"]}
    ///     }"#,
    /// )?;
    /// assert_eq!(config.root.unwrap().handlers, ["console"]);
    /// # Ok::<(), femto_std::config::ConfigError>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        Self::from_node(&read(text)?)
    }
}

pub(super) fn read(text: &str) -> Result<Node, ConfigError> {
    let reader = Reader { text, lines: Lines::of(text) };
    let value = serde_json::from_str(text)
        .map_err(|error| not_json(error.line(), error.column(), &error))?;
    reader.node(value, 0)
}

/// Reads the text level by level: where a value stands in the whole tells its line.
struct Reader<'t> {
    text: &'t str,
    lines: Lines,
}

impl<'t> Reader<'t> {
    fn node(&self, raw: &'t RawValue, depth: usize) -> Result<Node, ConfigError> {
        let part = raw.get();
        let at = part.as_ptr().addr() - self.text.as_ptr().addr();
        let line = self.lines.at(at);
        // The library counts from the beginning of the part.
        let told = |error: serde_json::Error| match error.line() {
            0 | 1 => {
                let before = at - self.text[..at].rfind('\n').map_or(0, |end| end + 1);
                not_json(line as usize, before + error.column(), &error)
            }
            more => not_json(line as usize + more - 1, error.column(), &error),
        };
        if depth > MAX_DEPTH {
            return Err(wrong(line, "too deep"));
        }
        let kind = match part.as_bytes().first() {
            Some(b'{') => {
                let Entries(entries) = serde_json::from_str(part).map_err(told)?;
                let mut table: Vec<(String, Node)> = Vec::new();
                for (key, value) in entries {
                    let node = self.node(value, depth + 1)?;
                    if table.iter().any(|(known, _)| *known == key) {
                        return Err(wrong(node.line, &format!("the key `{key}` is there twice")));
                    }
                    table.push((key, node));
                }
                Kind::Table(table)
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(part).map_err(told)?;
                let items = items.into_iter().map(|item| self.node(item, depth + 1));
                Kind::List(items.collect::<Result<_, _>>()?)
            }
            Some(b'"') => Kind::Text(serde_json::from_str(part).map_err(told)?),
            Some(b't') => Kind::Bool(true),
            Some(b'f') => Kind::Bool(false),
            Some(b'n') => Kind::Null,
            _ => match part.parse() {
                Ok(number) => Kind::Integer(number),
                Err(_) => Kind::Float(serde_json::from_str(part).map_err(told)?),
            },
        };
        Ok(Node { line, kind })
    }
}

fn wrong(line: u32, text: &str) -> ConfigError {
    ConfigError::new(Problem::at_line(Some(line), format!("not JSON: {text}")))
}

/// What the library says, with its place in the whole, for it ends with one of its own. Columns are
/// bytes, counted from 1: a file may be one line.
fn not_json(line: usize, column: usize, error: &serde_json::Error) -> ConfigError {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(&*text, |(text, _)| text);
    // A text that ends with a line has no column where something is missing.
    match column {
        0 => wrong(line as u32, text),
        _ => wrong(line as u32, &format!("{text} at column {column}")),
    }
}

/// The entries of an object, as they come.
struct Entries<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
            entries.push((key, value));
        }
        Ok(Entries(entries))
    }
}

/// More than any configuration needs.
const MAX_DEPTH: usize = 64;
