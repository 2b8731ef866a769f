//! Node: what every format is read into, and written from.
//!
//! Made by the reader of a format; one set of rules (`setting.rs`) then makes a
//! [`Config`](super::Config) of it, so that all formats have the same keys and the same errors.

use super::problem::Step;
use super::setting::is_spelled;

/// A value as a format has it, and where it stands: for readers of other formats than those of this
/// crate. See [`Config::from_node`](super::Config::from_node).
///
/// # Examples
/// ```
/// use femto_std::config::{Config, Kind, Node};
///
/// let root = Kind::Table(vec![("level".to_owned(), Kind::Text("INFO".to_owned()).into())]);
/// let node = Node::from(Kind::Table(vec![("root".to_owned(), root.into())]));
///
/// let config = Config::from_node(&node)?;
/// assert_eq!(config.root.unwrap().level, Some(femto_std::Level::INFO));
/// # Ok::<(), femto_std::config::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Counted from 1; of a value in a table, the line of its key. 0 if the format does not tell.
    pub line: u32,
    /// The value.
    pub kind: Kind,
}

/// A value without its place.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// Nothing: as if the key were not there.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
    /// Values in order.
    List(Vec<Node>),
    /// Values by key, in the order of the file. Each key is there once.
    Table(Vec<(String, Node)>),
}

impl Node {
    /// The line of the innermost part of a path that is there. Keys of the path that are spelled
    /// otherwise here are so in the path, too, afterwards.
    pub(super) fn locate(&self, path: &mut [Step]) -> Option<u32> {
        let (mut node, mut line) = (self, self.line);
        for step in path {
            let next = match (&node.kind, &mut *step) {
                (Kind::Table(entries), Step::Key(name)) => {
                    let mut same = entries.iter().filter(|(key, _)| is_spelled(key, name));
                    let found = same.clone().find(|(key, _)| key == name).or_else(|| same.next());
                    found.map(|(key, node)| {
                        name.clone_from(key);
                        node
                    })
                }
                (Kind::List(items), Step::Index(index)) => items.get(*index),
                _ => None,
            };
            let Some(next) = next else { break };
            (node, line) = (next, next.line);
        }
        (line > 0).then_some(line)
    }
}

/// At no particular line.
impl From<Kind> for Node {
    fn from(kind: Kind) -> Self {
        Self { line: 0, kind }
    }
}

/// Which line of a text a byte is in, counted from 1.
#[cfg(any(feature = "toml", feature = "json"))]
pub(super) struct Lines(Vec<usize>);

#[cfg(any(feature = "toml", feature = "json"))]
impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    pub(super) fn at(&self, byte: usize) -> u32 {
        self.0.partition_point(|&end| end < byte) as u32 + 1
    }
}
