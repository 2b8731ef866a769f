//! Records from a stream of bytes in the container of [`femto_core::frame::wire`].

use core::fmt;
use core::mem;

use femto_core::frame::FrameError;
use femto_core::frame::wire::{Decoder, Garbage, Packet};
use femto_core::{Details, Level, Record};

use super::image::Image;
use super::record::{Content, Local};

/// Reads a captured stream, piece by piece.
///
/// # Examples
/// ```
/// use femto_std::decode::{Found, WireReader};
///
/// let mut reader = WireReader::new();
/// let mut bytes = 0;
/// reader.read(b"\0garbage\0", &mut |found| {
///     if let Found::Garbage(garbage) = found {
///         bytes += garbage.bytes;
///     }
/// });
/// assert_eq!((bytes, reader.records()), (7, 0));
/// ```
#[derive(Debug)]
pub struct WireReader {
    decoder: Decoder<Vec<u8>>,
    /// The program, for frames by address.
    image: Option<Image>,
    numbers: Numbers,
}

/// What is counted.
#[derive(Debug, Default)]
struct Numbers {
    /// The sequence number that the next frame should have.
    expected: Option<u32>,
    records: u64,
    garbage: u64,
    lost: u64,
}

/// What was found in a stream.
#[derive(Debug)]
#[non_exhaustive]
pub enum Found<'a> {
    /// A record; or, from `femtologging`, how many were lost before the next.
    Record(&'a Record<'a>),
    /// Bytes that are no frame; they are skipped.
    Garbage(Garbage),
    /// A frame that arrived whole, and that this version cannot read.
    Unreadable {
        /// Where its end lies, counted from the start of the stream.
        at: u64,
        /// Why.
        error: FrameError,
    },
}

impl WireReader {
    /// A reader at the start of a stream. A frame takes 64 KiB at most.
    #[must_use]
    pub fn new() -> Self {
        let decoder = Decoder::new(vec![0; LONGEST_FRAME]);
        Self { decoder, image: None, numbers: Numbers::default() }
    }

    /// Reads frames by address too, those of the program `image`.
    #[must_use]
    pub fn with_image(self, image: Image) -> Self {
        Self { image: Some(image), ..self }
    }

    /// Reads a piece of the stream, of any length.
    pub fn read(&mut self, mut bytes: &[u8], take: &mut dyn FnMut(Found<'_>)) {
        // The decoder's packets borrow it while the numbers are counted.
        let mut decoder = mem::replace(&mut self.decoder, Decoder::new(Vec::new()));
        while let Some(found) = decoder.next(&mut bytes) {
            match found {
                Ok(packet) => {
                    if let Err(error) = self.read_packet(&packet, take) {
                        take(Found::Unreadable { at: decoder.position(), error });
                    }
                }
                Err(garbage) => {
                    self.numbers.garbage += garbage.bytes;
                    take(Found::Garbage(garbage));
                }
            }
        }
        self.decoder = decoder;
    }

    /// Tells what the end of the stream cut off.
    pub fn finish(&mut self, take: &mut dyn FnMut(Found<'_>)) {
        if let Some(garbage) = self.decoder.finish() {
            self.numbers.garbage += garbage.bytes;
            take(Found::Garbage(garbage));
        }
    }

    /// Records read so far.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.numbers.records
    }

    /// Bytes skipped so far because they were no frame.
    #[must_use]
    pub const fn garbage(&self) -> u64 {
        self.numbers.garbage
    }

    /// Records lost on the way so far, by their numbers.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.numbers.lost
    }

    /// Bytes read so far.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.decoder.position()
    }

    fn read_packet(
        &mut self,
        packet: &Packet<'_>,
        take: &mut dyn FnMut(Found<'_>),
    ) -> Result<(), FrameError> {
        let read = read_frame(packet, self.image.as_ref());
        let time = read.as_ref().ok().and_then(|(_, ticks, _)| packet.time(*ticks));
        self.numbers.follow(packet.sequence, |message| {
            let time = time.map_or(Record::NO_TIME, |time| time.as_nanos() as u64);
            let details = Details::default();
            let name = "femtologging";
            let record = Record::from_message(name, &message, Level::WARN, time, &details);
            let is_since_epoch = packet.is_since_epoch;
            take(Found::Record(&if is_since_epoch { record } else { record.since_boot() }));
        });
        let (level, _, content) = read?;
        content.with_record(level, time, |record| {
            let record = record.with_sequence(packet.sequence);
            let record = if packet.is_cut { record.cut() } else { record };
            let record = if packet.is_recovered { record.recovered() } else { record };
            let record = if packet.is_since_epoch { record } else { record.since_boot() };
            take(Found::Record(&record));
        });
        self.numbers.records += 1;
        Ok(())
    }
}

/// Level, time and content of a frame.
fn read_frame<'a>(
    packet: &Packet<'a>,
    image: Option<&'a Image>,
) -> Result<(Level, u64, Content<'a>), FrameError> {
    if !packet.is_by_address {
        let frame = packet.portable()?;
        return Ok((frame.level, frame.time, Content::Portable(frame)));
    }
    let frame = packet.addressed()?;
    let values = frame.values.collect();
    let local = image
        .and_then(|image| Local::new(image, frame.level, frame.site, frame.logger, values))
        .ok_or(FrameError::Reference)?;
    Ok((frame.level, frame.time, Content::Local(local)))
}

impl Numbers {
    /// Compares a sequence number with the one expected, and says what is missing.
    fn follow(&mut self, sequence: u32, say: impl FnOnce(fmt::Arguments<'_>)) {
        let expected = self.expected.replace(sequence.wrapping_add(1));
        let lost = match expected {
            // A capture may begin anywhere.
            None => 0,
            Some(expected) => sequence.wrapping_sub(expected),
        };
        match lost {
            0 => {}
            // Backwards: the writer was reset, and what it wrote last, and first, may be lost.
            BACKWARDS.. => {
                self.lost += u64::from(sequence);
                match sequence {
                    0 => say(format_args!("the writer began anew")),
                    lost => say(format_args!("the writer began anew, {lost} records lost since")),
                }
            }
            lost => {
                self.lost += u64::from(lost);
                say(format_args!("{lost} records lost"));
            }
        }
    }
}

impl Default for WireReader {
    fn default() -> Self {
        Self::new()
    }
}

/// Far more than a microcontroller's ring takes.
const LONGEST_FRAME: usize = 64 << 10;

/// A distance between numbers from which on the second is rather before the first.
const BACKWARDS: u32 = 1 << 31;
