//! Pattern formatters against the real `logging.Formatter`: many formats, one Python process per
//! time zone.

use femto_core::{Details, Level, Record, Value};
use jiff::tz::TimeZone;

use super::{FormatError, Formatter, PatternFormatter, PatternStyle};
use crate::template::differential::adopt_version;
use crate::template::python::{self, PRELUDE, Random};

#[test]
fn lines_are_those_of_python_in_utc() {
    compare("UTC", 2);
}

#[test]
fn lines_are_those_of_python_where_clocks_are_changed() {
    compare("Europe/Berlin", 3);
}

fn compare(zone: &str, seed: u64) {
    let mut random = Random(seed);
    let records: Vec<_> = (0..200).map(|_| Sample::draw(&mut random)).collect();
    let formats: Vec<_> = (0..6000).map(|_| Format::draw(&mut random)).collect();
    let mut input = String::new();
    for record in &records {
        input.push_str(&format!("records.append({})\n", record.literal()));
    }
    for (format, index) in formats.iter().zip((0..records.len()).cycle()) {
        input.push_str(&format!("try_({index}, {})\n", format.literal()));
    }
    let program = format!(
        "{PRELUDE}
import logging
logging.addLevelName(5, 'TRACE')
logging.addLevelName(255, 'OFF')
records = []
def record(levelname, levelno, **rest):
    name = levelname or logging.getLevelName(levelno)
    made = logging.makeLogRecord(dict(rest, levelno=levelno, levelname=name))
    made.filename = made.pathname.rsplit('/')[-1]
    import os
    made.module = os.path.splitext(os.path.basename(made.pathname))[0]
    return made
def try_(index, fmt, datefmt, style, default_msec):
    def make():
        f = logging.Formatter(fmt, datefmt, style, validate=False, defaults={{'user': 'nobody', 'n': 7}})
        if default_msec is not None:
            f.default_msec_format = default_msec
        return f.format(records[index])
    show(make)
for line in sys.stdin.buffer.read().decode().splitlines():
    eval(line)
"
    );
    let Some(answers) = python::run(&program, zone, &input) else { return };
    adopt_version(&answers[0]);
    assert_eq!(answers.len(), formats.len() + 1);
    let zone = TimeZone::get(zone).unwrap();
    let (mut printed, mut kept) = (0, 0);
    let cases = formats.iter().zip(records.iter().cycle());
    for ((format, sample), answer) in cases.zip(&answers[1..]) {
        let result = format.apply(sample, &zone);
        match (answer.strip_prefix('='), result) {
            (Some(expected), Ok(line)) => {
                assert_eq!(line, python::from_hex(expected), "{format:?} on {sample:?}");
                printed += 1;
            }
            (None, Err(_)) => {}
            // Where Python raises for a value, no record is lost here.
            (None, Ok(_)) => kept += 1,
            (Some(_), Err(_)) if format.is_odd => {}
            (_, other) => panic!("{format:?} on {sample:?}: Python {answer}, here {other:?}"),
        }
    }
    assert!(printed > 2500, "only {printed} lines were made by both");
    assert!(kept > 100, "only {kept} lines were made here alone");
}

#[derive(Debug)]
struct Format {
    style: PatternStyle,
    text: String,
    date: Option<&'static str>,
    millis: Option<&'static str>,
    /// Has something that is left to Python.
    is_odd: bool,
}

impl Format {
    fn draw(random: &mut Random) -> Self {
        let style =
            random.pick(&[PatternStyle::Percent, PatternStyle::Brace, PatternStyle::Dollar]);
        let date = if random.once_in(3) { Some(random.pick(DATES)) } else { None };
        let millis = if random.once_in(8) {
            Some(random.pick(&["%s.%03d", "%s;%5.1f", "%s", ""]))
        } else {
            None
        };
        let mut format = Self { style, text: String::new(), date, millis, is_odd: false };
        format.is_odd = date.is_some_and(|date| date.contains("%E") || date.contains("%10"))
            || millis == Some("%s");
        for _ in 0..1 + random.below(4) {
            let literal = random.pick(&["", " ", " | ", "é", "[", "\n"]);
            let escaped = random.once_in(5);
            let name = if random.once_in(60) { "absent" } else { random.pick(NAMES) };
            format.text.push_str(literal);
            match style {
                PatternStyle::Percent => {
                    format.text.push_str(if escaped { "%%" } else { "" });
                    format.text.push_str(&format!("%({name}){}", percent(random, name)));
                }
                PatternStyle::Brace => {
                    format.text.push_str(if escaped { "{{}}" } else { "" });
                    let spec = format.brace(random, name);
                    format.text.push_str(&format!("{{{name}{spec}}}"));
                }
                PatternStyle::Dollar => {
                    format.text.push_str(if escaped { "$$" } else { "" });
                    let braced = random.once_in(2);
                    let field = if braced { format!("${{{name}}}") } else { format!("${name}") };
                    format.text.push_str(&field);
                }
            }
        }
        format
    }

