//! The time of a record as text: `asctime`, as Python's `Formatter.formatTime` makes it.
//!
//! Runs on the *collector*. The text changes once a second, so it is made once a second.

use core::cell::RefCell;
use core::fmt::Write;
use core::str::FromStr;
use core::time::Duration;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use femto_core::Value;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{FormatError, zone};
use crate::Error;
use crate::template::{PercentTemplate, TemplateError};

/// Prints times with a date format, in a time zone.
#[derive(Debug)]
pub(super) struct Clock {
    seconds: Seconds,
    fraction: Fraction,
    /// What the threads' caches know the seconds by.
    id: usize,
}

/// What is made once a second.
#[derive(Clone, Debug, PartialEq)]
struct Seconds {
    format: DateFormat,
    /// `None` for the system's, which may change.
    zone: Option<TimeZone>,
}

#[derive(Clone, Debug, PartialEq)]
enum DateFormat {
    /// As jiff takes it.
    Strftime(Box<str>),
    /// `2026-11-26T09:08:51+01:00`, or with `Z`; the fraction goes between.
    Rfc3339,
}

/// What follows the seconds.
#[derive(Debug)]
enum Fraction {
    Nothing,
    /// `,%03d`
    Comma,
    /// Python's `default_msec_format`, applied to the text and the milliseconds.
    Template(PercentTemplate),
    /// `.123456`
    Digits(Precision),
}

/// How finely a time is told. As text: `seconds`, `milliseconds`, `microseconds`, `nanoseconds`, or
/// `s`, `ms`, `us`, `ns`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Precision {
    /// No fraction.
    Seconds,
    /// 3 digits.
    Milliseconds,
    /// 6 digits.
    #[default]
    Microseconds,
    /// 9 digits.
    Nanoseconds,
}

/// The text of the latest second that a clock printed.
#[derive(Debug)]
struct Cache {
    /// 0 before the first.
    id: usize,
    seconds: u64,
    text: String,
    /// Where the fraction goes.
    split: usize,
}

thread_local! {
    /// A thread's few latest clocks: a lock would cost as much as the copying.
    static CACHES: RefCell<[Cache; CACHED]> = const {
        RefCell::new([const { Cache { id: 0, seconds: 0, text: String::new(), split: 0 } }; CACHED])
    };
}

impl Clock {
    /// Python's default: `2024-07-14 17:31:59,123` in local time.
    pub(super) fn new() -> Self {
        Self::of(DateFormat::Strftime(DEFAULT_FORMAT.into()), Fraction::Comma)
    }

    /// RFC 3339, in local time.
    pub(super) fn rfc3339(precision: Precision) -> Self {
        Self::of(DateFormat::Rfc3339, Fraction::Digits(precision))
    }

    /// `2024-07-14 17:31:59.123` in local time.
    pub(super) fn readable(precision: Precision) -> Self {
        Self::of(DateFormat::Strftime(DEFAULT_FORMAT.into()), Fraction::Digits(precision))
    }

    fn of(format: DateFormat, fraction: Fraction) -> Self {
        let mut clock = Self { seconds: Seconds { format, zone: None }, fraction, id: 0 };
        clock.find_id();
        clock
    }

    /// Whether what it prints needs no escapes anywhere.
    pub(super) fn is_plain(&self) -> bool {
        self.seconds.format == DateFormat::Rfc3339
    }

    /// Takes a date format in place of the default, and with it no fraction.
    pub(super) fn set_date_format(&mut self, format: &str) -> Result<(), FormatError> {
        self.seconds.format = DateFormat::Strftime(to_jiff(format)?.into());
        self.fraction = Fraction::Nothing;
        self.find_id();
        Ok(())
    }

    pub(super) fn set_millisecond_format(&mut self, format: &str) -> Result<(), TemplateError> {
        if format.is_empty() {
            self.fraction = Fraction::Nothing;
            return Ok(());
        }
        let template = PercentTemplate::parse(format)?;
        template.check(&[Value::Str(""), Value::F64(0.0)])?;
        self.fraction = Fraction::Template(template);
        Ok(())
    }

    pub(super) fn set_zone(&mut self, zone: Option<TimeZone>) {
        self.seconds.zone = zone;
        self.find_id();
    }

    /// Whether what it prints changes once a millisecond at most.
    pub(super) fn is_coarse(&self) -> bool {
        match self.fraction {
            Fraction::Nothing | Fraction::Comma | Fraction::Template(_) => true,
            Fraction::Digits(precision) => {
                matches!(precision, Precision::Seconds | Precision::Milliseconds)
            }
        }
    }

