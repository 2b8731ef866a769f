//! The time of a record as text: `asctime`, as Python's `Formatter.formatTime` makes it.
//!
//! Runs on the *collector*. The text changes once a second, so it is made once a second.

use core::fmt::Write;
use core::time::Duration;
use std::sync::Mutex;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::FormatError;
use crate::template::{PercentTemplate, TemplateError};
use femto_core::Value;

/// Prints times with a date format, in a time zone.
#[derive(Debug)]
pub(super) struct Clock {
    /// As jiff takes it.
    format: Box<str>,
    /// `None` for the system's, which may change.
    zone: Option<TimeZone>,
    millis: Millis,
    cache: Mutex<Cache>,
}

/// What follows the seconds.
#[derive(Debug)]
enum Millis {
    Nothing,
    /// `,%03d`
    Comma,
    /// Python's `default_msec_format`, applied to the text and the milliseconds.
    Template(PercentTemplate),
}

/// The text of the latest second printed; empty before the first.
#[derive(Debug, Default)]
struct Cache {
    seconds: u64,
    text: String,
}

impl Clock {
    /// Python's default: `2024-07-14 17:31:59,123` in local time.
    pub(super) fn new() -> Self {
        Self {
            format: DEFAULT_FORMAT.into(),
            zone: None,
            millis: Millis::Comma,
            cache: Mutex::default(),
        }
    }

    /// Takes a date format in place of the default, and with it no milliseconds.
    pub(super) fn set_date_format(&mut self, format: &str) -> Result<(), FormatError> {
        self.format = to_jiff(format)?.into();
        self.millis = Millis::Nothing;
        self.cache = Mutex::default();
        Ok(())
    }

    pub(super) fn set_millisecond_format(&mut self, format: &str) -> Result<(), TemplateError> {
        if format.is_empty() {
            self.millis = Millis::Nothing;
            return Ok(());
        }
        let template = PercentTemplate::parse(format)?;
        template.check(&[Value::Str(""), Value::F64(0.0)])?;
        self.millis = Millis::Template(template);
        Ok(())
    }

    pub(super) fn set_zone(&mut self, zone: TimeZone) {
        self.zone = Some(zone);
        self.cache = Mutex::default();
    }

    /// Appends the time, given since the Unix epoch.
    pub(super) fn write(&self, time: Duration, out: &mut String) -> Result<(), FormatError> {
        let Millis::Template(template) = &self.millis else {
            self.write_seconds(time.as_secs(), out)?;
            if let Millis::Comma = self.millis {
                let millis = time.subsec_millis();
                let digit = |n: u32| char::from(b'0' + (n % 10) as u8);
                out.push(',');
                out.extend([digit(millis / 100), digit(millis / 10), digit(millis)]);
            }
            return Ok(());
        };
        let mut seconds = String::new();
        self.write_seconds(time.as_secs(), &mut seconds)?;
        let millis = Value::F64(time.subsec_millis().into());
        let applied = template.apply(&[Value::Str(&seconds), millis], out);
        applied.map_err(|_| FormatError::PrintTime)
    }

    fn write_seconds(&self, seconds: u64, out: &mut String) -> Result<(), FormatError> {
        // Only formatters shared between threads ever find the lock taken.
        let Ok(mut cache) = self.cache.try_lock() else {
            return self.print(seconds, out);
        };
        if cache.seconds != seconds || cache.text.is_empty() {
            cache.text.clear();
            cache.seconds = seconds;
            if let Err(error) = self.print(seconds, &mut cache.text) {
                cache.text.clear();
                return Err(error);
            }
        }
        out.push_str(&cache.text);
        Ok(())
    }

    fn print(&self, seconds: u64, out: &mut String) -> Result<(), FormatError> {
        let seconds = i64::try_from(seconds).map_err(|_| FormatError::PrintTime)?;
        let time = Timestamp::from_second(seconds).map_err(|_| FormatError::PrintTime)?;
        let zone = self.zone.clone().unwrap_or_else(TimeZone::system);
        let local = time.to_zoned_datetime(zone);
        write!(out, "{}", local.strftime(self.format.as_bytes()))
            .map_err(|_| FormatError::PrintTime)
    }
}

