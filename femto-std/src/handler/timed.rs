//! A handler that begins a new file when a time has come.

use std::path::Path;

use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::file::file_setters;
use super::rotating::{build, check, rotation_setters};
use super::{Handler, Options, handler_builder, option_setters};
use crate::Error;
use crate::handlers::When;
use crate::sink::{Rotation, Schedule};

/// Builds a handler that begins a new file now and then, as Python's `TimedRotatingFileHandler`: the
/// `app.log` of 22 November becomes `app.log.2026-11-22` when the first record of the 23rd comes.
///
/// | parameter | default | |
/// |---|---|---|
/// | `when`, `interval` | [`When::Hour`], 1 | when a new file begins |
/// | `aligned` | false | whether seconds, minutes, hours and days are those of the clock |
/// | `at_time` | the end of the day | the time of day, if `when` is midnight or a day of the week |
/// | `utc` | false | whether days and names are those of UTC rather than of local time |
/// | `max_bytes` | no limit | how large a file may get before its time has come |
/// | `backup_count`, `max_age`, `max_total_bytes` | no limit | how many rotated files are kept, how old, how large all of them together |
/// | `compression` | none | how they are compressed |
/// | `delay`, `mode`, `create_parents`, `sync` | | as for a [`FileHandlerBuilder`](super::FileHandlerBuilder) |
/// | `level`, `formatter`, `filter`, `capacity`, `overflow`, `delivery`, `flush_level`, `stall_limit`, `error_handler` | | as their methods say |
///
/// What counts is the time of the record, not that of the writing. Files are named by the beginning of
/// their period: `app.log.2026-11-22` by the day or week, `app.log.2026-11-22_13` by the hour, with
/// `-05` for the minute and `-59` for the second. Where one has that name already (because a file got
/// too large, or the clocks were set back) the next is called `app.log.2026-11-22.1`, then `.2`:
/// nothing is overwritten. No file is made for a time without records. After a start the file there is
/// ends by the schedule of its last line, so yesterday's is rolled over by the first record of today.
///
/// Several processes may write to the same file, and failures are handled, as for a
/// [`RotatingFileHandlerBuilder`](super::RotatingFileHandlerBuilder).
///
/// # Examples
/// A file a day, or more if there is much to log; compressed, for a month:
/// ```
/// use core::time::Duration;
/// use femto_std::handlers::{TimedRotatingFileHandlerBuilder, When};
///
/// # let folder = std::env::temp_dir().join(format!("femto-timed-{}", std::process::id()));
/// let builder = TimedRotatingFileHandlerBuilder::new(folder.join("app.log"))
///     .with_create_parents(true)
///     .with_when(When::Midnight)
///     .with_max_bytes(100 << 20)
///     .with_max_age(Duration::from_secs(30 * 24 * 3600));
/// # #[cfg(feature = "zstd")]
/// let builder = builder.with_compression(femto_std::handlers::Compression::Zstd);
/// let handler = builder.build()?;
/// # drop(handler);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct TimedRotatingFileHandlerBuilder {
    rotation: Rotation,
    when: When,
    interval: u32,
    aligned: bool,
    at_time: Option<(u8, u8, u8)>,
    utc: bool,
    delay: bool,
    options: Options,
}

impl TimedRotatingFileHandlerBuilder {
    /// A handler for the file at `path`; it is created if it is not there.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            rotation: Rotation::new(path.as_ref()),
            when: When::Hour,
            interval: 1,
            aligned: false,
            at_time: None,
            utc: false,
            delay: false,
            options: Options::default(),
        }
    }

    /// When a new file begins. Default: every hour.
    pub fn with_when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    /// Every so many of them, 1 to 10,000: with [`When::Midnight`] and 2, every other midnight.
    /// Default: 1.
    pub fn with_interval(mut self, interval: u32) -> Self {
        self.interval = interval;
        self
    }

    /// Whether seconds, minutes, hours and days are those of the clock rather than counted from the last
    /// line that was in the file: the file of 13 o'clock ends at 14:00, whenever the program was started.
    /// The interval has to divide the day, then. Default: false, as in Python.
    pub fn with_aligned(mut self, aligned: bool) -> Self {
        self.aligned = aligned;
        self
    }

    /// The time of day, with [`When::Midnight`] or a day of the week: hour, minute and second, 00:00:00
    /// to 23:59:59. Default: the midnight at which the day ends, as in Python.
    pub fn with_at_time(mut self, hour: u8, minute: u8, second: u8) -> Self {
        self.at_time = Some((hour, minute, second));
        self
    }

    /// Whether days and the names of files are those of UTC rather than of local time. Default: false.
    pub fn with_utc(mut self, utc: bool) -> Self {
        self.utc = utc;
        self
    }

    /// The size in bytes that a file does not reach before its time has come; 0 is no limit. Default:
    /// 0.
    pub fn with_max_bytes(mut self, bytes: u64) -> Self {
        self.rotation.max_bytes = bytes;
        self
    }

    /// How many rotated files are kept, at least 1; the oldest go first. Default: all.
    pub fn with_backup_count(mut self, count: usize) -> Self {
        self.rotation.retention.count = Some(count);
        self
    }

    rotation_setters!();
    file_setters!(rotation.file);
    option_setters!();

    /// Whether the parameters are in their ranges; opens nothing.
    pub(crate) fn check(&self) -> Result<(), Error> {
        check(&self.rotation()?, &self.options)
    }

    fn rotation(&self) -> Result<Rotation, Error> {
        Ok(Rotation { schedule: Some(self.schedule()?), ..self.rotation.clone() })
    }

    fn schedule(&self) -> Result<Schedule, Error> {
        if !(1..=MAX_INTERVAL).contains(&self.interval) {
            return Err(Error::CheckParameter {
                name: "interval",
                value: self.interval.to_string(),
                allowed: "1 to 10000",
            });
        }
        let (mut when, length) = (self.when, self.when.seconds() * i64::from(self.interval));
        if self.aligned && when == When::Day {
            when = When::Midnight;
        } else if self.aligned && !when.has_time_of_day() && 86_400 % length != 0 {
            return Err(Error::CheckParameter {
                name: "interval",
                value: self.interval.to_string(),
                allowed: "what divides a day, if `aligned` is true",
            });
        }
        let at = self.at_time.map(|time| self.at(time)).transpose()?;
        let zone = self.utc.then_some(TimeZone::UTC);
        Ok(Schedule { when, interval: self.interval, aligned: self.aligned, at, zone })
    }

    fn at(&self, (hour, minute, second): (u8, u8, u8)) -> Result<Time, Error> {
        let wrong = |allowed| Error::CheckParameter {
            name: "at_time",
            value: format!("{hour:02}:{minute:02}:{second:02}"),
            allowed,
        };
        if !self.when.has_time_of_day() {
            return Err(wrong("a time of day if `when` is midnight or W0 to W6, none otherwise"));
        }
        let part = |part: u8| i8::try_from(part).unwrap_or(i8::MAX);
        Time::new(part(hour), part(minute), part(second), 0)
            .map_err(|_| wrong("00:00:00 to 23:59:59"))
    }

    fn make(self) -> Result<Handler, Error> {
        build(self.rotation()?, self.delay, self.options)
    }
}

handler_builder! {
    /// [`Error::OpenFile`] if the file cannot be opened for writing, [`Error::CheckParameter`].
    TimedRotatingFileHandlerBuilder
}

/// So that every file has an end in the calendar.
const MAX_INTERVAL: u32 = 10_000;
