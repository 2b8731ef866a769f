//! Problem: what is wrong with a configuration, and where.

use core::fmt;
use std::path::{Path, PathBuf};

use super::node::{Kind, Node};
use super::setting::Shown;
use crate::error::nearest;

/// Why a configuration cannot be read or applied: everything that was found, at least one problem.
/// Nothing was changed.
///
/// # Examples
/// ```
/// use femto_std::config::{ConfigBuilder, LoggerConfigBuilder};
///
/// let error = ConfigBuilder::new()
///     .with_logger("app.db", LoggerConfigBuilder::new().with_handlers(["file"]))
///     .build()
///     .unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     r#"loggers."app.db".handlers[0] = "file": no such handler: there are none"#
/// );
/// assert_eq!(format!("{error:?}"), error.to_string());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    file: Option<PathBuf>,
    problems: Vec<Problem>,
}

impl ConfigError {
    /// What is wrong, in the order in which it was found.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The file that was read, if it was one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    pub(crate) fn in_file(self, path: &Path) -> Self {
        Self { file: Some(path.to_owned()), ..self }
    }

    /// About the whole.
    pub(crate) fn of_text(text: String) -> Self {
        Self::new(Problem::at_line(None, text))
    }

    pub(crate) fn new(problem: Problem) -> Self {
        Self { file: None, problems: vec![problem] }
    }
}

/// A line for each problem, after the name of the file.
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index > 0 { "\n" } else { "" };
            f.write_str(separator)?;
            if let Some(file) = &self.file {
                write!(f, "{}: ", file.display())?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

/// As [`Display`](fmt::Display): what a `main` that returns the error prints is for people.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for ConfigError {}

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    path: Vec<Step>,
    line: Option<u32>,
    text: String,
}

impl Problem {
    pub(crate) const fn new(path: Vec<Step>, text: String) -> Self {
        Self { path, line: None, text }
    }

    /// At a line of a file, or at none if that is not known.
    pub(crate) fn at_line(line: Option<u32>, text: String) -> Self {
        Self { path: Vec::new(), line, text }
    }

    /// The keys that lead there: `handlers.file.capacity`, `loggers."app.db".handlers[0]`. Empty if
    /// it is about the whole.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Index(index) => path.push_str(&format!("[{index}]")),
                Step::Key(key) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    let is_bare = |letter: char| letter.is_alphanumeric() || "_-".contains(letter);
                    if !key.is_empty() && key.chars().all(is_bare) {
                        path.push_str(key);
                    } else {
                        path.push_str(&format!("{key:?}"));
                    }
                }
            }
        }
        path
    }

    /// The line of the file, counted from 1; `None` if it came from no file, or was no particular
    /// line of it.
    #[must_use]
    pub const fn line(&self) -> Option<u32> {
        self.line
    }
}

/// `line 7: handlers.file.capacity = 12: allowed is ...`
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        // What is about the whole has no path before it.
        write!(f, "{}{}", self.path(), self.text)
    }
}

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// Problems, as they are found.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    found: Vec<Problem>,
    /// Tables of which not all could be read: what else is wrong with them may follow from that.
    incomplete: Vec<Vec<Step>>,
}

impl Problems {
    pub(crate) fn push(&mut self, problem: Problem) {
        self.found.push(problem);
    }

    /// Not all of the table at this place could be read.
    pub(crate) fn incomplete(&mut self, place: &Place<'_>) {
        self.incomplete.push(place.path());
    }

    /// Whether that was said of this very place.
    pub(crate) fn is_incomplete(&self, place: &Place<'_>) -> bool {
        self.incomplete.contains(&place.path())
    }

    /// Adds those of an error, but for what may follow from what could not be read.
    pub(crate) fn extend(&mut self, error: Option<ConfigError>) {
        let Self { found, incomplete } = self;
        let is_new =
            |problem: &Problem| !incomplete.iter().any(|place| problem.path.starts_with(place));
        found.extend(error.into_iter().flat_map(|error| error.problems).filter(is_new));
    }