    fn brace(&mut self, random: &mut Random, name: &str) -> String {
        let mut spec: String = random.pick(&["", "", "", "!s", "!r", "!a"]).into();
        if random.once_in(3) {
            return spec;
        }
        spec.push(':');
        spec.push_str(random.pick(&["", "", "<", ">", "^", "=", "*<", "é>", "0^", "x="]));
        let is_number = NUMBERS.contains(&name);
        let mut odd_digits = String::new();
        if is_number || random.once_in(20) {
            odd_digits.push_str(random.pick(&["", "", "+", "-", " "]));
            odd_digits.push_str(random.pick(&["", "", "#"]));
        }
        odd_digits.push_str(random.pick(&["", "", "0"]));
        odd_digits.push_str(random.pick(&["", "1", "8", "30"]));
        let is_grouped = (is_number || random.once_in(20)) && random.once_in(4);
        if is_grouped {
            self.is_odd |= odd_digits.contains('0') || spec.contains('0');
            odd_digits.push(random.pick(&[',', '_']));
        }
        spec.push_str(&odd_digits);
        spec.push_str(random.pick(&["", "", "", ".0", ".3", ".12"]));
        let kinds = if is_number { "ddddfeEgGxXobc%Fs" } else { "sssssd" };
        if !random.once_in(3) {
            spec.push(kinds.as_bytes()[random.below(kinds.len())].into());
        }
        spec
    }

    fn literal(&self) -> String {
        let optional = |text: Option<&str>| text.map_or("None".into(), python::text_literal);
        let style = match self.style {
            PatternStyle::Percent => "%",
            PatternStyle::Brace => "{",
            PatternStyle::Dollar => "$",
        };
        let text = python::text_literal(&self.text);
        format!("{text}, {}, '{style}', {}", optional(self.date), optional(self.millis))
    }

    fn apply(&self, sample: &Sample, zone: &TimeZone) -> Result<String, FormatError> {
        let mut formatter = PatternFormatter::for_python(&self.text, self.style)?
            .with_time_zone(zone.clone())
            .with_start_time(core::time::Duration::from_nanos(START))
            .with_default("user", "nobody")
            .with_default("n", 7);
        if let Some(millis) = self.millis {
            formatter = formatter.with_millisecond_format(millis)?;
        }
        if let Some(date) = self.date {
            formatter = formatter.with_date_format(date)?;
        }
        let print = |line: &mut String| {
            let result = sample.with_record(|record| formatter.format(record, line));
            assert_eq!(result, Ok(()), "a record was lost");
        };
        let mut line = String::from("kept");
        print(&mut line);
        // A second time, when the second is in the cache.
        let mut again = String::new();
        print(&mut again);
        assert_eq!(line.strip_prefix("kept"), Some(again.as_str()));
        Ok(again)
    }
}

fn percent(random: &mut Random, name: &str) -> String {
    let mut spec = String::new();
    if random.once_in(2) {
        spec.push_str(random.pick(&["", "-", "0", "+", " ", "#"]));
        spec.push_str(random.pick(&["", "3", "8", "30"]));
        spec.push_str(random.pick(&["", "", ".", ".0", ".3"]));
    }
    let is_number = NUMBERS.contains(&name) || random.once_in(20);
    spec.push(random.pick(if is_number {
        &['s', 'd', 'f', 'g', 'e', 'x', 'r']
    } else {
        &['s', 's', 'r', 'a']
    }));
    spec
}

