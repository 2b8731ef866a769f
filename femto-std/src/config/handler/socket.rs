//! Handlers that write to sockets and pipes.

use core::time::Duration;
use std::path::PathBuf;

use super::kind::MakesHandler;
use super::parts::{Parts, by_builder};
use crate::config::section::section;
use crate::config::setting::words;
use crate::handlers::{PipeHandlerBuilder, TcpHandlerBuilder, UnixHandlerBuilder};
use crate::sink::Framing;

section! {
    /// A handler that writes to a TCP server, and connects again when it has to: class `tcp`. What
    /// does not fit its capacity is dropped and counted, unless `overflow` says otherwise.
    TcpConfig {
        /// `host:port`.
        address: String;
        /// How records are told apart: `newline`, `octet_counting` or `length_prefix`. Default: by
        /// line ends.
        framing: Framing = Framing::Newline, set by with_framing;
        /// How long connecting may take. Default: 5 seconds.
        connect_timeout: Duration = Duration::from_secs(5), set by with_connect_timeout;
        /// How long the server may take nothing. Default: 10 seconds.
        write_timeout: Duration = Duration::from_secs(10), set by with_write_timeout;
    }
}

section! {
    /// A handler that writes to a Unix stream socket: class `unix`. See [`TcpConfig`].
    UnixConfig {
        /// Where the server listens.
        path: PathBuf;
        /// How records are told apart: see [`TcpConfig`].
        framing: Framing = Framing::Newline, set by with_framing;
        /// How long the server may take nothing. Default: 10 seconds.
        write_timeout: Duration = Duration::from_secs(10), set by with_write_timeout;
    }
}

section! {
    /// A handler that writes to a named pipe or a device: class `pipe`.
    PipeConfig {
        /// The pipe. It is not created.
        path: PathBuf;
    }
}

words! { Framing:
    "newline" => Self::Newline,
    "octet_counting" => Self::OctetCounting,
    "length_prefix" => Self::LengthPrefix,
}

impl TcpConfig {
    /// A handler for the server at `address`, `host:port`.
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            framing: Framing::Newline,
            connect_timeout: Duration::from_secs(5),
            write_timeout: Duration::from_secs(10),
        }
    }

    fn builder(&self, _parts: &Parts) -> TcpHandlerBuilder {
        TcpHandlerBuilder::new(&*self.address)
            .with_framing(self.framing)
            .with_connect_timeout(self.connect_timeout)
            .with_write_timeout(self.write_timeout)
    }
}

impl UnixConfig {
    /// A handler for the server that listens at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            framing: Framing::Newline,
            write_timeout: Duration::from_secs(10),
        }
    }

    fn builder(&self, _parts: &Parts) -> UnixHandlerBuilder {
        UnixHandlerBuilder::new(&self.path)
            .with_framing(self.framing)
            .with_write_timeout(self.write_timeout)
    }
}

impl PipeConfig {
    /// A handler for the pipe at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn builder(&self, _parts: &Parts) -> PipeHandlerBuilder {
        PipeHandlerBuilder::new(&self.path)
    }
}

impl MakesHandler for TcpConfig {
    by_builder!();
}

impl MakesHandler for UnixConfig {
    by_builder!();
}

impl MakesHandler for PipeConfig {
    by_builder!();
}
