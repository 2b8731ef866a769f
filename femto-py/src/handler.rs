//! Handler: the native part of Python's handlers.
//!
//! Made where handlers are configured; `emit` runs on the *caller* for records that came as
//! `LogRecord` objects. Records of the fast path come by the handler's routes.

mod open;

use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};
use core::time::Duration;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use femto_core::Level;
use femto_std::recover::RecoverBuilder;
use femto_std::{Handler, Route, engine};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString};

pub(crate) use self::open::clamp;
use self::open::{Options, duration};

use crate::call::Outcome;
use crate::field::Wanted;
use crate::filter::NativeFilter;
use crate::formatter::{LINE, Line, NativeFormatter};
use crate::message;
use crate::native::{self, Attached, Next};
use crate::record;
use crate::{log_record, names, waiting};

/// The native part of a handler: what writes.
#[pyclass(frozen, module = "femtologging._femtologging")]
#[derive(Debug)]
pub(crate) struct HandlerCore {
    handler: Arc<Handler>,
    /// From no logger in particular: for records that bring their name along, and whose levels stdlib's
    /// code has looked at.
    route: Attached<Route>,
    formatter: Attached<Option<Py<NativeFormatter>>>,
    level: AtomicI64,
    revision: AtomicU64,
    /// When it was last found that no Python code has to see this handler's records.
    plain_at: AtomicU64,
    is_open: AtomicBool,
    /// What a memory handler passes its records on to; stays open as long as that has any.
    _target: Option<Py<HandlerCore>>,
}

/// `NativeFormatter` or nothing: `None` for lines that Python formats.
#[pymethods]
impl HandlerCore {
    /// A handler that appends to the file; `watch`: one that was moved away or deleted is opened anew.
    #[staticmethod]
    #[pyo3(signature = (path, *, watch=false, **options))]
    fn file(path: PathBuf, watch: bool, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        open::file(path, watch, &Options::read(options)?).map(Self::new)
    }

    /// A handler that rolls the file over before it gets larger.
    #[staticmethod]
    #[pyo3(signature = (path, max_bytes, backup_count, **options))]
    fn rotating(
        path: PathBuf,
        max_bytes: u64,
        backup_count: usize,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        open::rotating(path, max_bytes, backup_count, &Options::read(options)?).map(Self::new)
    }

    /// A handler that rolls the file over when a time has come. `backup_count`: 0 for all.
    #[staticmethod]
    #[pyo3(signature = (path, when, interval, backup_count, utc, at_time, **options))]
    fn timed(
        path: PathBuf,
        when: &str,
        interval: u32,
        backup_count: usize,
        utc: bool,
        at_time: Option<(u8, u8, u8)>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let options = Options::read(options)?;
        open::timed(path, when, interval, backup_count, utc, at_time, &options).map(Self::new)
    }

    /// A handler that writes to the process's standard output or standard error.
    #[staticmethod]
    #[pyo3(signature = (name, **options))]
    fn stream(name: &str, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        open::stream(name, &Options::read(options)?).map(Self::new)
    }

    /// A handler that keeps records for another, and passes all on when there are so many or one
    /// comes that is worth it.
    #[staticmethod]
    fn memory(
        target: &Bound<'_, Self>,
        capacity: usize,
        flush_level: i64,
        flush_on_close: bool,
    ) -> PyResult<Self> {
        let native = target.get().native().clone();
        let memory = open::memory(native, capacity, flush_level, flush_on_close)?;
        let mut core = Self::new(memory);
        core._target = Some(target.clone().unbind());
        Ok(core)
    }

    /// Records below it are not taken.
    fn set_level(&self, py: Python<'_>, level: i64) {
        self.level.store(level, Relaxed);
        py.detach(|| self.handler.set_level(clamp(level)));
        self.revise();
    }

    /// Formats natively by the formatter; `None` if Python formats.
    #[pyo3(signature = (formatter))]
    fn set_formatter(&self, py: Python<'_>, formatter: Option<Py<NativeFormatter>>) {
        let line = match &formatter {
            Some(formatter) => formatter.get().formatter(),
            None => Arc::new(Line::default()),
        };
        py.detach(|| self.handler.set_formatter(line));
        self.formatter.set(py, formatter);
        self.route.set(py, Route::at_any_level(self.handler.clone()));
        self.revise();
    }

    /// Has records pass these filters.
    fn set_filters(&self, py: Python<'_>, filters: Vec<Py<NativeFilter>>) {
        let filters: Vec<_> = filters.iter().map(|filter| filter.get().filter()).collect();
        py.detach(|| {
            self.handler.clear_filters();
            filters.into_iter().for_each(|filter| self.handler.add_filter(filter));
        });
    }

