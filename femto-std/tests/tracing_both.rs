//! `tracing` and `log` in one program: each record once, whatever `tracing` itself tells `log`.
//!
//! Run three times, as `FEMTO_TRACING_LOG` says: without `tracing`'s features for `log`, with `log`, and
//! with `log-always`. A test binary of its own, for the process's loggers.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use femto_core::{Field, FormatterBuilder};
use femto_std::{bridge, with_context};
use scratch::{Scratch, lines, lone_logger, plain};
use std::sync::Arc;
use tracing::subscriber::NoSubscriber;

const FIELDS: &[Field] =
    &[Field::LEVEL, Field::NAME, Field::MESSAGE, Field::LOCATION, Field::KEY_VALUES];

#[test]
fn each_record_comes_once() {
    let features = std::env::var("FEMTO_TRACING_LOG").unwrap_or_default();
    let is_told = matches!(&*features, "log" | "log-always");
    bridge::log::install().unwrap();
    let scratch = Scratch::new("both");
    let path = scratch.path("log");
    let formatter = FormatterBuilder::new().with_fields(FIELDS).text();
    let handler = plain(&path).with_formatter(Arc::new(formatter)).build().unwrap();
    let _both = lone_logger("both", &handler);
    let _spans = lone_logger("tracing", &handler);
    // The lines that `work` adds.
    let mut seen = 0;
    let mut told = |work: &dyn Fn()| {
        work();
        let all = lines(&handler, &path);
        let new = all[seen..].to_vec();
        seen = all.len();
        new
    };

    // Without a subscriber there is only what `tracing` tells `log`, as its features say.
    let early = told(&|| tracing::info!(target: "both", "early"));
    assert_eq!(early.len(), usize::from(is_told), "{early:?}");

    bridge::tracing::init().unwrap();
    let (file, line) = (file!(), line!());
    let events = told(&|| {
        tracing::info!(target: "both::events", a = 1, "one");
        log::info!(target: "both::events", a = 1; "two");
        let span =
            tracing::info_span!(target: "both", "span", id = 7, late = tracing::field::Empty);
        span.in_scope(|| {
            span.record("late", 1);
            tracing::warn!(name: "n", target: "both", parent: &span, "three");
            tracing::error!(target: "both", parent: &span, "four");
            tracing::event!(name: "n", target: "both", tracing::Level::INFO, "five");
            let _context = with_context!(id = 8, request = 9);
            log::info!(target: "both", "six");
            log::info!(target: "both", id = 1; "seven");
            femto_std::info!(target: "both", "eight");
        });
    });
    let expected = [
        format!("INFO both.events one {file}:{} a=1", line + 2),
        format!("INFO both.events two {file}:{} a=1", line + 3),
        format!("WARN both three {file}:{} late=1 id=7 spans=span", line + 8),
        format!("ERROR both four {file}:{} late=1 id=7 spans=span", line + 9),
        format!("INFO both five {file}:{} late=1 id=7 spans=span", line + 10),
        format!("INFO both six {file}:{} late=1 id=7 spans=span request=9", line + 12),
        format!("INFO both seven {file}:{} id=1 late=1 spans=span request=9", line + 13),
        format!("INFO both eight {file}:{} late=1 id=7 spans=span request=9", line + 14),
    ];
    let plain = |line: &str| line.replace("  ", " ");
    assert_eq!(events.iter().map(|line| plain(line)).collect::<Vec<_>>(), expected);

    // A thread whose subscriber is another has no layer of ours.
    let other = told(&|| {
        tracing::subscriber::with_default(NoSubscriber::new(), || {
            tracing::info!(target: "both", "elsewhere");
            log::info!(target: "both", "here");
        });
    });
    assert_eq!(other.len(), 1 + usize::from(features == "log-always"), "{other:?}");
}