/// Translates a date format of C, in the locale `C`, into jiff's, where they differ.
fn to_jiff(format: &str) -> Result<String, FormatError> {
    let mut translated = String::with_capacity(format.len());
    let mut characters = format.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if character != '%' {
            translated.push(character);
            continue;
        }
        let unknown = FormatError::ParseDateFormat { at };
        let flag = characters.next_if(|(_, next)| matches!(next, '-' | '_' | '0' | '^'));
        let Some((_, directive)) = characters.next() else {
            return Err(unknown);
        };
        match (directive, flag) {
            ('c', None) => translated.push_str("%a %b %e %H:%M:%S %Y"),
            ('r', None) => translated.push_str("%I:%M:%S %p"),
            ('x', None) => translated.push_str("%m/%d/%y"),
            ('X', None) => translated.push_str("%H:%M:%S"),
            // Not one of C's, so it prints as it is; a frequent mistake.
            ('f', None) => translated.push_str("%%f"),
            ('%', None) => translated.push_str("%%"),
            ('n', None) => translated.push('\n'),
            ('t', None) => translated.push('\t'),
            (
                'C' | 'D' | 'F' | 'P' | 'R' | 'T' | 'Z' | 'g' | 'h' | 'p' | 's' | 'u' | 'w' | 'z',
                None,
            )
            | ('A' | 'B' | 'a' | 'b', None | Some((_, '^')))
            | (
                'G' | 'H' | 'I' | 'M' | 'S' | 'U' | 'V' | 'W' | 'Y' | 'd' | 'e' | 'j' | 'k' | 'l'
                | 'm' | 'y',
                None | Some((_, '-' | '_' | '0')),
            ) => {
                translated.push('%');
                translated.extend(flag.map(|(_, flag)| flag));
                translated.push(directive);
            }
            _ => return Err(unknown),
        }
    }
    Ok(translated)
}

const DEFAULT_FORMAT: &str = "%Y-%m-%d %H:%M:%S";

#[cfg(test)]
mod tests {
    use super::*;

    fn text(clock: &Clock, millis: u64) -> String {
        let mut out = String::new();
        clock.write(Duration::from_millis(millis), &mut out).unwrap();
        out
    }

    #[test]
    fn the_text_follows_the_second_forward_and_back() {
        let mut clock = Clock::new();
        clock.set_zone(TimeZone::UTC);
        assert_eq!(text(&clock, 0), "1970-01-01 00:00:00,000");
        assert_eq!(text(&clock, 1_001), "1970-01-01 00:00:01,001");
        assert_eq!(text(&clock, 1_999), "1970-01-01 00:00:01,999");
        assert_eq!(text(&clock, 50), "1970-01-01 00:00:00,050");
    }

    #[test]
    fn a_new_format_or_zone_empties_the_cache() {
        let mut clock = Clock::new();
        clock.set_zone(TimeZone::UTC);
        assert_eq!(text(&clock, 5), "1970-01-01 00:00:00,005");
        clock.set_date_format("%H:%M").unwrap();
        assert_eq!(text(&clock, 5), "00:00");
        clock.set_zone(TimeZone::fixed(jiff::tz::offset(2)));
        assert_eq!(text(&clock, 5), "02:00");
    }

    #[test]
    fn a_clock_in_use_elsewhere_keeps_nobody_waiting() {
        let mut clock = Clock::new();
        clock.set_zone(TimeZone::UTC);
        let held = clock.cache.lock().unwrap();
        assert_eq!(text(&clock, 7), "1970-01-01 00:00:00,007");
        drop(held);
    }

    #[test]
    fn a_time_beyond_the_calendar_is_an_error() {
        let seconds = Duration::from_secs(u64::MAX);
        assert_eq!(Clock::new().write(seconds, &mut String::new()), Err(FormatError::PrintTime));
    }
}
