//! The program's defmt logger: raw frames go into our ring.
//!
//! Runs on the *caller*. defmt hands out a frame in pieces, so its bytes are gathered in one place,
//! which one context has at a time: interrupts are masked from the first piece until the frame is in
//! the ring. Encoding is left to the *drain*.
#![allow(unsafe_code)]

use core::cell::UnsafeCell;
use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering, compiler_fence};

use critical_section::RestoreState;

use super::ring::{FRAME_BYTES, FRAME_WORDS, FrameRing, START};
use crate::RingHandler;
use crate::atomic::Word;
use crate::frame::words_for;
use crate::reference::SetOnce;

/// Makes the application's `defmt` statements log to `ring`, once.
///
/// The program is linked with `-Tdefmt.x`, as defmt asks, and brings an implementation of
/// `critical-section`. Which statements there are, defmt decides at compile time, by `DEFMT_LOG`; which
/// of them are taken, the level of `ring`, at run time.
///
/// Statements before it are not heard; `ring` counts them as dropped. Statements that are made while
/// another one of the same context is being made (from its `Format`, or from an interrupt that no
/// critical section masks) are dropped and counted too: defmt has one frame at a time.
///
/// Interrupts are masked while a statement makes its frame, which is most of it (on Armv7-M some 250
/// instructions in all for one or two short arguments; what a `Display` in it costs comes on top).
///
/// Only [`RingHandler::drain_with_defmt`] writes frames. Those that [`RingHandler::drain`],
/// [`RingHandler::forward`] and [`RingHandler::enter_panic_mode`] meet are dropped and counted, and a line of its own
/// says how many they were: a panic handler that is to keep them drains first.
///
/// `defmt::flush` does nothing: the application drains.
///
/// # Errors
/// [`RingAlreadySet`] if one was set before; it stays.
///
/// # Examples
/// ```no_run
/// use femto_core::bridge::defmt::{DefmtSink, init};
/// use femto_core::{Logger, RingHandler, TextFormatter, info};
///
/// static RING: RingHandler<256> = RingHandler::new();
/// static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
/// # struct Uart(u8);
/// # impl embedded_io::ErrorType for Uart { type Error = core::convert::Infallible; }
/// # impl embedded_io::Write for Uart {
/// #     fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> { Ok(bytes.len()) }
/// #     fn flush(&mut self) -> Result<(), Self::Error> { Ok(()) }
/// # }
/// # let (mut console, second_uart) = (Uart(0), Uart(1));
///
/// init(&RING)?;
/// let mut wire = DefmtSink::new(second_uart); // what `defmt-print -e ELF` reads
/// defmt::info!("{=u16} mV", 3300); // into the ring, raw
/// info!(logger: ROOT, "{} mV", 3300); // into the same ring
/// RING.drain_with_defmt(&TextFormatter::new(), &mut console, &mut wire).unwrap();
/// # Ok::<(), femto_core::bridge::defmt::RingAlreadySet>(())
/// ```
pub fn init<const WORDS: usize>(ring: &'static RingHandler<WORDS>) -> Result<(), RingAlreadySet> {
    if !RING.set(ring) {
        return Err(RingAlreadySet);
    }
    ring.count_refused(EARLY.0.swap(0, Ordering::Relaxed));
    Ok(())
}

/// There is a ring for defmt already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingAlreadySet;

impl fmt::Display for RingAlreadySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a ring for defmt was set before")
    }
}

impl core::error::Error for RingAlreadySet {}

static RING: SetOnce<&'static dyn FrameRing> = SetOnce::new(&(&EARLY as &dyn FrameRing));

/// Counts until there is a ring.
struct Early(portable_atomic::AtomicUsize);

static EARLY: Early = Early(portable_atomic::AtomicUsize::new(0));

impl FrameRing for Early {
    fn put(&self, _: &[Word], _: usize) {
        self.count_refused(1);
    }

    fn count_refused(&self, frames: usize) {
        self.0.fetch_add(frames, Ordering::Relaxed);
    }
}

#[::defmt::global_logger]
struct GlobalLogger;

// SAFETY: `Frame` belongs to one context at a time, by a critical section from `acquire` to `release`; a
// context that gets in all the same finds `depth` above zero and leaves what is in it alone.
unsafe impl ::defmt::Logger for GlobalLogger {
    fn acquire() {
        FRAME.open();
    }

    unsafe fn flush() {}

    unsafe fn write(bytes: &[u8]) {
        FRAME.write(bytes);
    }

    unsafe fn release() {
        FRAME.close();
    }
}

static FRAME: Frame = Frame {
    depth: AtomicUsize::new(0),
    limit: AtomicUsize::new(FRAME_BYTES),
    end: AtomicUsize::new(0),
    restore: UnsafeCell::new(RestoreState::invalid()),
    words: UnsafeCell::new([0; FRAME_WORDS]),
};

/// The frame that is being made.
struct Frame {
    /// How many calls are between `open` and `close`; the first has the frame.
    depth: AtomicUsize,
    /// Where the frame has to end at the latest; 0 while a call inside of the first writes.
    limit: AtomicUsize,
    /// Where it ends by now, or [`TOO_LONG`]; in bytes, like `limit`.
    end: AtomicUsize,
    restore: UnsafeCell<RestoreState>,
    /// In words, so that the ring takes it a word at a time.
    words: UnsafeCell<[Word; FRAME_WORDS]>,
}

