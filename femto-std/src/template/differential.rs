//! Percent templates against the real Python: thousands of templates, one Python process.

use core::fmt::Write;

use femto_core::Value;

use super::printable::is_printable;
use super::python::{self, PRELUDE, Random};
use super::{Arguments, PercentTemplate, TemplateError, use_unicode_version};

#[test]
fn templates_give_what_python_gives() {
    let mut random = Random(1);
    let mut lines = String::new();
    let mut templates = Vec::new();
    for _ in 0..30_000 {
        let keyed = random.once_in(8);
        let template = Sample::draw(&mut random, keyed);
        let expression: Vec<_> = if keyed {
            let field =
                |(i, value)| format!("'{}': {}", KEYS[i % KEYS.len()], python::literal(value));
            template.values.iter().enumerate().map(field).collect()
        } else {
            template.values.iter().map(|value| python::literal(value) + ",").collect()
        };
        let (open, close) = if keyed { ("{", "}") } else { ("(", ")") };
        let separator = if keyed { "," } else { "" };
        let arguments = expression.join(separator);
        let text = python::text_literal(&template.text);
        lines.push_str(&format!("({text}, {open}{arguments}{close})\n"));
        templates.push((keyed, template));
    }
    let program = format!(
        "{PRELUDE}
for line in sys.stdin.buffer.read().decode().splitlines():
    template, args = eval(line)
    show(lambda: template % args)
"
    );
    let Some(answers) = python::run(&program, "UTC", &lines) else { return };
    adopt_version(&answers[0]);
    let mut printed = 0;
    for ((keyed, sample), answer) in templates.iter().zip(&answers[1..]) {
        let context = || {
            format!(
                "{:?} % {:?}",
                sample.text,
                sample.values.iter().map(python::literal).collect::<Vec<_>>()
            )
        };
        let result = sample.apply(*keyed);
        match (answer.strip_prefix('='), result) {
            (Some(expected), Ok(line)) => {
                assert_eq!(line, python::from_hex(expected), "{}", context());
                printed += 1;
            }
            (None, Err(_)) => {}
            (Some(_), Err(TemplateError::Parse { .. })) if sample.is_odd => {}
            (_, other) => panic!("{}: Python {answer}, here {other:?}", context()),
        }
    }
    assert_eq!(answers.len(), templates.len() + 1);
    assert!(printed > 20_000, "only {printed} templates were understood by both");
}

#[test]
fn printable_characters_are_those_of_python() {
    let program = format!(
        "{PRELUDE}
for block in range(0, 0x110000, 0x1000):
    print(''.join('01'[chr(c).isprintable()] for c in range(block, block + 0x1000)))
"
    );
    let Some(answers) = python::run(&program, "UTC", "") else { return };
    adopt_version(&answers[0]);
    let all = answers[1..].concat();
    assert_eq!(all.len(), 0x11_0000);
    for (code, expected) in (0..).zip(all.bytes()) {
        if let Some(character) = char::from_u32(code) {
            assert_eq!(is_printable(character), expected == b'1', "U+{code:04X}");
        }
    }
}

pub(crate) fn adopt_version(text: &str) {
    let mut numbers = text.split('.').map(|number| number.parse().unwrap());
    use_unicode_version(numbers.next().unwrap(), numbers.next().unwrap());
}

struct Sample {
    text: String,
    values: Vec<Value<'static>>,
    /// Has something that is left to Python.
    is_odd: bool,
}

impl Sample {
    fn draw(random: &mut Random, keyed: bool) -> Self {
        let mut sample = Self { text: String::new(), values: Vec::new(), is_odd: false };
        for key in KEYS.into_iter().take(random.below(4)) {
            sample.text.push_str(random.pick(LITERALS));
            sample.add_conversion(random, keyed.then_some(key));
        }
        sample.text.push_str(random.pick(LITERALS));
        if random.once_in(40) {
            sample.values.pop();
        }
        if random.once_in(40) {
            sample.values.push(Value::I64(7));
        }
        sample
    }

    fn add_conversion(&mut self, random: &mut Random, key: Option<&str>) {
        self.text.push('%');
        if let Some(key) = key {
            self.text.push_str(&format!("({key})"));
        }
        if !random.once_in(3) {
            while random.once_in(2) {
                self.text.push(random.pick(&['-', '+', ' ', '#', '0']));
            }
            if random.once_in(2) {
                self.text.push_str(&random.below(25).to_string());
            }
            if random.once_in(2) {
                let precision = if random.once_in(20) { 300 } else { random.below(20) };
                self.text.push('.');
                if !random.once_in(5) {
                    self.text.push_str(&precision.to_string());
                }
            }
        }
        if random.once_in(30) {
            self.text.push(random.pick(&['l', 'h', 'L']));
        }
        if random.once_in(60) {
            self.is_odd = true;
            self.text.push(random.pick(&['*', '%', 'y', ' ', 'é']));
        }
        let conversion = random.pick(b"sssrrraaadiuoxXeEfFgGccc");
        self.text.push(conversion.into());
        self.values.push(match conversion {
            _ if random.once_in(12) => any(random),
            b's' | b'r' | b'a' => any(random),
            b'd' | b'i' | b'u' => {
                if random.once_in(2) {
                    integer(random)
                } else {
                    float(random)
                }
            }
            b'o' | b'x' | b'X' => integer(random),
            b'c' => character(random),
            _ => {
                if random.once_in(4) {
                    integer(random)
                } else {
                    float(random)
                }
            }
        });
    }

