//! Events and spans of `tracing`, through our loggers. Each test has a subscriber of its own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/json.rs"]
mod json_lines;
#[path = "support/scratch.rs"]
mod scratch;

use core::fmt;
use femto_std::Level;
use femto_std::bridge::tracing::{LayerBuilder, SpanEvents, layer};
use json_lines::{Json, text};
use serde_json::{Value, json};
use tracing::{Subscriber, debug, error, info, info_span, trace, warn};
use tracing_subscriber::layer::{Identity, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

fn told(message: &str, fields: Value) -> (String, Value) {
    (message.to_owned(), fields)
}

fn ours() -> impl Subscriber + Send + Sync + for<'span> LookupSpan<'span> {
    tracing_subscriber::registry().with(layer())
}

#[derive(Debug)]
struct Lower;

impl fmt::Display for Lower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no route")
    }
}

impl core::error::Error for Lower {}

#[derive(Debug)]
struct Upper(Lower);

impl fmt::Display for Upper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no connection")
    }
}

impl core::error::Error for Upper {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn an_event_is_a_record_with_typed_fields_at_its_place() {
    let json = Json::new("events");
    tracing::subscriber::with_default(ours(), || {
        let error = Upper(Lower);
        let error: &(dyn core::error::Error + 'static) = &error;
        let line = line!() + 1;
        info!(
            target: "events::db", count = -3, size = 7u64, wide = u128::MAX, small = i128::MIN, load = 0.25,
            on = true, who = "a\"b", shown = %Lower, debugged = ?Some(1), bytes = &b"\x01\xff"[..], error,
            none = Option::<u32>::None, some = Some(5u8), "rows: {}", 12
        );
        let records = json.records();
        assert_eq!(records.len(), 1);
        assert_eq!(records[0]["level"], "INFO");
        assert_eq!(records[0]["logger"], "events.db");
        assert_eq!(records[0]["message"], "rows: 12");
        assert_eq!(records[0]["location"], format!("{}:{line}", file!()));
        assert_eq!(records[0]["module"], module_path!());
        let expected = json!({
            "count": -3, "size": 7, "wide": u128::MAX.to_string(), "small": i128::MIN.to_string(), "load": 0.25,
            "on": true, "who": "a\"b", "shown": "no route", "debugged": "Some(1)", "bytes": "01ff",
            "error": "no connection: no route", "some": 5
        });
        assert_eq!(records[0]["fields"], expected);
    });
}

#[test]
fn levels_and_messages_come_as_they_are() {
    let json = Json::new("plain");
    tracing::subscriber::with_default(ours(), || {
        error!(target: "plain", "e");
        warn!(target: "plain", message = "w");
        info!(target: "plain", a = 1);
        debug!(target: "plain", a = 1, "d {a}", a = 2);
        trace!(target: "plain", "{}", "t");
    });
    let records = json.records();
    let levels: Vec<_> = records.iter().map(|record| text(&record["level"])).collect();
    assert_eq!(levels, ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"]);
    let expected = [
        told("e", Value::Null),
        told("w", Value::Null),
        told("", json!({"a": 1})),
        told("d 2", json!({"a": 1})),
        told("t", Value::Null),
    ];
    assert_eq!(json.told(), expected);
}

#[test]
fn a_record_has_path_and_fields_of_the_spans_around() {
    let json = Json::new("spans");
    tracing::subscriber::with_default(ours(), || {
        let outer =
            info_span!(target: "spans", "outer", id = 1, user = "u", late = tracing::field::Empty);
        let _outer = outer.enter();
        info!(target: "spans", "in outer");
        let inner = info_span!(target: "spans", "inner", id = 2);
        inner.in_scope(|| {
            info!(target: "spans", user = "own", "in inner");
            outer.record("late", 9);
            info!(target: "spans", "after late");
            outer.record("late", 10);
            info!(target: "spans", parent: None, "without");
            info!(target: "spans", parent: &outer, "with parent");
            info_span!(target: "spans", parent: None, "apart")
                .in_scope(|| info!(target: "spans", "apart"));
        });
        drop(_outer);
        info!(target: "spans", "outside");
        let _inner = inner.enter();
        info!(target: "spans", "outer is not entered, but around");
    });
    let expected = [
        told("in outer", json!({"spans": "outer", "id": 1, "user": "u"})),
        told("in inner", json!({"spans": "outer:inner", "id": 2, "user": "own"})),
        told("after late", json!({"spans": "outer:inner", "id": 2, "user": "u", "late": 9})),
        told("without", Value::Null),
        told("with parent", json!({"spans": "outer", "id": 1, "user": "u", "late": 10})),
        told("apart", json!({"spans": "apart"})),
        told("outside", Value::Null),
        told(
            "outer is not entered, but around",
            json!({"spans": "outer:inner", "id": 2, "user": "u", "late": 10}),
        ),
    ];
    assert_eq!(json.told(), expected);
}

#[test]
fn records_of_our_macros_have_the_spans_too() {
    let json = Json::new("native");
    tracing::subscriber::with_default(ours(), || {
        let span = info_span!(target: "native", "span", id = 1);
        span.in_scope(|| {
            for i in 0..100 {
                femto_std::info!(logger: json.logger, id = 2, i; "{} {}", i, "text");
            }
        });
        femto_std::info!(logger: json.logger, "out");
    });
    let mut expected: Vec<_> = (0..100)
        .map(|i| told(&format!("{i} text"), json!({"spans": "span", "id": 2, "i": i})))
        .collect();
    expected.push(told("out", Value::Null));
    assert_eq!(json.told(), expected);
}

#[test]
fn spans_tell_of_themselves_if_asked() {
    let json = Json::new("lives");
    let layer = LayerBuilder::new().with_span_events(SpanEvents::FULL).build();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        let span = tracing::debug_span!(target: "lives", "span", id = 1);
        span.in_scope(|| info!(target: "lives", "inside"));
        drop(span);
    });
    let records = json.records();
    let fields = json!({"spans": "span", "id": 1});
    for (record, (message, level)) in records.iter().zip([
        ("new", "DEBUG"),
        ("enter", "DEBUG"),
        ("inside", "INFO"),
        ("exit", "DEBUG"),
        ("close", "DEBUG"),
    ]) {
        assert_eq!(record["message"], message);
        assert_eq!(record["level"], level);
        assert_eq!(record["module"], module_path!());
        if message != "close" {
            assert_eq!(record["fields"], fields);
        }
    }
    assert_eq!(records.len(), 5);
    let close = &records[4]["fields"];
    assert_eq!((&close["spans"], &close["id"]), (&json!("span"), &json!(1)));
    assert!(close["time.busy"].is_u64() && close["time.idle"].is_u64(), "{close}");
}

#[test]
fn a_span_that_its_level_switches_off_is_not_there() {
    let json = Json::new("off");
    json.logger.set_level(Level::INFO);
    let run = || {
        let _outer = info_span!(target: "off", "outer", a = 1).entered();
        let _middle = tracing::debug_span!(target: "off", "middle", b = 2).entered();
        let _inner = info_span!(target: "off", "inner", c = 3).entered();
        info!(target: "off", "x");
        debug!(target: "off", "not wanted");
    };
    tracing::subscriber::with_default(ours(), run);
    // Another layer wants it: it is there for that one alone.
    tracing::subscriber::with_default(ours().with(Identity::new()), run);
    let x = told("x", json!({"spans": "outer:inner", "a": 1, "c": 3}));
    assert_eq!(json.told(), [x.clone(), x]);
}
