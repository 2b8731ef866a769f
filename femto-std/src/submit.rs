//! Submit: from a call that passed its checks to a frame in the lane.
//!
//! Runs on the *caller*, between filters and lane.

use core::fmt;
use core::sync::atomic::Ordering;

use femto_core::frame::local::Event;
use femto_core::frame::{Header, Kind, Writer};
use femto_core::{AtomicWord, Level, WORD_BYTES, Word};

use crate::collector::Inline;
use crate::handler::Delivery;
use crate::lane::{self, Outgoing, Refused};
use crate::route::{Destination, Route};

/// The record would have to wait, and was not to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the record has to wait for room")
    }
}

impl core::error::Error for Busy {}

/// Puts a statement's record into the lane.
#[inline(always)]
pub(crate) fn event(route: u32, event: &Event<'_>) -> Result<(), Refused> {
    let words = event.words();
    lane::push(&Outgoing {
        words,
        // A longer one does not go into a ring, but beside it.
        header: event.header(words.min(Header::MAX_WORDS), Kind::Local),
        level: event.level,
        time: event.time,
        route,
        may_wait: true,
        write: |to: &mut Writer<'_>| event.write(to),
    })
}

impl Route {
    /// Takes a record as a [portable frame](femto_core::frame::portable), without ever waiting.
    /// `time` is that of [`engine::now`](crate::engine::now).
    ///
    /// # Errors
    /// [`Busy`] if a handler is over capacity or the thread's lane is full; nothing was taken.
    pub fn try_submit(&self, level: Level, time: u64, frame: &[u8]) -> Result<(), Busy> {
        let destination = self.destination();
        if destination.has_direct || !lane::is_ready() {
            return Err(Busy);
        }
        push(destination, level, time, frame, false).map_err(|_| Busy)
    }

    /// Takes a record as a [portable frame](femto_core::frame::portable), waiting for room as the
    /// handlers' policies say. Direct handlers write it before this returns.
    pub fn submit(&self, level: Level, time: u64, frame: &[u8]) {
        let destination = self.destination();
        if destination.has_direct {
            let write = portable(destination, time, frame);
            write_through(
                destination,
                portable_words(frame),
                portable_header(level, frame),
                &write,
            );
        }
        if destination.has_queued && push(destination, level, time, frame, true).is_err() {
            refuse(destination, level);
        }
    }
}

fn push(
    destination: &Destination,
    level: Level,
    time: u64,
    frame: &[u8],
    may_wait: bool,
) -> Result<(), Refused> {
    lane::push(&Outgoing {
        words: portable_words(frame),
        header: portable_header(level, frame),
        level,
        time,
        route: destination.id,
        may_wait,
        write: portable(destination, time, frame),
    })
}

/// Has the direct handlers of a destination write a frame, on the calling thread.
#[cold]
pub(crate) fn write_through(
    destination: &Destination,
    words: usize,
    header: Word,
    write: &dyn Fn(&mut Writer<'_>),
) {
    let room: Box<[AtomicWord]> = (0..words).map(|_| AtomicWord::new(0)).collect();
    write(&mut Writer::new(&room));
    if let Some(first) = room.first() {
        first.store(header, Ordering::Relaxed);
    }
    Inline::with(|inline| inline.write_through(destination, &room));
}

/// Counts a record that found no room, for every queued handler whose level takes it.
#[cold]
pub(crate) fn refuse(destination: &Destination, level: Level) {
    for handler in &destination.handlers {
        if handler.delivery() == Delivery::Queued && level >= handler.level() {
            handler.refuse();
        }
    }
}

/// The frame around a portable record: header, time, route and length, then its bytes.
fn portable<'f>(
    destination: &Destination,
    time: u64,
    frame: &'f [u8],
) -> impl Fn(&mut Writer<'_>) + use<'f> {
    let route = destination.id;
    move |to| {
        to.wide(time);
        to.wide(u64::from(route) | (frame.len() as u64) << 32);
        to.bytes(frame);
    }
}

#[inline]
fn portable_words(frame: &[u8]) -> usize {
    1 + 16 / WORD_BYTES + frame.len().div_ceil(WORD_BYTES)
}

#[inline]
fn portable_header(level: Level, frame: &[u8]) -> Word {
    let words = portable_words(frame).min(Header::MAX_WORDS);
    Header { words, level, values: 0, kind: Kind::Portable, site: 0 }.to_word()
}
