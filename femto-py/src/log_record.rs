//! Log record: a `LogRecord` object of the slow path, made into a frame by the handler it reaches.
//!
//! Runs on the *caller*, called by `handler`.

use femto_core::frame::portable::Portable;
use femto_core::{Level, Value};
use femto_std::Route;
use femto_std::engine;
use femto_std::formatter::{CaptureMask, Formatter};
use heapless::Vec as ArrayVec;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::call::Outcome;
use crate::field::MAX_FIELDS;
use crate::formatter::{CREATED, NativeFormatter};
use crate::message::{self, Rendered};
use crate::names;
use crate::native::Attached;
use crate::record::{self, Details};

/// Makes a frame of a `LogRecord` and tries to submit it.
pub(crate) fn emit(
    record: &Bound<'_, PyAny>,
    native: &NativeFormatter,
    route: &Attached<Route>,
) -> PyResult<Outcome> {
    let py = record.py();
    let Some(read) = Read::of(record)? else { return Ok(Outcome::LeftToPython) };
    let mut rendered = Rendered::default();
    let args = read.args.iter().collect::<Vec<_>>();
    let Some(message) = message::of(&read.message, &args, &mut rendered)? else {
        return Ok(Outcome::LeftToPython);
    };
    let formatter = native.formatter();
    let details = match formatter.mask() {
        CaptureMask::NONE => None,
        mask => match find_details(&read.attributes, mask)? {
            Some(details) => Some(details),
            None => return Ok(Outcome::LeftToPython),
        },
    };
    let Some(mut picked) = native.wanted().pick_attributes(&read.attributes)? else {
        return Ok(Outcome::LeftToPython);
    };
    if native.wanted().all && read.exception.is_some() {
        picked.add_exception(&read.attributes)?;
    }
    if picked.len() >= MAX_FIELDS {
        return Ok(Outcome::LeftToPython);
    }
    let mut fields = ArrayVec::<_, MAX_FIELDS>::new();
    // There is room: counted above.
    let _ = fields.push((CREATED, Value::U64(read.created)));
    for field in picked.iter() {
        let _ = fields.push(field);
    }
    let texts = (
        read.name.to_str(),
        read.level_name.to_str(),
        read.exception.as_ref().map(|text| text.to_str()).transpose(),
        read.stack.as_ref().map(|text| text.to_str()).transpose(),
    );
    let (Ok(name), Ok(level_name), Ok(exception), Ok(stack)) = texts else {
        return Ok(Outcome::LeftToPython);
    };
    let frame = Portable {
        level: read.level,
        style: message.style,
        name,
        template: message.template,
        arguments: message.values.as_slice(),
        key_values: Some(fields.as_slice()),
        level_name: Some(level_name),
        exception,
        stack,
        ..Portable::default()
    };
    let frame = record::with_details(frame, details.as_ref());
    let (level, time) = (read.level, engine::now());
    let attempt = route.with(py, |route| record::attempt(py, route, level, time, &frame));
    Ok(attempt.unwrap_or(Outcome::LeftToPython))
}

/// What every frame carries of a `LogRecord`.
struct Read<'py> {
    attributes: Bound<'py, PyDict>,
    level: Level,
    level_name: Bound<'py, PyString>,
    name: Bound<'py, PyString>,
    message: Bound<'py, PyAny>,
    args: Bound<'py, PyTuple>,
    /// Nanoseconds since the Unix epoch.
    created: u64,
    exception: Option<Bound<'py, PyString>>,
    stack: Option<Bound<'py, PyString>>,
}

