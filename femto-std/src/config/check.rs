//! Check: is the whole right, before anything is touched?

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::handler::Parts;
use super::problem::{Place, Problems, Unknown};
use super::{Config, ConfigError, HandlerConfig, LoggerConfig};
use crate::Error;
use crate::formatter::Formatter;

/// What was made while looking.
pub(crate) struct Checked {
    pub(crate) formatters: BTreeMap<String, Arc<dyn Formatter>>,
    /// Ids of filters, those that others name before these.
    pub(crate) filters: Vec<String>,
    /// Ids of handlers, those that others pass records on to before these.
    pub(crate) handlers: Vec<String>,
}

/// Looks for everything that is wrong, opens nothing.
pub(crate) fn check(config: &Config) -> Result<Checked, ConfigError> {
    let mut problems = Problems::default();
    let root = &Place::ROOT;
    if config.version != 1 {
        problems.wrong(&root.key("version"), &config.version, "allowed is 1");
    }
    let mut checked =
        Checked { formatters: BTreeMap::new(), filters: Vec::new(), handlers: Vec::new() };
    if !config.incremental {
        checked.formatters = make_formatters(config, &mut problems);
        checked.filters = check_filters(config, &mut problems);
        checked.handlers = check_handlers(config, &mut problems);
        check_files(config, &mut problems);
        config.check_process(&mut problems);
    }
    check_loggers(config, &mut problems);
    problems.into_result(Some(checked))
}

fn make_formatters(
    config: &Config,
    problems: &mut Problems,
) -> BTreeMap<String, Arc<dyn Formatter>> {
    let place = Place::ROOT.key("formatters");
    let made = config.formatters.iter().filter_map(|(id, formatter)| {
        Some((id.clone(), formatter.make(&config.static_fields, &place.key(id), problems)?))
    });
    made.collect()
}

/// Ids of filters, those that others name before these.
fn check_filters(config: &Config, problems: &mut Problems) -> Vec<String> {
    let place = Place::ROOT.key("filters");
    for (id, filter) in &config.filters {
        let place = place.key(id);
        for (key, ids) in filter.parts() {
            check_ids(&place.key(key), "filter", ids, config.filters.keys(), problems);
        }
        if filter.min_level > filter.max_level {
            let text = format!("allowed is at most max_level, {}", filter.max_level);
            problems.wrong(&place.key("min_level"), &filter.min_level, &text);
        }
    }
    let parts = |id: &str| -> Vec<&str> {
        let filter = config.filters.get(id);
        filter.map_or_else(Vec::new, |filter| {
            filter.parts().iter().flat_map(|(_, ids)| ids.iter().map(String::as_str)).collect()
        })
    };
    in_order(config.filters.keys().map(String::as_str), &parts, &place, problems)
}

/// Ids of handlers, those that others pass records on to before these.
fn check_handlers(config: &Config, problems: &mut Problems) -> Vec<String> {
    let handlers = Place::ROOT.key("handlers");
    for (id, handler) in &config.handlers {
        let place = handlers.key(id);
        let Some(kind) = &handler.kind else {
            problems.at(&place, "`class` is missing");
            continue;
        };
        for (key, _) in handler.unused_queue().iter().filter(|(_, is_said)| *is_said) {
            let text = format!("a handler of class `{}` does not have it", kind.name());
            problems.at(&place.key(key), &text);
        }
        let formatter = handler.formatter.as_slice();
        let formatters = config.formatters.keys();
        check_ids(&place.key("formatter"), "formatter", formatter, formatters, problems);
        let filters = config.filters.keys();
        check_ids(&place.key("filters"), "filter", &handler.filters, filters, problems);
        let key = kind.targets_key();
        check_ids(&place.key(key), "handler", kind.targets(), config.handlers.keys(), problems);
        check_parameters(handler, &place, problems);
    }
    let targets = |id: &str| -> Vec<&str> {
        let handler = config.handlers.get(id);
        handler
            .map_or_else(Vec::new, |handler| handler.targets().iter().map(String::as_str).collect())
    };
    in_order(config.handlers.keys().map(String::as_str), &targets, &handlers, problems)
}

