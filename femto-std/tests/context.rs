//! Key-values that surround records: in our macros and `log`'s, across threads, in futures.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Barrier};
use std::thread;

use femto_std::{
    Context, Delivery, Filter, Handler, Logger, Record, Value, context, info, with_context,
};
use scratch::{Scratch, lone_logger, plain};

/// A logger whose lines are the message and all key-values, and its file.
fn shown(scratch: &Scratch, name: &str, delivery: Delivery) -> (Logger, Arc<Handler>, PathBuf) {
    use femto_core::{Field, FormatterBuilder};
    const FIELDS: &[Field] = &[Field::MESSAGE, Field::KEY_VALUES];
    let path = scratch.path(name);
    let formatter = FormatterBuilder::new().with_fields(FIELDS).logfmt();
    let handler =
        plain(&path).with_formatter(Arc::new(formatter)).with_delivery(delivery).build().unwrap();
    (lone_logger(name, &handler), handler, path)
}

/// The lines, without the quotes around texts.
fn lines(handler: &Handler, path: &Path) -> Vec<String> {
    let lines = scratch::lines(handler, path).into_iter();
    lines.map(|line| line.replace("\\\"", "'").replace('"', "").replace("message=", "")).collect()
}

#[test]
fn contexts_nest_and_the_inner_value_counts() {
    let scratch = Scratch::new("nest");
    for delivery in [Delivery::Queued, Delivery::Direct] {
        let (log, handler, path) = shown(&scratch, &format!("nest{delivery:?}"), delivery);
        info!(logger: log, "before");
        {
            let _outer = with_context!(id = 1, user = "ann");
            info!(logger: log, "outer {}", 1);
            let inner = with_context!(id = 2, "with space":? = "q", shown:% = 1.5);
            info!(logger: log, user = "own", n = 7; "inner");
            drop(inner);
            info!(logger: log, "outer again {}", fmt::from_fn(|f| f.write_str("rendered")));
            Context::new().run(|| info!(logger: log, "none"));
            assert_eq!(
                context!(id = 3, id = 4).run(|| {
                    info!(logger: log, "closure");
                    5
                }),
                5
            );
        }
        info!(logger: log, "after");
        let expected = [
            "before",
            "outer 1 id=1 user=ann",
            "inner user=own n=7 id=2 with_space='q' shown=1.5",
            "outer again rendered id=1 user=ann",
            "none",
            "closure id=4 user=ann",
            "after",
        ];
        assert_eq!(lines(&handler, &path), expected, "{delivery:?}");
    }
}

#[test]
fn guards_may_be_dropped_in_any_order() {
    let scratch = Scratch::new("order");
    let (log, handler, path) = shown(&scratch, "order", Delivery::Queued);
    let outer = with_context!(a = 1);
    let inner = with_context!(b = 2);
    drop(outer);
    info!(logger: log, "x");
    drop(inner);
    info!(logger: log, "y");
    let kept = with_context!(c = 3);
    let given_up = with_context!(d = 4);
    drop(given_up);
    info!(logger: log, "z");
    drop(kept);
    assert_eq!(lines(&handler, &path), ["x b=2 a=1", "y", "z c=3"]);
}

#[test]
fn a_captured_context_goes_into_another_thread() {
    let scratch = Scratch::new("threads");
    let (log, handler, path) = shown(&scratch, "threads", Delivery::Queued);
    let barrier = Barrier::new(4);
    thread::scope(|scope| {
        for id in 0..4 {
            let _context = with_context!(id);
            let captured = Context::capture();
            let barrier = &barrier;
            scope.spawn(move || {
                info!(logger: log, t = id; "not attached");
                let _attached = captured.attach();
                barrier.wait();
                for i in 0..1000 {
                    info!(logger: log, t = id, i; "attached");
                    if i % 100 == 0 {
                        let _more = with_context!(more = i);
                        info!(logger: log, t = id, i; "more");
                    }
                }
            });
        }
    });
    let all = lines(&handler, &path);
    for id in 0..4 {
        let mut expected = vec![format!("not attached t={id}")];
        for i in 0..1000 {
            expected.push(format!("attached t={id} i={i} id={id}"));
            if i % 100 == 0 {
                expected.push(format!("more t={id} i={i} more={i} id={id}"));
            }
        }
        let own = all.iter().filter(|line| line.contains(&format!(" t={id}")));
        assert!(own.eq(&expected));
    }
    assert_eq!(all.len(), 4 * 1011);
}

#[derive(Debug)]
struct HasUser;

impl Filter for HasUser {
    fn matches(&self, record: &Record<'_>) -> bool {
        record.key_values().any(|(key, value)| key == "user" && matches!(value, Value::Str("ann")))
    }
}

