//! Sockets whose servers accept, stall, die and come back.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::net::SocketAddr;
use core::ops::Range;
use core::time::Duration;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use femto_std::Delivery::{Direct, Queued};
use femto_std::handlers::{TcpHandlerBuilder, UnixHandlerBuilder};
use femto_std::sink::Framing;
use femto_std::{Error, Failure, FlushError, Handler, Logger, OverflowPolicy, info};
use scratch::{PATIENCE, Scratch, lone_logger, pattern, wait_until, within};

fn tcp(address: SocketAddr) -> TcpHandlerBuilder {
    TcpHandlerBuilder::new(address.to_string()).with_formatter(pattern("%(message)s"))
}

/// A server that reads everything, and keeps what came by each connection.
struct Server {
    connections: Arc<Mutex<Vec<Vec<u8>>>>,
    stop: mpsc::Sender<()>,
    thread: Option<JoinHandle<()>>,
    address: SocketAddr,
}

impl Server {
    fn start() -> Self {
        Self::at(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    /// Where another one was.
    fn again(address: SocketAddr) -> Self {
        Self::at(TcpListener::bind(address).unwrap())
    }

    fn at(listener: TcpListener) -> Self {
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(Mutex::new(Vec::new()));
        let (stop, stopped) = mpsc::channel();
        let into = connections.clone();
        listener.set_nonblocking(true).unwrap();
        let thread = thread::spawn(move || {
            let mut readers: Vec<(TcpStream, JoinHandle<()>)> = Vec::new();
            while stopped.try_recv() == Err(mpsc::TryRecvError::Empty) {
                let Ok((stream, _)) = listener.accept() else {
                    thread::sleep(Duration::from_millis(1));
                    continue;
                };
                stream.set_nonblocking(false).unwrap();
                let mut reading = stream.try_clone().unwrap();
                let into = into.clone();
                let index = into.lock().unwrap().len();
                into.lock().unwrap().push(Vec::new());
                let reader = thread::spawn(move || {
                    let mut buffer = vec![0; 64 << 10];
                    while let Ok(count) = reading.read(&mut buffer) {
                        if count == 0 {
                            return;
                        }
                        into.lock().unwrap()[index].extend_from_slice(&buffer[..count]);
                    }
                });
                readers.push((stream, reader));
            }
            for (stream, reader) in readers {
                // The reader has read what was there: the client is quiet by then.
                let _ = stream.shutdown(Shutdown::Both);
                reader.join().unwrap();
            }
        });
        Self { connections, stop, thread: Some(thread), address }
    }

    /// Ends it: its port is closed.
    fn stop(mut self) -> Vec<u8> {
        self.stop.send(()).unwrap();
        self.thread.take().unwrap().join().unwrap();
        self.connections.lock().unwrap().concat()
    }

    fn text(&self) -> String {
        String::from_utf8(self.connections.lock().unwrap().concat()).unwrap()
    }

    fn until(&self, expected: &str) {
        wait_until("what is to come", || self.text() == expected);
    }
}

#[test]
fn records_arrive_framed_as_asked() {
    for (framing, delivery, expected) in [
        (Framing::Newline, Queued, &b"first\ntwo\nlines\n\xc3\xbc\n"[..]),
        (Framing::OctetCounting, Queued, b"5 first9 two\nlines2 \xc3\xbc"),
        (Framing::OctetCounting, Direct, b"5 first9 two\nlines2 \xc3\xbc"),
        (Framing::LengthPrefix, Queued, b"\0\0\0\x05first\0\0\0\x09two\nlines\0\0\0\x02\xc3\xbc"),
    ] {
        let server = Server::start();
        let builder = tcp(server.address).with_framing(framing).with_delivery(delivery);
        let handler = builder.build().unwrap();
        assert_eq!(handler.overflow(), OverflowPolicy::DropNewest);
        let logger = lone_logger(&format!("framed.{framing:?}.{delivery:?}"), &handler);
        for message in ["first", "two\nlines", "ü"] {
            info!(logger: logger, "{}", message);
        }
        handler.flush(PATIENCE).unwrap();
        wait_until("the bytes", || server.connections.lock().unwrap().concat() == expected);
        assert_eq!((handler.stats().written, handler.stats().dropped), (3, 0));
        assert_eq!(server.stop(), expected);
    }
}

#[test]
fn many_records_arrive_once_and_in_order_by_one_connection() {
    const RECORDS: u64 = 200_000;
    let server = Server::start();
    let builder = tcp(server.address).with_overflow(OverflowPolicy::Block);
    let handler = builder.with_capacity(1 << 20).build().unwrap();
    let logger = lone_logger("many", &handler);
    for i in 0..RECORDS {
        info!(logger: logger, "{i}");
    }
    handler.flush(PATIENCE).unwrap();
    let expected: String = (0..RECORDS).map(|i| format!("{i}\n")).collect();
    server.until(&expected);
    assert_eq!(server.connections.lock().unwrap().len(), 1);
}

#[test]
fn a_server_that_comes_late_gets_what_was_logged_before() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let told = Arc::new(Mutex::new(Vec::new()));
    let into = told.clone();
    let hook = move |handler: &Handler, failure: &Failure| {
        into.lock().unwrap().push(format!("{}: {failure}", handler.name()));
    };
    let handler = tcp(address).with_error_handler(hook).build().unwrap();
    let logger = lone_logger("late", &handler);
    info!(logger: logger, "1");
    let error = handler.flush(PATIENCE).expect_err("no server yet");
    assert!(
        matches!(&error, FlushError::WriteRecords { handler, .. }
        if *handler == format!("tcp://{address}")),
        "{error}"
    );
    let server = Server::again(address);
    info!(logger: logger, "2");
    server.until("1\n2\n");
    wait_until("the recovery", || {
        told.lock().unwrap().last().unwrap().ends_with(": works again, nothing was dropped")
    });
    assert!(told.lock().unwrap()[0].contains("refused"), "{:?}", told.lock().unwrap());
}

#[test]
fn a_server_that_comes_while_the_handler_is_closed_gets_everything() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let handler = tcp(address).with_error_handler(|_: &Handler, _: &Failure| {}).build().unwrap();
    let logger = lone_logger("closing", &handler);
    (0..1000).for_each(|i| info!(logger: logger, "{i}"));
    let closing = thread::spawn({
        let handler = handler.clone();
        move || handler.close(PATIENCE)
    });
    wait_until("several tries", || handler.stats().errors >= 3);
    let server = Server::again(address);
    closing.join().unwrap().unwrap();
    assert_eq!((handler.stats().written, handler.stats().dropped), (1000, 0));
    let all: Vec<_> = (0..1000).map(|i| format!("{i}\n")).collect();
    server.until(&all.concat());
}

