//! From bytes that may be damaged to packets. Runs on the host.

use core::fmt;
use core::time::Duration;

use cobs::{DecodeResult, DecoderState};

use super::{
    CRC_BYTES, Crc, HAS_WIDE_WORDS, HEAD, IS_ABOUT, IS_CUT, IS_FROM_RING, IS_RECOVERED,
    IS_SINCE_EPOCH, VERSION,
};
use crate::clock::duration_at;
use crate::frame::FrameError;
use crate::frame::portable::Portable;

/// Finds the frames of a byte stream, however it is cut into chunks.
///
/// Total: every byte belongs to a frame that is given, to a zero, or to [`Garbage`] that is told. A
/// frame whose bytes arrived whole, both its zeros included, is given whatever came before or after.
/// One that is damaged passes as whole once in 2^32 times.
///
/// `B` is the room for one payload; a longer one is garbage.
///
/// # Examples
/// ```
/// use femto_core::frame::wire::Decoder;
///
/// let captured = b"\x00bootloader 1.2\r\n\x00"; // no frame in there
/// let mut decoder = Decoder::new([0; 512]);
/// let mut chunk = &captured[..];
/// while let Some(found) = decoder.next(&mut chunk) {
///     let garbage = found.unwrap_err();
///     assert_eq!((garbage.at, garbage.bytes), (1, 16));
/// }
/// ```
pub struct Decoder<B> {
    room: B,
    state: DecoderState,
    /// Bytes of the payload so far.
    length: usize,
    is_too_long: bool,
    /// Where the run of bytes began that is being read, counted from the start of the stream.
    start: u64,
    /// Where the next byte lies.
    at: u64,
}

/// One frame that arrived whole.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Packet<'a> {
    /// Whether text was cut off to make the record fit.
    pub is_cut: bool,
    /// Whether the record survived a reset.
    pub is_recovered: bool,
    /// Whether the time counts from the Unix epoch, rather than from boot.
    pub is_since_epoch: bool,
    /// Whether the words of the writer's rings have 64 bits, rather than 32.
    pub has_wide_words: bool,
    /// Records of the writer before this one, modulo 2^32. A gap shows how many were lost.
    pub sequence: u32,
    /// What it holds.
    pub payload: Payload<'a>,
}

/// What a frame on the wire holds.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Payload<'a> {
    /// A record spelled out, by [`WireFormatter`](super::WireFormatter).
    SpelledOut {
        /// Ticks of the time per second; 0 if there is no time.
        ticks_per_second: u32,
        /// The portable frame.
        frame: &'a [u8],
    },
    /// The words of a frame as it lay in a ring of the writer, little-endian, its header included; by
    /// [`RingHandler::drain_frames`](crate::RingHandler::drain_frames).
    FromRing(&'a [u8]),
    /// What is to be known about the writer, now and until told otherwise.
    About(About),
}

/// What a program says about itself, so that the frames of its rings can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct About {
    /// Address of its [`MARK`](crate::frame::address::MARK), its lower 32 bits.
    pub mark: u32,
    /// Ticks of its clock per second; 0 if it has none.
    pub ticks_per_second: u64,
    /// The time of tick 0 since the Unix epoch, if it is known.
    pub epoch: Option<Duration>,
}

/// A run of bytes that is no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Garbage {
    /// Its first byte, counted from the start of the stream.
    pub at: u64,
    /// How many bytes.
    pub bytes: u64,
    /// What is wrong with it.
    pub reason: WireError,
}

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WireError {
    /// The bytes between two zeros are not COBS: no frame, or one that lost bytes.
    Framing,
    /// The payload is longer than the decoder has room for.
    TooLong,
    /// The checksum is another one, or there is no room for it.
    Checksum,
    /// The payload is of a version that this decoder does not know.
    Version(u8),
    /// The payload ends before its contents do.
    Short,
    /// The stream ended in the middle.
    Unfinished,
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> Decoder<B> {
    /// A decoder at the start of a stream.
    #[must_use]
    pub const fn new(room: B) -> Self {
        let state = DecoderState::Idle;
        Self { room, state, length: 0, is_too_long: false, start: 0, at: 0 }
    }

    /// Takes bytes off the front of `bytes` until there is something to tell; `None` once they are
    /// used up.
    pub fn next(&mut self, bytes: &mut &[u8]) -> Option<Result<Packet<'_>, Garbage>> {
        let whole = loop {
            let (&byte, rest) = bytes.split_first()?;
            *bytes = rest;
            self.at += 1;
            if let Some(whole) = self.feed(byte) {
                break whole;
            }
        };
        let packet = whole.and_then(|length| Packet::read(&self.room.as_ref()[..length]));
        // The zero is not part of the garbage.
        let (at, bytes) = (self.start, self.at - 1 - self.start);
        self.start = self.at;
        Some(packet.map_err(|reason| Garbage { at, bytes, reason }))
    }

    /// What is left at the end of the stream.
    pub fn finish(&mut self) -> Option<Garbage> {
        let (at, bytes) = (self.start, self.at - self.start);
        (self.state, self.start) = (DecoderState::Idle, self.at);
        (bytes > 0).then_some(Garbage { at, bytes, reason: WireError::Unfinished })
    }

    /// Bytes taken so far.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.at
    }

    /// Takes a byte; at the end of a run it answers how long the payload is.
    fn feed(&mut self, byte: u8) -> Option<Result<usize, WireError>> {
        let is_empty = self.at - 1 == self.start;
        if is_empty {
            (self.length, self.is_too_long) = (0, false);
            if byte == 0 {
                self.start = self.at;
                return None;
            }
        }
        match self.state.feed(byte) {
            Ok(DecodeResult::NoData | DecodeResult::DataStart) => None,
            Ok(DecodeResult::DataContinue(byte)) => {
                match self.room.as_mut().get_mut(self.length) {
                    Some(slot) => *slot = byte,
                    None => self.is_too_long = true,
                }
                self.length += usize::from(!self.is_too_long);
                None
            }
            Ok(DecodeResult::DataComplete) if self.is_too_long => Some(Err(WireError::TooLong)),
            Ok(DecodeResult::DataComplete) => Some(Ok(self.length)),
            Err(_) => Some(Err(WireError::Framing)),
        }
    }
}

