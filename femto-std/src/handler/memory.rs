//! A handler that keeps the last records, and passes them on when something goes wrong.

use std::sync::Arc;

use femto_core::Level;

use super::relay::{Memory, Relay, RelayOpener, relay_setters};
use super::{Handler, Options, handler_builder};
use crate::Error;

/// Builds a handler that keeps the last records in memory, and passes them on to another handler when
/// one comes that is worth it: a flight recorder.
///
/// What is passed on comes out in order, with the original times, that record last. It is judged by
/// the target's filters, but not by its level (as in Python's `logging`), so that a file that takes
/// INFO can get the DEBUG records before an ERROR.
///
/// The target is written by the engine, whatever its `delivery`. Kept are typed records, not lines:
/// keeping one costs no time stamp to be printed and no line to be laid out, which most kept records
/// never need; and the formatter is the one that the target has when they come out. (The target of a
/// statement of Rust, its module path, is not kept.)
///
/// [`Handler::flush`] of this handler passes everything on; that of the manager leaves it as it is.
/// Its statistics count as `written` what was passed on, and as `dropped` what gave way to younger
/// records. What a process keeps at a fork is the parent's.
///
/// | parameter | default | |
/// |---|---|---|
/// | `capacity` | 1,000 records | how many are kept |
/// | `byte_capacity` | 4 MiB | how much is kept; at least one record is |
/// | `flush_level` | ERROR | a record at or above it has all passed on |
/// | `flush_when_full` | false | whether all is passed on when the capacity is reached, rather than the oldest giving way |
/// | `flush_on_close` | false | whether all is passed on when the handler is closed, and at shutdown |
/// | `level`, `filter`, `error_handler` | | as their methods say |
///
/// Python's `MemoryHandler(capacity, flushLevel, target)` is one with `flush_when_full` and
/// `flush_on_close`.
///
/// # Examples
/// ```
/// use femto_std::handlers::{FileHandlerBuilder, MemoryHandlerBuilder};
/// use femto_std::{Level, Manager, debug, error};
///
/// let path = std::env::temp_dir().join("femto-memory-handler.log");
/// let file = FileHandlerBuilder::new(&path).with_append(false).build()?;
/// let recorder = MemoryHandlerBuilder::new(file.clone()).with_capacity(3).build()?;
/// let logger = Manager::global().get_logger("engine");
/// logger.add_handler(recorder);
/// logger.set_level(Level::DEBUG);
///
/// for speed in 1..=1000 {
///     debug!(logger: logger, "speed {speed}");
/// }
/// error!(logger: logger, "stalled");
///
/// file.flush(std::time::Duration::from_secs(5))?;
/// let text = std::fs::read_to_string(&path)?;
/// let messages: Vec<_> = text.lines().filter_map(|line| line.split("engine: ").nth(1)).collect();
/// assert_eq!(messages, ["speed 999", "speed 1000", "stalled"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct MemoryHandlerBuilder {
    target: Arc<Handler>,
    memory: Memory,
    options: Options,
}

impl MemoryHandlerBuilder {
    /// A handler that keeps records for `target`.
    pub fn new(target: Arc<Handler>) -> Self {
        let memory = Memory {
            capacity: 1_000,
            byte_capacity: 4 << 20,
            flush_level: Level::ERROR,
            flush_when_full: false,
            flush_on_close: false,
        };
        Self { target, memory, options: Options::default() }
    }

    /// How many records are kept, at least 1. Default: 1,000.
    pub fn with_capacity(mut self, records: usize) -> Self {
        self.memory.capacity = records;
        self
    }

    /// How many bytes are kept; one record is, however large. Default: 4 MiB.
    pub fn with_byte_capacity(mut self, bytes: usize) -> Self {
        self.memory.byte_capacity = bytes;
        self
    }

    /// A record at or above it has everything passed on. Default: [`Level::ERROR`].
    pub fn with_flush_level(mut self, level: Level) -> Self {
        self.memory.flush_level = level;
        self
    }

    /// Whether everything is passed on when the capacity is reached, rather than the oldest record
    /// giving way. Default: false.
    pub fn with_flush_when_full(mut self, flush: bool) -> Self {
        self.memory.flush_when_full = flush;
        self
    }

    /// Whether everything is passed on when the handler is closed, and at shutdown. Default: false.
    pub fn with_flush_on_close(mut self, flush: bool) -> Self {
        self.memory.flush_on_close = flush;
        self
    }

    relay_setters!();

    /// Whether so many records can be kept.
    pub(crate) fn check_capacity(records: usize) -> Result<(), Error> {
        match records {
            0 => Err(Error::CheckParameter {
                name: "capacity",
                value: "0".to_owned(),
                allowed: "at least 1 record",
            }),
            _ => Ok(()),
        }
    }

    fn make(self) -> Result<Handler, Error> {
        Self::check_capacity(self.memory.capacity)?;
        let opener = RelayOpener(format!("memory for {}", self.target.name()));
        let relay = Relay { targets: vec![self.target], memory: Some(self.memory) };
        Ok(Handler::relaying(opener, relay, self.options))
    }
}

handler_builder! {
    /// [`Error::CheckParameter`].
    MemoryHandlerBuilder
}