fn check_parameters(handler: &HandlerConfig, place: &Place<'_>, problems: &mut Problems) {
    let parts = Parts { queue: handler.queue.clone(), ..Parts::default() };
    match handler.check(&parts) {
        Err(Error::CheckParameter { name, value, allowed }) => {
            problems.wrong(&place.key(name), &value, &format!("allowed is {allowed}"));
        }
        Err(error) => problems.at(place, &error.to_string()),
        Ok(()) => {}
    }
}

/// Two handlers of one file would undo each other's work, unless both only append lines.
fn check_files(config: &Config, problems: &mut Problems) {
    let mut known: BTreeMap<PathBuf, (&str, bool)> = BTreeMap::new();
    let handlers = Place::ROOT.key("handlers");
    for (id, handler) in &config.handlers {
        let Some(kind) = &handler.kind else { continue };
        let Some(path) = kind.file() else { continue };
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let shares = kind.shares_file();
        if let Some((other, other_shares)) = known.insert(whole, (id, shares))
            && !(shares && other_shares)
        {
            let text = format!(
                "handler `{other}` writes to it too: allowed is that for handlers of class `file` \
                 that append"
            );
            let shown = format_args!("{path:?}");
            problems.wrong(&handlers.key(id).key("filename"), &shown, &text);
        }
    }
}

fn check_loggers(config: &Config, problems: &mut Problems) {
    let root = &Place::ROOT;
    if let Some(logger) = &config.root {
        check_logger(config, logger, &root.key("root"), problems);
    }
    let loggers = root.key("loggers");
    for (name, logger) in &config.loggers {
        check_logger(config, logger, &loggers.key(name), problems);
    }
    // One logger can have several spellings: ``, `root` and the key `root`; `a::b` and `a.b`.
    let mut seen = BTreeSet::new();
    let spelled = config.root.iter().map(|_| None).chain(config.loggers.keys().map(Some));
    for ((name, _), key) in config.loggers().zip(spelled) {
        if let Some(key) = key
            && seen.contains(&name)
        {
            let text = format!("is the logger `{name}`, which is configured already");
            problems.at(&loggers.key(key), &text);
        }
        seen.insert(name);
    }
}

fn check_logger(
    config: &Config,
    logger: &LoggerConfig,
    place: &Place<'_>,
    problems: &mut Problems,
) {
    if config.incremental {
        return;
    }
    let handlers = config.handlers.keys();
    check_ids(&place.key("handlers"), "handler", &logger.handlers, handlers, problems);
    let filters = config.filters.keys();
    check_ids(&place.key("filters"), "filter", &logger.filters, filters, problems);
}

/// Whether ids are known; `place` is that of the list, or of the one id that there may be.
fn check_ids<'k>(
    place: &Place<'_>,
    what: &'static str,
    ids: &[String],
    known: impl Iterator<Item = &'k String> + Clone,
    problems: &mut Problems,
) {
    for (index, id) in ids.iter().enumerate() {
        if known.clone().any(|known| known == id) {
            continue;
        }
        let item = place.index(index);
        // Where one id only can be, it is not in a list.
        let place = if place.is_one() { place } else { &item };
        problems.unknown(place, Unknown { what, name: id }, known.clone().map(String::as_str));
    }
}

/// Puts ids in an order in which those that others name come before these; tells of circles.
fn in_order<'c>(
    ids: impl Iterator<Item = &'c str>,
    parts: &dyn Fn(&str) -> Vec<&'c str>,
    place: &Place<'_>,
    problems: &mut Problems,
) -> Vec<String> {
    let mut order = Vec::new();
    for id in ids {
        visit(id, parts, &mut Vec::new(), &mut order, &mut |circle| {
            let names: Vec<String> = circle.iter().map(|id| format!("`{id}`")).collect();
            problems.at(&place.key(circle[0]), &format!("names itself: {}", names.join(" -> ")));
        });
    }
    order
}

fn visit<'c>(
    id: &'c str,
    parts: &dyn Fn(&str) -> Vec<&'c str>,
    above: &mut Vec<&'c str>,
    order: &mut Vec<String>,
    tell: &mut dyn FnMut(&[&str]),
) {
    if let Some(entry) = above.iter().position(|known| *known == id) {
        above.push(id);
        tell(&above[entry..]);
        above.pop();
        return;
    }
    if order.iter().any(|known| known == id) {
        return;
    }
    above.push(id);
    for part in parts(id) {
        visit(part, parts, above, order, tell);
    }
    above.pop();
    order.push(id.to_owned());
}
