//! The shell, as the person at its terminal sees it.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use femto_core::embedded_io::{ErrorKind, ErrorType, Read, ReadReady, Write};
use femto_core::{
    CallSiteFilter, Handler, Level, LevelFilter, Limit, Logger, Pair, Record, RingHandler, Shell,
    TextFormatter, info, warn,
};
use proptest::prelude::*;

#[test]
fn a_session_reads_as_a_person_expects() {
    let _alone = alone();
    let mut shell: Shell = Shell::new(&HANDLERS);
    let screen =
        typed(&mut shell, b"\rlevel\rlevel net.tcp debug\rlevel net.tcp\rlevel net.tcp notset\r");
    assert_eq!(
        screen,
        "\
> level
logger                  own       effective
root                    INFO      INFO
net                     Level 25  Level 25
net.tcp                 -         Level 25
> level net.tcp debug
net.tcp: own DEBUG, effective DEBUG
> level net.tcp
net.tcp: own DEBUG, effective DEBUG
> level net.tcp notset
net.tcp: own -, effective Level 25
> "
    );
    let screen = typed(&mut shell, b"handler\rhandler uart warning\rhandler fixed warn\r");
    assert_eq!(
        screen,
        "\
handler
uart: all levels
fixed: from ERROR up
> handler uart warning
uart: from WARN up
> handler fixed warn
this handler's level cannot be changed
fixed: from ERROR up
> "
    );
    assert_eq!(Handler::level(&RING), Level::WARN);
    RING.set_level(Level::NOTSET);
    let help = typed(&mut shell, b"help\r");
    for word in ["level LOGGER LEVEL", "handler NAME LEVEL", "stats", "trace, debug, info"] {
        assert!(help.contains(word), "{help}");
    }
    assert!(help.lines().all(|line| line.len() <= 80), "{help}");
}

#[test]
fn what_is_wrong_is_named_with_what_is_allowed() {
    let _alone = alone();
    for (command, answer) in [
        ("lvel", "no command `lvel`; there are: help, level, limit, handler, stats"),
        ("level foo", "no logger `foo`; there are: root net net.tcp"),
        ("level foo debug", "no logger `foo`; there are: root net net.tcp"),
        (
            "level net loud",
            "`loud`: no such level: allowed are NOTSET, TRACE, DEBUG, INFO, WARN, WARNING, ERROR, \
             CRITICAL, FATAL, OFF, or a number from 0 to 255",
        ),
        ("limit foo", "no logger `foo`; there are: root net net.tcp"),
        ("limit net 5/10s", "net has no filter with a limit"),
        (
            "limit net.tcp 5 /10s",
            "`5 /10s`: no such limit: allowed are COUNT/PERIOD, as in 5/10s, with a unit of ms, s, min \
             or h, `first COUNT` and `every COUNT`",
        ),
        ("level net debug now", "`now` is too much; `help` shows the commands"),
        ("handler usb", "no handler `usb`; there are: uart fixed"),
        ("stats all", "`all` is too much; `help` shows the commands"),
        ("", ""),
        ("   ", ""),
    ] {
        assert_eq!(
            answered(command),
            if answer.is_empty() { String::new() } else { format!("{answer}\n") }
        );
    }
    assert_eq!(NET.level(), Level::new(25));
}

#[test]
fn statistics_are_those_of_the_handlers() {
    let _alone = alone();
    let (before, lost) = (RING.dropped(), Shell::<8>::new(&HANDLERS));
    (0..100).for_each(|n| warn!(logger: NET, "number {n}"));
    let mut text = String::new();
    lost.execute("stats", &mut text).unwrap();
    assert!(RING.dropped() > before);
    let line = text.lines().next().unwrap();
    assert!(line.starts_with("uart: "), "{text}");
    assert!(line.contains(&format!(" {} dropped,", RING.dropped())), "{text}");
    assert!(
        line.ends_with(&format!(" of {} bytes used at most", 64 * size_of::<usize>())),
        "{text}"
    );
    RING.drain(&TextFormatter::new(), &mut Vec::new()).unwrap();
}

#[test]
fn statistics_tell_what_filters_of_loggers_rejected() {
    let _alone = alone();
    let before = TCP.rejected();
    TCP.set_level(Level::INFO);
    (0..3).for_each(|_| info!(logger: TCP, "rejected"));
    TCP.set_level(Level::NOTSET);
    warn!(logger: TCP, "passes");
    assert_eq!(TCP.rejected(), before + 3);
    let text = answered("stats");
    let lines: Vec<_> = text.lines().filter(|line| line.starts_with("logger ")).collect();
    assert_eq!(lines, [format!("logger net.tcp: {} rejected", before + 3)]);
    RING.drain(&TextFormatter::new(), &mut Vec::new()).unwrap();
}