// SAFETY: what is in the cells belongs to the call that found `depth` at 0. Until it lowers it again, a
// critical section keeps other contexts away. One that it does not mask, and a call of this context
// inside of another, finds `depth` raised, does not touch the cells, and comes to its end before the
// first call goes on.
unsafe impl Sync for Frame {}

impl Frame {
    #[inline(always)]
    fn open(&self) {
        // SAFETY: `close` of this call, or `refuse`, restores it.
        let restore = unsafe { critical_section::acquire() };
        let depth = self.depth.load(Ordering::Relaxed);
        // First of all: whoever interrupts from here on (no critical section masks everything) gets
        // nothing, and comes and goes whole before this goes on.
        self.depth.store(depth.wrapping_add(1), Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
        if depth != 0 {
            return self.shut(restore);
        }
        // SAFETY: the frame is this call's, and nobody has a reference into the cell.
        unsafe { self.restore.get().write(restore) };
        self.end.store(START, Ordering::Relaxed);
    }

    /// Begins a call inside of another: all that it writes is beyond the limit.
    #[cold]
    #[inline(never)]
    fn shut(&self, restore: RestoreState) {
        self.limit.store(0, Ordering::Relaxed);
        // SAFETY: acquired by `open`, which ends with this; the first call is still in its own.
        unsafe { critical_section::release(restore) };
    }

    #[inline(always)]
    fn write(&self, bytes: &[u8]) {
        let start = self.end.load(Ordering::Relaxed);
        // No slice is so long that this wraps.
        let end = start.wrapping_add(bytes.len());
        if end > self.limit.load(Ordering::Relaxed) {
            return self.do_without();
        }
        self.end.store(end, Ordering::Relaxed);
        let to = self.words.get().cast::<u8>().wrapping_add(start);
        // SAFETY: `end` is within the limit, so this is the first call, whose the frame is, and its room
        // does not end before.
        unsafe { copy(bytes, to) };
    }

    /// Writes nothing: the frame is too long, or that of a call inside of another.
    #[cold]
    #[inline(never)]
    fn do_without(&self) {
        if self.limit.load(Ordering::Relaxed) != 0 {
            self.end.store(TOO_LONG, Ordering::Relaxed);
        }
    }

    #[inline(always)]
    fn close(&self) {
        if self.depth.load(Ordering::Relaxed) != 1 {
            return self.refuse();
        }
        // SAFETY: the frame is this call's, and nobody writes to it until `depth` is lowered: `put` does
        // not come here, and who interrupts finds `depth` raised.
        let words = unsafe { &*self.words.get() };
        let end = self.end.load(Ordering::Relaxed);
        match words.get(..words_for(end)) {
            Some(words) => RING.get().put(words, end),
            None => RING.get().count_refused(1),
        }
        // SAFETY: as above.
        let restore = unsafe { self.restore.get().read() };
        compiler_fence(Ordering::SeqCst);
        self.depth.store(0, Ordering::Relaxed);
        // SAFETY: acquired by the `open` that this ends.
        unsafe { critical_section::release(restore) };
    }

    /// Ends a call that is inside of another.
    #[cold]
    #[inline(never)]
    fn refuse(&self) {
        RING.get().count_refused(1);
        let depth = self.depth.load(Ordering::Relaxed).wrapping_sub(1);
        self.depth.store(depth, Ordering::Relaxed);
        // At last: whoever interrupts before does the same.
        compiler_fence(Ordering::SeqCst);
        if depth == 1 {
            self.limit.store(FRAME_BYTES, Ordering::Relaxed);
        }
    }
}

/// Copies a piece of a frame: numbers and short texts in few instructions, where a call to copy them
/// takes dozens.
///
/// # Safety
/// From `to` on as many bytes can be written, none of which anybody has a reference to.
#[inline(always)]
unsafe fn copy(bytes: &[u8], to: *mut u8) {
    let (from, length) = (bytes.as_ptr(), bytes.len());
    let is_aligned = (from.addr() | to.addr()).is_multiple_of(4);
    let word = |at| {
        // SAFETY: where this is called, four bytes lie there, aligned as was asked.
        let word = unsafe { from.wrapping_add(at).cast::<u32>().read() };
        // SAFETY: and four here. Volatile, so that no call is made of the loop.
        unsafe { to.wrapping_add(at).cast::<u32>().write_volatile(word) };
    };
    match length {
        4 if is_aligned => word(0),
        8 if is_aligned => {
            word(0);
            word(4);
        }
        0..16 => {
            for (at, byte) in bytes.iter().enumerate() {
                // SAFETY: a byte lies here. Volatile, as above.
                unsafe { to.wrapping_add(at).write_volatile(*byte) };
            }
        }
        // SAFETY: as the caller says.
        _ => unsafe { to.copy_from_nonoverlapping(from, length) },
    }
}

/// The end of a frame that there is no room for: nothing can be added to it.
const TOO_LONG: usize = usize::MAX / 2;
