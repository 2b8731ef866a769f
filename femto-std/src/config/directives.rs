//! Directives: levels of loggers in a line of text, as in `RUST_LOG`.

use core::mem;

use femto_core::Level;

use super::problem::{Problem, Problems};
use super::{Config, ConfigError};
use crate::level_named;

impl Config {
    /// Levels from directives, as `env_logger` and `tracing-subscriber`'s `EnvFilter` know them:
    /// `info,app.db=debug,hyper=off`. The configuration has levels, and nothing else.
    ///
    /// | directive | |
    /// |---|---|
    /// | `info` | the level of the root |
    /// | `app.db=debug`, `app::db=debug` | the level of a logger and those below it |
    /// | `app.db`, `app.db=` | all its records |
    /// | `app.db=off` | none |
    ///
    /// Levels are names in any case, Python's and those of the application
    /// ([`add_level_name`](crate::add_level_name)) included; of several for one logger the last
    /// counts, and spaces around are left out. As in `env_logger`, loggers that no directive names
    /// have no records where one is named, and those at [`Level::ERROR`] or above if there are no
    /// directives at all. Not as there, `app` does not stand for `apple`: names are of whole parts.
    ///
    /// # Errors
    /// [`ConfigError`], with all directives that are wrong. Numbers are refused, for `EnvFilter` and
    /// Python count them differently; so are spans and fields of `EnvFilter` (`app[span]=debug`) and
    /// regular expressions of `env_logger` (`info/text`): a [filter](super::FilterConfig) does more.
    ///
    /// # Examples
    /// Added to what an application configures itself:
    /// ```
    /// use femto_std::config::{Config, LoggerConfig, StreamConfig};
    /// use femto_std::{Level, Manager};
    ///
    /// let mut config = Config::from_directives("info,app.db=debug")?;
    /// config.handlers.insert("console".to_owned(), StreamConfig::stderr().into());
    /// config.root.get_or_insert_default().handlers = vec!["console".to_owned()];
    /// config.apply()?;
    ///
    /// assert!(Manager::global().get_logger("app.db.pool").is_enabled(Level::DEBUG));
    /// assert!(!Manager::global().get_logger("app.web").is_enabled(Level::DEBUG));
    /// # Ok::<(), femto_std::config::ConfigError>(())
    /// ```
    pub fn from_directives(directives: &str) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        config.set_directives(directives)?;
        let default = if config.loggers.is_empty() { Level::ERROR } else { Level::OFF };
        config.root.get_or_insert_default().level.get_or_insert(default);
        Ok(config)
    }

    /// Sets the levels that directives name, and no others: see [`Config::from_directives`].
    ///
    /// # Errors
    /// As there; nothing was set.
    ///
    /// # Examples
    /// Levels of a running system:
    /// ```
    /// use femto_std::{Level, Manager};
    ///
    /// let manager = Manager::global();
    /// let mut config = manager.config();
    /// config.set_directives("app.web=trace")?;
    /// config.apply()?;
    /// assert_eq!(manager.get_logger("app.web").level(), Level::TRACE);
    /// # Ok::<(), femto_std::config::ConfigError>(())
    /// ```
    pub fn set_directives(&mut self, directives: &str) -> Result<(), ConfigError> {
        let mut problems = Problems::default();
        let mut levels = Vec::new();
        let all = directives.split(',').map(str::trim).filter(|directive| !directive.is_empty());
        for directive in all {
            match read(directive) {
                Ok(level) => levels.push(level),
                Err(text) => {
                    problems
                        .push(Problem::at_line(None, format!("directive `{directive}`: {text}")));
                }
            }
        }
        problems.into_result(Some(()))?;
        for (name, level) in levels {
            match self.logger_mut(&name) {
                Some(logger) => logger.level = Some(level),
                None if name == "root" => self.root.get_or_insert_default().level = Some(level),
                None => self.loggers.entry(name).or_default().level = Some(level),
            }
        }
        Ok(())
    }
}

/// The logger and its level; what is wrong otherwise.
fn read(directive: &str) -> Result<(String, Level), String> {
    if directive.contains(['[', ']', '{', '}']) {
        return Err(
            "spans and fields are not supported: allowed are `level` and `name=level`".into()
        );
    }
    if directive.contains('/') {
        return Err(
            "regular expressions are not supported: allowed are `level` and `name=level`".into()
        );
    }
    let (name, level) = match directive.split_once('=') {
        Some((name, level)) => (name.trim(), level.trim()),
        None => match level(directive) {
            Some(level) => return Ok(("root".to_owned(), level)),
            None if is_number(directive) => return Err(wrong_level(directive)),
            None => (directive, ""),
        },
    };
    if name.is_empty() {
        return Err("the name is missing: allowed are `level` and `name=level`".into());
    }
    let mut name = name.replace("::", ".");
    if name.contains(char::is_whitespace) {
        return Err(format!("the name `{}` has a space in it", mem::take(&mut name)));
    }
    match level {
        "" => Ok((name, Level::TRACE)),
        text => match self::level(text) {
            Some(level) => Ok((name, level)),
            None => Err(wrong_level(text)),
        },
    }
}

fn level(text: &str) -> Option<Level> {
    level_named(text).ok().filter(|_| !is_number(text))
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

fn wrong_level(text: &str) -> String {
    let hint = super::problem::hint(text, &LEVELS);
    format!("no such level `{text}`: {hint}, or a name of the application's own")
}

const LEVELS: [&str; 7] = ["off", "critical", "error", "warn", "info", "debug", "trace"];
