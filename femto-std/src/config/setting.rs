//! Setting: how a value is read from a [`Node`], and written to one.

use core::fmt;
use core::time::Duration;
use std::collections::BTreeMap;
use std::path::PathBuf;

use femto_core::{Level, Limit};

use super::node::{Kind, Node};
use super::problem::{Place, Problems, Unknown};
use crate::handlers::When;
use crate::{Delivery, Error, OverflowPolicy, level_name, level_named};

/// A value that a configuration can have.
pub(crate) trait Setting: Sized {
    /// Reads it; tells what is wrong and gives nothing if it cannot.
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self>;

    /// What it is if it is not said, or stands for one that cannot be read; `None` if there is no such thing.
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

    /// The field of a key, in any of its spellings; as if it were not said if it cannot be read, so that it
    /// does not hide what is wrong elsewhere.
    pub(crate) fn read<T: Setting>(
        &mut self,
        key: &'static str,
        default: Option<T>,
        problems: &mut Problems,
    ) -> Option<T> {
        self.asked.push(key);
        let mut found = self.entries.iter().filter(|(spelled, _)| is_spelled(spelled, key));
        let Some((key, node)) = found.next() else {
            if default.is_none() {
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
        T::read(node, &self.place.key(key), problems).or_else(|| {
            problems.incomplete(self.place);
            default
        })
    }

    /// Tells of the keys that nobody asked for.
    pub(crate) fn finish(self, problems: &mut Problems) {
        self.finish_as("key", problems);
    }

    /// Tells of the keys that nobody asked for, and what they are.
    pub(crate) fn finish_as(self, what: &'static str, problems: &mut Problems) {
        for (key, _) in self.entries {
            if !self.taken.contains(&key.as_str()) {
                let name = Unknown { what, name: key };
                problems.unknown(&self.place.key(key), name, self.asked.iter().copied());
            }
        }
    }
}

/// Whether this is a spelling of a key: as it is (`flush_level`), or as in Python (`flushLevel`).
pub(crate) fn is_spelled(spelled: &str, key: &str) -> bool {
    if spelled == key {
        return true;
    }
    if key == "date_format" {
        return spelled == "datefmt";
    }
    let mut camel = String::new();
    for (index, part) in key.split('_').enumerate() {
        let (first, rest) = part.split_at_checked(1).unwrap_or(("", part));
        camel.push_str(&if index > 0 { first.to_ascii_uppercase() } else { first.to_owned() });
        camel.push_str(rest);
    }
    camel == spelled
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

/// A number of bytes.
macro_rules! sizes {
    ($($type:ty)*) => {$(
        impl Setting for $type {
            fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
                const ALLOWED: &str =
                    "a number of bytes from 0, or a text with a unit (`64 KiB`, `10 MB`)";
                read_with(node, place, problems, ALLOWED, |kind| size(kind)?.try_into().ok())
            }

            fn write(&self) -> Option<Kind> {
                Some(Kind::Integer(i64::try_from(*self).unwrap_or(i64::MAX)))
            }
        }
    )*};
}
sizes! { usize u64 }

fn size(kind: &Kind) -> Option<u64> {
    match kind {
        Kind::Integer(value) => (*value).try_into().ok(),
        Kind::Text(text) => {
            let end = text.find(|letter: char| !letter.is_ascii_digit())?;
            let number: u64 = text[..end].parse().ok()?;
            let unit = text[end..].trim_start();
            let (_, unit) = UNITS_OF_SIZE.iter().find(|(name, _)| *name == unit)?;
            number.checked_mul(*unit)
        }
        _ => None,
    }
}

const UNITS_OF_SIZE: [(&str, u64); 7] = [
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

/// A name, the application's own included, or a number.
impl Setting for Level {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        let text = match &node.kind {
            Kind::Integer(number) => number.to_string(),
            Kind::Text(name) => name.clone(),
            _ => String::new(),
        };
        let allowed = match level_named(&text) {
            Ok(level) => return Some(level),
            Err(Error::CheckParameter { allowed, .. }) => allowed.to_owned(),
            Err(error) => error.to_string(),
        };
        problems.wrong(place, &Shown(&node.kind), &format!("allowed is {allowed}"));
        None
    }

    fn write(&self) -> Option<Kind> {
        Some(match level_name(*self) {
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

impl Setting for When {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        const ALLOWED: &str = "`S`, `M`, `H`, `D`, `midnight`, or `W0` (Monday) to `W6` (Sunday)";
        read_with(node, place, problems, ALLOWED, |kind| match kind {
            Kind::Text(text) => text.parse().ok(),
            _ => None,
        })
    }

    fn write(&self) -> Option<Kind> {
        Some(Kind::Text(self.to_string()))
    }
}

/// A time of day.
impl Setting for (u8, u8, u8) {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        const ALLOWED: &str = "a time of day, `HH:MM` or `HH:MM:SS`";
        read_with(node, place, problems, ALLOWED, |kind| {
            let Kind::Text(text) = kind else { return None };
            let mut parts = text.split(':').map(|part| {
                Some(part).filter(|part| part.len() == 2).and_then(|part| part.parse().ok())
            });
            let time = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
            parts.next().is_none().then_some(time)
        })
    }

    fn write(&self) -> Option<Kind> {
        let (hour, minute, second) = self;
        Some(Kind::Text(format!("{hour:02}:{minute:02}:{second:02}")))
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
                        problems.no_word(place, node, &[$($word),+]);
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
        let read = fields.entries.iter().filter_map(|(key, node)| {
            let place = place.key(key);
            let value = T::read(node, &place, problems).or_else(|| {
                problems.incomplete(&place);
                // So that others may name it.
                T::absent()
            })?;
            Some((key.clone(), value))
        });
        Some(read.collect())
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
