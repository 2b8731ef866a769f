//! With a pipe for a sink, by what happens when it takes nothing.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use femto_std::handlers::PipeHandlerBuilder;
use femto_std::{Guard, Handler, Level, Logger, Manager, OverflowPolicy, get_logger};

use super::{Kind, Peer, guard, native_calls};

/// Declares a peer with a policy.
macro_rules! stalled {
    ($(#[$about:meta])* $peer:ident, $name:literal, $policy:expr) => {
        $(#[$about])*
        pub(in crate::peer) struct $peer {
            logger: Logger,
            handler: Arc<Handler>,
            guard: Guard,
        }

        impl Peer for $peer {
            const NAME: &'static str = $name;
            const PACKAGE: &'static str = "femto-std";
            const KIND: Kind = Kind::Asynchronous;
            const MARKS: &'static [&'static str] = &["INFO", "bench"];

            fn start(path: &Path) -> Self {
                let handler = PipeHandlerBuilder::new(path).with_overflow($policy).build();
                let handler = handler.expect("the policy is valid");
                let root = Manager::global().root();
                root.add_handler(handler.clone());
                root.set_level(Level::INFO);
                Self { logger: get_logger("bench"), handler, guard: guard() }
            }

            native_calls!();

            fn dropped(&self) -> Option<u64> {
                Some(self.handler.stats().dropped)
            }

            fn finish(self) {
                drop(self.guard);
            }
        }
    };
}

stalled! {
    /// Callers wait for room.
    StalledBlock, "femtologging", OverflowPolicy::Block
}
stalled! {
    /// Callers wait for room, but not for long.
    StalledTimeout, "femtologging, waiting 1 ms", OverflowPolicy::Timeout(Duration::from_millis(1))
}
stalled! {
    /// Nobody waits.
    StalledDrop, "femtologging, dropping", OverflowPolicy::DropNewest
}