    /// Waits until everything logged before is with the operating system. Seconds.
    fn flush(&self, py: Python<'_>, seconds: f64) -> PyResult<()> {
        let deadline = duration(seconds)?;
        py.detach(|| self.handler.flush(deadline))
            .map_err(|error| PyOSError::new_err(error.to_string()))
    }

    /// Flushes, then closes. Seconds.
    fn close(&self, py: Python<'_>, seconds: f64) -> PyResult<()> {
        let deadline = duration(seconds)?;
        self.is_open.store(false, Relaxed);
        py.detach(|| {
            let until = Instant::now() + deadline;
            let left = || until.saturating_duration_since(Instant::now());
            // Who waits for room has found this handler before it was to be closed.
            while waiting::is_anybody(&self.handler) && !left().is_zero() {
                let _ = self.handler.flush(left()); // told by `close`
                std::thread::sleep(MOMENT);
            }
            self.handler.close(left())
        })
        .map_err(|error| PyOSError::new_err(error.to_string()))
    }

    /// Opens the file anew by its name.
    fn reopen(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| self.handler.reopen())?;
        self.is_open.store(true, Relaxed);
        Ok(())
    }

    /// Begins a new file, whatever the size or time of the one there is.
    fn roll_over(&self, py: Python<'_>) -> PyResult<()> {
        Ok(py.detach(|| self.handler.roll_over())?)
    }

    /// `(accepted, written, dropped, bytes, errors)`.
    fn stats(&self) -> (u64, u64, u64, u64, u64) {
        let stats = self.handler.stats();
        (stats.accepted, stats.written, stats.dropped, stats.bytes, stats.errors)
    }

    fn __repr__(&self) -> String {
        format!("<HandlerCore {}>", self.handler.name())
    }
}

impl HandlerCore {
    fn new(handler: Arc<Handler>) -> Self {
        Self {
            route: Attached::new(Route::at_any_level(handler.clone())),
            handler,
            formatter: Attached::new(None),
            level: AtomicI64::new(0),
            revision: AtomicU64::new(0),
            plain_at: AtomicU64::new(0),
            is_open: AtomicBool::new(true),
            _target: None,
        }
    }

    /// The handler, if it can be reached without Python.
    pub(crate) fn native(&self) -> &Arc<Handler> {
        &self.handler
    }

    pub(crate) fn level(&self) -> i64 {
        self.level.load(Relaxed)
    }

    /// Counts the changes after which a logger's route is another one.
    pub(crate) fn revision(&self) -> u64 {
        self.revision.load(Relaxed)
    }

    /// Which keys of `extra` its formatter prints.
    pub(crate) fn wanted(&self, py: Python<'_>) -> Option<Arc<Wanted>> {
        let wanted = |formatter: &Option<Py<NativeFormatter>>| {
            Some(formatter.as_ref()?.get().wanted().clone())
        };
        self.formatter.with(py, wanted).flatten()
    }

    /// Takes a `LogRecord`, formatted natively.
    fn emit(&self, record: &Bound<'_, PyAny>) -> PyResult<Outcome> {
        let py = record.py();
        let formatter =
            self.formatter.with(py, |formatter| Some(formatter.as_ref()?.bind(py).clone()));
        let Some(Some(formatter)) = formatter else { return Ok(Outcome::LeftToPython) };
        log_record::emit(record, formatter.get(), &self.route)
    }

    /// Has Python format the record, and takes the line.
    fn emit_formatted(
        &self,
        handler: &Bound<'_, PyAny>,
        record: &Bound<'_, PyAny>,
    ) -> PyResult<Outcome> {
        let py = record.py();
        let texts = &names::known(py)?.texts;
        let line = handler.call_method1(texts.format.bind(py), (record,))?;
        let Ok(line) = line.cast_exact::<PyString>() else { return Ok(Outcome::LeftToPython) };
        let Ok(text) = line.to_str() else { return Ok(Outcome::LeftToPython) };
        // The handler's level has let it pass already, whatever number it has.
        let number = record.getattr(texts.level_no.bind(py))?.extract::<i64>().unwrap_or(0);
        let level = Level::new(u8::try_from(number.clamp(1, 254)).unwrap_or(254));
        let marker = [(LINE, femto_core::Value::None)];
        let frame = record::ready(level, text, &marker);
        let time = engine::now();
        let attempt = self.route.with(py, |route| record::attempt(py, route, level, time, &frame));
        Ok(attempt.unwrap_or(Outcome::LeftToPython))
    }

    fn revise(&self) {
        self.revision.store(self.revision() + 1, Relaxed);
    }
}

impl Drop for HandlerCore {
    /// Passes on what is kept, and gives the file back that nobody has closed, as Python's own files do.
    /// Where the sink takes its time, or a caller waits for it, that is left to when no route leads here any
    /// more.
    fn drop(&mut self) {
        if !self.is_open.load(Relaxed) || waiting::is_anybody(&self.handler) {
            return;
        }
        native::detached(|| {
            if self.handler.flush(SHORT_WAIT).is_ok() {
                let _ = self.handler.close(SHORT_WAIT);
            }
        });
    }
}

