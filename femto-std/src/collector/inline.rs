//! What the collector does with a frame, on the calling thread: for direct handlers.

use core::cell::RefCell;

use femto_core::AtomicWord;

use super::message::Decoder;
use crate::clock::Conversion;
use crate::handler::Delivery;
use crate::os;
use crate::route::Destination;

/// A thread's own means to read frames.
pub(crate) struct Inline {
    decoder: Decoder,
    conversion: Conversion,
    thread: (u64, String),
}

thread_local! {
    static INLINE: RefCell<Option<Inline>> = const { RefCell::new(None) };
}

impl Inline {
    fn new() -> Self {
        let name = std::thread::current().name().unwrap_or("unnamed").to_owned();
        Self {
            decoder: Decoder::new(),
            conversion: Conversion::new(),
            thread: (os::thread_id(), name),
        }
    }

    /// Lends the thread's means; a call from within another (a formatter that logs) gets its own.
    pub(crate) fn with(work: impl FnOnce(&mut Self)) {
        let mut inline = INLINE
            .try_with(|cell| cell.try_borrow_mut().ok().and_then(|mut slot| slot.take()))
            .ok()
            .flatten()
            .unwrap_or_else(Self::new);
        work(&mut inline);
        // A thread that is ending keeps nothing.
        let _ = INLINE.try_with(|cell| {
            if let Ok(mut slot) = cell.try_borrow_mut() {
                *slot = Some(inline);
            }
        });
    }

    /// Has the direct handlers of a destination write a frame.
    pub(crate) fn write_through(&mut self, destination: &Destination, frame: &[AtomicWord]) {
        self.decoder.load(frame);
        self.conversion.refresh();
        let (name, thread) = (&destination.name, Some(&self.thread));
        self.decoder.read_now_and_then(name, thread, &self.conversion, &mut |record| {
            if !destination.has_queued {
                destination.counts.count_direct(record.level());
            }
            for handler in &destination.handlers {
                if handler.delivery() == Delivery::Direct {
                    handler.write_through(record, destination.at_any_level);
                }
            }
        });
    }
}
