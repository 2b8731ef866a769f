//! Record: what exactly happened, borrowed.
//!
//! Made on the *caller* after level and filter, and again on the *collector* or *drain* from a
//! frame; handlers, filters and formatters see nothing else.

use core::fmt;
use core::time::Duration;

use crate::call::Keep;
use crate::formatter::{Moment, WriteDate, write_rfc3339};
use crate::{CallSite, Level, Logger, Value, clock};

/// One event, as filters and formatters see it. Nothing in it is allocated or formatted.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    level: Level,
    unit: Unit,
    is_cut: bool,
    is_recovered: bool,
    sequence: Option<u32>,
    time: u64,
    /// What writes a time of [`Unit::SinceEpoch`], for which see [`WriteDate`].
    date: Option<WriteDate>,
    name: Name<'a>,
    message: Message<'a>,
    values: &'a [Value<'a>],
    details: Option<&'a Details<'a>>,
    /// What keeps the record of a statement in a ring. A pointer, so that it is linked only where
    /// records are made.
    keep: Option<Keep>,
}

/// What a record's time counts.
#[derive(Clone, Copy)]
enum Unit {
    /// Ticks of the clock that was set.
    Ticks,
    /// Nanoseconds since the Unix epoch.
    SinceEpoch,
    /// Nanoseconds since boot, of another machine.
    SinceBoot,
}

