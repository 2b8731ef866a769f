//! From a record to bytes on the wire. Runs on the *drain*, or on the caller of a direct handler.

use core::fmt::{self, Write as _};

use embedded_io::Write;
use portable_atomic::{AtomicU32, Ordering};

use super::stuffed::Stuffed;
use super::{IS_CUT, IS_RECOVERED, IS_SINCE_EPOCH};
use crate::frame::portable::{Portable, Style};
use crate::{Record, WriteRecord};

/// Writes records as frames for `femto decode`, where another formatter would write lines: names,
/// template and values spelled out, so that the host needs nothing of the program. For a host that has
/// the ELF [`RingHandler::drain_frames`](crate::RingHandler::drain_frames) takes two thirds of the bytes on
/// the wire, and two fifths of the flash.
///
/// Nothing is formatted here: the host makes the text. A program that has no other formatter links none of
/// `core::fmt` for its messages.
///
/// One for each stream, for it numbers what it writes; a host sees from the numbers what was lost on
/// the way. A call takes some 400 bytes of stack, whatever the length of the record.
///
/// # Examples
/// ```
/// use femto_core::frame::wire::{Decoder, WireFormatter};
/// use femto_core::{Logger, RingHandler, info};
///
/// static WIRE: WireFormatter = WireFormatter::new();
/// static RING: RingHandler<256> = RingHandler::new();
/// static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
///
/// info!(logger: ROOT, "link up in {:>4} ms", 12);
/// let mut bytes = [0; 128];
/// let mut uart = &mut bytes[..]; // any embedded_io::Write
/// RING.drain(&WIRE, &mut uart).unwrap();
///
/// // On the host.
/// let mut decoder = Decoder::new([0; 512]);
/// let packet = decoder.next(&mut &bytes[..]).unwrap().unwrap();
/// let record = packet.portable().unwrap();
/// assert_eq!((packet.sequence, record.name), (0, "root"));
/// assert_eq!(record.template, "link up in {:>4} ms");
/// ```
#[derive(Debug, Default)]
pub struct WireFormatter {
    sequence: AtomicU32,
    has_location: bool,
}

impl WireFormatter {
    /// Without source file and line.
    #[must_use]
    pub const fn new() -> Self {
        Self { sequence: AtomicU32::new(0), has_location: false }
    }

    /// Whether each frame tells source file and line. Default: `false`; they take some 30 bytes.
    #[must_use = "a builder does nothing by itself"]
    pub const fn with_location(mut self, has_location: bool) -> Self {
        self.has_location = has_location;
        self
    }
}

impl<W: Write> WriteRecord<W> for WireFormatter {
    fn write_record(&self, record: &Record<'_>, sink: &mut W) -> Result<bool, W::Error> {
        self.write(record, self.sequence.fetch_add(1, Ordering::Relaxed), sink)
    }

    fn write_again(&self, record: &Record<'_>, sink: &mut W) -> Result<bool, W::Error> {
        self.write(record, self.sequence.load(Ordering::Relaxed).wrapping_sub(1), sink)
    }
}

impl WireFormatter {
    fn write<W: Write>(
        &self,
        record: &Record<'_>,
        sequence: u32,
        sink: &mut W,
    ) -> Result<bool, W::Error> {
        let (time, rate) = record.ticks_and_rate();
        // Faster clocks than 4 GHz are told in nanoseconds.
        let (time, rate) = match u32::try_from(rate) {
            Ok(rate) => (time, rate),
            Err(_) => {
                let nanos = record.time().map_or(0, |time| time.as_nanos());
                (nanos as u64, 1_000_000_000)
            }
        };
        let flag = |is_set, flag| if is_set { flag } else { 0 };
        let flags = flag(record.is_cut(), IS_CUT)
            | flag(record.is_recovered(), IS_RECOVERED)
            | flag(record.is_since_epoch(), IS_SINCE_EPOCH);

        let mut frame = Stuffed::new(sink);
        frame.begin(flags, sequence)?;
        frame.write_all(&rate.to_le_bytes())?;
        self.write_portable(record, time, &mut frame)?;
        frame.finish()?;
        Ok(true)
    }

    fn write_portable<W: Write>(
        &self,
        record: &Record<'_>,
        time: u64,
        to: &mut W,
    ) -> Result<(), W::Error> {
        let site = record.site();
        let keys = site.map_or(0, |site| site.keys.len());
        let arguments = record.values();
        let frame = Portable {
            level: record.level(),
            style: if site.is_some() { Style::Rust } else { Style::Ready },
            time,
            name: record.logger_name(),
            template: site.map_or("", |site| site.template),
            arguments: &arguments[..arguments.len().saturating_sub(keys)],
            mapping: None,
            key_values: record.has_key_values().then_some(record),
            location: record.file().zip(record.line()).filter(|_| self.has_location),
            function: record.function(),
            level_name: record.level_name(),
            thread: record.thread_id().zip(record.thread_name()),
            process: record.process_id().zip(record.process_name()),
            task: record.task_name(),
            exception: record.exception(),
            stack: record.stack(),
        };
        let message = |to: &mut W| write_message(record, to);
        let message = site.is_none().then_some(message);
        frame.write_with(to, message, |record| record.key_values())
    }
}

/// Writes the message as a text of the portable encoding. The length comes first, so the message is
/// made twice; should it be another the second time, it is cut or filled up.
fn write_message<W: Write>(record: &Record<'_>, to: &mut W) -> Result<(), W::Error> {
    let mut counted = Counted(0);
    // A `Display` that fails leaves what it wrote.
    let _ = record.write_message(&mut counted);
    to.write_all(&counted.0.to_le_bytes())?;
    let mut out = Exact { to, left: counted.0 as usize, result: Ok(()) };
    let _ = record.write_message(&mut out);
    while out.left > 0 && out.result.is_ok() {
        let _ = out.write_str(" ");
    }
    out.result
}

/// Counts the bytes of a text.
struct Counted(u32);

impl fmt::Write for Counted {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(text.len() as u32);
        Ok(())
    }
}

/// Writes so many bytes of a text and no more.
struct Exact<'w, W: Write> {
    to: &'w mut W,
    left: usize,
    result: Result<(), W::Error>,
}

impl<W: Write> fmt::Write for Exact<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let text = text.get(..text.floor_char_boundary(self.left)).unwrap_or("");
        self.left -= text.len();
        if self.result.is_ok() {
            self.result = self.to.write_all(text.as_bytes());
        }
        self.result.as_ref().map_err(|_| fmt::Error).copied()
    }
}