impl<'py> Read<'py> {
    /// `None` if an attribute is not of its usual type.
    fn of(record: &Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        let py = record.py();
        let known = names::known(py)?;
        let texts = &known.texts;
        let attributes = record.getattr(texts.attributes.bind(py))?.cast_into::<PyDict>()?;
        let get = |name: &Bound<'py, PyString>| attributes.get_item(name);
        let text = |found: Option<Bound<'py, PyAny>>| found?.cast_into_exact::<PyString>().ok();
        let level = get(texts.level_no.bind(py))?.and_then(|level| level.extract::<u8>().ok());
        let Some(level @ 1..=254) = level else { return Ok(None) };
        let (Some(level_name), Some(name), Some(message)) = (
            text(get(texts.level_name.bind(py))?),
            text(get(texts.name.bind(py))?),
            get(texts.msg.bind(py))?,
        ) else {
            return Ok(None);
        };
        let (message, args) = match record.get_type().is(known.record_class.bind(py)) {
            true => {
                let args = get(texts.args.bind(py))?;
                match args.map(Bound::cast_into_exact::<PyTuple>) {
                    Some(Ok(args)) => (message, args),
                    // `None` or a mapping.
                    _ => (record.call_method0(texts.get_message.bind(py))?, PyTuple::empty(py)),
                }
            }
            // A class of its own may make its message as it likes.
            false => (record.call_method0(texts.get_message.bind(py))?, PyTuple::empty(py)),
        };
        let (Some(created), Some(msecs)) =
            (get(texts.created.bind(py))?, get(texts.msecs.bind(py))?)
        else {
            return Ok(None);
        };
        let Some(created) = nanoseconds(created.extract()?, msecs.extract()?) else {
            return Ok(None);
        };
        let Ok(exception) = exception(record, &attributes) else { return Ok(None) };
        let stack = get(texts.stack_info.bind(py))?.filter(|stack| !stack.is_none());
        let stack = match stack {
            Some(stack) => match text(Some(stack)) {
                Some(stack) => Some(stack),
                None => return Ok(None),
            },
            None => None,
        };
        let level = Level::new(level);
        Ok(Some(Self {
            attributes,
            level,
            level_name,
            name,
            message,
            args,
            created,
            exception,
            stack,
        }))
    }
}

/// The text of the record's exception, rendered if nobody did so before, and left in the record for
/// other handlers, as `logging.Formatter` does.
fn exception<'py>(
    record: &Bound<'py, PyAny>,
    attributes: &Bound<'py, PyDict>,
) -> PyResult<Option<Bound<'py, PyString>>> {
    let py = record.py();
    let names = names::known(py)?;
    let texts = &names.texts;
    let known = attributes.get_item(texts.exc_text.bind(py))?;
    if let Some(known) = known
        && known.is_truthy()?
    {
        return Ok(Some(known.cast_into_exact::<PyString>()?));
    }
    match attributes.get_item(texts.exc_info.bind(py))? {
        Some(exc_info) if exc_info.is_truthy()? => {
            let text = names.exception_text.bind(py).call1((exc_info,))?;
            let text = text.cast_into_exact::<PyString>()?;
            attributes.set_item(texts.exc_text.bind(py), &text)?;
            Ok(Some(text))
        }
        _ => Ok(None),
    }
}

/// `created` as nanoseconds that print with just these milliseconds; `None` for times beyond the
/// calendar.
fn nanoseconds(created: f64, msecs: f64) -> Option<u64> {
    if !(0.0..1e10).contains(&created) || !(0.0..1000.0).contains(&msecs) {
        return None;
    }
    let seconds = created.trunc();
    let within = ((created - seconds) * 1e9) as u64;
    let milliseconds = (msecs as u64) * 1_000_000;
    Some(seconds as u64 * 1_000_000_000 + within.clamp(milliseconds, milliseconds + 999_999))
}

/// Reads what the mask names; `None` if something is not of its usual type.
fn find_details(attributes: &Bound<'_, PyDict>, mask: CaptureMask) -> PyResult<Option<Details>> {
    let py = attributes.py();
    let texts = &names::known(py)?.texts;
    let mut details = Details::default();
    macro_rules! read {
        ($name:ident, $type:ty) => {{
            let found = attributes.get_item(texts.$name.bind(py))?;
            match found.map(|found| found.extract::<$type>()) {
                Some(Ok(found)) => found,
                _ => return Ok(None),
            }
        }};
    }
    let has = |one: CaptureMask| mask.contains(one);
    if has(CaptureMask::LOCATION) {
        let path = read!(path_name, String);
        // The formatter makes them of the path; a filter may have changed them.
        let file = path.rsplit('/').next().unwrap_or_default();
        let module = file.rsplit_once('.').map_or(file, |(module, _)| module);
        if read!(file_name, String) != file || read!(module, String) != module {
            return Ok(None);
        }
        details.location = Some((path, read!(line_no, u32)));
    }
    if has(CaptureMask::FUNCTION) {
        details.function = Some(read!(func_name, String));
    }
    if has(CaptureMask::THREAD_ID) || has(CaptureMask::THREAD_NAME) {
        details.thread = Some((read!(thread, u64), read!(thread_name, String)));
    }
    if has(CaptureMask::PROCESS_ID) || has(CaptureMask::PROCESS_NAME) {
        details.process = Some((read!(process, u32), read!(process_name, String)));
    }
    if has(CaptureMask::TASK_NAME) {
        details.task = read!(task_name, Option<String>);
    }
    Ok(Some(details))
}
