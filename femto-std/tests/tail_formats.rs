//! `femto tail` reads what this library's formatters write, by the configuration that they are made of.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/tail.rs"]
mod tail;

use std::fs;

use femto_std::config::Config;
use femto_std::{Details, Level, Record, Value};
use scratch::Scratch;
use tail::{femto, of, out};

/// One formatter and one handler for each way to write a line.
const CONFIG: &str = r#"
version = 1

[formatters.default]

[formatters.dated]
date_format = "%d.%m.%Y %H:%M"

[formatters.percent]
format = "%(name)s <%(levelname)s> [%(threadName)s] %(message)s"

[formatters.message_first]
format = "%(levelname)-8s %(message)s (%(name)s)"

[formatters.level_last]
format = "%(asctime)s %(message)s | %(name)s %(levelname)s"

[formatters.brace]
style = "{"
format = "[{levelname:>8}] {name}: {message}"

[formatters.dollar]
style = "$"
format = "${levelname}: $name: $message"

[formatters.escaped]
escaping = true

[formatters.named_key]
format = "%(asctime)s %(levelname)s %(name)s user=%(user)s %(message)s"
defaults = { user = "-" }

[formatters.pretty]
style = "pretty"

[formatters.json]
style = "json"
fields = ["ts=time", "sev=level", "category=logger", "text=message", "fields", "exception", "stack"]

[formatters.flat]
style = "json"
flat = true

[formatters.logfmt]
style = "logfmt"
fields = ["when=unix_time", "sev=level_number", "category=logger", "text=message", "fields", "exception"]
"#;

const TRACEBACK: &str = "Traceback (most recent call last):\n  File \"x.py\", line 1, in <module>\n    f(user=ann)\nValueError: user=ann";
const ERROR: &str = "could not connect\ncaused by: refused";

/// Message, level, logger, key-values, exception.
type Sent = (
    &'static str,
    Level,
    &'static str,
    &'static [(&'static str, Value<'static>)],
    Option<&'static str>,
);

