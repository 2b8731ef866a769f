//! Reads TOML.

use toml::de::{DeTable, DeValue};

use super::node::{Kind, Lines, Node};
use super::problem::Problem;
use super::{Config, ConfigError};

impl Config {
    /// Reads a configuration from TOML. Feature `toml`.
    ///
    /// # Errors
    /// [`ConfigError`]: the text is not TOML, has keys or values that are not allowed, or what
    /// [`Config::check`] finds. Problems have their lines.
    ///
    /// # Examples
    /// ```
    /// use femto_std::config::Config;
    ///
    /// let config = Config::from_toml(
    ///     r#"
    ///         [handlers.console]
    ///         class = "stream"
    ///
    ///         [loggers."app.db"]
    ///         level = "DEBUG"
    ///
    ///         [root]
    ///         level = "INFO"
    ///         handlers = ["console"]
    ///     "#,
    /// )?;
    /// assert_eq!(config.root.unwrap().handlers, ["console"]);
    ///
    /// let error = Config::from_toml("[root]\nlevle = 'INFO'").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "line 2: root.levle: no such key: did you mean `level`? \
    ///      allowed: `level`, `handlers`, `filters`, `propagate`"
    /// );
    /// # Ok::<(), femto_std::config::ConfigError>(())
    /// ```
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        Self::from_node(&read(text)?)
    }
}

pub(super) fn read(text: &str) -> Result<Node, ConfigError> {
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map(|span| lines.at(span.start));
        ConfigError::new(Problem::at_line(line, format!("not TOML: {}", error.message())))
    })?;
    Ok(Node { line: 0, kind: Kind::Table(entries(table.get_ref(), &lines)) })
}

fn entries(table: &DeTable<'_>, lines: &Lines) -> Vec<(String, Node)> {
    let mut entries: Vec<_> = table.iter().collect();
    // As in the file, not by name.
    entries.sort_by_key(|(key, _)| key.span().start);
    let entries = entries.into_iter().map(|(key, value)| {
        let line = lines.at(key.span().start);
        (key.get_ref().to_string(), Node { line, kind: kind(value.get_ref(), lines) })
    });
    entries.collect()
}

fn kind(value: &DeValue<'_>, lines: &Lines) -> Kind {
    match value {
        DeValue::String(text) => Kind::Text(text.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(
                // Beyond 64 bits: too large for any setting, and shown as it is not.
                Kind::Float(number.as_str().parse().unwrap_or(f64::INFINITY)),
                Kind::Integer,
            )
        }
        DeValue::Float(number) => Kind::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => Kind::Bool(*value),
        DeValue::Datetime(value) => Kind::Text(value.to_string()),
        DeValue::Array(items) => Kind::List(
            items
                .iter()
                .map(|item| Node {
                    line: lines.at(item.span().start),
                    kind: kind(item.get_ref(), lines),
                })
                .collect(),
        ),
        DeValue::Table(table) => Kind::Table(entries(table, lines)),
    }
}