    /// Appends the time, given since the Unix epoch.
    pub(super) fn write(&self, time: Duration, out: &mut String) -> Result<(), FormatError> {
        if let Fraction::Template(template) = &self.fraction {
            let mut seconds = String::new();
            self.write_around(time.as_secs(), &mut seconds, |_| {})?;
            let millis = Value::F64(time.subsec_millis().into());
            let applied = template.apply(&[Value::Str(&seconds), millis], out);
            return applied.map_err(|_| FormatError::PrintTime);
        }
        self.write_around(time.as_secs(), out, |out| match self.fraction {
            Fraction::Comma => push_fraction(',', time.subsec_nanos(), 1, out),
            Fraction::Digits(precision) => match precision {
                Precision::Seconds => {}
                Precision::Milliseconds => push_fraction('.', time.subsec_nanos(), 1, out),
                Precision::Microseconds => push_fraction('.', time.subsec_nanos(), 2, out),
                Precision::Nanoseconds => push_fraction('.', time.subsec_nanos(), 3, out),
            },
            _ => {}
        })
    }

    /// Appends the seconds, and what `fraction` appends in its place.
    #[inline]
    fn write_around(
        &self,
        seconds: u64,
        out: &mut String,
        fraction: impl Fn(&mut String),
    ) -> Result<(), FormatError> {
        let cached = CACHES.try_with(|caches| {
            let mut caches = caches.try_borrow_mut().ok()?;
            let cache = &mut caches[self.id % CACHED];
            if cache.seconds != seconds || cache.id != self.id {
                if let Err(error) = self.seconds.fill(cache, seconds) {
                    return Some(Err(error));
                }
                cache.id = self.id;
            }
            cache.append(out, &fraction);
            Some(Ok(()))
        });
        // A thread that is ending has no cache any more.
        cached.ok().flatten().unwrap_or_else(|| {
            let mut cache = Cache { id: 0, seconds: 0, text: String::new(), split: 0 };
            self.seconds.fill(&mut cache, seconds)?;
            cache.append(out, &fraction);
            Ok(())
        })
    }

    /// Clocks that print the same seconds share their caches.
    fn find_id(&mut self) {
        // Behind no lock: a forked child would wait for a thread that it has not.
        static KNOWN: ArcSwapOption<Vec<Seconds>> = ArcSwapOption::const_empty();
        let find = |known: &Vec<Seconds>| known.iter().position(|known| *known == self.seconds);
        let index = loop {
            if let Some(index) = KNOWN.load().as_deref().and_then(find) {
                break index;
            }
            KNOWN.rcu(|known| {
                let mut known = known.as_deref().cloned().unwrap_or_default();
                if find(&known).is_none() {
                    known.push(self.seconds.clone());
                }
                Some(Arc::new(known))
            });
        };
        self.id = 1 + index;
    }
}

impl Cache {
    #[inline]
    fn append(&self, out: &mut String, fraction: &impl Fn(&mut String)) {
        if self.split == self.text.len() {
            out.push_str(&self.text);
            return fraction(out);
        }
        let (before, after) = self.text.split_at(self.split);
        out.push_str(before);
        fraction(out);
        out.push_str(after);
    }
}

impl Seconds {
    fn fill(&self, cache: &mut Cache, seconds: u64) -> Result<(), FormatError> {
        // Nothing is kept of what fails.
        cache.id = 0;
        cache.text.clear();
        let time = i64::try_from(seconds).ok().and_then(|s| Timestamp::from_second(s).ok());
        let time = time.ok_or(FormatError::PrintTime)?;
        let zone = self.zone.clone().unwrap_or_else(zone::local);
        let written = match &self.format {
            DateFormat::Strftime(format) => {
                let local = time.to_zoned_datetime(zone);
                let written = write!(cache.text, "{}", local.strftime(format.as_bytes()));
                cache.split = cache.text.len();
                written
            }
            DateFormat::Rfc3339 => {
                cache.split = RFC3339_SECONDS;
                match zone == TimeZone::UTC {
                    true => write!(cache.text, "{time}"),
                    false => {
                        let offset = zone.to_offset(time);
                        write!(cache.text, "{}", time.display_with_offset(offset))
                    }
                }
            }
        };
        cache.seconds = seconds;
        // RFC 3339 has no years beyond 9999.
        let is_whole = written.is_ok() && cache.text.is_char_boundary(cache.split);
        if is_whole && !cache.text.starts_with('+') { Ok(()) } else { Err(FormatError::PrintTime) }
    }
}

impl Precision {
    /// Nanoseconds of its unit.
    pub(super) const fn nanos(self) -> u32 {
        match self {
            Self::Seconds => 1_000_000_000,
            Self::Milliseconds => 1_000_000,
            Self::Microseconds => 1_000,
            Self::Nanoseconds => 1,
        }
    }
}

impl FromStr for Precision {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Ok(match text {
            "seconds" | "s" => Self::Seconds,
            "milliseconds" | "ms" => Self::Milliseconds,
            "microseconds" | "us" => Self::Microseconds,
            "nanoseconds" | "ns" => Self::Nanoseconds,
            _ => {
                return Err(Error::CheckParameter {
                    name: "precision",
                    value: format!("{text:?}"),
                    allowed: "seconds, milliseconds, microseconds, nanoseconds, or s, ms, us, ns",
                });
            }
        })
    }
}

