//! Reads YAML, version 1.2: `off` and `no` are texts. The key `<<` merges, as most readers of YAML have it:
//! <https://yaml.org/type/merge.html>.

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

use super::node::{Kind, Node};
use super::problem::Problem;
use super::{Config, ConfigError};

impl Config {
    /// Reads a configuration from YAML 1.2. Feature `yaml`.
    ///
    /// # Errors
    /// [`ConfigError`]: the text is not one document of YAML, has keys or values that are not
    /// allowed, or what [`Config::check`] finds. Problems have their lines.
    ///
    /// # Examples
    /// ```
    /// use femto_std::config::Config;
    ///
    /// let config = Config::from_yaml(
    ///     "
    /// handlers:
    ///   console:
    ///     class: logging.StreamHandler
    ///     stream: ext://sys.stdout
    /// root:
    ///   level: INFO
    ///   handlers: [console]
    /// ",
    /// )?;
    /// assert_eq!(config.root.unwrap().handlers, ["console"]);
    /// # Ok::<(), femto_std::config::ConfigError>(())
    /// ```
    pub fn from_yaml(text: &str) -> Result<Self, ConfigError> {
        Self::from_node(&read(text)?)
    }
}

pub(super) fn read(text: &str) -> Result<Node, ConfigError> {
    let wrong = |line: usize, text: String| {
        ConfigError::new(Problem::at_line(Some(line as u32), format!("not YAML: {text}")))
    };
    let documents = MarkedYaml::load_from_str(text)
        .map_err(|error| wrong(error.marker().line(), error.info().to_owned()))?;
    match &*documents {
        [] => Ok(Kind::Table(Vec::new()).into()),
        [document] => match kind(document)? {
            Kind::Null => Ok(Kind::Table(Vec::new()).into()),
            kind => Ok(kind.into()),
        },
        [_, second, ..] => {
            Err(wrong(second.span.start.line(), "more than one document".to_owned()))
        }
    }
}

fn node(yaml: &MarkedYaml<'_>) -> Result<Node, ConfigError> {
    Ok(Node { line: yaml.span.start.line() as u32, kind: kind(yaml)? })
}

fn kind(yaml: &MarkedYaml<'_>) -> Result<Kind, ConfigError> {
    let wrong = |text: &str| {
        let line = Some(yaml.span.start.line() as u32);
        ConfigError::new(Problem::at_line(line, format!("not YAML: {text}")))
    };
    Ok(match &yaml.data {
        YamlData::Value(scalar) => match scalar {
            Scalar::Null => Kind::Null,
            Scalar::Boolean(value) => Kind::Bool(*value),
            Scalar::Integer(value) => Kind::Integer(*value),
            Scalar::FloatingPoint(value) => Kind::Float((*value).into()),
            Scalar::String(text) => Kind::Text(text.to_string()),
        },
        YamlData::Sequence(items) => Kind::List(items.iter().map(node).collect::<Result<_, _>>()?),
        YamlData::Mapping(entries) => {
            let (mut table, mut merged) = (Vec::new(), Vec::new());
            for (key, value) in entries {
                let YamlData::Value(Scalar::String(name)) = &key.data else {
                    return Err(wrong("a key is not a text: put it into quotes"));
                };
                match (&**name, kind(value)?) {
                    ("<<", Kind::Table(entries)) => merged.push(entries),
                    ("<<", Kind::List(items)) => {
                        for item in items {
                            let Kind::Table(entries) = item.kind else {
                                return Err(wrong("`<<` is a list of what are no mappings"));
                            };
                            merged.push(entries);
                        }
                    }
                    ("<<", _) => return Err(wrong("`<<` is neither a mapping nor a list of them")),
                    (name, kind) => {
                        let line = key.span.start.line() as u32;
                        table.push((name.to_owned(), Node { line, kind }));
                    }
                }
            }
            for (key, node) in merged.into_iter().flatten() {
                if table.iter().all(|(there, _)| *there != key) {
                    table.push((key, node));
                }
            }
            Kind::Table(table)
        }
        YamlData::Tagged(tag, _) => return Err(wrong(&format!("the tag `{tag}` is not known"))),
        _ => return Err(wrong("a value cannot be read")),
    })
}