/// `NativeHandler.handle(record)`.
pub(crate) fn handle<'py>(
    handler: &Bound<'py, PyAny>,
    record: &Bound<'py, PyAny>,
) -> PyResult<Next<'py>> {
    let py = handler.py();
    let known = names::known(py)?;
    let texts = &known.texts;
    let generation = native::generation(py)?;
    let core = handler.getattr(texts.core.bind(py))?;
    let is_plain = match core.cast_exact::<HandlerCore>() {
        Ok(core) if core.get().plain_at.load(Relaxed) == generation => true,
        _ => {
            let core = handler.call_method0(texts.native_core.bind(py))?;
            let core = core.cast_exact::<HandlerCore>();
            core.is_ok_and(|core| {
                core.get().plain_at.store(generation, Relaxed);
                true
            })
        }
    };
    if is_plain && let Ok(core) = handler.getattr(texts.core.bind(py))?.cast_exact::<HandlerCore>()
    {
        // What a list of no filters answers.
        let answer = match cfg!(Py_3_12) {
            true => record.clone(),
            false => PyBool::new(py, true).to_owned().into_any(),
        };
        match core.get().emit(record).or_else(|error| left_to_python(py, error))? {
            Outcome::Submitted => return Ok(Next::Return(Some(answer))),
            Outcome::MustWait(waiting) => return Ok(Next::Wait(waiting, Some(answer))),
            Outcome::LeftToPython => {}
        }
    }
    python_handle(handler)
}

/// `Handler.handle`.
pub(crate) fn python_handle<'py>(handler: &Bound<'py, PyAny>) -> PyResult<Next<'py>> {
    let py = handler.py();
    let known = names::known(py)?;
    Ok(Next::Call(known.handler_class.bind(py).getattr(known.texts.handle.bind(py))?))
}

/// What fails is done again by stdlib's code, and fails where that handles it.
fn left_to_python(py: Python<'_>, error: PyErr) -> PyResult<Outcome> {
    match message::is_handled(py, &error) {
        true => Ok(Outcome::LeftToPython),
        false => Err(error),
    }
}

/// `NativeHandler.emit(record)`.
///
/// Has no frame, so that `handleError` finds the application's behind those of `logging`.
pub(crate) fn emit<'py>(
    handler: &Bound<'py, PyAny>,
    record: &Bound<'py, PyAny>,
) -> PyResult<Next<'py>> {
    let py = handler.py();
    let known = names::known(py)?;
    let texts = &known.texts;
    native::generation(py)?;
    let (core, is_native) = handler
        .call_method0(texts.ready_to_emit.bind(py))?
        .extract::<(Option<Bound<'_, HandlerCore>>, bool)>()?;
    if let Some(core) = &core {
        let outcome = match is_native {
            true => core.get().emit(record),
            false => core.get().emit_formatted(handler, record),
        };
        match outcome.or_else(|error| left_to_python(py, error))? {
            Outcome::Submitted => return Ok(Next::Return(None)),
            Outcome::MustWait(waiting) => return Ok(Next::Wait(waiting, None)),
            Outcome::LeftToPython => {}
        }
    }
    python_emit(handler)
}

/// Stdlib's `emit` of such handlers, behind what the core has.
pub(crate) fn python_emit<'py>(handler: &Bound<'py, PyAny>) -> PyResult<Next<'py>> {
    let py = handler.py();
    let texts = &names::known(py)?.texts;
    if let Ok(core) = handler.getattr(texts.core.bind(py))?.cast_exact::<HandlerCore>() {
        core.get().flush(py, PATIENCE)?;
    }
    let method = handler.call_method0(texts.left_to_stdlib.bind(py))?;
    Ok(if method.is_none() { Next::Return(None) } else { Next::Call(method) })
}

/// Seconds that a handler waits for its sink where stdlib would wait for ever.
const PATIENCE: f64 = 30.0;
/// How long one that is let go of without being closed waits for its sink.
const SHORT_WAIT: Duration = Duration::from_millis(200);
/// Between two looks whether callers still wait.
const MOMENT: Duration = Duration::from_micros(200);

/// Keeps the process's records in the file at `path` until they are written.
#[pyfunction]
pub(crate) fn recover(py: Python<'_>, path: PathBuf) -> PyResult<()> {
    py.detach(|| RecoverBuilder::new(path).build()).map_err(open::to_python)
}

/// Waits until everything logged before is with the operating system. Seconds.
#[pyfunction]
pub(crate) fn flush_all(py: Python<'_>, seconds: f64) -> PyResult<()> {
    let deadline = duration(seconds)?;
    py.detach(|| engine::flush(deadline)).map_err(|error| PyOSError::new_err(error.to_string()))
}
