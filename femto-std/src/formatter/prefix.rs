//! Prefix: the beginning of a line that many records share.
//!
//! Runs on the *collector*, below [`super::pattern`]. Time, level and logger usually come first, and
//! a busy program logs many records a millisecond: their beginning is made once.

use core::cell::RefCell;
use core::sync::atomic::{AtomicUsize, Ordering};

use femto_core::{Level, Record};

use super::FormatError;
use super::attribute::{self, Attribute};
use super::clock::Clock;
use super::parse::{Item, Source};
use crate::level;

/// How much of a pattern depends on a record's time, level and logger only.
#[derive(Debug)]
pub(super) struct Prefix {
    /// Items from the first on.
    items: usize,
    tells_time: bool,
    /// What the threads' caches know the pattern by.
    id: usize,
}

/// All that the text depends on.
#[derive(Debug, Default, PartialEq)]
struct Key {
    /// 0 before the first.
    id: usize,
    milliseconds: u64,
    level: Level,
    /// The name that the application gave the level.
    added_name: Option<&'static str>,
}

/// The text of the latest record that found its place here.
struct Cache {
    key: Key,
    logger: String,
    text: String,
}

thread_local! {
    static CACHES: RefCell<Vec<Cache>> = const { RefCell::new(Vec::new()) };
}

impl Prefix {
    pub(super) fn of(items: &[Item], clock: &Clock) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let is_shared = |item: &&Item| match &item.source {
            Source::Record(Attribute::AscTime) => clock.is_coarse(),
            Source::Record(Attribute::Name | Attribute::LevelName | Attribute::LevelNo) => true,
            Source::LevelName(_) => true,
            _ => false,
        };
        let items: Vec<_> = items.iter().take_while(is_shared).collect();
        Self {
            tells_time: items
                .iter()
                .any(|item| matches!(item.source, Source::Record(Attribute::AscTime))),
            // A single one is as quickly made as found.
            items: if items.len() < 2 { 0 } else { items.len() },
            id: NEXT.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Appends the beginning of the record's line, which `make` can make; answers how many of the
    /// pattern's items it holds.
    #[inline]
    pub(super) fn write(
        &self,
        record: &Record<'_>,
        out: &mut String,
        make: impl FnOnce(usize, &mut String) -> Result<(), FormatError>,
    ) -> Result<usize, FormatError> {
        if self.items == 0 || record.level_name().is_some() {
            return Ok(0);
        }
        let level = record.level();
        let milliseconds = match self.tells_time {
            true => {
                let time = attribute::time(record);
                time.as_secs().wrapping_mul(1000) + u64::from(time.subsec_millis())
            }
            false => 0,
        };
        let key = Key { id: self.id, milliseconds, level, added_name: level::added_name(level) };
        let logger = record.logger_name();
        let place = self.id + usize::from(level.number()) / 10 + logger.len();
        CACHES
            .try_with(|caches| {
                let Ok(mut caches) = caches.try_borrow_mut() else { return Ok(0) };
                if caches.is_empty() {
                    caches.resize_with(CACHED, Cache::new);
                }
                let cache = &mut caches[place % CACHED];
                if cache.key != key || cache.logger != logger {
                    cache.fill(key, logger, |text| make(self.items, text))?;
                }
                out.push_str(&cache.text);
                Ok(self.items)
            })
            // A thread that is ending has no caches any more.
            .unwrap_or(Ok(0))
    }
}

impl Cache {
    const fn new() -> Self {
        let key = Key { id: 0, milliseconds: 0, level: Level::NOTSET, added_name: None };
        Self { key, logger: String::new(), text: String::new() }
    }

    #[cold]
    fn fill(
        &mut self,
        key: Key,
        logger: &str,
        make: impl FnOnce(&mut String) -> Result<(), FormatError>,
    ) -> Result<(), FormatError> {
        // Nothing is kept of what fails.
        self.key.id = 0;
        self.text.clear();
        make(&mut self.text)?;
        self.logger.clear();
        self.logger.push_str(logger);
        self.key = key;
        Ok(())
    }
}

/// Beginnings that a thread keeps. Loggers' names are short, and the patterns in use few.
const CACHED: usize = 16;

#[cfg(test)]
mod tests {
    use femto_core::{Details, Level, Record};

    use crate::formatter::{Formatter, PatternFormatter, PatternStyle};

    fn new() -> PatternFormatter {
        let format = "%(asctime)s [%(levelname)-8s] %(name)s %(levelno)d: %(message)s";
        PatternFormatter::new(format, PatternStyle::Percent).unwrap()
    }

    fn line(formatter: &PatternFormatter, record: &Record<'_>) -> String {
        let mut out = String::from("before ");
        formatter.format(record, &mut out).unwrap();
        out
    }

    #[test]
    fn a_kept_beginning_is_what_would_be_made() {
        let kept = new();
        let details = Details::default();
        let mut named = Details::default();
        named.level_name = Some("NOTE");
        // Time (nanoseconds), level, logger, name of the level.
        let mut cases = Vec::new();
        for time in [0, 1, 999_999, 1_000_000, 1_999_999, 1_000_000_000, 1_001_000_000, 0] {
            for level in [Level::INFO, Level::new(25), Level::new(185), Level::INFO] {
                for logger in ["a", "b", "a", "a.b", "c"] {
                    cases.push((time, level, logger, &details));
                    cases.push((time, level, logger, &named));
                }
            }
        }
        for (time, level, logger, details) in cases {
            let record = Record::from_message(logger, &"message", level, time, details);
            let made = line(&new(), &record);
            assert_eq!(line(&kept, &record), made);
            assert_eq!(line(&kept, &record), made, "found");
        }
    }

    #[test]
    fn a_change_of_the_formatter_or_of_names_is_seen_at_once() {
        let details = Details::default();
        let level = Level::new(77);
        let record = Record::from_message("a", &"message", level, 5, &details);
        let formatter = new().with_time_zone(jiff::tz::TimeZone::UTC);
        let before = "before 1970-01-01 00:00:00,000 [Level 77] a 77: message";
        assert_eq!(line(&formatter, &record), before);
        crate::add_level_name(level, "SEVEN");
        assert_eq!(line(&formatter, &record), before.replace("Level 77", "SEVEN   "));
        crate::add_level_name(level, "");
        assert_eq!(line(&formatter, &record), before);
        let formatter = formatter.with_date_format("%H").unwrap();
        assert_eq!(line(&formatter, &record), "before 00 [Level 77] a 77: message");
    }
}
