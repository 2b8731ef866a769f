//! Counts defmt frames that a drain met which writes text only. They are dropped records, and counted
//! as such; here, so that the reader is told why.

use core::sync::atomic::Ordering;

use portable_atomic::AtomicUsize;

use crate::Record;
use crate::handler::with_message;

/// Frames that were skipped and not told of yet. No room is taken where there can be none.
pub(super) struct Skipped([AtomicUsize; cfg!(feature = "defmt-global-logger") as usize]);

impl Skipped {
    pub(super) const fn new() -> Self {
        Self([const { AtomicUsize::new(0) }; _])
    }

    pub(super) fn count(&self, frames: usize) {
        self.0.iter().for_each(|count| _ = count.fetch_add(frames, Ordering::Relaxed));
    }

    /// Has `tell` say how many there are, if there are any. Where it fails, the next one says it.
    pub(super) fn tell<E>(&self, tell: impl FnOnce(&Record<'_>) -> Result<(), E>) -> Result<(), E> {
        let frames = self.0.iter().map(|count| count.swap(0, Ordering::Relaxed)).sum();
        if frames == 0 {
            return Ok(());
        }
        let message = format_args!(
            "{frames} of the dropped are defmt frames, which only drain_with_defmt writes"
        );
        with_message(message, tell).inspect_err(|_| self.count(frames))
    }
}

#[cfg(all(test, feature = "defmt-global-logger", not(loom)))]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use crate::frame::{Header, Kind, Writer};
    use crate::handler::Handler as _;
    use crate::{Level, RingHandler, TextFormatter};

    const TOLD: &str = "WARN  femtologging: 2 records dropped\n\
        WARN  femtologging: 2 of the dropped are defmt frames, which only drain_with_defmt writes\n";

    fn put_two<const WORDS: usize>(ring: &RingHandler<WORDS>) {
        let (level, kind) = (Level::NOTSET, Kind::Defmt);
        let header = Header { words: 2, level, values: 0, kind, site: 0 };
        (0..2).for_each(|_| ring.put_frame(header, |to: &mut Writer<'_>| to.word(7)));
    }

    fn text<const WORDS: usize>(ring: &RingHandler<WORDS>) -> String {
        let mut text = Vec::new();
        ring.drain(&TextFormatter::new(), &mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    }

    #[test]
    fn a_drain_for_text_says_once_that_it_met_frames_and_counts_them_as_dropped() {
        static RING: RingHandler<64> = RingHandler::new();
        put_two(&RING);
        // Where a sink fails, the next hears it.
        RING.drain(&TextFormatter::new(), &mut &mut [0; 40][..]).unwrap_err();
        assert_eq!(text(&RING), TOLD.split_inclusive('\n').nth(1).unwrap());
        assert_eq!((text(&RING).as_str(), RING.dropped()), ("", 2));
        put_two(&RING);
        assert_eq!((text(&RING).as_str(), RING.dropped()), (TOLD, 4));
        assert_eq!(RING.statistics().written, 0);
    }

    #[test]
    fn who_is_forwarded_to_and_who_hears_a_panic_are_told_too() {
        static RING: RingHandler<64> = RingHandler::new();
        static LAST: RingHandler<256> = RingHandler::new();
        put_two(&RING);
        let drained = RING.forward(&[&LAST]);
        assert_eq!((drained.written, drained.damaged, RING.dropped()), (0, 0, 2));
        let told = text(&LAST);
        assert_eq!(told.lines().count(), 2, "{told}");
        assert!(TOLD.lines().all(|line| told.contains(line)), "{told}");
        put_two(&RING);
        RING.enter_panic_mode(&LAST);
        let told = text(&LAST);
        assert!(TOLD.lines().all(|line| told.contains(line)), "{told}");
        assert_eq!(RING.dropped(), 4);
        RING.forward(&[&LAST]);
        assert_eq!(text(&LAST), "");
    }
}
