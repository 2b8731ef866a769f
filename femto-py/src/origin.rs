//! Origin: where a call comes from, as far as a formatter prints it: file, line, function, thread,
//! process.
//!
//! Runs on the *caller*, called by `plain` and `record`. Runs no Python code; where some would have to,
//! `record` asks Python's `details`.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

use femto_std::formatter::CaptureMask;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::names::{self, Known};
use crate::native::{self, Frame};

/// What was found.
#[derive(Default)]
pub(crate) struct Origin<'a, 'py> {
    pub(crate) location: Option<&'a Site>,
    pub(crate) function: Option<&'a Site>,
    /// Identifier and name.
    pub(crate) thread: Option<(u64, Option<Bound<'py, PyString>>)>,
    /// Likewise.
    pub(crate) process: Option<(u32, Option<Bound<'py, PyString>>)>,
}

impl<'a, 'py> Origin<'a, 'py> {
    /// Finds what the mask names; `None` if only Python can tell.
    pub(crate) fn find(py: Python<'py>, mask: CaptureMask, sites: &'a mut Sites) -> Option<Self> {
        let known = names::known(py).ok()?;
        let has = |one: CaptureMask| mask.contains(one);
        let mut origin = Self::default();
        if has(CaptureMask::TASK_NAME) {
            return None;
        }
        if has(CaptureMask::LOCATION) || has(CaptureMask::FUNCTION) {
            let site = sites.current(py)?;
            origin.location = has(CaptureMask::LOCATION).then_some(site);
            origin.function = has(CaptureMask::FUNCTION).then_some(site);
        }
        if has(CaptureMask::THREAD_ID) || has(CaptureMask::THREAD_NAME) {
            let is_named = has(CaptureMask::THREAD_NAME);
            origin.thread = Some(known.threads.current(py, known, is_named)?);
        }
        if has(CaptureMask::PROCESS_ID) || has(CaptureMask::PROCESS_NAME) {
            let name = match has(CaptureMask::PROCESS_NAME) {
                true => Some(process_name(py, known)?),
                false => None,
            };
            origin.process = Some((process_id(), name));
        }
        Some(origin)
    }
}

/// An identifier, and the name or none; nothing at all if that is no UTF-8.
#[expect(clippy::option_option, reason = "the outer one is for `?`")]
pub(crate) fn named<'a, T: Copy>(
    found: &'a Option<(T, Option<Bound<'_, PyString>>)>,
) -> Option<Option<(T, &'a str)>> {
    let Some((id, name)) = found else { return Some(None) };
    let name = name.as_ref().map(|name| name.to_str()).transpose().ok()?;
    Some(Some((*id, name.unwrap_or_default())))
}

// --- Threads and processes ----------------------------------------------------------------------

/// What of the module `threading` tells the thread.
pub(crate) struct Threads {
    names: Py<PyDict>,
    active: Py<PyDict>,
    get_ident: Py<PyAny>,
    current_thread: Py<PyAny>,
    /// `Thread.name`.
    name: Option<Py<PyAny>>,
}

impl Threads {
    pub(crate) fn new(py: Python<'_>) -> PyResult<Self> {
        let module = py.import("threading")?;
        let class = module.getattr("Thread")?.cast_into()?;
        Ok(Self {
            names: module.dict().unbind(),
            active: module.getattr("_active")?.cast_into()?.unbind(),
            get_ident: py.import("_thread")?.getattr("get_ident")?.unbind(),
            current_thread: module.getattr("current_thread")?.unbind(),
            name: native::class_attribute(&class, &PyString::new(py, "name")).map(Bound::unbind),
        })
    }

    /// Identifier and name of the thread; `None` if it is none of Python's, or somebody has put other
    /// functions there.
    fn current<'py>(
        &self,
        py: Python<'py>,
        known: &Known,
        is_named: bool,
    ) -> Option<(u64, Option<Bound<'py, PyString>>)> {
        let texts = &known.texts;
        let is_there = |name: &Py<PyString>, function: &Py<PyAny>| {
            self.names.bind(py).get_item(name).ok().flatten().is_some_and(|now| now.is(function))
        };
        if !is_there(&texts.get_ident, &self.get_ident)
            || !is_there(&texts.current_thread, &self.current_thread)
        {
            return None;
        }
        let ident = native::thread_ident();
        if !is_named {
            return Some((ident, None));
        }
        let thread = self.active.bind(py).get_item(ident).ok()??;
        Some((ident, Some(name_of(&thread, self.name.as_ref()?, known)?)))
    }
}

