//! logforth: a file appender behind the asynchronous one.

use std::path::Path;

use logforth::Layout;
use logforth::append::asynchronous::AsyncBuilder;
use logforth::append::file::FileBuilder;
use logforth::layout::{JsonLayout, TextLayout};
use logforth::record::{Level, LevelFilter};

use super::facade::log_calls;
use super::{Kind, Peer};

pub(super) struct Logforth;

impl Peer for Logforth {
    const NAME: &'static str = "logforth-async";
    const PACKAGE: &'static str = "logforth";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "femto_bench::peer"];

    fn start(path: &Path) -> Self {
        start(path, TextLayout::default().no_color());
        Self
    }

    log_calls!();

    fn finish(self) {
        log::logger().flush();
    }
}

/// With its JSON.
pub(super) struct Json;

impl Peer for Json {
    const NAME: &'static str = "logforth-async";
    const PACKAGE: &'static str = "logforth";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &[];

    fn start(path: &Path) -> Self {
        start(path, JsonLayout::default());
        Self
    }

    log_calls!(fields);

    fn finish(self) {
        log::logger().flush();
    }
}

fn start(path: &Path, layout: impl Layout) {
    let _ = std::fs::remove_file(path);
    let folder = path.parent().expect("the path has a folder");
    let name = path.file_stem().expect("the path names a file");
    let file = FileBuilder::new(folder, name.to_string_lossy())
        .filename_suffix("log")
        .layout(layout)
        .build()
        .expect("the benchmark's folder can be written");
    let queue = AsyncBuilder::new("logforth").buffered_lines_limit(Some(100_000)).append(file);
    logforth::starter_log::builder()
        .dispatch(|dispatch| {
            dispatch.filter(LevelFilter::MoreSevereEqual(Level::Info)).append(queue.build())
        })
        .apply();
    log::set_max_level(log::LevelFilter::Info);
}
