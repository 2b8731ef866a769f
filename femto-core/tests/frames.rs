//! Frames read back as they were written, in both encodings; and no bytes make a decoder panic.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::fmt::Debug;
use core::mem::discriminant;

use femto_core::frame::local::{self, Event};
use femto_core::frame::portable::{Portable, Style};
use femto_core::frame::{FrameError, Header, Kind, MAX_VALUES, Writer};
use femto_core::ring::{Lane, SharedRing};
use femto_core::{AtomicWord, Level, Value, WORD_BYTES};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_local_frame_reads_back_from_a_shared_ring(
        level: u8, site: u32, route: u32, time: u64, values in vec(any_value(), 0..=MAX_VALUES),
        before in 0..CAPACITY,
    ) {
        let values = borrow(&values);
        let event = Event { level: Level::new(level), site, route, time, values: &values };
        let ring = SharedRing::new(words());
        let mut scratch = vec![0; CAPACITY * WORD_BYTES];
        // Begin at any place of the ring.
        for _ in 0..before {
            ring.push(1, FILLER, nothing).unwrap();
            ring.drain(&mut scratch, |_, _| true);
        }
        let length = event.words();
        ring.push(length, event.header(length, Kind::Local), event).unwrap();
        let mut seen = 0;
        ring.drain(&mut scratch, |header, bytes| {
            seen += 1;
            assert_eq!((header.words, header.kind), (length, Kind::Local));
            assert_reads_back(&event, bytes);
            true
        });
        prop_assert_eq!(seen, 1);
    }

    #[test]
    fn a_local_frame_reads_back_from_a_lane(
        level: u8, site: u32, route: u32, time: u64, values in vec(any_value(), 0..=MAX_VALUES),
        before in 0..CAPACITY,
    ) {
        let values = borrow(&values);
        let event = Event { level: Level::new(level), site, route, time, values: &values };
        let lane = Lane::new(words());
        let (mut producer, mut consumer) = Lane::split(&lane).unwrap();
        for _ in 0..before {
            producer.push(1, FILLER, nothing).unwrap();
            let mark = consumer.mark();
            prop_assert!(consumer.front(mark).is_some());
            consumer.release(1);
        }
        let length = event.words();
        producer.push(length, event.header(length, Kind::LocalCut), event).unwrap();
        let mark = consumer.mark();
        let (header, frame) = consumer.front(mark).unwrap();
        prop_assert_eq!((header.words, header.kind), (length, Kind::LocalCut));
        assert_reads_back(&event, &bytes_of(frame));
    }

    #[test]
    fn a_local_frame_cut_short_is_an_error(values in vec(any_value(), 0..=MAX_VALUES)) {
        let values = borrow(&values);
        let event = Event { level: Level::INFO, site: 1, route: 2, time: 3, values: &values };
        let whole = local_bytes(&event);
        for length in 0..whole.len() {
            let mut room = [Value::None; MAX_VALUES];
            prop_assert!(local::read(&whole[..length], &mut room).is_err(), "{} bytes", length);
        }
    }

    #[test]
    fn no_bytes_make_the_local_decoder_panic(
        mut bytes in vec(any::<u8>(), 0..400), values: u8, header: bool,
    ) {
        if header && bytes.len() >= WORD_BYTES {
            let (words, values) = (bytes.len() / WORD_BYTES, usize::from(values & 0x1f));
            let header = Header { words, level: Level::INFO, values, kind: Kind::Local, site: 0 };
            bytes[..WORD_BYTES].copy_from_slice(&header.to_word().to_le_bytes());
        }
        let mut room = [Value::None; MAX_VALUES];
        if let Ok(event) = local::read(&bytes, &mut room) {
            // What was read can be printed.
            let _ = format!("{event:?}");
        }
    }

    #[test]
    fn a_damaged_local_frame_makes_no_panic(
        values in vec(any_value(), 0..=MAX_VALUES), damage in vec(any::<(usize, u8)>(), 1..4),
    ) {
        let values = borrow(&values);
        let event = Event { level: Level::INFO, site: 1, route: 2, time: 3, values: &values };
        let mut bytes = local_bytes(&event);
        for (at, with) in damage {
            let at = at % bytes.len();
            bytes[at] ^= with;
        }
        let _ = local::read(&bytes, &mut [Value::None; MAX_VALUES]);
    }

    #[test]
    fn a_portable_frame_reads_back(
        head: (u8, u64), name: String, template: String, arguments in vec(any_value(), 0..30),
        mapping in option::of(any_pairs()), key_values in option::of(any_pairs()),
        location: Option<(String, u32)>, function: Option<String>, level_name: Option<String>,
        thread: Option<(u64, String)>,
        rest: (Option<(u32, String)>, Option<String>, Option<String>, Option<String>),
    ) {
        let (process, task, exception, stack) = &rest;
        let arguments = borrow(&arguments);
        let mapping = mapping.as_deref().map(borrow_pairs);
        let key_values = key_values.as_deref().map(borrow_pairs);
        let written = Portable::<&[Value<'_>], &[(&str, Value<'_>)]> {
            level: Level::new(head.0),
            time: head.1,
            style: [Style::Ready, Style::Rust, Style::Percent][usize::from(head.0 % 3)],
            name: &name,
            template: &template,
            arguments: &arguments,
            mapping: mapping.as_deref(),
            key_values: key_values.as_deref(),
            location: location.as_ref().map(|(file, line)| (file.as_str(), *line)),
            function: function.as_deref(),
            level_name: level_name.as_deref(),
            thread: thread.as_ref().map(|(id, name)| (*id, name.as_str())),
            process: process.as_ref().map(|(id, name)| (*id, name.as_str())),
            task: task.as_deref(),
            exception: exception.as_deref(),
            stack: stack.as_deref(),
        };

        let mut bytes = Vec::new();
        written.write(&mut bytes).unwrap();
        let whole = bytes.len();
        bytes.extend([0xff; 9]); // what lies behind does not matter
        let read = Portable::read(&bytes).unwrap();
        prop_assert_eq!((read.level, read.time, read.style), (written.level, head.1, written.style));
        prop_assert_eq!((read.name, read.template), (name.as_str(), template.as_str()));
        assert_values(read.arguments, &arguments);
        assert_pairs(read.mapping, written.mapping);
        assert_pairs(read.key_values, written.key_values);
        prop_assert_eq!(read.location, written.location);
        prop_assert_eq!(read.function, written.function);
        prop_assert_eq!(read.level_name, written.level_name);
        prop_assert_eq!(read.thread, written.thread);
        prop_assert_eq!(read.process, written.process);
        prop_assert_eq!(read.task, written.task);
        prop_assert_eq!(read.exception, written.exception);
        prop_assert_eq!(read.stack, written.stack);

        let mut room = [Value::None; 255];
        let mut all = Vec::new();
        let again = Portable::read_into(&bytes, &mut room, |pair| all.push(pair)).unwrap();
        assert_values(again.arguments.iter().copied(), &arguments);
        prop_assert_eq!(again.mapping, written.mapping.map(<[_]>::len));
        prop_assert_eq!(again.key_values, written.key_values.map(<[_]>::len));
        let both = [written.mapping, written.key_values].map(Option::unwrap_or_default).concat();
        assert_pairs(Some(all.into_iter()), Some(&both));
        prop_assert_eq!((again.name, again.stack), (read.name, read.stack));
        if !arguments.is_empty() {
            let short = &mut [Value::None; 255][..arguments.len() - 1];
            prop_assert_eq!(Portable::read_into(&bytes, short, drop).unwrap_err(), FrameError::Short);
        }

        // Cut anywhere it is an error, not a panic and not another record.
        for length in (0..whole).step_by(1 + whole / 200) {
            prop_assert!(Portable::read(&bytes[..length]).is_err(), "{} of {} bytes", length, whole);
        }
    }

    #[test]
    fn no_bytes_make_the_portable_decoder_panic(
        mut bytes in vec(any::<u8>(), 0..300), is_headed: bool, counts in 0_u8..4, sections: u16,
    ) {
        if is_headed && bytes.len() > 30 {
            let [low, high] = (sections & 0x3ff).to_le_bytes();
            bytes[..6].copy_from_slice(&[1, 20, counts % 3, counts, low, high]);
            bytes[14..22].copy_from_slice(&[1, 0, 0, 0, b'n', 0, 0, 0]);
            bytes[22] = 0;
        }
        let into = Portable::read_into(&bytes, &mut [Value::None; 255], drop).is_ok();
        prop_assert_eq!(into, Portable::read(&bytes).is_ok());
        if let Ok(read) = Portable::read(&bytes) {
            let shown = (read.arguments.count(), read.mapping.map(Iterator::count));
            let _ = format!("{read:?} {shown:?}");
        }
    }

    #[test]
    fn a_damaged_portable_frame_makes_no_panic(
        arguments in vec(any_value(), 0..9), pairs in any_pairs(),
        damage in vec(any::<(usize, u8)>(), 1..4),
    ) {
        let (arguments, pairs) = (borrow(&arguments), borrow_pairs(&pairs));
        let frame = Portable::<&[Value<'_>], &[(&str, Value<'_>)]> {
            arguments: &arguments,
            key_values: Some(&pairs),
            thread: Some((1, "t")),
            ..Default::default()
        };
        let mut bytes = Vec::new();
        frame.write(&mut bytes).unwrap();
        for (at, with) in damage {
            let at = at % bytes.len();
            bytes[at] ^= with;
        }
        if let Ok(read) = Portable::read(&bytes) {
            let _ = (read.arguments.count(), read.key_values.map(Iterator::count));
        }
    }
}