const USER_ANN: (&str, Value<'_>) = ("user", Value::Str("ann"));

const RECORDS: [Sent; 12] = [
    ("one line", Level::INFO, "app", &[USER_ANN, ("ms", Value::U32(5))], None),
    ("two\nlines", Level::ERROR, "app.db", &[("ms", Value::U32(900)), USER_ANN], None),
    // The second could begin with a time, of some format.
    ("counts\n3 rows", Level::ERROR, "app", &[USER_ANN], None),
    ("an end of a line\n", Level::WARN, "app.db", &[USER_ANN], None),
    ("", Level::INFO, "net", &[USER_ANN], None),
    ("with a traceback", Level::ERROR, "app", &[USER_ANN], Some(TRACEBACK)),
    ("two\nlines and a cause", Level::CRITICAL, "app", &[USER_ANN], Some(ERROR)),
    ("bob's", Level::INFO, "app", &[("user", Value::Str("bob"))], Some(TRACEBACK)),
    ("nobody's\n  indented", Level::DEBUG, "net", &[], None),
    ("nobody's, with a traceback", Level::ERROR, "net", &[], Some(TRACEBACK)),
    ("(in) [brackets] | a b: c", Level::INFO, "app", &[USER_ANN], None),
    (
        "\u{1b}[31mred\u{1b}[0m\0",
        Level::INFO,
        "app",
        &[USER_ANN, ("why", Value::Str("disk is full"))],
        None,
    ),
];

fn line(config: &Config, formatter: &str, index: usize, sent: &Sent) -> String {
    let (message, level, logger, key_values, exception) = *sent;
    let mut details = Details::default();
    (details.key_values, details.exception) = (key_values, exception);
    details.thread = Some((7, "main"));
    let time = 1_795_680_531_123_456_789 + index as u64 * 1_000_000_000;
    let record = Record::from_message(logger, &message, level, time, &details);
    let mut line = String::new();
    let formatter = config.formatters[formatter].clone().build().unwrap();
    formatter.format(&record, &mut line).unwrap();
    line
}

/// Whether a record is asked for.
type Wanted = fn(&Sent) -> bool;

fn field(sent: &Sent, key: &str) -> Option<String> {
    sent.3.iter().find(|(known, _)| *known == key).map(|(_, value)| value.to_string())
}

fn is_of_ann(sent: &Sent) -> bool {
    field(sent, "user").as_deref() == Some("ann")
}

const QUESTIONS: [(&[&str], Wanted); 11] = [
    (&["--level", "error"], |sent| sent.1 >= Level::ERROR),
    (&["--logger", "app"], |sent| sent.2.starts_with("app")),
    (&["--field", "user=ann"], is_of_ann),
    (&["--field", "user!=ann"], |sent| !is_of_ann(sent)),
    (&["--field", "!user"], |sent| field(sent, "user").is_none()),
    (&["--field", "ms>=900"], |sent| field(sent, "ms").as_deref() == Some("900")),
    (&["--field", "message~lines"], |sent| sent.0.contains("lines")),
    (&["--field", "why~full$"], |sent| field(sent, "why").is_some()),
    (&["--field", "why=disk is full"], |sent| field(sent, "why").is_some()),
    (&["--field", "user=ann", "--level", "warn", "--logger", "app.db"], |sent| {
        sent.1 >= Level::WARN && sent.2 == "app.db" && field(sent, "user").is_some()
    }),
    (&["--field", "message~a cause"], |sent| sent.0.contains("a cause")),
];

#[test]
fn records_are_found_whatever_formatter_wrote_them() {
    let scratch = Scratch::new("tail-formats");
    let mut config = Config::from_toml(CONFIG).unwrap();
    let names: Vec<String> = config.formatters.keys().cloned().collect();
    assert_eq!(names.len(), 13);
    let mut text = CONFIG.to_owned();
    for name in &names {
        text.push_str(&format!(
            "[handlers.{name}]\nclass = \"file\"\nfilename = {:?}\nformatter = {name:?}\n",
            scratch.path(&format!("{name}.log"))
        ));
    }
    let path = scratch.path("app.toml");
    fs::write(&path, text).unwrap();
    let app = path.to_str().unwrap();
    config.handlers.clear();
    for name in &names {
        let lines: Vec<String> = RECORDS
            .iter()
            .enumerate()
            .map(|(index, sent)| line(&config, name, index, sent) + "\n")
            .collect();
        fs::write(scratch.path(&format!("{name}.log")), lines.concat()).unwrap();
        for (question, wanted) in QUESTIONS {
            let expected: String = RECORDS
                .iter()
                .zip(&lines)
                .filter(|(sent, _)| wanted(sent))
                .map(|(_, line)| &**line)
                .collect();
            let all = ["--no-follow", "-n", "all", "--config", app, "--handler", name];
            let shown = of(&[&all, question].concat());
            assert_eq!(shown, expected, "{name} {question:?}");
        }
    }
}

#[test]
fn a_configuration_says_which_files_there_are_and_who_wrote_them() {
    let scratch = Scratch::new("tail-config");
    let (a, b) = (scratch.path("a.log"), scratch.path("b.log"));
    let config = format!(
        "formatters.own.format = \"%(message)s <%(levelname)s>\"\n\
         [handlers.a]\nclass = \"file\"\nfilename = {a:?}\nformatter = \"own\"\n\
         [handlers.b]\nclass = \"rotating_file\"\nfilename = {b:?}\n\
         [handlers.copy]\nclass = \"file\"\nfilename = {a:?}\n\
         [handlers.console]\nclass = \"stream\"\nformatter = \"own\"\n"
    );
    let path = scratch.path("app.toml");
    fs::write(&path, &config).unwrap();
    let app = path.to_str().unwrap();
    let own = "one <INFO>\ntwo <ERROR>\n";
    let usual =
        "2026-11-26 08:08:51,123 ERROR    app: x\n2026-11-26 08:08:51,123 INFO     app: y\n";
    fs::write(&a, own).unwrap();
    fs::write(&b, usual).unwrap();
    let (a, b) = (a.to_str().unwrap(), b.to_str().unwrap());
    let asked = ["--no-follow", "--level", "error", "--config", app];
    let of_own = "two <ERROR>\n";
    let of_usual = "2026-11-26 08:08:51,123 ERROR    app: x\n";
    let both = format!("==> {a} <==\n{of_own}\n==> {b} <==\n{of_usual}");
    assert_eq!(of(&asked), both);
    assert_eq!(of(&[&asked[..], &["--handler", "b"]].concat()), of_usual);
    assert_eq!(of(&[&asked[..], &[a]].concat()), of_own);
    // Rotated, and elsewhere.
    let old = scratch.path("old");
    fs::create_dir(&old).unwrap();
    fs::write(old.join("b.log.2"), usual).unwrap();
    fs::write(old.join("a.log"), own).unwrap();
    fs::write(old.join("c.log"), own).unwrap();
    let moved = |name: &str| old.join(name).to_str().unwrap().to_owned();
    assert_eq!(of(&[&asked[..], &[&moved("b.log.2")]].concat()), of_usual);
    assert_eq!(of(&[&asked[..], &[&moved("a.log")]].concat()), of_own);
    assert_eq!(of(&[&asked[..], &["--handler", "a", &moved("c.log")]].concat()), of_own);
    let piped = femto(&[&asked[..], &["--handler", "console"]].concat(), own.as_bytes());
    assert_eq!(out(&piped), of_own);
    for (arguments, expected) in [
        (
            &[&*moved("c.log")][..],
            "c.log: no handler writes to it: allowed with --handler are a, b",
        ),
        (&["--handler", "x"], "--handler \"x\": allowed with --handler are a, b, console, copy"),
        (&["--format", "%(message)s"], "cannot be used with"),
    ] {
        let output = femto(&[&asked[..], arguments].concat(), b"");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(expected), "{told}");
    }
    fs::write(&path, config.replace("rotating_file", "rotating")).unwrap();
    let output = femto(&asked, b"");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("app.toml: line 7: handlers.b.class"), "{told}");
    assert_eq!(output.status.code(), Some(1));
}
