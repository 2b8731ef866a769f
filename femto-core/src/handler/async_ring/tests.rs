//! Records and a task that goes to sleep, in every order.

use core::fmt;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll};
use std::sync::Arc;
use std::task::Wake;

use loom::model::Builder;
use loom::sync::atomic::AtomicBool;
use loom::thread;

use super::*;
use crate::atomic::Ordering;
use crate::{CallSite, Formatter, Logger, OverflowPolicy, SiteFacts};

#[test]
fn in_loom_a_task_sleeps_on_no_record() {
    model(OverflowPolicy::DropNewest, [1, 0], 5);
}

#[test]
fn in_loom_a_task_sleeps_on_no_record_of_two_who_make_one_each() {
    model(OverflowPolicy::DropNewest, [1, 1], 2);
}

#[test]
fn in_loom_a_task_sleeps_on_no_record_that_takes_the_place_of_another() {
    // The oldest of ten.
    model(OverflowPolicy::OverwriteOldest, [1, 0], 1);
}

/// Contexts that make so many records each, beside the task that drains them. At the end, when nobody
/// is left to wake it, it is woken already or nothing waits.
fn model(policy: OverflowPolicy, records: [usize; 2], preemptions: usize) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 10_000;
    builder.check(move || {
        let handler = Arc::new(Ring::with(RingHandlerBuilder::new().with_policy(policy)));
        let before = if matches!(policy, OverflowPolicy::OverwriteOldest) { 10 } else { 0 };
        (0..before).for_each(|_| log(&handler));
        let producers = records.map(|records| {
            let handler = Arc::clone(&handler);
            (records > 0).then(|| thread::spawn(move || (0..records).for_each(|_| log(&handler))))
        });
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        // As an executor does it: asleep unless it was woken since it looked.
        let task = || {
            while woken.0.swap(false, Ordering::AcqRel) {
                poll(&handler, &woken);
            }
        };
        task();
        producers.into_iter().flatten().for_each(|producer| producer.join().unwrap());
        task();
        assert!(handler.ring.is_empty(), "the task sleeps on");
        let Statistics { written, dropped, overwritten, .. } = handler.statistics();
        assert_eq!(written + dropped + overwritten, before + records.iter().sum::<usize>());
    });
}

type Ring = AsyncRingHandler<32>;

fn log(handler: &Ring) {
    static FACTS: SiteFacts =
        SiteFacts { level: Level::INFO, target: None, module_path: "", file: "", keys: &[] };
    static SITE: CallSite = CallSite::new(&FACTS, 1, "", |_, _| Ok(()));
    static LOGGER: Logger = Logger::root();
    handler.handle(&Record::new(&LOGGER, &SITE, Level::INFO, 0, &[]));
}

/// Drains until it has to wait.
fn poll(handler: &Ring, woken: &Arc<Woken>) {
    let waker = Arc::clone(woken).into();
    let mut context = Context::from_waker(&waker);
    let mut sink = Nowhere;
    while let Poll::Ready(drained) =
        pin!(handler.drain_async(&Nothing, &mut sink)).poll(&mut context)
    {
        let Ok(_) = drained;
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.swap(true, Ordering::AcqRel);
    }
}

struct Nothing;

impl Formatter for Nothing {
    fn format(&self, _: &Record<'_>, _: &mut dyn fmt::Write) -> fmt::Result {
        Ok(())
    }
}

struct Nowhere;

impl embedded_io_async::ErrorType for Nowhere {
    type Error = core::convert::Infallible;
}

impl Write for Nowhere {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}
