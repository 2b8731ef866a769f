//! A connection that is made anew when it breaks: TCP, or a Unix stream socket.
//!
//! Runs on the *sink worker*. A record is sent again if its connection broke before the peer's system
//! acknowledged it: at least once.

use core::time::Duration;
use std::io::{self, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Instant;

use super::unacknowledged::Unacknowledged;
use super::{Backoff, Framing, Lines, Open, Sink};
use crate::os::{self, Connection};

/// Whom to connect to, and how to speak.
#[derive(Clone, Debug)]
pub(crate) struct SocketOpener {
    pub(crate) address: Address,
    pub(crate) framing: Framing,
    pub(crate) connect_timeout: Duration,
    pub(crate) write_timeout: Duration,
}

#[derive(Clone, Debug)]
pub(crate) enum Address {
    /// Host and port, resolved at each connection.
    Tcp(String),
    Unix(PathBuf),
}

impl Open for SocketOpener {
    /// Connects at the first write: whether the peer is there is no matter of configuration.
    fn open(&self, _again: bool) -> io::Result<Box<dyn Sink>> {
        Ok(Box::new(SocketSink::new(self.clone())))
    }

    fn name(&self) -> String {
        match &self.address {
            Address::Tcp(address) => format!("tcp://{address}"),
            Address::Unix(path) => format!("unix:{}", path.display()),
        }
    }

    fn wants_ends(&self) -> bool {
        true
    }
}

struct SocketSink {
    opener: SocketOpener,
    stream: Option<Stream>,
    backoff: Backoff,
    /// When to connect next, after an error.
    retry: Option<(Instant, io::Error)>,
    /// Frames on their way out, and for each where it ends and where its record does.
    frames: Vec<u8>,
    ends: Vec<(usize, usize)>,
    /// Never more than a connection's buffers hold: before it grows, all of it went into one.
    sent: Unacknowledged,
    /// Whether `sent` went to a connection that broke.
    is_lost: bool,
}

impl SocketSink {
    fn new(opener: SocketOpener) -> Self {
        Self {
            opener,
            stream: None,
            backoff: Backoff::new(Duration::from_millis(50), Duration::from_secs(30)),
            retry: None,
            frames: Vec::new(),
            ends: Vec::new(),
            sent: Unacknowledged::default(),
            is_lost: false,
        }
    }

    /// Connects if need be, and sends anew what went to a connection that broke.
    fn ready(&mut self) -> io::Result<&mut Stream> {
        if let Some(stream) = &self.stream {
            // First what is not acknowledged, then whether that still means something.
            let waiting = stream.unacknowledged();
            let connection = os::connection(stream.as_fd());
            if stream.tells(connection) {
                self.sent.keep_last(waiting);
            }
            if connection != Connection::Open {
                self.disconnect();
            }
        }
        if self.stream.is_none() {
            self.connect()?;
        }
        if self.is_lost {
            let stream = self.stream.as_mut().ok_or(io::ErrorKind::NotConnected)?;
            if let (_, Some(error)) = stream.send(self.sent.bytes()) {
                return Err(self.broken(error));
            }
            self.is_lost = false;
        }
        Ok(self.stream.as_mut().ok_or(io::ErrorKind::NotConnected)?)
    }

    fn connect(&mut self) -> io::Result<()> {
        if let Some((at, error)) = &self.retry {
            let left = at.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                let text = format!("{error}; not tried again for {} ms", left.as_millis());
                return Err(io::Error::new(error.kind(), text));
            }
        }
        let connected = self.opener.address.connect(self.opener.connect_timeout);
        match connected.and_then(|stream| stream.with_write_timeout(self.opener.write_timeout)) {
            Ok(stream) => {
                self.stream = Some(stream);
                Ok(())
            }
            Err(error) => Err(self.broken(error)),
        }
    }

    /// Has the connection made anew, not before a pause.
    fn broken(&mut self, error: io::Error) -> io::Error {
        self.disconnect();
        let copy = io::Error::new(error.kind(), error.to_string());
        self.retry = Some((Instant::now() + self.backoff.pause(), copy));
        error
    }

    fn disconnect(&mut self) {
        self.stream = None;
        self.is_lost = !self.sent.is_empty();
    }

    /// Frames the first records, some 64 KiB of them.
    fn frame(&mut self, lines: Lines<'_>) {
        self.frames.clear();
        self.ends.clear();
        let mut start = 0;
        for (end, _) in lines.ends() {
            self.opener.framing.append(&lines.bytes()[start..end], &mut self.frames);
            self.ends.push((self.frames.len(), end));
            start = end;
            if self.frames.len() >= BLOCK {
                break;
            }
        }
        if self.ends.is_empty() {
            // Nobody said where records end: all is one.
            self.opener.framing.append(lines.bytes(), &mut self.frames);
            self.ends.push((self.frames.len(), lines.bytes().len()));
        }
    }
}

