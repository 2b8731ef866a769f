//! What the formatters write.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::fmt;

use femto_core::{
    Details, Field, Formatter, FormatterBuilder, Hex, Hexdump, JsonFormatter, Level,
    LogfmtFormatter, Record, TextFormatter, Value,
};

#[test]
fn each_formatter_has_its_shape() {
    let pairs = [
        ("peer", Value::Str("10.0.0.7")),
        ("note", Value::Str("two words")),
        ("up", Value::Bool(true)),
        ("tries", Value::U8(3)),
        ("load", Value::F64(0.5)),
        ("drive", Value::Char('C')),
        ("id", Value::Bytes(&[0x0a, 0x1b])),
        ("none", Value::None),
    ];
    let lines = all_lines("link up", &pairs);
    assert_eq!(
        lines.text,
        "2026-11-26T01:18:15.123456Z INFO  net: link up peer=10.0.0.7 note=two words up=true tries=3 \
         load=0.5 drive=C id=0a1b none=None"
    );
    assert_eq!(
        lines.logfmt,
        "time=2026-11-26T01:18:15.123456789Z level=INFO logger=net message=\"link up\" peer=10.0.0.7 \
         note=\"two words\" up=true tries=3 load=0.5 drive=C id=0a1b none=null"
    );
    assert_eq!(
        lines.json,
        "{\"time\":\"2026-11-26T01:18:15.123456789Z\",\"level\":\"INFO\",\"logger\":\"net\",\
         \"message\":\"link up\",\"fields\":{\"peer\":\"10.0.0.7\",\"note\":\"two words\",\"up\":true,\
         \"tries\":3,\"load\":0.5,\"drive\":\"C\",\"id\":\"0a1b\",\"none\":null}}"
    );
}

#[test]
fn all_fields_can_be_shown_in_any_order() {
    const FIELDS: &[Field] = &[
        Field::STACK,
        Field::EXCEPTION,
        Field::TASK,
        Field::PROCESS_ID,
        Field::PROCESS_NAME,
        Field::THREAD_ID,
        Field::THREAD_NAME,
        Field::FUNCTION,
        Field::LOCATION,
        Field::SEQUENCE,
        Field::text(" | "),
        Field::LEVEL,
        Field::MODULE,
    ];
    let builder = FormatterBuilder::new().with_fields(FIELDS);
    let mut details = Details::default();
    details.location = Some(("src/main.rs", 12));
    details.function = Some("main");
    details.level_name = Some("LOUD");
    details.thread = Some((7, "worker"));
    details.process = Some((8, "app"));
    details.task = Some("poll");
    details.exception = Some("e");
    details.stack = Some("s");
    let record = Record::from_message("net", &"m", Level::INFO, 0, &details).with_sequence(9);
    assert_eq!(
        line(&builder.text(), &record),
        "s e poll 8 app 7 worker main src/main.rs:12 9 | LOUD "
    );
    assert_eq!(
        line(&builder.logfmt(), &record),
        "stack=s exception=e task=poll process_id=8 process=app thread_id=7 thread=worker \
         function=main location=\"src/main.rs:12\" sequence=9 level=LOUD"
    );
    assert_eq!(
        line(&builder.json(), &record),
        r#"{"stack":"s","exception":"e","task":"poll","process_id":8,"process":"app","thread_id":7,"thread":"worker","function":"main","location":"src/main.rs:12","sequence":9,"level":"LOUD"}"#
    );
}

#[test]
fn a_level_is_filled_up_to_five_characters() {
    const FIELDS: &[Field] = &[Field::LEVEL, Field::text("|")];
    let builder = FormatterBuilder::new().with_fields(FIELDS);
    for (name, shown) in [("", "     |"), ("ÉTÉ", "ÉTÉ  |"), ("QUITE LOUD", "QUITE LOUD|")] {
        let mut details = Details::default();
        details.level_name = Some(name);
        let record = Record::from_message("net", &"m", Level::INFO, 0, &details);
        assert_eq!(line(&builder.text(), &record), shown);
    }
}

