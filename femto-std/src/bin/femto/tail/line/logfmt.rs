//! Lines of logfmt: pairs, a space between.

use std::borrow::Cow;

use memchr::memchr;

use super::{Content, Kind, Parsed, Parser, json};

/// `None` unless the whole line is pairs, and one of them is a time, a level or a message.
pub(super) fn parse<'l>(line: &'l str, parser: &Parser) -> Option<Parsed<'l>> {
    let mut parsed = Parsed { kind: Kind::Logfmt, ..Parsed::default() };
    let mut rest = line.trim_end();
    loop {
        let equals = memchr(b'=', rest.as_bytes())?;
        let (key, after) = (&rest[..equals], &rest[equals + 1..]);
        if key.is_empty() || key.bytes().any(|byte| byte <= b' ' || byte == b'"') {
            return None;
        }
        let (value, after) = value(after)?;
        parsed.add(key.into(), Content::Text(value), parser);
        if after.is_empty() {
            break;
        }
        rest = after.strip_prefix(' ')?.trim_start_matches(' ');
    }
    let is_record =
        parsed.level_name.is_some() || parsed.time.is_some() || parsed.message.is_some();
    is_record.then_some(parsed)
}

/// The value at the beginning of a text, and what comes after it.
fn value(text: &str) -> Option<(Cow<'_, str>, &str)> {
    if !text.starts_with('"') {
        let end = memchr(b' ', text.as_bytes()).unwrap_or(text.len());
        let (value, after) = text.split_at(end);
        return (!value.contains('"')).then_some((value.into(), after));
    }
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', &text.as_bytes()[at..])?;
        if text.as_bytes()[at] == b'"' {
            break;
        }
        at += 2;
        text.as_bytes().get(at)?;
    }
    let (quoted, after) = text.split_at(at + 1);
    let plain = &quoted[1..at];
    if !plain.contains('\\') {
        return Some((plain.into(), after));
    }
    // What is not quite JSON is shown as it stands.
    Some((json::text(quoted).unwrap_or(plain.into()), after))
}

#[cfg(test)]
mod tests {
    use femto_std::Level;

    use super::*;

    #[test]
    fn lines_are_read() {
        let line = r#"time=2026-11-26T08:08:51.123456Z level=INFO logger=net message="link \"up\"\nin 5 ms" peer=10.0.0.7 empty= q="""#;
        let parsed = parse(line, &Parser::default()).unwrap();
        assert_eq!(parsed.level, Some(Level::INFO));
        assert_eq!(parsed.logger.as_deref(), Some("net"));
        assert_eq!(parsed.message.as_deref(), Some("link \"up\"\nin 5 ms"));
        for (key, expected) in [("peer", "10.0.0.7"), ("empty", ""), ("q", "")] {
            assert_eq!(parsed.field(key, false), Some(Content::Text(expected.into())), "{key}");
        }
        assert!(parse("level=INFO  msg=\"é\" ", &Parser::default()).is_some());
    }

    #[test]
    fn what_is_not_all_pairs_is_none() {
        for line in [
            "",
            "level=INFO said",
            "said level=INFO",
            "a=1 b=2",
            "level=\"INFO",
            "level=\"IN\\",
            "level=\"a\"b=1",
            "=INFO level=1",
            "level=a\"b",
            "2026-11-26 08:08:51,123 INFO     app: level=INFO",
        ] {
            assert!(parse(line, &Parser::default()).is_none(), "{line}");
        }
    }
}
