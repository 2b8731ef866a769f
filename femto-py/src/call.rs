//! Call: what a log call passes beside its message.
//!
//! Runs on the *caller*, behind `native`, before `message` and `record`.

use femto_core::Level;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyString, PyTuple};

use crate::field::Picked;
use crate::logger::{LoggerCore, Plan};
use crate::message::{self, Rendered};
use crate::record::{self, Extra, Waiting};
use crate::{context, names, native, plain};

/// A log call whose level passed.
pub(crate) struct Call<'a, 'py> {
    pub(crate) level: i64,
    pub(crate) message: &'a Bound<'py, PyAny>,
    pub(crate) arguments: &'a [Bound<'py, PyAny>],
    pub(crate) keyword_values: &'a [Bound<'py, PyAny>],
    pub(crate) keywords: Option<&'a Bound<'py, PyAny>>,
    pub(crate) is_exception: bool,
}

/// Who dealt with a call.
pub(crate) enum Outcome {
    Submitted,
    /// It waits for room, and is submitted in the end.
    MustWait(Waiting),
    LeftToPython,
}

/// What is left to do for a call after a look at the plan.
enum Step {
    Done,
    LookCloser { is_refused: bool },
    LeaveToPython,
}

/// What the keyword arguments say.
#[derive(Default)]
struct Keywords<'py> {
    exception: Option<Bound<'py, PyString>>,
    stack: Option<Bound<'py, PyString>>,
    /// Which frame the record says that it is from: 1 is the call's, 0 is as good.
    stacklevel: i64,
    fields: Picked<'py>,
}

