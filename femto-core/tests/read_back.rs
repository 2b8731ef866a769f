//! Programs can read back what the formatters write, whatever a record holds.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use femto_core::{
    Details, Field, Formatter, FormatterBuilder, Hex, Level, LogfmtFormatter, Record,
    TextFormatter, Value,
};
use proptest::prelude::*;
use serde_json::Value as Json;

proptest! {
    #[test]
    fn json_reads_back(
        name in hostile(),
        message in hostile(),
        pairs in proptest::collection::vec((hostile(), anything()), 0..6),
        level: u8,
        time: u64,
        exception in proptest::option::of(hostile()),
    ) {
        const FIELDS: &[Field] = &[
            Field::TIME, Field::LEVEL, Field::NAME, Field::MESSAGE, Field::KEY_VALUES, Field::EXCEPTION,
            Field::NAME, Field::text("\"{"),
        ];
        let values: Vec<_> = pairs.iter().map(|(key, any)| (key.as_str(), any.value())).collect();
        let mut details = Details::default();
        details.key_values = &values;
        details.exception = exception.as_deref();
        let record = Record::from_message(&name, &message, Level::new(level), time, &details);
        let json = line(&FormatterBuilder::new().with_fields(FIELDS).json(), &record);
        prop_assert!(!json.contains(is_control), "{json:?}");
        let object: Json = serde_json::from_str(&json).map_err(|e| TestCaseError::fail(format!("{e}: {json}")))?;
        prop_assert_eq!(&object["logger"], &name);
        prop_assert_eq!(&object["message"], &message);
        prop_assert_eq!(&object["level"], &Level::new(level).to_string());
        prop_assert!(object["time"].is_string());
        prop_assert_eq!(object["exception"].as_str(), exception.as_deref());
        prop_assert_eq!(json.matches("\"logger\":").count(), 1 + json.matches("\\\"logger\\\":").count());
        for (key, any) in &pairs {
            let (_, last) = pairs.iter().rev().find(|(other, _)| other == key).unwrap();
            prop_assert!(last.is(&object["fields"][key]), "{any:?}: {json}");
        }
    }

    #[test]
    fn logfmt_reads_back(
        name in hostile(),
        message in hostile(),
        pairs in proptest::collection::vec((hostile(), anything()), 0..6),
        level: u8,
    ) {
        let values: Vec<_> = pairs.iter().map(|(key, any)| (key.as_str(), any.value())).collect();
        let mut details = Details::default();
        details.key_values = &values;
        let record = Record::from_message(&name, &message, Level::new(level), 0, &details);
        let text = line(&LogfmtFormatter::new(), &record);
        prop_assert!(!text.contains(is_control), "{text:?}");
        let read = read_logfmt(&text).map_err(|e| TestCaseError::fail(format!("{e}: {text}")))?;
        let last = |index: usize| pairs[index + 1..].iter().all(|(later, _)| *later != pairs[index].0);
        let expected: Vec<_> = [
            ("time".to_owned(), "1970-01-01T00:00:00.000000000Z".to_owned()),
            ("level".to_owned(), Level::new(level).to_string()),
            ("logger".to_owned(), name.clone()),
            ("message".to_owned(), message.clone()),
        ]
        .into_iter()
        .chain((0..pairs.len()).filter(|&index| last(index)).map(|index| {
            (key_in_logfmt(&pairs[index].0), pairs[index].1.in_logfmt())
        }))
        .collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn escaped_text_is_one_line_that_drives_no_terminal(
        name in hostile(),
        message in hostile(),
        pairs in proptest::collection::vec((hostile(), hostile()), 0..4),
    ) {
        let values: Vec<_> = pairs.iter().map(|(k, v)| (k.as_str(), Value::Str(v))).collect();
        let mut details = Details::default();
        details.key_values = &values;
        let record = Record::from_message(&name, &message, Level::INFO, 0, &details);
        let escaped = line(&FormatterBuilder::new().with_escaping(true).text(), &record);
        prop_assert!(!escaped.contains(is_control), "{escaped:?}");
        let plain = line(&TextFormatter::new(), &record);
        prop_assert_eq!(escaped == plain, !plain.contains(is_control));
    }
}

/// A value that a record may hold, owned.
#[derive(Clone, Debug)]
enum Any {
    None,
    Bool(bool),
    I8(i8),
    I64(i64),
    U64(u64),
    I128(i128),
    U128(u128),
    F32(f32),
    F64(f64),
    Char(char),
    Str(String),
    Rendered(String),
    Bytes(Vec<u8>),
    Hexdump(Vec<u8>),
}

impl Any {
    fn value(&self) -> Value<'_> {
        match self {
            Self::None => Value::None,
            Self::Bool(x) => Value::Bool(*x),
            Self::I8(x) => Value::I8(*x),
            Self::I64(x) => Value::I64(*x),
            Self::U64(x) => Value::U64(*x),
            Self::I128(x) => Value::I128([*x as u64, (*x >> 64) as u64]),
            Self::U128(x) => Value::U128([*x as u64, (*x >> 64) as u64]),
            Self::F32(x) => Value::F32(*x),
            Self::F64(x) => Value::F64(*x),
            Self::Char(x) => Value::Char(*x),
            Self::Str(x) => Value::Str(x),
            Self::Rendered(x) => Value::Rendered(x),
            Self::Bytes(x) => Value::Bytes(x),
            Self::Hexdump(x) => Value::Hexdump(x),
        }
    }

    /// What JSON must give back.
    fn is(&self, json: &Json) -> bool {
        let digits = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        match self {
            Self::None => json.is_null(),
            Self::Bool(x) => json == x,
            Self::I8(x) => json == x,
            Self::I64(x) => json == x,
            Self::U64(x) => json == x,
            Self::I128(x) => match (i64::try_from(*x), u64::try_from(*x)) {
                (Ok(n), _) => *json == n,
                (_, Ok(n)) => *json == n,
                _ => *json == x.to_string(),
            },
            Self::U128(x) => match u64::try_from(*x) {
                Ok(n) => *json == n,
                Err(_) => *json == x.to_string(),
            },
            Self::F32(x) if x.is_finite() => json.as_f64().unwrap() as f32 == *x,
            Self::F64(x) if x.is_finite() => json.as_f64().unwrap() == *x,
            Self::F32(_) | Self::F64(_) => json.is_null(),
            Self::Char(x) => *json == x.to_string(),
            Self::Str(x) | Self::Rendered(x) => json == x,
            Self::Bytes(x) | Self::Hexdump(x) => *json == digits(x),
        }
    }

    /// What logfmt must give back.
    fn in_logfmt(&self) -> String {
        match self {
            Self::None => "null".into(),
            Self::Bytes(x) | Self::Hexdump(x) => Hex(x).to_string(),
            other => other.value().to_string(),
        }
    }
}

