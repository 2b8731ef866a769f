//! `femto tail`: what it chooses and how it shows it. Following is in `tail_follow.rs`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/tail.rs"]
mod tail;

use core::ptr;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::{FromRawFd, OwnedFd};
use std::path::Path;
use std::process::{Command, Stdio};

use scratch::{PATIENCE, Scratch, within};
use tail::{Tail, femto, of, out};

const JSON: &str = r#"{"time":"2026-11-26T08:08:51.123456Z","level":"INFO","logger":"net","message":"link up","fields":{"tries":3}}
{"ts":"2026-11-26T08:08:52Z","severity":"ERROR","logger":"app.db","msg":"query \"7\" failed","status":503,"user":"ann"}
{"level":"Level 25","logger":"app.web","message":"notice","status":200,"user":"bob"}
{"level":"NOTE","logger":"app.web","message":"own name"}
"#;

const LOGFMT: &str = r#"time=2026-11-26T08:08:51.123456Z level=INFO logger=net message="link up" tries=3
level=ERROR logger=app.db message="query failed\nbadly" status=503 user=ann
level=WARN logger=apple message="user=ann" status=99
"#;

const TEXT: &str = "\
2026-11-26 08:08:51,123 INFO     net: link up tries=3
2026-11-26 08:08:51,124 ERROR    app.db: query failed status=503 user=ann
Traceback (most recent call last):
  File \"x.py\", line 1, in <module>
INFO: this looks like a record
ValueError: user=bob
2026-11-26 08:08:51,125 DEBUG    app: a
second line
";

const PYTHON: &str = "\
2026-11-26 08:08:51,123 - net - INFO - link up
2026-11-26 08:08:51,124 - app.db - ERROR - query failed
Traceback (most recent call last):
2026-11-26 08:08:51,125 - app - DEBUG - a
";

const BASIC: &str =
    "INFO:net:link up\nERROR:app.db:query failed\nTraceback (most recent call last):\n";

const OWN: &str = "net <INFO/12> link up\napp.db <ERROR/7> query failed\nmore\n";

/// Files, arguments, and the numbers of the lines that are shown.
const CHOICES: [(&str, &[&str], &[usize]); 31] = [
    (JSON, &[], &[0, 1, 2, 3]),
    (JSON, &["--level", "warning"], &[1]),
    (JSON, &["--level", "25"], &[1, 2]),
    (JSON, &["--level", "note", "--level-name", "NOTE=26"], &[1, 3]),
    (JSON, &["--logger", "app"], &[1, 2, 3]),
    (JSON, &["--logger", "app.db", "--logger", "net"], &[0, 1]),
    (JSON, &["--logger", "ap"], &[]),
    (JSON, &["--field", "status>=500"], &[1]),
    (JSON, &["--field", "status"], &[1, 2]),
    (JSON, &["--field", "user!=ann"], &[0, 2, 3]),
    (JSON, &["--field", "user=bob", "--field", "status<500"], &[2]),
    (JSON, &["--field", "tries=3"], &[0]),
    (JSON, &["--field", "message~\"7\""], &[1]),
    (JSON, &["--key", "user=logger", "--logger", "ann"], &[1]),
    (LOGFMT, &["--level", "WARN"], &[1, 2]),
    (LOGFMT, &["--level", "WARN", "--logger", "app"], &[1]),
    (LOGFMT, &["--field", "status>=99", "--field", "status<1000"], &[1, 2]),
    (LOGFMT, &["--field", "user=ann"], &[1]),
    (TEXT, &[], &[0, 1, 2, 3, 4, 5, 6, 7]),
    (TEXT, &["--level", "error"], &[1, 2, 3, 4, 5]),
    (TEXT, &["--field", "status>=500"], &[1, 2, 3, 4, 5]),
    (TEXT, &["--field", "user=bob"], &[]),
    (TEXT, &["--logger", "app"], &[1, 2, 3, 4, 5, 6, 7]),
    (TEXT, &["-n", "3", "--level", "debug"], &[6, 7]),
    (TEXT, &["-n", "+7"], &[6, 7]),
    (TEXT, &["-n", "0"], &[]),
    (PYTHON, &["--level", "info"], &[0, 1, 2]),
    (PYTHON, &["--logger", "app"], &[1, 2, 3]),
    (BASIC, &["--level", "error"], &[1, 2]),
    (
        OWN,
        &["--level", "error", "--format", "%(name)s <%(levelname)s/%(process)d> %(message)s"],
        &[1, 2],
    ),
    (
        OWN,
        &["--field", "process>=10", "--format", "%(name)s <%(levelname)s/%(process)d> %(message)s"],
        &[0],
    ),
];

