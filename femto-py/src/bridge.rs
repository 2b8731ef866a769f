//! Bridge: records of `log` and `tracing` statements of other extension modules.
//!
//! Runs on the *caller*, a thread that is attached to the interpreter or not, called through the table
//! in `native`. What a target reaches is remembered until something changes; where that is native
//! handlers alone, a record never needs the interpreter. No lock is held at any time: the targets are
//! read from a snapshot, which attached threads replace.

use core::cell::RefCell;
use core::ops::RangeInclusive;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};

use arc_swap::{ArcSwap, ArcSwapOption};
use femto_core::frame::portable::{Pairs, Portable, Style};
use femto_core::{Level, Value};
use femto_std::formatter::CaptureMask;
use femto_std::{Route, engine};
use pyo3::exceptions::{PyException, PyKeyboardInterrupt, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyString};
use rustc_hash::FxHashMap;

use crate::context;
use crate::field::Wanted;
use crate::filter::RateLimit;
use crate::logger;
use crate::names::LevelNames;
use crate::native;
use crate::record;

/// A target of `log` or `tracing`, `a::b`, and what its logger, `a.b`, reaches.
pub(crate) struct Target {
    name: String,
    plan: ArcSwapOption<Plan>,
}

/// A record, as the table brings it.
pub(crate) struct Foreign<'a> {
    pub(crate) level: u8,
    pub(crate) message: &'a str,
    pub(crate) file: &'a str,
    pub(crate) line: u32,
    /// What Rust calls the thread, or nothing.
    pub(crate) thread: &'a str,
    pub(crate) pairs: Pairs<'a>,
}

/// What was true when the counter of changes stood at `generation`.
struct Plan {
    generation: u64,
    /// `i64::MIN` if only Python can tell.
    threshold: i64,
    /// `None` if Python code has to see the records.
    native: Option<Native>,
}

struct Native {
    route: Route,
    levels: RangeInclusive<i64>,
    limits: Vec<Py<RateLimit>>,
    mask: CaptureMask,
    level_names: Option<LevelNames>,
    /// Keys without which a formatter fails.
    required: Vec<String>,
    /// Whether a formatter prints fields.
    has_fields: bool,
    process_name: String,
}

static TARGETS: ArcSwapOption<FxHashMap<&'static str, &'static Target>> =
    ArcSwapOption::const_empty();

/// The target, if its logger wants records of the level.
#[inline]
pub(crate) fn find(target: &str, level: u8) -> Option<&'static Target> {
    let found = TARGETS.load().as_ref().and_then(|targets| targets.get(target).copied());
    let target = found.unwrap_or_else(|| Target::add(target));
    let plan = target.plan.load();
    let threshold = match &*plan {
        Some(plan) if native::is_unchanged_since(plan.generation) => plan.threshold,
        _ => target.look(),
    };
    (i64::from(level) >= threshold).then_some(target)
}

/// Takes a record of a target that [`find`] found.
pub(crate) fn submit(target: &Target, record: &Foreign<'_>) {
    // `find` has looked a moment ago whether it is up to date.
    let plan = target.plan.load();
    if let Some(plan) = &*plan
        && let Some(native) = &plan.native
    {
        // A record that every handler would refuse is dealt with already.
        if !native.levels.contains(&record.level.into()) || native.submit(target, record) {
            FAST.fetch_add(1, Relaxed);
            return;
        }
    }
    let handled = native::attach(|py| {
        if let Err(error) = target.hand_to_python(py, record) {
            show(py, error);
        }
    });
    match handled {
        Some(()) => SLOW.fetch_add(1, Relaxed),
        None => DROPPED.fetch_add(1, Relaxed),
    };
}

/// Waits until everything logged before is with the operating system.
pub(crate) fn flush() {
    // Nobody can be told.
    let _ = native::detached(|| engine::flush(core::time::Duration::from_secs(5)));
}

/// Tells of an exception that nobody can be given: statements do not fail.
fn show(py: Python<'_>, error: PyErr) {
    if error.is_instance_of::<PyKeyboardInterrupt>(py) {
        native::interrupt();
    } else {
        error.write_unraisable(py, None);
    }
}

