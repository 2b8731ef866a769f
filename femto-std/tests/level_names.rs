//! Names that the application gives its levels, for the whole process.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use std::sync::Arc;
use std::thread;

use femto_std::config::FormatterBuilder;
use femto_std::formatter::Formatter;
use femto_std::{Details, Level, Record, add_level_name, level_name, level_named};
use scratch::{Scratch, lines, lone_logger, plain};

const NOTICE: Level = Level::new(25);

fn line(formatter: &Arc<dyn Formatter>, level: Level) -> String {
    let details = Details::default();
    let mut line = String::new();
    let record = Record::from_message("net", &"up", level, 0, &details);
    formatter.format(&record, &mut line).unwrap();
    line
}

#[test]
fn a_name_is_printed_and_read_everywhere_until_another_is_given() {
    let build = |style: &str| {
        let builder = FormatterBuilder::new().with_style(style.parse().unwrap());
        match style {
            "%" => builder.with_format("%(levelname)-8s|%(levelno)d").build().unwrap(),
            "pretty" => builder.with_color(true).build().unwrap(),
            _ => builder.build().unwrap(),
        }
    };
    let [pattern, json, logfmt, pretty] = ["%", "json", "logfmt", "pretty"].map(build);
    assert_eq!(level_name(NOTICE), None);
    assert_eq!(line(&pattern, NOTICE), "Level 25|25");
    let error = level_named("notice").unwrap_err().to_string();
    assert!(error.starts_with("level = \"notice\" is out of range: allowed is NOTSET,"), "{error}");

    let scratch = Scratch::new("level-names");
    let path = scratch.path("log");
    let handler = plain(&path).with_formatter(pattern.clone()).build().unwrap();
    let logger = lone_logger("level-names", &handler);
    logger.set_level(level_named("24").unwrap());

    add_level_name(NOTICE, "NOTICE");
    add_level_name(Level::WARN, "ACHT\"UNG");
    femto_std::log!(logger: logger, NOTICE, "named");
    assert_eq!(lines(&handler, &path), ["NOTICE  |25"]);
    assert_eq!(line(&pattern, Level::WARN), "ACHT\"UNG|30");
    assert!(line(&json, Level::WARN).contains(r#""level":"ACHT\"UNG""#));
    assert!(line(&logfmt, NOTICE).contains(" level=NOTICE "));
    assert!(line(&pretty, NOTICE).contains("\x1b[32mNOTICE\x1b[0m "));
    assert!(line(&json, Level::INFO).contains(r#""level":"INFO""#));
    assert_eq!([level_named("notice").unwrap(), level_named("Notice").unwrap()], [NOTICE; 2]);
    assert_eq!(level_named("warning").unwrap(), Level::WARN);

    // As in Python, the older name is still read.
    add_level_name(NOTICE, "HINWEIS");
    assert_eq!([level_named("notice").unwrap(), level_named("hinweis").unwrap()], [NOTICE; 2]);
    assert!(line(&json, NOTICE).contains("HINWEIS"));
    add_level_name(Level::WARN, "");
    assert_eq!(level_name(Level::WARN), Some("WARN"));
    assert_eq!(line(&pattern, Level::WARN), "WARNING |30");

    // A name that a record brings along comes first.
    let mut details = Details::default();
    details.level_name = Some("OWN");
    let mut own = String::new();
    json.format(&Record::from_message("net", &"up", NOTICE, 0, &details), &mut own).unwrap();
    assert!(own.contains(r#""level":"OWN""#));

    // The core's formatters, which are firmware's, know nothing of it.
    let details = Details::default();
    let mut core = String::new();
    let record = Record::from_message("net", &"up", NOTICE, 0, &details);
    Formatter::format(&femto_core::JsonFormatter::new(), &record, &mut core).unwrap();
    assert!(core.contains("Level 25"), "{core}");

    // Threads may name levels while others print them.
    let level = Level::new(77);
    let names = ["ONE", "TWO"];
    thread::scope(|scope| {
        for name in names {
            scope.spawn(move || (0..2000).for_each(|_| add_level_name(level, name)));
        }
        for _ in 0..2000 {
            let text = line(&logfmt, level);
            assert!(text.contains("=ONE ") || text.contains("=TWO ") || text.contains("Level 77"));
        }
    });
    assert!(names.contains(&level_name(level).unwrap()));
}
