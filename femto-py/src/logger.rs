//! Logger: what a logger remembers of the tree, so that a call only reads one object.
//!
//! Read on the *caller*, behind `native`; filled by asking Python when something changed.

use core::fmt;
use core::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::Arc;

use femto_std::Route;
use femto_std::formatter::CaptureMask;
use pyo3::Borrowed;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyWeakrefMethods, PyWeakrefReference};

use crate::call;
use crate::field::Wanted;
use crate::filter::RateLimit;
use crate::handler::HandlerCore;
use crate::names::{self, LevelNames};
use crate::native::{self, Attached};
use crate::plain;

/// The native part of one `FemtoLogger`, kept in its attribute `_femto`.
#[pyclass(frozen, module = "femtologging._femtologging")]
#[derive(Debug)]
pub(crate) struct LoggerCore {
    /// Address of the logger it belongs to.
    logger: usize,
    /// `None` if the name is nothing that a frame can carry.
    name: Option<Box<str>>,
    generation: AtomicU64,
    threshold: AtomicI64,
    /// Levels, as bits, that `isEnabledFor` was asked for since.
    asked: AtomicU64,
    plan: Attached<Option<Plan>>,
}

/// What happens to a record that passes the level, if no Python code has to see it.
pub(crate) struct Plan {
    pub(crate) route: Route,
    pub(crate) mask: CaptureMask,
    /// The levels that the logger's filters and one of the handlers take.
    pub(crate) lowest: i64,
    pub(crate) highest: i64,
    /// The logger's own limits.
    pub(crate) limits: Vec<Py<RateLimit>>,
    /// Handlers that Python code calls. They take part in records from their levels on.
    of_python: Vec<Py<PyWeakrefReference>>,
    pub(crate) level_names: Option<LevelNames>,
    /// Which keys of `extra` formatters print.
    pub(crate) wanted: Arc<Wanted>,
    /// Whether calls with nothing special about them can take the shortest way.
    pub(crate) is_plain: bool,
    /// The handlers as they were when the route was made.
    made_for: Vec<(usize, u64)>,
}

#[pymethods]
impl LoggerCore {
    fn __repr__(&self) -> String {
        format!("<LoggerCore {}>", self.name())
    }
}

impl LoggerCore {
    /// `isEnabledFor(level)` is `level >= threshold`; `i64::MIN` if only Python can tell.
    #[inline(always)]
    pub(crate) fn threshold(&self) -> i64 {
        self.threshold.load(Relaxed)
    }

    #[inline(always)]
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Relaxed)
    }

    #[inline(always)]
    pub(crate) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// The plan, `None` for the slow path. What is called with it must not run Python code.
    #[inline(always)]
    pub(crate) fn with_plan<R>(&self, py: Python<'_>, look: impl FnOnce(&Plan) -> R) -> Option<R> {
        self.plan.with(py, |plan| plan.as_ref().map(look)).flatten()
    }

    /// Whether `isEnabledFor` is asked for this level the first time since something changed.
    pub(crate) fn is_first_ask(&self, level: i64) -> bool {
        let asked = self.asked.load(Relaxed);
        let Ok(bit @ 0..64) = u32::try_from(level) else { return true };
        self.asked.store(asked | 1 << bit, Relaxed);
        asked & 1 << bit == 0
    }

    /// Asks Python what the logger reaches now.
    pub(crate) fn refresh(&self, logger: Borrowed<'_, '_, PyAny>, generation: u64) -> PyResult<()> {
        let py = logger.py();
        let (threshold, reached): (i64, Option<Reached<'_>>) =
            names::known(py)?.resolve.bind(py).call1((logger,))?.extract()?;
        let old = self.plan.take(py);
        let new = match (reached, &self.name) {
            (Some(reached), Some(name)) => Some(Plan::new(name, reached, old)),
            _ => None,
        };
        self.plan.set(py, new);
        self.threshold.store(threshold, Relaxed);
        self.asked.store(0, Relaxed);
        self.generation.store(generation, Relaxed);
        Ok(())
    }
}