#[test]
fn a_server_that_ends_and_comes_back_misses_nothing_and_gets_nothing_twice() {
    let mut server = Server::start();
    let address = server.address;
    let handler = tcp(address).with_error_handler(|_: &Handler, _: &Failure| {}).build().unwrap();
    let logger = lone_logger("back", &handler);
    for round in 0..5 {
        let mut expected = String::new();
        for i in 0..100 {
            info!(logger: logger, "{round} {i}");
            expected.push_str(&format!("{round} {i}\n"));
        }
        server.until(&expected);
        server.stop();
        server = Server::again(address);
    }
}

#[test]
fn a_record_that_was_cut_is_sent_again_whole() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let builder = tcp(address).with_capacity(64 << 20);
    let handler = builder.with_error_handler(|_: &Handler, _: &Failure| {}).build().unwrap();
    let logger = lone_logger("cut", &handler);
    info!(logger: logger, "before");
    let (mut first, _) = listener.accept().unwrap();
    let mut start = [0; 7];
    first.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"before\n");
    // More than both systems' buffers hold.
    let large = "x".repeat(20 << 20);
    info!(logger: logger, "{}", large);
    info!(logger: logger, "after");
    first.read_exact(&mut [0; 100_000]).unwrap();
    // With unread bytes left: the connection is reset.
    drop(first);
    let (mut second, _) = listener.accept().unwrap();
    let mut again = vec![0; large.len() + 7];
    second.read_exact(&mut again).unwrap();
    assert!(again == format!("{large}\nafter\n").as_bytes(), "whole, and in order");
    wait_until("the count", || handler.stats().written == 3);
    assert_eq!(handler.stats().dropped, 0);
}

#[test]
fn what_a_dead_servers_system_had_not_acknowledged_is_sent_to_the_next() {
    const RECORDS: u64 = 10_000;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (size, length) = (4096_i32, size_of::<i32>() as libc::socklen_t);
    // SAFETY: the option takes an `int`, which `size` is. Connections inherit it.
    let set = unsafe {
        let value = (&raw const size).cast();
        libc::setsockopt(listener.as_raw_fd(), libc::SOL_SOCKET, libc::SO_RCVBUF, value, length)
    };
    assert_eq!(set, 0);
    let address = listener.local_addr().unwrap();
    let builder = tcp(address).with_capacity(16 << 20).with_overflow(OverflowPolicy::Block);
    let handler = builder.with_error_handler(|_: &Handler, _: &Failure| {}).build().unwrap();
    let logger = lone_logger("unacknowledged", &handler);
    flood(logger, 0..RECORDS / 2);
    let (first, _) = listener.accept().unwrap();
    // Its system holds a few records, ours many: all of these count as written.
    wait_until("a full connection", || handler.stats().written > 1_000);
    let written = handler.stats().written;
    drop((first, listener));
    within(PATIENCE, "logging without a server", move || {
        for i in RECORDS / 2..RECORDS {
            info!(logger: logger, "{} {}", i, "x".repeat(200));
        }
    });
    let server = Server::again(address);
    let mut numbers = BTreeSet::new();
    wait_until("the rest", || {
        let bytes = server.connections.lock().unwrap().concat();
        numbers.clear();
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        judge(&bytes[..whole], &mut numbers);
        numbers.last() == Some(&(RECORDS - 1))
    });
    let first = *numbers.first().unwrap();
    assert!(first < 500 && first < written, "{first} of {written} written were acknowledged");
    assert!(numbers.into_iter().eq(first..RECORDS), "nothing is missing from there on");
}

