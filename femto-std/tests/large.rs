//! Messages larger than any lane.

#[path = "support/scratch.rs"]
mod scratch;

use core::fmt;
use std::thread;

use femto_std::info;
use scratch::{Scratch, lines, lone_logger, plain, read};

/// Rendered on the spot.
struct Shown<'t>(&'t str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

fn text(length: usize) -> String {
    ('a'..='z').cycle().take(length).collect()
}

#[test]
fn messages_of_one_and_ten_megabytes_come_out_whole() {
    let scratch = Scratch::new("large");
    let (logger, handler, path) = scratch.logger("large");
    let (one, ten) = (text(1 << 20), text(10 << 20));
    info!(logger: logger, "before");
    info!(logger: logger, "{}", one);
    info!(logger: logger, "{} {}", 1, Shown(&one));
    info!(logger: logger, "{}", ten);
    info!(logger: logger, "after");
    let lines = lines(&handler, &path);
    assert!(lines == ["before", &one, &format!("1 {one}"), &ten, "after"]);
    assert_eq!(handler.stats().written, 5);
}

#[test]
fn every_size_around_the_limits_of_lanes_comes_out_whole() {
    let scratch = Scratch::new("sizes");
    let (logger, handler, path) = scratch.logger("sizes");
    let long = text(1 << 19);
    let around = [1 << 11, 1 << 12, 1 << 16, 1 << 17, 1 << 18, 1 << 19];
    let sizes: Vec<_> = around.into_iter().flat_map(|size| size - 48..=size).collect();
    // On a fresh lane each time, and on one that has grown.
    for &size in &sizes {
        thread::scope(|scope| _ = scope.spawn(|| info!(logger: logger, "{}", &long[..size])));
        info!(logger: logger, "{}", &long[..size]);
    }
    let lines = lines(&handler, &path);
    let mut got: Vec<_> = lines.iter().map(String::len).collect();
    let mut expected: Vec<_> = sizes.iter().flat_map(|&size| [size, size]).collect();
    got.sort_unstable();
    expected.sort_unstable();
    assert_eq!(got, expected);
    assert!(lines.iter().all(|line| long.starts_with(&**line)), "a line is not what was logged");
}

#[test]
fn large_messages_of_four_threads_do_not_tear() {
    let scratch = Scratch::new("torn");
    let path = scratch.path("log");
    let handler = plain(&path).with_capacity(4096).build().unwrap();
    let logger = lone_logger("torn", &handler);
    thread::scope(|scope| {
        for thread in ["a", "b", "c", "d"] {
            scope.spawn(move || {
                let text = thread.repeat(300_000);
                for _ in 0..20 {
                    info!(logger: logger, "{}", text);
                }
            });
        }
    });
    handler.flush(scratch::PATIENCE).unwrap();
    let text = read(&path);
    assert_eq!(text.lines().count(), 80);
    for line in text.lines() {
        let first = &line[..1];
        assert!(line.len() == 300_000 && line.matches(first).count() == 300_000, "torn");
    }
}
