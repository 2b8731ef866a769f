//! What a line can show of a record. Runs on the *collector* or *drain*.

use core::fmt;

use crate::{Record, Value};

/// A part of a line. One that a record does not have is left out.
///
/// | field | key in logfmt and JSON | in text |
/// |---|---|---|
/// | `TIME` | `time`, or `uptime` | RFC 3339 in UTC where the clock knows the [epoch](crate::Clock::epoch), else seconds since boot: `[   1.234567]` |
/// | `LEVEL` | `level` | filled up to 5 characters |
/// | `NAME` | `logger` | name of the logger, or the statement's `target:` |
/// | `MESSAGE` | `message` | the template with its arguments |
/// | `KEY_VALUES` | their own; in JSON all below `fields` | `key=value`, a space between |
/// | `LOCATION` | `location` | source file and line: `src/main.rs:12` |
/// | `MODULE` | `module` | `module_path!()` of the statement |
/// | `FUNCTION` | `function` | |
/// | `THREAD_NAME`, `THREAD_ID` | `thread`, `thread_id` | |
/// | `PROCESS_NAME`, `PROCESS_ID` | `process`, `process_id` | |
/// | `TASK` | `task` | name of the asynchronous task |
/// | `EXCEPTION`, `STACK` | `exception`, `stack` | several lines perhaps |
/// | `SEQUENCE` | `sequence` | see [`Record::sequence`] |
/// | [`Field::text`] | left out | the text as it is |
/// | [`Field::new`] | as given | |
///
/// Constants, and no `enum`, so that firmware links only those that it names.
#[derive(Clone, Copy)]
pub struct Field(pub(super) Kind);

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Text(&'static str),
    Time,
    Level,
    KeyValues,
    Value(&'static str, FieldFn),
}

/// Calls its second argument with what a field shows of a record, at most once.
pub type FieldFn = fn(&Record<'_>, &mut dyn FnMut(Value<'_>) -> fmt::Result) -> fmt::Result;

macro_rules! fields {
    ($($name:ident $key:literal |$record:ident| $value:expr;)*) => {$(
        #[allow(missing_docs, reason = "the type has a table")]
        pub const $name: Self = Self::new($key, |$record, show| $value.map_or(Ok(()), show));
    )*};
}

#[allow(missing_docs, reason = "the type has a table")]
impl Field {
    pub const TIME: Self = Self(Kind::Time);
    pub const LEVEL: Self = Self(Kind::Level);
    pub const MESSAGE: Self = Self::new("message", |record, show| {
        show(Value::Arguments(&format_args!("{}", Message(record))))
    });
    pub const KEY_VALUES: Self = Self(Kind::KeyValues);
    pub const LOCATION: Self =
        Self::new("location", |record, show| match (record.file(), record.line()) {
            (Some(file), Some(line)) => show(Value::Arguments(&format_args!("{file}:{line}"))),
            _ => Ok(()),
        });
    fields! {
        NAME "logger" |record| Some(Value::Str(record.logger_name()));
        MODULE "module" |record| record.module_path().map(Value::Str);
        FUNCTION "function" |record| record.function().map(Value::Str);
        THREAD_NAME "thread" |record| record.thread_name().map(Value::Str);
        THREAD_ID "thread_id" |record| record.thread_id().map(Value::U64);
        PROCESS_NAME "process" |record| record.process_name().map(Value::Str);
        PROCESS_ID "process_id" |record| record.process_id().map(Value::U32);
        TASK "task" |record| record.task_name().map(Value::Str);
        EXCEPTION "exception" |record| record.exception().map(Value::Str);
        STACK "stack" |record| record.stack().map(Value::Str);
        SEQUENCE "sequence" |record| record.sequence().map(Value::U32);
    }
}

impl Field {
    /// A text of the application's own, in text only, instead of the space between two fields.
    #[must_use]
    pub const fn text(text: &'static str) -> Self {
        Self(Kind::Text(text))
    }

