//! One ring, several sinks; and records that were not made by a static logger's statement.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use std::sync::Mutex;

use embedded_io::{ErrorKind, ErrorType, Write};
use femto_core::{
    Details, DirectHandler, DirectHandlerBuilder, Handler, HandlerBuilderTrait, Level, LevelFilter,
    Logger, NameFilter, Record, RingHandler, RingHandlerBuilder, TextFormatter, Value, error, info,
    warn,
};

#[test]
fn each_sink_has_its_level_filters_and_loss_line() {
    static RING: RingHandler<32> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    static NET: Logger = Logger::child("net", &ROOT);
    static ONLY_NET: NameFilter<&str> = NameFilter("net");
    static TEXTS: [Mutex<String>; 3] = [const { Mutex::new(String::new()) }; 3];
    static ALL: Direct = Direct::new(TextFormatter::new(), Kept(&TEXTS[0]));
    static ERRORS: Direct = DirectHandlerBuilder::new()
        .with_level(Level::ERROR)
        .build_static(TextFormatter::new(), Kept(&TEXTS[1]));
    static NETS: Direct = DirectHandlerBuilder::new()
        .with_filters(&[&ONLY_NET])
        .build_static(TextFormatter::new(), Kept(&TEXTS[2]));
    info!(logger: ROOT, "one");
    error!(logger: NET, "two");
    warn!(logger: NET, "three");
    assert_eq!(RING.forward(&[&ALL, &ERRORS, &NETS]).written, 3);
    let expected = [
        "INFO  root: one\nERROR net: two\nWARN  net: three\n",
        "ERROR net: two\n",
        "ERROR net: two\nWARN  net: three\n",
    ];
    assert_eq!(taken(&TEXTS), expected);
    assert_eq!(NETS.statistics().rejected, 1);
    assert_eq!((ALL.statistics().written, ERRORS.statistics().written), (3, 1));

    (0..20).for_each(|_| info!(logger: ROOT, "m"));
    let dropped = RING.dropped();
    assert!(dropped > 0);
    RING.forward(&[&ALL, &ERRORS, &NETS]);
    RING.forward(&[&ALL, &ERRORS, &NETS]);
    let line = format!("WARN  femtologging: {dropped} records dropped\n");
    let [all, errors, nets] = taken(&TEXTS);
    assert_eq!((errors, nets), (line.clone(), line.clone()));
    assert!(all.ends_with(&line) && all.matches("dropped").count() == 1);
}

#[test]
fn a_sink_that_fails_says_what_it_lost_once_it_works() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    static SINK: DirectHandler<TextFormatter, Short> =
        DirectHandler::new(TextFormatter::new(), Short { room: &ROOM, text: &TEXT });
    static ROOM: Mutex<usize> = Mutex::new(20);
    static TEXT: Mutex<String> = Mutex::new(String::new());
    ["first", "second", "third"].iter().for_each(|text| info!(logger: ROOT, "{}", text));
    // The second breaks off in the middle of its line; the third is refused.
    RING.forward(&[&SINK]);
    assert_eq!(SINK.statistics().dropped, 2);
    *ROOM.lock().unwrap() = usize::MAX;
    info!(logger: ROOT, "fourth");
    RING.forward(&[&SINK]);
    let text = TEXT.lock().unwrap();
    assert_eq!(text.matches("first").count() + text.matches("fourth").count(), 2);
    assert_eq!(text.matches("second").count() + text.matches("third").count(), 0);
    assert!(text.ends_with("INFO  root: fourth\nWARN  femtologging: 2 records dropped\n"));
}

#[test]
fn several_rings_of_one_logger_each_get_what_they_let_in() {
    static ALL: RingHandler<256> = RingHandler::new();
    static ERRORS: RingHandler<64> =
        RingHandlerBuilder::new().with_level(Level::ERROR).build_static();
    static FILTERED: RingHandler<64> =
        RingHandlerBuilder::new().with_filters(&[&NOT_WORSE]).build_static();
    static NOT_WORSE: LevelFilter = LevelFilter::new(Level::NOTSET..=Level::INFO);
    static ROOT: Logger = Logger::root().with_handlers(&[&ALL, &ERRORS, &FILTERED]);
    info!(logger: ROOT, "one {}", 1);
    error!(logger: ROOT, "two {}", 2);
    assert_eq!(text_of(&ALL), "INFO  root: one 1\nERROR root: two 2\n");
    assert_eq!(text_of(&ERRORS), "ERROR root: two 2\n");
    assert_eq!(text_of(&FILTERED), "INFO  root: one 1\n");
    assert_eq!(FILTERED.statistics().rejected, 1);
}

