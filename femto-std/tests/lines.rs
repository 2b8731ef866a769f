//! Lines for programs and terminals: read back by parsers, whatever a record holds.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;

use femto_std::config::{
    Field, FormatterBuilder, FormatterStyle, OwnedValue, Precision, ShownKeys, Zone,
};
use femto_std::formatter::{CaptureMask, FnFormatter, Formatter};
use femto_std::{Details, Level, Record, Value};
use proptest::prelude::*;

fn builder(style: FormatterStyle) -> FormatterBuilder {
    FormatterBuilder::new().with_style(style)
}

fn line(formatter: &Arc<dyn Formatter>, record: &Record<'_>) -> String {
    let mut line = String::from("kept");
    formatter.format(record, &mut line).unwrap();
    line.strip_prefix("kept").unwrap().to_owned()
}

/// A record with everything.
fn with_record<T>(act: impl FnOnce(&Record<'_>) -> T) -> T {
    let mut details = Details::default();
    details.key_values = &[
        ("peer", Value::Str("10.0.0.7")),
        ("tries", Value::U8(3)),
        ("ratio", Value::F64(0.1)),
        ("wide", Value::I128([u64::MAX, 0])),
        ("wider", Value::U128([0, 1])),
        ("gone", Value::F64(f64::NAN)),
        ("none", Value::None),
        ("raw", Value::Bytes(b"\x00\xff")),
        ("message", Value::Str("not the message")),
        ("tries", Value::I64(-4)),
        ("spans", Value::Str("server:request")),
    ];
    details.location = Some(("src/net.rs", 12));
    details.function = Some("connect");
    details.thread = Some((7, "main"));
    details.process = Some((42, "MainProcess"));
    details.task = Some("Task-1");
    details.exception = Some("Traceback:\n  \u{1b}[31mE\n");
    details.stack = Some("Stack");
    // 2026-03-29T01:00:00.012345678Z: clocks in Berlin have just been put forward.
    let time = 1_774_746_000_012_345_678;
    act(&Record::from_message("net", &"link \"up\"\nagain", Level::WARN, time, &details))
}

#[test]
fn json_is_typed_and_named_as_asked() {
    with_record(|record| {
        let plain = builder(FormatterStyle::Json).build().unwrap();
        assert_eq!(
            line(&plain, record),
            r#"{"time":"2026-03-29T01:00:00.012345Z","level":"WARN","logger":"net","message":"link \"up\"\nagain","fields":{"peer":"10.0.0.7","ratio":0.1,"wide":18446744073709551615,"wider":"18446744073709551616","gone":null,"none":null,"raw":"00ff","message":"not the message","tries":-4,"spans":"server:request"},"exception":"Traceback:\n  \u001b[31mE\n","stack":"Stack"}"#
        );
        let flat = builder(FormatterStyle::Json)
            .with_fields([
                ("severity", Field::LevelNumber),
                ("@timestamp", Field::Time),
                ("ms", Field::UnixTime),
                ("message", Field::Message),
                ("", Field::KeyValues),
                ("at", Field::Location),
            ])
            .with_flat(true)
            .with_keys(ShownKeys::only(["tries", "message", "service", "peer"]))
            .with_static_field("service", "shop")
            .with_static_field("hidden", "x")
            .with_static_field("peer", "none")
            .with_time_zone("Europe/Berlin".parse::<Zone>().unwrap())
            .with_precision(Precision::Milliseconds)
            .build()
            .unwrap();
        assert_eq!(flat.mask(), CaptureMask::LOCATION);
        assert_eq!(
            line(&flat, record),
            r#"{"severity":30,"@timestamp":"2026-03-29T03:00:00.012+02:00","ms":1774746000012,"message":"link \"up\"\nagain","peer":"10.0.0.7","fields.message":"not the message","tries":-4,"at":"src/net.rs:12","service":"shop"}"#
        );
    });
}

#[test]
fn json_of_a_record_that_has_nothing_asked_for_is_an_empty_object() {
    let details = Details::default();
    let record = Record::from_message("", &"", Level::INFO, Record::NO_TIME, &details);
    let fields = [Field::Time, Field::KeyValues, Field::Exception, Field::Task];
    for flat in [false, true] {
        let json = builder(FormatterStyle::Json).with_fields(fields).with_flat(flat);
        assert_eq!(line(&json.clone().build().unwrap(), &record), "{}");
        let json = json.with_static_field("v", 1.5).build().unwrap();
        assert_eq!(line(&json, &record), r#"{"v":1.5}"#);
        assert_eq!(line(&json, &record.recovered()), r#"{"v":1.5,"recovered":true}"#);
    }
    let logfmt = builder(FormatterStyle::Logfmt).with_fields(fields).with_static_field("v", true);
    assert_eq!(line(&logfmt.build().unwrap(), &record.cut()), "v=true cut=true");
    let pretty = builder(FormatterStyle::Pretty).with_fields(fields).build().unwrap();
    assert_eq!(line(&pretty, &record), "");
}

#[test]
fn there_is_no_limit_of_fields() {
    let keys: Vec<String> = (0..100).map(|number| format!("k{number}")).collect();
    let fields = keys.iter().map(|key| (key.as_str(), Field::LevelNumber));
    let json = builder(FormatterStyle::Json).with_fields(fields.clone()).build().unwrap();
    let logfmt = builder(FormatterStyle::Logfmt).with_fields(fields).build().unwrap();
    with_record(|record| {
        let object: serde_json::Value = serde_json::from_str(&line(&json, record)).unwrap();
        assert_eq!(object.as_object().unwrap().len(), 100);
        assert_eq!(parse_logfmt(&line(&logfmt, record)).len(), 100);
    });
}

#[test]
fn logfmt_quotes_what_needs_it() {
    with_record(|record| {
        let logfmt = builder(FormatterStyle::Logfmt)
            .with_fields(
                ["time", "level", "logger", "message", "fields"]
                    .map(|name| name.parse::<Field>().unwrap()),
            )
            .with_static_field("the service", "a b")
            .with_static_field("tries", "hidden by the record's own")
            .with_time_zone(Zone::UTC)
            .with_precision(Precision::Seconds)
            .build()
            .unwrap();
        assert_eq!(
            line(&logfmt, record),
            r#"time=2026-03-29T01:00:00Z level=WARN logger=net message="link \"up\"\nagain" peer=10.0.0.7 ratio=0.1 wide=18446744073709551615 wider=18446744073709551616 gone=NaN none=null raw=00ff fields.message="not the message" tries=-4 spans=server:request the_service="a b""#
        );
    });
}

#[test]
fn pretty_indents_dims_and_disarms() {
    with_record(|record| {
        let pretty = builder(FormatterStyle::Pretty)
            .with_time_zone(Zone::UTC)
            .with_keys(ShownKeys::only(["peer", "service"]))
            .with_static_field("service", "shop");
        let plain = pretty.clone().build().unwrap();
        assert_eq!(
            line(&plain, record),
            "2026-03-29 01:00:00.012 WARN  net: link \"up\"\n    again peer=10.0.0.7 service=shop\n    \
             Traceback:\n      \\u{1b}[31mE\n    Stack"
        );
        let colored = pretty.with_color(true).build().unwrap();
        let first = line(&colored, record).lines().next().unwrap().to_owned();
        assert_eq!(
            first,
            "\x1b[2m2026-03-29 01:00:00.012\x1b[0m \x1b[33mWARN \x1b[0m \x1b[2mnet:\x1b[0m link \"up\""
        );
        let located = builder(FormatterStyle::Pretty)
            .with_fields([Field::Level, Field::Thread, Field::Message, Field::Location])
            .build()
            .unwrap();
        assert_eq!(located.mask(), CaptureMask::LOCATION | CaptureMask::THREAD_NAME);
        assert_eq!(line(&located, record), "WARN  main link \"up\"\n    again src/net.rs:12");
    });
}

#[test]
fn a_pattern_shows_static_fields_and_defaults_where_it_names_them() {
    with_record(|record| {
        let pattern = FormatterBuilder::new()
            .with_format("%(service)s/%(version)d %(message)s %(request_id)s %(tries)s %(spans)s")
            .with_static_field("service", "shop")
            .with_static_field("version", 3)
            .with_static_field("tries", 0)
            .with_default("request_id", OwnedValue::None)
            .with_keys(ShownKeys::except(["wide", "wider", "raw"]))
            .with_escaping(true)
            .build()
            .unwrap();
        assert_eq!(
            line(&pattern, record).lines().next().unwrap(),
            "shop/3 link \"up\"\\nagain None -4 server:request peer=10.0.0.7 ratio=0.1 gone=nan \
             none=None message=not the message"
        );
        for (style, format) in [("{", "{levelname:>9}|{tries:03d}"), ("$", "$levelname|${tries}")] {
            let pattern = FormatterBuilder::new()
                .with_style(style.parse().unwrap())
                .with_format(format)
                .with_default("tries", 0)
                .with_keys(ShownKeys::only(["tries"]))
                .build()
                .unwrap();
            let expected = if style == "{" { "  WARNING|-04" } else { "WARNING|-4" };
            assert_eq!(line(&pattern, record).lines().next().unwrap(), expected);
        }
    });
}

#[test]
fn what_is_wrong_is_told_with_key_value_and_what_is_allowed() {
    let refuse = |builder: FormatterBuilder| {
        let error = builder.build().unwrap_err();
        let source = core::error::Error::source(&error).map(|source| format!(": {source}"));
        format!("{error}{}", source.unwrap_or_default())
    };
    let json = || builder(FormatterStyle::Json);
    let typo = refuse(FormatterBuilder::new().with_format("%(mesage)s"));
    let told =
        "format = \"%(mesage)s\" names `mesage`: did you mean `message`? allowed are the attr";
    assert!(typo.contains(told), "{typo}");
    let key = refuse(FormatterBuilder::new().with_format("%(message)s %(user)s"));
    assert!(key.contains("names `user`: allowed are the attributes"), "{key}");
    for (builder, expected) in [
        (json().with_format("%(message)s"), "format is given with the style json: allowed only"),
        (
            FormatterBuilder::new().with_format("{message}"),
            "format = \"{message}\" is out of range: allowed is what names a field: did you mean the \
             style {?",
        ),
        (
            FormatterBuilder::new().with_style(FormatterStyle::Brace).with_format("$message"),
            "did you mean the style $?",
        ),
        (
            FormatterBuilder::new().with_format("message"),
            "allowed is with the style % what names a field: %(message)s",
        ),
        (FormatterBuilder::new().with_precision(Precision::Seconds), "precision is given"),
        (FormatterBuilder::new().with_fields([Field::Time]), "fields is given with the style %"),
        (FormatterBuilder::new().with_flat(true), "flat is given"),
        (FormatterBuilder::new().with_color(true), "color is given"),
        (json().with_default("a", 1), "defaults is given"),
        (json().with_escaping(false), "escaping is given"),
        (json().with_millisecond_format("%s"), "millisecond_format is given"),
        (
            json().with_fields([Field::Time, Field::Time]),
            "fields = time is out of range: allowed is each key once",
        ),
        (
            json().with_fields([("", Field::Time)]),
            "fields = =time is out of range: allowed is a key for each",
        ),
        (json().with_fields([("", Field::KeyValues)]), "fields = =fields is out of range"),
        (
            json().with_static_field("level", 1),
            "static_fields = \"level\" is out of range: allowed is a key that no field",
        ),
        (
            json().with_date_format("%E"),
            "could not parse date_format = \"%E\": unsupported date format at byte 0",
        ),
        (
            FormatterBuilder::new().with_format("%(message"),
            "could not parse format = \"%(message\": unsupported format at byte 0",
        ),
        (
            FormatterBuilder::new().with_millisecond_format("%d%d"),
            "could not parse millisecond_format",
        ),
    ] {
        let text = refuse(builder);
        assert!(text.contains(expected), "{text}");
    }
    for (error, expected) in [
        (
            "xml".parse::<FormatterStyle>().unwrap_err(),
            "style = \"xml\" is out of range: allowed is %, {, $, json",
        ),
        (
            "lvl".parse::<Field>().unwrap_err(),
            "fields = \"lvl\" is out of range: allowed is time, unix_time",
        ),
        ("ps".parse::<Precision>().unwrap_err(), "precision = \"ps\""),
        (
            "Mars".parse::<Zone>().unwrap_err(),
            "time_zone = \"Mars\" is out of range: allowed is local",
        ),
    ] {
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn every_field_is_read_by_its_name_and_shown_under_it() {
    let names = [
        "time",
        "unix_time",
        "level",
        "level_number",
        "logger",
        "message",
        "fields",
        "location",
        "file",
        "line",
        "module",
        "function",
        "thread",
        "thread_id",
        "process",
        "process_id",
        "task",
        "spans",
        "exception",
        "stack",
        "sequence",
    ];
    let fields = names.map(|name| name.parse::<Field>().unwrap());
    assert!(names.iter().zip(fields).all(|(name, field)| *name == field.name()));
    let json = builder(FormatterStyle::Json).with_fields(fields).build().unwrap();
    assert_eq!(json.mask(), CaptureMask::ALL);
    with_record(|record| {
        let text = line(&json, &record.with_sequence(9));
        let object: serde_json::Value = serde_json::from_str(&text).unwrap();
        for name in names {
            // The record is of no statement, so it has no module.
            assert_eq!(object.get(name).is_some(), name != "module", "{name} in {text}");
        }
        assert_eq!(object["thread_id"], 7);
        assert_eq!(object["spans"], "server:request");
        assert_eq!(object["fields"].get("spans"), None);
        assert_eq!(object["sequence"], 9);
        assert_eq!(object["unix_time"], 1_774_746_000_012_345_u64);
    });
}

#[test]
fn ten_megabytes_pass_through_every_style() {
    let message = format!("a\n\0\u{1b}é\"{}", "x".repeat(93)).repeat(100 << 10);
    let details = Details::default();
    let record = Record::from_message("net", &message, Level::INFO, 0, &details);
    let json = line(&builder(FormatterStyle::Json).build().unwrap(), &record);
    let object: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(object["message"] == *message);
    let logfmt = line(&builder(FormatterStyle::Logfmt).build().unwrap(), &record);
    assert!(parse_logfmt(&logfmt)["message"] == message);
    let pretty = line(&builder(FormatterStyle::Pretty).build().unwrap(), &record);
    assert_eq!(pretty.matches("\n    ").count(), message.matches('\n').count());
    assert!(!pretty.contains(['\0', '\u{1b}']));
}

#[test]
fn a_closure_is_a_formatter() {
    let prefix = String::from("> ");
    let own = FnFormatter::new(move |record: &Record<'_>, out: &mut String| {
        out.push_str(&prefix);
        record.write_message(out).unwrap();
    });
    assert_eq!(own.mask(), CaptureMask::ALL);
    let own: Arc<dyn Formatter> = Arc::new(own.with_mask(CaptureMask::LOCATION));
    assert_eq!(own.mask(), CaptureMask::LOCATION);
    with_record(|record| assert_eq!(line(&own, record), "> link \"up\"\nagain"));
}

/// A reader of logfmt as `go-logfmt` is one: bare keys and values, and JSON strings.
fn parse_logfmt(line: &str) -> std::collections::BTreeMap<String, String> {
    let mut pairs = std::collections::BTreeMap::new();
    let mut rest = line;
    while !rest.is_empty() {
        let end = rest.find('=').unwrap();
        let key = &rest[..end];
        assert!(
            !key.is_empty() && key.bytes().all(|b| b.is_ascii_graphic() && b != b'"'),
            "{line}"
        );
        rest = &rest[end + 1..];
        let value = if rest.starts_with('"') {
            let mut quoted = serde_json::Deserializer::from_str(rest).into_iter::<String>();
            let value = quoted.next().unwrap().unwrap();
            rest = &rest[quoted.byte_offset()..];
            value
        } else {
            let (value, _) = rest.split_once(' ').unwrap_or((rest, ""));
            assert!(value.bytes().all(|b| b.is_ascii_graphic() && !b"=\"".contains(&b)), "{line}");
            rest = &rest[value.len()..];
            value.to_owned()
        };
        assert!(pairs.insert(key.to_owned(), value).is_none(), "{key} twice in {line}");
        if !rest.is_empty() {
            rest = rest.strip_prefix(' ').unwrap();
        }
    }
    pairs
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,12}",
        "[=\"\\\\ \n\r\t\u{0}\u{1b}\u{2028}\u{202e}é😀a]{0,12}"
    ]
}

#[derive(Clone, Debug)]
enum Any {
    None,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Wide(i128),
    WideUnsigned(u128),
    Small(f32),
    Float(f64),
    Char(char),
    Text(String),
    Bytes(Vec<u8>),
}

impl Any {
    fn value(&self) -> Value<'_> {
        let halves = |n: u128| [n as u64, (n >> 64) as u64];
        match self {
            Self::None => Value::None,
            Self::Bool(b) => Value::Bool(*b),
            Self::Signed(n) => Value::I64(*n),
            Self::Unsigned(n) => Value::U64(*n),
            Self::Wide(n) => Value::I128(halves(n.cast_unsigned())),
            Self::WideUnsigned(n) => Value::U128(halves(*n)),
            Self::Small(x) => Value::F32(*x),
            Self::Float(x) => Value::F64(*x),
            Self::Char(c) => Value::Char(*c),
            Self::Text(text) => Value::Str(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }

    /// Whether JSON says it. Two shortest decimals may be as near to a small number: either is it.
    fn is_told_by(&self, told: &serde_json::Value) -> bool {
        match self {
            Self::Small(x) if x.is_finite() => told.as_f64().is_some_and(|told| told as f32 == *x),
            _ => *told == self.expected(),
        }
    }

    /// What JSON says of it, but for small numbers.
    fn expected(&self) -> serde_json::Value {
        use serde_json::json;
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        match self {
            Self::None => json!(null),
            Self::Bool(b) => json!(b),
            Self::Signed(n) => json!(n),
            Self::Unsigned(n) => json!(n),
            Self::Wide(n) => i64::try_from(*n)
                .map(|n| json!(n))
                .or_else(|_| u64::try_from(*n).map(|n| json!(n)))
                .unwrap_or_else(|_| json!(n.to_string())),
            Self::WideUnsigned(n) => {
                u64::try_from(*n).map_or_else(|_| json!(n.to_string()), |n| json!(n))
            }
            Self::Float(x) if x.is_finite() => json!(x),
            Self::Small(_) | Self::Float(_) => json!(null),
            Self::Char(c) => json!(c),
            Self::Text(text) => json!(text),
            Self::Bytes(bytes) => json!(hex(bytes)),
        }
    }
}

fn anything() -> impl Strategy<Value = Any> {
    prop_oneof![
        Just(Any::None),
        any::<bool>().prop_map(Any::Bool),
        any::<i64>().prop_map(Any::Signed),
        any::<u64>().prop_map(Any::Unsigned),
        any::<i128>().prop_map(Any::Wide),
        any::<i8>().prop_map(|n| Any::Wide(n.into())),
        any::<u128>().prop_map(Any::WideUnsigned),
        any::<u32>().prop_map(|bits| Any::Small(f32::from_bits(bits))),
        Just(Any::Small(-1_733_585.3)),
        any::<u64>().prop_map(|bits| Any::Float(f64::from_bits(bits))),
        any::<char>().prop_map(Any::Char),
        text().prop_map(Any::Text),
        any::<Vec<u8>>().prop_map(Any::Bytes),
    ]
}

proptest! {
    #[test]
    fn every_record_is_read_back_from_json_and_logfmt(
        name in text(), message in text(), exception in text(), level: u8, level_name in proptest::option::of(text()),
        pairs in proptest::collection::vec((text(), anything()), 0..6), time in 0_u64..5_000_000_000_000_000_000
    ) {
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| (key.as_str(), value)).collect();
        let key_values: Vec<_> = pairs.iter().map(|(key, value)| (*key, value.value())).collect();
        let mut details = Details::default();
        details.key_values = &key_values;
        details.exception = Some(&exception);
        details.level_name = level_name.as_deref();
        let record = Record::from_message(&name, &message, Level::new(level), time, &details);

        for flat in [false, true] {
            let json = builder(FormatterStyle::Json).with_flat(flat).with_static_field("static", "x").build().unwrap();
            let text = line(&json, &record);
            let is_harmless = !text.contains(['\n', '\u{1b}', '\0', '\u{2028}']);
            prop_assert!(is_harmless);
            let object: serde_json::Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&object["message"], &*message);
            prop_assert_eq!(&object["logger"], &*name);
            prop_assert_eq!(object.get("exception").and_then(|text| text.as_str()).unwrap_or_default(), &exception);
            if let Some(level_name) = &level_name {
                prop_assert_eq!(&object["level"], &**level_name);
            }
            let is_taken = |key: &str| ["time", "level", "logger", "message", "exception", "stack"].contains(&key);
            for (at, (key, value)) in pairs.iter().enumerate() {
                let is_last = pairs[at + 1..].iter().all(|(later, _)| later != key);
                if is_last && !is_taken(key) {
                    let fields = if flat { &object } else { &object["fields"] };
                    prop_assert!(value.is_told_by(&fields[*key]), "{} is {:?} in {}", key, value, &text);
                }
            }
        }
        let logfmt = builder(FormatterStyle::Logfmt)
            .with_fields([Field::Time, Field::Level, Field::Logger, Field::Message, Field::Exception])
            .build()
            .unwrap();
        let read = parse_logfmt(&line(&logfmt, &record));
        prop_assert_eq!(&read["message"], &message);
        prop_assert_eq!(&read["logger"], &name);
        prop_assert_eq!(read.get("exception").map_or("", |text| text), &exception);
        let all = builder(FormatterStyle::Logfmt).with_fields([Field::Message]).build().unwrap();
        prop_assert!(line(&all, &record).starts_with("message=\""));
        let pretty = builder(FormatterStyle::Pretty).build().unwrap();
        prop_assert!(!line(&pretty, &record).contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
    }
}
