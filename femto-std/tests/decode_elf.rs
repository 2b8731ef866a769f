//! `femto decode --elf`: frames as they lay in a microcontroller's ring, on a wire and in its memory.
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

#[path = "support/program.rs"]
mod program;

use std::path::PathBuf;
use std::process::{Command, Output};

use femto_core::Value;
use femto_core::frame::portable::{Portable, Style};
use program::{ABOUT, FROM_RING, Program, about, frame, packet};

const INFO: u8 = 20;
const U32: u32 = 9;
const STR: u32 = 16;

/// A program, and where its statics are.
struct App {
    program: Program,
    net: u32,
    up: u32,
    peer: u32,
}

impl App {
    fn new(before: usize) -> Self {
        let mut program = Program::new(before);
        let net = program.logger("net");
        let up = program.site(INFO, 7, "up in {:>4} ms", &[], None);
        let peer = program.site(0, 8, "no answer", &["peer"], Some("net.rx"));
        Self { program, net, up, peer }
    }

    fn up(&self, time: u64, ms: u32) -> Vec<u8> {
        frame(0, INFO, self.up, self.net, time, &[(U32, &[ms])])
    }

    fn peer(&self, time: u64) -> Vec<u8> {
        frame(1, 30, self.peer, self.net, time, &[(STR, &[2, 0x6261])])
    }

    /// What it sends at first, with a clock of 1,000 ticks per second.
    fn about(&self) -> Vec<u8> {
        packet(ABOUT, 0, &about(self.program.mark, 1000))
    }

    /// Runs the command, with its ELF.
    fn decode(&self, arguments: &[&str], input: &[u8]) -> Output {
        decode(Some(&self.program.elf(1, 1)), arguments, input)
    }
}

#[test]
fn frames_on_a_wire_become_records() {
    let app = App::new(0);
    let stream = [
        packet(FROM_RING, 0, &app.up(12, 5)), // before anything is known of the clock
        app.about(),
        packet(FROM_RING, 0, &app.up(1500, 12)),
        packet(FROM_RING, 1, &app.peer(2500)),
    ];
    let stream = stream.concat();
    let output = app.decode(&[], &stream);
    let expected = "INFO  net: up in    5 ms\n\
        WARN  femtologging: the writer began anew\n\
        [   1.500000] INFO  net: up in   12 ms\n\
        [   2.500000] WARN  net.rx: no answer peer=ab [cut]\n";
    assert_eq!(text(&output.stdout), expected);
    assert_eq!((text(&output.stderr).as_str(), output.status.code()), ("", Some(0)));
    let json = app.decode(&["--format", "json", "--level", "warn", "--logger", "net"], &stream);
    let record = r#"{"uptime":2.500000000,"level":"WARN","logger":"net.rx","message":"no answer","location":"main.rs:8","fields":{"peer":"ab"},"cut":true}"#;
    assert_eq!(text(&json.stdout).lines().last(), Some(record));
    let logfmt = app.decode(&["--format", "logfmt", "--level", "warn", "--logger", "net"], &stream);
    let record = r#"uptime=2.500000000 level=WARN logger=net.rx message="no answer" location="main.rs:8" peer=ab cut=true"#;
    assert_eq!(text(&logfmt.stdout).lines().last(), Some(record));
}

#[test]
fn a_clock_with_a_calendar_gives_dates() {
    let app = App::new(0);
    let mut payload = about(app.program.mark, 1000);
    payload.extend(1_795_655_897_u64.to_le_bytes());
    payload.extend(250_000_000_u32.to_le_bytes());
    let stream = [packet(ABOUT | 4, 0, &payload), packet(FROM_RING, 0, &app.up(1500, 12))].concat();
    let seen = text(&app.decode(&[], &stream).stdout);
    assert_eq!(seen, "2026-11-26T01:18:18.750000Z INFO  net: up in   12 ms\n");
}

