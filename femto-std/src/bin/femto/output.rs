//! Records as lines on standard output.

use std::io::{self, StdoutLock, Write};

use clap::ValueEnum;
use femto_core::{Field, Formatter, FormatterBuilder};
use femto_std::{Filter, Level, NameFilter, Record};

/// Shape of the output.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
    Logfmt,
}

/// Filters, formats and collects.
pub(crate) struct Output<'a> {
    format: Format,
    level: Level,
    logger: NameFilter<&'a str>,
    formatter: Box<dyn Formatter>,
    lines: String,
    stdout: StdoutLock<'static>,
}

impl<'a> Output<'a> {
    pub(crate) fn new(format: Format, level: Level, logger: &'a str) -> Self {
        // A record is a line, whatever is in it, and no control character reaches a terminal.
        let builder = FormatterBuilder::new().with_escaping(true);
        let formatter: Box<dyn Formatter> = match format {
            Format::Text => Box::new(builder.text()),
            Format::Json => Box::new(builder.with_fields(FIELDS).json()),
            Format::Logfmt => Box::new(builder.with_fields(FIELDS).logfmt()),
        };
        Self {
            format,
            level,
            logger: NameFilter(logger),
            formatter,
            lines: String::new(),
            stdout: io::stdout().lock(),
        }
    }

    /// Takes a record. What was lost is told whatever the filters.
    pub(crate) fn write(&mut self, record: &Record<'_>) {
        let is_wanted = record.level() >= self.level && self.logger.matches(record);
        if is_wanted || record.logger_name() == "femtologging" {
            // A `String` takes everything; a `Display` that fails leaves what it wrote.
            let _ = self.formatter.format(record, &mut self.lines);
            self.lines.push('\n');
        }
    }

    /// Takes a line that was made already, as a record: text shows nothing but the line.
    pub(crate) fn write_as_is(&mut self, line: &Record<'_>) {
        let line_only = FormatterBuilder::new().with_escaping(true).with_fields(&[Field::MESSAGE]);
        // As above.
        let _ = match self.format {
            Format::Text => line_only.text().format(line, &mut self.lines),
            _ => self.formatter.format(line, &mut self.lines),
        };
        self.lines.push('\n');
    }

    /// Writes what was taken.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.stdout.write_all(self.lines.as_bytes())?;
        self.lines.clear();
        self.stdout.flush()
    }
}

/// For programs: what text shows, and the place in the source where it was sent.
const FIELDS: &[Field] =
    &[Field::TIME, Field::LEVEL, Field::NAME, Field::MESSAGE, Field::LOCATION, Field::KEY_VALUES];