impl Sink for SocketSink {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        self.write_lines(Lines::new(block, &[]))
    }

    fn write_lines(&mut self, lines: Lines<'_>) -> io::Result<usize> {
        self.ready()?;
        self.frame(lines);
        let stream = self.stream.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        let (count, error) = stream.send(&self.frames);
        // A record that was cut is sent anew, whole.
        let whole = self.ends.partition_point(|(end, _)| *end <= count);
        let (framed, taken) = match whole.checked_sub(1) {
            Some(last) => self.ends[last],
            None => (0, 0),
        };
        let ends = self.ends[..whole].iter().map(|(end, _)| *end);
        self.sent.add(&self.frames[..framed], ends);
        let error = error.map(|error| {
            if let Some(stream) = &self.stream
                && stream.tells(Connection::Broken)
            {
                self.sent.keep_last(stream.unacknowledged().saturating_sub(count - framed));
            }
            self.broken(error)
        });
        if self.frames.capacity() > 2 * BLOCK {
            self.frames = Vec::new();
        }
        match error {
            Some(error) if taken == 0 => Err(error),
            Some(_) => Ok(taken),
            None => {
                self.backoff.reset();
                self.retry = None;
                Ok(taken)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.stream.is_none() && !self.is_lost {
            return Ok(());
        }
        self.ready().map(|_| ())
    }
}

impl Address {
    fn connect(&self, timeout: Duration) -> io::Result<Stream> {
        match self {
            Self::Unix(path) => UnixStream::connect(path).map(Stream::Unix),
            Self::Tcp(address) => {
                let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
                for address in address.to_socket_addrs()? {
                    match TcpStream::connect_timeout(&address, timeout) {
                        Ok(stream) => {
                            // Blocks go out whole: waiting for more would only delay them.
                            stream.set_nodelay(true)?;
                            return Ok(Stream::Tcp(stream));
                        }
                        Err(error) => last = error,
                    }
                }
                Err(last)
            }
        }
    }
}

/// A connection. Neither kind of it raises `SIGPIPE`.
#[derive(Debug)]
enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    fn with_write_timeout(self, timeout: Duration) -> io::Result<Self> {
        match &self {
            Self::Tcp(stream) => stream.set_write_timeout(Some(timeout))?,
            Self::Unix(stream) => stream.set_write_timeout(Some(timeout))?,
        }
        Ok(self)
    }

    /// Bytes that the other end has not acknowledged.
    fn unacknowledged(&self) -> usize {
        os::unsent_bytes(self.as_fd()).unwrap_or(usize::MAX)
    }

    /// Whether that number tells what came through, in this state. For TCP it always does. What a Unix
    /// socket had not read when it was closed is gone from the count too.
    fn tells(&self, connection: Connection) -> bool {
        matches!(self, Self::Tcp(_)) || connection != Connection::Broken
    }

    /// Sends all bytes, or as many as it can; answers how many, and why not all.
    fn send(&mut self, bytes: &[u8]) -> (usize, Option<io::Error>) {
        let mut sent = 0;
        while sent < bytes.len() {
            let written = match self {
                Self::Tcp(stream) => Write::write(stream, &bytes[sent..]),
                Self::Unix(stream) => Write::write(stream, &bytes[sent..]),
            };
            match written {
                Ok(0) => return (sent, Some(io::ErrorKind::WriteZero.into())),
                Ok(count) => sent += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let text = "the peer takes nothing";
                    return (sent, Some(io::Error::new(io::ErrorKind::TimedOut, text)));
                }
                Err(error) => return (sent, Some(error)),
            }
        }
        (sent, None)
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(stream) => stream.as_fd(),
            Self::Unix(stream) => stream.as_fd(),
        }
    }
}

/// Bytes that are framed at a time.
const BLOCK: usize = 64 << 10;
