//! The collector's part in [`recover`](crate::recover): commits, and what other processes left.
//!
//! A commit publishes at once that frames are consumed and that the lines made of them, which lie in the
//! mapped file by then, stand in their place. Only afterwards may frames be cleared and lines be written.
//! What a killed process left comes into the same lines, and the same commit says how much of it; so it
//! is written once even if this process is killed while it does that.

use core::time::Duration;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use femto_core::ring::Consumer;
use femto_core::{Details, Level, Record};

use super::Collector;
use super::outputs::Outputs;
use crate::engine::Engine;
use crate::handler::Handler;
use crate::lane::Ring;
use crate::recover::{Item, LEFTOVERS, Leftover, RingFile};
use crate::{Manager, registry};

/// What the collector knows of the mapped file.
pub(super) struct Recovered {
    file: Arc<RingFile>,
    /// Rings that nothing more comes into, to be freed by the next commit.
    pub(super) retired: Vec<Consumer<Arc<Ring>>>,
    /// Frames beside the file that were consumed.
    pub(super) large: Vec<u32>,
    /// What other processes left, the oldest first.
    leftovers: Vec<Leftover>,
    /// Handlers that were told whose records follow: identities of leftovers, numbers of handlers.
    told: HashSet<(u64, u32)>,
    /// Whether lines were made, or frames consumed, since the last commit.
    has_news: bool,
    /// Whether what other processes left is to be written now, and since when it is here.
    is_time: bool,
    since: Instant,
}

impl Collector {
    /// Whether a pass may begin: what there was to commit is, and what other processes left is written.
    pub(super) fn prepare_recovery(&mut self, engine: &Arc<Engine>) -> bool {
        if self.recovered.is_none() {
            let Some(file) = engine.ring_file() else { return true };
            self.outputs.keep_in(file.clone());
            self.recovered = Some(Recovered {
                file: file.clone(),
                retired: Vec::new(),
                large: Vec::new(),
                leftovers: Vec::new(),
                told: HashSet::new(),
                has_news: false,
                is_time: false,
                since: Instant::now(),
            });
        }
        let Some(recovered) = &mut self.recovered else { return true };
        let leftovers = engine.take_leftovers();
        if !leftovers.is_empty() {
            recovered.leftovers.extend(leftovers);
            settle_progress(&mut recovered.leftovers);
        }
        !self.outputs.are_full() || self.seal(engine)
    }

    /// Whether what other processes left is written by now, or has to wait for its time: the first
    /// record of this process, or a flush; then all handlers are there. If neither comes, a second has
    /// to do.
    pub(super) fn adopt_in_time(&mut self, is_time: bool, engine: &Arc<Engine>) -> bool {
        let Some(recovered) = &mut self.recovered else { return true };
        if recovered.leftovers.is_empty() {
            return true;
        }
        recovered.is_time |= is_time || recovered.since.elapsed() >= PATIENCE;
        !recovered.is_time || self.adopt(engine)
    }

    /// Takes the mapped file away if everything in it is written. At the end of the engine.
    pub(super) fn remove_file_if_done(&mut self) {
        if let Some(recovered) = &self.recovered
            && recovered.leftovers.is_empty()
            && recovered.file.is_done()
        {
            recovered.file.remove();
        }
    }

    /// Commits what was consumed since the last time, and has the lines written; false if there is no
    /// room for them now.
    pub(super) fn seal(&mut self, engine: &Arc<Engine>) -> bool {
        let Some(recovered) = &mut self.recovered else { return true };
        if !self.outputs.keep_lines(engine) {
            return false;
        }
        let consumers = self.sources.iter().map(|source| &source.consumer);
        let has_news = recovered.has_news
            || !recovered.retired.is_empty()
            || self.outputs.have_unsealed()
            || consumers.clone().any(Consumer::has_passed_over);
        if !has_news {
            return true;
        }
        let progress: Vec<_> = recovered
            .leftovers
            .iter()
            .take(LEFTOVERS)
            .map(|left| (left.identity(), left.done))
            .collect();
        let positions = consumers
            .chain(&recovered.retired)
            .filter_map(|consumer| Some((consumer.lane().storage().slot()?, consumer.position())));
        recovered.file.commit(positions, &self.conversion, &progress);
        recovered.has_news = false;
        for source in &mut self.sources {
            source.consumer.release_cleared();
        }
        recovered.file.forget_large(&mut recovered.large);
        for consumer in recovered.retired.drain(..) {
            if let Some(slot) = consumer.lane().storage().slot() {
                recovered.file.free_lane(slot);
            }
        }
        self.outputs.unseal();
        self.outputs.deliver(engine);
        true
    }

