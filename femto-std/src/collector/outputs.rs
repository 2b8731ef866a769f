//! Outputs: all handlers as the collector sees them, by number.

mod several;

use std::sync::Arc;

use crossbeam_channel::Sender;
use femto_core::{Level, Record};

use super::output::{BLOCK, Output};
use super::relay::Kept;
use super::worker::EndingWorker;
use crate::engine::Engine;
use crate::handler::{Handler, Way};
use crate::recover::RingFile;
use crate::route::Destination;
use crate::{FlushError, state};

/// All handlers that records came for, by number.
#[derive(Default)]
pub(crate) struct Outputs {
    outputs: Vec<Option<Box<Output>>>,
    pub(super) kept: Vec<Kept>,
    /// Room for a message that several formatters show.
    message: String,
    /// Whether records of a route and level have their message shown by several formatters, as found
    /// out last in this pass.
    shown: Option<(u32, Level, bool)>,
    /// Whether a sink that waits keeps no other, so that none needs a worker for the others' sake: there is
    /// one, or all are on one file system.
    wait_together: bool,
    /// What keeps lines until they are written.
    ring_file: Option<Arc<RingFile>>,
    /// Whether no more lines may be made before a commit, for a handler's block is full, or had no room:
    /// only where lines are kept, for then all blocks go at once.
    is_full: bool,
}

impl Outputs {
    /// Has the handlers' settings looked at anew.
    pub(crate) fn begin_pass(&mut self) {
        // Whoever is over capacity sets it again.
        state::clear(state::PRESSURE);
        self.shown = None;
        for output in self.outputs.iter_mut().flatten() {
            output.begin_pass();
        }
    }

    /// Gives a record to the queued handlers of its destination.
    #[inline]
    pub(crate) fn take(
        &mut self,
        destination: &Destination,
        record: &Record<'_>,
        engine: &Arc<Engine>,
    ) {
        let [handler] = &*destination.handlers else {
            return self.take_by_several(destination, record, engine);
        };
        match handler.way() {
            Way::Queued => {
                let output = self.output(handler);
                let dropped = output.dropped;
                output.take(record, None, destination.at_any_level);
                if output.dropped != dropped {
                    destination.counts.drop_record();
                }
                if output.lines.len() >= BLOCK {
                    self.deliver_one(handler, engine);
                }
            }
            Way::Direct => {}
            Way::Relayed if destination.at_any_level => self.relay(handler, record, true, engine),
            Way::Relayed => self.take_by_several(destination, record, engine),
        }
    }

    /// Gives a record to a handler whose record it is from another handler, whatever `way` it has;
    /// its level is not asked if `at_any_level`.
    pub(super) fn pass_on(
        &mut self,
        handler: &Arc<Handler>,
        record: &Record<'_>,
        at_any_level: bool,
        engine: &Arc<Engine>,
    ) {
        if handler.way() == Way::Relayed {
            return self.relay(handler, record, at_any_level, engine);
        }
        let output = self.output(handler);
        output.take(record, None, at_any_level);
        if output.lines.len() >= BLOCK {
            self.deliver_one(handler, engine);
        }
    }

    #[cold]
    fn deliver_one(&mut self, handler: &Handler, engine: &Arc<Engine>) {
        if let Some(output) = &mut self.outputs[handler.id() as usize] {
            // Where lines are kept, those of all handlers are committed together.
            self.is_full |= output.is_kept();
            output.deliver(self.wait_together, engine);
        }
    }

    /// Hands over what there is.
    pub(crate) fn deliver(&mut self, engine: &Arc<Engine>) {
        let may_write = self.wait_together;
        for output in self.outputs.iter_mut().flatten() {
            output.deliver(may_write, engine);
        }
        self.forget_closed();
        self.forget_relays(engine);
    }

