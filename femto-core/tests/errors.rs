//! Errors: each is one for `?` and `Box<dyn Error>`, and says what is wrong and what is allowed.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::error::Error;

use femto_core::frame::portable::Portable;
use femto_core::frame::wire::{Decoder, Packet};
use femto_core::frame::{FrameError, Header, Kind};
use femto_core::ring::SharedRing;
use femto_core::{AtomicWord, Level, Limit, set_levels};

/// The texts of an error and of those it comes from.
fn texts(error: &(dyn Error + 'static)) -> Vec<String> {
    core::iter::successors(Some(error), |&error| error.source()).map(ToString::to_string).collect()
}

#[test]
fn errors_say_what_is_wrong_and_what_is_allowed() {
    let error = Portable::read(&[9; 40]).unwrap_err();
    assert_eq!(texts(&error), ["frame version 9 is not known, only 1"]);
    let error = Packet::read(&[7; 40]).unwrap_err();
    assert!(texts(&error)[0].contains("checksum"), "{error}");
    assert!(!FrameError::Short.to_string().is_empty());

    let error = "loud".parse::<Level>().unwrap_err();
    assert!(texts(&error)[0].contains("CRITICAL") && texts(&error)[0].contains("0 to 255"));
    let error = "1/day".parse::<Limit>().unwrap_err();
    assert!(texts(&error)[0].contains("ms, s, min or h"));
    let error = set_levels("nowhere=debug").unwrap_err();
    assert_eq!(texts(&error), ["nowhere=debug: no logger has this name"]);
}

#[test]
fn a_run_of_garbage_is_an_error_that_comes_from_another() {
    let mut decoder = Decoder::new([0; 64]);
    let error = decoder.next(&mut &b"\x00garbage\x00"[..]).unwrap().unwrap_err();
    let texts = texts(&error);
    assert!(texts.len() == 2 && texts[0].ends_with(&texts[1]), "{texts:?}");
    assert!(texts[0].contains("7 bytes from byte 1 on"), "{texts:?}");
}

#[test]
fn a_full_ring_is_an_error() {
    static RING: SharedRing<[AtomicWord; 16]> = SharedRing::new([const { AtomicWord::new(0) }; 16]);
    let header = Header { words: 16, level: Level::INFO, values: 0, kind: Kind::Local, site: 0 };
    let push = || RING.push(16, header.to_word(), |_: &mut femto_core::frame::Writer<'_>| {});
    push().unwrap();
    assert_eq!(texts(&push().unwrap_err()), ["the ring has no room for the frame"]);
}
