//! The classes of handlers. One more is a section with a [`MakesHandler`], and a line in the table
//! below.

use std::path::Path;
use std::sync::Arc;

use super::file::FileConfig;
use super::parts::Parts;
use super::relay::{FanOutConfig, MemoryConfig, NullConfig};
use super::rotating::{RotatingFileConfig, TimedRotatingFileConfig};
use super::socket::{PipeConfig, TcpConfig, UnixConfig};
use super::stream::StreamConfig;
use crate::config::node::Node;
use crate::config::problem::Problems;
use crate::config::section::Section;
use crate::config::setting::{Fields, words};
use crate::{Error, Handler};

/// What a class of handlers gives beside its section.
pub(super) trait MakesHandler: Section {
    /// Whether its records wait in a queue of its own, and a formatter makes lines of them.
    const WRITES: bool = true;

    /// Whether its parameters are in their ranges; opens nothing.
    fn check(&self, parts: &Parts) -> Result<(), Error>;

    /// Makes the handler, and opens its file.
    fn build(&self, parts: &Parts) -> Result<Arc<Handler>, Error>;

    /// The handlers that it passes records on to, and the key that names them.
    fn targets(&self) -> (&'static str, &[String]) {
        ("targets", &[])
    }

    /// The file that it writes to.
    fn file(&self) -> Option<&Path> {
        None
    }

    /// Whether others may write to that file too, line by line.
    fn shares_file(&self) -> bool {
        false
    }

    /// Whether the file is emptied when the handler is made. That is done by whoever applies a
    /// configuration, for it cannot be undone.
    fn empties_file(&self) -> bool {
        false
    }
}

macro_rules! classes {
    ($(
        $(#[$doc:meta])*
        $name:ident($config:ident), $word:literal $(| $other:literal)*;
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

        impl Class {
            pub(super) const fn writes(self) -> bool {
                match self { $(Self::$name => $config::WRITES,)+ }
            }
        }

        impl HandlerKind {
            /// The word that names the class in a file.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => $word,)+ }
            }

            /// The file that it writes to, if it writes to one.
            #[must_use]
            pub fn file(&self) -> Option<&Path> {
                match self { $(Self::$name(config) => config.file(),)+ }
            }

            /// The ids of the handlers that it passes records on to, if it does that.
            #[must_use]
            pub fn targets(&self) -> &[String] {
                match self { $(Self::$name(config) => config.targets().1,)+ }
            }

            pub(crate) fn targets_key(&self) -> &'static str {
                match self { $(Self::$name(config) => config.targets().0,)+ }
            }

            pub(crate) const fn class(&self) -> Class {
                match self { $(Self::$name(_) => Class::$name,)+ }
            }

            pub(super) fn read_fields(
                class: Class,
                fields: &mut Fields<'_>,
                problems: &mut Problems,
            ) -> Option<Self> {
                match class {
                    $(Class::$name => $config::read_fields(fields, problems).map(Self::$name),)+
                }
            }

            pub(super) fn write_fields(&self, table: &mut Vec<(String, Node)>) {
                match self { $(Self::$name(config) => config.write_fields(table),)+ }
            }

            pub(super) fn check(&self, parts: &Parts) -> Result<(), Error> {
                match self { $(Self::$name(config) => config.check(parts),)+ }
            }

            pub(super) fn build(&self, parts: &Parts) -> Result<Arc<Handler>, Error> {
                match self { $(Self::$name(config) => config.build(parts),)+ }
            }

            pub(crate) fn shares_file(&self) -> bool {
                match self { $(Self::$name(config) => config.shares_file(),)+ }
            }

            pub(crate) fn empties_file(&self) -> bool {
                match self { $(Self::$name(config) => config.empties_file(),)+ }
            }
        }

        $(impl From<$config> for HandlerKind {
            fn from(config: $config) -> Self {
                Self::$name(config)
            }
        })+
    };
}

classes! {
    /// To a file.
    File(FileConfig), "file" | "logging.FileHandler";
    /// To standard output or standard error.
    Stream(StreamConfig), "stream" | "logging.StreamHandler";
    /// To a file that is rolled over when it gets too large.
    RotatingFile(RotatingFileConfig), "rotating_file" | "logging.handlers.RotatingFileHandler";
    /// To a file that is rolled over when its time has come.
    TimedRotatingFile(TimedRotatingFileConfig),
        "timed_rotating_file" | "logging.handlers.TimedRotatingFileHandler";
    /// To a TCP server.
    Tcp(TcpConfig), "tcp";
    /// To a Unix stream socket.
    Unix(UnixConfig), "unix";
    /// To a named pipe or a device.
    Pipe(PipeConfig), "pipe";
    /// Into memory, until something goes wrong.
    Memory(MemoryConfig), "memory" | "logging.handlers.MemoryHandler";
    /// To several other handlers.
    FanOut(FanOutConfig), "fan_out";
    /// Nowhere.
    Null(NullConfig), "null" | "logging.NullHandler";
}