impl Target {
    #[cold]
    fn add(target: &str) -> &'static Self {
        let name = target.replace("::", ".");
        let made: &'static Self =
            Box::leak(Box::new(Self { name, plan: ArcSwapOption::const_empty() }));
        let text: &'static str = Box::leak(target.into());
        TARGETS.rcu(|targets| {
            let mut targets = targets.as_deref().cloned().unwrap_or_default();
            // Another thread may have been here meanwhile.
            targets.entry(text).or_insert(made);
            Some(Arc::new(targets))
        });
        made
    }

    /// Looks what the logger reaches; its threshold. Where the interpreter cannot be asked, at its end,
    /// what was known stays; without anything `submit` counts the record.
    #[cold]
    fn look(&self) -> i64 {
        native::attach(|py| match self.ask(py) {
            Ok(plan) => self.plan.store(Some(Arc::new(plan))),
            Err(error) if error.is_instance_of::<PyException>(py) => {}
            Err(error) => show(py, error),
        });
        self.plan.load().as_ref().map_or(i64::MIN, |plan| plan.threshold)
    }

    /// Asks Python what the logger reaches now.
    fn ask(&self, py: Python<'_>) -> PyResult<Plan> {
        let bridge = module(py)?;
        let found = bridge.call_method1("find_logger", (&self.name,))?;
        lower(&bridge)?;
        native::generation(py)?;
        // Read before asking: what changes meanwhile makes the answer old.
        let generation = native::current_generation();
        let core = logger::attach(found.as_borrowed())?;
        let core = core.get();
        if core.generation() != generation {
            core.refresh(found.as_borrowed(), generation)?;
        }
        let process_name = bridge.call_method0("process_name")?.extract()?;
        let native = core.with_plan(py, |plan| {
            // Levels of handlers that Python calls can only be read attached.
            plan.is_all_native().then(|| Native {
                route: plan.route.clone(),
                levels: plan.lowest..=plan.highest,
                limits: plan.limits.iter().map(|limit| limit.clone_ref(py)).collect(),
                mask: plan.mask,
                level_names: plan.level_names.clone(),
                required: required(py, &plan.wanted),
                has_fields: !plan.wanted.is_nothing(),
                process_name,
            })
        });
        Ok(Plan { generation, threshold: core.threshold(), native: native.flatten() })
    }

    /// Makes a `LogRecord` of it and hands it to its logger.
    fn hand_to_python(&self, py: Python<'_>, record: &Foreign<'_>) -> PyResult<()> {
        let fields = PyDict::new(py);
        for (key, value) in record.pairs {
            fields.set_item(key, to_python(py, &value)?)?;
        }
        let bridge = module(py)?;
        let Foreign { level, message, file, line, thread, .. } = record;
        bridge.call_method1("handle", (&self.name, level, message, file, line, fields, thread))?;
        Ok(())
    }
}

