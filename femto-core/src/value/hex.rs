//! Bytes as text. Made on the *caller*, which only borrows them; printed on the *collector* or
//! *drain*.

use core::fmt;

use super::{Capture, Value};
use crate::reference::OnDemand;

/// Bytes to be logged as hexadecimal digits, two a byte: `0a1b2c`. For addresses and identifiers.
///
/// Bytes themselves are logged with `{:?}` (`[10, 27, 44]`) or `{:02x?}` (`[0a, 1b, 2c]`). Either way
/// they travel as bytes, and whoever drains the record makes them text. In JSON and logfmt they are
/// digits as here.
///
/// # Examples
/// ```
/// use femto_core::{Hex, Logger, info};
///
/// static ROOT: Logger = Logger::root();
/// let address = [0x00, 0x1b, 0x63, 0x84, 0x45, 0xe6];
///
/// info!(logger: ROOT, peer = Hex(&address); "link up"); // link up peer=001b638445e6
/// assert_eq!(Hex(&address).to_string(), "001b638445e6");
/// ```
#[derive(Clone, Copy)]
pub struct Hex<'a>(pub &'a [u8]);

impl Capture for Hex<'_> {
    #[inline(always)]
    fn capture(&self) -> Value<'_> {
        Value::Bytes(self.0)
    }
}

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(self.0, f)
    }
}

impl fmt::Debug for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Bytes to be logged as lines of offset, sixteen bytes, and what of them is printable ASCII.
///
/// Each line begins with an end of line, so that the dump stands below what it belongs to. It is
/// best logged as a key-value: a text formatter that escapes control characters keeps a dump there
/// in its lines, but not one inside a message. In JSON and logfmt it is the digits alone.
///
/// # Examples
/// ```
/// use femto_core::{Hexdump, Logger, debug};
///
/// static ROOT: Logger = Logger::root();
/// let packet = b"GET / HTTP/1.1\r\n\r\n";
///
/// debug!(logger: ROOT, packet = Hexdump(packet); "received");
/// assert_eq!(
///     Hexdump(packet).to_string(),
///     "
///     0000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|
///     0010  0d 0a                                             |..|"
/// );
/// ```
#[derive(Clone, Copy)]
pub struct Hexdump<'a>(pub &'a [u8]);

impl Capture for Hexdump<'_> {
    #[inline(always)]
    fn capture(&self) -> Value<'_> {
        Value::of_hexdump(self.0)
    }
}

impl fmt::Display for Hexdump<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hexdump(self.0, f)
    }
}

impl fmt::Debug for Hexdump<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hexdump(self.0, f)
    }
}

impl<'a> Value<'a> {
    #[inline(always)]
    pub(crate) fn of_hexdump(bytes: &'a [u8]) -> Self {
        PRINT.demand(&PRINTED);
        Self::Hexdump(bytes)
    }
}

/// Writes the bytes of a [`Value::Hexdump`] by [`write_hexdump`], which is linked with those who make one.
pub(super) fn write_dumped(bytes: &[u8], out: &mut dyn fmt::Write) -> fmt::Result {
    PRINT.get()(bytes, out)
}

type Print = fn(&[u8], &mut dyn fmt::Write) -> fmt::Result;

static PRINTED: Print = write_hexdump;
static PRINT: OnDemand<Print> = OnDemand::new(&(write_hex as Print), &PRINTED);

/// Writes two digits a byte.
pub(crate) fn write_hex(bytes: &[u8], out: &mut dyn fmt::Write) -> fmt::Result {
    bytes.iter().try_for_each(|&byte| write_hex_number(byte.into(), 2, out))
}

/// Writes a number in hexadecimal, with so many digits at least.
pub(crate) fn write_hex_number(
    number: usize,
    digits: u32,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let mut left = digits;
    while left < usize::BITS / 4 && number >> (4 * left) > 0 {
        left += 1;
    }
    while left > 0 {
        left -= 1;
        let digit = (number >> (4 * left)) as u8 & 15;
        out.write_char(char::from(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit }))?;
    }
    Ok(())
}

fn write_hexdump(bytes: &[u8], out: &mut dyn fmt::Write) -> fmt::Result {
    for (number, line) in bytes.chunks(COLUMNS).enumerate() {
        out.write_str("\n    ")?;
        write_hex_number(number * COLUMNS, 4, out)?;
        out.write_char(' ')?;
        for column in 0..COLUMNS {
            if column % 8 == 0 {
                out.write_char(' ')?;
            }
            match line.get(column) {
                Some(&byte) => write_hex_number(byte.into(), 2, out)?,
                None => out.write_str("  ")?,
            }
            out.write_char(' ')?;
        }
        out.write_str(" |")?;
        for &byte in line {
            let is_printable = byte.is_ascii_graphic() || byte == b' ';
            out.write_char(if is_printable { byte.into() } else { '.' })?;
        }
        out.write_char('|')?;
    }
    Ok(())
}

const COLUMNS: usize = 16;
