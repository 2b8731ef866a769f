//! Reads a configuration from a file, in the format that its name says.

use std::path::Path;

use super::problem::Problem;
use super::{Config, ConfigError};

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
        let read = format_of(path)?;
        let wrong = |error| {
            let text = format!("could not read {}: {error}", path.display());
            ConfigError::new(Problem::at_line(None, text))
        };
        read(&std::fs::read_to_string(path).map_err(wrong)?)
    }
}

type Read = fn(&str) -> Result<Config, ConfigError>;

/// What reads the format of a file.
pub(super) fn format_of(path: &Path) -> Result<Read, ConfigError> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let ending = ending.unwrap_or_default();
    let found = FORMATS.iter().find(|(endings, _)| endings.contains(&&*ending));
    found.map(|(_, read)| *read).ok_or_else(|| {
        let known: Vec<&str> = FORMATS.iter().flat_map(|(endings, _)| *endings).copied().collect();
        let known = match known.is_empty() {
            true => "none, for femto-std was built without its features `toml`, `yaml`, `json`",
            false => &known.join(", "),
        };
        let text =
            format!("could not tell the format of {}: allowed endings are {known}", path.display());
        ConfigError::new(Problem::at_line(None, text))
    })
}

const FORMATS: &[(&[&str], Read)] = &[
    #[cfg(feature = "toml")]
    (&["toml"], |text| Config::from_toml(text)),
    #[cfg(feature = "yaml")]
    (&["yaml", "yml"], |text| Config::from_yaml(text)),
    #[cfg(feature = "json")]
    (&["json"], |text| Config::from_json(text)),
];
