//! Key-values and arguments of every kind, typed and rendered, as text, logfmt and JSON. Prints what the firmware's
//! program of this name does.

use core::fmt;
use std::sync::Arc;

use femto_core::{Hex, Hexdump};
use femto_std::{Level, Logger, Manager, get_logger, info, warn};
use host::{LINES, Outcome, log_to_stdout};

fn main() -> Outcome {
    let (_guard, handler) = log_to_stdout()?;
    let root = Manager::global().root();
    let net = get_logger("net");
    root.set_level(Level::INFO);
    log(&root, &net);
    handler.set_formatter(Arc::new(LINES.logfmt()));
    log(&root, &net);
    handler.set_formatter(Arc::new(LINES.json()));
    log(&root, &net);
    Ok(())
}

fn log(root: &Logger, net: &Logger) {
    let (peer, tries) = ("10.0.0.7", 3_u8);
    info!(logger: net, peer, tries; "no answer after {:.1} s", 2.5_f32);
    info!(logger: root, yes = true, no = false, letter = 'é', empty = "", quoted = "say \"no\"\n"; "other kinds");
    info!(logger: root, least = i64::MIN, most = u64::MAX, more = 1_u128 << 100, pi = 3.125_f64, none = f64::NAN; "numbers");
    info!(logger: net, mac = Hex(b"\x00\x1b\x63\x84\x45\xe6"), packet = Hexdump(b"GET / HTTP/1.1\r\n\r\n"); "bytes");
    info!(logger: root, "{:>4}|{:<4}|{:#06x}|{:e}|{:?}", -7_i8, true, 255_u16, 1234_u32, "quo\"ted");
    warn!(logger: net, flags:? = Some('x'), limit:% = Limit(7), "part.of" = 9_000_000_000_u64; "retry {tries} of {}", Limit(5));
}

/// An application's own type: rendered by the caller.
struct Limit(u8);

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<={}", self.0)
    }
}
