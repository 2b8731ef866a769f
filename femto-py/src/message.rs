//! Message: template and arguments, typed where that says everything, else rendered on the spot.
//!
//! Runs on the *caller*, behind `call`; the collector applies the template.

use core::ops::ControlFlow;

use femto_core::Value;
use femto_core::frame::portable::Style;
use femto_std::template::{Conversion, PercentTemplate};
use heapless::Vec as ArrayVec;
use pyo3::exceptions::{PyException, PyRecursionError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyString, PyTuple};

use crate::names;
use crate::native;
use crate::plain::{SCRATCH, Scratch};

/// More arguments than this are left to Python's `%`.
const MAX_ARGUMENTS: usize = 16;

/// A message as the frame takes it, borrowed from the call.
pub(crate) struct Message<'a> {
    pub(crate) style: Style,
    pub(crate) template: &'a str,
    pub(crate) values: ArrayVec<Value<'a>, MAX_ARGUMENTS>,
}

/// The objects that Python rendered for a message.
#[derive(Default)]
pub(crate) struct Rendered<'py> {
    message: Option<Bound<'py, PyString>>,
    arguments: ArrayVec<Option<Bound<'py, PyString>>, MAX_ARGUMENTS>,
}

/// The message of `msg` and `args`.
///
/// `Ok(None)` if Python raises while it renders them, or the text is not in UTF-8: the slow path
/// then does the same in the place where stdlib handles it.
///
/// # Errors
/// What interrupts the program.
pub(crate) fn of<'a, 'py>(
    message: &'a Bound<'py, PyAny>,
    arguments: &'a [Bound<'py, PyAny>],
    rendered: &'a mut Rendered<'py>,
) -> PyResult<Option<Message<'a>>> {
    if message.is_exact_instance_of::<PyString>()
        && let Ok(text) = message.cast_exact::<PyString>()
    {
        if arguments.is_empty() {
            let ready =
                |template| Message { style: Style::Ready, template, values: ArrayVec::new() };
            return Ok(text.to_str().ok().map(ready));
        }
        match typed(text, arguments, rendered)? {
            ControlFlow::Break(()) => {}
            ControlFlow::Continue(()) => return Ok(assemble(text, arguments, rendered)),
        }
    }
    render(message, arguments, rendered)
}

/// Looks whether template and arguments fit each other, and renders the arguments that have no
/// typed value. Breaks off if the message is better left to Python.
fn typed<'py>(
    text: &Bound<'py, PyString>,
    arguments: &[Bound<'py, PyAny>],
    rendered: &mut Rendered<'py>,
) -> PyResult<ControlFlow<()>> {
    let py = text.py();
    let fits = SCRATCH.change(py, |scratch| {
        let Some(template) = scratch.templates.get(text) else { return Fit::LeaveToPython };
        let mut values = ArrayVec::<Value<'_>, MAX_ARGUMENTS>::new();
        for argument in arguments {
            match value(argument) {
                Some(value) if values.push(value).is_ok() => {}
                Some(_) => return Fit::LeaveToPython,
                None if template.is_keyed() => return Fit::LeaveToPython,
                None => return Fit::Render(template.conversions().collect()),
            }
        }
        if template.check(&values).is_ok() { Fit::Typed } else { Fit::LeaveToPython }
    });
    match fits.unwrap_or(Fit::LeaveToPython) {
        Fit::Typed => Ok(ControlFlow::Continue(())),
        Fit::Render(conversions) => render_arguments(&conversions, arguments, rendered),
        Fit::LeaveToPython => Ok(ControlFlow::Break(())),
    }
}

enum Fit {
    Typed,
    Render(Vec<Conversion>),
    LeaveToPython,
}

/// Renders the objects among the arguments as the template asks.
#[cold]
fn render_arguments<'py>(
    conversions: &[Conversion],
    arguments: &[Bound<'py, PyAny>],
    rendered: &mut Rendered<'py>,
) -> PyResult<ControlFlow<()>> {
    // A sole mapping is not an argument but all of them.
    if conversions.len() != arguments.len() || arguments.len() > MAX_ARGUMENTS {
        return Ok(ControlFlow::Break(()));
    }
    for (conversion, argument) in conversions.iter().zip(arguments) {
        let text = match (value(argument), conversion) {
            (Some(value), conversion) => {
                // Nothing is rendered for a call that will fail. What this look lets pass is
                // checked by the template in the end.
                if !conversion.takes_anything() && !is_number(&value) {
                    return Ok(ControlFlow::Break(()));
                }
                None
            }
            (None, Conversion::Text) => Some(argument.str()),
            (None, Conversion::Repr) => Some(argument.repr()),
            _ => return Ok(ControlFlow::Break(())),
        };
        let text = match text.transpose() {
            Ok(text) => text,
            Err(error) => return stop_if_fatal(argument.py(), error),
        };
        if text.as_ref().is_some_and(|text| text.to_str().is_err()) {
            return Ok(ControlFlow::Break(()));
        }
        // There are at most as many as there is room for.
        let _ = rendered.arguments.push(text);
    }
    Ok(ControlFlow::Continue(()))
}

/// Whether the template takes these values; it was parsed a moment ago.
#[cold]
fn check(text: &Bound<'_, PyString>, values: &[Value<'_>]) -> bool {
    let check = |scratch: &mut Scratch| Some(scratch.templates.get(text)?.check(values).is_ok());
    SCRATCH.change(text.py(), check).flatten().unwrap_or(false)
}