#[test]
fn limits_are_listed_shown_and_set() {
    let _alone = alone();
    assert_eq!(answered("limit"), "net.tcp: 1000/1h\n");
    assert_eq!(answered("  limit  net.tcp  first  3 "), "net.tcp: first 3\n");
    assert_eq!(LIMIT.limit(), Limit::First(3));
    assert_eq!(answered("limit net.tcp 2/1500ms"), "net.tcp: 2/1500ms\n");
    assert!(answered("limit net.tcp 2/7").starts_with("`2/7`: no such limit"));
    assert_eq!(answered("limit net.tcp"), "net.tcp: 2/1500ms\n");
    reset_levels();
}

#[test]
fn log_lines_do_not_tear_the_line_being_typed() {
    let _alone = alone();
    let mut shell: Shell = Shell::new(&HANDLERS);
    let mut wire = Vec::new();
    let drain = |shell: &mut Shell, wire: &mut Vec<u8>| {
        shell.beside(wire, |screen| RING.drain(&TextFormatter::new(), screen)).unwrap();
    };
    // Nobody typed: a log without escape sequences.
    info!(logger: ROOT, "booted");
    drain(&mut shell, &mut wire);
    assert_eq!(wire, b"INFO  root: booted\r\n");
    feed(&mut shell, b"\rlev", &mut wire);
    info!(logger: ROOT, "one");
    info!(logger: ROOT, "two");
    drain(&mut shell, &mut wire);
    assert_eq!(shown(&wire), "INFO  root: booted\nINFO  root: one\nINFO  root: two\n> lev");
    // Nothing to say: nothing is written.
    let length = wire.len();
    drain(&mut shell, &mut wire);
    assert_eq!(wire.len(), length);
    feed(&mut shell, b"el net\r", &mut wire);
    assert!(shown(&wire).ends_with("> level net\nnet: own Level 25, effective Level 25\n> "));
}

#[test]
fn a_line_that_is_no_command_is_answered_and_the_next_one_works() {
    let _alone = alone();
    let mut shell: Shell<12> = Shell::new(&HANDLERS);
    let too_long = typed(&mut shell, b"\rlevel net.tcp debug\rlevel net\r");
    assert_eq!(
        too_long,
        "> level net.tc\nthe line is too long: 12 bytes at most\n> level net\nnet: own Level 25, effective Level 25\n> "
    );
    assert!(typed(&mut shell, b"\xFF\xFE\r").contains("the line is not text in UTF-8"));
    assert_eq!(typed(&mut shell, b"rubbish\x03\x15help\x15"), "rubbish\n> \n> help\n> ");
}

#[test]
fn without_echo_there_are_answers_only() {
    let _alone = alone();
    let mut shell: Shell = Shell::new(&HANDLERS).with_echo(false);
    assert_eq!(
        typed(&mut shell, b"level net\r\n\r\nhandler uart\n"),
        "\
net: own Level 25, effective Level 25
uart: all levels
"
    );
}

#[test]
fn bytes_come_from_any_reader() {
    let _alone = alone();
    let mut shell: Shell = Shell::new(&HANDLERS).with_echo(false);
    let (mut input, mut output) =
        (Input(b"level net\nlevel n".iter().copied().collect()), Output(Vec::new()));
    shell.poll(&mut Pair::new(&mut input, &mut output)).unwrap();
    shell.poll(&mut Pair::new(&mut input, &mut output)).unwrap();
    assert_eq!(shown(&output.0), "net: own Level 25, effective Level 25\n");
    input.0.extend(b"et\nlevel net.tcp\n");
    shell.run(&mut Pair::new(&mut input, &mut output)).unwrap();
    assert_eq!(shown(&output.0).lines().count(), 3);
}

proptest! {
    /// Whatever is typed, the line on the screen is the line that is executed.
    #[test]
    fn what_the_screen_shows_is_what_is_executed(bytes in proptest::collection::vec(key(), 0..60)) {
        let _alone = alone();
        let mut shell: Shell<16> = Shell::new(&HANDLERS);
        let mut wire = Vec::new();
        feed(&mut shell, b"\r", &mut wire);
        feed(&mut shell, &bytes, &mut wire);
        let screen = shown(&wire);
        let line = screen.rsplit('\n').next().unwrap().strip_prefix("> ").unwrap().to_owned();
        feed(&mut shell, b"\r", &mut wire);
        let after = shown(&wire);
        let answer = after.strip_prefix(screen.trim_end()).unwrap().trim_start_matches(' ');
        let expected = answered(&line);
        prop_assert!(
            answer == format!("\n{expected}> ") || answer.starts_with("\nthe line is too long"),
            "{line:?} {answer:?} {expected:?}"
        );
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), echo: bool) {
        let _alone = alone();
        let mut shell: Shell<16> = Shell::new(&HANDLERS).with_echo(echo);
        let mut wire = Vec::new();
        feed(&mut shell, &bytes, &mut wire);
        // Whatever came before, Ctrl-C makes a new beginning.
        wire.clear();
        feed(&mut shell, b"\x03level net\r", &mut wire);
        prop_assert!(shown(&wire).contains("net: own "), "{:?}", wire);
        reset_levels();
    }

    #[test]
    fn no_command_makes_it_panic(words in proptest::collection::vec(word(), 0..5)) {
        let _alone = alone();
        let answer = answered(&words.join(" "));
        prop_assert!(answer.is_empty() || answer.ends_with('\n'));
        reset_levels();
    }
}