impl Native {
    /// Submits the record; `false` if Python has to look: for want of a field, or for the context's.
    fn submit(&self, target: &Target, record: &Foreign<'_>) -> bool {
        let pairs: Vec<_> = record.pairs.collect();
        if !self.required.iter().all(|key| pairs.iter().any(|(known, _)| known == key))
            || (self.has_fields && is_in_context())
        {
            return false;
        }
        // As `RateLimitFilter` tells statements apart.
        let message = if record.message.is_ascii() { record.message } else { "" };
        if !self.limits.iter().all(|limit| limit.get().admits(&target.name, message)) {
            return true;
        }
        let has = |one: CaptureMask| self.mask.contains(one);
        let task;
        let mut thread = String::new();
        if has(CaptureMask::THREAD_NAME) {
            thread = thread_name(record.thread);
        }
        let frame = Portable {
            level: Level::new(record.level),
            style: Style::Ready,
            name: &target.name,
            template: record.message,
            arguments: &[][..],
            mapping: None,
            key_values: if pairs.is_empty() { None } else { Some(pairs.as_slice()) },
            location: has(CaptureMask::LOCATION).then_some(match record.file {
                "" => ("(unknown file)", 0),
                file => (file, record.line),
            }),
            function: has(CaptureMask::FUNCTION).then_some("(unknown function)"),
            level_name: record::level_name(&self.level_names, Level::new(record.level)),
            thread: (has(CaptureMask::THREAD_ID) || has(CaptureMask::THREAD_NAME))
                .then(|| (native::thread_ident(), thread.as_str())),
            process: (has(CaptureMask::PROCESS_ID) || has(CaptureMask::PROCESS_NAME))
                .then(|| (std::process::id(), self.process_name.as_str())),
            task: {
                task = if has(CaptureMask::TASK_NAME) { task_name() } else { None };
                task.as_deref()
            },
            ..Portable::default()
        };
        let mut bytes = FRAME.try_with(|frame| frame.take()).unwrap_or_default();
        bytes.clear();
        // A vector takes everything.
        let _ = frame.write(&mut bytes);
        let (level, time) = (Level::new(record.level), engine::now());
        if self.route.try_submit(level, time, &bytes).is_err() {
            native::detached(|| self.route.submit(level, time, &bytes));
        }
        if bytes.capacity() <= MAX_KEPT {
            let _ = FRAME.try_with(|frame| frame.replace(bytes));
        }
        true
    }
}

fn required(py: Python<'_>, wanted: &Wanted) -> Vec<String> {
    let required = wanted.named.iter().filter(|(_, is_required)| *is_required);
    required.filter_map(|(key, _)| Some(key.bind(py).to_str().ok()?.to_owned())).collect()
}

/// Whether the call is in a context with fields. Threads that are not Python's have none.
fn is_in_context() -> bool {
    let look = |py: Python<'_>| context::current(py).is_ok_and(|fields| fields.is_some());
    context::is_used() && native::is_of_python() && native::attach(look).unwrap_or(false)
}

thread_local! {
    static FRAME: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    /// What Python calls the thread, and when it was asked.
    static THREAD: RefCell<(u64, String)> = const { RefCell::new((0, String::new())) };
}

/// Bytes of room that a thread keeps.
const MAX_KEPT: usize = 16 << 10;

/// Python's name of the thread, as it was at the last change of loggers or handlers.
fn thread_name(rust: &str) -> String {
    let generation = native::current_generation();
    let known = THREAD.try_with(|known| {
        let known = known.borrow();
        (known.0 == generation).then(|| known.1.clone())
    });
    if let Ok(Some(known)) = known {
        return known;
    }
    let asked =
        native::attach(|py| module(py)?.call_method1("thread_name", (rust,))?.extract::<String>());
    match asked {
        Some(Ok(name)) => {
            let _ = THREAD.try_with(|known| known.replace((generation, name.clone())));
            name
        }
        _ => rust.to_owned(),
    }
}

/// The name of the task that the thread is in; there is none on a thread that is not attached.
fn task_name() -> Option<String> {
    if !native::is_attached() {
        return None;
    }
    native::attach(|py| module(py)?.call_method0("task_name")?.extract::<Option<String>>())?.ok()?
}

fn to_python<'py>(py: Python<'py>, value: &Value<'_>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match *value {
        Value::None => py.None().into_bound(py),
        Value::Bool(value) => value.into_pyobject(py)?.to_owned().into_any(),
        Value::I8(value) => value.into_pyobject(py)?.into_any(),
        Value::I16(value) => value.into_pyobject(py)?.into_any(),
        Value::I32(value) => value.into_pyobject(py)?.into_any(),
        Value::I64(value) => value.into_pyobject(py)?.into_any(),
        Value::U8(value) => value.into_pyobject(py)?.into_any(),
        Value::U16(value) => value.into_pyobject(py)?.into_any(),
        Value::U32(value) => value.into_pyobject(py)?.into_any(),
        Value::U64(value) => value.into_pyobject(py)?.into_any(),
        Value::F32(value) => value.into_pyobject(py)?.into_any(),
        Value::F64(value) => value.into_pyobject(py)?.into_any(),
        Value::I128([low, high]) => {
            let number = (u128::from(high) << 64 | u128::from(low)) as i128;
            number.into_pyobject(py)?.into_any()
        }
        Value::U128([low, high]) => {
            (u128::from(high) << 64 | u128::from(low)).into_pyobject(py)?.into_any()
        }
        Value::Bytes(value) => PyBytes::new(py, value).into_any(),
        Value::Str(value) => PyString::new(py, value).into_any(),
        ref other => PyString::new(py, &other.to_string()).into_any(),
    })
}