#[test]
fn an_unknown_version_is_named() {
    assert_eq!(Portable::read(&[9; 40]).unwrap_err(), FrameError::Version(9));
}

#[test]
fn text_that_is_not_utf8_is_an_error() {
    let frame =
        Portable::<&[Value<'_>], &[(&str, Value<'_>)]> { name: "name", ..Default::default() };
    let mut bytes = Vec::new();
    frame.write(&mut bytes).unwrap();
    bytes[18] = 0xff;
    assert_eq!(Portable::read(&bytes).unwrap_err(), FrameError::Text);
}

#[test]
fn a_frame_with_too_many_values_is_an_error_and_never_written_by_handlers() {
    let header = Header {
        words: 40,
        level: Level::INFO,
        values: MAX_VALUES + 1,
        kind: Kind::Local,
        site: 0,
    };
    let mut bytes = [0; 40 * WORD_BYTES];
    bytes[..WORD_BYTES].copy_from_slice(&header.to_word().to_le_bytes());
    assert!(local::read(&bytes, &mut [Value::None; MAX_VALUES]).is_err());
}

const CAPACITY: usize = 2048;
const FILLER: femto_core::Word =
    Header { words: 1, level: Level::NOTSET, values: 0, kind: Kind::Aside, site: 0 }.to_word();

