//! Times as text, without a calendar library: UTC is arithmetic. Runs on the *collector* or *drain*.

use core::fmt;

use crate::division::divide;
use crate::value::write_decimal;

/// A record's time, ready to be shown.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Since the Unix epoch if there is a date, else since boot.
    pub(crate) seconds: u64,
    /// Less than a second.
    pub(crate) nanos: u32,
    /// What writes the date: a pointer, so that firmware whose clock knows no epoch has no calendar in it.
    pub(crate) date: Option<WriteDate>,
}

/// Writes a moment since the Unix epoch: [`write_rfc3339`].
pub(crate) type WriteDate = fn(Moment, Digits, &mut dyn fmt::Write) -> fmt::Result;

/// Writes `2026-11-26T01:18:15.123456Z`: RFC 3339, with 6 digits of the second, or 9.
///
/// After the year 9999, which RFC 3339 has no way to write, seconds since the epoch.
pub(crate) fn write_rfc3339(
    moment: Moment,
    digits: Digits,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    if moment.seconds >= YEAR_10000 {
        return write_seconds(moment, digits, out);
    }
    // Fits: until the year 10000 there are fewer than three million days.
    let (days, second) = divide(moment.seconds, 86_400);
    let (days, second) = (days as u32, second as u32);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    write_decimal(year.into(), 4, out)?;
    for (before, number) in [('-', month), ('-', day), ('T', hour), (':', minute), (':', second)] {
        out.write_char(before)?;
        write_decimal(number.into(), 2, out)?;
    }
    write_fraction(moment, digits, out)?;
    out.write_char('Z')
}

/// Writes `[   1.234567]`, the seconds filled up to four characters.
pub(super) fn write_uptime(moment: Moment, out: &mut dyn fmt::Write) -> fmt::Result {
    out.write_char('[')?;
    let seconds = u32::try_from(moment.seconds).unwrap_or(u32::MAX);
    for limit in &[1000, 100, 10] {
        if seconds < *limit {
            out.write_char(' ')?;
        }
    }
    write_decimal(moment.seconds, 1, out)?;
    write_fraction(moment, Digits::Micros, out)?;
    out.write_char(']')
}

/// Writes `1.234567`.
pub(super) fn write_seconds(
    moment: Moment,
    digits: Digits,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    write_decimal(moment.seconds, 1, out)?;
    write_fraction(moment, digits, out)
}

/// Digits of a second.
#[derive(Clone, Copy)]
pub(crate) enum Digits {
    Micros,
    Nanos,
}

fn write_fraction(moment: Moment, digits: Digits, out: &mut dyn fmt::Write) -> fmt::Result {
    let nanos = moment.nanos.into();
    let (part, width) = match digits {
        Digits::Micros => (divide(nanos, 1000).0, 6),
        Digits::Nanos => (nanos, 9),
    };
    out.write_char('.')?;
    write_decimal(part, width, out)
}

/// Year, month and day of a day counted from 1970-01-01.
///
/// After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`: years
/// begin in March, so that the leap day is the last.
const fn date(days: u32) -> (u32, u32, u32) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + (month <= 2) as u32, month, day)
}

const YEAR_10000: u64 = 253_402_300_800;

#[cfg(test)]
mod tests {
    use std::string::String;

    use super::*;

    fn written(seconds: u64, nanos: u32, digits: Digits) -> String {
        let mut text = String::new();
        let moment = Moment { seconds, nanos, date: None };
        write_rfc3339(moment, digits, &mut text).unwrap();
        text
    }

    #[test]
    fn known_times_are_written_as_they_are_known() {
        assert_eq!(written(0, 0, Digits::Micros), "1970-01-01T00:00:00.000000Z");
        assert_eq!(
            written(951_827_696, 999_999_999, Digits::Micros),
            "2000-02-29T12:34:56.999999Z"
        );
        assert_eq!(written(1_709_251_199, 1, Digits::Nanos), "2024-02-29T23:59:59.000000001Z");
        assert_eq!(written(4_107_542_399, 0, Digits::Micros), "2100-02-28T23:59:59.000000Z");
        assert_eq!(written(4_107_542_400, 0, Digits::Micros), "2100-03-01T00:00:00.000000Z");
        assert_eq!(written(YEAR_10000 - 1, 0, Digits::Micros), "9999-12-31T23:59:59.000000Z");
    }

    #[test]
    fn a_time_beyond_the_calendar_is_seconds() {
        assert_eq!(written(YEAR_10000, 5, Digits::Nanos), "253402300800.000000005");
        assert_eq!(written(u64::MAX, 0, Digits::Micros), "18446744073709551615.000000");
    }

    #[test]
    fn every_day_is_the_one_after_the_day_before() {
        let mut last = (1969, 12, 31);
        for days in 0..(YEAR_10000 / 86_400) as u32 {
            let (year, month, day) = date(days);
            let is_next = match day {
                1 if month == 1 => last == (year - 1, 12, 31),
                1 => last.0 == year && last.1 == month - 1 && last.2 == length(year, last.1),
                _ => last == (year, month, day - 1) && day <= length(year, month),
            };
            assert!(is_next, "{year}-{month}-{day} after {last:?}");
            last = (year, month, day);
        }
        assert_eq!(last, (9999, 12, 31));
    }

    fn length(year: u32, month: u32) -> u32 {
        match month {
            2 if year.is_multiple_of(if year.is_multiple_of(100) { 400 } else { 4 }) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}
