//! Plain call: a text, a few typed arguments, perhaps a few typed fields. Nearly every call is one.
//!
//! Runs on the *caller*, behind `native`, and does in one piece what `call`, `message` and `record`
//! do for all other calls: no object is copied, nothing is allocated, no Python code runs.

use embedded_io::{ErrorKind, ErrorType, Write};
use femto_core::frame::portable::{Portable, Style};
use femto_core::{Level, Value};
use femto_std::engine;
use femto_std::formatter::CaptureMask;
use heapless::Vec as ArrayVec;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::context;
use crate::field::{Keys, Wanted};
use crate::logger::Plan;
use crate::message::{self, Templates};
use crate::native::{self, Attached};
use crate::origin::{Origin, Sites, named};
use crate::record;

/// More arguments than this are not plain.
const MAX_ARGUMENTS: usize = 8;
/// Nor are more fields.
const MAX_FIELDS: usize = 8;

/// Submits the record of a plain call; `false`, having done nothing, if it is none, or if it would
/// have to wait.
#[inline(always)]
pub(crate) fn submit(
    plan: &Plan,
    name: &str,
    level: u8,
    message: &Bound<'_, PyAny>,
    arguments: &[Bound<'_, PyAny>],
    extra: Option<&Bound<'_, PyDict>>,
) -> bool {
    if !plan.is_plain || !message.is_exact_instance_of::<PyString>() {
        return false;
    }
    let Ok(text) = message.cast_exact::<PyString>() else { return false };
    let py = message.py();
    let submitted = SCRATCH.change(py, |scratch| {
        let mut origin = Origin::default();
        if plan.mask != CaptureMask::NONE {
            origin = Origin::find(py, plan.mask, &mut scratch.sites)?;
        }
        let mut pairs = ArrayVec::<_, MAX_FIELDS>::new();
        let mut fields = ArrayVec::<_, MAX_FIELDS>::new();
        if let Some(extra) = extra {
            collect(extra, plan, &mut scratch.keys, &mut pairs)?;
            for (key, value) in &pairs {
                // There is room: of each pair one.
                let _ = fields.push((native::utf8(key)?, message::value(value)?));
            }
        }
        let mut values = ArrayVec::<Value<'_>, MAX_ARGUMENTS>::new();
        let mut style = Style::Ready;
        if !arguments.is_empty() {
            style = Style::Percent;
            for argument in arguments {
                values.push(message::value(argument)?).ok()?;
            }
            scratch.templates.get(text)?.check(&values).ok()?;
        }
        let level = Level::new(level);
        let frame = Portable {
            level,
            style,
            name,
            template: native::utf8(text)?,
            arguments: values.as_slice(),
            mapping: None,
            key_values: if fields.is_empty() { None } else { Some(fields.as_slice()) },
            level_name: record::level_name(&plan.level_names, level),
            location: origin.location.map(|site| (&*site.file, site.line)),
            function: origin.function.map(|site| &*site.function),
            thread: named(&origin.thread)?,
            process: named(&origin.process)?,
            ..Portable::default()
        };
        scratch.room.at = 0;
        frame.write(&mut scratch.room).ok()?;
        plan.route.try_submit(level, engine::now(), scratch.room.written()).ok()
    });
    submitted.flatten().is_some()
}

/// Takes the pairs of `extra` that formatters print, all or none; `None` if Python has to look.
fn collect<'py>(
    extra: &Bound<'py, PyDict>,
    plan: &Plan,
    keys: &mut Keys,
    pairs: &mut ArrayVec<(Bound<'py, PyString>, Bound<'py, PyAny>), MAX_FIELDS>,
) -> Option<()> {
    if !plan.wanted.named.is_empty() {
        return None;
    }
    for (key, value) in extra {
        let key = key.cast_into_exact::<PyString>().ok()?;
        if !keys.may_be_field(&key) {
            return None;
        }
        if plan.wanted.all {
            pairs.push((key, value)).ok()?;
        }
    }
    Some(())
}

/// Whether handlers' formatters print nothing but what a plain call brings and what `origin` finds.
pub(crate) fn is_enough_for(mask: CaptureMask, wanted: &Wanted) -> bool {
    let needs_context = context::is_used() && !wanted.is_nothing();
    !mask.contains(CaptureMask::TASK_NAME) && !wanted.has_required() && !needs_context
}

/// What calls use one after the other, whichever thread is attached.
pub(crate) struct Scratch {
    pub(crate) templates: Templates,
    pub(crate) keys: Keys,
    pub(crate) sites: Sites,
    room: Room,
}

pub(crate) static SCRATCH: Attached<Scratch> = Attached::new(Scratch {
    templates: Templates::new(),
    keys: Keys::new(),
    sites: Sites::new(),
    room: Room { bytes: [0; 1024], at: 0 },
});

/// Where a short frame is put together.
struct Room {
    bytes: [u8; 1024],
    at: usize,
}

impl Room {
    #[inline(always)]
    fn written(&self) -> &[u8] {
        &self.bytes[..self.at]
    }
}

impl ErrorType for Room {
    type Error = ErrorKind;
}

impl Write for Room {
    #[inline(always)]
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        let room = self.bytes[self.at..].get_mut(..bytes.len()).ok_or(ErrorKind::OutOfMemory)?;
        room.copy_from_slice(bytes);
        self.at += bytes.len();
        Ok(bytes.len())
    }

    #[inline(always)]
    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }

    #[inline(always)]
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), ErrorKind> {
        self.write(bytes).map(drop)
    }
}