    /// A field of the application's own: a core's number, say, or the device's name.
    ///
    /// ```
    /// use femto_core::{Field, Value};
    ///
    /// const DEVICE: Field = Field::new("device", |_, show| show(Value::Str("pump-7")));
    /// ```
    #[must_use]
    pub const fn new(key: &'static str, value: FieldFn) -> Self {
        Self(Kind::Value(key, value))
    }

    /// The key in logfmt and JSON, empty for a [`text`](Self::text).
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self.0 {
            Kind::Text(_) => "",
            Kind::Time => "time",
            Kind::Level => "level",
            Kind::KeyValues => "fields",
            Kind::Value(key, _) => key,
        }
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Text(text) => write!(f, "Field::text({text:?})"),
            _ => write!(f, "Field({})", self.key()),
        }
    }
}

/// What a formatter shows unless it is told.
pub(super) const DEFAULT_FIELDS: &[Field] =
    &[Field::TIME, Field::LEVEL, Field::NAME, Field::text(": "), Field::MESSAGE, Field::KEY_VALUES];

/// Which fields have a key that none before them has: a bit each, the first the lowest. Found out when the
/// formatter is made, so at compile time mostly.
pub(super) const fn distinct(fields: &[Field]) -> u64 {
    let (mut distinct, mut index) = (0, 0);
    while index < fields.len() && index < MAX_DISTINCT {
        let mut before = 0;
        while before < index && !is_same(fields[before].key(), fields[index].key()) {
            before += 1;
        }
        if before == index {
            distinct |= 1 << index;
        }
        index += 1;
    }
    distinct
}

/// The fields that the bits of [`distinct`] name.
pub(super) fn chosen(fields: &'static [Field], mut distinct: u64) -> impl Iterator<Item = Kind> {
    fields.iter().filter_map(move |field| {
        let is_chosen = distinct & 1 == 1;
        distinct >>= 1;
        is_chosen.then_some(field.0)
    })
}

/// The most fields of a line of pairs.
const MAX_DISTINCT: usize = u64::BITS as usize;

const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    index == a.len() && index == b.len()
}

/// The level's name, the application's if it has one.
pub(super) fn level_name<'a>(record: &Record<'a>) -> Option<&'a str> {
    record.level_name().or(record.level().name())
}

/// What is said of a record that is not whole, or not of this run.
pub(super) fn marks(record: &Record<'_>) -> impl Iterator<Item = &'static str> {
    let marks = [(record.is_cut(), "cut"), (record.is_recovered(), "recovered")];
    marks.into_iter().filter_map(|(is_set, mark)| is_set.then_some(mark))
}

/// Gives the key-values of a record, until an error; of equal keys the last counts, as for all who read JSON.
pub(super) fn key_values(
    record: &Record<'_>,
    give: &mut dyn FnMut(&str, &Value<'_>) -> fmt::Result,
) -> fmt::Result {
    let (mut result, mut index) = (Ok(()), 0);
    record.for_each_key_value(&mut |key, value| {
        if result.is_ok() && !comes_again(record, key, index) {
            result = give(key, value);
        }
        index += 1;
    });
    result
}

/// Whether there is a key-value of this key beyond an index.
fn comes_again(record: &Record<'_>, key: &str, beyond: usize) -> bool {
    let (mut found, mut index) = (false, 0);
    record.for_each_key_value(&mut |other, _| {
        found |= index > beyond && other == key;
        index += 1;
    });
    found
}

struct Message<'r>(&'r Record<'r>);

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_message(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_chosen_once_and_none_beyond_those_that_have_a_bit() {
        const TWICE: &[Field] =
            &[Field::LEVEL, Field::NAME, Field::LEVEL, Field::new("level", |_, _| Ok(()))];
        const MANY: &[Field] = &[Field::TASK; 70];
        assert_eq!(distinct(TWICE), 0b011);
        assert_eq!(chosen(TWICE, distinct(TWICE)).count(), 2);
        assert_eq!(distinct(MANY), 1);
        assert_eq!(chosen(MANY, u64::MAX).count(), MAX_DISTINCT);
    }
}
