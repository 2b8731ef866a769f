//! Level names: what the application calls its levels.
//!
//! Set where logging is configured, read by formatters on the *collector* and wherever a level is
//! read from text. No log call looks here: levels are compared by their numbers.

use core::sync::atomic::{AtomicBool, Ordering};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use femto_core::Level;

use crate::Error;

/// Gives a level a name, in the whole process: all formatters of this crate print it, and
/// configuration and [`level_named`] understand it. Python's `addLevelName`.
///
/// May be called at any time, from any thread; what is formatted from then on has the name. A name
/// that the level had before is still understood. An empty name takes the level's name away.
///
/// # Examples
/// ```
/// use femto_std::{Level, add_level_name, level_name, level_named};
///
/// const NOTICE: Level = Level::new(25);
/// add_level_name(NOTICE, "NOTICE");
/// assert_eq!(level_name(NOTICE), Some("NOTICE"));
/// assert_eq!(level_named("notice")?, NOTICE);
/// # Ok::<(), femto_std::Error>(())
/// ```
pub fn add_level_name(level: Level, name: &str) {
    let text = (!name.is_empty()).then(|| keep(name));
    NAMES.rcu(|names| {
        let mut names = names.as_deref().cloned().unwrap_or_default();
        names.shown[usize::from(level.number())] = text;
        if let Some(text) = text {
            names.texts.insert(text);
            names.levels.insert(name.to_uppercase(), level);
        }
        Some(Arc::new(names))
    });
    HAS_ANY.store(true, Ordering::Release);
}

/// The name that the application gave a level, else the usual one; `None` for a number without.
#[must_use]
pub fn level_name(level: Level) -> Option<&'static str> {
    added_name(level).or_else(|| level.name())
}

/// Reads a level: a name that [`add_level_name`] gave, the usual names, `WARNING` and `FATAL`
/// included, all in any case, or a number from 0 to 255.
///
/// # Errors
/// [`Error::CheckParameter`] for any other text.
pub fn level_named(name: &str) -> Result<Level, Error> {
    find_level(name).ok_or_else(|| Error::CheckParameter {
        name: "level",
        value: format!("{name:?}"),
        allowed: "NOTSET, TRACE, DEBUG, INFO, WARN, WARNING, ERROR, CRITICAL, FATAL, OFF, a name \
                  given by add_level_name, or a number from 0 to 255",
    })
}

/// Reads a level; `None` for what is none.
pub(crate) fn find_level(name: &str) -> Option<Level> {
    if HAS_ANY.load(Ordering::Acquire) {
        let names = NAMES.load();
        let known = names.as_ref().and_then(|names| names.levels.get(&name.to_uppercase()));
        if let Some(level) = known {
            return Some(*level);
        }
    }
    name.parse().ok()
}

/// The name that the application gave a level.
#[inline]
pub(crate) fn added_name(level: Level) -> Option<&'static str> {
    if HAS_ANY.load(Ordering::Acquire) { look_up(level) } else { None }
}

#[cold]
fn look_up(level: Level) -> Option<&'static str> {
    NAMES.load().as_ref()?.shown[usize::from(level.number())]
}

/// The name for the life of the program, so that whoever prints it needs no lock; each once, unless two
/// threads give it at the same time.
fn keep(name: &str) -> &'static str {
    let names = NAMES.load();
    let known = names.as_ref().and_then(|names| names.texts.get(name));
    known.copied().unwrap_or_else(|| Box::leak(name.into()))
}

/// What the application calls its levels.
#[derive(Clone)]
struct Names {
    /// By level.
    shown: [Option<&'static str>; LEVELS],
    /// Those that were ever given.
    texts: BTreeSet<&'static str>,
    /// By upper-case name.
    levels: BTreeMap<String, Level>,
}

impl Default for Names {
    fn default() -> Self {
        Self { shown: [None; LEVELS], texts: BTreeSet::new(), levels: BTreeMap::new() }
    }
}

const LEVELS: usize = 256;
/// Behind no lock: a forked child would wait for a thread that it has not.
static NAMES: ArcSwapOption<Names> = ArcSwapOption::const_empty();
/// Whether a name was ever given: formatters of a program without need not look further.
static HAS_ANY: AtomicBool = AtomicBool::new(false);
