//! What the differential tests need: a random source, Python literals, and one run of Python.

use std::env;
use std::io::{self, ErrorKind, Write};
use std::process::{Command, Stdio};

use femto_core::Value;

/// Runs `python3 -c program` on the input and gives the lines it prints.
///
/// `None`, after a line that says so, if there is no `python3`; that is a failure where `CI` is
/// set.
pub(crate) fn run(program: &str, zone: &str, input: &str) -> Option<Vec<String>> {
    let spawned = Command::new("python3")
        .args(["-c", program])
        .env("PYTHONIOENCODING", "utf-8")
        .env("LC_ALL", "C")
        .env("TZ", zone)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            assert!(env::var_os("CI").is_none(), "python3 is not on the PATH");
            // Not `eprintln!`, which the test harness would keep to itself.
            writeln!(io::stderr(), "SKIPPED: python3 is not on the PATH").unwrap();
            return None;
        }
        Err(error) => panic!("could not run python3: {error}"),
    };
    // The program reads all of its input before it prints, so neither side can block the other.
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the Python program failed");
    Some(String::from_utf8(output.stdout).unwrap().lines().map(String::from).collect())
}

/// The text as a Python literal.
pub(crate) fn text_literal(text: &str) -> String {
    let escaped: String = text.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect();
    format!("'{escaped}'")
}

/// The value as a Python expression; `f` makes a float from its bits.
pub(crate) fn literal(value: &Value<'_>) -> String {
    match *value {
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::F64(x) => format!("f({})", x.to_bits()),
        Value::Str(text) => text_literal(text),
        Value::Bytes(bytes) => format!("bytes({bytes:?})"),
        // Python sees an object whose str, repr and ascii are the text.
        Value::Rendered(text) => format!("Rendered({})", text_literal(text)),
        Value::Char(character) => text_literal(character.encode_utf8(&mut [0; 4])),
        ref other => other.to_string(),
    }
}

/// Decodes a line of hexadecimal digits.
pub(crate) fn from_hex(line: &str) -> String {
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    String::from_utf8(line.as_bytes().chunks(2).map(byte).collect()).unwrap()
}

/// A small random source (SplitMix64, Steele and others, 2014), the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// True once in `n` times.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// Definitions that every program begins with.
pub(crate) const PRELUDE: &str = r"
import struct, sys, unicodedata
def f(bits):
    return struct.unpack('<d', struct.pack('<Q', bits))[0]
class Rendered:
    def __init__(self, text):
        self.text = text
    def __str__(self):
        return self.text
    __repr__ = __str__
def show(make):
    try:
        print('=' + make().encode('utf-8').hex())
    except UnicodeEncodeError:
        print('surrogate')
    except Exception as error:
        print('error', repr(error))
print(unicodedata.unidata_version)
";
