//! Schedule: at what time the next file begins, as Python's `TimedRotatingFileHandler.computeRollover`
//! of 3.13 says.
//!
//! In whole seconds since the Unix epoch. Days, weeks and times of day are the calendar's, so they
//! come at the right hour whatever the clocks were set to in between: a time of day that is left out
//! comes when the clocks have been set forward, one that comes twice counts the first time.

use core::fmt;
use core::str::FromStr;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ZonedDateTime};

use crate::Error;
use crate::formatter::zone;

/// When a file is rolled over, as the parameter `when` of Python's `TimedRotatingFileHandler`.
///
/// Seconds, minutes, hours and days are counted from the last line that was in the file when it was
/// opened, or from the rollover before; the others come at a time of day.
///
/// As text, in upper or lower case: `S`, `M`, `H`, `D`, `midnight`, and `W0` (Monday) to `W6` (Sunday).
///
/// # Examples
/// ```
/// use femto_std::handlers::When;
///
/// assert_eq!("midnight".parse::<When>()?, When::Midnight);
/// assert_eq!("w6".parse::<When>()?, When::Sunday);
/// assert_eq!(When::Sunday.to_string(), "W6");
/// assert!("W7".parse::<When>().is_err());
/// # Ok::<(), femto_std::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum When {
    /// Every second, or every so many.
    Second,
    /// Every minute.
    Minute,
    /// Every hour.
    Hour,
    /// Every 24 hours.
    Day,
    /// Every day when it ends, at midnight, or at a time of the day.
    Midnight,
    /// Every Monday when it ends, at midnight, or at a time of the day.
    Monday,
    /// Every Tuesday.
    Tuesday,
    /// Every Wednesday.
    Wednesday,
    /// Every Thursday.
    Thursday,
    /// Every Friday.
    Friday,
    /// Every Saturday.
    Saturday,
    /// Every Sunday.
    Sunday,
}

impl When {
    /// Whether it comes at a time of day.
    pub(crate) const fn has_time_of_day(self) -> bool {
        !matches!(self, Self::Second | Self::Minute | Self::Hour | Self::Day)
    }

    /// Of those that come at a time of day: the day of the week, if it is not every day.
    fn weekday(self) -> Option<Weekday> {
        let index = NAMES.iter().position(|(_, when)| *when == self)?;
        Weekday::from_monday_zero_offset((index as i8) - 5).ok()
    }

    /// Of those that do not: how many seconds it has.
    pub(crate) const fn seconds(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
            _ => 86400,
        }
    }

    const fn stamp(self) -> &'static str {
        match self {
            Self::Second => "%Y-%m-%d_%H-%M-%S",
            Self::Minute => "%Y-%m-%d_%H-%M",
            Self::Hour => "%Y-%m-%d_%H",
            _ => "%Y-%m-%d",
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAMES.iter().find(|(_, when)| when == self).map_or("", |(name, _)| name))
    }
}

impl FromStr for When {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let named = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        named.map(|(_, when)| *when).ok_or_else(|| Error::CheckParameter {
            name: "when",
            value: format!("{text:?}"),
            allowed: "S, M, H, D, midnight, W0 to W6",
        })
    }
}

/// In the order of the days behind midnight.
const NAMES: [(&str, When); 12] = [
    ("S", When::Second),
    ("M", When::Minute),
    ("H", When::Hour),
    ("D", When::Day),
    ("midnight", When::Midnight),
    ("W0", When::Monday),
    ("W1", When::Tuesday),
    ("W2", When::Wednesday),
    ("W3", When::Thursday),
    ("W4", When::Friday),
    ("W5", When::Saturday),
    ("W6", When::Sunday),
];

/// When files are rolled over, and what the old ones are called.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) when: When,
    /// Every so many of them.
    pub(crate) interval: u32,
    /// Whether seconds, minutes and hours are those of the clock.
    pub(crate) aligned: bool,
    /// For those that come at a time of day; `None` is the end of the day.
    pub(crate) at: Option<Time>,
    /// `None` for the system's.
    pub(crate) zone: Option<TimeZone>,
}

impl Schedule {
    /// The second at which the file ends that has a line of `second`.
    pub(super) fn next(&self, second: i64) -> i64 {
        // The end of the calendar: never.
        self.try_next(second).unwrap_or(i64::MAX)
    }