fn words() -> Box<[AtomicWord]> {
    femto_core::ring::boxed(CAPACITY)
}

fn bytes_of(frame: &[AtomicWord]) -> Vec<u8> {
    use core::sync::atomic::Ordering::Relaxed;
    frame.iter().flat_map(|word| word.load(Relaxed).to_le_bytes()).collect()
}

fn local_bytes(event: &Event<'_>) -> Vec<u8> {
    let ring = SharedRing::new(words());
    let length = event.words();
    ring.push(length, event.header(length, Kind::Local), *event).unwrap();
    let mut bytes = Vec::new();
    ring.drain(&mut [0; CAPACITY * WORD_BYTES], |_, frame| {
        bytes.extend_from_slice(frame);
        true
    });
    bytes
}

fn assert_reads_back(event: &Event<'_>, bytes: &[u8]) {
    let mut room = [Value::None; MAX_VALUES];
    let read = local::read(bytes, &mut room).unwrap();
    assert_eq!(
        (read.level, read.site, read.route, read.time),
        (event.level, event.site, event.route, event.time)
    );
    assert_values(read.values.iter().copied(), event.values);
}

#[track_caller]
fn assert_values<'a>(read: impl Iterator<Item = Value<'a>>, written: &[Value<'_>]) {
    let read: Vec<_> = read.map(facts).collect();
    let written: Vec<_> = written.iter().copied().map(facts).collect();
    assert_eq!(read, written);
}

