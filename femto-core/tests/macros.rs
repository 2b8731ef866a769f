//! The macros, compared with `format!`: each statement is rendered on the spot by one handler, and
//! by another from a frame of a ring.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::cell::{Cell, RefCell};
use core::fmt;
use std::sync::{Mutex, PoisonError};

use femto_core::{
    Formatter, Handler, Hex, Hexdump, Level, Logger, Record, RingHandler, critical, debug, error,
    info, log, trace, warn,
};

#[test]
fn positions_and_names_mean_what_they_mean_to_format() {
    let (a, b, name) = (1, -2_i8, "n");
    same!("plain");
    same!("");
    same!("{}", 7);
    same!("{} {}", 7, "x");
    same!("{1} {0} {1}", 7, "x");
    same!("{} {0} {}", 7, "x");
    same!("{x} {y}", x = 1.5, y = true);
    same!("{} {y}", 3_u64, y = 'c');
    same!("{a} {b} {name}");
    same!("{a} {}", name);
    same!("{a}{a}{a}");
    same!("{a} {a}", a = 9);
    same!("{0} {x} {}", a, x = b);
    same!("{type} {type}", r#type = 5);
    let r#match = 6;
    same!("{match} {match:?}");
    same!("trailing comma {}", 1,);
}

#[test]
fn specifications_mean_what_they_mean_to_format() {
    let (width, precision, x) = (9, 2, 2.345);
    same!("[{:5}] [{:<5}] [{:^5}] [{:>5}]", 1, 2, 3, 4);
    same!("[{:*^9}] [{:#>4}] [{:é<4}] [{:{<4}] [{:}>4}]", "mid", 1, 2, 3, 4);
    same!("{:+} {:+} {:05} {:+08.2}", 1, -1, 42, 2.5);
    same!("{:x} {:X} {:#x} {:#010x} {:o} {:#b} {:#010b}", 255, 255, 255, 255, 8, 5, 5);
    same!("{:e} {:E} {:.1e}", 1234.5, 0.00012, 98765.0);
    same!("{:?} {:#?} {:x?} {:X?} {:#x?} {:02x?}", 10, 10, 10, 10, 10, 10);
    same!("{:?} {:#?} {:?}", "quo\"te\n", 'c', true);
    same!("[{:width$}] [{:.precision$}] [{:width$.precision$}]", 1, 2.0, x);
    same!("[{:>1$}] [{:.*}] [{:>1$.1$}]", 4.5, 7, 3.5, 2.25);
    same!("[{:.*}] [{:>w$.*}]", 1, 2.25, 3, 4.125, w = 10);
    same!("[{x:>width$.precision$}] [{x:^+width$.1}] [{:0width$}]", 12);
    same!("[{:.3}] [{:8.3}] [{:.0}]", "truncated", "truncated", "gone");
    same!("{:?} {:.1?} {:?} {:e}", 1.0, 2.55, f32::MAX, f64::MIN_POSITIVE);
    same!("{} {} {}", f64::NAN, f32::INFINITY, -0.0);
    same!("{0:1$} {0:>1$} {1}", 5, 4);
    same!("{ } {0 } {0 :?} {x :.1 }", 1);
}

#[test]
fn a_width_beyond_what_format_takes_is_cut_not_panicked_at() {
    let width = usize::MAX;
    let messages = direct(|| info!(logger: WIDE, "{:width$} {:>width$}", 1, Shown(2)));
    assert_eq!(messages[0].0.len(), 2 * usize::from(u16::MAX) + 1);
}

#[test]
fn braces_are_escaped_as_in_format() {
    let a = 1;
    same!("{{}}");
    same!("{{{}}}", 1);
    same!("{{{{{a}}}}} }}{{");
    same!("{{a}}");
    same!(r"raw \ {}", 1);
    same!(r#"raw "{}""#, 2);
    same!("tab\t nul\0 newline\n {} é 日本", "\u{1f980}");
}

#[test]
fn integers_of_all_widths_keep_their_type() {
    same!("{} {} {} {}", i8::MIN, i16::MIN, i32::MIN, i64::MIN);
    same!("{} {} {} {}", u8::MAX, u16::MAX, u32::MAX, u64::MAX);
    same!("{} {} {} {}", i128::MIN, u128::MAX, isize::MIN, usize::MAX);
    same!("{:x} {:x} {:x} {:x} {:x} {:x}", -1_i8, -1_i16, -1_i32, -1_i64, -1_i128, -1_isize);
    same!("{:b} {:o} {:#X}", -128_i8, u128::MAX, i128::MIN);
}

#[test]
fn other_types_are_rendered_on_the_spot() {
    let list = vec![1, 2];
    same!("{:?} {:#?} {:x?}", list, list, list);
    same!("{:?} {:?}", Some("x"), None::<i32>);
    same!("{} {:?}", Shown(3), Seen(4));
    same!("[{:>8}] [{:<8}] [{:^+8}]", Shown(3), Shown(4), Shown(5));
    same!("[{0:>1$}] [{0:w$}] {0}", Shown(3), 6, w = 7);
    let make = || Shown(1);
    same!("{} {}", make(), Level::INFO);
    same!("{}", format_args!("{} {}", 1, Shown(2)));
    let shown: &dyn fmt::Display = &Shown(6);
    let boxed: Box<dyn fmt::Display> = Box::new(Shown(7));
    same!("{shown} {boxed} {}", boxed);
}

#[test]
fn pointers_are_those_of_the_original() {
    let (value, text) = (5_u8, String::from("x"));
    let reference = &value;
    same!("{:p} {reference:p} {:p}", &value, text.as_str());
    same!("{:p} [{:>20p}] {:#p}", core::ptr::from_ref(reference), reference, reference);
}

#[test]
fn references_and_texts_are_typed() {
    let (text, number) = (String::from("owned"), 5);
    let reference = &&number;
    let short: heapless::String<8> = "short".try_into().unwrap();
    let mut changing = 1;
    let exclusive = &mut changing;
    same!("{text} {} {} {short}", &text, text.as_str());
    same!("{reference} {reference:?} {:04}", reference);
    same!("{} {:>9}", std::borrow::Cow::Borrowed("cow"), Box::<str>::from("box"));
    same!("{exclusive} {}", &mut 3);
    *exclusive = 2;
    assert_eq!(changing, 2);
}

#[test]
fn bytes_are_typed() {
    let (array, list) = ([1_u8, 0xab], vec![2_u8; 20]);
    let short: heapless::Vec<u8, 4> = heapless::Vec::from_slice(&array).unwrap();
    same!("{:?} {array:02x?} {:#?} {short:X?} {:?}", array, list, &list[..3]);
    same!("{} {:?} {} {:#}", Hex(&array), Hex(&array), Hexdump(&list), Hexdump(&array));
    assert_eq!(logged(|| info!(logger: LOG, id = Hex(&array); "m")), ["m id=01ab"]);
    let dump = Hexdump(&list).to_string();
    assert_eq!(logged(|| info!(logger: LOG, d = Hexdump(&list); "m")), [format!("m d={dump}")]);
    assert_eq!(logged(|| info!(logger: LOG, d:? = array; "m")), ["m d=[1, 171]"]);
}

#[test]
fn more_than_sixteen_arguments_are_rendered_on_the_spot() {
    same!(
        "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}",
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        11,
        12,
        13,
        14,
        15,
        16
    );
    let captured = 18;
    same!(
        "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {x} {captured}",
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        11,
        12,
        13,
        14,
        15,
        16,
        x = 17
    );
}

#[test]
fn templates_that_are_not_literals_are_rendered_on_the_spot() {
    same!(concat!("a {} ", "b {x}"), 1, x = 2);
    same!(stringify!(text));
    macro_rules! template {
        () => {
            "from a macro {}"
        };
    }
    same!(template!(), 3);
}

#[test]
fn statements_work_inside_other_macros() {
    macro_rules! with_literal {
        ($template:literal $(, $argument:expr)*) => {
            same!($template $(, $argument)*)
        };
    }
    macro_rules! with_tokens {
        ($($tokens:tt)*) => { info!(logger: LOG, $($tokens)*) };
    }
    let inner = 5;
    with_literal!("{} {}", 1 + 1, inner);
    with_literal!("{inner}");
    assert_eq!(logged(|| with_tokens!("{inner} {}", 2)), ["5 2"]);
    assert_eq!(logged(|| with_tokens!(key = inner; "{}", 2)), ["2 key=5"]);
}

#[test]
fn generic_functions_can_log_their_arguments() {
    fn shown<T: fmt::Display + fmt::Debug>(value: T) {
        same!("{value} {value:?} {:>4}", value);
    }
    fn typed<T: femto_core::Capture + fmt::LowerHex>(value: T) {
        same!("{value:x}");
    }
    trait Method: fmt::Display {
        fn method(&self) {
            same!("{self}");
        }
    }
    impl Method for i32 {}
    5.method();
    shown(5);
    shown("text");
    typed(255_u16);
}

#[test]
fn arguments_are_evaluated_once_and_only_if_the_record_is_wanted() {
    let count = Cell::new(0);
    let next = || {
        count.set(count.get() + 1);
        count.get()
    };
    assert_eq!(logged(|| info!(logger: LOG, "{0} {0:?} {0:>3} {}", next())), ["1 1   1 1"]);
    assert_eq!(logged(|| info!(logger: LOG, k = next(); "{n} {n}", n = next())), ["2 2 k=3"]);
    assert_eq!(logged(|| trace!(logger: LOG, k = next(); "{}", next())), [""; 0]);
    assert_eq!(count.get(), 3);
}

#[test]
fn temporaries_live_as_long_as_the_statement() {
    let made = || String::from("made");
    same!("{} {}", made().as_str(), made().trim());
    assert_eq!(logged(|| info!(logger: LOG, k = made().as_str(); "{}", made())), ["made k=made"]);
}

#[test]
fn a_statement_is_an_expression_and_borrows_only() {
    let owned = vec![1];
    let statements = || {
        let unit: () = info!(logger: LOG, "{owned:?}");
        match owned.len() {
            1 => info!(logger: LOG, "arm {unit:?}"),
            _ => warn!(logger: LOG, "other arm"),
        }
    };
    assert_eq!(logged(statements), ["[1]", "arm ()"]);
    drop(owned);
}

#[test]
fn key_values_are_taken_as_the_log_crate_takes_them() {
    let (peer, tries, seen) = ("10.0.0.7", 3_u8, Seen(1));
    let pairs = |f: fn()| logged(f);
    assert_eq!(logged(|| info!(logger: LOG, peer; "m")), ["m peer=10.0.0.7"]);
    assert_eq!(logged(|| info!(logger: LOG, peer, tries; "m")), ["m peer=10.0.0.7 tries=3"]);
    assert_eq!(logged(|| info!(logger: LOG, peer = 1, b = 2.5,; "{}", 3)), ["3 peer=1 b=2.5"]);
    assert_eq!(
        logged(|| info!(logger: LOG, a:? = peer, b:% = peer; "m")),
        ["m a=\"10.0.0.7\" b=10.0.0.7"]
    );
    assert_eq!(logged(|| info!(logger: LOG, seen:?, tries:%; "m")), ["m seen=Seen(1) tries=3"]);
    assert_eq!(
        logged(|| info!(logger: LOG, a:debug = "x", b:display = "y"; "m")),
        ["m a=\"x\" b=y"]
    );
    assert_eq!(
        pairs(|| info!(logger: LOG, "dotted.key" = 1, type = "t"; "m")),
        ["m dotted.key=1 type=t"]
    );
    assert_eq!(
        pairs(|| info!(logger: LOG, e:err = fmt::Error, s = Shown(2); "m")),
        ["m e=an error occurred when formatting an argument s=2"]
    );
    assert_eq!(logged(|| info!(logger: LOG, k = tries; "{tries} {}", 5)), ["3 5 k=3"]);
    assert_eq!(
        pairs(|| {
            info!(
                logger: LOG,
                a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9, j = 10, k = 11,
                l = 12, m = 13, n = 14, o = 15;
                "{} {}", 1, 2
            );
        }),
        ["1 2 a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9 j=10 k=11 l=12 m=13 n=14 o=15"]
    );
}

#[test]
fn levels_reach_the_record() {
    let level = Level::new(33);
    assert_eq!(levels(|| trace!(logger: ALL, "")), [Level::TRACE]);
    assert_eq!(levels(|| debug!(logger: ALL, "")), [Level::DEBUG]);
    assert_eq!(levels(|| info!(logger: ALL, "")), [Level::INFO]);
    assert_eq!(levels(|| warn!(logger: ALL, "")), [Level::WARN]);
    assert_eq!(levels(|| error!(logger: ALL, "")), [Level::ERROR]);
    assert_eq!(levels(|| critical!(logger: ALL, "")), [Level::CRITICAL]);
    assert_eq!(levels(|| log!(logger: ALL, level, "{}", 1)), [level]);
    assert_eq!(levels(|| log!(logger: ALL, Level::new(7), key = 1; "m")), [Level::new(7)]);
    assert_eq!(levels(|| log!(logger: LOG, Level::DEBUG, "m")), []);
}

#[test]
fn loggers_are_expressions() {
    let by_reference: &'static Logger = &LOG;
    let choose = |_: bool| &LOG;
    assert_eq!(logged(|| info!(logger: by_reference, "a")), ["a"]);
    assert_eq!(logged(|| info!(logger: choose(true), "b")), ["b"]);
    assert_eq!(logged(|| info!(logger: LOG, target: "own", "c")), ["c"]);
    assert_eq!(names(|| info!(logger: LOG, target: "own", "c")), ["own"]);
    assert_eq!(names(|| info!(logger: LOG, "c")), ["macros"]);
}

#[test]
fn a_call_site_tells_its_place() {
    let sites = || {
        info!(logger: LOG, key = 1; "{} template", 1);
        line!() - 1
    };
    let mut line = 0;
    let record = described(|| line = sites());
    assert_eq!(record, [format!("{}:{line} {} {{}} template [\"key\"]", file!(), module_path!())]);
}

/// Implements `Display` only, and minds the width.
struct Shown(u8);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

/// Implements `Debug` only.
#[derive(Debug)]
struct Seen(#[expect(dead_code, reason = "shown by Debug")] u8);

/// Logs, and compares message and `format!`.
#[macro_export]
macro_rules! same {
    ($($arguments:tt)*) => {
        assert_eq!(logged(|| info!(logger: LOG, $($arguments)*)), [format!($($arguments)*)])
    };
}

static LOG: Logger = Logger::child("macros", &ALL).with_level(Level::INFO);
static ALL: Logger = Logger::root().with_level(Level::NOTSET).with_handlers(&[&Captured, &RING]);
/// Too wide for the ring.
static WIDE: Logger = Logger::root().with_handlers(&[&Captured]);
static RING: RingHandler<1024> = RingHandler::new();
/// The ring is emptied by the test that wrote to it.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

thread_local! {
    static CAPTURED: RefCell<Vec<Caught>> = const { RefCell::new(Vec::new()) };
}

/// Message and key-values, level, name, call site.
struct Caught(String, Level, String, String);

struct Captured;

impl Handler for Captured {
    fn level(&self) -> Level {
        Level::NOTSET
    }

    fn handle(&self, record: &Record<'_>) {
        let mut text = String::new();
        Plain.format(record, &mut text).unwrap();
        let site = record.site().unwrap();
        let place = format!(
            "{}:{} {} {} {:?}",
            site.file, site.line, site.module_path, site.template, site.keys
        );
        let name = record.logger_name().to_owned();
        CAPTURED.with_borrow_mut(|all| all.push(Caught(text, record.level(), name, place)));
    }
}

/// Message and key-values.
struct Plain;

impl Formatter for Plain {
    fn format(&self, record: &Record<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
        record.write_message(out)?;
        record.key_values().try_for_each(|(key, value)| write!(out, " {key}={value}"))
    }
}

/// Keeps each record apart in the drain.
struct Separated;

impl Formatter for Separated {
    fn format(&self, record: &Record<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
        Plain.format(record, out)?;
        out.write_char('\u{1}')
    }
}

fn direct(f: impl FnOnce()) -> Vec<Caught> {
    CAPTURED.take();
    f();
    CAPTURED.take()
}

fn caught(f: impl FnOnce()) -> Vec<Caught> {
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let caught = direct(f);
    let mut drained = Vec::new();
    let report = RING.drain(&Separated, &mut drained).unwrap();
    assert_eq!((report.written, report.damaged), (caught.len(), 0));
    let drained = String::from_utf8(drained).unwrap();
    let drained: Vec<_> = drained.split_terminator("\u{1}\n").collect();
    let direct: Vec<_> = caught.iter().map(|caught| caught.0.as_str()).collect();
    assert_eq!(drained, direct, "the frame says something else than the record");
    caught
}

fn logged(f: impl FnOnce()) -> Vec<String> {
    caught(f).into_iter().map(|caught| caught.0).collect()
}

fn levels(f: impl FnOnce()) -> Vec<Level> {
    caught(f).into_iter().map(|caught| caught.1).collect()
}

fn names(f: impl FnOnce()) -> Vec<String> {
    caught(f).into_iter().map(|caught| caught.2).collect()
}

fn described(f: impl FnOnce()) -> Vec<String> {
    caught(f).into_iter().map(|caught| caught.3).collect()
}
