//! The time of a record as text: `asctime`, as Python's `Formatter.formatTime` makes it.
//!
//! Runs on the *collector*. The text changes once a second, so it is made once a second.

use core::cell::RefCell;
use core::fmt::Write;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{FormatError, zone};
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
    /// What the threads' caches know it by; a new one for each change.
    id: u64,
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

/// The text of the latest second that a clock printed.
#[derive(Debug)]
struct Cache {
    /// 0 before the first.
    id: u64,
    seconds: u64,
    text: String,
}

thread_local! {
    /// A thread's few latest clocks: a lock would cost as much as the copying.
    static CACHES: RefCell<[Cache; CACHED]> =
        const { RefCell::new([const { Cache { id: 0, seconds: 0, text: String::new() } }; CACHED]) };
}

impl Clock {
    /// Python's default: `2024-07-14 17:31:59,123` in local time.
    pub(super) fn new() -> Self {
        Self { format: DEFAULT_FORMAT.into(), zone: None, millis: Millis::Comma, id: next_id() }
    }

    /// Takes a date format in place of the default, and with it no milliseconds.
    pub(super) fn set_date_format(&mut self, format: &str) -> Result<(), FormatError> {
        self.format = to_jiff(format)?.into();
        self.millis = Millis::Nothing;
        self.id = next_id();
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
        self.id = next_id();
    }

    /// Appends the time, given since the Unix epoch.
    pub(super) fn write(&self, time: Duration, out: &mut String) -> Result<(), FormatError> {
        let Millis::Template(template) = &self.millis else {
            self.write_seconds(time.as_secs(), out)?;
            if let Millis::Comma = self.millis {
                let millis = time.subsec_millis();
                let digit = |n: u32| b'0' + (n % 10) as u8;
                let text = [b',', digit(millis / 100), digit(millis / 10), digit(millis)];
                out.push_str(core::str::from_utf8(&text).unwrap_or_default());
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
        // A thread that is ending has no cache any more.
        CACHES
            .try_with(|caches| match caches.try_borrow_mut() {
                Ok(mut caches) => {
                    self.write_cached(&mut caches[self.id as usize % CACHED], seconds, out)
                }
                Err(_) => self.print(seconds, out),
            })
            .unwrap_or_else(|_| self.print(seconds, out))
    }

    #[inline]
    fn write_cached(
        &self,
        cache: &mut Cache,
        seconds: u64,
        out: &mut String,
    ) -> Result<(), FormatError> {
        if cache.seconds != seconds || cache.id != self.id {
            cache.id = 0;
            cache.text.clear();
            self.print(seconds, &mut cache.text)?;
            (cache.id, cache.seconds) = (self.id, seconds);
        }
        out.push_str(&cache.text);
        Ok(())
    }

    fn print(&self, seconds: u64, out: &mut String) -> Result<(), FormatError> {
        let seconds = i64::try_from(seconds).map_err(|_| FormatError::PrintTime)?;
        let time = Timestamp::from_second(seconds).map_err(|_| FormatError::PrintTime)?;
        let zone = self.zone.clone().unwrap_or_else(zone::local);
        let local = time.to_zoned_datetime(zone);
        write!(out, "{}", local.strftime(self.format.as_bytes()))
            .map_err(|_| FormatError::PrintTime)
    }
}

fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
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

/// Clocks that a thread remembers the latest second of.
const CACHED: usize = 8;
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
    fn clocks_that_share_a_place_in_the_cache_do_not_mix() {
        let mut clocks: Vec<Clock> = (0..=CACHED).map(|_| Clock::new()).collect();
        for (hours, clock) in (0..).zip(&mut clocks) {
            clock.set_zone(TimeZone::fixed(jiff::tz::offset(hours)));
        }
        for _ in 0..2 {
            for (hours, clock) in clocks.iter().enumerate() {
                assert_eq!(text(clock, 7), format!("1970-01-01 {hours:02}:00:00,007"));
            }
        }
    }

    #[test]
    fn a_time_beyond_the_calendar_is_an_error() {
        let seconds = Duration::from_secs(u64::MAX);
        assert_eq!(Clock::new().write(seconds, &mut String::new()), Err(FormatError::PrintTime));
    }
}
