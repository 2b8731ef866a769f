//! What lines of patterns show, and what is refused.

use femto_core::Level;

use super::*;

#[test]
fn the_mask_names_what_the_line_shows() {
    let mask = |format| PatternFormatter::new(format, PatternStyle::Brace).unwrap().mask();
    assert_eq!(mask("{asctime} {name} {levelname} {message} {user}"), CaptureMask::NONE);
    assert_eq!(
        mask("{filename}:{lineno} {threadName}"),
        CaptureMask::LOCATION | CaptureMask::THREAD_NAME
    );
    assert_eq!(
        mask("{funcName} {thread} {process} {processName} {taskName}"),
        CaptureMask::FUNCTION
            | CaptureMask::THREAD_ID
            | CaptureMask::PROCESS_ID
            | CaptureMask::PROCESS_NAME
            | CaptureMask::TASK_NAME
    );
}

#[test]
fn the_default_shows_key_values_before_the_exception() {
    let mut details = femto_core::Details::default();
    details.key_values = &[("peer", Value::Str("10.0.0.7")), ("tries", Value::U8(3))];
    details.exception = Some("caused by: x");
    let record = Record::from_message("net", &"link up", Level::WARN, 0, &details);
    let mut line = String::new();
    PatternFormatter::default().with_time_zone(TimeZone::UTC).format(&record, &mut line).unwrap();
    assert_eq!(
        line,
        "1970-01-01 00:00:00,000 WARNING  net: link up peer=10.0.0.7 tries=3\ncaused by: x"
    );
}

#[test]
fn a_record_without_the_key_value_shows_the_default_or_a_mark() {
    let mut details = femto_core::Details::default();
    let format = "[%(id)s] [%(id)-4s] [%(id)04d] [%(user)s] %(thread)6d|";
    let formatter = PatternFormatter::new(format, PatternStyle::Percent)
        .unwrap()
        .with_default("user", "nobody");
    let mut show = |key_values: &'static [(&str, Value<'_>)]| {
        details.key_values = key_values;
        let mut line = String::new();
        let record = Record::from_message("net", &"", Level::INFO, 0, &details);
        formatter.format(&record, &mut line).unwrap();
        line
    };
    assert_eq!(show(&[]), "[-] [-   ] [   -] [nobody]   None|");
    let both = &[("id", Value::U8(1)), ("id", Value::U8(7)), ("user", Value::Str("x"))];
    assert_eq!(show(both), "[7] [7   ] [0007] [x]   None|");
    assert_eq!(show(&[("id", Value::Str("a"))]), "[a] [a   ] [   a] [nobody]   None|");
    let brace = PatternFormatter::new("{id:=+07.2f}|{id:<5}|{id!r:^5}", PatternStyle::Brace);
    let record = Record::from_message("net", &"", Level::INFO, 0, &details);
    let mut line = String::new();
    brace.unwrap().format(&record, &mut line).unwrap();
    assert_eq!(line, "      a|a    | 'a' ");
}

#[test]
fn flags_are_words_of_their_language_and_numbers_where_numbers_are_asked_for() {
    let mut details = femto_core::Details::default();
    details.key_values =
        &[("up", Value::Bool(true)), ("new", Value::Bool(false)), ("gone", Value::None)];
    let record = Record::from_message("net", &"", Level::INFO, 0, &details);
    let line = |pattern: Result<PatternFormatter, FormatError>| {
        let mut line = String::new();
        pattern.unwrap().format(&record, &mut line).unwrap();
        line
    };
    let (percent, brace) = ("%(up)s|%(up)-6s|%(up)d|", "{up}|{up:>6}|{up!r}|{up:d}|");
    assert_eq!(
        line(PatternFormatter::new(percent, PatternStyle::Percent)),
        "true|true  |1| new=false gone=None"
    );
    assert_eq!(
        line(PatternFormatter::new(brace, PatternStyle::Brace)),
        "true|  true|true|1| new=false gone=None"
    );
    assert_eq!(
        line(PatternFormatter::for_python(percent, PatternStyle::Percent)),
        "True|True  |1|"
    );
    assert_eq!(
        line(PatternFormatter::for_python(brace, PatternStyle::Brace)),
        "True|     1|True|1|"
    );
}

#[test]
fn key_values_stand_one_space_behind_the_line_whatever_it_ends_with() {
    let mut details = femto_core::Details::default();
    details.key_values = &[("only", Value::U8(1)), ("b", Value::U8(2))];
    let record = Record::from_message("app", &"", Level::INFO, 0, &details);
    for (format, expected) in [
        ("%(name)s: %(message)s", "app: only=1 b=2"),
        ("%(name)s:%(message)s", "app: only=1 b=2"),
        ("%(message)s", "only=1 b=2"),
    ] {
        let mut line = String::from("a line before\n");
        let pattern = PatternFormatter::new(format, PatternStyle::Percent).unwrap();
        pattern.format(&record, &mut line).unwrap();
        assert_eq!(line.strip_prefix("a line before\n"), Some(expected));
    }
}

#[test]
fn key_values_that_the_format_names_are_not_told_twice() {
    let mut details = femto_core::Details::default();
    details.key_values = &[("id", Value::U8(1)), ("a", Value::U8(2)), ("b", Value::Str("\x1b"))];
    let record = Record::from_message("net", &"two\nlines", Level::INFO, 0, &details);
    let formatter = PatternFormatter::new("%(id)s %(message)s", PatternStyle::Percent).unwrap();
    let formatter = formatter.with_keys(ShownKeys::except(["a"])).with_escaping(true);
    let mut line = String::new();
    formatter.format(&record, &mut line).unwrap();
    assert_eq!(line, "1 two\\nlines b=\\u{1b}");
}

#[test]
fn fields_that_do_not_fit_are_refused_when_the_formatter_is_made() {
    let new = |format| PatternFormatter::new(format, PatternStyle::Percent).unwrap_err();
    assert_eq!(new("%(name)s %(levelname)d"), FormatError::PrintField { name: "levelname".into() });
    assert_eq!(new("%(args)s"), FormatError::FindField { name: "args".into() });
    assert_eq!(new("%(name)s %s"), FormatError::ParsePattern { at: 9 });
}