    fn try_next(&self, second: i64) -> Option<i64> {
        if !self.when.has_time_of_day() {
            return match self.aligned {
                true => self.next_of_clock(second),
                false => second.checked_add(self.length()),
            };
        }
        let now = self.local(second)?;
        let mut day = now.date();
        let weekday = self.when.weekday();
        let is_next = |day: Date| {
            let is_day = weekday.is_none_or(|weekday| day.weekday() == weekday);
            Some(is_day && self.at_time_of(day, &now)? > second)
        };
        while !is_next(day)? {
            day = day.tomorrow().ok()?;
        }
        let later = self.days() - if weekday.is_some() { 7 } else { 1 };
        self.at_time_of(day.checked_add(Span::new().try_days(later).ok()?).ok()?, &now)
    }

    /// The end of the part of the day, each of the same length, that a second lies in.
    fn next_of_clock(&self, second: i64) -> Option<i64> {
        let now = self.local(second)?;
        let (start, length) = (self.part_of_day(now.datetime()), self.length());
        let end = start.checked_add(Span::new().try_seconds(length).ok()?).ok()?;
        let end = end.to_zoned_datetime(now.time_zone().clone()).ok()?.timestamp().as_second();
        // The second time that it comes, where the clocks were set back.
        let passed = now.datetime().duration_since(start).as_secs();
        Some(if end > second { end } else { second.checked_add(length - passed)? })
    }

    /// When the part of the day began that a time lies in.
    fn part_of_day(&self, time: DateTime) -> DateTime {
        let midnight = time.date().to_datetime(Time::midnight());
        let passed = time.duration_since(midnight).as_secs();
        let part = Span::new().try_seconds(passed - passed % self.length());
        part.ok().and_then(|part| midnight.checked_add(part).ok()).unwrap_or(midnight)
    }

    /// What the file that ends at `end` is called: by the beginning of its period.
    pub(super) fn stamp(&self, end: i64) -> String {
        let local = |second: i64| Some(self.local(second)?.datetime());
        let start = if self.when.has_time_of_day() {
            let days = Span::new().try_days(self.days()).ok();
            days.and_then(|days| local(end)?.checked_sub(days).ok())
        } else if self.aligned {
            local(end.saturating_sub(1)).map(|last| self.part_of_day(last))
        } else {
            local(end.saturating_sub(self.length()))
        };
        // Beyond the calendar there is no file.
        start.map_or_else(
            || "0000-00-00".to_owned(),
            |start| start.strftime(self.when.stamp()).to_string(),
        )
    }

    /// How many seconds a period has, of those that do not come at a time of day.
    fn length(&self) -> i64 {
        self.when.seconds() * i64::from(self.interval)
    }

    /// How many days a period has, of those that come at a time of day.
    fn days(&self) -> i64 {
        i64::from(self.interval) * if self.when.weekday().is_some() { 7 } else { 1 }
    }

    fn local(&self, second: i64) -> Option<ZonedDateTime> {
        let zone = self.zone.clone().unwrap_or_else(zone::local);
        Some(Timestamp::from_second(second).ok()?.to_zoned_datetime(zone))
    }

