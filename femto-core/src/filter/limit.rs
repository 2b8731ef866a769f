//! How much of what a statement logs is let through.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;

/// How much of what each statement logs passes a [`CallSiteFilter`](super::CallSiteFilter).
///
/// As text: `5/10s` (five in ten seconds; also `ms`, `min` and `h`), `first 3`, `every 10`.
///
/// # Examples
/// ```
/// use core::time::Duration;
/// use femto_core::Limit;
///
/// let limit: Limit = "5/10s".parse()?;
/// assert_eq!(limit, Limit::AtMost { count: 5, period: Duration::from_secs(10) });
/// assert_eq!(Limit::Every(10).to_string(), "every 10");
/// # Ok::<(), femto_core::ParseLimitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// So many records in each period at most, by the records' time.
    ///
    /// Periods follow one another from the clock's start on, so at the border of two there may be
    /// twice as many in a short time. Without a clock there are no periods, and everything passes.
    AtMost {
        /// Records in a period. With 0 nothing passes.
        count: u16,
        /// Kept in milliseconds, to three digits: 12.345 s is 12.3 s. From 1 ms to 473 days.
        period: Duration,
    },
    /// The first so many records, then no more; 2^30 - 1 at most.
    First(u32),
    /// The first record, and then every so many-th: of `Every(3)` the 1st, 4th, 7th. With 0 or 1 all
    /// pass; 2^30 - 1 at most.
    Every(u32),
}

impl Limit {
    /// One word, so that a limit is read and changed at once, also where words are all a target has.
    pub(super) const fn pack(self) -> u32 {
        match self {
            Self::First(count) => FIRST | at_most(count, COUNT),
            Self::Every(count) => EVERY | at_most(count, COUNT),
            Self::AtMost { count, period } => {
                let millis = period.as_secs().saturating_mul(1000);
                let mut digits = millis.saturating_add(period.subsec_millis() as u64);
                let mut zeros = 0;
                while digits > DIGITS && zeros < ZEROS {
                    digits /= 10;
                    zeros += 1;
                }
                let digits = if digits == 0 { 1 } else { at_most(digits as u32, DIGITS as u32) };
                AT_MOST | zeros << 28 | digits << 16 | count as u32
            }
        }
    }

    pub(super) const fn unpack(word: u32) -> Self {
        match word & KIND {
            FIRST => Self::First(word & COUNT),
            EVERY => Self::Every(word & COUNT),
            _ => {
                let (digits, zeros) = (word as u64 >> 16 & DIGITS, word >> 28 & ZEROS);
                let period = Duration::from_millis(digits * 10_u64.pow(zeros));
                Self::AtMost { count: word as u16, period }
            }
        }
    }
}

const fn at_most(number: u32, most: u32) -> u32 {
    if number < most { number } else { most }
}

/// What kind of limit a word holds, or counts for. The second bit of [`AT_MOST`] is free.
const KIND: u32 = 0b11 << 30;
pub(super) const FIRST: u32 = 0b00 << 30;
pub(super) const EVERY: u32 = 0b01 << 30;
pub(super) const AT_MOST: u32 = 0b10 << 30;
/// The count of [`FIRST`] and [`EVERY`].
pub(super) const COUNT: u32 = !KIND;
/// A period in milliseconds: digits, and how many zeros follow them.
const DIGITS: u64 = 0xfff;
const ZEROS: u32 = 0b111;

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::First(count) => write!(f, "first {count}"),
            Self::Every(count) => write!(f, "every {count}"),
            Self::AtMost { count, period } => {
                let millis = period.as_millis() as u64;
                let fits = |(_, unit): &&(&str, u64)| millis.is_multiple_of(*unit);
                let (name, unit) = UNITS.iter().rev().find(fits).unwrap_or(&UNITS[0]);
                write!(f, "{count}/{}{name}", millis / unit)
            }
        }
    }
}

impl FromStr for Limit {
    type Err = ParseLimitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or(ParseLimitError)
    }
}

fn read(text: &str) -> Option<Limit> {
    if let Some((count, rest)) = number(text) {
        let (period, unit) = number(rest.strip_prefix('/')?)?;
        let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let period = Duration::from_millis(u64::from(period) * millis);
        return Some(Limit::AtMost { count: u16::try_from(count).ok()?, period });
    }
    let (kind, count) = text.split_at_checked("first".len())?;
    match (kind, number(count.trim_ascii_start())?) {
        ("first", (count, "")) => Some(Limit::First(count)),
        ("every", (count, "")) => Some(Limit::Every(count)),
        _ => None,
    }
}

/// The number that a text begins with, and what comes after it.
fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}

/// Units of a period, in milliseconds.
const UNITS: [(&str, u64); 4] = [("ms", 1), ("s", 1000), ("min", 60_000), ("h", 3_600_000)];

/// The text is not that of a [`Limit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseLimitError;

impl fmt::Display for ParseLimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such limit: allowed are COUNT/PERIOD, as in 5/10s, with a unit of ")?;
        f.write_str("ms, s, min or h, `first COUNT` and `every COUNT`")
    }
}

impl core::error::Error for ParseLimitError {}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use proptest::prelude::*;

    use super::*;

    fn kept(limit: Limit) -> Limit {
        Limit::unpack(limit.pack())
    }

    #[test]
    fn usual_limits_are_kept_as_they_are_and_have_a_short_text() {
        for text in [
            "0/1ms",
            "1/4095ms",
            "5/10s",
            "65535/90s",
            "3/15min",
            "1/12h",
            "1/36h",
            "first 0",
            "first 1073741823",
            "every 7",
        ] {
            let limit: Limit = text.parse().unwrap();
            assert_eq!((kept(limit), limit.to_string().as_str()), (limit, text));
        }
    }

    #[test]
    fn what_is_beyond_is_brought_to_the_nearest_that_can_be_kept() {
        let period = |period| match kept(Limit::AtMost { count: 1, period }) {
            Limit::AtMost { period, .. } => period,
            limit => panic!("{limit}"),
        };
        assert_eq!(period(Duration::ZERO), Duration::from_millis(1));
        assert_eq!(period(Duration::from_millis(12_345)), Duration::from_millis(12_340));
        assert_eq!(period(Duration::from_millis(56_789)), Duration::from_millis(56_700));
        assert_eq!(period(Duration::MAX).as_secs() / 86_400, 473);
        assert_eq!(kept(Limit::First(u32::MAX)), Limit::First((1 << 30) - 1));
        assert_eq!(kept(Limit::Every(1 << 30)), Limit::Every((1 << 30) - 1));
    }

    #[test]
    fn what_is_wrong_is_told() {
        for text in [
            "", "5", "5/", "5/10", "5/s", "5/1d", "65536/1s", "-1/1s", "first", "first 3 ",
            "first -3", "last 3", "alles3", "5//1s",
        ] {
            assert_eq!(text.parse::<Limit>(), Err(ParseLimitError), "{text}");
        }
        assert!(ParseLimitError.to_string().contains("every COUNT"));
    }

    proptest! {
        #[test]
        fn any_period_is_kept_to_three_digits(millis in 1_u64..40_000_000_000, count: u16) {
            let period = Duration::from_millis(millis);
            let Limit::AtMost { count: same, period } = kept(Limit::AtMost { count, period }) else {
                panic!()
            };
            let lost = millis - period.as_millis() as u64;
            prop_assert!(same == count && lost * 400 < millis, "{millis} {lost}");
        }

        #[test]
        fn any_text_reads_back(word: u32) {
            let limit = Limit::unpack(word);
            prop_assert_eq!(limit.to_string().parse(), Ok(limit));
        }
    }
}
