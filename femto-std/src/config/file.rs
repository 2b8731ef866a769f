//! Reads a configuration from a file, in the format that its name says.

use std::path::Path;

use super::{Config, ConfigError, Node};

impl Config {
    /// Reads a configuration from a file: `.toml`, `.yaml` or `.yml`, `.json`, as far as the crate
    /// was built with the features of these names. Paths of log files in it are relative to the
    /// working directory.
    ///
    /// # Errors
    /// [`ConfigError`]: the file cannot be read, is in no format that its name says, or what
    /// `Config::from_toml` and its like find.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        read(path).and_then(|text| parse(path, &text)).map_err(|error| error.in_file(path))
    }
}

impl Node {
    /// Reads what a file says, in the format of its name, without a look at what it means: for
    /// configurations of another schema than [`Config`]'s.
    ///
    /// # Errors
    /// [`ConfigError`]: the file cannot be read, or is in no format that its name says.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let parsed = read(path).and_then(|text| format_of(path).and_then(|read| read(&text)));
        parsed.map_err(|error| error.in_file(path))
    }
}

type Read = fn(&str) -> Result<Node, ConfigError>;

/// The text of a file whose format is known.
pub(super) fn read(path: &Path) -> Result<String, ConfigError> {
    format_of(path)?;
    std::fs::read_to_string(path)
        .map_err(|error| ConfigError::of_text(format!("could not be read: {error}")))
}

/// What a file's text says, in the format that its name tells.
pub(super) fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
    format_of(path).and_then(|read| Config::from_node(&read(text)?))
}

fn format_of(path: &Path) -> Result<Read, ConfigError> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let ending = ending.unwrap_or_default();
    let found = FORMATS.iter().find(|(endings, _)| endings.contains(&&*ending));
    found.map(|(_, read)| *read).ok_or_else(|| {
        let known: Vec<&str> = FORMATS.iter().flat_map(|(endings, _)| *endings).copied().collect();
        let known = match known.is_empty() {
            true => "none, for femto-std was built without its features `toml`, `yaml`, `json`",
            false => &known.join(", "),
        };
        ConfigError::of_text(format!("no format is known by its name: allowed endings are {known}"))
    })
}

const FORMATS: &[(&[&str], Read)] = &[
    #[cfg(feature = "toml")]
    (&["toml"], super::toml::read),
    #[cfg(feature = "yaml")]
    (&["yaml", "yml"], super::yaml::read),
    #[cfg(feature = "json")]
    (&["json"], super::json::read),
];
