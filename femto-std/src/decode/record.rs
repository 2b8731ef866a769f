//! From a portable frame to a record.

use core::fmt::{self, Write as _};
use core::time::Duration;

use femto_core::frame::portable::{Portable, Style};
use femto_core::{Details, Record, Value};

use crate::template::{Arguments, PercentTemplate, RustMessage};

/// Gives `take` the record that a frame holds; `time` is the frame's, by its container.
///
/// A template that its arguments do not fit is shown as it stands.
pub(super) fn with_record<R>(
    frame: &Portable<'_>,
    time: Option<Duration>,
    take: impl FnOnce(Record<'_>) -> R,
) -> R {
    let pairs: Vec<_> = frame.key_values.into_iter().flatten().collect();
    let mut details = Details::default();
    details.key_values = &pairs;
    details.location = frame.location;
    details.function = frame.function;
    details.level_name = frame.level_name;
    details.thread = frame.thread;
    details.process = frame.process;
    details.task = frame.task;
    details.exception = frame.exception;
    details.stack = frame.stack;
    let time = time.map_or(Record::NO_TIME, |time| time.as_nanos() as u64);
    let give = |message: &dyn fmt::Display| {
        take(Record::from_message(frame.name, message, frame.level, time, &details))
    };
    let arguments: Vec<Value<'_>> = frame.arguments.collect();
    match frame.style {
        Style::Rust => give(&RustMessage::new(frame.template, &arguments)),
        Style::Percent => {
            let Ok(template) = PercentTemplate::parse(frame.template) else {
                return give(&frame.template);
            };
            let mapping: Option<Vec<_>> = frame.mapping.map(Iterator::collect);
            let arguments = match &mapping {
                Some(fields) => Arguments::Mapping(fields),
                None => Arguments::Positional(&arguments),
            };
            let message = template.message(arguments);
            let mut text = String::new();
            // The template as it stands is better than half a message.
            match write!(text, "{message}") {
                Ok(()) => give(&text),
                Err(_) => give(&frame.template),
            }
        }
        _ => give(&frame.template),
    }
}
