//! Sends frames as they lie in the ring, for a host that has the program's ELF. Runs on the *drain*.

use core::sync::atomic::Ordering;

use embedded_io::Write;

use super::drain::{Drained, Draining, Outcome};
use super::{RingHandler, State};
use crate::frame::wire::{send_about, send_words};
use crate::frame::{Header, Kind};
use crate::ring::Scratch;

impl<const WORDS: usize> RingHandler<WORDS> {
    /// Sends the frames that are in the ring, oldest first, as they lie there: nothing is formatted, and
    /// not even looked at. `femto decode --elf` makes records of them, and tells what was dropped.
    ///
    /// For programs of 32 bits without an operating system. In others a frame names its statement by an
    /// index, which nobody else knows: let [`WireFormatter`](crate::frame::wire::WireFormatter) spell
    /// records out there. A program that has no other drain links nothing that formats.
    ///
    /// A record takes some 30 bytes on the wire besides its values and time, and one in 32 some 30 more.
    /// The container is that of [`wire`](crate::frame::wire): what is damaged on the way costs no other
    /// record. A sink gets a frame in one piece, unless it is long. The rest is as in
    /// [`RingHandler::drain`]; frames of defmt, which [`drain_with_defmt`] writes, are dropped.
    ///
    /// # Errors
    /// The sink's; the record at hand is lost with it and counted as dropped.
    ///
    /// # Examples
    /// ```
    /// use femto_core::frame::wire::{Decoder, Payload};
    /// use femto_core::{Logger, RingHandler, info};
    ///
    /// static RING: RingHandler<256> = RingHandler::new();
    /// static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    ///
    /// info!(logger: ROOT, "link up in {:>4} ms", 12);
    /// let mut bytes = [0; 128];
    /// let mut uart = &mut bytes[..]; // any embedded_io::Write
    /// RING.drain_frames(&mut uart).unwrap();
    ///
    /// // What arrives; `femto_std::decode` goes on from here.
    /// let mut decoder = Decoder::new([0; 512]);
    /// let mut rest = &bytes[..];
    /// let about = decoder.next(&mut rest).unwrap().unwrap();
    /// assert!(matches!(about.payload, Payload::About(_)));
    /// let record = decoder.next(&mut rest).unwrap().unwrap();
    /// assert!(matches!(record.payload, Payload::FromRing(_)));
    /// assert_eq!(record.sequence, 0);
    /// ```
    ///
    #[cfg_attr(
        feature = "defmt-global-logger",
        doc = "[`drain_with_defmt`]: RingHandler::drain_with_defmt"
    )]
    #[cfg_attr(not(feature = "defmt-global-logger"), doc = "[`drain_with_defmt`]: crate::bridge")]
    pub fn drain_frames<W: Write>(&self, sink: &mut W) -> Result<Drained, W::Error> {
        if !self.begin_drain() {
            return Ok(Drained::default());
        }
        let _ends_it = Draining(self);
        self.send_frames(false, sink)
    }

    /// [`RingHandler::drain_frames`] for the panic handler, after it has logged: it does not matter what the
    /// panic interrupted, if `sink` is one of its own, as for [`RingHandler::enter_panic_mode`].
    ///
    /// A drain's record at hand is lost with its frame, and counted as dropped. Records behind one that was
    /// still being written cannot be reached.
    ///
    /// # Errors
    /// As [`RingHandler::drain_frames`].
    pub fn drain_last_frames<W: Write>(&self, sink: &mut W) -> Result<Drained, W::Error> {
        self.count_at_hand(Some(Outcome::Lost), &mut Drained::default());
        let drained = self.send_frames(true, sink);
        // Where the sink failed.
        self.count_at_hand(Some(Outcome::Lost), &mut Drained::default());
        drained
    }

    #[inline]
    fn send_frames<W: Write>(&self, is_last: bool, sink: &mut W) -> Result<Drained, W::Error> {
        let mut drained = Drained::default();
        let mut scratch = Scratch::new();
        let mark = self.mark();
        while let Some((header, words)) = self.pop(mark, is_last, &mut scratch) {
            if self.skips(header) {
                self.count_at_hand(Some(Outcome::Lost), &mut drained);
                continue;
            }
            let (number, is_about_due) = self.next_number();
            if is_about_due {
                send_about(number, sink)?;
            }
            send_words(number, words, sink)?;
            self.count_at_hand(Some(Outcome::Written), &mut drained);
        }
        if let Some((number, lost)) = self.untold() {
            send_about(number, sink)?;
            self.tell(lost);
        }
        Ok(drained)
    }

    /// Whether it is a frame of defmt, which a host makes nothing of here.
    pub(in crate::handler) fn skips(&self, header: Header) -> bool {
        let is_skipped = cfg!(feature = "defmt-global-logger") && header.kind == Kind::Defmt;
        if is_skipped {
            self.skip();
        }
        is_skipped
    }

    /// The number of the next record, and whether a host has to hear about the writer before it.
    pub(in crate::handler) fn next_number(&self) -> (u32, bool) {
        let State { written, reported, .. } = self.state();
        let written = written.load(Ordering::Relaxed);
        let number = written.wrapping_add(reported.load(Ordering::Relaxed)) as u32;
        (number, written.is_multiple_of(ABOUT_EVERY))
    }

    /// If records were lost since [`RingHandler::tell`], the number of the next one that says so, and how
    /// many were lost in all.
    pub(in crate::handler) fn untold(&self) -> Option<(u32, usize)> {
        let State { written, reported, .. } = self.state();
        let lost = self.all_lost();
        let number = written.load(Ordering::Relaxed).wrapping_add(lost) as u32;
        (lost != reported.load(Ordering::Relaxed)).then_some((number, lost))
    }

    /// Notes that so many were told of.
    pub(in crate::handler) fn tell(&self, lost: usize) {
        self.state().reported.store(lost, Ordering::Relaxed);
    }
}

/// Records between two times that the writer is told about. A power of two.
const ABOUT_EVERY: usize = 32;
