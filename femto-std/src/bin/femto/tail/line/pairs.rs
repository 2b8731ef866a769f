//! ` key=value` in a record of text: key-values stand behind its message, on the last line of that, and
//! before exception and stack.

use memchr::{memchr, memmem, memrchr_iter};

/// The value of a key in a text; the last, as key-values stand behind the message. It is up to a space
/// unless it is in quotes; a `wide` one is up to the next pair.
pub(super) fn value<'l>(text: &'l str, key: &str, is_wide: bool) -> Option<&'l str> {
    memrchr_iter(b'=', text.as_bytes()).find_map(|equals| {
        let before = text[..equals].strip_suffix(key).filter(|_| !key.is_empty())?;
        if !before.is_empty() && !before.ends_with([' ', '\n', '\t']) {
            return None;
        }
        let value = &text[equals + 1..];
        if let Some((quoted, _)) = value.strip_prefix('"').and_then(|it| it.split_once('"')) {
            return Some(quoted);
        }
        let end = match is_wide {
            true => value.match_indices([' ', '\n']).find_map(|(at, end)| {
                let rest = &value[at + 1..];
                let is_mark = || MARKS.iter().any(|(_, mark)| rest.starts_with(mark));
                (end == "\n" || begins_pair(rest) || is_mark()).then_some(at)
            }),
            false => value.find([' ', ',', '\t', '\n']),
        };
        Some(&value[..end.unwrap_or(value.len())])
    })
}

/// Whether a text has the mark that lines for people have in place of this pair.
pub(super) fn has_mark(text: &str, key: &str) -> bool {
    let mark = MARKS.iter().find(|(known, _)| *known == key);
    mark.is_some_and(|(_, mark)| text.lines().any(|line| line.ends_with(mark)))
}

/// Of a record that was cut off, or is from before the program last started.
const MARKS: [(&str, &str); 2] = [("cut", "[cut]"), ("recovered", "[recovered]")];

/// Where a text may end without the pairs behind it, each after a space: without all of them first, then
/// without fewer; then without those whose values have spaces in them.
pub(super) fn ends(text: &str) -> impl Iterator<Item = usize> {
    let mut ends = vec![text.len()];
    while let Some(at) = text[..ends[ends.len() - 1]].rfind(' ')
        && begins_pair(&text[at + 1..])
    {
        ends.push(at);
    }
    let before = &text[..ends[ends.len() - 1]];
    let others = before.rmatch_indices(' ').map(|(at, _)| at);
    ends.into_iter().rev().chain(others.filter(|at| begins_pair(&text[at + 1..])))
}

/// Whether a text begins with `key=`.
fn begins_pair(text: &str) -> bool {
    let key = text.bytes().position(|byte| b"= \t\n\"".contains(&byte));
    key.is_some_and(|end| end > 0 && text.as_bytes()[end] == b'=')
}

/// A record's text without the exception and stack of Python behind it.
pub(super) fn before_exception(text: &str) -> &str {
    // Most records are a line.
    let Some(end) = memchr(b'\n', text.as_bytes()) else { return text };
    let heads = memmem::find_iter(&text.as_bytes()[end..], LAST).map(|at| end + at);
    let mut starts = heads.filter_map(|at| {
        let start = text[..at].rfind('\n')?;
        let is_head = HEADS.contains(&text[start + 1..at].trim_start());
        is_head.then_some(start)
    });
    starts.next().map_or(text, |start| &text[..start])
}

/// What ends the first line of an exception or a stack, and what that begins with.
const LAST: &str = "(most recent call last):";
const HEADS: [&str; 3] = ["Traceback ", "Stack ", "+ Exception Group Traceback "];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_found_in_a_text() {
        let text = "user=ann tried superuser=bob, path=\"/a b\" n=7\nline=2\n user=eve why=disk is full z=1\n of=a b [recovered]";
        for (key, narrow, wide) in [
            ("user", Some("eve"), Some("eve")),
            ("superuser", Some("bob"), Some("bob,")),
            ("path", Some("/a b"), Some("/a b")),
            ("n", Some("7"), Some("7")),
            ("line", Some("2"), Some("2")),
            ("why", Some("disk"), Some("disk is full")),
            ("z", Some("1"), Some("1")),
            ("of", Some("a"), Some("a b")),
            ("tried", None, None),
            ("ser", None, None),
            ("", None, None),
        ] {
            assert_eq!(value(text, key, false), narrow, "{key}");
            assert_eq!(value(text, key, true), wide, "{key}");
        }
        assert!(has_mark(text, "recovered") && !has_mark(text, "cut") && !has_mark(text, "z"));
    }

    #[test]
    fn pairs_at_the_end_are_cut_off() {
        for (text, expected) in [
            ("text [main] user=ann n=1", &["text [main]", "text [main] user=ann", ""][..]),
            ("a=1 b", &[""]),
            ("x a=1 2 b=3 4", &["", "x a=1 2", "x"]),
            ("text\n user=ann", &["text\n", ""]),
            ("text =x", &[""]),
            ("a=1", &[""]),
        ] {
            let whole = |part: &&'static str| if part.is_empty() { text } else { part };
            let expected: Vec<&str> = expected.iter().map(whole).collect();
            let found: Vec<&str> = ends(text).map(|end| &text[..end]).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn exceptions_are_no_part_of_the_message() {
        for (text, expected) in [
            ("a\nb n=1\nTraceback (most recent call last):\n  user=bob", "a\nb n=1"),
            ("a\nStack (most recent call last):\n  user=bob", "a"),
            ("a\n  + Exception Group Traceback (most recent call last):\n  | x", "a"),
            ("a Traceback (most recent call last):\nb", "a Traceback (most recent call last):\nb"),
            ("a\nsee (most recent call last):", "a\nsee (most recent call last):"),
        ] {
            assert_eq!(before_exception(text), expected);
        }
    }
}
