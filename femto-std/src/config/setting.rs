//! Setting: how a value is read from a [`Node`], and written to one.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeMap;
use std::path::PathBuf;

use femto_core::{Level, Limit};

use super::node::{Kind, Node};
use super::problem::{Place, Problems, Unknown};
use crate::formatter::PatternStyle;
use crate::{Delivery, OverflowPolicy};

/// A value that a configuration can have.
pub(crate) trait Setting: Sized {
    /// Reads it; tells what is wrong and gives nothing if it cannot.
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self>;

    /// What it is if it is not said; `None` if it has to be said.
    fn absent() -> Option<Self> {
        None
    }

    /// Writes it; nothing if it is as if it were not said.
    fn write(&self) -> Option<Kind>;
}

/// The fields of a table, as they are asked for.
pub(crate) struct Fields<'t> {
    entries: &'t [(String, Node)],
    place: &'t Place<'t>,
    /// The keys asked for, without their other spellings.
    asked: Vec<&'static str>,
    taken: Vec<&'t str>,
}

impl<'t> Fields<'t> {
    /// The fields of a node that should be a table.
    pub(crate) fn of(
        node: &'t Node,
        place: &'t Place<'t>,
        problems: &mut Problems,
    ) -> Option<Self> {
        match &node.kind {
            Kind::Table(entries) => {
                Some(Self { entries, place, asked: Vec::new(), taken: Vec::new() })
            }
            other => {
                problems.wrong(place, &Shown(other), "allowed is a table");
                None
            }
        }
    }

    /// The field of a key, the first of `keys`, or of one of its other spellings.
    pub(crate) fn read<T: Setting>(
        &mut self,
        keys: &[&'static str],
        default: Option<T>,
        problems: &mut Problems,
    ) -> Option<T> {
        self.asked.extend(keys.first());
        let mut found = self.entries.iter().filter(|(key, _)| keys.contains(&key.as_str()));
        let Some((key, node)) = found.next() else {
            if default.is_none() {
                let key = keys.first().copied().unwrap_or_default();
                problems.at(self.place, &format!("`{key}` is missing"));
            }
            return default;
        };
        self.taken.push(key);
        if let Some((other, _)) = found.next() {
            self.taken.push(other);
            let text = format!("says the same as `{key}`, which is there too");
            problems.at(&self.place.key(other), &text);
        }
        if matches!(node.kind, Kind::Null) && default.is_some() {
            return default;
        }
        T::read(node, &self.place.key(key), problems)
    }

    /// Whether there are keys that nobody asked for.
    pub(crate) fn has_more(&self) -> bool {
        self.entries.iter().any(|(key, _)| !self.taken.contains(&key.as_str()))
    }

    /// Tells of the keys that nobody asked for.
    pub(crate) fn finish(self, problems: &mut Problems) {
        for (key, _) in self.entries {
            if !self.taken.contains(&key.as_str()) {
                let name = Unknown { what: "key", name: key };
                problems.unknown(&self.place.key(key), name, self.asked.iter().copied());
            }
        }
    }
}

/// Adds a field to a table, unless it is as if it were not said.
pub(crate) fn write(table: &mut Vec<(String, Node)>, key: &str, value: &impl Setting) {
    if let Some(kind) = value.write() {
        table.push((key.to_owned(), kind.into()));
    }
}

/// A value as an error shows it.
pub(crate) struct Shown<'k>(pub(crate) &'k Kind);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Null => f.write_str("null"),
            Kind::Bool(value) => write!(f, "{value}"),
            Kind::Integer(value) => write!(f, "{value}"),
            Kind::Float(value) => write!(f, "{value:?}"),
            Kind::Text(value) => write!(f, "{value:?}"),
            Kind::List(_) => f.write_str("[...]"),
            Kind::Table(_) => f.write_str("{...}"),
        }
    }
}

/// Reads by a function that gives nothing for what is not allowed.
fn read_with<T>(
    node: &Node,
    place: &Place<'_>,
    problems: &mut Problems,
    allowed: &str,
    read: impl FnOnce(&Kind) -> Option<T>,
) -> Option<T> {
    let value = read(&node.kind);
    if value.is_none() {
        problems.wrong(place, &Shown(&node.kind), &format!("allowed is {allowed}"));
    }
    value
}