#[test]
fn a_loss_is_told_where_it_happened() {
    let app = App::new(0);
    let stream = [
        app.about(),
        packet(FROM_RING, 0, &app.up(1, 1)),
        packet(FROM_RING, 2, &app.up(3, 3)),
        packet(ABOUT, 5, &about(app.program.mark, 1000)),
        packet(FROM_RING, 5, &app.up(4, 4)),
    ];
    let output = app.decode(&[], &stream.concat());
    let expected = "[   0.001000] INFO  net: up in    1 ms\n\
        [   0.003000] WARN  femtologging: 1 records lost\n\
        [   0.003000] INFO  net: up in    3 ms\n\
        WARN  femtologging: 2 records lost\n\
        [   0.004000] INFO  net: up in    4 ms\n";
    assert_eq!(text(&output.stdout), expected);
    assert!(
        text(&output.stderr).contains("3 records; 0 bytes skipped in 0 places; 3 records lost")
    );
}

#[test]
fn another_program_s_elf_is_refused() {
    let (app, later) = (App::new(0), App::new(8));
    // The same statements, at other addresses by eight; these frames would even read, as other ones.
    let stream = [later.about(), packet(FROM_RING, 0, &app.up(1, 1))].concat();
    let output = app.decode(&[], &stream);
    let said = text(&output.stderr);
    assert!(
        said.contains("another image; expected the ELF of the very build that wrote it"),
        "{said}"
    );
    assert_eq!((text(&output.stdout).as_str(), output.status.code()), ("", Some(1)));
    // Nor is a frame believed that says nothing about itself, if the ELF has no such statement.
    let stream = packet(FROM_RING, 0, &frame(0, INFO, app.up + 4, app.net, 1, &[(U32, &[1])]));
    assert_eq!(app.decode(&[], &stream).status.code(), Some(1));
}

#[test]
fn records_of_others_need_no_elf() {
    // A record of the `log` crate, cut: by the program's clock, and in nanoseconds since the epoch.
    let other = |flags: u32, time: u64| {
        let frame = Portable {
            level: femto_core::Level::INFO,
            time,
            name: "hal",
            template: "{ready}",
            arguments: &[][..],
            key_values: Some(&[("bus", Value::U8(1))][..]),
            ..Default::default()
        };
        let mut bytes = Vec::new();
        frame.write(&mut bytes).unwrap();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        let header = (bytes.len() as u32 / 4 + 1) | 20 << 12 | flags << 20 | 2 << 29;
        packet(FROM_RING, 0, &[&header.to_le_bytes()[..], &bytes].concat())
    };
    let app = App::new(0);
    let stream = [app.about(), other(1, 1500)].concat();
    let seen = text(&decode(None, &[], &stream).stdout);
    assert_eq!(seen, "[   1.500000] INFO  hal: {ready} bus=1 [cut]\n");
    let seen = text(&decode(None, &[], &other(2, 1_795_655_897_000_000_000)).stdout);
    assert_eq!(seen, "2026-11-26T01:18:17.000000Z INFO  hal: {ready} bus=1\n");
}

