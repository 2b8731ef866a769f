//! Leftover: what processes that were killed left in the file of `recover`, for those who look.
//!
//! Runs in `python -m femtologging recover`.

use std::path::PathBuf;

use femto_core::{Formatter as _, FormatterBuilder};
use femto_std::recover::Leftover;
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;

/// The lines of one handler's file, or of none yet.
type Lines = Vec<(String, String)>;

/// What one file holds: its path; the process that it was of; whether it was taken; how much is
/// damaged; lines with their handlers; records as lines of text.
type Found = (PathBuf, u32, bool, usize, Lines, Vec<String>);

/// What is left in the file at `path` and in those beside it with a number, and what is wrong with the
/// others: `(found, problems)`.
///
/// Raises `OSError` if the folder cannot be read.
#[pyfunction]
pub(crate) fn left_behind(py: Python<'_>, path: PathBuf) -> PyResult<(Vec<Found>, Vec<String>)> {
    let all = py.detach(|| Leftover::find(&path));
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (path, leftover) in all.map_err(|error| PyOSError::new_err(error.to_string()))? {
        match leftover {
            Ok(leftover) => found.push(read(path, &leftover)),
            Err(error) => problems.push(format!("{}: {error}", path.display())),
        }
    }
    Ok((found, problems))
}

fn read(path: PathBuf, leftover: &Leftover) -> Found {
    let (mut lines, mut records) = (Vec::new(), Vec::new());
    leftover.for_each_lines(|handler, text| {
        let text = String::from_utf8_lossy(text);
        lines.extend(text.lines().map(|line| (handler.to_owned(), line.to_owned())));
    });
    let formatter = FormatterBuilder::new().with_escaping(true).text();
    leftover.for_each_record(|record| {
        let mut line = String::new();
        // A `String` takes everything.
        let _ = formatter.format(record, &mut line);
        records.push(line);
    });
    (path, leftover.process(), leftover.is_taken(), leftover.damaged(), lines, records)
}
