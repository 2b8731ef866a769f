//! Statements whose records are kept in retained RAM: what comes out is what `format!` makes.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use std::fmt;

use femto_core::{
    Filter, Handler, Level, LevelFilter, Logger, Record, RetainedHandlerBuilder, TextFormatter,
    debug, error, info, retained, words,
};

retained! {
    static LOG: RetainedHandler<{ words(4096) }>;
    static ERRORS: RetainedHandler<SMALL> = RetainedHandlerBuilder::new().with_level(Level::ERROR);
    /// With all that can be said.
    pub static WARNINGS: RetainedHandler<128> =
        RetainedHandlerBuilder::new().with_filters(&FILTERS), in ".noinit.warnings";
}
const SMALL: usize = 64;
static FILTERS: [&dyn Filter; 1] = [&ONLY_WARNINGS];
static ONLY_WARNINGS: LevelFilter = LevelFilter::new(Level::WARN..=Level::ERROR);
static ROOT: Logger = Logger::root().with_handlers(&[&LOG, &ERRORS, &WARNINGS]);
static NET: Logger = Logger::child("net", &ROOT);

#[test]
fn statements_come_out_as_format_makes_them() {
    for handler in [&LOG as &dyn Handler, &ERRORS, &WARNINGS] {
        assert!(handler.level() <= Level::ERROR);
    }
    LOG.start("1");
    ERRORS.start("1");
    WARNINGS.start("1");
    let mut expected = String::new();
    macro_rules! same {
        ($($message:tt)*) => {{
            info!(logger: NET, $($message)*);
            expected.push_str(&format!("INFO  net: {}\n", format_args!($($message)*)));
        }};
    }
    let (ms, name, wide) = (12, "eth0", 7_usize);
    same!("up");
    same!("braces {{}} {{{ms}}}");
    same!("{} {ms} {name} {0} {}", -3, 'x');
    same!("{:?} {:>8.3} {:#x} {name:>wide$}", name, 2.5, 255);
    same!("{} and {}", Shown(5), Shown(6));
    same!("{:>9}|{}", Shown(5), true);
    same!("{}", "é".repeat(20));
    info!(logger: NET, peer = name, tries:? = Some(3), shown:% = Shown(1); "no answer after {ms} ms");
    expected.push_str("INFO  net: no answer after 12 ms peer=eth0 tries=Some(3) shown=<1>\n");
    debug!(logger: NET, "below the level");
    error!(logger: NET, target: "net.rx", "{} of {}", 1, 2);
    expected.push_str("ERROR net.rx: 1 of 2\n");

    let mut text = Vec::new();
    assert_eq!(LOG.drain(&TextFormatter::new(), &mut text).unwrap().written, 9);
    assert_eq!(String::from_utf8(text).unwrap(), expected);
    for handler in [&ERRORS as &dyn Drain, &WARNINGS] {
        assert_eq!(handler.text(), "ERROR net.rx: 1 of 2\n");
    }
}

#[test]
fn what_a_display_logs_comes_before_the_record_it_is_in() {
    retained! {
        static NESTED: RetainedHandler<128>;
    }
    static NESTED_ROOT: Logger = Logger::root().with_handlers(&[&NESTED]);
    struct Logging;
    impl fmt::Display for Logging {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            info!(logger: NESTED_ROOT, "from within");
            f.write_str("logging")
        }
    }
    NESTED.start("1");
    info!(logger: NESTED_ROOT, "outer {}", Logging);
    assert_eq!(NESTED.text(), "INFO  root: from within\nINFO  root: outer logging\n");
}

struct Shown(u8);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("<{}>", self.0))
    }
}

trait Drain {
    fn text(&self) -> String;
}

impl<const WORDS: usize> Drain for femto_core::RetainedHandler<WORDS> {
    fn text(&self) -> String {
        let mut text = Vec::new();
        self.drain(&TextFormatter::new(), &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }
}

/// A record is seen only while it is drained.
#[test]
fn recovered_is_said_only_of_what_a_reset_left() {
    retained! {
        static FRESH: RetainedHandler<64>;
    }
    struct Look(std::sync::Mutex<Vec<bool>>);
    impl Handler for Look {
        fn level(&self) -> Level {
            Level::NOTSET
        }
        fn handle(&self, record: &Record<'_>) {
            self.0.lock().unwrap().push(record.is_recovered());
        }
    }
    static FRESH_ROOT: Logger = Logger::root().with_handlers(&[&FRESH]);
    FRESH.start("1");
    info!(logger: FRESH_ROOT, "now");
    let look = Look(Vec::new().into());
    assert_eq!(FRESH.forward(&[&look]).written, 1);
    assert_eq!(*look.0.lock().unwrap(), [false]);
}