#[test]
fn filters_see_the_context() {
    let scratch = Scratch::new("filters");
    for name in ["caller", "collector"] {
        let (mut log, mut handler, path) = shown(&scratch, name, Delivery::Queued);
        if name == "caller" {
            log.add_filter(Arc::new(HasUser));
        } else {
            use femto_core::{Field, FormatterBuilder};
            const FIELDS: &[Field] = &[Field::MESSAGE, Field::KEY_VALUES];
            let formatter = FormatterBuilder::new().with_fields(FIELDS).logfmt();
            let builder = plain(&path).with_formatter(Arc::new(formatter));
            handler = builder.with_filter(Arc::new(HasUser)).build().unwrap();
            log.clear_handlers();
            log = lone_logger(name, &handler);
        }
        info!(logger: log, "no");
        let _context = with_context!(user = "ann");
        info!(logger: log, "yes");
        info!(logger: log, user = "bob"; "no, its own is another");
        assert_eq!(lines(&handler, &path), ["yes user=ann"], "{name}");
    }
}

/// Logs, and changes the context, while it is printed.
struct Talking(Logger);

impl fmt::Display for Talking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _inner = with_context!(inner = true);
        info!(logger: self.0, "said");
        f.write_str("talked")
    }
}

struct Broken;

impl fmt::Debug for Broken {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("in a Debug")
    }
}

#[test]
fn values_that_log_or_panic_do_no_harm() {
    let scratch = Scratch::new("hazards");
    let (log, handler, path) = shown(&scratch, "hazards", Delivery::Queued);
    let _context = with_context!(talking:% = Talking(log), broken:? = Broken);
    info!(logger: log, "{}", Talking(log));
    let expected = [
        "said inner=true",
        "said inner=true talking=talked broken=<formatting panicked>",
        "talked talking=talked broken=<formatting panicked>",
    ];
    assert_eq!(lines(&handler, &path), expected);
}

#[test]
fn large_records_and_many_pairs_come_whole() {
    let scratch = Scratch::new("large");
    let (log, handler, path) = shown(&scratch, "large", Delivery::Queued);
    let long = "x".repeat(300_000);
    let _long = with_context!(long = &*long);
    info!(logger: log, "{}", &*long);
    let many = (0..300).fold(Context::new(), |context, n| context.with_value(&format!("k{n}"), n));
    many.run(|| info!(logger: log, "many"));
    let all = lines(&handler, &path);
    assert_eq!(all[0], format!("{long} long={long}"));
    assert_eq!(all[1].matches(" k").count(), 255);
}

/// What the thread's context is, as seen by a record.
async fn yielding(log: Logger, times: usize, what: &'static str) {
    for i in 0..times {
        info!(logger: log, what, i; "poll");
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_future_has_its_context_on_whatever_thread_and_nobody_else() {
    let scratch = Scratch::new("futures");
    let (log, handler, path) = shown(&scratch, "futures", Delivery::Queued);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let mut tasks = Vec::new();
        for id in 0..8 {
            let with = context!(id).scope(async move {
                yielding(log, 50, "with").await;
                context!(inner = id).scope(yielding(log, 50, "both")).await;
                yielding(log, 50, "again").await;
                tokio::spawn(Context::capture().scope(yielding(log, 50, "child"))).await.unwrap();
            });
            tasks.push(tokio::spawn(with));
            tasks.push(tokio::spawn(yielding(log, 50, "without")));
        }
        for task in tasks {
            task.await.unwrap();
        }
    });
    let all = lines(&handler, &path);
    assert_eq!(all.len(), 8 * 250);
    for (what, ends) in
        [("what=with ", "id"), ("what=again", "id"), ("what=child", "id"), ("what=both", "inner")]
    {
        for id in 0..8 {
            let mut end = format!(" id={id}");
            if ends == "inner" {
                end = format!(" inner={id} id={id}");
            }
            let own = all.iter().filter(|line| line.contains(what) && line.ends_with(&end));
            assert_eq!(own.count(), 50, "{what} {id}");
        }
    }
    let without: Vec<_> = all.iter().filter(|line| line.contains("what=without")).collect();
    assert_eq!(without.len(), 8 * 50);
    assert!(without.iter().all(|line| !line.contains("id=")), "a context leaked into another task");
}

#[test]
fn a_guard_held_across_a_wait_stays_with_its_future() {
    let scratch = Scratch::new("local");
    let (log, handler, path) = shown(&scratch, "local", Delivery::Queued);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let held = tokio::task::spawn_local(context!(task = 1).scope(async move {
            let _held = with_context!(held = true);
            yielding(log, 3, "held").await;
        }));
        let other = tokio::task::spawn_local(yielding(log, 3, "other"));
        held.await.unwrap();
        other.await.unwrap();
    });
    let all = lines(&handler, &path);
    assert_eq!(all.len(), 6);
    for line in all {
        assert_eq!(line.ends_with("held=true task=1"), line.contains("what=held"), "{line}");
        assert_eq!(line.contains("task=1"), line.contains("what=held"), "{line}");
    }
    assert_eq!(Context::capture().key_values().count(), 0);
}