impl Setting for bool {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        read_with(node, place, problems, "true or false", |kind| match kind {
            Kind::Bool(value) => Some(*value),
            _ => None,
        })
    }

    fn write(&self) -> Option<Kind> {
        Some(Kind::Bool(*self))
    }
}

impl Setting for u32 {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        read_with(node, place, problems, "a whole number from 0", |kind| match kind {
            Kind::Integer(value) => (*value).try_into().ok(),
            _ => None,
        })
    }

    fn write(&self) -> Option<Kind> {
        Some(Kind::Integer((*self).into()))
    }
}

/// A number of bytes, or of anything else that is counted.
impl Setting for usize {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        const ALLOWED: &str = "a whole number from 0, or a text with a unit (`64 KiB`, `10 MB`)";
        read_with(node, place, problems, ALLOWED, |kind| match kind {
            Kind::Integer(value) => (*value).try_into().ok(),
            Kind::Text(text) => {
                let end = text.find(|letter: char| !letter.is_ascii_digit())?;
                let number: Self = text[..end].parse().ok()?;
                let (_, unit) =
                    UNITS_OF_SIZE.iter().find(|(unit, _)| *unit == text[end..].trim_start())?;
                number.checked_mul(*unit)
            }
            _ => None,
        })
    }

    fn write(&self) -> Option<Kind> {
        Some(Kind::Integer(i64::try_from(*self).unwrap_or(i64::MAX)))
    }
}

const UNITS_OF_SIZE: [(&str, usize); 7] = [
    ("B", 1),
    ("kB", 1000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
];

/// Seconds, or a text with a unit.
impl Setting for Duration {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        const ALLOWED: &str = "a number of seconds from 0, or a text with a unit (`250ms`, `5s`, `10min`, `1h`, `7d`)";
        read_with(node, place, problems, ALLOWED, |kind| match kind {
            Kind::Integer(value) => (*value).try_into().ok().map(Self::from_secs),
            Kind::Float(value) => Self::try_from_secs_f64(*value).ok(),
            Kind::Text(text) => duration(text),
            _ => None,
        })
    }

    fn write(&self) -> Option<Kind> {
        Some(Kind::Text(written_duration(*self)))
    }
}

fn duration(text: &str) -> Option<Duration> {
    let end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let number: u64 = text[..end].parse().ok()?;
    let (_, unit) = UNITS_OF_TIME.iter().find(|(unit, _)| *unit == text[end..].trim_start())?;
    Some(Duration::from_nanos(number.checked_mul(*unit)?))
}

fn written_duration(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    let fits = |(_, unit): &&(&str, u64)| nanos > 0 && nanos.is_multiple_of(u128::from(*unit));
    let (name, unit) = UNITS_OF_TIME.iter().rev().find(fits).unwrap_or(&("s", 1_000_000_000));
    format!("{}{name}", nanos / u128::from(*unit))
}

/// In nanoseconds.
const UNITS_OF_TIME: [(&str, u64); 7] = [
    ("ns", 1),
    ("us", 1000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

impl Setting for String {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        read_with(node, place, problems, "a text", |kind| match kind {
            Kind::Text(text) => Some(text.clone()),
            _ => None,
        })
    }

    fn write(&self) -> Option<Kind> {
        Some(Kind::Text(self.clone()))
    }
}

impl Setting for PathBuf {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        read_with(node, place, problems, "the path of a file", |kind| match kind {
            Kind::Text(text) if !text.is_empty() => Some(text.into()),
            _ => None,
        })
    }

    fn write(&self) -> Option<Kind> {
        Some(Kind::Text(self.to_string_lossy().into_owned()))
    }
}

impl Setting for Level {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        const ALLOWED: &str = "NOTSET, TRACE, DEBUG, INFO, WARN, ERROR, CRITICAL, OFF, or a number \
                               from 0 to 255";
        read_with(node, place, problems, ALLOWED, |kind| match kind {
            Kind::Integer(number) => u8::try_from(*number).ok().map(Self::new),
            Kind::Text(name) => name.parse().ok(),
            _ => None,
        })
    }

    fn write(&self) -> Option<Kind> {
        Some(match self.name() {
            Some(name) => Kind::Text(name.to_owned()),
            None => Kind::Integer(self.number().into()),
        })
    }
}