/// Logs numbered records to a peer that takes nothing.
fn flood(logger: Logger, numbers: Range<u64>) {
    within(PATIENCE, "logging to a peer that stalls", move || {
        for i in numbers {
            info!(logger: logger, "{} {}", i, "x".repeat(200));
        }
    });
}

/// The numbers of whole records, and how many are said to have been dropped.
fn judge(bytes: &[u8], numbers: &mut BTreeSet<u64>) -> u64 {
    let mut dropped = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        // A record that was cut came again by another connection.
        let Some(line) = line.strip_suffix(b"\n") else { continue };
        let line = str::from_utf8(line).unwrap();
        match line.split_once(' ').unwrap() {
            (count, "records dropped" | "record dropped") => {
                dropped += count.parse::<u64>().unwrap()
            }
            (number, filling) => {
                assert_eq!(filling.len(), 200, "torn");
                numbers.insert(number.parse().unwrap());
            }
        }
    }
    dropped
}

#[test]
fn a_server_that_takes_nothing_costs_callers_no_time_and_what_it_missed_is_counted() {
    const FLOOD: u64 = 5_000;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let handler = tcp(listener.local_addr().unwrap())
        .with_capacity(256 << 10)
        .with_write_timeout(Duration::from_millis(300))
        .with_error_handler(|_: &Handler, _: &Failure| {})
        .build()
        .unwrap();
    let logger = lone_logger("stalled", &handler);
    // The connection's buffers take megabytes before the peer is missed, and of a flood that outruns the
    // worker only what its queue holds gets there: so one after the other, until they are full.
    let mut records = 0;
    wait_until("the peer to count as gone, and records to be dropped", || {
        flood(logger, records..records + FLOOD);
        records += FLOOD;
        wait_until("the worker", || handler.stats().queued == 0 || handler.stats().errors > 0);
        handler.stats().errors > 0 && handler.stats().dropped > 0
    });
    wait_until("all to be judged", || handler.stats().accepted == records);
    // Now it reads, all connections that there were and the one that there will be.
    let (numbers, dropped) = (Arc::new(Mutex::new(BTreeSet::new())), Arc::new(Mutex::new(0)));
    let (all, reported) = (numbers.clone(), dropped.clone());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (all, reported) = (all.clone(), reported.clone());
            thread::spawn(move || {
                let (mut bytes, mut buffer) = (Vec::new(), vec![0; 64 << 10]);
                let mut seen = 0;
                while let Ok(count @ 1..) = stream.read(&mut buffer) {
                    bytes.extend_from_slice(&buffer[..count]);
                    let whole =
                        bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                    let dropped = judge(&bytes[seen..whole.max(seen)], &mut all.lock().unwrap());
                    *reported.lock().unwrap() += dropped;
                    seen = whole.max(seen);
                }
            });
        }
    });
    let start = Instant::now();
    loop {
        let stats = handler.stats();
        let (arrived, told) = (numbers.lock().unwrap().len() as u64, *dropped.lock().unwrap());
        // A report may come twice, as any record.
        if stats.written + stats.dropped == records
            && arrived == stats.written
            && told >= stats.dropped
        {
            break;
        }
        assert!(start.elapsed() < PATIENCE, "{arrived} arrived, {told} told dropped, {stats:?}");
        thread::sleep(Duration::from_millis(5));
    }
    assert!(handler.stats().high_water < 1 << 20);
}

