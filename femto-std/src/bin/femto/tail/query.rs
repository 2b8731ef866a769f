//! Which records are wanted.

use core::cmp::Ordering;
use core::str::FromStr;

use femto_std::Level;
use regex::Regex;

use super::line::{Content, Parsed};

/// Conditions that must all hold; of the loggers one.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) level: Option<Level>,
    pub(super) loggers: Vec<String>,
    pub(super) fields: Vec<Condition>,
}

/// What a query says of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// Its line does not tell the level or the logger.
    Unknown,
}

impl Query {
    pub(super) fn is_empty(&self) -> bool {
        self.level.is_none() && self.loggers.is_empty() && self.fields.is_empty()
    }

    /// Whether fields are asked for.
    pub(super) fn has_fields(&self) -> bool {
        !self.fields.is_empty()
    }

    /// What it says of a record of which all is known.
    pub(super) fn ask(&self, record: &Parsed<'_>) -> Answer {
        match self.ask_level_and_logger(record) {
            Answer::No => Answer::No,
            _ if !self.fields.iter().all(|condition| condition.holds(record)) => Answer::No,
            answer => answer,
        }
    }

    pub(super) fn ask_level_and_logger(&self, record: &Parsed<'_>) -> Answer {
        let mut answer = Answer::Yes;
        if let Some(least) = self.level {
            match record.level {
                Some(level) if level < least => return Answer::No,
                Some(_) => {}
                None => answer = Answer::Unknown,
            }
        }
        if !self.loggers.is_empty() {
            match &record.logger {
                Some(logger) if !self.loggers.iter().any(|name| is_below(logger, name)) => {
                    return Answer::No;
                }
                Some(_) => {}
                None => answer = Answer::Unknown,
            }
        }
        answer
    }
}

/// Whether a logger has that name or is below it; `a::b` is `a.b`.
fn is_below(logger: &str, name: &str) -> bool {
    let (mut logger, mut name) = (dotted(logger), dotted(name));
    loop {
        match (name.next(), logger.next()) {
            (None, None | Some(b'.')) => return true,
            (Some(a), Some(b)) if a == b => {}
            _ => return false,
        }
    }
}

fn dotted(name: &str) -> impl Iterator<Item = u8> {
    let bytes = name.as_bytes();
    let mut at = 0;
    core::iter::from_fn(move || {
        let byte = *bytes.get(at)?;
        let is_path = byte == b':' && bytes.get(at + 1) == Some(&b':');
        at += if is_path { 2 } else { 1 };
        Some(if is_path { b'.' } else { byte })
    })
}

/// What a field must be.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    key: String,
    is: Is,
    value: String,
    number: Option<f64>,
}

#[derive(Clone, Debug)]
enum Is {
    There,
    Absent,
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,
    Matching(Regex),
    NotMatching(Regex),
}

impl Condition {
    fn holds(&self, record: &Parsed<'_>) -> bool {
        // What is asked for may have spaces in it.
        let is_wide =
            matches!(self.is, Is::Matching(_) | Is::NotMatching(_)) || self.value.contains(' ');
        let Some(content) = record.field(&self.key, is_wide) else {
            return matches!(self.is, Is::Absent | Is::NotEqual | Is::NotMatching(_));
        };
        let text = content.as_str();
        match &self.is {
            Is::There => content != Content::Json("null"),
            Is::Absent => content == Content::Json("null"),
            Is::Matching(regex) => regex.is_match(text),
            Is::NotMatching(regex) => !regex.is_match(text),
            Is::Equal => self.compare(text) == Some(Ordering::Equal),
            Is::NotEqual => self.compare(text) != Some(Ordering::Equal),
            Is::Less => self.compare(text) == Some(Ordering::Less),
            Is::More => self.compare(text) == Some(Ordering::Greater),
            Is::AtMost => self.compare(text).is_some_and(Ordering::is_le),
            Is::AtLeast => self.compare(text).is_some_and(Ordering::is_ge),
        }
    }

    /// Numbers are compared as such if both are, and never with what is no number but in equality.
    fn compare(&self, text: &str) -> Option<Ordering> {
        if text == self.value {
            return Some(Ordering::Equal);
        }
        match (self.number, number(text)) {
            (Some(value), Some(number)) => number.partial_cmp(&value),
            (None, None) => Some(text.cmp(&self.value)),
            _ => None,
        }
    }
}

/// `None` for `nan` and `inf`, too, which are words.
fn number(text: &str) -> Option<f64> {
    let begins = text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+' || c == '.');
    text.parse().ok().filter(|number: &f64| begins && number.is_finite())
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            |what: &str| Err(format!("{what}: allowed are KEY, !KEY, {}", ALLOWED.join(", ")));
        let Some(at) =
            text.find(['=', '!', '<', '>', '~']).filter(|at| *at > 0 || !text.starts_with('!'))
        else {
            let (key, is) = match text.strip_prefix('!') {
                Some(key) => (key, Is::Absent),
                None => (text, Is::There),
            };
            if key.trim().is_empty() || key.contains(['=', '!', '<', '>', '~']) {
                return wrong("no key");
            }
            return Ok(Self { key: key.trim().into(), is, value: String::new(), number: None });
        };
        let (key, rest) = (text[..at].trim(), &text[at..]);
        if key.is_empty() {
            return wrong("no key");
        }
        let end = rest.find(|c| !"=!<>~".contains(c)).unwrap_or(rest.len());
        let (operator, value) = rest.split_at(end);
        let value = value.trim();
        let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let number = number(value).filter(|_| quoted.is_none());
        let value = quoted.unwrap_or(value);
        let regex = || Regex::new(value).map_err(|error| error.to_string());
        let is = match operator {
            "=" => Is::Equal,
            "!=" => Is::NotEqual,
            "<" => Is::Less,
            "<=" => Is::AtMost,
            ">" => Is::More,
            ">=" => Is::AtLeast,
            "~" => Is::Matching(regex()?),
            "!~" => Is::NotMatching(regex()?),
            _ => return wrong(&format!("no operator {operator:?}")),
        };
        Ok(Self { key: key.into(), is, number, value: value.to_owned() })
    }
}