    /// Gives what other processes left to the handlers, as soon as there are some; false if they have no
    /// room for all of it now.
    fn adopt(&mut self, engine: &Arc<Engine>) -> bool {
        let Some(recovered) = &mut self.recovered else { return true };
        if recovered.leftovers.is_empty() {
            return true;
        }
        let handlers = Handlers::now();
        if handlers.named.is_empty() {
            return true;
        }
        self.conversion.refresh();
        self.outputs.begin_pass();
        // Lines first: if a process was killed while it did this, its lines are of the records of
        // another, and the older ones.
        let count = recovered.leftovers.len().min(LEFTOVERS);
        for only_lines in [true, false] {
            for index in 0..count {
                if !self.adopt_one(index, only_lines, &handlers, engine) {
                    return false;
                }
            }
        }
        // What one of them says of another is said by this process, too, before any is removed.
        let Some(recovered) = &mut self.recovered else { return true };
        recovered.has_news = true;
        if !self.seal(engine) {
            return false;
        }
        let Some(recovered) = &mut self.recovered else { return true };
        for leftover in recovered.leftovers.drain(..count) {
            leftover.remove();
        }
        self.adopt(engine)
    }

    /// Gives what one process left to the handlers, its lines or all.
    fn adopt_one(
        &mut self,
        index: usize,
        only_lines: bool,
        handlers: &Handlers,
        engine: &Arc<Engine>,
    ) -> bool {
        loop {
            if self.outputs.are_full() && !self.seal(engine) {
                return false;
            }
            let Some(recovered) = &mut self.recovered else { return true };
            let leftover = &mut recovered.leftovers[index];
            let is_line = leftover.done < leftover.line_items();
            let Some(item) = leftover.item(leftover.done).filter(|_| is_line || !only_lines) else {
                return true;
            };
            let mut heading = Heading { told: &mut recovered.told, leftover, handlers };
            match item {
                Item::Lines(lines) => {
                    let (bytes, arrived) = lines.kept();
                    let line = bytes[..arrived].iter().rposition(|byte| *byte == b'\n');
                    let line = line.map_or(0, |end| end + 1);
                    for handler in handlers.for_names(&[&lines.handler]) {
                        let mut missing = &bytes[line..];
                        if handler.name() == lines.handler && lines.is_continuation() {
                            // The file ends within a line: first of all, that goes on.
                            let rest = &bytes[arrived..];
                            let end = rest.iter().position(|byte| *byte == b'\n');
                            let (torn, whole) =
                                rest.split_at(end.map_or(rest.len(), |end| end + 1));
                            self.outputs.take_lines(handler, &String::from_utf8_lossy(torn));
                            missing = whole;
                        }
                        if !missing.is_empty() {
                            heading.write(handler, &mut self.outputs);
                            let missing = String::from_utf8_lossy(missing);
                            self.outputs.take_lines(handler, &missing);
                        }
                    }
                }
                Item::Record { frame, handlers: names } => {
                    self.decoder.load_bytes(frame);
                    let outputs = &mut self.outputs;
                    let take = &mut |record: &Record<'_>| {
                        for handler in handlers.for_names(&names) {
                            if record.level() >= handler.level() {
                                heading.write(handler, outputs);
                            }
                            outputs.pass_on(handler, record, false, engine);
                        }
                    };
                    self.decoder.read_now_and_then("root", None, &self.conversion, take);
                }
            }
            leftover_done(recovered, index);
        }
    }
}