impl<'py> Call<'_, 'py> {
    /// Submits the record, unless Python has to see it.
    ///
    /// # Errors
    /// What interrupts the program while Python renders an object.
    #[inline(always)]
    pub(crate) fn submit(&self, core: &LoggerCore) -> PyResult<Outcome> {
        let py = self.message.py();
        let level = match u8::try_from(self.level) {
            Ok(level @ 1..=254) => level,
            _ => return Ok(Outcome::LeftToPython),
        };
        let is_bare = self.keywords.is_none() && !self.is_exception;
        let extra = if is_bare { None } else { self.sole_extra() };
        let step = core.with_plan(py, |plan| {
            if plan.is_for_python(py, self.level) {
                return Step::LeaveToPython;
            }
            // A record that every handler would refuse is dealt with already.
            let is_refused = self.level < plan.lowest || self.level > plan.highest;
            let is_done = if is_refused {
                is_bare
            } else {
                (is_bare || extra.is_some())
                    && plain::submit(plan, core.name(), level, self.message, self.arguments, extra)
            };
            match is_done {
                true => Step::Done,
                // For want of a field.
                false if is_bare && plan.wanted.has_required() && !context::is_used() => {
                    Step::LeaveToPython
                }
                false => Step::LookCloser { is_refused },
            }
        });
        match step {
            Some(Step::Done) => Ok(Outcome::Submitted),
            Some(Step::LookCloser { is_refused }) => {
                native::attached(|| self.submit_other(core, level, is_refused))
            }
            Some(Step::LeaveToPython) | None => Ok(Outcome::LeftToPython),
        }
    }

    /// The dictionary `extra`, if the call has no other keyword argument.
    #[inline(always)]
    fn sole_extra(&self) -> Option<&Bound<'py, PyDict>> {
        let (false, [value]) = (self.is_exception, self.keyword_values) else { return None };
        let names = self.keywords?.cast::<PyTuple>().ok()?;
        let name = names.get_borrowed_item(0).ok()?;
        let known = names::known(names.py()).ok()?;
        // The interpreter interns the names of arguments.
        if !name.is(&known.texts.extra) {
            return None;
        }
        value.cast_exact::<PyDict>().ok()
    }

    /// Submits the record of a call that is not plain.
    #[cold]
    fn submit_other(&self, core: &LoggerCore, level: u8, is_refused: bool) -> PyResult<Outcome> {
        let py = self.message.py();
        let mut keywords = Keywords::default();
        if self.keywords.is_some() || self.is_exception || context::is_used() {
            match self.look_at_keywords(core)? {
                Some(found) => keywords = found,
                None => return Ok(Outcome::LeftToPython),
            }
        }
        let template = self.message.cast_exact::<PyString>().ok();
        let template = template.and_then(|text| text.to_str().ok()).unwrap_or_default();
        let admits = |plan: &Plan| plan.admits(core.name(), template);
        if is_refused || !core.with_plan(py, admits).unwrap_or(true) {
            return Ok(Outcome::Submitted);
        }
        let mut rendered = Rendered::default();
        let Some(message) = message::of(self.message, self.arguments, &mut rendered)? else {
            return Ok(Outcome::LeftToPython);
        };
        let extra = Extra {
            exception: keywords.exception.as_ref(),
            stack: keywords.stack.as_ref(),
            stacklevel: keywords.stacklevel,
            fields: &keywords.fields,
        };
        record::submit(py, core, Level::new(level), &message, &extra)
    }

    /// `None` if they are better left to Python, which refuses some.
    #[cold]
    fn look_at_keywords(&self, core: &LoggerCore) -> PyResult<Option<Keywords<'py>>> {
        let py = self.message.py();
        let mut exc_info = self.is_exception.then(|| PyBool::new(py, true).to_owned().into_any());
        let mut extra = None;
        let mut shows_stack = false;
        let mut stacklevel = 1;
        if let Some(names) = self.keywords {
            let names = names.cast::<PyTuple>()?;
            for (name, value) in names.iter_borrowed().zip(self.keyword_values) {
                match name.cast::<PyString>()?.to_str()? {
                    "exc_info" => exc_info = Some(value.clone()),
                    "extra" if value.is_none() => {}
                    "extra" => match value.cast_exact::<PyDict>() {
                        Ok(found) => extra = Some(found.clone()),
                        Err(_) => return Ok(None),
                    },
                    "stack_info" => match value.cast_exact::<PyBool>() {
                        Ok(asked) => shows_stack = asked.is_true(),
                        Err(_) => return Ok(None),
                    },
                    "stacklevel" => match level(value) {
                        Some(number @ 1..=MAX_STACKLEVEL) => stacklevel = number,
                        _ => return Ok(None),
                    },
                    _ => return Ok(None),
                }
            }
        }
        if self.is_exception && cfg!(not(Py_3_11)) {
            // There `Logger.exception` counts itself as a frame, unlike the other methods.
            stacklevel = (stacklevel - 1).max(1);
        }
        let Some(wanted) = core.with_plan(py, |plan| plan.wanted.clone()) else { return Ok(None) };
        let Some(fields) = wanted.pick(py, extra.as_ref())? else { return Ok(None) };
        let mut keywords = Keywords { stacklevel, fields, ..Keywords::default() };
        let known = names::known(py)?;
        let text = |text: PyResult<Bound<'py, PyAny>>| text.ok()?.cast_into_exact().ok();
        if shows_stack {
            // In stdlib's order: the stack is found before the record is made.
            keywords.stack = text(known.stack_info.bind(py).call1((stacklevel,)));
            if keywords.stack.is_none() {
                return Ok(None);
            }
        }
        if let Some(value) = exc_info
            && value.is_truthy()?
        {
            if wanted.all {
                let found = known.exception_fields.bind(py).call1((&value,))?;
                keywords.fields.add_all(&found.cast_into::<PyDict>()?)?;
            }
            keywords.exception = text(known.exception_text.bind(py).call1((value,)));
            if keywords.exception.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(keywords))
    }
}

/// Beyond it Python walks the frames.
const MAX_STACKLEVEL: i64 = 1 << 20;

/// The number of a level that is exactly an `int` of a usual size.
pub(crate) fn level(object: &Bound<'_, PyAny>) -> Option<i64> {
    if object.is_exact_instance_of::<PyInt>() { object.extract().ok() } else { None }
}
