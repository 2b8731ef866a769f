//! Records without a static logger and call site, in a ring.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::fmt;

use femto_core::{Details, Formatter, Handler, Level, Record, RingHandler, TextFormatter, Value};

fn details<'a>(key_values: &'a [(&'a str, Value<'a>)]) -> Details<'a> {
    let mut details = Details::default();
    details.key_values = key_values;
    details
}

fn text_of<const N: usize>(ring: &RingHandler<N>) -> String {
    let mut out = Vec::new();
    let drained = ring.drain(&TextFormatter::new(), &mut out).unwrap();
    assert_eq!(drained.damaged, 0);
    String::from_utf8(out).unwrap()
}

#[test]
fn a_ring_gives_back_what_it_was_given() {
    static RING: RingHandler<256> = RingHandler::new();
    let pairs =
        [("peer", Value::Str("10.0.0.7")), ("n", Value::I64(-3)), ("x", Value::Rendered("y"))];
    let message = format_args!("{} of {}", 3, "five");
    RING.handle(&Record::from_message(
        "net.tcp",
        &message,
        Level::new(25),
        1_500_000_000,
        &details(&pairs),
    ));
    RING.drain(&Look, &mut Vec::new()).unwrap();
    RING.handle(&Record::from_message("", &"", Level::ERROR, 0, &details(&[])));
    RING.handle(&Record::from_message("a", &"b", Level::WARN, 2_000_000_000, &details(&[])).cut());
    assert_eq!(
        text_of(&RING),
        "1970-01-01T00:00:00.000000Z ERROR : \n1970-01-01T00:00:02.000000Z WARN  a: b [cut]\n"
    );
    assert_eq!((RING.cut(), RING.dropped()), (1, 0));

    struct Look;
    impl Formatter for Look {
        fn format(&self, record: &Record<'_>, _: &mut dyn fmt::Write) -> fmt::Result {
            let mut message = String::new();
            record.write_message(&mut message)?;
            assert_eq!(
                (record.logger_name(), message.as_str(), record.level()),
                ("net.tcp", "3 of five", Level::new(25))
            );
            assert_eq!(record.time().unwrap().as_millis(), 1500);
            let pairs: Vec<_> = record.key_values().collect();
            assert!(matches!(
                pairs[..],
                [
                    ("peer", Value::Str("10.0.0.7")),
                    ("n", Value::I64(-3)),
                    ("x", Value::Rendered("y"))
                ]
            ));
            Ok(())
        }
    }
}

#[test]
fn what_does_not_fit_is_cut_from_the_message() {
    // Half of the ring takes a frame: 124 bytes with 64 bits, 60 with 32.
    static RING: RingHandler<32> = RingHandler::new();
    let put = |message: &str, key_values: &[(&str, Value<'_>)]| {
        let details = details(key_values);
        RING.handle(&Record::from_message("n", &message, Level::INFO, 0, &details));
        text_of(&RING)
    };
    let room = 15 * size_of::<femto_core::Word>() - 14 - 5 - 4;
    let start = "1970-01-01T00:00:00.000000Z INFO  n: ";
    let long = "é".repeat(200);
    let pairs = [("key", Value::Str("value"))];

    assert_eq!(put("m", &pairs), format!("{start}m key=value\n"));
    let left = &long[..(room - 1 - 7 - 10) / 2 * 2];
    assert_eq!(put(&long, &pairs), format!("{start}{left} key=value [cut]\n"));
    let left = &long[..room / 2 * 2];
    assert_eq!(put(&long, &[("k", Value::Str(&long))]), format!("{start}{left} [cut]\n"));
    let m = "m".repeat(room);
    assert_eq!(put(&m, &[]), format!("{start}{m}\n"));
    assert_eq!((RING.cut(), RING.dropped()), (2, 0));

    RING.handle(&Record::from_message(&long, &"m", Level::INFO, 0, &details(&[])));
    let left = &long[..room.div_ceil(2) * 2];
    let start = start.replace("n: ", "");
    assert_eq!(text_of(&RING), format!("{start}{left}:  [cut]\n"));
    assert_eq!((RING.cut(), RING.dropped()), (3, 0));
}