#[track_caller]
fn assert_pairs<'a>(
    read: Option<impl Iterator<Item = (&'a str, Value<'a>)>>,
    written: Option<&[(&str, Value<'_>)]>,
) {
    let read: Option<Vec<_>> =
        read.map(|pairs| pairs.map(|(key, value)| (key.to_owned(), facts(value))).collect());
    let written: Option<Vec<_>> = written
        .map(|pairs| pairs.iter().map(|(key, value)| ((*key).to_owned(), facts(*value))).collect());
    assert_eq!(read, written);
}

/// Kind and contents, floats to the bit.
fn facts(value: Value<'_>) -> impl PartialEq + Debug + use<> {
    let contents = match value {
        Value::F32(n) => n.to_bits().to_string(),
        Value::F64(n) => n.to_bits().to_string(),
        other => format!("{other:?}"),
    };
    let value: Value<'static> = match value {
        Value::Str(_) => Value::Str(""),
        Value::Bytes(_) => Value::Bytes(&[]),
        Value::Rendered(_) => Value::Rendered(""),
        Value::None => Value::None,
        Value::Bool(b) => Value::Bool(b),
        Value::I8(n) => Value::I8(n),
        Value::I16(n) => Value::I16(n),
        Value::I32(n) => Value::I32(n),
        Value::I64(n) => Value::I64(n),
        Value::U8(n) => Value::U8(n),
        Value::U16(n) => Value::U16(n),
        Value::U32(n) => Value::U32(n),
        Value::U64(n) => Value::U64(n),
        Value::I128(n) => Value::I128(n),
        Value::U128(n) => Value::U128(n),
        Value::F32(n) => Value::F32(n),
        Value::F64(n) => Value::F64(n),
        Value::Char(c) => Value::Char(c),
        _ => panic!("a kind of value that this test does not know"),
    };
    (discriminant(&value), contents)
}

/// A value that owns its contents.
#[derive(Clone, Debug)]
enum Owned {
    Plain(Value<'static>),
    Str(String),
    Rendered(String),
    Bytes(Vec<u8>),
}

fn borrow(values: &[Owned]) -> Vec<Value<'_>> {
    values.iter().map(Owned::borrow).collect()
}

fn borrow_pairs(pairs: &[(String, Owned)]) -> Vec<(&str, Value<'_>)> {
    pairs.iter().map(|(key, value)| (key.as_str(), value.borrow())).collect()
}

impl Owned {
    fn borrow(&self) -> Value<'_> {
        match self {
            Self::Plain(value) => *value,
            Self::Str(text) => Value::Str(text),
            Self::Rendered(text) => Value::Rendered(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}

fn any_pairs() -> impl Strategy<Value = Vec<(String, Owned)>> {
    vec((any::<String>(), any_value()), 0..9)
}

fn any_value() -> impl Strategy<Value = Owned> {
    let plain = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i8>().prop_map(Value::I8),
        any::<i16>().prop_map(Value::I16),
        any::<i32>().prop_map(Value::I32),
        any::<i64>().prop_map(Value::I64),
        any::<u8>().prop_map(Value::U8),
        any::<u16>().prop_map(Value::U16),
        any::<u32>().prop_map(Value::U32),
        any::<u64>().prop_map(Value::U64),
        any::<u32>().prop_map(|bits| Value::F32(f32::from_bits(bits))),
        any::<u64>().prop_map(|bits| Value::F64(f64::from_bits(bits))),
        any::<char>().prop_map(Value::Char),
        any::<[u64; 2]>().prop_map(Value::I128),
        any::<[u64; 2]>().prop_map(Value::U128),
    ];
    prop_oneof![
        4 => plain.prop_map(Owned::Plain),
        1 => any::<String>().prop_map(Owned::Str),
        1 => any::<String>().prop_map(Owned::Rendered),
        1 => vec(any::<u8>(), 0..80).prop_map(Owned::Bytes),
    ]
}

fn nothing(_: &mut Writer<'_>) {}