/// Keys of a person: characters, backspaces, arrows; no Enter.
fn key() -> impl Strategy<Value = u8> {
    prop_oneof![
        6 => proptest::sample::select(b"level nt.cp0".to_vec()),
        2 => Just(0x7F),
        1 => Just(0x08),
        1 => Just(b'\t'),
    ]
}

fn word() -> impl Strategy<Value = String> {
    let known = [
        "level", "limit", "handler", "stats", "help", "net", "net.tcp", "5/10s", "first", "uart",
        "debug", "0", "300", "é",
    ];
    prop_oneof![proptest::sample::select(known.map(String::from).to_vec()), ".{0,8}"]
}

static RING: RingHandler<64> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static NET: Logger = Logger::child("net", &ROOT).with_level(Level::new(25));
static TCP: Logger = Logger::child("net.tcp", &NET).with_filters(&[&WARNINGS, &LIMIT]);
static LIMIT: CallSiteFilter<2> = CallSiteFilter::new(LIMITED);
const LIMITED: Limit = Limit::AtMost { count: 1000, period: Duration::from_secs(3600) };
static WARNINGS: LevelFilter = LevelFilter::new(Level::WARN..=Level::OFF);
static HANDLERS: [(&str, &dyn Handler); 2] = [("uart", &RING), ("fixed", &Fixed)];

/// Takes errors only, for ever.
struct Fixed;

impl Handler for Fixed {
    fn level(&self) -> Level {
        Level::ERROR
    }

    fn handle(&self, _: &Record<'_>) {}
}

/// The loggers are the process's: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    static REGISTERED: Once = Once::new();
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    REGISTERED.call_once(|| {
        [&ROOT, &NET, &TCP].map(|logger| logger.register().unwrap()).into_iter().for_each(drop)
    });
    alone
}

fn reset_levels() {
    ROOT.set_level(Level::INFO);
    NET.set_level(Level::new(25));
    TCP.set_level(Level::NOTSET);
    RING.set_level(Level::NOTSET);
    LIMIT.set_limit(LIMITED);
}

fn answered(command: &str) -> String {
    let mut text = String::new();
    Shell::<16>::new(&HANDLERS).execute(command, &mut text).unwrap();
    text
}

fn feed<const N: usize>(shell: &mut Shell<N>, bytes: &[u8], wire: &mut Vec<u8>) {
    bytes.iter().for_each(|byte| shell.feed(*byte, wire).unwrap());
}

/// What a terminal shows after these keys.
fn typed<const N: usize>(shell: &mut Shell<N>, bytes: &[u8]) -> String {
    let mut wire = Vec::new();
    feed(shell, bytes, &mut wire);
    shown(&wire)
}

/// What a terminal shows that receives `wire`: CR, LF, backspace, bell, "erase the rest of the line".
fn shown(wire: &[u8]) -> String {
    let text = String::from_utf8_lossy(wire).replace("\x1b[K", "\x1b");
    let (mut above, mut line, mut column) = (String::new(), Vec::new(), 0_usize);
    for char in text.chars() {
        match char {
            '\r' => column = 0,
            '\n' => {
                assert_eq!(column, 0, "a staircase: {text:?}");
                above.extend(line.drain(..));
                above.push('\n');
            }
            '\x08' => column = column.checked_sub(1).unwrap(),
            '\x07' => {}
            '\x1b' => line.truncate(column),
            char => {
                line.truncate(line.len().max(column));
                if column < line.len() {
                    line[column] = char
                } else {
                    line.push(char)
                }
                column += 1;
            }
        }
    }
    // The cells right of the cursor are blank.
    assert!(line[column..].iter().all(|cell| *cell == ' '));
    above + &line[..column].iter().collect::<String>()
}

struct Input(VecDeque<u8>);

impl ErrorType for Input {
    type Error = ErrorKind;
}

impl Read for Input {
    fn read(&mut self, room: &mut [u8]) -> Result<usize, ErrorKind> {
        let Some(byte) = self.0.pop_front() else { return Ok(0) };
        room[0] = byte;
        Ok(1)
    }
}

impl ReadReady for Input {
    fn read_ready(&mut self) -> Result<bool, ErrorKind> {
        Ok(!self.0.is_empty())
    }
}

struct Output(Vec<u8>);

impl ErrorType for Output {
    type Error = ErrorKind;
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        if bytes.is_empty() {
            return Err(ErrorKind::InvalidInput);
        }
        self.0.push(bytes[0]);
        Ok(1)
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}