/// Puts the frame's view of the message together, once nothing can run Python code any more.
fn assemble<'a, 'py>(
    text: &'a Bound<'py, PyString>,
    arguments: &'a [Bound<'py, PyAny>],
    rendered: &'a Rendered<'py>,
) -> Option<Message<'a>> {
    let mut values = ArrayVec::new();
    for (at, argument) in arguments.iter().enumerate() {
        let value = match rendered.arguments.get(at) {
            Some(Some(text)) => Value::Rendered(text.to_str().ok()?),
            _ => value(argument)?,
        };
        values.push(value).ok()?;
    }
    if !rendered.arguments.is_empty() && !check(text, &values) {
        return None;
    }
    Some(Message { style: Style::Percent, template: text.to_str().ok()?, values })
}

/// Lets Python make the message, as `LogRecord.getMessage` does.
#[cold]
fn render<'a, 'py>(
    message: &Bound<'py, PyAny>,
    arguments: &[Bound<'py, PyAny>],
    rendered: &'a mut Rendered<'py>,
) -> PyResult<Option<Message<'a>>> {
    let py = message.py();
    let made = names::known(py).and_then(|known| {
        let arguments = PyTuple::new(py, arguments)?;
        Ok(known.render.bind(py).call1((message, arguments))?.cast_into_exact::<PyString>()?)
    });
    match made {
        Ok(text) => {
            let template = rendered.message.insert(text).to_str().ok();
            let ready =
                |template| Message { style: Style::Ready, template, values: ArrayVec::new() };
            Ok(template.map(ready))
        }
        Err(error) => stop_if_fatal(py, error).map(|_| None),
    }
}

fn stop_if_fatal(py: Python<'_>, error: PyErr) -> PyResult<ControlFlow<()>> {
    if is_handled(py, &error) { Ok(ControlFlow::Break(())) } else { Err(error) }
}

/// Whether stdlib's handlers keep the error from the application. One that says that calls are too
/// deep they do not; done again on each of them it would take for ever.
pub(crate) fn is_handled(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyException>(py) && !error.is_instance_of::<PyRecursionError>(py)
}

/// The object as a typed value, if it is exactly of one of the types that have one.
#[inline(always)]
pub(crate) fn value<'a>(object: &'a Bound<'_, PyAny>) -> Option<Value<'a>> {
    if object.is_exact_instance_of::<PyString>() {
        return Some(Value::Str(native::utf8(object.cast_exact::<PyString>().ok()?)?));
    }
    if object.is_exact_instance_of::<PyInt>() {
        return match object.extract::<i64>() {
            Ok(number) => Some(Value::I64(number)),
            Err(_) => {
                let number = object.extract::<i128>().ok()?;
                Some(Value::I128([number as u64, (number >> 64) as u64]))
            }
        };
    }
    if object.is_exact_instance_of::<PyFloat>() {
        return Some(Value::F64(object.cast_exact::<PyFloat>().ok()?.value()));
    }
    if object.is_none() {
        return Some(Value::None);
    }
    if object.is_exact_instance_of::<PyBool>() {
        return Some(Value::Bool(object.cast_exact::<PyBool>().ok()?.is_true()));
    }
    if object.is_exact_instance_of::<PyBytes>() {
        return Some(Value::Bytes(object.cast_exact::<PyBytes>().ok()?.as_bytes()));
    }
    None
}

fn is_number(value: &Value<'_>) -> bool {
    matches!(value, Value::I64(_) | Value::I128(_) | Value::F64(_) | Value::Bool(_))
}

// --- Parsed templates ---------------------------------------------------------------------------

/// Templates by the identity of their text: those that share an entry take turns.
pub(crate) struct Templates {
    entries: [Option<Entry>; 512],
}

struct Entry {
    /// Keeps the text, so that no other has its address.
    text: Py<PyString>,
    /// `None` if it is left to Python.
    template: Option<PercentTemplate>,
}

impl Templates {
    pub(crate) const fn new() -> Self {
        Self { entries: [const { None }; 512] }
    }

    #[inline(always)]
    pub(crate) fn get(&mut self, text: &Bound<'_, PyString>) -> Option<&PercentTemplate> {
        let address = text.as_ptr() as usize;
        let at = (address >> 4 ^ address >> 13) % self.entries.len();
        let entry = &mut self.entries[at];
        match entry {
            Some(known) if known.text.as_ptr() == text.as_ptr() => {}
            _ => Self::parse(text, entry),
        }
        entry.as_ref()?.template.as_ref()
    }

    #[cold]
    fn parse(text: &Bound<'_, PyString>, entry: &mut Option<Entry>) {
        let parsed = text.to_str().ok().filter(|text| text.len() <= LONGEST_TEMPLATE);
        let parsed = parsed.and_then(|text| PercentTemplate::parse(text).ok());
        let is_kept = text.len().is_ok_and(|length| length <= LONGEST_TEMPLATE);
        let new = is_kept.then(|| Entry { text: text.clone().unbind(), template: parsed });
        if let Some(old) = core::mem::replace(entry, new) {
            // An exact `str`: dropping it runs no code.
            old.text.drop_ref(text.py());
        }
    }
}

/// Longer ones are not kept, and left to Python.
const LONGEST_TEMPLATE: usize = 4096;
