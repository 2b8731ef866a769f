//! From the environment: the one line that begins logging.

use std::env::{self, VarError};

use super::problem::{Problem, Step};
use super::{Config, ConfigError, StreamConfig};
use crate::bridge;

/// Begins logging as `env_logger::init()` does: lines on standard error, levels by
/// [directives](Config::from_directives) of the environment variable `FEMTO_LOG`, or of `RUST_LOG` if
/// that is not set or empty; errors only if neither is. Records of the `log` crate are taken, too.
///
/// # Errors
/// [`ConfigError`]: a directive is wrong, or the `log` crate has a logger already.
///
/// # Examples
/// ```
/// femto_std::config::init_from_env()?;
///
/// femto_std::error!("shown unless FEMTO_LOG or RUST_LOG say otherwise");
/// log::error!("shown, too");
/// # Ok::<(), femto_std::config::ConfigError>(())
/// ```
pub fn init_from_env() -> Result<(), ConfigError> {
    init_from_env_or("error")
}

/// As [`init_from_env`], with directives that count where the environment has none.
///
/// # Errors
/// As there.
///
/// # Examples
/// ```
/// femto_std::config::init_from_env_or("info")?;
/// # Ok::<(), femto_std::config::ConfigError>(())
/// ```
pub fn init_from_env_or(default: &str) -> Result<(), ConfigError> {
    let mut config = from_env()?.map_or_else(|| Config::from_directives(default), Ok)?;
    config.handlers.insert(CONSOLE.to_owned(), StreamConfig::stderr().into());
    config.root.get_or_insert_default().handlers.push(CONSOLE.to_owned());
    bridge::log::install()
        .map_err(|error| ConfigError::new(Problem::at_line(None, error.to_string())))?;
    config.apply()
}

/// The levels that the environment asks for, if it does.
fn from_env() -> Result<Option<Config>, ConfigError> {
    for name in VARIABLES {
        let step = || vec![Step::Key(name.to_owned())];
        match env::var(name) {
            Ok(directives) if !directives.trim().is_empty() => {
                let read = Config::from_directives(&directives);
                return read.map(Some).map_err(|error| error.below(&step()));
            }
            Ok(_) | Err(VarError::NotPresent) => {}
            Err(VarError::NotUnicode(_)) => {
                return Err(ConfigError::new(Problem::new(step(), ": not UTF-8".to_owned())));
            }
        }
    }
    Ok(None)
}

/// The first that is set counts.
const VARIABLES: [&str; 2] = ["FEMTO_LOG", "RUST_LOG"];
const CONSOLE: &str = "console";
