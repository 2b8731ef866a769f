//! `femto decode` on what a microcontroller sent (the program `wire` of `targets/`, run by its tests), and on
//! what became of it on the way.
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Output, Stdio};

use femto_core::frame::wire::WireFormatter;
use femto_core::{Details, Level, Record, WriteRecord};

/// What the program wrote to its UART, byte for byte.
const CAPTURED: &[u8] = include_bytes!("../../targets/firmware/expected/wire.bin");

#[test]
fn text_is_what_the_target_would_have_made() {
    let output = decode(&["--level", "info"], CAPTURED);
    assert_eq!(text(&output.stdout), include_str!("decode/wire.txt"));
    let said = text(&output.stderr);
    assert!(said.contains("-: skipped 16 bytes at offset 0x0: not a frame\n"), "{said}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn programs_are_given_json_or_logfmt() {
    let json = decode(&["--format", "json", "--level", "info"], CAPTURED);
    assert_eq!(text(&json.stdout), include_str!("decode/wire.json"));
    let logfmt = decode(&["--format", "logfmt", "--level", "info"], CAPTURED);
    assert_eq!(text(&logfmt.stdout), include_str!("decode/wire.logfmt"));
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let details = Details::default();
    let message = &"two\nlines \x1b[31m";
    let record = Record::from_message("n", message, Level::INFO, Record::NO_TIME, &details);
    let mut stream = Vec::new();
    WireFormatter::new().write_record(&record, &mut stream).unwrap();
    assert_eq!(text(&decode(&[], &stream).stdout), "INFO  n: two\\nlines \\u{1b}[31m\n");
}

#[test]
fn what_a_damaged_byte_costs_is_told() {
    let whole = text(&decode(&[], CAPTURED).stdout);
    let mut damaged = CAPTURED.to_vec();
    // In the second frame.
    let at = damaged.windows(7).position(|bytes| bytes == b"link up").unwrap();
    damaged[at] ^= 4;
    let output = decode(&[], &damaged);
    let lines: Vec<_> =
        whole.lines().enumerate().filter(|(at, _)| *at != 1).map(|(_, line)| line).collect();
    let seen = text(&output.stdout);
    let told = "[   0.002000] WARN  femtologging: 1 records lost";
    assert_eq!(seen.lines().filter(|line| *line != told).collect::<Vec<_>>(), lines);
    assert_eq!(seen.lines().position(|line| line == told), Some(1));
    assert!(text(&output.stderr).contains("1 records lost"), "{}", text(&output.stderr));
}

#[test]
fn records_are_chosen_by_level_and_logger() {
    let lines = |arguments: &[&str]| text(&decode(arguments, CAPTURED).stdout).lines().count();
    assert_eq!(lines(&[]), 45);
    assert_eq!(lines(&["--level", "error"]), 4); // and what the target dropped
    assert_eq!(lines(&["--logger", "net.rx"]), 2);
    assert_eq!(lines(&["--level", "35", "--logger", "root"]), 2);
}

#[test]
fn a_writer_that_began_anew_is_told() {
    let one = |wire: &WireFormatter| {
        let details = Details::default();
        let record = Record::from_message("n", &"m", Level::INFO, Record::NO_TIME, &details);
        let mut bytes = Vec::new();
        wire.write_record(&record, &mut bytes).unwrap();
        bytes
    };
    let (first, second) = (WireFormatter::new(), WireFormatter::new());
    let stream = [one(&first), one(&first), one(&second), one(&second)].concat();
    let seen = text(&decode(&[], &stream).stdout);
    let anew = "WARN  femtologging: the writer began anew";
    assert_eq!(seen, format!("INFO  n: m\nINFO  n: m\n{anew}\nINFO  n: m\nINFO  n: m\n"));
}

#[test]
fn an_input_that_grows_is_followed() {
    let path = std::env::temp_dir().join(format!("femto-follow-{}.bin", std::process::id()));
    let wire = WireFormatter::new();
    let mut file = std::fs::File::create(&path).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_femto"))
        .args(["decode", "--follow"])
        .arg(&path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for message in ["first", "second"] {
        let details = Details::default();
        let record = Record::from_message("n", &message, Level::INFO, Record::NO_TIME, &details);
        let mut bytes = Vec::new();
        wire.write_record(&record, &mut bytes).unwrap();
        file.write_all(&bytes).unwrap();
        // Written only after the line before was read: the end was met in between.
        assert_eq!(lines.next().unwrap().unwrap(), format!("INFO  n: {message}"));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn errors_say_what_and_where() {
    let no_frame = decode(&[], b"plain text, and nothing else\n");
    assert_eq!(no_frame.status.code(), Some(1));
    let said = text(&no_frame.stderr);
    assert!(
        said.contains(
            "-: no frame to read in 29 bytes: expected what a WireFormatter or drain_frames wrote"
        ),
        "{said}"
    );

    let missing = decode(&["/nowhere/capture.bin"], b"");
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).contains("could not open /nowhere/capture.bin: "));

    let usage = decode(&["--level", "loud"], b"");
    assert_eq!(usage.status.code(), Some(2));
    assert!(text(&usage.stderr).contains("allowed are "), "{}", text(&usage.stderr));
    assert_eq!(decode(&[], b"").status.code(), Some(0));
}

fn decode(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_femto"))
        .arg("decode")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may have ended before it read everything.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
