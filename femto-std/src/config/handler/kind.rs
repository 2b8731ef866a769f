//! The classes of handlers. One more is a section, a line in the table below, and a line for what
//! builds it.

use std::path::Path;
use std::sync::Arc;

use femto_core::HandlerBuilderTrait;

use super::{FileConfig, StreamConfig};
use crate::config::node::Node;
use crate::config::problem::Problems;
use crate::config::section::Section;
use crate::config::setting::{Fields, words};
use crate::handler::Options;
use crate::handlers::{FileHandlerBuilder, StreamHandlerBuilder};
use crate::{Error, Handler};

/// What a class of handlers gives beside its section.
pub(super) trait MakesHandler: Section {
    /// What builds it.
    fn builder(&self) -> Builder;

    /// The file that it writes to.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// Whether others may write to that file too, line by line.
    fn shares_file(&self) -> bool {
        false
    }

    /// Has what is in the file stay; answers whether it would not have.
    fn keep_file(&mut self) -> bool {
        false
    }
}

macro_rules! classes {
    ($(
        $(#[$doc:meta])*
        $name:ident($config:ident), $word:literal $(| $other:literal)*, built by $builder:ident;
    )+) => {
        /// A class of handlers and what it has.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum HandlerKind {
            $($(#[$doc])* $name($config),)+
        }

        /// The word that names a class.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Class {
            $($name,)+
        }
        words! { Class: $($word $(| $other)* => Self::$name,)+ }

        impl HandlerKind {
            pub(crate) const fn class(&self) -> Class {
                match self { $(Self::$name(_) => Class::$name,)+ }
            }

            /// The word that names the class in a file.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => $word,)+ }
            }

            pub(crate) fn read_fields(
                class: Class,
                fields: &mut Fields<'_>,
                problems: &mut Problems,
            ) -> Option<Self> {
                match class {
                    $(Class::$name => $config::read_fields(fields, problems).map(Self::$name),)+
                }
            }

            pub(crate) fn write_fields(&self, table: &mut Vec<(String, Node)>) {
                match self { $(Self::$name(config) => config.write_fields(table),)+ }
            }

            pub(crate) fn builder(&self) -> Builder {
                match self { $(Self::$name(config) => config.builder(),)+ }
            }

            /// The file that it writes to, if it writes to one.
            #[must_use]
            pub fn file(&self) -> Option<&Path> {
                match self { $(Self::$name(config) => config.file(),)+ }
            }

            pub(crate) fn shares_file(&self) -> bool {
                match self { $(Self::$name(config) => config.shares_file(),)+ }
            }

            pub(crate) fn keep_file(&mut self) -> bool {
                match self { $(Self::$name(config) => config.keep_file(),)+ }
            }
        }

        $(impl From<$config> for HandlerKind {
            fn from(config: $config) -> Self {
                Self::$name(config)
            }
        })+

        /// What builds a handler of any class.
        pub(crate) enum Builder {
            $($name($builder),)+
        }

        impl Builder {
            pub(crate) fn options(&mut self) -> &mut Options {
                match self { $(Self::$name(builder) => builder.options_mut(),)+ }
            }

            /// Whether its parameters are in their ranges; nothing is opened.
            pub(crate) fn check(&self) -> Result<(), Error> {
                match self { $(Self::$name(builder) => builder.check(),)+ }
            }

            pub(crate) fn build(self) -> Result<Arc<Handler>, Error> {
                match self { $(Self::$name(builder) => builder.build(),)+ }
            }
        }
    };
}

classes! {
    /// To a file.
    File(FileConfig), "file" | "logging.FileHandler", built by FileHandlerBuilder;
    /// To standard output or standard error.
    Stream(StreamConfig), "stream" | "logging.StreamHandler", built by StreamHandlerBuilder;
}