    /// Something is wrong with the value at a place: `path = value: text`.
    pub(crate) fn wrong(&mut self, place: &Place<'_>, value: &dyn fmt::Display, text: &str) {
        let path = place.path();
        let is = if path.is_empty() { "the configuration is" } else { " =" };
        self.found.push(Problem::new(path, format!("{is} {value}: {text}")));
    }

    /// The value at a place is none of a few words: `path = value: did you mean ...`.
    pub(crate) fn no_word(&mut self, place: &Place<'_>, node: &Node, words: &[&str]) {
        let text = if let Kind::Text(text) = &node.kind { text } else { "" };
        self.wrong(place, &Shown(&node.kind), &hint(text, words));
    }

    /// Something is wrong at a place: `path: text`.
    pub(crate) fn at(&mut self, place: &Place<'_>, text: &str) {
        let path = place.path();
        let separator = if path.is_empty() { "" } else { ": " };
        self.found.push(Problem::new(path, format!("{separator}{text}")));
    }

    /// There is no such key or name: `path: text: did you mean ...`.
    pub(crate) fn unknown<'n>(
        &mut self,
        place: &Place<'_>,
        name: Unknown<'_>,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        let hint = hint(name.name, &known);
        let text = format!("no such {}: {hint}", name.what);
        if name.what.starts_with("key") {
            self.at(place, &text);
        } else {
            self.wrong(place, &format_args!("{:?}", name.name), &text);
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The value, if there are no problems.
    pub(crate) fn into_result<T>(self, value: Option<T>) -> Result<T, ConfigError> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => Err(ConfigError { file: None, problems: self.found }),
        }
    }
}

impl ConfigError {
    /// Says where what was read comes from: `FEMTO_LOG: ...`.
    pub(crate) fn below(mut self, path: &[Step]) -> Self {
        for problem in &mut self.problems {
            let separator = if problem.path.is_empty() { ": " } else { "" };
            problem.text.insert_str(0, separator);
            problem.path.splice(0..0, path.iter().cloned());
        }
        self
    }

    /// Says in which lines of a file the problems are, and spells keys as the file does.
    pub(crate) fn with_lines(mut self, root: &Node) -> Self {
        for problem in &mut self.problems {
            problem.line = problem.line.or_else(|| root.locate(&mut problem.path));
        }
        // In the order of the file, as far as lines are known.
        self.problems.sort_by_key(|problem| problem.line.unwrap_or(u32::MAX));
        self
    }
}

/// What was named and is not there.
#[derive(Clone, Copy)]
pub(crate) struct Unknown<'a> {
    pub(crate) what: &'static str,
    pub(crate) name: &'a str,
}

/// What may have been meant.
pub(super) fn hint(name: &str, known: &[&str]) -> String {
    if known.is_empty() {
        return "there are none".to_owned();
    }
    let meant = nearest(name, known.iter().copied());
    let meant = meant.map_or(String::new(), |known| format!("did you mean `{known}`? "));
    let all: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
    format!("{meant}allowed: {}", all.join(", "))
}

/// A place in a configuration, as the path that leads there.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    above: Option<&'p Place<'p>>,
    key: &'p str,
    index: Option<usize>,
}

impl<'p> Place<'p> {
    pub(crate) const ROOT: Place<'static> = Place { above: None, key: "", index: None };

    pub(crate) const fn key(&'p self, key: &'p str) -> Self {
        Self { above: Some(self), key, index: None }
    }

    pub(crate) const fn index(&'p self, index: usize) -> Self {
        Self { above: Some(self), key: "", index: Some(index) }
    }

    /// Whether it is that of one id, not of a list of them.
    pub(crate) fn is_one(&self) -> bool {
        matches!(self.key, "formatter" | "target")
    }

    /// The last key.
    pub(crate) const fn name(&self) -> &'p str {
        self.key
    }

    fn path(&self) -> Vec<Step> {
        let Some(above) = self.above else { return Vec::new() };
        let mut path = above.path();
        path.push(match self.index {
            Some(index) => Step::Index(index),
            None => Step::Key(self.key.to_owned()),
        });
        path
    }
}