    fn at_time_of(&self, day: Date, now: &ZonedDateTime) -> Option<i64> {
        let local = match self.at {
            Some(time) => day.to_datetime(time),
            None => day.tomorrow().ok()?.to_datetime(Time::midnight()),
        };
        let zoned = local.to_zoned_datetime(now.time_zone().clone()).ok()?;
        Some(zoned.timestamp().as_second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What CPython computes; `rollovers.py` beside it says what the columns are.
    const ROLLOVERS: &str = include_str!("../../../tests/timed_rotation/rollovers.txt");

    #[test]
    fn files_end_when_and_are_called_what_python_says() {
        let (mut same, mut other, mut stamps) = (0, 0, 0);
        for line in ROLLOVERS.lines() {
            let fields: Vec<&str> = line.split(' ').collect();
            let [zone, when, interval, at, second, end, stamp] = fields[..] else {
                panic!("{line}")
            };
            let schedule = Schedule {
                when: when.parse().unwrap(),
                interval: interval.parse().unwrap(),
                aligned: false,
                at: (at != "-").then(|| at.parse().unwrap()),
                zone: Some(TimeZone::get(zone).unwrap()),
            };
            let (second, end): (i64, i64) = (second.parse().unwrap(), end.parse().unwrap());
            let found = schedule.next(second);
            if found == end {
                same += 1;
                if stamp != "-" {
                    stamps += 1;
                    assert_eq!(schedule.stamp(end), stamp, "{line}");
                }
                continue;
            }
            // Python takes every change of the clocks for one of an hour; here it is half of one.
            other += 1;
            assert_eq!((zone, (found - end).abs()), ("Australia/Lord_Howe", 1800), "{line}");
            let local = schedule.local(found).unwrap().time();
            assert_eq!(local, schedule.at.unwrap_or(Time::midnight()), "{line}");
        }
        assert!(same > 1500 && other > 20 && stamps > 1500, "{same} {other} {stamps}");
    }

    fn daily(zone: &str, hour: i8, minute: i8) -> Schedule {
        Schedule {
            when: When::Midnight,
            interval: 1,
            aligned: false,
            at: Some(jiff::civil::time(hour, minute, 0, 0)),
            zone: Some(TimeZone::get(zone).unwrap()),
        }
    }

    fn second(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[test]
    fn a_time_that_is_left_out_comes_when_the_clocks_were_set_forward() {
        let schedule = daily("Europe/Berlin", 2, 30);
        let before = second("2026-03-28T23:30:00Z");
        assert_eq!(schedule.next(before), second("2026-03-29T01:30:00Z"));
        assert_eq!(schedule.next(second("2026-03-29T01:30:00Z")), second("2026-03-30T00:30:00Z"));
        assert_eq!(schedule.stamp(second("2026-03-29T01:30:00Z")), "2026-03-28");
    }

    #[test]
    fn a_time_that_comes_twice_counts_once() {
        let schedule = daily("Europe/Berlin", 2, 30);
        let first = second("2026-10-25T00:30:00Z");
        assert_eq!(schedule.next(first - 1), first);
        for later in [first, first + 1800, first + 3600, first + 7200] {
            assert_eq!(schedule.next(later), second("2026-10-26T01:30:00Z"));
        }
    }

    #[test]
    fn hours_are_called_by_when_they_began() {
        let schedule = Schedule {
            when: When::Hour,
            interval: 1,
            aligned: false,
            at: None,
            zone: Some(TimeZone::get("Europe/Berlin").unwrap()),
        };
        // 01, no 02 but 03; and 01, 02 twice, 03.
        let stamps = |first: &str, hours: i64| -> Vec<String> {
            let ends = (1..=hours).map(|hour| second(first) + hour * 3600);
            ends.map(|end| schedule.stamp(end)[11..].to_owned()).collect()
        };
        assert_eq!(stamps("2026-03-29T00:00:00Z", 2), ["01", "03"]);
        assert_eq!(stamps("2026-10-24T23:00:00Z", 4), ["01", "02", "02", "03"]);
    }

    #[test]
    fn those_of_the_clock_end_at_the_full_hour() {
        let aligned = |when, interval| Schedule {
            when,
            interval,
            aligned: true,
            at: None,
            zone: Some(TimeZone::get("Europe/Berlin").unwrap()),
        };
        let check = |schedule: &Schedule, now: &str, end: &str, stamp: &str| {
            let found = schedule.next(second(now));
            assert_eq!(Timestamp::from_second(found).unwrap().to_string(), end, "{now}");
            assert_eq!(schedule.stamp(found), stamp, "{now}");
        };
        let hour = aligned(When::Hour, 1);
        check(&hour, "2026-07-01T11:20:30Z", "2026-07-01T12:00:00Z", "2026-07-01_13");
        check(&hour, "2026-07-01T12:00:00Z", "2026-07-01T13:00:00Z", "2026-07-01_14");
        // From 01 to 03 o'clock; the two hours from 02 to 03 are one.
        check(&hour, "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-03-29_01");
        check(&hour, "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z", "2026-03-29_03");
        check(&hour, "2026-10-25T00:10:00Z", "2026-10-25T02:00:00Z", "2026-10-25_02");
        check(&hour, "2026-10-25T01:10:00Z", "2026-10-25T02:00:00Z", "2026-10-25_02");
        let quarter = aligned(When::Hour, 6);
        check(&quarter, "2026-07-01T11:20:30Z", "2026-07-01T16:00:00Z", "2026-07-01_12");
        check(&quarter, "2026-03-28T23:30:00Z", "2026-03-29T04:00:00Z", "2026-03-29_00");
        check(&quarter, "2026-10-24T22:30:00Z", "2026-10-25T05:00:00Z", "2026-10-25_00");
        let minute = aligned(When::Minute, 15);
        check(&minute, "2026-07-01T11:20:30Z", "2026-07-01T11:30:00Z", "2026-07-01_13-15");
        check(&minute, "2026-07-01T21:59:59Z", "2026-07-01T22:00:00Z", "2026-07-01_23-45");
        // The second time that it is ten past two.
        check(&minute, "2026-10-25T01:10:00Z", "2026-10-25T01:15:00Z", "2026-10-25_02-00");
    }

    #[test]
    fn names_are_read_back() {
        for (name, when) in NAMES {
            assert_eq!(name.to_lowercase().parse::<When>().unwrap(), when);
            assert_eq!(when.to_string(), name);
        }
        let error = "W".parse::<When>().unwrap_err();
        assert!(
            error.to_string().ends_with("allowed is S, M, H, D, midnight, W0 to W6"),
            "{error}"
        );
    }
}