fn anything() -> impl Strategy<Value = Any> {
    prop_oneof![
        Just(Any::None),
        any::<bool>().prop_map(Any::Bool),
        any::<i8>().prop_map(Any::I8),
        any::<i64>().prop_map(Any::I64),
        any::<u64>().prop_map(Any::U64),
        prop_oneof![
            any::<i128>(),
            any::<i64>().prop_map(i128::from),
            any::<u64>().prop_map(i128::from)
        ]
        .prop_map(Any::I128),
        prop_oneof![any::<u128>(), any::<u64>().prop_map(u128::from)].prop_map(Any::U128),
        proptest::num::f32::ANY.prop_map(Any::F32),
        proptest::num::f64::ANY.prop_map(Any::F64),
        any::<char>().prop_map(Any::Char),
        hostile().prop_map(Any::Str),
        hostile().prop_map(Any::Rendered),
        any::<Vec<u8>>().prop_map(Any::Bytes),
        any::<Vec<u8>>().prop_map(Any::Hexdump),
    ]
}

/// Texts with more of the characters that matter than chance would give.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        any::<String>(),
        proptest::char::range('\0', '\u{a0}').prop_map(String::from),
        proptest::char::range('\u{2020}', '\u{2070}').prop_map(String::from),
        proptest::sample::select(vec![" ", "=", "\"", "\\", "a", "{", "}", "u", "/"])
            .prop_map(String::from),
        Just("level".to_owned()),
        Just("\\u0000".to_owned()),
    ];
    proptest::collection::vec(pieces, 0..5).prop_map(|pieces| pieces.concat())
}

/// The set, written in another way than the formatters have it.
fn is_control(c: char) -> bool {
    let code = u32::from(c);
    c.is_control() || (0x2028..0x202f).contains(&code) || (0x2066..0x206a).contains(&code)
}

/// A strict reader of logfmt after Go's `go-logfmt`: one space between pairs, a bare value without
/// anything special, or a JSON string.
fn read_logfmt(line: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    let mut rest = line;
    loop {
        let (key, after) = rest.split_once('=').ok_or("no `=`")?;
        if key.is_empty() || key.contains(|c: char| c <= ' ' || c == '"' || !c.is_ascii()) {
            return Err(format!("key {key:?}"));
        }
        let value;
        if after.starts_with('"') {
            let mut strings = serde_json::Deserializer::from_str(after).into_iter::<String>();
            value = strings.next().unwrap().map_err(|e| e.to_string())?;
            rest = &after[strings.byte_offset()..];
        } else {
            let end = after.find(' ').unwrap_or(after.len());
            value = after[..end].to_owned();
            rest = &after[end..];
            if value.is_empty()
                || value.contains(|c: char| !c.is_ascii_graphic() || "=\"\\".contains(c))
            {
                return Err(format!("bare value {value:?}"));
            }
        }
        pairs.push((key.to_owned(), value));
        match rest.strip_prefix(' ') {
            Some(next) => rest = next,
            None if rest.is_empty() => return Ok(pairs),
            None => return Err(format!("{rest:?} after a value")),
        }
    }
}

fn key_in_logfmt(key: &str) -> String {
    let is_field = ["time", "level", "logger", "message", "cut", "fields"].contains(&key);
    let plain = |c: char| if c.is_ascii_graphic() && !"=\"\\".contains(c) { c } else { '_' };
    match key {
        "" => "_".to_owned(),
        _ if is_field => format!("fields.{key}"),
        _ => key.chars().map(plain).collect(),
    }
}

fn line(formatter: &dyn Formatter, record: &Record<'_>) -> String {
    let mut line = String::new();
    formatter.format(record, &mut line).unwrap();
    line
}
