//! Check: every record is in the file once, whole, and in the order of its thread.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde_json::{Map, Value};

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
        let number = if outcome.is_json { object(&line) } else { record(&line, &outcome.marks) };
        let number = number
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

/// The number in a line that is a JSON object with a time, a level, the message and the fields `user`
/// and `status`, each where the library puts it.
fn object(line: &[u8]) -> Option<u64> {
    let line = line.strip_suffix(b"\n")?;
    let object: Map<String, Value> = serde_json::from_slice(line).ok()?;
    let has_time = object.iter().any(|(key, value)| {
        let is_time = ["time", "timestamp", "ts"].contains(&key.as_str());
        is_time && (value.is_string() || value.is_number())
    });
    let level = object.get("level").and_then(Value::as_str);
    let has_level = level.is_some_and(|level| level.eq_ignore_ascii_case("info"));
    // One library writes it as text.
    let status = found(&object, &|key, value| {
        let is_status = key == "status";
        is_status.then(|| value.as_u64().or_else(|| value.as_str()?.parse().ok()))?
    })?;
    let has_user =
        found(&object, &|key, value| (key == "user" && value == "world").then_some(0)).is_some();
    let number =
        found(&object, &|_, value| value.as_str()?.strip_prefix("hello world ")?.parse().ok())?;
    (has_time && has_level && has_user && status == number).then_some(number)
}

/// What the first entry gives that gives something, in the object or in those inside it.
fn found(object: &Map<String, Value>, number: &dyn Fn(&str, &Value) -> Option<u64>) -> Option<u64> {
    object.iter().find_map(|(key, value)| match value {
        Value::Object(inner) => found(inner, number),
        value => number(key, value),
    })
}

/// The number in a line that is whole: time, marks, `hello world NUMBER`, line end.
pub(crate) fn record(line: &[u8], marks: &[String]) -> Option<u64> {
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
    fn objects_have_time_level_message_and_fields_wherever_they_are() {
        let flat = br#"{"ts":1,"level":"INFO","msg":"hello world 7","user":"world","status":7}
"#;
        assert_eq!(object(flat), Some(7));
        let nested = br#"{"time":"10:00","level":"info","kv":{"user":"world","status":7},"fields":{"message":"hello world 7"}}
"#;
        assert_eq!(object(nested), Some(7));
        let whole = core::str::from_utf8(flat).expect("it is text");
        let wrongs = [
            ("ts", "tz"),
            ("INFO", "WARN"),
            ("hello", "hallo"),
            ("\"world", "\"word"),
            (":7", ":8"),
            ("status", "state"),
            ("}", ""),
            ("\n", ""),
        ];
        for (right, wrong) in wrongs {
            assert_eq!(object(whole.replace(right, wrong).as_bytes()), None, "{wrong}");
        }
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
