//! A handler that passes records on to several others.

use std::sync::Arc;

use super::relay::{Relay, RelayOpener, relay_setters};
use super::{Handler, Options, handler_builder};
use crate::Error;

/// Builds a handler that passes its records on to several others, each with a level, filters and a
/// formatter of its own.
///
/// Attaching the others to the logger one by one does the same where no level and no filter is to
/// stand before them all. All are written by the engine, whatever their `delivery`. Callers wait for
/// room as the strictest of their policies says. Closing this handler leaves the others open.
///
/// | parameter | default | |
/// |---|---|---|
/// | `level`, `filter`, `error_handler` | | as their methods say |
///
/// # Examples
/// ```
/// use femto_std::handlers::{FanOutHandlerBuilder, FileHandlerBuilder};
/// use femto_std::{Level, Manager, NameFilter, warn};
/// use std::{sync::Arc, time::Duration};
///
/// let folder = std::env::temp_dir();
/// let all = folder.join("femto-fan-out-all.log");
/// let severe = folder.join("femto-fan-out-severe.log");
/// let database = FanOutHandlerBuilder::new([
///     FileHandlerBuilder::new(&all).with_append(false).build()?,
///     FileHandlerBuilder::new(&severe).with_append(false).with_level(Level::ERROR).build()?,
/// ])
/// .with_filter(Arc::new(NameFilter("app.db")))
/// .build()?;
/// Manager::global().root().add_handler(database.clone());
///
/// warn!(logger: Manager::global().get_logger("app.db"), "slow query");
/// warn!(logger: Manager::global().get_logger("app.web"), "slow client");
///
/// database.flush(Duration::from_secs(5))?;
/// assert!(std::fs::read_to_string(&all)?.ends_with("WARNING  app.db: slow query\n"));
/// assert_eq!(std::fs::read_to_string(&severe)?, "");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct FanOutHandlerBuilder {
    targets: Vec<Arc<Handler>>,
    options: Options,
}

impl FanOutHandlerBuilder {
    /// A handler that passes its records on to these, in this order.
    pub fn new(targets: impl IntoIterator<Item = Arc<Handler>>) -> Self {
        Self { targets: targets.into_iter().collect(), options: Options::default() }
    }

    relay_setters!();

    fn make(self) -> Result<Handler, Error> {
        let names: Vec<_> = self.targets.iter().map(|target| target.name()).collect();
        let opener = RelayOpener(format!("fan-out to {}", names.join(", ")));
        let relay = Relay { targets: self.targets, memory: None };
        Ok(Handler::relaying(opener, relay, self.options))
    }
}

handler_builder! {
    /// None.
    FanOutHandlerBuilder
}
