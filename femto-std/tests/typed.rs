//! Every kind of value from every frontend keeps its type to JSON; levels of every number.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/json.rs"]
mod json_lines;
#[path = "support/scratch.rs"]
mod scratch;

use core::fmt;
use core::net::Ipv4Addr;

use femto_std::{Level, context, get_logger, info, log, log_enabled};
use json_lines::Json;
use serde_json::{Value, json};

#[derive(Debug)]
#[allow(dead_code, reason = "printed")]
struct Nested {
    list: Vec<u8>,
    inner: Option<&'static str>,
}

/// An error and its source.
#[derive(Debug)]
struct Failed;

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failed")
    }
}

impl core::error::Error for Failed {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&fmt::Error)
    }
}

/// What all frontends take alike, as JSON has it.
fn common() -> Value {
    json!({
        "i8": -8, "i16": -16, "i32": -32, "i64": i64::MIN, "u8": 8, "u16": 16, "u32": 32,
        "u64": u64::MAX, "i128": i128::MIN.to_string(), "u128": u128::MAX.to_string(), "f32": 0.5,
        "f64": 1e300, "yes": true, "no": false, "text": "a \"quoted\" text", "letter": "ß",
        "shown": "127.0.0.1", "debugged": "Nested { list: [1], inner: Some(\"x\") }"
    })
}

fn nested() -> Nested {
    Nested { list: vec![1], inner: Some("x") }
}

fn only_fields(json: &Json) -> Vec<Value> {
    json.records().into_iter().map(|record| record["fields"].clone()).collect()
}

#[test]
fn values_of_our_macros() {
    let json = Json::new("macros");
    let bytes = [1u8, 255];
    info!(
        logger: json.logger, i8 = -8i8, i16 = -16i16, i32 = -32i32, i64 = i64::MIN, u8 = 8u8, u16 = 16u16,
        u32 = 32u32, u64 = u64::MAX, f32 = 0.5f32, f64 = 1e300, yes = true, no = false; "x"
    );
    info!(
        logger: json.logger, i128 = i128::MIN, u128 = u128::MAX, text = "a \"quoted\" text", letter = 'ß',
        shown:% = Ipv4Addr::LOCALHOST, debugged:? = nested(); "x"
    );
    let (peer, error) = (Ipv4Addr::LOCALHOST, Failed);
    info!(
        logger: json.logger, user_id = 7, name = %peer, err = ?error, %peer, ?error, bytes = bytes,
        "a key" = 1, plain = peer, nan = f64::NAN; "x"
    );
    let mut fields = only_fields(&json).into_iter();
    let mut all = fields.next().unwrap();
    all.as_object_mut().unwrap().append(fields.next().unwrap().as_object_mut().unwrap());
    assert_eq!(all, common());
    let expected = json!({
        "user_id": 7, "name": "127.0.0.1", "err": "Failed", "peer": "127.0.0.1", "error": "Failed",
        "bytes": "01ff", "a key": 1, "plain": "127.0.0.1", "nan": null
    });
    assert_eq!(fields.next().unwrap(), expected);
}

#[test]
fn values_of_a_context() {
    let json = Json::new("context");
    let peer = Ipv4Addr::LOCALHOST;
    let context = context!(
        i8 = -8i8,
        i16 = -16i16,
        i32 = -32i32,
        i64 = i64::MIN,
        u8 = 8u8,
        u16 = 16u16,
        u32 = 32u32,
        u64 = u64::MAX,
        f32 = 0.5f32,
        f64 = 1e300,
        yes = true,
        no = false,
        i128 = i128::MIN,
        u128 = u128::MAX,
        text = "a \"quoted\" text",
        letter = 'ß',
        shown = %peer,
        debugged = ?nested(),
    );
    context.run(|| info!(logger: json.logger, "x"));
    assert_eq!(only_fields(&json), [common()]);
}

#[test]
fn values_of_the_log_crate() {
    femto_std::bridge::log::install().unwrap();
    let json = Json::new("facade");
    log::info!(
        target: "facade", i8 = -8i8, i16 = -16i16, i32 = -32i32, i64 = i64::MIN, u8 = 8u8, u16 = 16u16,
        u32 = 32u32, u64 = u64::MAX, f32 = 0.5f32, f64 = 1e300, yes = true, no = false, i128 = i128::MIN,
        u128 = u128::MAX, text = "a \"quoted\" text", letter = 'ß', shown:% = Ipv4Addr::LOCALHOST,
        debugged:? = nested(); "x"
    );
    let none: Option<u8> = None;
    let failed: &(dyn core::error::Error + 'static) = &Failed;
    let line = line!() + 1;
    log::info!(target: "facade::deep", none:?, some:? = Some(5), failed:err, empty = (); "x");
    // A record that no macro made has a place that is not static.
    let (file, module) = (String::from("made.rs"), String::from("made"));
    log::logger().log(
        &log::Record::builder()
            .args(format_args!("made"))
            .level(log::Level::Warn)
            .target("facade")
            .file(Some(&file))
            .module_path(Some(&module))
            .line(Some(3))
            .key_values(&[("k", 1)])
            .build(),
    );
    let records = json.records();
    assert_eq!(records[0]["fields"], common());
    let expected = json!({"none": "None", "some": "Some(5)", "failed": "failed: an error occurred when formatting an argument", "empty": null});
    assert_eq!(records[1]["fields"], expected);
    assert_eq!(records[1]["logger"], "facade.deep");
    assert_eq!(records[1]["location"], format!("{}:{line}", file!()));
    assert_eq!(records[1]["module"], module_path!());
    assert_eq!(
        (&records[2]["location"], &records[2]["fields"]),
        (&json!("made.rs:3"), &json!({"k": 1}))
    );
}

#[test]
fn levels_of_every_number_are_compared_by_their_number() {
    let json = Json::new("numbers");
    let logger = json.logger;
    for threshold in [1, 2, 25, 50, 253, 254] {
        logger.set_level(Level::new(threshold));
        for number in 1..=254 {
            let level = Level::new(number);
            let is_enabled = number >= threshold;
            assert_eq!(logger.is_enabled(level), is_enabled);
            assert_eq!(log_enabled!(logger: logger, level), is_enabled);
            assert_eq!(log_enabled!(target: "numbers", level), is_enabled);
            assert_eq!(log_enabled!(target: &String::from("numbers"), level), is_enabled);
            log!(logger: logger, level, number, threshold; "run-time level");
        }
    }
    let shown = only_fields(&json);
    let mut expected = Vec::new();
    for threshold in [1, 2, 25, 50, 253, 254] {
        expected.extend(
            (threshold..=254).map(|number| json!({"number": number, "threshold": threshold})),
        );
    }
    assert_eq!(shown, expected);
    get_logger(module_path!()).set_level(Level::new(26));
    assert!(!log_enabled!(Level::new(26)), "there is no handler");
    get_logger(module_path!()).add_handler(json.handler.clone());
    assert!(log_enabled!(Level::new(26)) && !log_enabled!(Level::new(25)));
}