/// The name of a thread or process whose class has the property `name` of its library's base class.
fn name_of<'py>(
    object: &Bound<'py, PyAny>,
    property: &Py<PyAny>,
    known: &Known,
) -> Option<Bound<'py, PyString>> {
    let py = object.py();
    let now = native::class_attribute(&object.get_type(), known.texts.name.bind(py))?;
    if !now.is(property) {
        return None;
    }
    native::own_attribute(object, known.texts.own_name.bind(py))?.cast_into_exact().ok()
}

/// This process; 0 when it has not been asked for. Asking is a system call.
static PROCESS: AtomicU32 = AtomicU32::new(0);

fn process_id() -> u32 {
    match PROCESS.load(Relaxed) {
        0 => {
            let id = std::process::id();
            PROCESS.store(id, Relaxed);
            id
        }
        id => id,
    }
}

/// Called in the child of a fork.
pub(crate) fn forked() {
    PROCESS.store(0, Relaxed);
}

/// The name of the process, as `LogRecord` finds it.
fn process_name<'py>(py: Python<'py>, known: &Known) -> Option<Bound<'py, PyString>> {
    let texts = &known.texts;
    let modules = known.modules.bind(py);
    if modules.get_item(&texts.multiprocessing).ok()?.is_none() {
        return Some(texts.main_process.bind(py).clone());
    }
    let module = modules.get_item(&texts.multiprocessing_process).ok()??;
    let names = module.cast_into_exact::<pyo3::types::PyModule>().ok()?.dict();
    let class = names.get_item(&texts.base_process).ok()??.cast_into().ok()?;
    let property = native::class_attribute(&class, texts.name.bind(py))?;
    let process = names.get_item(&texts.current_process).ok()??;
    name_of(&process, &property.unbind(), known)
}

// --- Files and lines ----------------------------------------------------------------------------

/// A place in a program.
pub(crate) struct Site {
    /// Keeps the code, so that no other has its address.
    code: Py<PyAny>,
    at: i32,
    pub(crate) file: Box<str>,
    pub(crate) line: u32,
    pub(crate) function: Box<str>,
    /// Whether it belongs to `logging` itself, which is not where a record is from.
    is_internal: bool,
}

/// Sites by code and place in it: those that share an entry take turns.
pub(crate) struct Sites {
    entries: [Option<Site>; 512],
}

impl Sites {
    pub(crate) const fn new() -> Self {
        Self { entries: [const { None }; 512] }
    }

    /// The site of the call; `None` if Python has to look for it.
    fn current(&mut self, py: Python<'_>) -> Option<&Site> {
        let frame = Frame::current(py)?;
        let key = frame.code.as_ptr() as usize >> 4 ^ (frame.at as usize).wrapping_mul(0x9e37);
        let at = (key ^ key >> 9) % self.entries.len();
        let entry = &mut self.entries[at];
        match entry {
            Some(site) if site.code.is(&frame.code) && site.at == frame.at => {}
            _ => Self::look(py, &frame, entry)?,
        }
        entry.as_ref().filter(|site| !site.is_internal)
    }

    #[cold]
    fn look(py: Python<'_>, frame: &Frame<'_>, entry: &mut Option<Site>) -> Option<()> {
        let known = names::known(py).ok()?;
        let text = |name| frame.code.getattr(name).ok()?.cast_into_exact::<PyString>().ok();
        let (file, function) = (text("co_filename")?, text("co_name")?);
        let file = file.to_str().ok()?;
        let source = known.logging.bind(py).getattr("_srcfile").ok()?.extract::<String>().ok()?;
        let is_import = file.contains("importlib") && file.contains("_bootstrap");
        let site = Site {
            at: frame.at,
            line: frame.line(),
            file: file.into(),
            function: function.to_str().ok()?.into(),
            is_internal: file == source || is_import,
            code: frame.code.clone().unbind(),
        };
        if let Some(old) = entry.replace(site) {
            // Code: dropping it runs none.
            old.code.drop_ref(py);
        }
        Some(())
    }

    /// Forgets all: what belongs to `logging` may be something else now.
    pub(crate) fn clear(&mut self, py: Python<'_>) {
        for entry in &mut self.entries {
            if let Some(old) = entry.take() {
                old.code.drop_ref(py);
            }
        }
    }
}
