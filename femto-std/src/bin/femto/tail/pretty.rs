//! Records of programs' lines, for people: the library's pretty lines.

use core::time::Duration;
use std::sync::Arc;

use femto_std::config::{Field, FormatterBuilder, FormatterStyle};
use femto_std::formatter::Formatter;
use femto_std::{Details, Level, Record, Value};
use jiff::Timestamp;

use super::Error;
use super::line::{Content, Object, Parsed};

/// Makes pretty lines.
pub(super) struct Pretty {
    /// With level and logger, without the level, without the logger, with neither.
    formatters: [Arc<dyn Formatter>; 4],
}

impl Pretty {
    pub(super) fn new(is_colored: bool) -> Result<Self, Error> {
        let build = |has_level: bool, has_logger: bool| {
            let fields = [
                (Field::Time, true),
                (Field::Level, has_level),
                (Field::Logger, has_logger),
                (Field::Message, true),
                (Field::KeyValues, true),
                (Field::Exception, true),
                (Field::Stack, true),
            ];
            FormatterBuilder::new()
                .with_style(FormatterStyle::Pretty)
                .with_color(is_colored)
                .with_escaping(true)
                .with_fields(
                    fields.into_iter().filter_map(|(field, is_there)| is_there.then_some(field)),
                )
                .build()
                .map_err(Error::Format)
        };
        let formatters =
            [build(true, true)?, build(false, true)?, build(true, false)?, build(false, false)?];
        Ok(Self { formatters })
    }

    pub(super) fn push(&mut self, record: &Parsed<'_>, out: &mut String) {
        let mut details = Details::default();
        let mut pairs = Vec::with_capacity(record.fields.len() + 2);
        let time = record.time.as_deref().and_then(nanos);
        if time.is_none()
            && let Some(text) = &record.time
        {
            pairs.push(("time", Value::Str(text)));
        }
        let nested = record.fields.iter().find_map(|(key, content)| match content {
            Content::Json(raw) if key == "fields" => Object::parse(raw),
            _ => None,
        });
        for (key, content) in &record.fields {
            match &**key {
                "exception" => details.exception = Some(content.as_str()),
                "stack" => details.stack = Some(content.as_str()),
                "fields" if nested.is_some() => {}
                _ => pairs.push((key, Value::Str(content.as_str()))),
            }
        }
        let texts: Vec<_> = nested.iter().flat_map(|object| &object.0).collect();
        let texts: Vec<_> = texts.iter().map(|(key, raw)| (&**key, Content::of(raw))).collect();
        pairs.extend(texts.iter().map(|(key, content)| (*key, Value::Str(content.as_str()))));
        details.key_values = &pairs;
        let level = record.level.unwrap_or(Level::NOTSET);
        details.level_name =
            record.level_name.as_deref().filter(|name| name.parse::<u8>().is_err());
        let has_level = record.level_name.is_some();
        let formatter =
            &self.formatters[usize::from(!has_level) + 2 * usize::from(record.logger.is_none())];
        let message = record.message.as_deref().unwrap_or("");
        let logger = record.logger.as_deref().unwrap_or("");
        let time = time.unwrap_or(Record::NO_TIME);
        let record = Record::from_message(logger, &message, level, time, &details);
        if formatter.format(&record, out).is_err() {
            // Its time is beyond the calendar.
            out.push_str(message);
        }
    }
}

/// Nanoseconds since the Unix epoch of a time as RFC 3339 writes it, or of a number of seconds,
/// milliseconds, microseconds or nanoseconds of our days.
fn nanos(text: &str) -> Option<u64> {
    let since = if let Ok(number) = text.parse::<f64>() {
        let unit = [1e11, 1e14, 1e17].iter().filter(|limit| number >= **limit).count();
        Duration::try_from_secs_f64(number / 1000_f64.powi(unit as i32)).ok()?
    } else {
        let time: Timestamp = text.parse().ok()?;
        Duration::try_from(time.duration_since(Timestamp::UNIX_EPOCH)).ok()?
    };
    u64::try_from(since.as_nanos()).ok().filter(|nanos| *nanos != Record::NO_TIME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        for (text, expected) in [
            ("2026-11-26T08:08:51.123456Z", Some(1_795_680_531_123_456_000)),
            ("2026-11-26T09:08:51.123456+01:00", Some(1_795_680_531_123_456_000)),
            ("1795680531", Some(1_795_680_531_000_000_000)),
            ("1795680531500", Some(1_795_680_531_500_000_000)),
            ("2026-11-26 08:08:51", None),
            ("yesterday", None),
            ("-5", None),
        ] {
            assert_eq!(nanos(text), expected, "{text}");
        }
    }
}