/// As a limit's text: `5/10s`, `every 10`, `first 3`.
impl Setting for Limit {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        const ALLOWED: &str = "`COUNT/PERIOD` (`5/10s`, units ms, s, min, h), `first COUNT` or \
                               `every COUNT`";
        read_with(node, place, problems, ALLOWED, |kind| match kind {
            Kind::Text(text) => text.parse().ok(),
            _ => None,
        })
    }

    fn write(&self) -> Option<Kind> {
        Some(Kind::Text(self.to_string()))
    }
}

/// `block`, `drop_newest`, or `timeout 5s`.
impl Setting for OverflowPolicy {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        const ALLOWED: &str = "`block`, `drop_newest`, or `timeout` with a time (`timeout 500ms`)";
        read_with(node, place, problems, ALLOWED, |kind| match kind {
            Kind::Text(text) => match text.as_str() {
                "block" => Some(Self::Block),
                "drop_newest" => Some(Self::DropNewest),
                other => duration(other.strip_prefix("timeout")?.trim_start()).map(Self::Timeout),
            },
            _ => None,
        })
    }

    fn write(&self) -> Option<Kind> {
        Some(Kind::Text(match self {
            Self::Block => "block".to_owned(),
            Self::DropNewest => "drop_newest".to_owned(),
            Self::Timeout(limit) => format!("timeout {}", written_duration(*limit)),
        }))
    }
}

/// A setting that is one of a few words, each with its other spellings.
macro_rules! words {
    ($type:ty: $($word:literal $(| $other:literal)* => $value:expr),+ $(,)?) => {
        impl $crate::config::setting::Setting for $type {
            fn read(
                node: &$crate::config::node::Node,
                place: &$crate::config::problem::Place<'_>,
                problems: &mut $crate::config::problem::Problems,
            ) -> Option<Self> {
                let text = match &node.kind {
                    $crate::config::node::Kind::Text(text) => text.as_str(),
                    _ => "",
                };
                match text {
                    $($word $(| $other)* => Some($value),)+
                    _ => {
                        let words = [$(concat!("`", $word, "`")),+].join(", ");
                        let shown = $crate::config::setting::Shown(&node.kind);
                        problems.wrong(place, &shown, &format!("allowed: {words}"));
                        None
                    }
                }
            }

            fn write(&self) -> Option<$crate::config::node::Kind> {
                $(if *self == $value {
                    return Some($crate::config::node::Kind::Text($word.to_owned()));
                })+
                None
            }
        }
    };
}
pub(crate) use words;

words! { Delivery: "queued" => Self::Queued, "direct" => Self::Direct }
words! { PatternStyle: "%" => Self::Percent, "{" => Self::Brace, "$" => Self::Dollar }

impl<T: Setting> Setting for Option<T> {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        T::read(node, place, problems).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn write(&self) -> Option<Kind> {
        self.as_ref().and_then(Setting::write)
    }
}

impl<T: Setting> Setting for Vec<T> {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        let Kind::List(items) = &node.kind else {
            problems.wrong(place, &Shown(&node.kind), "allowed is a list");
            return None;
        };
        let read: Vec<_> = items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| T::read(item, &place.index(index), problems))
            .collect();
        (read.len() == items.len()).then_some(read)
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn write(&self) -> Option<Kind> {
        let items = self.iter().filter_map(Setting::write).map(Node::from);
        (!self.is_empty()).then(|| Kind::List(items.collect()))
    }
}

impl<T: Setting> Setting for BTreeMap<String, T> {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        let fields = Fields::of(node, place, problems)?;
        let read: Self = fields
            .entries
            .iter()
            .filter_map(|(key, node)| {
                Some((key.clone(), T::read(node, &place.key(key), problems)?))
            })
            .collect();
        (read.len() == fields.entries.len()).then_some(read)
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn write(&self) -> Option<Kind> {
        let mut table = Vec::new();
        for (key, value) in self {
            write(&mut table, key, value);
        }
        (!table.is_empty()).then_some(Kind::Table(table))
    }
}
