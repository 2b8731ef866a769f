//! Shutdown while threads log.

#[path = "support/scratch.rs"]
mod scratch;

use std::sync::Barrier;
use std::thread;

use femto_std::{Manager, info};
use scratch::{PATIENCE, Scratch, lines};

#[test]
fn no_record_is_lost_around_a_shutdown() {
    const EACH: usize = 50_000;
    let scratch = Scratch::new("while");
    let (logger, handler, path) = scratch.logger("while");
    let (other, other_path) = scratch.handler("other");
    logger.add_handler(other.clone());
    let barrier = Barrier::new(4);
    thread::scope(|scope| {
        for thread in 0..3 {
            let barrier = &barrier;
            scope.spawn(move || {
                for i in 0..EACH {
                    if i == EACH / 2 {
                        barrier.wait();
                    }
                    info!(logger: logger, "{thread} {i}");
                }
            });
        }
        barrier.wait();
        // Two at once, for good measure.
        scope.spawn(|| Manager::global().shutdown(PATIENCE).unwrap());
        Manager::global().shutdown(PATIENCE).unwrap();
    });
    let one = lines(&handler, &path);
    assert_eq!(one.len(), 3 * EACH);
    for thread in 0..3 {
        let own = one.iter().filter_map(|line| line.strip_prefix(&format!("{thread} ")));
        assert!(
            own.map(|number| number.parse::<usize>().unwrap()).eq(0..EACH),
            "order of {thread}"
        );
    }
    assert_eq!(lines(&other, &other_path).len(), 3 * EACH);
}
