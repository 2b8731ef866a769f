//! `femto check`: what a configuration would do.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use femto_std::Level;
use femto_std::config::{Config, ConfigError, HandlerConfig, HandlerKind, LoggerConfig};
use femto_std::level_name;

/// Checks a configuration, and shows the loggers and handlers that it makes
///
/// The format is told by the file's ending: .toml, .yaml, .yml or .json. Nothing is opened or written, so
/// whether the log files can be is not looked at.
///
/// Exit status: 0 the configuration is right; 1 it is wrong, or cannot be read; 2 the arguments are wrong.
#[derive(Args)]
pub(crate) struct Options {
    /// The configuration
    config: PathBuf,
}

/// Why the configuration was not shown.
pub(crate) enum Error {
    Check(ConfigError),
    Write(io::Error),
}

/// Shows a configuration on standard output.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    let config = Config::from_file(&options.config).map_err(Error::Check)?;
    let mut out = String::new();
    show(&config, &mut out);
    io::stdout().write_all(out.as_bytes()).map_err(Error::Write)
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Check(error) => error.fmt(f),
            Self::Write(error) => write!(f, "could not write: {error}"),
        }
    }
}

fn show(config: &Config, out: &mut String) {
    if config.incremental {
        out.push_str("incremental: levels and propagation of what is there\n");
    }
    let tree = Tree::of(config);
    let mut rows = vec![["logger", "level", "handlers", ""].map(str::to_owned)];
    for (name, logger) in &tree.0 {
        // The root comes first, and its children are as far to the left as it is.
        let depth = if name.is_empty() { 0 } else { name.split('.').count() };
        let shown = if name.is_empty() { "root" } else { name };
        rows.push([
            format!("{}{shown}", "  ".repeat(depth)),
            tree.level(config, name),
            tree.handlers(name).join(", "),
            notes(config, logger),
        ]);
    }
    table(&rows, out);
    if config.incremental && config.handlers.is_empty() {
        return;
    }
    out.push('\n');
    let mut rows = vec![["handler", "level", "class", ""].map(str::to_owned)];
    for (id, handler) in &config.handlers {
        let takes_none = matches!(handler.kind, Some(HandlerKind::Null(_)));
        let default = if takes_none { "none" } else { "all" };
        let level = handler.level.map_or_else(|| default.to_owned(), named);
        let class = handler.kind.as_ref().map_or("", |kind| kind.name());
        rows.push([format!("  {id}"), level, class.to_owned(), details(handler)]);
    }
    table(&rows, out);
    if !config.incremental {
        show_process(config, out);
    }
}

/// What concerns the whole process, a line each.
fn show_process(config: &Config, out: &mut String) {
    let mut lines = Vec::new();
    if !config.static_fields.is_empty() {
        let keys: Vec<&str> = config.static_fields.keys().map(String::as_str).collect();
        lines.push(format!("static fields: {}", keys.join(", ")));
    }
    if let Some(recover) = &config.recover {
        lines.push(format!("recover: {}, {} bytes", recover.path.display(), recover.size));
    }
    if let Some(statistics) = &config.statistics {
        let (every, level) = (statistics.every, named(statistics.level));
        lines.push(format!("statistics: every {every:?}, {level}, logger {}", statistics.logger));
    }
    if let Some(shutdown) = &config.shutdown {
        let names: Vec<String> = shutdown.signals.iter().map(ToString::to_string).collect();
        let names = if names.is_empty() { "no signal".to_owned() } else { names.join(", ") };
        lines.push(format!("shutdown: on {names}, within {:?}", shutdown.deadline));
    }
    for (index, line) in lines.iter().enumerate() {
        out.push_str(if index == 0 { "\n" } else { "" });
        out.push_str(&escaped(line));
        out.push('\n');
    }
}

/// Loggers by name, the root's empty; those that a configured one lies below are among them.
struct Tree<'c>(BTreeMap<String, Option<&'c LoggerConfig>>);

impl<'c> Tree<'c> {
    fn of(config: &'c Config) -> Self {
        let mut loggers = BTreeMap::from([(String::new(), config.root.as_ref())]);
        for (name, logger) in &config.loggers {
            let name = if name == "root" { String::new() } else { name.replace("::", ".") };
            loggers.insert(name, Some(logger));
        }
        Self(loggers)
    }

    /// A logger and those above it, the nearest first.
    fn line<'t>(&'t self, name: &'t str) -> impl Iterator<Item = (&'t str, &'c LoggerConfig)> {
        let names = core::iter::successors(Some(name), |name| match name.rsplit_once('.') {
            Some((above, _)) => Some(above),
            None => (!name.is_empty()).then_some(""),
        });
        names.filter_map(|name| Some((name, (*self.0.get(name)?)?)))
    }

    /// The level that counts, and whose it is.
    fn level(&self, config: &Config, name: &str) -> String {
        let own = |logger: &LoggerConfig| logger.level.filter(|level| *level != Level::NOTSET);
        match self.line(name).find_map(|(above, logger)| Some((above, own(logger)?))) {
            Some((above, level)) if above == name => named(level),
            Some((above, level)) => {
                format!("{} of {}", named(level), if above.is_empty() { "root" } else { above })
            }
            None if config.incremental => "as it is".to_owned(),
            None if name.is_empty() => "WARN".to_owned(),
            None => "WARN of root".to_owned(),
        }
    }

    /// The handlers that its records reach.
    fn handlers(&self, name: &str) -> Vec<&'c str> {
        let mut reached: Vec<&str> = Vec::new();
        for (_, logger) in self.line(name) {
            for id in &logger.handlers {
                if !reached.contains(&id.as_str()) {
                    reached.push(id);
                }
            }
            if logger.propagate == Some(false) {
                break;
            }
        }
        reached
    }
}

fn notes(config: &Config, logger: &Option<&LoggerConfig>) -> String {
    let Some(logger) = logger else { return String::new() };
    let mut notes = Vec::new();
    if logger.propagate == Some(false) {
        notes.push("does not propagate".to_owned());
    }
    if !logger.filters.is_empty() && !config.incremental {
        notes.push(format!("filters {}", logger.filters.join(", ")));
    }
    notes.join("; ")
}

fn details(handler: &HandlerConfig) -> String {
    let mut details = Vec::new();
    if let Some(kind) = &handler.kind {
        details.extend(kind.file().map(|file| file.display().to_string()));
        if !kind.targets().is_empty() {
            details.push(format!("to {}", kind.targets().join(", ")));
        }
    }
    details.extend(handler.formatter.as_ref().map(|id| format!("formatter {id}")));
    if !handler.filters.is_empty() {
        details.push(format!("filters {}", handler.filters.join(", ")));
    }
    details.join("; ")
}

fn named(level: Level) -> String {
    level_name(level).map_or_else(|| level.to_string(), str::to_owned)
}

/// Columns of equal width.
fn table(rows: &[[String; 4]], out: &mut String) {
    let rows: Vec<_> = rows.iter().map(|row| row.each_ref().map(|cell| escaped(cell))).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    for row in &rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let width = width(column).unwrap_or(0);
            line.push_str(&format!("{cell:width$}  "));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// A name may hold what drives the terminal.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter.is_control() {
            true => escaped.extend(letter.escape_default()),
            false => escaped.push(letter),
        }
    }
    escaped
}
