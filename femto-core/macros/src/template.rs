//! The syntax of a template: that of `core::fmt`.

use core::mem;

/// A piece of a template.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text, unescaped.
    Text(String),
    /// `{...}`
    Hole(Hole),
}

/// A place for an argument.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hole {
    pub(crate) argument: Position,
    /// Fill, alignment, sign, `#` and `0`: what stands before the width.
    pub(crate) flags: String,
    pub(crate) width: Count,
    pub(crate) precision: Count,
    /// `?`, `x`, ...; empty for `Display`.
    pub(crate) kind: String,
}

/// Which argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    Index(usize),
    Name(String),
}

/// A width or precision.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Count {
    None,
    Number(String),
    Argument(Position),
}

/// Cuts `template` into pieces; `None` if it is not well-formed (rustc then says why).
pub(crate) fn parse(template: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut next = 0;
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '{' | '}' if rest.starts_with(c) => {
                text.push(c);
                rest = &rest[1..];
            }
            '{' => {
                let (hole, after) = rest.split_once('}')?;
                rest = after;
                if !text.is_empty() {
                    pieces.push(Piece::Text(mem::take(&mut text)));
                }
                pieces.push(Piece::Hole(parse_hole(hole.trim_end(), &mut next)?));
            }
            '}' => return None,
            _ => text.push(c),
        }
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Some(pieces)
}

/// `argument:specification`; `next` is the next argument without a position of its own.
fn parse_hole(hole: &str, next: &mut usize) -> Option<Hole> {
    let (argument, specification) = hole.split_once(':').unwrap_or((hole, ""));
    let argument = argument.trim_end();
    let (flags, rest) = split_flags(specification);
    let (width, rest) = split_count(rest)?;
    let mut implicit = || {
        *next += 1;
        Position::Index(*next - 1)
    };
    let (precision, rest) = match rest.strip_prefix('.') {
        None => (Count::None, rest),
        Some(rest) => match rest.strip_prefix('*') {
            Some(rest) => (Count::Argument(implicit()), rest),
            None => split_count(rest)?,
        },
    };
    let kind = rest.trim_end();
    if !matches!(kind, "" | "?" | "x?" | "X?" | "x" | "X" | "o" | "b" | "e" | "E" | "p") {
        return None;
    }
    let argument = if argument.is_empty() { implicit() } else { position(argument)? };
    Some(Hole { argument, flags: flags.to_owned(), width, precision, kind: kind.to_owned() })
}

/// Splits `[[fill]align][sign]['#']['0']` off.
fn split_flags(specification: &str) -> (&str, &str) {
    let is_align = |c: Option<char>| matches!(c, Some('<' | '^' | '>'));
    let mut chars = specification.chars();
    let first = chars.next();
    let mut end = 0;
    if is_align(chars.next()) {
        end = first.map_or(0, char::len_utf8) + 1;
    } else if is_align(first) {
        end = 1;
    }
    for flag in [['+', '-'], ['#', '#']] {
        end += usize::from(specification[end..].starts_with(flag));
    }
    // A zero is a flag unless it is itself the argument of a width (`0$`).
    let zero = specification[end..].starts_with('0') && !specification[end..].starts_with("0$");
    specification.split_at(end + usize::from(zero))
}

/// Splits a number or `argument$` off.
fn split_count(rest: &str) -> Option<(Count, &str)> {
    let name_end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    if rest[name_end..].starts_with('$') {
        return Some((Count::Argument(position(&rest[..name_end])?), &rest[name_end + 1..]));
    }
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (number, rest) = rest.split_at(end);
    Some((if number.is_empty() { Count::None } else { Count::Number(number.to_owned()) }, rest))
}

fn position(text: &str) -> Option<Position> {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return text.parse().ok().map(Position::Index);
    }
    let is_name = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_name.then(|| Position::Name(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(template: &str) -> Hole {
        match parse(template).unwrap().into_iter().next() {
            Some(Piece::Hole(hole)) => hole,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn text_and_holes_are_told_apart() {
        let pieces = parse("a {{b}} {} c").unwrap();
        assert_eq!(pieces.len(), 3);
        assert_eq!(pieces[0], Piece::Text("a {b} ".to_owned()));
        assert_eq!(pieces[2], Piece::Text(" c".to_owned()));
    }

    #[test]
    fn a_specification_is_taken_apart() {
        let hole = hole("{name:*^+#012.prec$x?}");
        assert_eq!(hole.argument, Position::Name("name".to_owned()));
        assert_eq!(hole.flags, "*^+#0");
        assert_eq!(hole.width, Count::Number("12".to_owned()));
        assert_eq!(hole.precision, Count::Argument(Position::Name("prec".to_owned())));
        assert_eq!(hole.kind, "x?");
    }

    #[test]
    fn a_star_takes_the_argument_before() {
        let hole = hole("{:>0$.*}");
        assert_eq!(hole.width, Count::Argument(Position::Index(0)));
        assert_eq!(hole.precision, Count::Argument(Position::Index(0)));
        assert_eq!(hole.argument, Position::Index(1));
    }

    #[test]
    fn what_is_not_well_formed_is_left_to_rustc() {
        for template in ["{", "}", "{:q}", "{a b}", "{!}"] {
            assert_eq!(parse(template), None, "{template}");
        }
    }
}