#[test]
fn without_an_elf_the_message_says_what_is_expected() {
    let app = App::new(0);
    let stream = [app.about(), packet(FROM_RING, 0, &app.up(1, 1))].concat();
    let output = decode(None, &[], &stream);
    let said = text(&output.stderr);
    assert!(said.contains("another image; expected --elf with the program"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn programs_of_64_bits_are_told_to_spell_out() {
    let app = App::new(0);
    let stream = packet(FROM_RING | 32, 0, &[0; 32]);
    let said = text(&app.decode(&[], &stream).stderr);
    assert!(
        said.contains("by an index, which only that program knows; let a WireFormatter"),
        "{said}"
    );

    let output = decode(Some(&app.program.elf(2, 1)), &[], &stream);
    let said = text(&output.stderr);
    assert!(
        said.contains("a 64-bit program (Aarch64): its rings name statements by an index"),
        "{said}"
    );
    let output = decode(Some(&app.program.elf(1, 2)), &[], &stream);
    assert!(text(&output.stderr).contains("a big-endian program"), "{}", text(&output.stderr));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn memory_has_a_crash_log_and_rings_in_it() {
    let app = App::new(0);
    let memory = [
        vec![0x5a; 64],
        retained(40, 3, "stalled"),
        retained(80, 4, "started"),
        vec![0; 12],
        // Overwritten in part.
        retained(60, 3, "torn")[8..].to_vec(),
        retained(20, 3, "spinning up"),
        vec![0xa5; 16],
        app.peer(2500),
        vec![0; 32],
        app.up(1500, 12),
    ];
    let memory = memory.concat();
    let output = app.decode(&["--ticks-per-second", "1000"], &memory);
    let crash_log = "[   0.020000] ERROR motor: spinning up at 1200 boot=3 rpm=7 [recovered]\n\
        [   0.040000] ERROR motor: stalled at 1200 boot=3 rpm=7 [recovered]\n\
        [   0.080000] ERROR motor: started at 1200 rpm=7\n";
    let ring = "[   1.500000] INFO  net: up in   12 ms\n\
        [   2.500000] WARN  net.rx: no answer peer=ab [cut]\n";
    assert_eq!(text(&output.stdout), [crash_log, ring].concat());
    let without = app.decode(&[], &memory);
    assert!(
        text(&without.stdout)
            .ends_with("INFO  net: up in   12 ms\nWARN  net.rx: no answer peer=ab [cut]\n")
    );
    assert!(text(&without.stderr).contains("--ticks-per-second"));
    // A crash log is spelled out.
    assert_eq!(text(&decode(None, &[], &memory).stdout), crash_log);
}

/// A frame of a `RetainedHandler`, its position and boot, on a target of 32 bits.
fn retained(position: u32, boot: u16, message: &str) -> Vec<u8> {
    let template = format!("{message} at {{}}");
    let frame = Portable {
        level: femto_core::Level::ERROR,
        style: Style::Rust,
        time: position.into(),
        name: "motor",
        template: template.as_str(),
        arguments: &[Value::U16(1200)][..],
        key_values: Some(&[("rpm", Value::U8(7))][..]),
        ..Default::default()
    };
    let mut bytes = Vec::new();
    frame.write(&mut bytes).unwrap();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    let mut units = vec![0, position, boot.into(), 1000];
    units.extend(bytes.as_chunks().0.iter().map(|unit| u32::from_le_bytes(*unit)));
    units[0] = (units.len() as u32 + 1) | 40 << 12 | 2 << 29;
    // Half of MurmurHash3's finalizer, from the seed of this encoding.
    let check = units.iter().fold(0x6674_6c32_u32, |check, unit| {
        let mixed = (check ^ unit).wrapping_mul(0x85eb_ca6b);
        (mixed ^ mixed >> 16).wrapping_mul(0xc2b2_ae35)
    });
    units.insert(1, check);
    units.iter().flat_map(|unit| unit.to_le_bytes()).collect()
}

/// Runs the command on files.
fn decode(elf: Option<&[u8]>, arguments: &[&str], input: &[u8]) -> Output {
    static NUMBER: core::sync::atomic::AtomicU32 = core::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
    let file = |name: &str, bytes: &[u8]| -> PathBuf {
        let name = format!("femto-decode-{}-{number}.{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_femto"));
    command.arg("decode").args(arguments);
    let mut files = Vec::new();
    if let Some(elf) = elf {
        files.push(file("elf", elf));
        command.arg("--elf").arg(&files[0]);
    }
    files.push(file("bin", input));
    let output = command.arg(&files[files.len() - 1]).output().unwrap();
    files.iter().for_each(|path| std::fs::remove_file(path).unwrap());
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