#[test]
fn a_field_that_a_record_has_not_is_left_out_with_its_space() {
    let details = Details::default();
    let record = Record::from_message("net", &"m", Level::new(25), 0, &details);
    let builder = FormatterBuilder::new().with_fields(&[
        Field::FUNCTION,
        Field::SEQUENCE,
        Field::LEVEL,
        Field::THREAD_ID,
        Field::LOCATION,
        Field::KEY_VALUES,
        Field::MESSAGE,
    ]);
    assert_eq!(line(&builder.text(), &record), "Level 25 m");
    assert_eq!(line(&builder.logfmt(), &record), r#"level="Level 25" message="m""#);
    assert_eq!(line(&builder.json(), &record), r#"{"level":"Level 25","message":"m"}"#);
}

#[test]
fn no_fields_make_an_empty_line() {
    let details = Details::default();
    let record = Record::from_message("net", &"m", Level::INFO, 0, &details);
    let builder = FormatterBuilder::new().with_fields(&[]);
    assert_eq!(line(&builder.text(), &record), "");
    assert_eq!(line(&builder.logfmt(), &record), "");
    assert_eq!(line(&builder.json(), &record), "{}");
}

#[test]
fn a_field_named_twice_is_one_member() {
    let details = Details::default();
    let record = Record::from_message("net", &"m", Level::INFO, 0, &details);
    let builder = FormatterBuilder::new().with_fields(&[Field::NAME, Field::MESSAGE, Field::NAME]);
    assert_eq!(line(&builder.json(), &record), r#"{"logger":"net","message":"m"}"#);
    assert_eq!(line(&builder.logfmt(), &record), r#"logger=net message="m""#);
}

#[test]
fn of_equal_keys_the_last_counts() {
    let pairs = [("a", Value::U8(1)), ("b", Value::U8(2)), ("a", Value::U8(3))];
    let lines = all_lines("m", &pairs);
    assert!(lines.json.ends_with(r#""fields":{"b":2,"a":3}}"#), "{}", lines.json);
    assert!(lines.logfmt.ends_with(" b=2 a=3"), "{}", lines.logfmt);
    assert!(lines.text.ends_with(" a=1 b=2 a=3"), "{}", lines.text);
}

#[test]
fn in_logfmt_a_key_value_cannot_pass_for_a_field() {
    let pairs =
        [("level", Value::Str("CRITICAL")), ("a b=\"c\\é", Value::U8(1)), ("", Value::U8(2))];
    let logfmt = all_lines("m", &pairs).logfmt;
    assert!(logfmt.ends_with(" fields.level=CRITICAL a_b__c__=1 _=2"), "{logfmt}");
}

#[test]
fn a_record_that_was_cut_or_recovered_says_so() {
    let details = Details::default();
    let record = Record::from_message("net", &"m", Level::INFO, 0, &details).cut().recovered();
    let builder = FormatterBuilder::new().with_fields(&[Field::MESSAGE]);
    assert_eq!(line(&builder.text(), &record), "m [cut] [recovered]");
    assert_eq!(line(&builder.logfmt(), &record), r#"message="m" cut=true recovered=true"#);
    assert_eq!(line(&builder.json(), &record), r#"{"message":"m","cut":true,"recovered":true}"#);
}

#[test]
fn numbers_that_json_has_not() {
    let wide = |n: i128| Value::I128([n as u64, (n >> 64) as u64]);
    let pairs = [
        ("nan", Value::F64(f64::NAN)),
        ("inf", Value::F32(f32::NEG_INFINITY)),
        ("large", Value::F64(1e300)),
        ("small", Value::F32(1e-7)),
        ("whole", Value::F64(5.0)),
        ("fits", wide(i64::MIN.into())),
        ("fits_too", wide(u64::MAX.into())),
        ("beyond", wide(i128::from(i64::MIN) - 1)),
        ("far", Value::U128([u64::MAX, u64::MAX])),
    ];
    let json = all_lines("m", &pairs).json;
    let (_, fields) = json.split_once("\"fields\":").unwrap();
    assert_eq!(
        fields,
        "{\"nan\":null,\"inf\":null,\"large\":1e300,\"small\":1e-7,\"whole\":5.0,\
         \"fits\":-9223372036854775808,\"fits_too\":18446744073709551615,\
         \"beyond\":\"-9223372036854775809\",\"far\":\"340282366920938463463374607431768211455\"}}"
    );
}

#[test]
fn control_characters_are_escaped_when_asked() {
    let message = "a\nb\r\tc\0\x1b[31m\u{7f}\u{9b}31m\u{2028}\u{202e}\u{2066}é\u{1f980}\\";
    let details = Details::default();
    let name = "ev\x1bil";
    let pairs = [("k\n", Value::Str("v\n")), ("c", Value::Char('\x07'))];
    let mut with_pairs = details;
    with_pairs.key_values = &pairs;
    let record = Record::from_message(name, &message, Level::INFO, 0, &with_pairs);
    const FIELDS: &[Field] =
        &[Field::NAME, Field::text(" \x1b[1m"), Field::MESSAGE, Field::KEY_VALUES];
    let builder = FormatterBuilder::new().with_fields(FIELDS);
    assert_eq!(
        line(&builder.with_escaping(true).text(), &record),
        "ev\\u{1b}il \x1b[1ma\\nb\\r\\tc\\u{0}\\u{1b}[31m\\u{7f}\\u{9b}31m\\u{2028}\\u{202e}\\u{2066}é\u{1f980}\\ \
         k\\n=v\\n c=\\u{7}"
    );
    assert_eq!(line(&builder.text(), &record), format!("{name} \x1b[1m{message} k\n=v\n c=\x07"));
}

#[test]
fn a_display_that_fails_leaves_what_it_wrote_and_a_whole_line() {
    struct Failing;
    impl fmt::Display for Failing {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("begun\"")?;
            Err(fmt::Error)
        }
    }
    let details = Details::default();
    let record = Record::from_message("net", &Failing, Level::INFO, 0, &details);
    let builder = FormatterBuilder::new().with_fields(&[Field::MESSAGE, Field::NAME]);
    assert_eq!(line(&builder.text(), &record), "begun\" net");
    assert_eq!(line(&builder.logfmt(), &record), r#"message="begun\"" logger=net"#);
    assert_eq!(line(&builder.json(), &record), r#"{"message":"begun\"","logger":"net"}"#);
}

#[test]
fn the_writers_error_is_told_wherever_it_happens() {
    let pairs = [("a", Value::U8(1)), ("b", Value::Str("x"))];
    let mut details = Details::default();
    details.key_values = &pairs;
    let record = Record::from_message("net", &"m", Level::INFO, 0, &details);
    let builder = FormatterBuilder::new();
    let formatters: [&dyn Formatter; 3] = [&builder.text(), &builder.logfmt(), &builder.json()];
    for formatter in formatters {
        let whole = line(formatter, &record);
        for room in 0..whole.len() {
            let mut out = Bounded(String::new(), room);
            assert!(formatter.format(&record, &mut out).is_err(), "{room}");
            assert!(whole.starts_with(&out.0));
        }
    }
}

#[test]
fn bytes_are_digits_or_a_dump() {
    let bytes: Vec<u8> = (0x1b..0x3d).collect();
    let dump = "
    0000  1b 1c 1d 1e 1f 20 21 22  23 24 25 26 27 28 29 2a  |..... !\"#$%&'()*|
    0010  2b 2c 2d 2e 2f 30 31 32  33 34 35 36 37 38 39 3a  |+,-./0123456789:|
    0020  3b 3c                                             |;<|";
    assert_eq!(Hexdump(&bytes).to_string(), dump);
    assert_eq!(Hexdump(&[]).to_string(), "");
    assert_eq!(Hex(&bytes[..3]).to_string(), "1b1c1d");
    let pairs = [("id", Value::Bytes(&bytes[..2])), ("packet", Value::Hexdump(&bytes))];
    let lines = all_lines("m", &pairs);
    assert!(lines.text.ends_with(&format!(" id=1b1c packet={dump}")), "{}", lines.text);
    assert!(lines.escaped.ends_with(&format!(" id=1b1c packet={dump}")), "{}", lines.escaped);
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(lines.logfmt.ends_with(&format!(" id=1b1c packet={digits}")), "{}", lines.logfmt);
    assert!(lines.json.ends_with(&format!(r#""packet":"{digits}"}}}}"#)), "{}", lines.json);
}

struct Lines {
    text: String,
    escaped: String,
    logfmt: String,
    json: String,
}

fn all_lines(message: &str, pairs: &[(&str, Value<'_>)]) -> Lines {
    let mut details = Details::default();
    details.key_values = pairs;
    let time = 1_795_655_895_123_456_789;
    let record = Record::from_message("net", &message, Level::INFO, time, &details);
    Lines {
        text: line(&TextFormatter::new(), &record),
        escaped: line(&FormatterBuilder::new().with_escaping(true).text(), &record),
        logfmt: line(&LogfmtFormatter::new(), &record),
        json: line(&JsonFormatter::new(), &record),
    }
}

fn line(formatter: &dyn Formatter, record: &Record<'_>) -> String {
    let mut line = String::new();
    formatter.format(record, &mut line).unwrap();
    line
}

/// Takes some bytes, then fails.
struct Bounded(String, usize);

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let (fits, rest) = text.split_at(text.len().min(self.1 - self.0.len()));
        self.0.push_str(fits);
        if rest.is_empty() { Ok(()) } else { Err(fmt::Error) }
    }
}
