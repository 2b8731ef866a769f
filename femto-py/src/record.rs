//! Record, frame: what happened beyond the message, and the frame that carries it all.
//!
//! Runs on the *caller*, behind `message`; hands the frame to the handlers' route.

use femto_core::Level;
use femto_core::Value;
use femto_core::frame::portable::{Portable, Style};
use femto_std::Route;
use femto_std::engine;
use femto_std::formatter::CaptureMask;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::call::Outcome;
use crate::field::Picked;
use crate::logger::LoggerCore;
use crate::message::Message;
use crate::names::{self, LevelNames};
use crate::native::Attached;
use crate::origin::{Origin, named};
use crate::plain::SCRATCH;
use crate::waiting::Waits;

/// What a call gave beside the message.
pub(crate) struct Extra<'a, 'py> {
    pub(crate) exception: Option<&'a Bound<'py, PyString>>,
    pub(crate) stack: Option<&'a Bound<'py, PyString>>,
    pub(crate) stacklevel: i64,
    pub(crate) fields: &'a Picked<'py>,
}

/// What costs time to find, as far as a formatter prints it.
#[derive(Default)]
pub(crate) struct Details {
    pub(crate) location: Option<(String, u32)>,
    pub(crate) function: Option<String>,
    pub(crate) thread: Option<(u64, String)>,
    pub(crate) process: Option<(u32, String)>,
    pub(crate) task: Option<String>,
}

impl Details {
    /// `None` for names that have no UTF-8.
    fn of(origin: &Origin<'_, '_>) -> Option<Self> {
        Some(Self {
            location: origin.location.map(|site| (site.file.to_string(), site.line)),
            function: origin.function.map(|site| site.function.to_string()),
            thread: named(&origin.thread)?.map(|(id, name)| (id, name.to_owned())),
            process: named(&origin.process)?.map(|(id, name)| (id, name.to_owned())),
            task: None,
        })
    }
}

/// Submits the record of a log call.
pub(crate) fn submit<'a>(
    py: Python<'_>,
    core: &LoggerCore,
    level: Level,
    message: &Message<'_>,
    extra: &Extra<'a, '_>,
) -> PyResult<Outcome> {
    let time = engine::now();
    let mask = core.with_plan(py, |plan| plan.mask).unwrap_or_default();
    let details = match mask == CaptureMask::NONE {
        true => None,
        false => match find_details(py, mask, extra.stacklevel) {
            Ok(details) => Some(details),
            Err(_) => return Ok(Outcome::LeftToPython),
        },
    };
    let text = |text: Option<&'a Bound<'_, PyString>>| text.map(|text| text.to_str()).transpose();
    let (Ok(exception), Ok(stack)) = (text(extra.exception), text(extra.stack)) else {
        return Ok(Outcome::LeftToPython);
    };
    let fields = extra.fields.borrow();
    // From here on no Python code runs until the record is in its lane.
    let submitted = core.with_plan(py, |plan| {
        let frame = Portable {
            level,
            style: message.style,
            name: core.name(),
            template: message.template,
            arguments: message.values.as_slice(),
            mapping: None,
            key_values: if fields.is_empty() { None } else { Some(fields.as_slice()) },
            level_name: level_name(&plan.level_names, level),
            exception,
            stack,
            ..Portable::default()
        };
        let frame = with_details(frame, details.as_ref());
        attempt(py, &plan.route, level, time, &frame)
    });
    match submitted {
        Some(outcome) => Ok(outcome),
        None => Ok(Outcome::LeftToPython),
    }
}

/// A record that has to wait for room.
pub(crate) struct Waiting {
    waits: Waits,
    level: Level,
    time: u64,
    frame: Vec<u8>,
}

impl Waiting {
    /// Waits and submits; to be called detached from the interpreter.
    pub(crate) fn submit(&self) {
        self.waits.route().submit(self.level, self.time, &self.frame);
    }

    /// Counts the record as dropped.
    #[cold]
    pub(crate) fn count_dropped(&self) {
        self.waits.route().count_dropped(self.level);
    }
}

/// The frame under construction, of whichever thread is attached.
static FRAME: Attached<Vec<u8>> = Attached::new(Vec::new());

/// Writes the frame and submits it, if that needs no waiting.
pub(crate) fn attempt<'a>(
    py: Python<'_>,
    route: &Route,
    level: Level,
    time: u64,
    frame: &Portable<'a, &'a [Value<'a>], &'a [(&'a str, Value<'a>)]>,
) -> Outcome {
    let attempt = FRAME.change(py, |bytes| {
        bytes.clear();
        // A vector takes everything.
        let _ = frame.write(bytes);
        match route.try_submit(level, time, bytes) {
            Ok(()) => Outcome::Submitted,
            Err(_) => {
                let (waits, frame) = (Waits::new(route.clone()), core::mem::take(bytes));
                Outcome::MustWait(Waiting { waits, level, time, frame })
            }
        }
    });
    attempt.unwrap_or(Outcome::LeftToPython)
}

pub(crate) fn with_details<'a, V, P>(
    frame: Portable<'a, V, P>,
    details: Option<&'a Details>,
) -> Portable<'a, V, P> {
    let Some(details) = details else { return frame };
    Portable {
        location: details.location.as_ref().map(|(file, line)| (file.as_str(), *line)),
        function: details.function.as_deref(),
        thread: details.thread.as_ref().map(|(id, name)| (*id, name.as_str())),
        process: details.process.as_ref().map(|(id, name)| (*id, name.as_str())),
        task: details.task.as_deref(),
        ..frame
    }
}

/// The level's name, if it is not what the formatter would say.
#[inline(always)]
pub(crate) fn level_name(names: &Option<LevelNames>, level: Level) -> Option<&str> {
    names.as_ref()?[usize::from(level.number())].as_deref()
}

/// Finds what the mask names, or asks Python for it.
#[cold]
fn find_details(py: Python<'_>, mask: CaptureMask, stacklevel: i64) -> PyResult<Details> {
    if stacklevel <= 1 {
        let found =
            SCRATCH.change(py, |scratch| Details::of(&Origin::find(py, mask, &mut scratch.sites)?));
        if let Some(details) = found.flatten() {
            return Ok(details);
        }
    }
    let found = names::known(py)?.details.bind(py).call1((mask.bits(), stacklevel.max(1)))?;
    let (location, function, thread, process, task) = found.extract()?;
    Ok(Details { location, function, thread, process, task })
}

/// The frame of a text that is finished.
pub(crate) fn ready<'a>(
    level: Level,
    text: &'a str,
    key_values: &'a [(&'a str, Value<'a>)],
) -> Portable<'a, &'a [Value<'a>], &'a [(&'a str, Value<'a>)]> {
    Portable {
        level,
        style: Style::Ready,
        template: text,
        arguments: &[],
        key_values: Some(key_values),
        ..Portable::default()
    }
}
