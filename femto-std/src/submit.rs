//! Submit: from a call that passed its checks to a frame in the lane.
//!
//! Runs on the *caller*, between filters and lane.

use core::fmt;
use core::sync::atomic::Ordering;

use femto_core::frame::local::Event;
use femto_core::frame::{Header, Kind, Writer};
use femto_core::{AtomicWord, Level, Value, WORD_BYTES, Word};

use crate::collector::Inline;
use crate::handler::Delivery;
use crate::lane::{self, Outgoing, Refused, Slot};
use crate::route::{Destination, Route};
use crate::scope;

/// The record would have to wait, and was not to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the record has to wait for room")
    }
}

impl core::error::Error for Busy {}

/// Puts a statement's record into the lane. The values come as a copy, so that the compiler can keep
/// them in registers and their kinds out of the program.
#[inline(always)]
pub(crate) fn event<const N: usize>(
    level: Level,
    site: u32,
    route: u32,
    time: u64,
    values: [Value<'_>; N],
) -> Result<(), Refused> {
    let event = Event { level, site, route, time, values: &values };
    let words = event.words();
    lane::try_push(words, header(&event, words), level, event).or_else(|slot| {
        let copy = values;
        push_event(slot, &Event { level, site, route, time, values: &copy })
    })
}

#[cold]
#[inline(never)]
fn push_event(slot: Slot, event: &Event<'_>) -> Result<(), Refused> {
    if matches!(slot, Slot::InUse) && lane::is_scoped() {
        return scope::with(|extra| extended_event(event, extra));
    }
    let words = event.words();
    let outgoing = Outgoing {
        words,
        header: header(event, words),
        level: event.level,
        time: event.time,
        route: event.route,
        may_wait: true,
        frame: *event,
    };
    lane::push_slowly(slot, &outgoing)
}

/// A frame longer than a header can tell does not go into a ring, but beside it.
#[inline(always)]
fn header(event: &Event<'_>, words: usize) -> Word {
    event.header(words.min(Header::MAX_WORDS), Kind::Local)
}

/// Puts a record with any number of values into the lane, and with it what is given of what
/// surrounds it, the thread's scope included.
#[inline]
pub(crate) fn extended_event(event: &Event<'_>, extra: &[u8]) -> Result<(), Refused> {
    let words = extended_words(event, extra);
    lane::push(&Outgoing {
        words,
        header: extended_header(event, words, extra),
        level: event.level,
        time: event.time,
        route: event.route,
        may_wait: true,
        frame: extended(event, extra),
    })
}

pub(crate) fn extended_words(event: &Event<'_>, extra: &[u8]) -> usize {
    event.words() + extra.len().div_ceil(WORD_BYTES)
}

pub(crate) fn extended_header(event: &Event<'_>, words: usize, extra: &[u8]) -> Word {
    let kind = if extra.is_empty() { Kind::Local } else { Kind::Extended };
    event.header(words.min(Header::MAX_WORDS), kind)
}

pub(crate) fn extended<'f>(
    event: &'f Event<'f>,
    extra: &'f [u8],
) -> impl Fn(&mut Writer<'_>) + Copy + use<'f> {
    |to| {
        event.write(to);
        to.bytes(extra);
    }
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
        in_scope(|extra| push(destination, level, time, (frame, extra), false)).map_err(|_| Busy)
    }

    /// Takes a record as a [portable frame](femto_core::frame::portable), waiting for room as the
    /// handlers' policies say. Direct handlers write it before this returns.
    pub fn submit(&self, level: Level, time: u64, frame: &[u8]) {
        in_scope(|extra| self.submit_surrounded(level, time, (frame, extra)));
    }

    /// [`Route::submit`], with all that surrounds the record.
    pub(crate) fn submit_surrounded(&self, level: Level, time: u64, frame: Surrounded<'_>) {
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

/// Lends what surrounds the thread's records, mostly nothing.
#[inline]
fn in_scope<T>(work: impl FnOnce(&[u8]) -> T) -> T {
    if lane::is_scoped() { scope::with(work) } else { work(&[]) }
}

/// A portable frame, and what surrounds its record.
pub(crate) type Surrounded<'f> = (&'f [u8], &'f [u8]);

fn push(
    destination: &Destination,
    level: Level,
    time: u64,
    frame: Surrounded<'_>,
    may_wait: bool,
) -> Result<(), Refused> {
    lane::push(&Outgoing {
        words: portable_words(frame),
        header: portable_header(level, frame),
        level,
        time,
        route: destination.id,
        may_wait,
        frame: portable(destination, time, frame),
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
    destination.counts.count_direct(level);
    destination.counts.drop_record();
    let level = if destination.at_any_level { Level::OFF } else { level };
    for handler in &destination.handlers {
        if handler.delivery() == Delivery::Queued {
            handler.refuse(level);
        }
    }
}

/// The frame around a portable record: header, time, route and length, then its bytes, filled up to
/// a word, and what surrounds it.
fn portable<'f>(
    destination: &Destination,
    time: u64,
    (frame, extra): Surrounded<'f>,
) -> impl Fn(&mut Writer<'_>) + Copy + use<'f> {
    let route = destination.id;
    move |to| {
        to.wide(time);
        to.wide(u64::from(route) | (frame.len() as u64) << 32);
        to.bytes(frame);
        to.bytes(extra);
    }
}

#[inline]
fn portable_words((frame, extra): Surrounded<'_>) -> usize {
    let words = |bytes: &[u8]| bytes.len().div_ceil(WORD_BYTES);
    1 + 16 / WORD_BYTES + words(frame) + words(extra)
}

#[inline]
fn portable_header(level: Level, frame: Surrounded<'_>) -> Word {
    let words = portable_words(frame).min(Header::MAX_WORDS);
    Header { words, level, values: 0, kind: Kind::Portable, site: 0 }.to_word()
}
