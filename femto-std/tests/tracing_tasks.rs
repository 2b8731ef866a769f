//! Spans across threads and in asynchronous tasks.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};
use std::thread;

use femto_core::{Field, FormatterBuilder};
use femto_std::{Context, bridge, context};
use scratch::{Scratch, lines, lone_logger, plain};
use serde_json::{Value, json};
use tracing::{Instrument, Span, info, info_span, instrument};

#[instrument(target = "tasks", fields(depth = 2))]
async fn inner(task: u64, step: u64) {
    tokio::task::yield_now().await;
    info!(target: "tasks", "inner");
    tokio::task::yield_now().await;
}

async fn work(task: u64) {
    for step in 0..20 {
        info!(target: "tasks", step, "outer");
        tokio::task::yield_now().await;
        inner(task, step).await;
        // Recorded late, while others of the span's tasks run.
        Span::current().record("done", step);
        log::info!(target: "tasks", step; "of log");
    }
    let span = Span::current();
    tokio::spawn(async { info!(target: "tasks", "child") }.instrument(span)).await.unwrap();
    tokio::task::spawn_blocking(|| info!(target: "tasks", "outside")).await.unwrap();
}

// One test: the subscriber is the process's.
#[test]
fn every_record_has_the_spans_of_its_task_and_of_no_other() {
    bridge::tracing::init().unwrap();
    bridge::log::install().unwrap();
    let scratch = Scratch::new("tasks");
    let path = scratch.path("log");
    const FIELDS: &[Field] = &[Field::MESSAGE, Field::KEY_VALUES];
    let formatter = FormatterBuilder::new().with_fields(FIELDS).json();
    let handler = plain(&path).with_formatter(Arc::new(formatter)).build().unwrap();
    let logger = lone_logger("tasks", &handler);

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let tasks: Vec<_> = (0..16u64)
            .map(|id| {
                let span = info_span!(target: "tasks", "task", id, done = tracing::field::Empty);
                tokio::spawn(context!(request = id).scope(work(id)).instrument(span))
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    let mut of_task: BTreeMap<u64, Vec<(String, Value)>> = BTreeMap::new();
    let mut outside = 0;
    for line in lines(&handler, &path) {
        let record: Value = serde_json::from_str(&line).unwrap();
        let message = record["message"].as_str().unwrap().to_owned();
        match record["fields"]["id"].as_u64() {
            Some(id) => of_task.entry(id).or_default().push((message, record["fields"].clone())),
            None => {
                assert_eq!((&*message, &record["fields"]), ("outside", &Value::Null));
                outside += 1;
            }
        }
    }
    assert_eq!((of_task.len(), outside), (16, 16));
    for (id, records) in of_task {
        let mut expected = Vec::new();
        for step in 0..20u64 {
            let mut fields = json!({"id": id, "spans": "task", "request": id, "step": step});
            if step > 0 {
                fields["done"] = json!(step - 1);
            }
            expected.push(("outer".to_owned(), fields.clone()));
            fields["spans"] = json!("task:inner");
            fields["task"] = json!(id);
            fields["depth"] = json!(2);
            expected.push(("inner".to_owned(), fields.clone()));
            expected.push((
                "of log".to_owned(),
                json!({"id": id, "spans": "task", "request": id, "step": step, "done": step}),
            ));
        }
        expected.push(("child".to_owned(), json!({"id": id, "spans": "task", "done": 19})));
        assert_eq!(records, expected, "task {id}");
    }

    // One span entered by many threads at once, and left in another order than entered.
    let before = lines(&handler, &path).len();
    let shared = info_span!(target: "tasks", "shared", n = 1);
    let barrier = Barrier::new(4);
    thread::scope(|scope| {
        for t in 0..4u64 {
            let (shared, barrier) = (&shared, &barrier);
            scope.spawn(move || {
                let own = info_span!(target: "tasks", "own", t);
                let outer = shared.enter();
                let inner = own.enter();
                barrier.wait();
                for _ in 0..100 {
                    femto_std::info!(logger: logger, t2 = t; "both");
                }
                drop(outer);
                info!(target: "tasks", t2 = t, "own");
                drop(inner);
                info!(target: "tasks", t2 = t, "none");
                Context::new().run(|| info!(target: "tasks", t2 = t, "none"));
            });
        }
    });
    let all = lines(&handler, &path);
    assert_eq!(all.len() - before, 4 * 103);
    for line in &all[before..] {
        let record: Value = serde_json::from_str(line).unwrap();
        let t = &record["fields"]["t2"];
        let expected = match record["message"].as_str().unwrap() {
            // `own` was made before `shared` was entered.
            "both" | "own" => json!({"t2": t, "t": t, "spans": "own"}),
            _ => json!({"t2": t}),
        };
        assert_eq!(record["fields"], expected);
    }
}
