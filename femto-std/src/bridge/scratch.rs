//! What a thread keeps from record to record of another logging interface. Runs on the *caller*.

use core::cell::Cell;

use crate::extra::Extra;
use crate::{Logger, Manager};

/// Room for a record, and what was found out about statements before.
pub(super) struct Scratch<S: 'static> {
    /// The message.
    pub(super) text: String,
    /// A value that has to be rendered.
    pub(super) value: String,
    /// The key-values, and what surrounds the record.
    pub(super) extra: Extra,
    /// Statements seen, each at a place that its address gives.
    pub(super) statements: Box<[Option<S>; STATEMENTS]>,
    /// Loggers of targets seen, likewise.
    loggers: Box<[Option<Target>; TARGETS]>,
}

/// A target's name and logger.
type Target = (Box<str>, Logger);

/// Where a thread keeps its scratch.
pub(super) type Slot<S> = Cell<Option<Box<Scratch<S>>>>;

impl<S: 'static> Scratch<S> {
    fn new() -> Self {
        Self {
            text: String::new(),
            value: String::new(),
            extra: Extra::new(),
            statements: Box::new([const { None }; STATEMENTS]),
            loggers: Box::new([const { None }; TARGETS]),
        }
    }

    /// Lends the scratch taken from a slot; a record that is logged while another is rendered gets a
    /// new one. The scratch is for [`Scratch::put_back`].
    #[inline]
    pub(super) fn take(slot: &'static std::thread::LocalKey<Slot<S>>) -> Box<Self> {
        match slot.try_with(Cell::take) {
            Ok(Some(scratch)) => scratch,
            _ => Self::fresh(),
        }
    }

    #[cold]
    fn fresh() -> Box<Self> {
        Box::new(Self::new())
    }

    /// Keeps the scratch, but not the room of unusually long texts.
    #[inline]
    pub(super) fn put_back(mut self: Box<Self>, slot: &'static std::thread::LocalKey<Slot<S>>) {
        if self.text.capacity().max(self.value.capacity()).max(self.extra.capacity()) > MAX_KEPT {
            self.shrink();
        }
        // A thread that is ending keeps nothing.
        let _ = slot.try_with(|slot| slot.set(Some(self)));
    }

    #[cold]
    fn shrink(&mut self) {
        for text in [&mut self.text, &mut self.value] {
            text.clear();
            text.shrink_to(MAX_KEPT);
        }
        self.extra.shrink(MAX_KEPT);
    }

    /// The logger of a target; `a::b` is read as `a.b`.
    pub(super) fn logger(&mut self, target: &str) -> Logger {
        let slot = &mut self.loggers[place(target.as_ptr().addr(), TARGETS)];
        match slot {
            Some((name, logger)) if **name == *target => *logger,
            _ => slot.insert((target.into(), Manager::global().get_logger(target))).1,
        }
    }
}

/// Where something at an address is kept.
pub(super) fn place(address: usize, places: usize) -> usize {
    // Statics lie close together, in multiples of their alignment.
    (address >> 3) % places
}

/// Statements that a thread remembers.
pub(super) const STATEMENTS: usize = 256;
/// Targets that a thread remembers.
const TARGETS: usize = 64;
/// Bytes of room that a thread keeps, of each kind.
const MAX_KEPT: usize = 16 << 10;