#[test]
fn the_only_ring_of_a_logger_filters_too_and_minds_its_level_afterwards() {
    static RING: RingHandler<64> =
        RingHandlerBuilder::new().with_filters(&[&NOT_WORSE]).build_static();
    static NOT_WORSE: LevelFilter = LevelFilter::new(Level::NOTSET..=Level::WARN);
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    RING.set_level(Level::WARN);
    info!(logger: ROOT, "one");
    warn!(logger: ROOT, "two");
    error!(logger: ROOT, "three");
    assert_eq!(text_of(&RING), "WARN  root: two\n");
    assert_eq!(RING.statistics().rejected, 1);
}

#[test]
fn a_record_of_others_comes_back_as_it_was() {
    static RING: RingHandler<128> = RingHandler::new();
    let fields =
        [("peer", Value::Str("10.0.0.7")), ("tries", Value::U8(3)), ("ok", Value::Bool(true))];
    let mut details = Details::default();
    details.key_values = &fields;
    let message = format_args!("no answer after {} s", 2.5);
    let record = Record::from_message("app::net", &message, Level::WARN, 1_500_000_000, &details);
    RING.handle(&record);
    RING.handle(&record.recovered());
    let line = "1970-01-01T00:00:01.500000Z WARN  app::net: no answer after 2.5 s peer=10.0.0.7 tries=3 ok=true";
    assert_eq!(text_of(&RING), format!("{line}\n{line} [recovered]\n"));
    assert_eq!((RING.statistics().written, RING.dropped()), (2, 0));
}

#[test]
fn a_record_of_others_that_is_too_long_is_cut_flagged_and_counted() {
    static RING: RingHandler<128> = RingHandler::new();
    let details = Details::default();
    let long = "é".repeat(600);
    RING.handle(&Record::from_message("app", &long, Level::WARN, 0, &details));
    let text = text_of(&RING);
    let kept = text.split_once("app: ").unwrap().1.strip_suffix(" [cut]\n").unwrap();
    assert!(kept.len() > 100 && kept.chars().all(|c| c == 'é'), "{text}");
    assert_eq!((RING.cut(), RING.dropped()), (1, 0));
}

#[test]
fn a_ring_forwards_into_a_ring_its_loss_included() {
    static FIRST: RingHandler<32> = RingHandler::new();
    static SECOND: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&FIRST]);
    (0..20).for_each(|n| info!(logger: ROOT, "record {}", n));
    let dropped = FIRST.dropped();
    FIRST.forward(&[&SECOND]);
    let text = text_of(&SECOND);
    assert!(text.starts_with("INFO  root: record 0\nINFO  root: record 1\n"), "{text}");
    assert!(text.ends_with(&format!("WARN  femtologging: {dropped} records dropped\n")), "{text}");
}

#[test]
fn handlers_are_built_at_run_time_too() {
    static TEXT: Mutex<String> = Mutex::new(String::new());
    let ring = RingHandlerBuilder::<64>::new().with_level(Level::WARN).build().unwrap();
    let direct =
        DirectHandlerBuilder::new().with_output(TextFormatter::new(), Kept(&TEXT)).build_inner();
    assert_eq!(ring.level(), Level::WARN);
    let details = Details::default();
    ring.handle(&Record::from_message("app", &"m", Level::WARN, 0, &details));
    ring.forward(&[&direct.unwrap()]);
    assert_eq!(TEXT.lock().unwrap().as_str(), "1970-01-01T00:00:00.000000Z WARN  app: m\n");
}

type Direct = DirectHandler<TextFormatter, Kept>;

fn text_of<const WORDS: usize>(ring: &RingHandler<WORDS>) -> String {
    let mut text = Vec::new();
    assert_eq!(ring.drain(&TextFormatter::new(), &mut text).unwrap().damaged, 0);
    String::from_utf8(text).unwrap()
}

fn taken<const N: usize>(texts: &[Mutex<String>; N]) -> [String; N] {
    core::array::from_fn(|index| core::mem::take(&mut *texts[index].lock().unwrap()))
}

/// Keeps what was written to it.
struct Kept(&'static Mutex<String>);

impl ErrorType for Kept {
    type Error = ErrorKind;
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.0.lock().unwrap().push_str(core::str::from_utf8(bytes).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

/// Takes so many bytes and then fails.
struct Short {
    room: &'static Mutex<usize>,
    text: &'static Mutex<String>,
}

impl ErrorType for Short {
    type Error = ErrorKind;
}

impl Write for Short {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        let mut room = self.room.lock().unwrap();
        if *room < bytes.len() {
            *room = 0;
            return Err(ErrorKind::Other);
        }
        *room -= bytes.len();
        self.text.lock().unwrap().push_str(core::str::from_utf8(bytes).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}