fn leftover_done(recovered: &mut Recovered, index: usize) {
    recovered.leftovers[index].done += 1;
    recovered.has_news = true;
}

/// How long it waits for a record before it gives what others left to the handlers that there are.
const PATIENCE: Duration = Duration::from_secs(1);

/// The handlers that there are.
struct Handlers {
    named: Vec<(String, Arc<Handler>)>,
    /// Those of the root, for records whose handler is not there; where it has none, the first of all.
    root: Vec<Arc<Handler>>,
}

impl Handlers {
    fn now() -> Self {
        let mut root = Manager::global().root().handlers();
        let mut all: Vec<Arc<Handler>> = Vec::new();
        for destination in registry::lock().routes.iter() {
            for handler in destination.handlers.iter().flat_map(|handler| handler.writers()) {
                if !all.iter().any(|known| Arc::ptr_eq(known, &handler)) {
                    all.push(handler);
                }
            }
        }
        let is_open = |handler: &Arc<Handler>| !handler.is_closed();
        all.retain(is_open);
        root.retain(is_open);
        if root.is_empty() {
            root.extend(all.first().cloned());
        }
        Self { named: all.into_iter().map(|handler| (handler.name(), handler)).collect(), root }
    }

    /// Those of these names; for a name that none has, those of the root.
    fn for_names(&self, names: &[&str]) -> Vec<&Arc<Handler>> {
        let mut found: Vec<&Arc<Handler>> = Vec::new();
        let mut add = |handler| {
            if !found.iter().any(|known| Arc::ptr_eq(known, handler)) {
                found.push(handler);
            }
        };
        for name in names {
            match self.named.iter().find(|(known, _)| known == name) {
                Some((_, handler)) => add(handler),
                None => self.root.iter().for_each(&mut add),
            }
        }
        if names.is_empty() {
            self.root.iter().for_each(add);
        }
        found
    }
}

/// Says, before the first line of what a process left, whose it is and how much.
struct Heading<'a> {
    /// Handlers that were told of a leftover.
    told: &'a mut HashSet<(u64, u32)>,
    leftover: &'a Leftover,
    handlers: &'a Handlers,
}

impl Heading<'_> {
    fn write(&mut self, handler: &Arc<Handler>, outputs: &mut Outputs) {
        if !self.told.insert((self.leftover.identity(), handler.id())) {
            return;
        }
        let count = self.count(handler);
        let process = self.leftover.process();
        let plural = if count == 1 { "" } else { "s" };
        let message = format_args!("{count} record{plural} recovered from process {process}");
        let details = Details::default();
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let record =
            Record::from_message("femtologging", &message, Level::WARN, time as u64, &details);
        outputs.take_notice(handler, &record);
    }

    /// How many records the handler gets, before its level and filters.
    fn count(&self, handler: &Arc<Handler>) -> usize {
        let items = (self.leftover.done..).map_while(|number| self.leftover.item(number));
        let count = |item: Item<'_>| match item {
            Item::Lines(lines) if self.is_for(handler, &[&lines.handler]) => {
                let (bytes, arrived) = lines.kept();
                bytes[arrived..].iter().filter(|byte| **byte == b'\n').count()
            }
            Item::Record { handlers, .. } => usize::from(self.is_for(handler, &handlers)),
            Item::Lines(_) => 0,
        };
        items.map(count).sum()
    }

    fn is_for(&self, handler: &Arc<Handler>, names: &[&str]) -> bool {
        self.handlers.for_names(names).iter().any(|known| Arc::ptr_eq(known, handler))
    }
}

/// Has each leftover go on where other processes came to with it.
fn settle_progress(leftovers: &mut [Leftover]) {
    let told: Vec<(u64, u64)> =
        leftovers.iter().flat_map(|leftover| leftover.progress().iter().copied()).collect();
    for leftover in leftovers.iter_mut() {
        let own = told.iter().filter(|(identity, _)| *identity == leftover.identity());
        leftover.done = own.map(|(_, done)| *done).max().unwrap_or(0);
    }
    leftovers.sort_by_key(Leftover::begun);
}
