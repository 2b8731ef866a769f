//! What the collector does for handlers that pass records on.

use core::sync::atomic::Ordering;
use std::sync::Arc;

use femto_core::Record;

use super::outputs::Outputs;
use super::recorder::Recorder;
use crate::engine::Engine;
use crate::handler::{Failure, Handler, Memory};
use crate::unwind::guarded;

/// What a memory handler keeps.
pub(super) struct Kept {
    handler: Arc<Handler>,
    recorder: Recorder,
}

impl Outputs {
    /// Gives a record to a handler that passes it on, at once or later.
    #[inline(never)]
    pub(super) fn relay(
        &mut self,
        handler: &Arc<Handler>,
        record: &Record<'_>,
        at_any_level: bool,
        engine: &Arc<Engine>,
    ) {
        let Some(relay) = handler.relay() else { return };
        if record.level() < handler.level() && !at_any_level {
            return;
        }
        let outlet = handler.outlet();
        let counts = &outlet.counts;
        let is_admitted = guarded(|| handler.settings().admit(record));
        if is_admitted == Some(false) {
            counts.rejected.fetch_add(1, Ordering::Relaxed);
            return;
        }
        counts.accepted.fetch_add(1, Ordering::Relaxed);
        if is_admitted.is_none() {
            counts.errors.fetch_add(1, Ordering::Relaxed);
            engine.untold.add(handler, Failure::Panicked { records: 1 });
        }
        if is_admitted.is_none() || handler.is_closed() {
            counts.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        match relay.memory {
            Some(memory) => self.keep(handler, memory, record, engine),
            None => {
                for target in &relay.targets {
                    self.pass_on(target, record, false, engine);
                }
                counts.written.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn keep(
        &mut self,
        handler: &Arc<Handler>,
        memory: Memory,
        record: &Record<'_>,
        engine: &Arc<Engine>,
    ) {
        let index = self.kept_index(handler);
        let recorder = &mut self.kept[index].recorder;
        recorder.keep(record);
        let is_full =
            recorder.records() >= memory.capacity || recorder.bytes() >= memory.byte_capacity;
        if is_full && memory.flush_when_full {
            return self.replay(index, engine);
        }
        let forgotten = recorder.shrink(memory.capacity, memory.byte_capacity);
        let outlet = handler.outlet();
        outlet.counts.dropped.fetch_add(forgotten, Ordering::Relaxed);
        outlet.counts.high_water.fetch_max(recorder.bytes() as u64, Ordering::Relaxed);
        if record.level() >= memory.flush_level {
            self.replay(index, engine);
        }
    }

    fn kept_index(&mut self, handler: &Arc<Handler>) -> usize {
        let known = self.kept.iter().position(|kept| Arc::ptr_eq(&kept.handler, handler));
        known.unwrap_or_else(|| {
            self.kept.push(Kept { handler: handler.clone(), recorder: Recorder::default() });
            self.kept.len() - 1
        })
    }

    /// Passes everything on that a memory handler keeps.
    fn replay(&mut self, index: usize, engine: &Arc<Engine>) {
        let Kept { handler, recorder } = &mut self.kept[index];
        let handler = handler.clone();
        // Its target may be another memory handler, whose place is in the same list.
        let mut recorder = core::mem::take(recorder);
        let count = recorder.records() as u64;
        let targets = handler.relay().map_or(&[][..], |relay| &relay.targets);
        recorder.replay(|record| {
            for target in targets {
                self.pass_on(target, record, true, engine);
            }
        });
        handler.outlet().counts.written.fetch_add(count, Ordering::Relaxed);
        self.kept[index].recorder = recorder;
    }

    /// Passes on what is kept by handlers whose flush was asked for.
    pub(super) fn pass_on_asked(&mut self, engine: &Arc<Engine>) {
        for index in 0..self.kept.len() {
            if self.kept[index].handler.is_asked() {
                self.replay(index, engine);
            }
        }
    }

    /// Passes on what is to be passed on at the end, before the workers end.
    pub(super) fn end_relays(&mut self, engine: &Arc<Engine>) {
        for index in 0..self.kept.len() {
            if flushes_on_close(&self.kept[index].handler) {
                self.replay(index, engine);
            }
        }
    }

    /// Lets go of memory handlers that are closed, or that nobody else knows.
    pub(super) fn forget_relays(&mut self, engine: &Arc<Engine>) {
        for index in (0..self.kept.len()).rev() {
            let handler = &self.kept[index].handler;
            let is_lost = Arc::strong_count(handler) == 1;
            if !is_lost && !handler.is_closed() {
                continue;
            }
            if is_lost && flushes_on_close(handler) {
                self.replay(index, engine);
            }
            let Kept { handler, recorder } = self.kept.swap_remove(index);
            handler.outlet().counts.dropped.fetch_add(recorder.records() as u64, Ordering::Relaxed);
        }
    }
}

fn flushes_on_close(handler: &Handler) -> bool {
    let memory = handler.relay().and_then(|relay| relay.memory);
    memory.is_some_and(|memory| memory.flush_on_close)
}
