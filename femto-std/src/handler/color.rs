//! Whether a console is coloured.

use std::ffi::OsString;

/// Whether the lines on a console are coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Color {
    /// On a terminal, as the environment says when the handler is built; the first that is set, and
    /// not empty, counts:
    ///
    /// | variable | |
    /// |---|---|
    /// | [`NO_COLOR`](https://no-color.org) | no colours |
    /// | [`FORCE_COLOR`](https://force-color.org), [`CLICOLOR_FORCE`](https://bixense.com/clicolors) | colours, in pipes and files too; none if it is `0` |
    /// | `CLICOLOR` | none if it is `0` |
    /// | `TERM` | none if it is `dumb` |
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether to colour, in an environment.
    pub(crate) fn is_on(
        self,
        is_terminal: bool,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> bool {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if variable("NO_COLOR").is_some() => false,
            Self::Auto => match variable("FORCE_COLOR").or_else(|| variable("CLICOLOR_FORCE")) {
                Some(force) => force != "0",
                None => {
                    is_terminal
                        && variable("CLICOLOR").is_none_or(|value| value != "0")
                        && variable("TERM").is_none_or(|value| value != "dumb")
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides_in_order() {
        for (is_terminal, set, expected) in [
            (true, &[][..], true),
            (false, &[], false),
            (true, &[("NO_COLOR", "1")], false),
            (true, &[("NO_COLOR", "")], true),
            (true, &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], false),
            (false, &[("FORCE_COLOR", "1")], true),
            (false, &[("FORCE_COLOR", "true"), ("TERM", "dumb")], true),
            (true, &[("FORCE_COLOR", "0")], false),
            (false, &[("CLICOLOR_FORCE", "1")], true),
            (true, &[("CLICOLOR_FORCE", "0")], false),
            (true, &[("CLICOLOR", "0")], false),
            (false, &[("CLICOLOR", "1")], false),
            (true, &[("TERM", "dumb")], false),
            (true, &[("TERM", "xterm")], true),
        ] {
            let variable = |name: &str| {
                set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into())
            };
            assert_eq!(Color::Auto.is_on(is_terminal, variable), expected, "{is_terminal} {set:?}");
            assert!(Color::Always.is_on(is_terminal, variable));
            assert!(!Color::Never.is_on(is_terminal, variable));
        }
    }
}
