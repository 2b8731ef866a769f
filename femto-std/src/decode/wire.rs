//! Records from a stream of bytes in the container of [`femto_core::frame::wire`].

use core::fmt;
use core::mem;
use core::time::Duration;

use femto_core::frame::FrameError;
use femto_core::frame::portable::Portable;
use femto_core::frame::wire::{About, Decoder, Garbage, Packet, Payload};
use femto_core::{Details, Level, Record};

use super::image::Image;
use super::record::Content;
use super::ring;

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
    writer: Writer,
    numbers: Numbers,
}

/// What is known of the program that wrote the stream.
#[derive(Debug, Default)]
struct Writer {
    image: Option<Image>,
    /// What it said about itself.
    about: Option<About>,
    /// Whether it said that it is another program.
    is_other: bool,
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
        Self { decoder, writer: Writer::default(), numbers: Numbers::default() }
    }

    /// Reads frames from rings too (`RingHandler::drain_frames`), those of the program `image`. If the
    /// writer says that it is another one, its frames are not read.
    #[must_use]
    pub fn with_image(self, image: Image) -> Self {
        Self { writer: Writer { image: Some(image), ..Writer::default() }, ..self }
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
        if let Payload::About(about) = packet.payload {
            self.writer.hear(about);
        }
        let frame = self.writer.read(packet);
        let time = frame.as_ref().map_or(NO_TIME, |frame| self.writer.time(packet, frame));
        // What is no record has the number of the next.
        let records = u32::from(!matches!(frame, Ok(Frame::None)));
        self.numbers.follow(packet.sequence, records, |message| tell(message, time, take));
        let (time, is_since_boot) = time;
        let mut take = |record: Record<'_>| {
            take(Found::Record(&record.with_sequence(packet.sequence)));
        };
        match frame? {
            Frame::None => return Ok(()),
            Frame::FromRing(frame) => frame.with_record((time, is_since_boot), take),
            Frame::SpelledOut(frame) => {
                let (level, content) = (frame.level, Content::Portable { frame, boot: None });
                content.with_record(level, time, |record| {
                    let record = if packet.is_cut { record.cut() } else { record };
                    let record = if packet.is_recovered { record.recovered() } else { record };
                    take(if is_since_boot { record.since_boot() } else { record });
                });
            }
        }
        self.numbers.records += 1;
        Ok(())
    }
}

impl Writer {
    fn hear(&mut self, about: About) {
        self.is_other = self.image.as_ref().is_some_and(|image| !image.has_mark(about.mark));
        self.about = Some(about);
    }

    fn read<'a>(&'a self, packet: &Packet<'a>) -> Result<Frame<'a>, FrameError> {
        match packet.payload {
            Payload::About(_) => Ok(Frame::None),
            Payload::FromRing(_) if packet.has_wide_words => Err(FrameError::Index),
            Payload::FromRing(words) => {
                let image = self.image.as_ref().filter(|_| !self.is_other);
                ring::Frame::read(words, image)
                    .filter(|frame| frame.words * ring::WORD == words.len())
                    .map(Frame::FromRing)
                    .ok_or(FrameError::Reference)
            }
            _ => packet.portable().map(Frame::SpelledOut),
        }
    }

    /// The time of a record, and whether it counts from boot.
    fn time(&self, packet: &Packet<'_>, frame: &Frame<'_>) -> (Option<Duration>, bool) {
        match frame {
            Frame::None => NO_TIME,
            Frame::SpelledOut(frame) => (packet.time(frame.time), !packet.is_since_epoch),
            Frame::FromRing(frame) => frame.time(|ticks| match self.about {
                Some(about) => (about.time(ticks), about.epoch.is_none()),
                None => NO_TIME,
            }),
        }
    }
}

/// What a packet holds, read.
enum Frame<'a> {
    None,
    SpelledOut(Portable<'a>),
    FromRing(ring::Frame<'a>),
}

/// Says something about the stream.
fn tell(
    message: fmt::Arguments<'_>,
    (time, is_since_boot): (Option<Duration>, bool),
    take: &mut dyn FnMut(Found<'_>),
) {
    let time = time.map_or(Record::NO_TIME, |time| time.as_nanos() as u64);
    let details = Details::default();
    let record = Record::from_message("femtologging", &message, Level::WARN, time, &details);
    take(Found::Record(&if is_since_boot { record.since_boot() } else { record }));
}

const NO_TIME: (Option<Duration>, bool) = (None, true);

impl Numbers {
    /// Compares the number of so many records with the one expected, and says what is missing.
    fn follow(&mut self, sequence: u32, records: u32, say: impl FnOnce(fmt::Arguments<'_>)) {
        let expected = self.expected.replace(sequence.wrapping_add(records));
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