/// Appends a point or comma and so many times three digits of a second.
#[inline]
fn push_fraction(point: char, nanos: u32, triples: usize, out: &mut String) {
    let parts = [nanos / 1_000_000, nanos / 1_000 % 1_000, nanos % 1_000];
    out.push(point);
    for part in &parts[..triples] {
        let at = 3 * *part as usize;
        out.push_str(&TRIPLES[at..at + 3]);
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

/// Clocks that a thread remembers the latest second of.
const CACHED: usize = 8;
const DEFAULT_FORMAT: &str = "%Y-%m-%d %H:%M:%S";
/// `000001002` and so on, to `999`.
static TRIPLES: &str = {
    const DIGITS: [u8; 3000] = {
        let mut digits = [b'0'; 3000];
        let mut number = 0;
        while number < 1000 {
            digits[3 * number] += (number / 100) as u8;
            digits[3 * number + 1] += (number / 10 % 10) as u8;
            digits[3 * number + 2] += (number % 10) as u8;
            number += 1;
        }
        digits
    };
    match core::str::from_utf8(&DIGITS) {
        Ok(text) => text,
        Err(_) => "",
    }
};
/// Bytes of `2026-11-26T09:08:51`.
const RFC3339_SECONDS: usize = 19;

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
        clock.set_zone(Some(TimeZone::UTC));
        assert_eq!(text(&clock, 0), "1970-01-01 00:00:00,000");
        assert_eq!(text(&clock, 1_001), "1970-01-01 00:00:01,001");
        assert_eq!(text(&clock, 1_999), "1970-01-01 00:00:01,999");
        assert_eq!(text(&clock, 50), "1970-01-01 00:00:00,050");
    }

    #[test]
    fn a_new_format_or_zone_empties_the_cache() {
        let mut clock = Clock::new();
        clock.set_zone(Some(TimeZone::UTC));
        assert_eq!(text(&clock, 5), "1970-01-01 00:00:00,005");
        clock.set_date_format("%H:%M").unwrap();
        assert_eq!(text(&clock, 5), "00:00");
        clock.set_zone(Some(TimeZone::fixed(jiff::tz::offset(2))));
        assert_eq!(text(&clock, 5), "02:00");
    }

    #[test]
    fn clocks_that_share_a_place_in_the_cache_do_not_mix() {
        let mut clocks: Vec<Clock> = (0..=CACHED).map(|_| Clock::new()).collect();
        for (hours, clock) in (0..).zip(&mut clocks) {
            clock.set_zone(Some(TimeZone::fixed(jiff::tz::offset(hours))));
        }
        for _ in 0..2 {
            for (hours, clock) in clocks.iter().enumerate() {
                assert_eq!(text(clock, 7), format!("1970-01-01 {hours:02}:00:00,007"));
            }
        }
    }

    #[test]
    fn clocks_of_one_format_and_zone_share_their_cache() {
        let utc = |mut clock: Clock| {
            clock.set_zone(Some(TimeZone::UTC));
            clock.id
        };
        assert_eq!(utc(Clock::new()), utc(Clock::readable(Precision::Nanoseconds)));
        assert_ne!(utc(Clock::new()), utc(Clock::rfc3339(Precision::Seconds)));
        assert_ne!(utc(Clock::new()), Clock::new().id);
    }

    #[test]
    fn rfc_3339_has_the_fraction_before_the_offset() {
        let print = |precision, zone| {
            let mut clock = Clock::rfc3339(precision);
            clock.set_zone(Some(zone));
            let mut out = String::new();
            clock.write(Duration::new(1_774_746_000, 12_345_678), &mut out).unwrap();
            out
        };
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(print(Precision::Microseconds, TimeZone::UTC), "2026-03-29T01:00:00.012345Z");
        assert_eq!(print(Precision::Seconds, TimeZone::UTC), "2026-03-29T01:00:00Z");
        assert_eq!(print(Precision::Milliseconds, berlin), "2026-03-29T03:00:00.012+02:00");
        let odd = TimeZone::fixed(jiff::tz::Offset::from_seconds(-20_700).unwrap());
        assert_eq!(print(Precision::Nanoseconds, odd), "2026-03-28T19:15:00.012345678-05:45");
    }

    #[test]
    fn the_offset_follows_the_change_of_the_clocks_to_the_second() {
        let mut clock = Clock::rfc3339(Precision::Seconds);
        clock.set_zone(Some(TimeZone::get("Europe/Berlin").unwrap()));
        let spring = 1_774_746_000_000;
        assert_eq!(text(&clock, spring - 1), "2026-03-29T01:59:59+01:00");
        assert_eq!(text(&clock, spring), "2026-03-29T03:00:00+02:00");
        let autumn = 1_792_890_000_000;
        assert_eq!(text(&clock, autumn - 1), "2026-10-25T02:59:59+02:00");
        assert_eq!(text(&clock, autumn), "2026-10-25T02:00:00+01:00");
        assert_eq!(text(&clock, spring - 1), "2026-03-29T01:59:59+01:00");
    }

    #[test]
    fn a_time_beyond_the_calendar_is_an_error() {
        let seconds = Duration::from_secs(u64::MAX);
        assert_eq!(Clock::new().write(seconds, &mut String::new()), Err(FormatError::PrintTime));
    }
}
