//! How a formatter is read from a configuration, and written to one.

use core::str::FromStr;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::node::{Kind, Node};
use super::problem::{Place, Problems};
use super::setting::{Fields, Setting, Shown, write};
use super::{
    Field, FormatterBuilder, FormatterStyle, NamedField, OwnedValue, Precision, ShownKeys, Zone,
};
use crate::Error;
use crate::formatter::{FormatError, Formatter, NoField};

impl FormatterBuilder {
    /// Makes the formatter, with static fields of all where it has none of that key itself; tells what is
    /// wrong.
    pub(super) fn make(
        &self,
        of_all: &BTreeMap<String, OwnedValue>,
        place: &Place<'_>,
        problems: &mut Problems,
    ) -> Option<Arc<dyn Formatter>> {
        let has = |key: &str| self.static_fields.iter().any(|(own, _)| **own == *key);
        let added = of_all.iter().filter(|(key, _)| !has(key));
        let mut whole = self.clone();
        whole.static_fields.extend(added.map(|(key, value)| (key.as_str().into(), value.clone())));
        let error = match whole.build() {
            Ok(formatter) => return Some(formatter),
            Err(error) => error,
        };
        match &error {
            Error::CheckStyle { name, style, allowed } => {
                let text = format!("is given with the style {style}: allowed {allowed}");
                problems.at(&place.key(name), &text);
            }
            Error::CheckParameter { name: name @ "static_fields", value, allowed }
                if self.static_fields.iter().all(|(own, _)| format!("{own:?}") != *value) =>
            {
                let text = format!("allowed is {allowed} of the formatter `{}`", place.name());
                problems.wrong(&Place::ROOT.key(name), value, &text);
            }
            Error::CheckParameter { name, value, allowed } => {
                problems.wrong(&place.key(name), value, &format!("allowed is {allowed}"));
            }
            Error::ParseFormat { name, value, source: FormatError::FindField { name: field } } => {
                let text = NoField(field).to_string();
                problems.wrong(&place.key(name), &format_args!("{value:?}"), &text);
            }
            Error::ParseFormat { name, value, source } => {
                let shown = format_args!("{value:?}");
                problems.wrong(&place.key(name), &shown, &source.to_string());
            }
            _ => problems.at(place, &error.to_string()),
        }
        None
    }
}

impl Setting for FormatterBuilder {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, place, problems)?;
        let mut read = Reader { fields: &mut fields, problems };
        let style = read.field("style");
        let format = read.field("format");
        let date_format = read.field("date_format");
        let millisecond_format = read.field("millisecond_format");
        let time_zone = read.field("time_zone");
        let precision = read.field("precision");
        let shown: Option<Option<Shows>> = read.field("fields");
        let flat = read.field("flat");
        let keys = read.field("keys");
        let defaults: Option<Option<Pairs>> = read.field("defaults");
        let static_fields: Option<Option<Pairs>> = read.field("static_fields");
        let color = read.field("color");
        let escaping = read.field("escaping");
        fields.finish(problems);
        Some(Self {
            style: style?.unwrap_or_default(),
            format: format?,
            date_format: date_format?,
            millisecond_format: millisecond_format?,
            time_zone: time_zone?,
            precision: precision?,
            fields: shown?.map(|Shows(fields)| fields),
            flat: flat?.unwrap_or_default(),
            keys: keys?,
            defaults: defaults?.map_or_else(Vec::new, |Pairs(pairs)| pairs),
            static_fields: static_fields?.map_or_else(Vec::new, |Pairs(pairs)| pairs),
            color: color?,
            escaping: escaping?,
            is_python: false,
        })
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn write(&self) -> Option<Kind> {
        let mut table = Vec::new();
        if self.style != FormatterStyle::default() {
            write(&mut table, "style", &self.style);
        }
        write(&mut table, "format", &self.format);
        write(&mut table, "date_format", &self.date_format);
        write(&mut table, "millisecond_format", &self.millisecond_format);
        write(&mut table, "time_zone", &self.time_zone);
        write(&mut table, "precision", &self.precision);
        write(&mut table, "fields", &self.fields.clone().map(Shows));
        if self.flat {
            write(&mut table, "flat", &true);
        }
        write(&mut table, "keys", &self.keys);
        write(&mut table, "defaults", &Pairs(self.defaults.clone()));
        write(&mut table, "static_fields", &Pairs(self.static_fields.clone()));
        write(&mut table, "color", &self.color);
        write(&mut table, "escaping", &self.escaping);
        Some(Kind::Table(table))
    }
}

/// Reads fields that need not be there.
struct Reader<'r, 't> {
    fields: &'r mut Fields<'t>,
    problems: &'r mut Problems,
}