#[derive(Clone, Copy)]
enum Name<'a> {
    Of(&'static Logger),
    Text(&'a str),
}

#[derive(Clone, Copy)]
enum Message<'a> {
    Of(&'static CallSite),
    Display(&'a dyn fmt::Display),
    /// What one of these wrote, kept for several formatters.
    #[cfg(feature = "alloc")]
    Written(Option<&'static CallSite>, &'a str),
}

/// What only some records tell, most of it only where an operating system is.
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct Details<'a> {
    /// Structured fields beyond those of the call site.
    pub key_values: &'a [(&'a str, Value<'a>)],
    /// Source file and line, where they are not the call site's.
    pub location: Option<(&'a str, u32)>,
    /// Name of the function.
    pub function: Option<&'a str>,
    /// Name of the level, where it is not the usual one.
    pub level_name: Option<&'a str>,
    /// Thread: its identifier and name.
    pub thread: Option<(u64, &'a str)>,
    /// Process: its identifier and name.
    pub process: Option<(u32, &'a str)>,
    /// Name of the asynchronous task.
    pub task: Option<&'a str>,
    /// Text of an exception or error chain.
    pub exception: Option<&'a str>,
    /// Text of a stack.
    pub stack: Option<&'a str>,
}

impl<'a> Record<'a> {
    /// A time, in nanoseconds, that is not known.
    pub const NO_TIME: u64 = u64::MAX;

    /// The record of a statement with a static logger; `time` in ticks of the clock.
    #[inline(always)]
    pub(crate) fn new(
        logger: &'static Logger,
        site: &'static CallSite,
        level: Level,
        time: u64,
        values: &'a [Value<'a>],
    ) -> Self {
        Self { values, ..Self::of(Name::Of(logger), Message::Of(site), level, time) }
    }

    /// A record with the rest at its defaults; `time` in ticks of the clock.
    #[inline(always)]
    const fn of(name: Name<'a>, message: Message<'a>, level: Level, time: u64) -> Self {
        Self {
            level,
            unit: Unit::Ticks,
            date: None,
            is_cut: false,
            is_recovered: false,
            sequence: None,
            time,
            name,
            message,
            values: &[],
            details: None,
            keep: None,
        }
    }

    /// The same record, out of a ring.
    #[inline(always)]
    pub(crate) const fn numbered(self, sequence: u32, is_cut: bool) -> Self {
        Self { sequence: Some(sequence), is_cut, ..self }
    }

    /// The same record, for handlers that may keep it, if it is of a statement.
    pub(crate) fn kept_by(self, keep: Keep) -> Self {
        Self { keep: self.statics().map(|_| keep), ..self }
    }

    /// What keeps it, if it is of a statement and may come to a handler.
    pub(crate) const fn keep(&self) -> Option<Keep> {
        self.keep
    }

    /// The record of a statement; `time` since the Unix epoch, in nanoseconds.
    #[must_use]
    pub fn from_site(
        name: &'a str,
        site: &'static CallSite,
        level: Level,
        time: u64,
        values: &'a [Value<'a>],
        details: &'a Details<'a>,
    ) -> Self {
        let record = Self::of(Name::Text(name), Message::Of(site), level, time);
        Self { values, ..record.since_epoch(details) }
    }

    /// A record whose message is anything that can be displayed; `time` since the Unix epoch, in
    /// nanoseconds, [`Record::NO_TIME`] if it is not known.
    #[must_use]
    pub fn from_message(
        name: &'a str,
        message: &'a dyn fmt::Display,
        level: Level,
        time: u64,
        details: &'a Details<'a>,
    ) -> Self {
        Self::of(Name::Text(name), Message::Display(message), level, time).since_epoch(details)
    }

    /// The same record with details, its time in nanoseconds.
    const fn since_epoch(self, details: &'a Details<'a>) -> Self {
        let date: Option<WriteDate> = Some(write_rfc3339);
        Self { unit: Unit::SinceEpoch, date, details: Some(details), ..self }
    }

    /// [`Record::from_message`], but `time` in ticks of the clock.
    pub(crate) fn of_ticks(
        name: &'a str,
        message: &'a dyn fmt::Display,
        level: Level,
        time: u64,
        details: &'a Details<'a>,
    ) -> Self {
        Self {
            unit: Unit::Ticks,
            date: None,
            ..Self::from_message(name, message, level, time, details)
        }
    }

    /// A record of the logging itself; `time` in ticks of the clock.
    pub(crate) fn of_the_system(
        message: &'a dyn fmt::Display,
        level: Level,
        time: u64,
        details: &'a Details<'a>,
    ) -> Self {
        Self::of_ticks("femtologging", message, level, time, details)
    }

    /// The same record, its message written already: `text` is what [`Record::write_message`] wrote.
    /// For whoever gives a record to several formatters.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn with_written_message(self, text: &'a str) -> Self {
        Self { message: Message::Written(self.site(), text), ..self }
    }

    /// The same record, its nanoseconds counted from the boot of the machine that it comes from.
    #[must_use]
    pub const fn since_boot(self) -> Self {
        Self { unit: Unit::SinceBoot, date: None, ..self }
    }

    /// The same record, some of its text cut off.
    #[must_use]
    pub const fn cut(self) -> Self {
        Self { is_cut: true, ..self }
    }

    /// The same record, made before the program last started.
    #[must_use]
    pub const fn recovered(self) -> Self {
        Self { is_recovered: true, ..self }
    }

    /// The same record, with its number among those of a handler.
    #[must_use]
    pub const fn with_sequence(self, sequence: u32) -> Self {
        Self { sequence: Some(sequence), ..self }
    }

    /// The severity.
    #[inline]
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// Whether text was cut off, because the record would not have fitted.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Whether the record was made before the program last started, and kept.
    #[must_use]
    pub const fn is_recovered(&self) -> bool {
        self.is_recovered
    }

    /// The record's number among those of a handler, from 0 on, wrapping: set where a ring is drained.
    /// Records that the handler dropped count, so a gap between two numbers tells of a loss.
    #[must_use]
    pub const fn sequence(&self) -> Option<u32> {
        self.sequence
    }

    /// Name of the level, where the application gave it another than [`Level::name`].
    #[must_use]
    pub fn level_name(&self) -> Option<&'a str> {
        self.details?.level_name
    }

    /// Time of the call: since the Unix epoch if [`Record::is_since_epoch`] says so, else since boot.
    /// `None` if no clock was set, or it is not known.
    #[must_use]
    pub fn time(&self) -> Option<Duration> {
        self.moment().map(|moment| Duration::new(moment.seconds, moment.nanos))
    }

    /// [`Record::time`], with what writes a date.
    pub(crate) fn moment(&self) -> Option<Moment> {
        match self.unit {
            Unit::Ticks => clock::moment(self.time),
            _ if self.time == Self::NO_TIME => None,
            _ => {
                let (seconds, nanos) = clock::time_at(self.time, 1_000_000_000)?;
                Some(Moment { seconds, nanos, date: self.date })
            }
        }
    }

    /// Whether [`Record::time`] counts from the Unix epoch, by [`Clock::epoch`](crate::Clock::epoch).
    #[must_use]
    pub fn is_since_epoch(&self) -> bool {
        match self.unit {
            Unit::Ticks => clock::epoch().is_some(),
            Unit::SinceEpoch => true,
            Unit::SinceBoot => false,
        }
    }

    /// Name of the logger, or the statement's `target:`.
    #[must_use]
    pub fn logger_name(&self) -> &'a str {
        if let Some(target) = self.site().and_then(|site| site.target) {
            return target;
        }
        match self.name {
            Name::Of(logger) => logger.name(),
            Name::Text(name) => name,
        }
    }

    /// The statement that made the record, if it is one of this image.
    #[must_use]
    pub fn site(&self) -> Option<&'static CallSite> {
        match self.message {
            Message::Of(site) => Some(site),
            Message::Display(_) => None,
            #[cfg(feature = "alloc")]
            Message::Written(site, _) => site,
        }
    }

    /// Writes the message: the template with its arguments.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_message(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        match self.message {
            Message::Of(site) => site.write_message(self.values, out),
            Message::Display(message) => write!(out, "{message}"),
            #[cfg(feature = "alloc")]
            Message::Written(_, text) => out.write_str(text),
        }
    }

    /// Whether there are structured fields.
    #[must_use]
    pub fn has_key_values(&self) -> bool {
        self.site().is_some_and(|site| !site.keys.is_empty())
            || self.details.is_some_and(|details| !details.key_values.is_empty())
    }

    /// The structured fields: those of the statement, then the others.
    pub fn key_values(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> + Clone + use<'a> {
        let keys = self.site().map_or(&[][..], |site| site.keys);
        let first = self.values.len().saturating_sub(keys.len());
        let others = self.details.map_or(&[][..], |details| details.key_values);
        keys.iter().copied().zip(self.values[first..].iter().copied()).chain(others.iter().copied())
    }

    /// [`Record::key_values`] with less code, for nothing is copied.
    pub(crate) fn for_each_key_value(&self, give: &mut dyn FnMut(&'a str, &Value<'a>)) {
        let keys = self.site().map_or(&[][..], |site| site.keys);
        let first = self.values.len().saturating_sub(keys.len());
        for (key, value) in keys.iter().zip(self.values.get(first..).unwrap_or_default()) {
            give(key, value);
        }
        for (key, value) in self.details.map_or(&[][..], |details| details.key_values) {
            give(key, value);
        }
    }

    /// Arguments and values of the statement's keys, in order.
    #[must_use]
    pub const fn values(&self) -> &'a [Value<'a>] {
        self.values
    }

    /// Source file.
    #[must_use]
    pub fn file(&self) -> Option<&'a str> {
        let details = self.details.and_then(|details| details.location);
        details.map(|(file, _)| file).or_else(|| Some(self.site()?.file))
    }

    /// Line in the source file.
    #[must_use]
    pub fn line(&self) -> Option<u32> {
        let details = self.details.and_then(|details| details.location);
        details.map(|(_, line)| line).or_else(|| Some(self.site()?.line))
    }

    /// `module_path!()` of the statement.
    #[must_use]
    pub fn module_path(&self) -> Option<&'a str> {
        Some(self.site()?.module_path)
    }

    /// Name of the function.
    #[must_use]
    pub fn function(&self) -> Option<&'a str> {
        self.details?.function
    }

    /// Identifier of the thread.
    #[must_use]
    pub fn thread_id(&self) -> Option<u64> {
        Some(self.details?.thread?.0)
    }

    /// Name of the thread.
    #[must_use]
    pub fn thread_name(&self) -> Option<&'a str> {
        Some(self.details?.thread?.1)
    }

    /// Identifier of the process.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        Some(self.details?.process?.0)
    }

    /// Name of the process.
    #[must_use]
    pub fn process_name(&self) -> Option<&'a str> {
        Some(self.details?.process?.1)
    }

    /// Name of the asynchronous task.
    #[must_use]
    pub fn task_name(&self) -> Option<&'a str> {
        self.details?.task
    }

    /// Text of an exception or error chain.
    #[must_use]
    pub fn exception(&self) -> Option<&'a str> {
        self.details?.exception
    }

    /// Text of a stack.
    #[must_use]
    pub fn stack(&self) -> Option<&'a str> {
        self.details?.stack
    }

    /// The time, since the epoch if that is known, and how many of its units make a second: 0 if there
    /// is none.
    pub(crate) fn ticks_and_rate(&self) -> (u64, u64) {
        match self.unit {
            Unit::Ticks => (self.time.wrapping_add(clock::ticks_of_epoch()), clock::rate()),
            _ if self.time == Self::NO_TIME => (0, 0),
            _ => (self.time, 1_000_000_000),
        }
    }

    /// Whether the time is in nanoseconds, not in ticks of the clock.
    #[cfg(feature = "log")]
    pub(crate) const fn is_in_nanos(&self) -> bool {
        !matches!(self.unit, Unit::Ticks)
    }

    /// Whether a time in nanoseconds counts from the boot of another machine.
    #[cfg(feature = "log")]
    pub(crate) const fn is_since_boot(&self) -> bool {
        matches!(self.unit, Unit::SinceBoot)
    }

    /// The time as it was taken.
    pub(crate) const fn ticks(&self) -> u64 {
        self.time
    }

    /// Logger and call site, where both are statics: what a local frame refers to.
    #[inline(always)]
    pub(crate) fn statics(&self) -> Option<(&'static Logger, &'static CallSite)> {
        match (self.name, self.message) {
            (Name::Of(logger), Message::Of(site)) => Some((logger, site)),
            _ => None,
        }
    }
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({} {}: ", self.level, self.logger_name())?;
        self.write_message(f)?;
        f.write_str(")")
    }
}

impl fmt::Debug for Details<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Details").field("location", &self.location).finish_non_exhaustive()
    }
}