/// What Python found that a logger reaches: handlers; what its filters let through: levels from and to,
/// limits; handlers that Python code calls.
type Reached<'py> =
    (Vec<Bound<'py, HandlerCore>>, i64, i64, Vec<Py<RateLimit>>, Vec<Py<PyWeakrefReference>>);

impl Plan {
    fn new(name: &str, reached: Reached<'_>, old: Option<Self>) -> Self {
        let (handlers, lowest, highest, limits, of_python) = reached;
        let made_for: Vec<_> = handlers
            .iter()
            .map(|handler| {
                // By what the route itself holds: a core that is gone leaves its address to others.
                (Arc::as_ptr(handler.get().native()) as usize, handler.get().revision())
            })
            .collect();
        let route = match old {
            Some(old) if old.made_for == made_for => old.route,
            _ => {
                let natives = handlers.iter().map(|handler| handler.get().native().clone());
                Route::new(name, natives.collect())
            }
        };
        let py = handlers.first().map(|handler| handler.py());
        let wanted = match py {
            Some(py) => {
                let all: Vec<_> =
                    handlers.iter().filter_map(|handler| handler.get().wanted(py)).collect();
                Wanted::union(py, &all)
            }
            None => Arc::default(),
        };
        Self {
            is_plain: plain::is_enough_for(route.mask(), &wanted) && limits.is_empty(),
            mask: route.mask(),
            route,
            lowest: handlers
                .iter()
                .map(|handler| handler.get().level())
                .min()
                .map_or(i64::MAX, |taken| taken.max(lowest)),
            highest,
            limits,
            of_python,
            level_names: names::level_names(),
            wanted,
            made_for,
        }
    }

    /// Whether no record is for a handler that Python code calls, whatever its level.
    pub(crate) fn is_all_native(&self) -> bool {
        self.of_python.is_empty()
    }

    /// Whether a handler that Python code calls takes records of the level.
    #[inline(always)]
    pub(crate) fn is_for_python(&self, py: Python<'_>, level: i64) -> bool {
        !self.is_all_native() && self.is_for_some_of_python(py, level)
    }

    /// Looks at each call: such handlers do not tell when their levels change.
    fn is_for_some_of_python(&self, py: Python<'_>, level: i64) -> bool {
        let Ok(known) = names::known(py) else { return true };
        let name = known.texts.level.bind(py);
        let own_level = |handler: &Py<PyWeakrefReference>| {
            call::level(&native::own_attribute(&handler.bind(py).upgrade()?, name)?)
        };
        self.of_python.iter().any(|handler| own_level(handler).is_none_or(|own| level >= own))
    }

    /// Whether the logger's limits let a record with this template pass.
    pub(crate) fn admits(&self, name: &str, template: &str) -> bool {
        self.limits.iter().all(|limit| limit.get().admits(name, template))
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.route.fmt(f)
    }
}

impl Drop for LoggerCore {
    fn drop(&mut self) {
        native::forget(self.logger);
    }
}

/// Finds or makes the core of a logger.
#[cold]
pub(crate) fn attach<'py>(logger: Borrowed<'_, 'py, PyAny>) -> PyResult<Bound<'py, LoggerCore>> {
    let py = logger.py();
    let texts = &names::known(py)?.texts;
    let key = texts.femto.bind(py);
    // Not by its `__dict__`: asked for that, the interpreter looks there for every method from then on.
    let known = || {
        let core = logger.getattr(key).ok()?.cast_into_exact::<LoggerCore>().ok()?;
        // A copy of a logger's attributes is not the logger.
        (core.get().logger == logger.as_ptr() as usize).then_some(core)
    };
    if let Some(core) = known() {
        native::remember(logger, &core);
        return Ok(core);
    }
    let name = logger.getattr(texts.name.bind(py)).ok();
    let name = name.as_ref().and_then(|name| name.cast_exact::<PyString>().ok()?.to_str().ok());
    let made = Bound::new(
        py,
        LoggerCore {
            logger: logger.as_ptr() as usize,
            name: name.map(Into::into),
            generation: AtomicU64::new(0),
            threshold: AtomicI64::new(i64::MIN),
            asked: AtomicU64::new(0),
            plan: Attached::new(None),
        },
    )?;
    // Making it may have let another thread run that made one too: all take the first.
    let core = match known() {
        Some(core) => core,
        None => {
            names::known(py)?.set_attribute.bind(py).call1((logger, key, &made))?;
            made
        }
    };
    native::remember(logger, &core);
    Ok(core)
}