impl<'a> Packet<'a> {
    /// Reads a payload with its checksum, without the zeros and out of COBS.
    ///
    /// # Errors
    /// [`WireError`] for anything that this crate did not write.
    pub fn read(payload: &'a [u8]) -> Result<Self, WireError> {
        let (payload, crc) = payload.split_last_chunk::<CRC_BYTES>().ok_or(WireError::Checksum)?;
        if Crc::of(payload) != u32::from_le_bytes(*crc) {
            return Err(WireError::Checksum);
        }
        let version = payload.first().copied().unwrap_or(0);
        if version != VERSION {
            return Err(WireError::Version(version));
        }
        let (head, rest) = payload.split_first_chunk::<HEAD>().ok_or(WireError::Short)?;
        let [_, flags, s0, s1, s2, s3] = *head;
        let is_since_epoch = flags & IS_SINCE_EPOCH != 0;
        let payload = if flags & IS_ABOUT != 0 {
            Payload::About(About::read(rest, is_since_epoch).ok_or(WireError::Short)?)
        } else if flags & IS_FROM_RING != 0 {
            Payload::FromRing(rest)
        } else {
            let (rate, frame) = rest.split_first_chunk().ok_or(WireError::Short)?;
            Payload::SpelledOut { ticks_per_second: u32::from_le_bytes(*rate), frame }
        };
        Ok(Self {
            is_cut: flags & IS_CUT != 0,
            is_recovered: flags & IS_RECOVERED != 0,
            is_since_epoch,
            has_wide_words: flags & HAS_WIDE_WORDS != 0,
            sequence: u32::from_le_bytes([s0, s1, s2, s3]),
            payload,
        })
    }

    /// Reads a record spelled out.
    ///
    /// # Errors
    /// [`FrameError`] if the frame, whole as it is, is of a version that this crate does not know;
    /// [`FrameError::Reference`] if there is none.
    pub fn portable(&self) -> Result<Portable<'a>, FrameError> {
        match self.payload {
            Payload::SpelledOut { frame, .. } => Portable::read(frame),
            _ => Err(FrameError::Reference),
        }
    }

    /// The duration of so many `ticks` of a record spelled out; `None` if there is no time.
    #[must_use]
    pub fn time(&self, ticks: u64) -> Option<Duration> {
        match self.payload {
            Payload::SpelledOut { ticks_per_second, .. } => {
                duration_at(ticks, ticks_per_second.into())
            }
            _ => None,
        }
    }
}

impl About {
    fn read(bytes: &[u8], has_epoch: bool) -> Option<Self> {
        let (mark, rest) = bytes.split_first_chunk()?;
        let (rate, rest) = rest.split_first_chunk()?;
        let mut epoch = None;
        if has_epoch {
            let (seconds, rest) = rest.split_first_chunk()?;
            let nanos = u32::from_le_bytes(*rest.first_chunk()?);
            let seconds = u64::from_le_bytes(*seconds);
            epoch = Some(Duration::new(seconds, nanos.min(999_999_999)));
        }
        let (mark, ticks_per_second) = (u32::from_le_bytes(*mark), u64::from_le_bytes(*rate));
        Some(Self { mark, ticks_per_second, epoch })
    }

    /// The time of a record of so many `ticks`, since the epoch where that is known, else since boot;
    /// `None` without a clock.
    #[must_use]
    pub fn time(&self, ticks: u64) -> Option<Duration> {
        let since_boot = duration_at(ticks, self.ticks_per_second)?;
        Some(self.epoch.map_or(since_boot, |epoch| since_boot.saturating_add(epoch)))
    }
}

impl<B> fmt::Debug for Decoder<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("position", &self.at).finish_non_exhaustive()
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Framing => f.write_str("not a frame"),
            Self::TooLong => f.write_str("too long for a frame"),
            Self::Checksum => f.write_str("not a frame, or a damaged one: another checksum"),
            Self::Version(version) => {
                write!(f, "wire version {version} is not known, only {VERSION}")
            }
            Self::Short => f.write_str("the frame ends before its contents do"),
            Self::Unfinished => f.write_str("the stream ended in the middle of a frame"),
        }
    }
}

impl core::error::Error for WireError {}

impl fmt::Display for Garbage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes from byte {} on: {}", self.bytes, self.at, self.reason)
    }
}

impl core::error::Error for Garbage {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&self.reason)
    }
}