impl Reader<'_, '_> {
    fn field<T: Setting>(&mut self, key: &'static str) -> Option<Option<T>> {
        self.fields.read(key, Some(None), self.problems)
    }
}

/// Reads what has a text of its own.
fn parse<T: FromStr<Err = Error>>(
    node: &Node,
    place: &Place<'_>,
    problems: &mut Problems,
) -> Option<T> {
    let text = match &node.kind {
        Kind::Text(text) => text.as_str(),
        // Not the text of anything.
        _ => "",
    };
    let allowed = match text.parse() {
        Ok(value) => return Some(value),
        Err(Error::CheckParameter { allowed, .. }) => allowed.to_owned(),
        Err(error) => error.to_string(),
    };
    problems.wrong(place, &Shown(&node.kind), &format!("allowed is {allowed}"));
    None
}

macro_rules! as_text {
    ($($type:ty: |$value:ident| $text:expr;)+) => {$(
        impl Setting for $type {
            fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
                parse(node, place, problems)
            }

            fn write(&self) -> Option<Kind> {
                let $value = self;
                Some(Kind::Text($text))
            }
        }
    )+};
}

as_text! {
    FormatterStyle: |style| style.name().to_owned();
    NamedField: |field| field.to_string();
    Zone: |zone| zone.to_string();
    Precision: |precision| format!("{precision:?}").to_lowercase();
}

/// Fields, by their names in a list, each perhaps with a key of its own.
#[derive(Clone)]
struct Shows(Vec<NamedField>);

impl Setting for Shows {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        let fields: Vec<NamedField> = Vec::read(node, place, problems)?;
        if fields.is_empty() {
            let known = Field::Time.name();
            problems.wrong(place, &"[]", &format!("allowed is one at least, such as `{known}`"));
        }
        Some(Self(fields))
    }

    fn write(&self) -> Option<Kind> {
        self.0.write()
    }
}

/// `"all"`, a list of keys, or `{ except = [...] }`.
impl Setting for ShownKeys {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        match &node.kind {
            Kind::Text(all) if all == "all" => Some(Self::All),
            Kind::List(_) => Vec::read(node, place, problems).map(Self::Only),
            Kind::Table(_) => {
                let mut fields = Fields::of(node, place, problems)?;
                let keys = fields.read("except", None, problems);
                fields.finish(problems);
                keys.map(Self::Except)
            }
            other => {
                let text = "allowed is `all`, a list of keys, or a table `except` with such a list";
                problems.wrong(place, &Shown(other), text);
                None
            }
        }
    }

    fn write(&self) -> Option<Kind> {
        let list = |keys: &[String]| {
            let texts = keys.iter().map(|key| Kind::Text(key.clone()).into());
            Kind::List(texts.collect())
        };
        Some(match self {
            Self::Only(keys) => list(keys),
            Self::Except(keys) => Kind::Table(vec![("except".to_owned(), list(keys).into())]),
            Self::All => Kind::Text("all".to_owned()),
        })
    }
}

/// Values by key, in order.
#[derive(Clone)]
struct Pairs(Vec<(Box<str>, OwnedValue)>);

impl Setting for Pairs {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        let Kind::Table(entries) = &node.kind else {
            problems.wrong(place, &Shown(&node.kind), "allowed is a table");
            return None;
        };
        let read: Vec<_> = entries
            .iter()
            .filter_map(|(key, node)| {
                let value = OwnedValue::read(node, &place.key(key), problems)?;
                Some((key.as_str().into(), value))
            })
            .collect();
        (read.len() == entries.len()).then_some(Self(read))
    }

    fn write(&self) -> Option<Kind> {
        let entries = self
            .0
            .iter()
            .filter_map(|(key, value)| Some((key.to_string(), Node::from(value.write()?))));
        (!self.0.is_empty()).then(|| Kind::Table(entries.collect()))
    }
}

impl Setting for OwnedValue {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        Some(match &node.kind {
            Kind::Null => Self::None,
            Kind::Bool(value) => Self::Bool(*value),
            Kind::Integer(value) => Self::Integer(*value),
            Kind::Float(value) => Self::Float(*value),
            Kind::Text(value) => Self::Text(value.as_str().into()),
            other => {
                problems.wrong(place, &Shown(other), "allowed is a text, a number, true or false");
                return None;
            }
        })
    }

    fn write(&self) -> Option<Kind> {
        Some(match self {
            Self::None => Kind::Null,
            Self::Bool(value) => Kind::Bool(*value),
            Self::Integer(value) => Kind::Integer(*value),
            Self::Float(value) => Kind::Float(*value),
            Self::Text(value) => Kind::Text(value.to_string()),
        })
    }
}
