//! A record that several handlers take: what their lines have in common is made once.

use core::mem;
use core::ops::Range;
use std::sync::Arc;

use femto_core::{Level, Record};

use super::super::output::BLOCK;
use super::Outputs;
use crate::engine::Engine;
use crate::handler::{Handler, Way};
use crate::route::Destination;
use crate::unwind::guarded;

/// A line that was just made.
struct Line {
    /// Number of the output that has it.
    output: usize,
    range: Range<usize>,
}

/// What became of a record.
#[derive(Default)]
struct Taken {
    /// Whether a handler dropped it.
    is_dropped: bool,
    /// Whether the block of a handler that it came to is full.
    is_any_full: bool,
}

impl Outputs {
    /// Gives a record to several handlers, or to one that passes it on. Handlers with one formatter
    /// get one line; for different formatters the message is written once.
    #[inline(never)]
    pub(super) fn take_by_several(
        &mut self,
        destination: &Destination,
        record: &Record<'_>,
        engine: &Arc<Engine>,
    ) {
        let mut message = mem::take(&mut self.message);
        let is_shared = self.show_by_several(destination, record.level())
            && guarded(|| record.write_message(&mut message)) == Some(Ok(()));
        let written = is_shared.then(|| record.with_written_message(&message));
        let record = written.as_ref().unwrap_or(record);

        let mut latest = None;
        let mut taken = Taken::default();
        for handler in &destination.handlers {
            match handler.way() {
                Way::Queued => {
                    self.take_after(&mut latest, &mut taken, handler, record);
                }
                Way::Direct => {}
                Way::Relayed => {
                    self.relay(handler, record, false, engine);
                    latest = None;
                }
            }
        }
        // There may be a beginning also if it could not be written.
        message.clear();
        if is_shared {
            message.shrink_to(BLOCK);
        }
        self.message = message;
        if taken.is_dropped {
            destination.counts.drop_record();
        }
        if taken.is_any_full {
            self.deliver_full(destination, engine);
        }
    }

    /// Gives a record to a handler, and the latest line if it has the same formatter.
    fn take_after(
        &mut self,
        latest: &mut Option<Line>,
        taken: &mut Taken,
        handler: &Arc<Handler>,
        record: &Record<'_>,
    ) {
        let index = handler.id() as usize;
        let mut line = None;
        let output = match latest {
            Some(known) if known.output != index => {
                self.output(handler);
                let both = self.outputs.get_disjoint_mut([index, known.output]);
                let Ok([Some(output), Some(other)]) = both else { return };
                if Arc::ptr_eq(&output.settings.formatter, &other.settings.formatter) {
                    line = other.lines.get(known.range.clone());
                }
                output
            }
            // The same handler twice is rare enough.
            _ => self.output(handler),
        };
        let (start, records, dropped) = (output.lines.len(), output.records, output.dropped);
        output.take(record, line, false);
        if output.records != records {
            *latest = Some(Line { output: index, range: start..output.lines.len() - 1 });
        }
        taken.is_dropped |= output.dropped != dropped;
        taken.is_any_full |= output.lines.len() >= BLOCK;
    }

    #[cold]
    fn deliver_full(&mut self, destination: &Destination, engine: &Arc<Engine>) {
        for handler in &destination.handlers {
            let output = self.outputs.get(handler.id() as usize).and_then(Option::as_ref);
            if output.is_some_and(|output| output.lines.len() >= BLOCK) {
                self.deliver_one(handler, engine);
            }
        }
    }

    /// Whether the message of a record of this level is shown more than once, in different lines.
    #[inline]
    fn show_by_several(&mut self, destination: &Destination, level: Level) -> bool {
        match self.shown {
            Some((id, of_level, answer)) if id == destination.id && of_level == level => answer,
            _ => {
                let answer = self.have_several_formatters(destination, level);
                self.shown = Some((destination.id, level, answer));
                answer
            }
        }
    }

    #[cold]
    fn have_several_formatters(&mut self, destination: &Destination, level: Level) -> bool {
        let mut first = None;
        for handler in &destination.handlers {
            if handler.way() == Way::Direct {
                continue;
            }
            let formatter = match handler.way() {
                // What it passes records on to has formatters of its own.
                Way::Relayed => None,
                _ => {
                    let output = self.output(handler);
                    if level < output.level {
                        continue;
                    }
                    Some(Arc::as_ptr(&output.settings.formatter).cast::<()>())
                }
            };
            match first {
                None if formatter.is_none() => return true,
                None => first = formatter,
                known if known != formatter => return true,
                _ => {}
            }
        }
        false
    }
}