#[derive(Debug)]
struct Sample {
    level: u8,
    level_name: Option<&'static str>,
    nanos: u64,
    name: &'static str,
    message: &'static str,
    location: (&'static str, u32),
    function: &'static str,
    thread: Option<(u64, &'static str)>,
    process: Option<(u32, &'static str)>,
    task: Option<&'static str>,
    exception: Option<&'static str>,
    stack: Option<&'static str>,
    key_values: Vec<(&'static str, Value<'static>)>,
}

impl Sample {
    fn draw(random: &mut Random) -> Self {
        let text =
            |random: &mut Random| random.pick(&["", "plain", "it's", "naïve ☃ 😀", "two\nlines\n"]);
        let mut key_values = vec![("ratio", Value::F64(random.below(1000) as f64 / 7.0))];
        if random.once_in(2) {
            key_values.push(("user", Value::Str(text(random))));
        }
        if random.once_in(2) {
            key_values
                .push(("n", random.pick(&[Value::None, Value::Bool(true), Value::I64(-1234567)])));
        }
        Self {
            level: random.pick(&[0, 5, 10, 20, 25, 30, 40, 50, 255]),
            level_name: random.pick(&[None, None, None, Some("NOTICE")]),
            // From 2000 to 2040, so that both sides of many changes of the clock are met.
            nanos: 946_684_800_000_000_000 + random.next() % 1_262_304_000_000_000_000,
            name: random.pick(&["root", "app.db", "ä"]),
            message: text(random),
            location: (
                random.pick(&["/srv/app/main.py", "x", "a/.hidden", "a/b.tar.gz", "..py", ""]),
                42,
            ),
            function: random.pick(&["<module>", "run"]),
            thread: random.pick(&[None, Some((140_012_345_678_912, "MainThread"))]),
            process: random.pick(&[None, Some((4321, "Worker-1"))]),
            task: random.pick(&[None, Some("Task-1")]),
            exception: random.pick(&[None, None, Some(""), Some("Traceback:\n  E")]),
            stack: random.pick(&[None, None, Some("Stack:\n  x")]),
            key_values,
        }
    }

    fn with_record<T>(&self, act: impl FnOnce(&Record<'_>) -> T) -> T {
        let mut details = Details::default();
        details.key_values = &self.key_values;
        details.location = Some(self.location);
        details.function = Some(self.function);
        details.level_name = self.level_name;
        details.thread = self.thread;
        details.process = self.process;
        details.task = self.task;
        details.exception = self.exception;
        details.stack = self.stack;
        let level = Level::new(self.level);
        act(&Record::from_message(self.name, &self.message, level, self.nanos, &details))
    }

    fn literal(&self) -> String {
        let text = |text: Option<&str>| text.map_or("None".into(), python::text_literal);
        let nanos = self.nanos;
        let mut literal = format!(
            "record({}, {}, created={nanos}/1e9, msecs={nanos} % 10**9 // 10**6 + 0.0, \
             relativeCreated=({nanos} - {START})/1e6, name={}, msg={}, pathname={}, lineno={}, \
             funcName={}, taskName={}, exc_text={}, stack_info={}",
            text(self.level_name),
            self.level,
            text(Some(self.name)),
            text(Some(self.message)),
            text(Some(self.location.0)),
            self.location.1,
            text(Some(self.function)),
            text(self.task),
            text(self.exception),
            text(self.stack),
        );
        let number = |n: Option<u64>| n.map_or("None".into(), |n| n.to_string());
        literal.push_str(&format!(
            ", thread={}, threadName={}, process={}, processName={}",
            number(self.thread.map(|(id, _)| id)),
            text(self.thread.map(|(_, name)| name)),
            number(self.process.map(|(id, _)| id.into())),
            text(self.process.map(|(_, name)| name)),
        ));
        for (key, value) in &self.key_values {
            literal.push_str(&format!(", {key}={}", python::literal(value)));
        }
        literal + ")"
    }
}

const START: u64 = 1_000_000_000_123_456_789;
const NUMBERS: [&str; 9] =
    ["levelno", "msecs", "created", "relativeCreated", "lineno", "thread", "process", "ratio", "n"];
const NAMES: &[&str] = &[
    "message",
    "asctime",
    "asctime",
    "name",
    "levelno",
    "levelname",
    "msecs",
    "created",
    "relativeCreated",
    "pathname",
    "filename",
    "module",
    "lineno",
    "funcName",
    "thread",
    "threadName",
    "process",
    "processName",
    "taskName",
    "ratio",
    "user",
    "n",
    "stack_info",
];
const DATES: &[&str] = &[
    "",
    "%Y-%m-%dT%H:%M:%S%z",
    "%H:%M:%S",
    "%d/%b/%Y %I:%M %p",
    "%A %a %B %b %h %j %U %W %V %G %g",
    "%c",
    "%x|%X|%r|%D|%F|%R|%T",
    "%e %k %l %s %u %w %y %C %P %Z",
    "%f",
    "100%% %n%t é",
    "%-d.%-m. %_H %^a %0e",
    "%E",
    "%10Y",
    "%y%m%d",
];