const ALLOWED: [&str; 8] = [
    "KEY=VALUE",
    "KEY!=VALUE",
    "KEY<VALUE",
    "KEY<=VALUE",
    "KEY>VALUE",
    "KEY>=VALUE",
    "KEY~REGEX",
    "KEY!~REGEX (put a VALUE that begins with one of these signs in \"\")",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tail::line::{Parser, Seen};

    fn asked(line: &str, condition: &str) -> bool {
        let record = Parser::default().parse(line, &mut Seen::default()).unwrap();
        condition.parse::<Condition>().unwrap().holds(&record)
    }

    #[test]
    fn fields_are_compared() {
        let line = r#"{"level":"INFO","logger":"net","user":"ann","status":503,"id":"007","ok":true,"none":null,"text":"a=b","message":"all well"}"#;
        for (condition, expected) in [
            ("user=ann", true),
            ("user=an", false),
            ("user!=ann", false),
            ("user != bob", true),
            ("status>=500", true),
            ("status>=504", false),
            ("status=503.0", true),
            ("status<1000", true),
            ("status>5", true),
            ("status>abc", false),
            ("status<abc", false),
            ("user>aaa", true),
            ("user<b", true),
            ("user>5", false),
            ("status<=503", true),
            ("status>=503", true),
            ("status>503", false),
            ("status<503", false),
            ("id=7", true),
            ("id=\"7\"", false),
            ("id=007", true),
            ("id=\"007\"", true),
            ("user~nn", true),
            ("user~x", false),
            ("user~^a.n$", true),
            ("user~^n", false),
            ("message~(?i)ALL\\s+w", true),
            ("status~^5\\d\\d$", true),
            ("text~\"^a=\"", true),
            ("user!~^a", false),
            ("user!~x", true),
            ("missing!~x", true),
            ("missing~", false),
            ("user", true),
            ("missing", false),
            ("!missing", true),
            ("!user", false),
            ("none", false),
            ("!none", true),
            ("missing!=x", true),
            ("missing=x", false),
            ("missing=", false),
            ("ok=true", true),
            ("text=\"a=b\"", true),
            ("text=a=b", true),
            ("message~well", true),
            ("level=INFO", true),
            ("logger=net", true),
            ("status!=abc", true),
        ] {
            assert_eq!(asked(line, condition), expected, "{condition}");
        }
    }

    #[test]
    fn values_in_a_text_are_as_long_as_what_is_asked_for() {
        let line = "ERROR:a:user=ann tried, why=disk is full n=1";
        for (condition, expected) in [
            ("user=ann", true),
            ("user=ann tried,", true),
            ("user=tried", false),
            ("why=disk", true),
            ("why=disk is full", true),
            ("why=disk is", false),
            ("why~full$", true),
            ("why~n=1", false),
            ("n=1", true),
        ] {
            assert_eq!(asked(line, condition), expected, "{condition}");
        }
    }

    #[test]
    fn a_wrong_condition_names_what_is_allowed() {
        for wrong in ["", "=x", "!", "a==b", "a=>5", "a<>b", "!=x", " ", "!a=b", "a=!b"] {
            let error = wrong.parse::<Condition>().unwrap_err();
            assert!(error.contains("KEY>=VALUE"), "{wrong}: {error}");
        }
    }

    #[test]
    fn loggers_are_chosen_by_their_tree() {
        for (logger, name, expected) in [
            ("app.db", "app", true),
            ("app", "app", true),
            ("app::db", "app.db", true),
            ("app.db", "app::db", true),
            ("apple", "app", false),
            ("app", "app.db", false),
            ("myapp.db", "app", false),
            ("app.db.pool", "app.db", true),
        ] {
            assert_eq!(is_below(logger, name), expected, "{logger} {name}");
        }
    }

    #[test]
    fn what_a_line_does_not_tell_is_unknown() {
        let ask = |line: &str| {
            let query = Query {
                level: Some(Level::WARN),
                loggers: vec!["a".into(), "b".into()],
                fields: Vec::new(),
            };
            query.ask(&Parser::default().parse(line, &mut Seen::default()).unwrap())
        };
        assert_eq!(ask(r#"{"level":"ERROR","logger":"b.c"}"#), Answer::Yes);
        assert_eq!(ask(r#"{"level":"WARN","logger":"a"}"#), Answer::Yes);
        assert_eq!(ask(r#"{"level":"ERROR","logger":"c"}"#), Answer::No);
        assert_eq!(ask(r#"{"level":"INFO"}"#), Answer::No);
        assert_eq!(ask(r#"{"level":"ERROR"}"#), Answer::Unknown);
        assert_eq!(ask(r#"{"logger":"a"}"#), Answer::Unknown);
    }
}
