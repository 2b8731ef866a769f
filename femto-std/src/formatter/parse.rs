//! Format strings in Python's three styles, cut into literals and fields.
//!
//! Runs once per formatter, wherever that is made.

use core::mem;

use femto_core::{Level, Value};

use super::attribute::{self, Attribute};
use super::{FormatError, PatternStyle};
use crate::template::{BraceSpec, PercentTemplate, PrintError, Spec, TemplateError};

/// A format string, cut.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) items: Vec<Item>,
    /// The text after the last field, or after the latest while it is cut.
    pub(super) tail: String,
}

/// A field and the text before it.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) literal: Box<str>,
    pub(super) source: Source,
    pub(super) shape: Shape,
}

/// Where the field comes from.
#[derive(Debug)]
pub(super) enum Source {
    Record(Attribute),
    /// The level's name; the usual ones printed beforehand.
    LevelName(Vec<(Level, Box<str>)>),
    /// A key-value of that name.
    KeyValue(Box<str>),
}

/// How the field is printed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// As its `str`.
    Plain,
    Percent(Spec),
    Brace(BraceSpec),
}

impl Shape {
    pub(super) fn write(&self, value: &Value<'_>, out: &mut String) -> Result<(), PrintError> {
        match self {
            Self::Plain => Spec::TEXT.write(value, out),
            Self::Percent(spec) => spec.write(value, out),
            Self::Brace(spec) => spec.write(value, out),
        }
    }

    /// Prints a value of a kind that the shape was not meant for: as text, in the same width.
    #[cold]
    pub(super) fn write_misfit(&self, value: &Value<'_>, out: &mut String) {
        let mut text = String::new();
        let written = Self::Plain.write(value, &mut text).and_then(|()| match self {
            Self::Plain => Spec::TEXT.write(&Value::Str(&text), out),
            Self::Percent(spec) => spec.of_text().write(&Value::Str(&text), out),
            Self::Brace(spec) => spec.of_text().write(&Value::Str(&text), out),
        });
        debug_assert!(written.is_ok(), "every value has a text, and every text fits");
    }
}

impl Parsed {
    pub(super) fn of(format: &str, style: PatternStyle) -> Result<Self, FormatError> {
        match style {
            PatternStyle::Percent => Self::percent(format),
            PatternStyle::Brace => Self::brace(format),
            PatternStyle::Dollar => Self::dollar(format),
        }
    }

    /// `%(name)-8s`
    fn percent(format: &str) -> Result<Self, FormatError> {
        let template = PercentTemplate::parse(format).map_err(|error| match error {
            TemplateError::Parse { at } => FormatError::ParsePattern { at },
            _ => FormatError::ParsePattern { at: 0 },
        })?;
        let mut parsed = Self::default();
        for (literal, key, spec) in template.parts() {
            if !template.is_keyed() {
                return Err(FormatError::ParsePattern { at: literal.len() });
            }
            parsed.tail.push_str(literal);
            let plain = spec.is_plain_text();
            parsed.push(key, if plain { Shape::Plain } else { Shape::Percent(spec) })?;
        }
        parsed.tail.push_str(template.tail());
        Ok(parsed)
    }

    /// `{name:>8}`
    fn brace(format: &str) -> Result<Self, FormatError> {
        let mut parsed = Self::default();
        let mut at = 0;
        while let Some(length) = format[at..].find(['{', '}']) {
            parsed.tail.push_str(&format[at..at + length]);
            at += length;
            let wrong = FormatError::ParsePattern { at };
            let rest = &format[at..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                parsed.tail.push_str(&rest[..1]);
                at += 2;
                continue;
            }
            let end = rest.find('}').filter(|_| rest.starts_with('{')).ok_or(wrong.clone())?;
            let field = &rest[1..end];
            let name = &field[..field.find(['!', ':']).unwrap_or(field.len())];
            if name.is_empty() || name.contains(['.', '[', '{']) || is_number(name) {
                return Err(wrong);
            }
            let spec = BraceSpec::parse(&field[name.len()..]).ok_or(wrong)?;
            let plain = spec.is_plain_text();
            parsed.push(name, if plain { Shape::Plain } else { Shape::Brace(spec) })?;
            at += end + 1;
        }
        parsed.tail.push_str(&format[at..]);
        Ok(parsed)
    }

    /// `$name` or `${name}`
    fn dollar(format: &str) -> Result<Self, FormatError> {
        let mut parsed = Self::default();
        let mut at = 0;
        while let Some(length) = format[at..].find('$') {
            parsed.tail.push_str(&format[at..at + length]);
            at += length;
            let rest = &format[at + 1..];
            if rest.starts_with('$') {
                parsed.tail.push('$');
                at += 2;
                continue;
            }
            let braced = rest.strip_prefix('{');
            let name = identifier(braced.unwrap_or(rest));
            let closed = braced.is_none_or(|inner| inner[name.len()..].starts_with('}'));
            if name.is_empty() || !closed {
                return Err(FormatError::ParsePattern { at });
            }
            parsed.push(name, Shape::Plain)?;
            at += 1 + name.len() + if braced.is_some() { 2 } else { 0 };
        }
        parsed.tail.push_str(&format[at..]);
        Ok(parsed)
    }

    /// Adds a field, unless the shape does not suit it.
    fn push(&mut self, name: &str, shape: Shape) -> Result<(), FormatError> {
        if ONLY_PYTHON.contains(&name) {
            return Err(FormatError::FindField { name: name.into() });
        }
        let source = match Attribute::from_name(name) {
            Some(field) => {
                shape
                    .write(&field.sample(), &mut String::new())
                    .map_err(|_| FormatError::PrintField { name: name.into() })?;
                match field {
                    Attribute::LevelName => Source::LevelName(level_names(shape)),
                    field => Source::Record(field),
                }
            }
            None => Source::KeyValue(name.into()),
        };
        let literal = mem::take(&mut self.tail).into();
        self.items.push(Item { literal, source, shape });
        Ok(())
    }
}

/// The usual levels' names as a shape prints them.
fn level_names(shape: Shape) -> Vec<(Level, Box<str>)> {
    let levels =
        [Level::TRACE, Level::DEBUG, Level::INFO, Level::WARN, Level::ERROR, Level::CRITICAL];
    let print = |level| {
        let mut text = String::new();
        shape.write(&Value::Str(attribute::name_of(level)?), &mut text).ok()?;
        Some((level, text.into()))
    };
    levels.into_iter().filter_map(print).collect()
}

fn is_number(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}

/// The identifier at the beginning of the text, in ASCII; possibly none.
fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    if text.starts_with(|c: char| c.is_ascii_digit()) { "" } else { &text[..end] }
}

/// Attributes of a `LogRecord` that hold Python objects.
const ONLY_PYTHON: [&str; 3] = ["msg", "args", "exc_info"];
