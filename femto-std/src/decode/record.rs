//! From a frame to a record.

use core::fmt::{self, Write as _};
use core::time::Duration;

use femto_core::frame::portable::{Portable, Style};
use femto_core::{Details, Level, Record, Value};

use super::image::{Image, Site};
use crate::template::{Arguments, PercentTemplate, RustMessage};

/// What a frame holds besides level and time.
#[derive(Clone, Debug)]
pub(super) enum Content<'d> {
    /// The values of a statement of a program whose image is known.
    Local(Local<'d>),
    /// A record spelled out, and the boot that it tells, if another than the last.
    Portable { frame: Portable<'d>, boot: Option<u16> },
}

impl Content<'_> {
    /// Gives `take` the record; `time` is the frame's, by its container.
    pub(super) fn with_record<R>(
        &self,
        level: Level,
        time: Option<Duration>,
        take: impl FnOnce(Record<'_>) -> R,
    ) -> R {
        match self {
            Self::Local(local) => local.with_record(level, time, take),
            Self::Portable { frame, boot } => with_portable(frame, *boot, time, take),
        }
    }
}

/// A template that its arguments do not fit is shown as it stands.
fn with_portable<R>(
    frame: &Portable<'_>,
    boot: Option<u16>,
    time: Option<Duration>,
    take: impl FnOnce(Record<'_>) -> R,
) -> R {
    let boot = boot.map(|boot| ("boot", Value::U16(boot)));
    let pairs: Vec<_> = boot.into_iter().chain(frame.key_values.into_iter().flatten()).collect();
    let mut details = frame.details();
    details.key_values = &pairs;
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

/// What a frame that refers to statics of a program holds.
#[derive(Clone, Debug)]
pub(super) struct Local<'d> {
    site: Site<'d>,
    logger: &'d str,
    keys: Vec<&'d str>,
    values: Vec<Value<'d>>,
}

impl<'d> Local<'d> {
    /// `None` if it cannot be a record of the program `image`.
    pub(super) fn new(
        image: &'d Image,
        level: Level,
        site: u32,
        logger: u32,
        values: Vec<Value<'d>>,
    ) -> Option<Self> {
        let (site, logger) = (image.site(site)?, image.logger(logger)?);
        let keys = image.keys(&site)?;
        let is_plausible =
            (site.level == Level::NOTSET || site.level == level) && keys.len() <= values.len();
        is_plausible.then_some(Self { site, logger, keys, values })
    }

    fn with_record<R>(
        &self,
        level: Level,
        time: Option<Duration>,
        take: impl FnOnce(Record<'_>) -> R,
    ) -> R {
        let Self { site, logger, keys, values } = self;
        let (arguments, of_keys) = values.split_at(values.len() - keys.len());
        let pairs: Vec<_> = keys.iter().copied().zip(of_keys.iter().copied()).collect();
        let mut details = Details::default();
        details.key_values = &pairs;
        details.location = Some((site.file, site.line));
        let message = RustMessage::new(site.template, arguments);
        let name = site.target.unwrap_or(logger);
        let time = time.map_or(Record::NO_TIME, |time| time.as_nanos() as u64);
        take(Record::from_message(name, &message, level, time, &details))
    }
}
