//! Lines of JSON.

use core::fmt;
use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Content, Kind, Parsed, Parser};

/// An object's pairs, values as they stand.
#[derive(Debug, Default)]
pub(crate) struct Object<'l>(pub(crate) Vec<(Cow<'l, str>, &'l str)>);

/// `None` if it is not an object, and nothing else.
pub(super) fn parse<'l>(line: &'l str, parser: &Parser) -> Option<Parsed<'l>> {
    let object = Object::parse(line)?;
    let mut parsed = Parsed { kind: Kind::Json, ..Parsed::default() };
    parsed.fields.reserve(object.0.len());
    for (key, raw) in object.0 {
        parsed.add(key, content(raw), parser);
    }
    Some(parsed)
}

/// What an object has at this key, or at this path of keys with dots between.
pub(super) fn at<'l>(raw: &'l str, path: &str) -> Option<Content<'l>> {
    let object = Object::parse(raw)?.0;
    if let Some((_, raw)) = object.iter().rev().find(|(key, _)| key == path) {
        return Some(content(raw));
    }
    path.match_indices('.').find_map(|(dot, _)| {
        let (_, raw) = object.iter().find(|(key, _)| *key == path[..dot])?;
        at(raw, &path[dot + 1..])
    })
}

pub(super) fn content(raw: &str) -> Content<'_> {
    match raw.as_bytes() {
        [b'"', text @ .., b'"'] if !text.contains(&b'\\') => {
            Content::Text(raw[1..raw.len() - 1].into())
        }
        [b'"', ..] => text(raw).map_or(Content::Json(raw), Content::Text),
        _ => Content::Json(raw),
    }
}

/// What a JSON string says; `None` if it is none.
pub(super) fn text(raw: &str) -> Option<Cow<'_, str>> {
    let mut deserializer = serde_json::Deserializer::from_str(raw);
    let text = deserializer.deserialize_str(TextVisitor).ok()?;
    deserializer.end().ok()?;
    Some(text)
}

impl<'l> Object<'l> {
    pub(crate) fn parse(raw: &'l str) -> Option<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(raw);
        let object = deserializer.deserialize_map(ObjectVisitor).ok()?;
        deserializer.end().ok()?;
        Some(object)
    }
}

struct ObjectVisitor;

impl<'l> Visitor<'l> for ObjectVisitor {
    type Value = Object<'l>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'l>>(self, mut map: A) -> Result<Object<'l>, A::Error> {
        let mut pairs = Vec::with_capacity(8);
        while let Some(key) = map.next_key_seed(TextVisitor)? {
            pairs.push((key, map.next_value::<&RawValue>()?.get()));
        }
        Ok(Object(pairs))
    }
}

/// Texts that are borrowed if they have no escapes.
struct TextVisitor;

impl<'l> DeserializeSeed<'l> for TextVisitor {
    type Value = Cow<'l, str>;

    fn deserialize<D: Deserializer<'l>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'l> Visitor<'l> for TextVisitor {
    type Value = Cow<'l, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'l str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use femto_std::Level;

    use super::*;

    fn parsed(line: &str) -> Option<Parsed<'_>> {
        parse(line, &Parser::default())
    }

    #[test]
    fn keys_have_several_names() {
        for line in [
            r#"{"time":"2026-11-26T08:08:51.123456Z","level":"WARN","logger":"net","message":"a \"b\"","fields":{"tries":3}}"#,
            r#"{"ts":"2026-11-26T08:08:51.123456Z","severity":"warning","target":"net","msg":"a \"b\"","tries":3}"#,
            r#"{"@timestamp":"2026-11-26T08:08:51.123456Z","level_number":30,"level":"odd","name":"net","message":"a \"b\"","tries":3} "#,
        ] {
            let parsed = parsed(line).unwrap();
            assert_eq!(parsed.level, Some(Level::WARN), "{line}");
            assert_eq!(parsed.logger.as_deref(), Some("net"));
            assert_eq!(parsed.time.as_deref(), Some("2026-11-26T08:08:51.123456Z"));
            assert_eq!(parsed.message.as_deref(), Some("a \"b\""));
            assert_eq!(parsed.field("tries", false), Some(Content::Json("3")));
        }
    }

    #[test]
    fn fields_are_found_by_path() {
        let line = r#"{"fields":{"a.b":1,"a":{"c":"d"}},"http":{"status":{"code":200},"x.y":2},"dotted.key":3}"#;
        let parsed = parsed(line).unwrap();
        for (path, expected) in [
            ("a.b", Some(Content::Json("1"))),
            ("a.c", Some(Content::Text("d".into()))),
            ("http.status.code", Some(Content::Json("200"))),
            ("http.x.y", Some(Content::Json("2"))),
            ("dotted.key", Some(Content::Json("3"))),
            ("http.status.no", None),
            ("code", None),
        ] {
            assert_eq!(parsed.field(path, false), expected, "{path}");
        }
    }

    #[test]
    fn what_is_no_object_is_no_record() {
        for line in ["{", "{}x", "{\"a\":}", "[1]", "{\"a\":1,}", "{'a':1}", "{\"a\":\"\u{1}\"}"] {
            assert!(parsed(line).is_none(), "{line}");
        }
        assert!(parsed("{}").is_some());
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        assert!(parsed(&deep).is_none());
    }
}
