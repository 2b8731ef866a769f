//! Forks while another thread meets statements of `tracing`, and is in a span. One test: the process forks.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/child.rs"]
mod child;
#[path = "support/scratch.rs"]
mod scratch;

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use child::{in_child, wait};
use femto_std::Level;
use femto_std::handlers::SinkHandlerBuilder;
use scratch::lone_logger;
use tracing::callsite::{Callsite, Identifier};
use tracing::field::FieldSet;
use tracing::metadata::Kind;
use tracing::subscriber::Interest;
use tracing::{Dispatch, Metadata, Span, dispatcher};

struct NoCallsite;

impl Callsite for NoCallsite {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        unreachable!("nobody registered it")
    }
}

/// Meets a statement that is new, as `tracing` does at its first run, but for the locks of `tracing` itself.
fn meet(dispatch: &Dispatch) {
    static LINE: AtomicU32 = AtomicU32::new(1);
    let line = LINE.fetch_add(1, Ordering::Relaxed);
    let fields = FieldSet::new(&[], Identifier(&NoCallsite));
    let metadata = Metadata::new(
        "event",
        "fork.met",
        tracing::Level::INFO,
        Some(file!()),
        Some(line),
        None,
        fields,
        Kind::EVENT,
    );
    dispatch.register_callsite(Box::leak(Box::new(metadata)));
}

fn log_in(span: &Span) {
    span.in_scope(|| tracing::info!(target: "fork.span", "inside"));
}

/// Ends the other thread, be it by a failure.
struct Over<'o>(&'o AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Forks while another thread does `work` again and again; each child does it too.
fn fork_while(work: impl Fn() + Sync) {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                work();
            }
        });
        let _over = Over(&is_over);
        for _ in 0..150 {
            wait(in_child(|| (0..3).for_each(|_| work())));
        }
    });
}

#[test]
fn children_log_though_their_parent_was_at_statements_and_spans() {
    femto_std::bridge::tracing::init().unwrap();
    let handler = SinkHandlerBuilder::from_fn("sink", || Ok(std::io::sink())).build().unwrap();
    let logger = lone_logger("fork", &handler);
    logger.set_level(Level::TRACE);
    let dispatch = dispatcher::get_default(Clone::clone);
    fork_while(|| meet(&dispatch));

    let span = tracing::info_span!(target: "fork", "around", count = 0);
    fork_while(|| {
        span.record("count", 1);
        log_in(&span);
    });
}