// --- Levels of others ---------------------------------------------------------------------------

/// Functions to be told of a level below which no logger wants anything.
static FOLLOWERS: LazyLock<ArcSwap<Vec<extern "C" fn(u8)>>> =
    LazyLock::new(|| ArcSwap::from_pointee(Vec::new()));

/// Called attached.
pub(crate) fn follow(set_level: extern "C" fn(u8)) {
    FOLLOWERS.rcu(|followers| {
        let mut followers = Vec::clone(followers);
        if !followers.iter().any(|known| core::ptr::fn_addr_eq(*known, set_level)) {
            followers.push(set_level);
        }
        followers
    });
    IS_LOWERED.store(false, Relaxed);
    tell(0);
}

/// Something changed: until a record comes that makes somebody ask, all levels may be wanted.
pub(crate) fn raise() {
    if IS_LOWERED.load(Relaxed) {
        IS_LOWERED.store(false, Relaxed);
        tell(0);
    }
}

/// Asks for the lowest level of all loggers, if nobody has since the last change.
fn lower(bridge: &Bound<'_, PyAny>) -> PyResult<()> {
    if IS_LOWERED.load(Relaxed) || FOLLOWERS.load().is_empty() {
        return Ok(());
    }
    // The first look may upgrade loggers, which is a change.
    for _ in 0..2 {
        let generation = native::current_generation();
        let lowest: i64 = bridge.call_method0("lowest")?.extract()?;
        // No Python code runs between this look and the end.
        if native::is_unchanged_since(generation) {
            tell(u8::try_from(lowest.clamp(0, 255)).unwrap_or(0));
            IS_LOWERED.store(true, Relaxed);
            break;
        }
    }
    Ok(())
}

fn tell(level: u8) {
    for follower in FOLLOWERS.load().iter() {
        follower(level);
    }
}

/// Whether the followers were told of a level. Changed by attached threads only, as the levels are.
static IS_LOWERED: AtomicBool = AtomicBool::new(false);

// --- Which path ran -----------------------------------------------------------------------------

static FAST: AtomicU64 = AtomicU64::new(0);
static SLOW: AtomicU64 = AtomicU64::new(0);
static DROPPED: AtomicU64 = AtomicU64::new(0);

/// The module `femtologging.bridge`, once somebody has asked for the table.
static MODULE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

fn module(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    let module = MODULE.get(py).map(|module| module.bind(py).clone());
    module.ok_or_else(|| PyRuntimeError::new_err("the bridge is not set up"))
}

/// The table of functions that hand records over: a capsule. `bridge` is the module that they ask.
#[pyfunction]
pub(crate) fn rust_table<'py>(py: Python<'py>, bridge: Py<PyAny>) -> PyResult<Bound<'py, PyAny>> {
    MODULE.get_or_init(py, || bridge);
    native::table(py)
}

/// Counts a record that a panic kept from going anywhere.
#[cold]
pub(crate) fn count_dropped() {
    DROPPED.fetch_add(1, Relaxed);
}

/// How many records of Rust statements went which way: without the interpreter, as a `LogRecord`, or
/// nowhere because the interpreter was at its end or something panicked.
#[pyfunction]
pub(crate) fn rust_counts() -> (u64, u64, u64) {
    (FAST.load(Relaxed), SLOW.load(Relaxed), DROPPED.load(Relaxed))
}
