//! Where records go that would reach nobody.

#[path = "support/scratch.rs"]
mod scratch;

use femto_std::{Level, Manager, get_logger, info, warn};
use scratch::{Scratch, lines, plain};

#[test]
fn the_last_resort_takes_what_would_reach_no_handler() {
    let scratch = Scratch::new("last-resort");
    let manager = Manager::global();
    let [bare, below] = ["bare", "bare.below"].map(get_logger);
    bare.set_level(Level::DEBUG);
    assert!(!bare.is_enabled(Level::CRITICAL));

    let path = scratch.path("last");
    let last = plain(&path).with_level(Level::WARN).build().unwrap();
    manager.set_last_resort(Some(last.clone()));
    info!(logger: bare, "below its level");
    warn!(logger: below, "1");
    bare.set_propagate(false);
    warn!(logger: bare, "2");

    let (own, own_path) = scratch.handler("own");
    bare.add_handler(own.clone());
    warn!(logger: below, "to its own");
    bare.clear_handlers();
    warn!(logger: below, "3");
    assert!(!below.has_handlers());

    manager.set_last_resort(None);
    warn!(logger: below, "nowhere");
    assert_eq!(lines(&last, &path), ["1", "2", "3"]);
    assert_eq!(lines(&own, &own_path), ["to its own"]);
}
