//! Records as lines on standard output.

use std::io::{self, StdoutLock, Write};

use femto_core::Formatter;
use femto_std::{Filter, Level, NameFilter, Record, TextFormatter};

use super::{Format, Options};

/// Filters, formats and collects.
pub(super) struct Output<'a> {
    level: Level,
    logger: NameFilter<&'a str>,
    formatter: Box<dyn Formatter>,
    lines: String,
    stdout: StdoutLock<'static>,
}

impl<'a> Output<'a> {
    pub(super) fn new(options: &'a Options) -> Self {
        let formatter: Box<dyn Formatter> = match options.format {
            Format::Text => Box::new(TextFormatter::new()),
        };
        let logger = NameFilter(&*options.logger);
        Self {
            level: options.level,
            logger,
            formatter,
            lines: String::new(),
            stdout: io::stdout().lock(),
        }
    }

    /// Takes a record. What was lost is told whatever the filters.
    pub(super) fn write(&mut self, record: &Record<'_>) {
        let is_wanted = record.level() >= self.level && self.logger.matches(record);
        if is_wanted || record.logger_name() == "femtologging" {
            // A `String` takes everything; a `Display` that fails leaves what it wrote.
            let _ = self.formatter.format(record, &mut self.lines);
            self.lines.push('\n');
        }
    }

    /// Writes what was taken.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.stdout.write_all(self.lines.as_bytes())?;
        self.lines.clear();
        self.stdout.flush()
    }
}
