//! The same statement by this crate's macro and by the `log` crate's: the key-values are the same. The
//! crate's logger is the process's, so they have a file of their own.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::fmt::{self, Write as _};
use std::sync::Mutex;

use femto_core::bridge::log::install;
use femto_core::{Field, Formatter, FormatterBuilder, Handler, Level, Logger, Record, info};

static LINES: Lines = Lines(Mutex::new(String::new()));
static ROOT: Logger = Logger::root().with_handlers(&[&LINES]);

/// Logs a statement both ways; gives the lines of text and of JSON.
macro_rules! both {
    ($($statement:tt)*) => {{
        log::info!($($statement)*);
        let theirs = LINES.take();
        info!(logger: ROOT, $($statement)*);
        let ours = LINES.take();
        assert_eq!(ours.0, theirs.0, "{}", stringify!($($statement)*));
        (ours, theirs)
    }};
}

#[test]
fn a_statement_means_what_it_means_to_the_log_crate() {
    install(&ROOT).unwrap();
    let (peer, tries, seen) = ("10.0.0.7", 3_u8, Seen(1));
    macro_rules! same_types {
        ($($statement:tt)*) => {{
            let (ours, theirs) = both!($($statement)*);
            assert_eq!(ours.1, theirs.1);
            ours.1
        }};
    }
    same_types!("no pairs");
    same_types!(peer; "m");
    same_types!(peer, tries; "m {}", 1);
    same_types!(peer = "x"; "m");
    same_types!("dotted.key" = 1, type = 2; "m");
    let json = same_types!(
        t = true, f = false, i = -1_i8, j = i64::MIN, u = u64::MAX, w = i128::MIN, v = u128::MAX, x = 2.5,
        y = 0.1_f32 as f64, nan = f64::NAN, c = 'c', s = "two words", e = ""; "m"
    );
    assert_eq!(
        json,
        "{\"message\":\"m\",\"fields\":{\"t\":true,\"f\":false,\"i\":-1,\"j\":-9223372036854775808,\
         \"u\":18446744073709551615,\"w\":\"-170141183460469231731687303715884105728\",\
         \"v\":\"340282366920938463463374607431768211455\",\"x\":2.5,\"y\":0.10000000149011612,\
         \"nan\":null,\"c\":\"c\",\"s\":\"two words\",\"e\":\"\"}}"
    );
    same_types!(a:? = seen, b:debug = seen; "m");
    same_types!(a:% = seen, b:display = seen; "m");
    same_types!(seen:?; "m");
    same_types!(seen:%; "m");
    same_types!(seen:debug, peer; "m");
    same_types!(a:? = Some("quo\"ted"), b:? = vec![1, 2]; "m");
    // Numbers and texts shown by `Debug` or `Display` are texts here; there they keep their type.
    both!(a:? = peer, b:% = peer, c:? = tries, d:% = tries, e:? = 2.0; "m");
    both!(peer:?, tries:%; "m");
}

struct Seen(u8);

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seen {}", self.0)
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seen({})", self.0)
    }
}

/// Keeps a line of text and a line of JSON.
struct Lines(Mutex<String>);

impl Lines {
    fn take(&self) -> (String, String) {
        let lines = core::mem::take(&mut *self.0.lock().unwrap());
        let (text, json) = lines.split_once('\n').unwrap();
        (text.to_owned(), json.to_owned())
    }
}

impl Handler for Lines {
    fn level(&self) -> Level {
        Level::NOTSET
    }

    fn handle(&self, record: &Record<'_>) {
        const BUILDER: FormatterBuilder =
            FormatterBuilder::new().with_fields(&[Field::MESSAGE, Field::KEY_VALUES]);
        let mut lines = self.0.lock().unwrap();
        BUILDER.text().format(record, &mut *lines).unwrap();
        lines.write_char('\n').unwrap();
        BUILDER.json().format(record, &mut *lines).unwrap();
    }
}
