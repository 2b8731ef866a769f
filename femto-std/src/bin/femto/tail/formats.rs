//! What is looked at, and what its lines look like: as the arguments say, or a configuration.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use femto_std::__cli::Layout;
use femto_std::config::{Config, Field, FormatterBuilder, HandlerConfig};

use super::line::{Parser, Part, Pattern};
use super::{Error, Key, Options, rotated};

/// A file, and what reads its lines.
pub(super) type Input = (PathBuf, Rc<Parser>);

/// The files that were named, else those of the configuration, else standard input.
pub(super) fn inputs(options: &Options) -> Result<Vec<Input>, Error> {
    let files = &options.files;
    let Some(path) = &options.config else {
        let parser = Rc::new(Parser { keys: keys(options), pattern: options.format.clone() });
        let files = if files.is_empty() { &[PathBuf::from("-")][..] } else { files };
        return Ok(files.iter().map(|file| (file.clone(), parser.clone())).collect());
    };
    let config = Config::from_file(path).map_err(|error| Error::Config(Box::new(error)))?;
    let parser = |handler| parser(&config, handler, options).map(Rc::new);
    if let Some(id) = &options.handler {
        let handler = config.handlers.get(id).ok_or_else(|| unknown(id, &config))?;
        let own = || file(handler).map_or_else(|| PathBuf::from("-"), Path::to_path_buf);
        let files = if files.is_empty() { vec![own()] } else { files.clone() };
        let parser = parser(handler)?;
        return Ok(files.into_iter().map(|file| (file, parser.clone())).collect());
    }
    if files.is_empty() {
        let mut seen = HashSet::new();
        let handlers = config.handlers.values();
        let own = handlers.filter_map(|handler| Some((file(handler)?.to_owned(), handler)));
        let own: Vec<_> = own.filter(|(file, _)| seen.insert(file.clone())).collect();
        if own.is_empty() {
            let what = "no handler of it writes to a file: allowed are a FILE, and --handler for standard input";
            return Err(Error::Of { name: path.display().to_string(), what: what.into() });
        }
        return own.into_iter().map(|(file, handler)| Ok((file, parser(handler)?))).collect();
    }
    let of = |path: &PathBuf| {
        let handler = writer(path, &config).ok_or_else(|| Error::Of {
            name: super::shown_name(path),
            what: format!("no handler writes to it: {}", allowed(&config)),
        })?;
        Ok((path.clone(), parser(handler)?))
    };
    files.iter().map(of).collect()
}

fn keys(options: &Options) -> Vec<(String, Part)> {
    options.key.iter().map(|Key(key, part)| (key.clone(), *part)).collect()
}

fn file(handler: &HandlerConfig) -> Option<&Path> {
    handler.kind.as_ref()?.file()
}

/// The handler that writes to a file, or wrote to it before it was rotated; perhaps in another folder.
fn writer<'c>(path: &Path, config: &'c Config) -> Option<&'c HandlerConfig> {
    let has_name = |log: &Path| {
        let name = path.file_name()?;
        (Some(name) == log.file_name() || rotated::is_of(log, name)).then_some(())
    };
    let of_file = |is_it: &dyn Fn(&Path) -> bool| {
        config.handlers.values().find(|handler| file(handler).is_some_and(is_it))
    };
    of_file(&|log| log == path).or_else(|| of_file(&|log| has_name(log).is_some()))
}

/// Reads what a handler writes.
fn parser(config: &Config, handler: &HandlerConfig, options: &Options) -> Result<Parser, Error> {
    let usual = FormatterBuilder::new();
    let formatter = handler.formatter.as_ref().and_then(|id| config.formatters.get(id));
    let layout = Layout::of(formatter.unwrap_or(&usual)).map_err(|error| Error::Of {
        name: handler.formatter.clone().unwrap_or_default(),
        what: error.to_string(),
    })?;
    let mut parser = Parser { keys: keys(options), pattern: None };
    match layout {
        Layout::Pattern { fields, tail, time } => {
            parser.pattern = Some(Pattern::new(fields, tail, time.as_deref()));
        }
        Layout::Keys(fields) => {
            parser.keys.extend(fields.into_iter().filter_map(|(key, field)| {
                let part = match field {
                    Field::Time | Field::UnixTime => Part::Time,
                    Field::Level | Field::LevelNumber => Part::Level,
                    Field::Logger => Part::Logger,
                    Field::Message => Part::Message,
                    _ => return None,
                };
                Some((key, part))
            }));
        }
        _ => {}
    }
    Ok(parser)
}

fn unknown(id: &str, config: &Config) -> Error {
    Error::Of { name: format!("--handler {id:?}"), what: allowed(config) }
}

fn allowed(config: &Config) -> String {
    let ids: Vec<&str> = config.handlers.keys().map(String::as_str).collect();
    format!("allowed with --handler are {}", ids.join(", "))
}
