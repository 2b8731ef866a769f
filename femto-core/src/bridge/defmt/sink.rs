//! Encodes raw defmt frames for the wire. Runs on the *drain*.

use core::fmt;

use embedded_io::Write;

/// Writes defmt frames the way `defmt-print` and probes read them: in the encoding that the program's
/// defmt is built for, rzCOBS unless chosen otherwise.
///
/// Keep one for as long as the wire is open: it knows what it has written before.
pub struct DefmtSink<W> {
    encoder: ::defmt::Encoder,
    sink: W,
    /// Dropped records that were reported here.
    pub(super) reported: usize,
}

impl<W: Write> DefmtSink<W> {
    /// Writes to `sink`.
    pub const fn new(sink: W) -> Self {
        Self { encoder: ::defmt::Encoder::new(), sink, reported: 0 }
    }

    /// What it writes to.
    pub fn into_inner(self) -> W {
        self.sink
    }

    /// Writes one frame, as defmt made it.
    ///
    /// # Errors
    /// The sink's; the frame is lost with it, and the next one begins with a separator.
    pub fn write_frame(&mut self, frame: &[u8]) -> Result<(), W::Error> {
        let mut out =
            Buffered { sink: &mut self.sink, bytes: heapless::Vec::new(), result: Ok(()) };
        self.encoder.start_frame(|bytes| out.put(bytes));
        self.encoder.write(frame, |bytes| out.put(bytes));
        self.encoder.end_frame(|bytes| out.put(bytes));
        let result = out.finish();
        if result.is_err() {
            self.encoder = ::defmt::Encoder::new();
        }
        result
    }
}

impl<W> fmt::Debug for DefmtSink<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DefmtSink").field("reported", &self.reported).finish_non_exhaustive()
    }
}

/// The encoder gives single bytes; a sink likes them by the dozen.
struct Buffered<'w, W: Write> {
    sink: &'w mut W,
    bytes: heapless::Vec<u8, 64>,
    result: Result<(), W::Error>,
}

impl<W: Write> Buffered<'_, W> {
    fn put(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if self.bytes.is_full() {
                self.flush();
            }
            // There is room now.
            let _ = self.bytes.push(byte);
        }
    }

    fn flush(&mut self) {
        if self.result.is_ok() {
            self.result = self.sink.write_all(&self.bytes);
        }
        self.bytes.clear();
    }

    fn finish(mut self) -> Result<(), W::Error> {
        self.flush();
        self.result
    }
}
