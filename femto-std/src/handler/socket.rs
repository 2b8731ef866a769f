//! Handlers that write to a socket.

use core::time::Duration;
use std::path::Path;

use super::{Handler, Options, OverflowPolicy, handler_builder, option_setters};
use crate::Error;
use crate::sink::{Address, Framing, SocketOpener};

/// Builds a handler that writes to a TCP server.
///
/// It connects at the first record, and again when the connection breaks: 50 ms later, then after
/// twice as long each time, up to 30 seconds. Meanwhile records wait, up to the capacity. A peer that
/// takes nothing for the `write_timeout` counts as gone, and so does one that has closed its end.
///
/// A record comes at least once to the peer's *system*: what that has not acknowledged when the
/// connection breaks is kept, and sent again; the first such record may have come in part before. What
/// the system had acknowledged and the peer's program had not read is lost with that.
///
/// | parameter | default | |
/// |---|---|---|
/// | `framing` | line ends | how records are told apart: [`Framing`] |
/// | `connect_timeout` | 5 seconds | for each address of the name; resolving it takes what the system takes |
/// | `write_timeout` | 10 seconds | how long the peer may take nothing |
/// | `overflow` | [`OverflowPolicy::DropNewest`] | what happens to records beyond the capacity |
/// | `level`, `formatter`, `filter`, `capacity`, `delivery`, `flush_level`, `stall_limit`, `error_handler` | | as their methods say |
///
/// # Examples
/// ```
/// use femto_std::{Manager, handlers::TcpHandlerBuilder, sink::Framing, warn};
/// use std::{io::Read, net::TcpListener, time::Duration};
///
/// let server = TcpListener::bind("127.0.0.1:0")?;
/// let address = server.local_addr()?.to_string();
/// let handler = TcpHandlerBuilder::new(address).with_framing(Framing::OctetCounting).build()?;
/// Manager::global().root().add_handler(handler.clone());
///
/// warn!("disk almost full");
/// handler.flush(Duration::from_secs(5))?;
/// handler.close(Duration::from_secs(5))?;
///
/// let mut received = String::new();
/// server.accept()?.0.read_to_string(&mut received)?;
/// assert!(received.ends_with("disk almost full"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct TcpHandlerBuilder {
    opener: SocketOpener,
    options: Options,
}

/// Builds a handler that writes to a Unix stream socket.
///
/// As [`TcpHandlerBuilder`], except that the peer is at a path, connecting takes no time, and what is
/// kept and sent again is what the peer's program had not read (and at times a little more).
///
/// | parameter | default | |
/// |---|---|---|
/// | `framing` | line ends | how records are told apart: [`Framing`] |
/// | `write_timeout` | 10 seconds | how long the peer may take nothing |
/// | `overflow` | [`OverflowPolicy::DropNewest`] | what happens to records beyond the capacity |
/// | `level`, `formatter`, `filter`, `capacity`, `delivery`, `flush_level`, `stall_limit`, `error_handler` | | as their methods say |
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct UnixHandlerBuilder {
    opener: SocketOpener,
    options: Options,
}

fn opener(address: Address) -> SocketOpener {
    SocketOpener {
        address,
        framing: Framing::default(),
        connect_timeout: Duration::from_secs(5),
        write_timeout: Duration::from_secs(10),
    }
}

fn options() -> Options {
    Options { overflow: OverflowPolicy::DropNewest, ..Options::default() }
}

macro_rules! socket_setters {
    () => {
        /// How records are told apart. Default: [`Framing::Newline`].
        pub fn with_framing(mut self, framing: Framing) -> Self {
            self.opener.framing = framing;
            self
        }

        /// How long the peer may take nothing before the connection is given up, at least 1 ms.
        /// Default: 10 seconds.
        pub fn with_write_timeout(mut self, timeout: Duration) -> Self {
            self.opener.write_timeout = timeout;
            self
        }

        /// Whether all parameters are in their ranges.
        pub(crate) fn check(&self) -> Result<(), Error> {
            self.options.check()?;
            self.opener.check()
        }

        option_setters!();
    };
}

impl TcpHandlerBuilder {
    /// A handler for the server at `address`: `host:port`, `[::1]:port`. The name is resolved at each
    /// connection.
    pub fn new(address: impl Into<String>) -> Self {
        Self { opener: opener(Address::Tcp(address.into())), options: options() }
    }

    /// How long connecting may take, for each address of the name, at least 1 ms. Default: 5 seconds.
    pub fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.opener.connect_timeout = timeout;
        self
    }

    socket_setters!();
}

impl UnixHandlerBuilder {
    /// A handler for the server that listens at `path`.
    pub fn new(path: impl AsRef<Path>) -> Self {
        // A relative path keeps its meaning when the working directory changes.
        let path = path.as_ref();
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self { opener: opener(Address::Unix(path)), options: options() }
    }

    socket_setters!();
}

fn build(opener: SocketOpener, options: Options) -> Result<Handler, Error> {
    let name = crate::sink::Open::name(&opener);
    Handler::new(Box::new(opener), true, options).map_err(|source| Error::OpenSink { name, source })
}

impl SocketOpener {
    fn check(&self) -> Result<(), Error> {
        let timeouts =
            [("connect_timeout", self.connect_timeout), ("write_timeout", self.write_timeout)];
        for (name, timeout) in timeouts {
            if timeout < SHORTEST {
                let (value, allowed) = (format!("{timeout:?}"), "at least 1 ms");
                return Err(Error::CheckParameter { name, value, allowed });
            }
        }
        let Address::Tcp(address) = &self.address else { return Ok(()) };
        let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        match port.is_some_and(|(_, port)| port.parse::<u16>().is_ok_and(|port| port > 0)) {
            true => Ok(()),
            false => Err(Error::CheckParameter {
                name: "address",
                value: address.clone(),
                allowed: "host:port, with a port of 1 to 65535",
            }),
        }
    }
}

impl TcpHandlerBuilder {
    fn make(self) -> Result<Handler, Error> {
        self.check()?;
        build(self.opener, self.options)
    }
}

handler_builder! {
    /// [`Error::CheckParameter`]. Whether the server is there shows when records come.
    TcpHandlerBuilder
}

impl UnixHandlerBuilder {
    fn make(self) -> Result<Handler, Error> {
        self.check()?;
        build(self.opener, self.options)
    }
}

handler_builder! {
    /// [`Error::CheckParameter`]. Whether the server is there shows when records come.
    UnixHandlerBuilder
}

const SHORTEST: Duration = Duration::from_millis(1);
