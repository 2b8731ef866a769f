//! `femto recover`: what processes that were killed left in their mapped files.

use core::fmt;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use femto_std::recover::{Leftover, LeftoverError};
use femto_std::{Details, Level, Record};

use crate::output::{Format, Output};

/// Shows what processes that were killed left in the file of `recover`
///
/// Looks at FILE and at those beside it with a number (FILE.1, ...), which processes have that ran at the
/// same time. Shown are first the lines that were made and not written to their files, as they are, then
/// the records that no line was made of yet. The next start of the program writes all of it too, unless
/// --consume is given. A file that a living process uses is left alone.
///
/// Exit status: 0 all was shown, or there was nothing; 1 a file is in use, damaged or could not be read; 2
/// the arguments are wrong.
#[derive(Args)]
pub(crate) struct Options {
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Leave out records below this level: a name or a number from 0 to 255. Lines are all shown
    #[arg(long, default_value = "NOTSET")]
    level: Level,
    /// Note in the files that their records were taken: the next start of the program does not write them
    #[arg(long)]
    consume: bool,
    /// The file that the program was told to keep its records in
    file: PathBuf,
}

/// Why not everything could be shown.
pub(crate) enum Error {
    Find { path: PathBuf, source: io::Error },
    Read { path: PathBuf, source: LeftoverError },
    Consume { path: PathBuf, source: io::Error },
    Write(io::Error),
    Damaged { path: PathBuf, count: usize },
    Several,
}

/// Shows what there is; the first error is answered when everything else is done.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    let all = Leftover::find(&options.file)
        .map_err(|source| Error::Find { path: options.file.clone(), source })?;
    let mut errors = Vec::new();
    for (path, leftover) in all {
        let shown = match leftover {
            Ok(leftover) => show(&path, &leftover, options),
            Err(source) => Err(Error::Read { path, source }),
        };
        match shown {
            Err(Error::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            Err(error) => errors.push(error),
            Ok(()) => {}
        }
    }
    if errors.len() > 1 {
        for error in &errors {
            eprintln!("femto: {error}");
        }
        return Err(Error::Several);
    }
    errors.pop().map_or(Ok(()), Err)
}

fn show(path: &Path, leftover: &Leftover, options: &Options) -> Result<(), Error> {
    let mut output = Output::new(options.format, options.level, "");
    let mut lines = 0;
    leftover.for_each_lines(|handler, text| {
        for line in String::from_utf8_lossy(text).lines() {
            lines += 1;
            output.write_line(handler, line);
        }
    });
    leftover.for_each_record(|record| output.write(record));
    output.flush().map_err(Error::Write)?;
    let (records, damaged) = (leftover.records(), leftover.damaged());
    eprintln!(
        "femto: {}: {lines} lines and {records} records of process {}{}",
        path.display(),
        leftover.process(),
        if leftover.is_taken() { ", taken before" } else { "" },
    );
    if options.consume {
        leftover.consume().map_err(|source| Error::Consume { path: path.to_owned(), source })?;
    }
    match damaged {
        0 => Ok(()),
        count => Err(Error::Damaged { path: path.to_owned(), count }),
    }
}

impl Output<'_> {
    /// Takes a line that was made for a handler.
    fn write_line(&mut self, handler: &str, line: &str) {
        let details = Details::default();
        let time = Record::NO_TIME;
        self.write_as_is(&Record::from_message(handler, &line, Level::NOTSET, time, &details));
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Find { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Read { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Consume { path, source } => {
                write!(f, "{}: could not note that it was taken: {source}", path.display())
            }
            Self::Write(source) => write!(f, "could not write to standard output: {source}"),
            Self::Damaged { path, count } => {
                write!(f, "{}: {count} records or lanes are damaged and not shown", path.display())
            }
            Self::Several => f.write_str("not everything could be shown"),
        }
    }
}