#[test]
fn a_unix_server_that_dies_with_unread_records_gets_them_when_it_is_back() {
    const RECORDS: u64 = 2_000;
    let scratch = Scratch::new("unix");
    let path = scratch.path("socket");
    let handler = UnixHandlerBuilder::new(&path)
        .with_formatter(pattern("%(message)s"))
        .with_overflow(OverflowPolicy::Block)
        .with_error_handler(|_: &Handler, _: &Failure| {})
        .build()
        .unwrap();
    let logger = lone_logger("unix", &handler);
    let listener = UnixListener::bind(&path).unwrap();
    for i in 0..RECORDS / 2 {
        info!(logger: logger, "{} {}", i, "x".repeat(200));
    }
    let (mut first, _): (UnixStream, _) = listener.accept().unwrap();
    let mut bytes = vec![0; 50_000];
    first.read_exact(&mut bytes).unwrap();
    drop((first, listener));
    std::fs::remove_file(&path).unwrap();
    for i in RECORDS / 2..RECORDS {
        info!(logger: logger, "{} {}", i, "x".repeat(200));
    }
    let listener = UnixListener::bind(&path).unwrap();
    let (second, _) = listener.accept().unwrap();
    second.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let (mut second, mut again) = (second, Vec::new());
    let mut numbers = BTreeSet::new();
    judge(&bytes, &mut numbers);
    wait_until("all records", || {
        let mut buffer = vec![0; 64 << 10];
        if let Ok(count) = second.read(&mut buffer) {
            again.extend_from_slice(&buffer[..count]);
        }
        let whole = again.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let mut numbers = numbers.clone();
        judge(&again[..whole], &mut numbers);
        numbers.into_iter().eq(0..RECORDS)
    });
    assert_eq!((handler.stats().written, handler.stats().dropped), (RECORDS, 0));
    second.write_all(b"what a server says is not read, and does no harm").unwrap();
    info!(logger: logger, "{} {}", RECORDS, "x".repeat(200));
    handler.flush(PATIENCE).unwrap();
}

#[test]
fn a_server_that_breaks_one_connection_after_the_other_gets_everything_once_it_reads() {
    const RECORDS: u64 = 3_000;
    let scratch = Scratch::new("breaks");
    let path = scratch.path("socket");
    let failures = Arc::new(Mutex::new(0));
    let count = failures.clone();
    let handler = UnixHandlerBuilder::new(&path)
        .with_formatter(pattern("%(message)s"))
        .with_overflow(OverflowPolicy::Block)
        .with_error_handler(move |_: &Handler, _: &Failure| *count.lock().unwrap() += 1)
        .build()
        .unwrap();
    let logger = lone_logger("breaks", &handler);
    let listener = UnixListener::bind(&path).unwrap();
    let (stop, stopped) = mpsc::channel::<()>();
    // Accepts, reads nothing, and breaks the connection when something is there to be read.
    let breaking = thread::spawn(move || {
        while stopped.try_recv() == Err(mpsc::TryRecvError::Empty) {
            let (stream, _) = listener.accept().unwrap();
            let mut bytes = 0;
            wait_until("something", || {
                // SAFETY: the request writes one `int`, which `bytes` is.
                unsafe { libc::ioctl(stream.as_raw_fd(), libc::FIONREAD, &mut bytes) };
                thread::sleep(Duration::from_millis(2));
                bytes > 0
            });
        }
    });
    for i in 0..RECORDS {
        info!(logger: logger, "{} {}", i, "x".repeat(200));
        if i % 100 == 0 {
            let _ = handler.flush(PATIENCE);
        }
    }
    wait_until("several connections to break", || *failures.lock().unwrap() >= 5);
    stop.send(()).unwrap();
    within(PATIENCE, "the server", move || breaking.join().unwrap());
    std::fs::remove_file(&path).unwrap();
    let (mut stream, _) = UnixListener::bind(&path).unwrap().accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; 64 << 10]);
    wait_until("all records", || {
        if let Ok(count) = stream.read(&mut buffer) {
            bytes.extend_from_slice(&buffer[..count]);
        }
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let mut numbers = BTreeSet::new();
        judge(&bytes[..whole], &mut numbers);
        numbers.into_iter().eq(0..RECORDS)
    });
}

#[test]
fn addresses_and_timeouts_that_cannot_be_are_refused() {
    for address in ["localhost", "localhost:", "localhost:0", ":514", "localhost:70000", "a:b"] {
        let error = TcpHandlerBuilder::new(address).build().expect_err(address);
        let text = error.to_string();
        assert!(matches!(error, Error::CheckParameter { name: "address", .. }), "{error:?}");
        assert!(text.contains(address) && text.contains("host:port"), "{text}");
    }
    let error = TcpHandlerBuilder::new("[::1]:514").with_write_timeout(Duration::ZERO).build();
    assert!(matches!(error, Err(Error::CheckParameter { name: "write_timeout", .. })));
    let error = TcpHandlerBuilder::new("[::1]:514").with_connect_timeout(Duration::ZERO).build();
    assert!(matches!(error, Err(Error::CheckParameter { name: "connect_timeout", .. })));
}
