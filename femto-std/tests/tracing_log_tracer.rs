//! Records of the `log` crate that come by `tracing_log`'s `LogTracer`: that is what
//! `tracing-subscriber`'s `init` installs. A test binary of its own, for `log`'s logger.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use std::sync::Arc;

use femto_core::{Field, FormatterBuilder};
use femto_std::{Error, Level, bridge, get_logger};
use scratch::{Scratch, lines, lone_logger, plain};
use tracing_log::LogTracer;

#[test]
fn they_are_records_of_their_own_targets() {
    const FIELDS: &[Field] =
        &[Field::LEVEL, Field::NAME, Field::MESSAGE, Field::LOCATION, Field::KEY_VALUES];
    LogTracer::init().unwrap();
    bridge::tracing::init().unwrap();
    assert!(matches!(bridge::log::install(), Err(Error::InstallLogBridge)));
    let scratch = Scratch::new("log_tracer");
    let path = scratch.path("log");
    let formatter = FormatterBuilder::new().with_fields(FIELDS).text();
    let handler = plain(&path).with_formatter(Arc::new(formatter)).build().unwrap();
    lone_logger("tracer", &handler);
    get_logger("tracer.quiet").set_level(Level::ERROR);
    get_logger("tracer.loud").set_level(Level::DEBUG);

    let line = line!();
    tracing::info_span!(target: "tracer", "span", id = 7).in_scope(|| {
        for target in ["tracer::quiet", "tracer::loud"] {
            log::error!(target: target, "e {}", 1);
            log::debug!(target: target, "d");
            log::trace!(target: target, "t");
        }
        tracing::info!(target: "tracer", "of tracing");
    });
    let place = |after: u32| format!("{}:{}", file!(), line + after);
    let expected = [
        format!("ERROR tracer.quiet e 1 {} id=7 spans=span", place(3)),
        format!("ERROR tracer.loud e 1 {} id=7 spans=span", place(3)),
        format!("DEBUG tracer.loud d {} id=7 spans=span", place(4)),
        format!("INFO  tracer of tracing {} id=7 spans=span", place(7)),
    ];
    let all = lines(&handler, &path);
    assert_eq!(all, expected);

    // A question whose answer is no says nothing of the next event, or span.
    let run = || {
        let _ = log::log_enabled!(target: "tracer::quiet", log::Level::Debug);
        tracing::info!(target: "tracer", "after a question");
        let _ = log::log_enabled!(target: "tracer::quiet", log::Level::Debug);
        tracing::info_span!(target: "tracer", "asked").in_scope(|| {
            tracing::info!(target: "tracer", "within");
        });
    };
    run();
    run();
    let all = lines(&handler, &path);
    let written: Vec<_> = all[4..].iter().map(|line| line.contains("spans=asked")).collect();
    assert_eq!(written, [false, true, false, true], "{all:?}");
}
