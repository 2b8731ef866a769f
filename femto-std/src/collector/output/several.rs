//! A record that several handlers take: what their lines have in common is made once.

use core::mem;
use core::ops::Range;
use std::sync::Arc;

use femto_core::{Level, Record};

use super::{BLOCK, Outputs};
use crate::engine::Engine;
use crate::handler::{Handler, Way};
use crate::route::Destination;
use crate::unwind::guarded;

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
        let is_shared = self.have_several_formatters(destination, record.level())
            && guarded(|| record.write_message(&mut message)) == Some(Ok(()));
        let written = is_shared.then(|| record.with_written_message(&message));
        let record = written.as_ref().unwrap_or(record);

        // Whose lines have the latest line of this record, and where.
        let mut latest = None;
        let mut is_dropped = false;
        for handler in &destination.handlers {
            match handler.way() {
                Way::Queued => {
                    latest = self.give_after(handler, record, latest, &mut is_dropped);
                }
                Way::Direct => {}
                Way::Relayed => {
                    self.relay(handler, record, engine);
                    latest = None;
                }
            }
        }
        if is_dropped {
            destination.counts.drop_record();
        }
        message.clear();
        message.shrink_to(BLOCK);
        self.message = message;
        for handler in &destination.handlers {
            let output = self.outputs.get(handler.id() as usize);
            if output.and_then(Option::as_ref).is_some_and(|output| output.lines.len() >= BLOCK) {
                self.deliver_one(handler, engine);
            }
        }
    }

    /// Gives a record to a handler, and the latest line if it has the same formatter. Answers where the
    /// latest line is then.
    fn give_after(
        &mut self,
        handler: &Arc<Handler>,
        record: &Record<'_>,
        latest: Option<(usize, Range<usize>)>,
        is_dropped: &mut bool,
    ) -> Option<(usize, Range<usize>)> {
        let index = handler.id() as usize;
        let (mut line, mut other) = (None, None);
        self.output(handler);
        let output = match &latest {
            Some((at, range)) if *at != index => {
                let both = self.outputs.get_disjoint_mut([index, *at]);
                let Ok([Some(output), Some(known)]) = both else { return latest };
                if Arc::ptr_eq(&output.settings.formatter, &known.settings.formatter) {
                    line = known.lines.get(range.clone());
                }
                other = latest.clone();
                output
            }
            _ => self.outputs[index].as_mut()?,
        };
        let (start, records, dropped) = (output.lines.len(), output.records, output.dropped);
        output.take(record, line);
        *is_dropped |= output.dropped != dropped;
        match output.records > records {
            true => Some((index, start..output.lines.len() - 1)),
            false => other,
        }
    }

    /// Whether the message of a record of this level is shown more than once, in different lines.
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
