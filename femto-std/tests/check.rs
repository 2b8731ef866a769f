//! `femto check`: good configurations are shown, wrong ones refused, and nothing is opened.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use std::process::{Command, Output};

use scratch::Scratch;

fn check(scratch: &Scratch, name: &str, text: &str) -> Output {
    std::fs::write(scratch.path(name), text).unwrap();
    Command::new(env!("CARGO_BIN_EXE_femto"))
        .args(["check", name])
        .current_dir(scratch.path(""))
        .output()
        .unwrap()
}

const GOOD: &str = r#"
recover = "app.ring"
static_fields = { version = 3, service = "shop" }
statistics.every = "60s"
shutdown = { signals = ["TERM", "SIGINT"], deadline = "8s" }
[formatters.plain]
format = "%(message)s"
[filters.app]
name = "app"
[handlers.console]
class = "stream"
level = "WARN"
formatter = "plain"
[handlers.file]
class = "rotating_file"
filename = "app.log"
filters = ["app"]
[handlers.last]
class = "memory"
target = "file"
[handlers.none]
class = "null"
[loggers.app]
handlers = ["last"]
[loggers."app.db"]
level = "DEBUG"
handlers = ["file"]
filters = ["app"]
propagate = false
[loggers."app.db.pool"]
handlers = ["console", "file"]
[loggers."x\u001b[31m"]
level = 17
[root]
level = "INFO"
handlers = ["console"]
"#;

const SHOWN: &str = r"logger             level            handlers
root               INFO             console
  app              INFO of root     last, console
    app.db         DEBUG            file           does not propagate; filters app
      app.db.pool  DEBUG of app.db  console, file
  x\u{1b}[31m      Level 17         console

handler    level  class
  console  WARN   stream         formatter plain
  file     all    rotating_file  app.log; filters app
  last     all    memory         to file
  none     none   null

static fields: service, version
recover: app.ring, 16777216 bytes
statistics: every 60s, INFO, logger femtologging.stats
shutdown: on TERM, INT, within 8s
";

#[test]
fn a_right_configuration_is_shown_as_it_would_be() {
    let scratch = Scratch::new("check-good");
    let output = check(&scratch, "good.toml", GOOD);
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), SHOWN);
    assert_eq!(output.status.code(), Some(0));
    assert!(!scratch.path("app.log").exists(), "it was opened");
    assert!(!scratch.path("app.ring").exists(), "it was opened");
}

#[test]
fn the_same_is_shown_of_each_format() {
    let scratch = Scratch::new("check-formats");
    let yaml = "handlers: {a: {class: null}}\nroot: {level: ERROR, handlers: [a]}";
    let yaml = yaml.replace("null", "'null'");
    let json =
        r#"{"handlers": {"a": {"class": "null"}}, "root": {"level": "ERROR", "handlers": ["a"]}}"#;
    let toml = "handlers.a.class = 'null'\nroot = { level = 'ERROR', handlers = ['a'] }";
    let shown = [("a.yaml", &*yaml), ("a.yml", &*yaml), ("a.json", json), ("a.toml", toml)]
        .map(|(name, text)| String::from_utf8(check(&scratch, name, text).stdout).unwrap());
    assert!(shown[0].contains("root    ERROR  a"), "{}", shown[0]);
    assert!(shown.iter().all(|other| *other == shown[0]), "{shown:#?}");
}

#[test]
fn what_is_wrong_is_told_line_by_line() {
    let scratch = Scratch::new("check-bad");
    let table = [
        (
            "a.toml",
            "[root]\nlevel = 'INFO'\nhandlers = ['x']\n[handlers.y]\nclass = 'file'\nfilename = 'z'\n\
             capacity = 1\n",
            "femto: a.toml: line 3: root.handlers[0] = \"x\": no such handler: allowed: `y`\n\
             a.toml: line 7: handlers.y.capacity = 1: allowed is at least 4096 bytes\n",
        ),
        ("b.yaml", "root:\n - 1\n", "femto: b.yaml: line 1: root = [...]: allowed is a table\n"),
        (
            "c.json",
            "{\n\"root\":\n",
            "femto: c.json: line 3: not JSON: EOF while parsing a value\n",
        ),
        (
            "d.ini",
            "",
            "femto: d.ini: no format is known by its name: allowed endings are toml, yaml, yml, json\n",
        ),
    ];
    for (name, text, expected) in table {
        let output = check(&scratch, name, text);
        assert_eq!(String::from_utf8(output.stderr).unwrap(), expected);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    }
    let output = Command::new(env!("CARGO_BIN_EXE_femto"))
        .args(["check", "not-there.toml"])
        .current_dir(scratch.path(""))
        .output()
        .unwrap();
    let expected = "femto: not-there.toml: could not be read: No such file or directory \
                    (os error 2)\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), expected);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_guides_configuration_is_shown_as_the_guide_has_it() {
    let guide = include_str!("../../docs/rust.md");
    let (_, rest) = guide.split_once("<!-- logging.toml -->\n```toml\n").unwrap();
    let (config, rest) = rest.split_once("```\n").unwrap();
    let (_, rest) = rest.split_once("```text\n").unwrap();
    let (shown, _) = rest.split_once("```\n").unwrap();
    let output = check(&Scratch::new("guide"), "logging.toml", config);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), shown);
}
