//! The program's defmt logger: raw frames go into our ring.
//!
//! Runs on the *caller*. defmt hands out a frame in pieces, so its bytes are gathered in one place,
//! which one context has at a time: interrupts are masked from the first piece until the frame is in
//! the ring. Encoding is left to the *drain*.
#![allow(unsafe_code)]

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU8, Ordering, compiler_fence};
use core::{fmt, ptr};

use critical_section::RestoreState;
use portable_atomic::AtomicUsize;

use super::ring::{FrameRing, LONGEST_FRAME};
use crate::RingHandler;
use crate::atomic::WORD_BYTES;
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
/// Interrupts are masked while a statement makes its frame, which is most of it (on Armv7-M some 270
/// instructions in all for one or two short arguments; what a `Display` in it costs comes on top).
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
struct Early(AtomicUsize);

static EARLY: Early = Early(AtomicUsize::new(0));

impl FrameRing for Early {
    fn put(&self, _: &[[u8; WORD_BYTES]], _: usize) {
        self.count_refused(1);
    }

    fn count_refused(&self, frames: usize) {
        self.0.fetch_add(frames, Ordering::Relaxed);
    }
}

#[::defmt::global_logger]
struct GlobalLogger;

// SAFETY: `Frame` gives its bytes to one context at a time, by a critical section from `acquire` to
// `release`; a context that gets in all the same finds `depth` above zero and leaves them alone.
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
    depth: AtomicU8::new(0),
    open: UnsafeCell::new(Open {
        restore: RestoreState::invalid(),
        length: 0,
        bytes: Aligned([0; LONGEST_FRAME]),
    }),
};

/// The frame that is being made.
struct Frame {
    /// How many calls are between `open` and `close`; the first has the bytes.
    depth: AtomicU8,
    open: UnsafeCell<Open>,
}

struct Open {
    restore: RestoreState,
    /// Bytes written, or [`TOO_LONG`].
    length: u16,
    bytes: Aligned,
}

/// So that the ring takes them a word at a time.
#[repr(align(8))]
struct Aligned([u8; LONGEST_FRAME]);

// SAFETY: see `Frame::first`, the only way to what is in the cell.
unsafe impl Sync for Frame {}

impl Frame {
    #[inline(always)]
    fn open(&self) {
        // SAFETY: `close` of this call, or of the one that it interrupts, restores it.
        let restore = unsafe { critical_section::acquire() };
        let depth = self.depth.load(Ordering::Relaxed);
        // First of all: whoever interrupts from here on (no critical section masks everything) gets
        // nothing, and comes and goes whole before this goes on.
        self.depth.store(depth.wrapping_add(1), Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
        match self.first() {
            Some(open) => {
                open.restore = restore;
                open.length = 0;
            }
            // SAFETY: acquired above; the outer call is still in its own critical section.
            None => unsafe { critical_section::release(restore) },
        }
    }

    #[inline(always)]
    fn write(&self, bytes: &[u8]) {
        let Some(open) = self.first() else { return };
        let start = usize::from(open.length);
        let end = start + bytes.len();
        let Some(room) = open.bytes.0.get_mut(start..end) else {
            open.length = TOO_LONG;
            return;
        };
        open.length = end as u16;
        // Numbers come one by one: few instructions, where a call to copy them takes dozens.
        if bytes.len() == 4
            && let (Some(room), Some(number)) = (room.first_chunk_mut::<4>(), bytes.first_chunk())
        {
            *room = *number;
        } else if bytes.len() < 16 {
            for (to, from) in room.iter_mut().zip(bytes) {
                // SAFETY: `to` is a reference. Volatile, so that no call is made of the loop.
                unsafe { ptr::write_volatile(to, *from) };
            }
        } else {
            room.copy_from_slice(bytes);
        }
    }

    #[inline(always)]
    fn close(&self) {
        let Some(open) = self.first() else { return self.refuse() };
        let length = usize::from(open.length);
        let (words, _) = open.bytes.0.as_chunks();
        match words.get(..words_for(length)) {
            Some(words) => RING.get().put(words, length),
            None => RING.get().count_refused(1),
        }
        let restore = open.restore;
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
        compiler_fence(Ordering::SeqCst);
        self.depth.store(self.depth.load(Ordering::Relaxed).wrapping_sub(1), Ordering::Relaxed);
    }

    /// What the first of nested calls has, `None` for the others. To be called between `open` and
    /// `close` only.
    #[inline(always)]
    #[allow(clippy::mut_from_ref, reason = "the critical section and `depth` see to it")]
    fn first(&self) -> Option<&mut Open> {
        if self.depth.load(Ordering::Relaxed) != 1 {
            return None;
        }
        // SAFETY: between `open` and `close` a critical section keeps every other context away. One
        // that it does not mask raises `depth` to more than 1 before it comes here, and lowers it
        // again before the first call goes on; so does a call of this context inside of another, and
        // no function of `Frame` calls out while it holds the reference, but for `RING`, which does
        // not come here.
        Some(unsafe { &mut *self.open.get() })
    }
}

/// The length of a frame that there is no room for: nothing can be added to it.
const TOO_LONG: u16 = u16::MAX;

const _: () = assert!(LONGEST_FRAME < TOO_LONG as usize);
