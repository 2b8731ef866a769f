//! Check: every record is in the file once, whole, and in the order of its thread.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use crate::outcome::Outcome;

/// Reads every line of every output file back.
///
/// # Errors
/// What is wrong with the first line that is wrong, or how many records are missing.
pub fn files(outcome: &Outcome) -> Result<(), String> {
    for path in &outcome.files {
        file(path, outcome).map_err(|wrong| format!("{}: {wrong}", path.display()))?;
    }
    Ok(())
}

fn file(path: &Path, outcome: &Outcome) -> Result<(), String> {
    let unreadable = |error: io::Error| error.to_string();
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path).map_err(unreadable)?);
    let per_thread = outcome.calls / outcome.threads.max(1);
    // The number that each thread has to log next.
    let mut next: Vec<u64> = (0..outcome.threads).map(|thread| thread * per_thread).collect();
    let mut line = Vec::new();
    let mut count = 0;
    while reader.read_until(b'\n', &mut line).map_err(unreadable)? > 0 {
        count += 1;
        let number = record(&line, &outcome.marks)
            .ok_or_else(|| format!("line {count} is torn: {:?}", String::from_utf8_lossy(&line)))?;
        let expected =
            number.checked_div(per_thread).and_then(|thread| next.get_mut(thread as usize));
        match expected {
            Some(expected) if *expected == number => *expected += 1,
            Some(expected) => return Err(format!("record {number} where {expected} was due")),
            None => return Err(format!("record {number} was never logged")),
        }
        line.clear();
    }
    if count != outcome.calls {
        return Err(format!("{count} of {} records", outcome.calls));
    }
    Ok(())
}

/// The number in a line that is whole: time, marks, `hello world NUMBER`, line end.
fn record(line: &[u8], marks: &[String]) -> Option<u64> {
    let line = core::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (head, number) = line.rsplit_once("hello world ")?;
    let has_time = head.bytes().filter(u8::is_ascii_digit).count() >= 6;
    let has_marks = marks.iter().all(|mark| head.contains(mark.as_str()));
    let is_one_record = !head.contains("hello");
    (has_time && has_marks && is_one_record).then(|| number.parse().ok())?
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn check(text: &str, calls: u64, threads: u64) -> Result<(), String> {
        // The tests run at the same time in one process: each file has a number of its own.
        static FILES: AtomicU64 = AtomicU64::new(0);
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let name = format!("femto-bench-check-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).expect("the temporary folder can be written");
        let outcome = Outcome {
            calls,
            threads,
            files: vec![path.clone()],
            marks: vec!["INFO".to_owned(), "bench".to_owned()],
            ..Outcome::default()
        };
        let result = files(&outcome);
        std::fs::remove_file(path).expect("it was written above");
        result
    }

    fn lines(numbers: &[u64]) -> String {
        let line = |n| format!("2026-11-22 10:00:00,000 INFO bench hello world {n}\n");
        numbers.iter().map(line).collect()
    }

    #[test]
    fn whole_files_pass_in_any_interleaving_of_threads() {
        assert_eq!(check(&lines(&[0, 1, 2, 3]), 4, 1), Ok(()));
        assert_eq!(check(&lines(&[2, 0, 3, 1]), 4, 2), Ok(()));
    }

    #[test]
    fn lost_doubled_swapped_and_torn_lines_are_found() {
        assert!(check(&lines(&[0, 1, 2]), 4, 1).is_err());
        assert!(check(&lines(&[0, 1, 1, 2]), 4, 1).is_err());
        assert!(check(&lines(&[0, 2, 1, 3]), 4, 1).is_err());
        assert!(check(&lines(&[0, 1, 2, 3, 4]), 4, 1).is_err());
        assert!(check(&lines(&[0, 1]).replace("hello world 0\n", "hello wor"), 2, 1).is_err());
        assert!(check(lines(&[0, 1]).trim_end(), 2, 1).is_err());
        assert!(check(&lines(&[0]).replace("INFO ", ""), 1, 1).is_err());
    }
}
