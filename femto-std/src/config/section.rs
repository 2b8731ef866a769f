//! Section: a table of a configuration as a struct, its keys declared once.

use super::node::Node;
use super::problem::Problems;
use super::setting::Fields;

/// A struct whose fields are keys of a table.
pub(crate) trait Section: Sized {
    /// Reads its keys.
    fn read_fields(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Self>;

    /// Adds its keys to a table.
    fn write_fields(&self, table: &mut Vec<(String, Node)>);
}

/// Declares a section: its fields with their types, defaults and setters.
///
/// A field without a default has to be said, unless its type is an `Option` or a `Vec`.
macro_rules! section {
    (
        $(#[$meta:meta])*
        $name:ident {$(
            $(#[$doc:meta])*
            $key:ident: $type:ty $(= $default:expr)? $(, set by $setter:ident)?;
        )*}
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$doc])* pub $key: $type,)*
        }

        impl $name {
            $(section!(@setter $key, $type $(, $setter)?);)*
        }

        #[allow(unused_variables, reason = "a section need not have keys")]
        impl $crate::config::section::Section for $name {
            fn read_fields(
                fields: &mut $crate::config::setting::Fields<'_>,
                problems: &mut $crate::config::problem::Problems,
            ) -> Option<Self> {
                $(let $key = {
                    let default = section!(@default $type $(, $default)?);
                    fields.read::<$type>(stringify!($key), default, problems)
                };)*
                Some(Self { $($key: $key?,)* })
            }

            fn write_fields(&self, table: &mut Vec<(String, $crate::config::node::Node)>) {
                $(section!(@write self.$key, table, stringify!($key) $(, $default)?);)*
            }
        }
    };
    (@setter $key:ident, $type:ty) => {};
    (@setter $key:ident, $type:ty, $setter:ident) => {
        #[doc = concat!("Sets [`", stringify!($key), "`](Self::", stringify!($key), ").")]
        #[must_use]
        pub fn $setter(mut self, $key: impl Into<$type>) -> Self {
            self.$key = $key.into();
            self
        }
    };
    (@default $type:ty, $default:expr) => { Some($default) };
    (@default $type:ty) => { <$type as $crate::config::setting::Setting>::absent() };
    (@write $value:expr, $table:ident, $key:expr, $default:expr) => {
        if $value != $default {
            $crate::config::setting::write($table, $key, &$value);
        }
    };
    (@write $value:expr, $table:ident, $key:expr) => {
        $crate::config::setting::write($table, $key, &$value);
    };
}
pub(crate) use section;

/// Has a section be a table of its own.
macro_rules! section_is_a_table {
    ($name:ident $(, absent: $absent:expr)?) => {
        impl $crate::config::setting::Setting for $name {
            fn read(
                node: &$crate::config::node::Node,
                place: &$crate::config::problem::Place<'_>,
                problems: &mut $crate::config::problem::Problems,
            ) -> Option<Self> {
                let mut fields = $crate::config::setting::Fields::of(node, place, problems)?;
                let read = $crate::config::section::Section::read_fields(&mut fields, problems);
                fields.finish(problems);
                read
            }

            $(fn absent() -> Option<Self> {
                Some($absent)
            })?

            fn write(&self) -> Option<$crate::config::node::Kind> {
                let mut table = Vec::new();
                $crate::config::section::Section::write_fields(self, &mut table);
                Some($crate::config::node::Kind::Table(table))
            }
        }
    };
}
pub(crate) use section_is_a_table;