    fn apply(&self, keyed: bool) -> Result<String, TemplateError> {
        let template = PercentTemplate::parse(&self.text)?;
        let mut line = String::new();
        let fields: Vec<_> = KEYS.into_iter().zip(self.values.iter().copied()).collect();
        let (checked, applied) = if keyed {
            (template.check_mapping(&fields), template.apply_mapping(&fields, &mut line))
        } else {
            (template.check(&self.values), template.apply(&self.values, &mut line))
        };
        let arguments =
            if keyed { Arguments::Mapping(&fields) } else { Arguments::Positional(&self.values) };
        let mut shown = String::new();
        let result = write!(shown, "{}", template.message(arguments));
        assert_eq!((result.is_ok(), shown), (applied.is_ok(), line.clone()));
        assert_eq!(checked, applied, "check and apply differ on {:?}", self.text);
        applied.map(|()| line)
    }
}

fn any(random: &mut Random) -> Value<'static> {
    match random.below(8) {
        0 => Value::None,
        1 => integer(random),
        2 => float(random),
        3 => Value::Bytes(random.pick(BYTES)),
        4 => Value::Rendered(random.pick(TEXTS)),
        5 => character(random),
        _ => Value::Str(random.pick(TEXTS)),
    }
}

fn integer(random: &mut Random) -> Value<'static> {
    let bits = random.next() >> random.below(64);
    match random.below(8) {
        0 => Value::Bool(bits & 1 == 0),
        1 => Value::I8(bits as i8),
        2 => Value::U16(bits as u16),
        3 => Value::I32(bits as i32),
        4 => Value::U64(bits),
        5 => Value::I128([random.next(), bits]),
        6 => Value::U128([random.next(), bits]),
        _ => Value::I64(bits as i64),
    }
}

fn float(random: &mut Random) -> Value<'static> {
    let bits = random.next();
    Value::F64(match random.below(6) {
        0 => random.pick(FLOATS),
        1 => f64::from_bits(bits),
        2 => bits as i64 as f64 / 1e6,
        3 => (bits % 1000) as f64 / 8.0,
        4 => (bits % 100_000) as f64 / 1000.0,
        _ => (bits as f64) * 10f64.powi(random.below(60) as i32 - 40),
    })
}

fn character(random: &mut Random) -> Value<'static> {
    match random.below(4) {
        0 => Value::I32(random.pick(&[0, 65, 233, 0x1F600, 0xD800, 0x10FFFF, 0x110000, -1])),
        1 => Value::Str(random.pick(&["x", "é", "😀", "xy", ""])),
        _ => Value::Char(random.pick(&['x', '\'', '\n', 'é', '\u{ad}', '😀'])),
    }
}

const KEYS: [&str; 4] = ["name", "a(b)c", "", "é"];
const LITERALS: &[&str] = &["", "x", " took ", "100%% ", "é 😀", "%%%%"];
const BYTES: &[&[u8]] = &[b"", b"plain", b"it's", b"it's \"x\"", b"\0\t\n\r\\\x7f\xff"];
const TEXTS: &[&str] = &[
    "",
    "plain",
    "it's",
    "say \"x\"",
    "it's \"x\"",
    "tab\t nl\n cr\r \\ \0 \x1b \x7f",
    "naïve café",
    "日本語のテキスト",
    "😀👩‍👩‍👧",
    "\u{ad}\u{200b}\u{2028}\u{e000}\u{378}\u{10FFFF}",
    "e\u{301}",
    "a longer text that is cut and padded in its turn",
    "\u{a0}nbsp\u{85}",
];
const FLOATS: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    1.5,
    2.5,
    0.25,
    0.125,
    1e15,
    1e16,
    9_999_999_999_999_998.0,
    1e17,
    1e-4,
    9.999e-5,
    1e-5,
    1e22,
    1e23,
    1e100,
    5e-324,
    f64::MAX,
    f64::MIN_POSITIVE,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    123_456.789,
    0.1,
    1.0 / 3.0,
    999_999.5,
    9.9999995,
    99999.95,
];