#[test]
fn records_are_chosen_whatever_their_lines_look_like() {
    let scratch = Scratch::new("tail-choices");
    let path = scratch.path("log");
    for (text, arguments, expected) in CHOICES {
        fs::write(&path, text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let expected: String = expected.iter().map(|line| format!("{}\n", lines[*line])).collect();
        let file = path.to_str().unwrap();
        let all = [&["--no-follow", "-n", "all"], arguments, &[file]].concat();
        // The last `-n` counts.
        let all = if arguments.contains(&"-n") {
            [&["--no-follow"], arguments, &[file]].concat()
        } else {
            all
        };
        assert_eq!(of(&all), expected, "{arguments:?} of\n{text}");
        // The same of what cannot be looked at from its end.
        let piped = femto(&all[..all.len() - 1], text.as_bytes());
        assert_eq!(out(&piped), expected, "{arguments:?} of a pipe");
    }
}

#[test]
fn what_cannot_be_read_is_told() {
    let scratch = Scratch::new("tail-unparsed");
    let path = scratch.path("log");
    fs::write(&path, format!("begun before\n{JSON}not JSON\n{{\"message\":\"no level\"}}\n"))
        .unwrap();
    let file = path.to_str().unwrap();
    let output = femto(&["--no-follow", "-n", "all", "--level", "ERROR", file], b"");
    assert_eq!(out(&output).lines().count(), 1);
    let told = String::from_utf8(output.stderr).unwrap();
    // NOTE is not a level that is known.
    assert!(told.contains("log: 4 lines could not be read as records, and are hidden"), "{told}");
    let output =
        femto(&["--no-follow", "-n", "all", "--level", "ERROR", "--unparsed", "show", file], b"");
    assert_eq!(out(&output).lines().count(), 5);
    assert!(output.stderr.is_empty());
}

#[test]
fn bytes_are_shown_as_they_are() {
    let bytes = b"one \xff\xfe \x1b[31m\r\nINFO:a:\xff\nno end";
    let output = femto(&["--no-follow"], bytes);
    assert_eq!(output.stdout, [bytes, &b"\n"[..]].concat());
    let output = femto(&["--level", "info", "--no-follow"], bytes);
    assert_eq!(output.stdout, b"INFO:a:\xff\nno end\n");
    let output = femto(&["--color", "always"], b"ERROR:a:\xff\x1b[0m\n");
    assert_eq!(out(&output), "\x1b[31mERROR:a:\u{fffd}\\u{1b}[0m\x1b[0m\n");
}

#[test]
fn records_are_chosen_whatever_bytes_are_in_them() {
    let scratch = Scratch::new("tail-bytes");
    let path = scratch.path("log");
    let file = path.to_str().unwrap();
    let long = [b"ERROR:a:".to_vec(), vec![b'x'; 10 << 20], b" user=ann\n".to_vec()].concat();
    for record in [
        &b"ERROR:a:\xff\xfe\0 user=ann\n"[..],
        b"ERROR:a:\x1b[31m\r\nmore \0 user=ann\r\n",
        b"ERROR:a:\xff user=ann\r\nTraceback (most recent call last):\r\n",
        b"{\"level\":\"ERROR\",\"message\":\"\\u0000\\u001b \xff\",\"user\":\"ann\"}\n",
        b"level=ERROR msg=\"\xff\0\" user=ann\n",
        &long,
    ] {
        fs::write(&path, [record, b"ERROR:a:other\n", record].concat()).unwrap();
        for condition in [&["--field", "user=ann"][..], &["--field", "user", "--level", "error"]] {
            let arguments = [&["--no-follow", "-n", "all"], condition, &[file]].concat();
            let shown = femto(&arguments, b"").stdout;
            assert!(shown == [record, record].concat(), "{:?}", &record[..20]);
        }
    }
}

#[test]
fn records_that_a_crash_left_are_told_by_their_mark() {
    for line in [
        "{\"level\":\"INFO\",\"message\":\"a\",\"recovered\":true}",
        "level=INFO msg=a recovered=true",
        "2026-11-26 08:08:51.123 INFO  net: a user=ann [recovered]",
        "2026-11-26 08:08:51.123 INFO  net: a\n    b why=disk is full [recovered]",
    ] {
        let other = line.replace("recovered", "other");
        let input = format!("{other}\n{line}\n{other}\n");
        for condition in ["recovered", "recovered=true"] {
            let output = femto(&["--no-follow", "--field", condition], input.as_bytes());
            assert_eq!(out(&output), format!("{line}\n"), "{condition}");
        }
    }
}

#[test]
fn records_of_programs_are_shown_to_people() {
    let output = Command::new(env!("CARGO_BIN_EXE_femto"))
        .args(["tail", "--no-follow", "--pretty", "-"])
        .env("TZ", "UTC")
        .stdin(file_of(format!("{JSON}{LOGFMT}text\n").as_bytes()))
        .output()
        .unwrap();
    let expected = "\
2026-11-26 08:08:51.123 INFO  net: link up tries=3
2026-11-26 08:08:52.000 ERROR app.db: query \"7\" failed status=503 user=ann
Level 25 app.web: notice status=200 user=bob
NOTE  app.web: own name
2026-11-26 08:08:51.123 INFO  net: link up tries=3
ERROR app.db: query failed
    badly status=503 user=ann
WARN  apple: user=ann status=99
text
";
    assert_eq!(out(&output), expected);
}

fn file_of(bytes: &[u8]) -> File {
    let path = std::env::temp_dir().join(format!("femto-tail-input-{}", std::process::id()));
    let mut file =
        File::options().create(true).truncate(true).read(true).write(true).open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

/// What the command shows on a terminal.
fn on_terminal(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let (mut ours, mut theirs) = (-1, -1);
    // SAFETY: both descriptors are written to, the other arguments may be null.
    let opened = unsafe {
        libc::openpty(&mut ours, &mut theirs, ptr::null_mut(), ptr::null_mut(), ptr::null_mut())
    };
    assert_eq!(opened, 0, "openpty: {}", io::Error::last_os_error());
    // SAFETY: the call has just opened them, and nobody else knows them.
    let (mut ours, theirs) = unsafe { (File::from_raw_fd(ours), OwnedFd::from_raw_fd(theirs)) };
    let mut command = Command::new(env!("CARGO_BIN_EXE_femto"));
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR"] {
        command.env_remove(name);
    }
    command.args(["tail", "--no-follow"]).args(arguments).env("TERM", "xterm");
    let mut child = command.envs(variables.iter().copied()).stdout(theirs).spawn().unwrap();
    drop(command);
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    // The end of a terminal whose other side is closed is an error.
    while let Ok(size @ 1..) = ours.read(&mut chunk) {
        bytes.extend(&chunk[..size]);
    }
    assert!(child.wait().unwrap().success());
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}

#[test]
fn a_terminal_gets_colours_and_no_control_characters() {
    let scratch = Scratch::new("tail-terminal");
    let path = scratch.path("log");
    fs::write(&path, "ERROR:a:x\x1b]0;title\x07\n  more\tof it\nINFO:a:y\nDEBUG:a:z\n").unwrap();
    let file = path.to_str().unwrap();
    let plain = "ERROR:a:x\\u{1b}]0;title\\u{7}\n  more\tof it\nINFO:a:y\nDEBUG:a:z\n";
    let colored = "\x1b[31mERROR:a:x\\u{1b}]0;title\\u{7}\x1b[0m\n\x1b[31m  more\tof it\x1b[0m\nINFO:a:y\n\x1b[2mDEBUG:a:z\x1b[0m\n";
    // Terminals make spaces of tabulators, or not.
    let tabs =
        |text: String| text.replace("more    of", "more\tof").replace("more  of", "more\tof");
    assert_eq!(tabs(on_terminal(&[file], &[])), colored);
    assert_eq!(tabs(on_terminal(&[file], &[("NO_COLOR", "1")])), plain);
    assert_eq!(tabs(on_terminal(&["--color", "never", file], &[])), plain);
    assert_eq!(tabs(on_terminal(&["--color", "always", file], &[("NO_COLOR", "1")])), colored);
    let raw = fs::read_to_string(&path).unwrap();
    assert_eq!(of(&["--no-follow", file]), raw);
}

#[test]
fn files_are_told_apart() {
    let scratch = Scratch::new("tail-several");
    let (a, b) = (scratch.path("a\x1b"), scratch.path("b"));
    fs::write(&a, "INFO:x:1\nmore\n").unwrap();
    fs::write(&b, "INFO:x:2\n").unwrap();
    let (a, b) = (a.to_str().unwrap(), b.to_str().unwrap());
    let named = a.replace('\x1b', "\\u{1b}");
    assert_eq!(
        of(&["--no-follow", a, b]),
        format!("==> {named} <==\nINFO:x:1\nmore\n\n==> {b} <==\nINFO:x:2\n")
    );
    assert_eq!(
        of(&["--no-follow", "--names", "prefix", a, b]),
        format!("{named}: INFO:x:1\n{named}: more\n{b}: INFO:x:2\n")
    );
    assert_eq!(of(&["--no-follow", "--names", "none", a, b]), "INFO:x:1\nmore\nINFO:x:2\n");
    assert_eq!(of(&["--no-follow", "--names", "title", b]), format!("==> {b} <==\nINFO:x:2\n"));
}

#[test]
fn packed_files_are_read() {
    let scratch = Scratch::new("tail-packed");
    let text: String = (0..50).map(|line| format!("INFO:a:{line}\n")).collect();
    let path = scratch.path("log.1.gz");
    let mut packed =
        flate2::write::GzEncoder::new(File::create(&path).unwrap(), Default::default());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap();
    let zstd = scratch.path("log.2.zst");
    fs::write(&zstd, zstd::encode_all(text.as_bytes(), 3).unwrap()).unwrap();
    for path in [&path, &zstd] {
        let file = path.to_str().unwrap();
        assert_eq!(of(&["--no-follow", "-n", "2", file]), "INFO:a:48\nINFO:a:49\n");
        assert_eq!(of(&["--no-follow", "-n", "all", file]), text);
        assert_eq!(of(&[file]).lines().count(), 10);
    }
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let output = femto(&["--no-follow", "-n", "all", path.to_str().unwrap()], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("could not read"));
    fs::write(&path, b"\xfd7zXZ\0").unwrap();
    let output = femto(&["--no-follow", path.to_str().unwrap()], b"");
    assert!(String::from_utf8_lossy(&output.stderr).contains("xzcat"));
}

#[test]
fn the_end_of_a_huge_file_is_found_from_its_end() {
    let scratch = Scratch::new("tail-huge");
    let path = scratch.path("log");
    let mut file = File::create(&path).unwrap();
    // To be read from its beginning, it would take hours; it takes no room.
    file.seek(SeekFrom::Start(4 << 40)).unwrap();
    file.write_all(b"\nINFO:a:1\nINFO:a:2\nINFO:a:3\n").unwrap();
    let file = path.to_str().unwrap().to_owned();
    let last = within(PATIENCE, "the last lines", move || of(&["--no-follow", "-n", "2", &file]));
    assert_eq!(last, "INFO:a:2\nINFO:a:3\n");
}

#[test]
fn a_line_without_end_is_cut() {
    let mut bytes = vec![b'x'; 40 << 20];
    bytes.extend(b"\nINFO:a:next\n");
    let output = femto(&["--no-follow", "-n", "all"], &bytes);
    let lines: Vec<_> = output.stdout.split(|byte| *byte == b'\n').collect();
    assert_eq!((lines[0].len(), lines[1]), (16 << 20, &b"INFO:a:next"[..]));
    assert!(String::from_utf8_lossy(&output.stderr).contains("more than 16 MiB"));
}

#[test]
fn whoever_reads_may_want_no_more() {
    let scratch = Scratch::new("tail-head");
    let path = scratch.path("log");
    let many: String = (1..100_000).map(|line| format!("INFO:a:{line}\n")).collect();
    // Nothing more is written to the file, and it is followed; it is more than a pipe takes.
    for (text, arguments) in [
        ("INFO:a:1\nINFO:a:2\n", &[][..]),
        (&many, &["-n", "all"]),
        (&many, &["-n", "all", "--level", "info"]),
    ] {
        fs::write(&path, text).unwrap();
        let mut command = Command::new("bash");
        command.args(["-c", "set -o pipefail; \"$0\" tail \"$@\" | head -n 1"]);
        command.arg(env!("CARGO_BIN_EXE_femto")).args(arguments).arg(&path);
        let output = within(PATIENCE, "the pipe", move || command.output().unwrap());
        assert_eq!(out(&output), "INFO:a:1\n");
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    }
}

#[test]
fn wrong_arguments_say_what_is_allowed() {
    let scratch = Scratch::new("tail-errors");
    let path = scratch.path("log");
    fs::write(&path, "").unwrap();
    let file = path.to_str().unwrap();
    for (arguments, code, expected) in [
        (&["--field", "a==b", file][..], 2, "no operator \"==\": allowed are KEY, !KEY, KEY=VALUE"),
        (&["--field", "=b", file], 2, "allowed are KEY"),
        (&["--level", "loud", file], 1, "--level \"loud\": allowed are TRACE"),
        (&["--level-name", "X", file], 2, "NAME=NUMBER"),
        (&["--key", "sev=lvl", file], 2, "time, level, logger or message"),
        (&["--format", "%(message", file], 2, "format"),
        (&["-n", "-5", file], 2, "a number, `all`, and `+N`"),
        (&["--interval", "0", file], 2, "0.01 to 3600"),
        (&["--unparsed", "x", file], 2, "show, hide"),
        (&["--no-follow", "--follow", file], 2, "cannot be used with"),
        (&["--no-follow", "missing"], 1, "femto: missing: could not open it: No such file"),
        (&["--no-follow", "/"], 1, "/: could not read it"),
    ] {
        let output = femto(arguments, b"");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains(expected), "{arguments:?}: {told}");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
    fs::write(&path, "INFO:a:1\n").unwrap();
    let output = femto(&["--no-follow", "missing", file], b"");
    assert_eq!((output.status.code(), out(&output).contains("INFO:a:1")), (Some(1), true));
}

#[test]
fn an_interrupt_ends_it() {
    let scratch = Scratch::new("tail-interrupt");
    let path = scratch.path("log");
    fs::write(&path, "INFO:a:1\n").unwrap();
    let mut tail = Tail::start(&[], &[Path::new(&path)]);
    tail.wait_for(1);
    tail.interrupt();
}

#[test]
fn what_comes_by_a_pipe_is_shown_as_it_comes() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_femto"))
        .args(["tail", "--level", "info"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut read = [0; 64];
    for piece in ["INFO:a:1\nIN", "FO:a:2\n"] {
        input.write_all(piece.as_bytes()).unwrap();
        let size = output.read(&mut read).unwrap();
        assert_eq!(size, 9, "{:?}", String::from_utf8_lossy(&read[..size]));
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

/// The guide's files, commands, and what they show.
#[test]
fn the_guide_shows_what_is_shown() {
    let scratch = Scratch::new("tail-guide");
    let guide = include_str!("../../docs/rust.md");
    let section = guide.split_once("### Following logs").unwrap().1.split_once("\n## ").unwrap().0;
    let mut commands = 0;
    let mut blocks = section.split("```");
    while let (Some(before), Some(block)) = (blocks.next(), blocks.next()) {
        let block = block.split_once('\n').unwrap().1;
        let name =
            before.trim_end().rsplit_once("<!-- ").and_then(|(_, name)| name.strip_suffix(" -->"));
        if let Some(name) = name {
            fs::write(scratch.path(name), block).unwrap();
            continue;
        }
        for command in block.split("$ ").filter(|command| !command.is_empty()) {
            let (command, expected) = command.split_once('\n').unwrap();
            let program = Path::new(env!("CARGO_BIN_EXE_femto")).parent().unwrap();
            let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
            let output = Command::new("bash")
                .args(["-c", command])
                .env("PATH", path)
                .current_dir(scratch.path(""))
                .output()
                .unwrap();
            assert_eq!(
                out(&output),
                expected,
                "{command}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            commands += 1;
        }
    }
    assert_eq!(commands, 6);
}