    /// Hands over what there is; `reply` is told of errors, and kept by the workers until they are
    /// done.
    pub(crate) fn flush(
        &mut self,
        handler: Option<u32>,
        reply: Option<&Sender<FlushError>>,
        engine: &Arc<Engine>,
    ) {
        self.pass_on_asked(engine);
        let may_write = self.wait_together;
        for output in self.outputs.iter_mut().flatten() {
            if handler.is_some_and(|id| id != output.handler.id()) {
                continue;
            }
            output.flush(reply, may_write, engine);
        }
    }

    /// Whether something waits for a sink that the collector has to offer it to again.
    pub(crate) fn have_backlog(&self) -> bool {
        self.outputs.iter().flatten().any(|output| output.has_backlog())
    }

    /// Ends the workers: they write what they were given.
    pub(crate) fn take_workers(&mut self) -> Vec<EndingWorker> {
        self.outputs.iter_mut().flatten().filter_map(|output| output.take_worker()).collect()
    }

    /// Keeps lines in a file from now on.
    pub(crate) fn keep_in(&mut self, ring_file: Arc<RingFile>) {
        for output in self.outputs.iter_mut().flatten() {
            output.keep_in(&ring_file);
        }
        self.ring_file = Some(ring_file);
    }

    /// Whether all lines are to be kept and written before more are made.
    pub(crate) fn are_full(&self) -> bool {
        self.is_full
    }

    /// Takes lines that another process made.
    pub(crate) fn take_lines(&mut self, handler: &Arc<Handler>, lines: &str) {
        let output = self.output(handler);
        output.take_lines(lines);
        self.is_full |= output.lines.len() >= BLOCK;
    }

    /// Takes a line about what another process left, whatever the handler's level and filters.
    pub(crate) fn take_notice(&mut self, handler: &Arc<Handler>, record: &Record<'_>) {
        self.output(handler).take_notice(record);
    }

    /// Keeps all lines in the file, to be published by a commit; false if there is no room now. Then
    /// nothing may be committed.
    pub(crate) fn keep_lines(&mut self, engine: &Engine) -> bool {
        let are_kept = self.outputs.iter_mut().flatten().all(|output| output.keep_lines(engine));
        // The next commit says that everything consumed by then is kept. A line made meanwhile would not
        // be: the block that it belongs behind waits.
        self.is_full |= !are_kept;
        are_kept
    }

    /// Whether there are lines to be published.
    pub(crate) fn have_unsealed(&self) -> bool {
        self.outputs.iter().flatten().any(|output| output.has_unsealed())
    }

    /// Has blocks written that were committed.
    pub(crate) fn unseal(&mut self) {
        self.is_full = false;
        for output in self.outputs.iter_mut().flatten() {
            output.unseal();
        }
    }

    #[inline]
    fn output(&mut self, handler: &Arc<Handler>) -> &mut Output {
        let index = handler.id() as usize;
        if self.outputs.get(index).is_none_or(Option::is_none) {
            self.add(index, handler);
        }
        // It was just put there.
        self.outputs[index].get_or_insert_with(|| Output::new(handler.clone(), None))
    }

    #[cold]
    fn add(&mut self, index: usize, handler: &Arc<Handler>) {
        if self.outputs.len() <= index {
            self.outputs.resize_with(index + 1, || None);
        }
        self.outputs[index] = Some(Output::new(handler.clone(), self.ring_file.as_deref()));
        self.look_who_waits();
    }

    fn forget_closed(&mut self) {
        let mut are_fewer = false;
        for slot in &mut self.outputs {
            if slot.as_ref().is_some_and(|output| output.is_forsaken()) {
                *slot = None;
                are_fewer = true;
            }
        }
        if are_fewer {
            self.look_who_waits();
        }
    }

    fn look_who_waits(&mut self) {
        let mut systems = self.outputs.iter().flatten().map(|output| output.file_system);
        let first = systems.next().flatten();
        self.wait_together = systems.all(|other| other.is_some() && other == first);
    }
}
