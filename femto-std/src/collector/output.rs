//! Output: a handler as the collector sees it, with the block of lines that it fills.

mod block;

pub(super) use block::{BLOCK, Block, give_up, recycle, write_block};

use core::mem;
use core::sync::atomic::Ordering;
use core::time::Duration;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::Sender;
use femto_core::{Level, Record};

use super::worker::{EndingWorker, Message, Worker};
use crate::engine::Engine;
use crate::formatter::FormatError;
use crate::handler::{Failure, Handler, Outlet, OverflowPolicy, Settings};
use crate::recover::{Journal, NoRoom, RingFile};
use crate::sink::{Backoff, RecordEnd};
use crate::unwind::guarded;
use crate::{FlushError, state};

/// A handler, with the block of lines that it fills.
pub(super) struct Output {
    pub(super) handler: Arc<Handler>,
    outlet: Arc<Outlet>,
    /// As they are since the pass began.
    pub(super) settings: Arc<Settings>,
    pub(super) level: Level,
    /// Whether its sink may take its time, or did.
    needs_worker: bool,
    /// What else keeps a write of its sink.
    pub(super) file_system: Option<u64>,
    wants_ends: bool,
    is_over_capacity: bool,
    over_since: Option<Instant>,
    pub(super) lines: String,
    /// Records in `lines`.
    pub(super) records: u64,
    /// Where they end, if the sink asked.
    ends: Vec<RecordEnd>,
    /// Records accepted that the statistics do not show yet.
    accepted: u64,
    /// Records that a filter rejected, and the statistics do not show yet.
    rejected: u64,
    /// Records dropped since the last report.
    pub(super) dropped: u64,
    /// What the worker has no room for, or the sink refused.
    backlog: VecDeque<Message>,
    worker: Option<Worker>,
    backoff: Backoff,
    /// When a sink that refused is tried again.
    retry_at: Option<Instant>,
    /// What the error hook is to be told.
    untold: Untold,
    /// What keeps its lines until they are written.
    journal: Option<Arc<Journal>>,
    /// A block that may not be written before the next commit.
    unsealed: Option<Block>,
}

/// What happened since the error hook was told last, and what it was told then.
#[derive(Default)]
struct Untold {
    /// The first error of a formatter, and how many records it had.
    format_error: Option<(FormatError, u64)>,
    /// Records that a filter or formatter panicked over.
    panicked: u64,
    is_failing: bool,
    is_stalled: bool,
    /// Records that the output says were dropped since the sink began to fail.
    dropped: u64,
}

impl Output {
    #[cold]
    pub(super) fn new(handler: Arc<Handler>, ring_file: Option<&RingFile>) -> Box<Self> {
        let mut output = Box::new(Self {
            outlet: handler.outlet(),
            settings: handler.settings(),
            needs_worker: handler.opener().may_stall(),
            file_system: handler.opener().file_system(),
            wants_ends: handler.opener().wants_ends(),
            journal: ring_file.and_then(|file| file.journal(&handler)),
            unsealed: None,
            handler,
            level: Level::NOTSET,
            is_over_capacity: false,
            over_since: None,
            lines: String::new(),
            records: 0,
            ends: Vec::new(),
            accepted: 0,
            rejected: 0,
            dropped: 0,
            backlog: VecDeque::new(),
            worker: None,
            backoff: Backoff::of_sink(),
            retry_at: None,
            untold: Untold::default(),
        });
        output.begin_pass();
        output
    }

    /// Whether it has nothing to do any more: nobody else knows the handler, or it is closed, and all is
    /// written.
    pub(super) fn is_forsaken(&self) -> bool {
        if self.has_backlog() || self.has_unsealed() {
            return false;
        }
        match &self.worker {
            None => Arc::strong_count(&self.handler) == 1 || self.handler.is_closed(),
            // The worker knows it, too; it ends once it has nobody to write for.
            Some(_) => Arc::strong_count(&self.handler) == 2 && self.outlet.queued() == 0,
        }
    }

    pub(super) fn begin_pass(&mut self) {
        self.settings = self.handler.settings();
        self.level = self.handler.level();
        self.judge_capacity();
    }

    pub(super) fn has_backlog(&self) -> bool {
        !self.backlog.is_empty()
    }

    /// Whether a block waits for the next commit.
    pub(super) fn has_unsealed(&self) -> bool {
        self.unsealed.is_some()
    }

    /// Whether its lines are kept until they are written.
    pub(super) fn is_kept(&self) -> bool {
        self.journal.is_some()
    }

    /// Keeps its lines in a file from now on.
    pub(super) fn keep_in(&mut self, ring_file: &RingFile) {
        self.journal = ring_file.journal(&self.handler);
    }

    /// Has the block written that was committed.
    pub(super) fn unseal(&mut self) {
        self.backlog.extend(self.unsealed.take().map(Message::Block));
        self.judge_capacity();
    }

    /// Has its worker end.
    pub(super) fn take_worker(&mut self) -> Option<EndingWorker> {
        let worker = self.worker.take()?;
        let backlog = mem::take(&mut self.backlog);
        let (handler, outlet) = (self.handler.clone(), self.outlet.clone());
        Some(EndingWorker { handler, worker, outlet, backlog })
    }

    fn judge_capacity(&mut self) {
        if self.outlet.queued() <= self.handler.capacity() {
            self.over_since = None;
            self.is_over_capacity = false;
            return;
        }
        let since = *self.over_since.get_or_insert_with(Instant::now);
        let patience = match self.handler.overflow() {
            _ if self.outlet.is_stalled() => Some(Duration::ZERO),
            OverflowPolicy::Block => None,
            OverflowPolicy::Timeout(limit) => Some(limit),
            OverflowPolicy::DropNewest => Some(Duration::ZERO),
        };
        // What was in the lanes when it went over is kept; what comes when its caller has waited
        // in vain is not.
        self.is_over_capacity = patience.is_some_and(|patience| since.elapsed() >= patience);
        if self.handler.makes_wait(Duration::ZERO) {
            state::set(state::PRESSURE);
        }
    }

    /// Takes a record; `line` is what its formatter made of it already. A filter or formatter that
    /// panics costs the record, not the collector.
    #[inline]
    pub(super) fn take(&mut self, record: &Record<'_>, line: Option<&str>, at_any_level: bool) {
        let (length, accepted) = (self.lines.len(), self.accepted);
        if guarded(|| self.try_take(record, line, at_any_level)).is_none() {
            // The filter may have panicked before it was counted.
            self.accepted = accepted + 1;
            self.fail(length, None);
        }
    }

    #[inline]
    fn try_take(&mut self, record: &Record<'_>, line: Option<&str>, at_any_level: bool) {
        if record.level() < self.level && !at_any_level {
            return;
        }
        if !self.settings.admit(record) {
            self.rejected += 1;
            return;
        }
        self.accepted += 1;
        if self.is_over_capacity || self.handler.is_closed() {
            self.drop_records(1);
            return;
        }
        if let Some(line) = line {
            self.lines.push_str(line);
            self.end_line(record);
            self.records += 1;
            return;
        }
        let length = self.lines.len();
        match self.settings.formatter.format(record, &mut self.lines) {
            Ok(()) => {
                self.end_line(record);
                self.records += 1;
            }
            Err(error) => self.fail(length, Some(error)),
        }
    }

    /// Takes lines that another process made.
    pub(super) fn take_lines(&mut self, lines: &str) {
        for line in lines.split_inclusive('\n') {
            self.lines.push_str(line);
            self.records += 1;
            self.accepted += 1;
            if self.wants_ends {
                // They belong into the file that there is.
                self.ends.push(RecordEnd { at: self.lines.len(), second: 0 });
            }
        }
    }

    /// Takes a line about what another process left, whatever level and filters.
    pub(super) fn take_notice(&mut self, record: &Record<'_>) {
        let length = self.lines.len();
        match guarded(|| self.settings.formatter.format(record, &mut self.lines)) {
            Some(Ok(())) => self.end_line(record),
            _ => self.lines.truncate(length),
        }
    }

    /// Counts a record that could not be formatted, because of an error or a panic, and takes back
    /// what there is of its line.
    #[cold]
    fn fail(&mut self, length: usize, error: Option<FormatError>) {
        self.lines.truncate(length);
        self.outlet.counts.errors.fetch_add(1, Ordering::Relaxed);
        self.drop_records(1);
        match error {
            Some(error) => self.untold.format_error.get_or_insert((error, 0)).1 += 1,
            None => self.untold.panicked += 1,
        }
    }

    #[inline]
    fn end_line(&mut self, record: &Record<'_>) {
        self.lines.push('\n');
        if self.wants_ends {
            self.mark_end(record);
        }
    }

    /// Apart: its code is not to be in the way of records whose sink does not ask.
    #[inline(never)]
    fn mark_end(&mut self, record: &Record<'_>) {
        self.ends.push(RecordEnd::of(record, self.lines.len()));
    }

    #[cold]
    fn drop_records(&mut self, count: u64) {
        self.dropped += count;
        self.outlet.counts.dropped.fetch_add(count, Ordering::Relaxed);
    }

    /// Says in the output itself what is missing there.
    fn report_dropped(&mut self) {
        let dropped = mem::take(&mut self.dropped);
        if self.handler.is_closed() {
            return;
        }
        self.untold.dropped += dropped;
        let end = self.settings.push_dropped(dropped, &mut self.lines);
        self.ends.extend(end.filter(|_| self.wants_ends));
    }

    /// Has the error hook told what happened since it was told last.
    fn tell(&mut self, engine: &Engine) {
        let Self { handler, outlet, untold, .. } = self;
        if let Some((error, records)) = untold.format_error.take() {
            engine.untold.add(handler, Failure::FormatRecords { error, records });
        }
        if untold.panicked > 0 {
            let records = mem::take(&mut untold.panicked);
            engine.untold.add(handler, Failure::Panicked { records });
        }
        if let Some(error) = outlet.take_problem() {
            engine.untold.add(handler, Failure::MaintainFile { error });
        }
        let is_stalled = outlet.is_stalled();
        if is_stalled && !untold.is_stalled {
            engine.untold.add(handler, Failure::Stalled { limit: handler.stall_limit() });
        }
        untold.is_stalled = is_stalled;
        let is_failing = outlet.is_failing();
        if is_failing && !untold.is_failing {
            untold.is_failing = true;
            untold.dropped = 0;
        }
        // The output has been told first.
        if untold.is_failing && !is_failing && self.dropped == 0 {
            untold.is_failing = false;
            engine.untold.add(handler, Failure::Recovered { dropped: untold.dropped });
        }
    }

    /// Hands the lines over: to the sink itself if it is quick, and keeps nobody else (`may_write`), else to a
    /// worker.
    pub(super) fn deliver(&mut self, may_write: bool, engine: &Arc<Engine>) {
        // Lines that are kept come by way of `unsealed`.
        if self.journal.is_none()
            && let Some(block) = self.finish_block(engine)
        {
            self.backlog.push_back(Message::Block(block));
            self.judge_capacity();
        }
        self.hand_over(may_write, engine);
    }

    /// Keeps the lines in the file; false if there is no room now.
    pub(super) fn keep_lines(&mut self, engine: &Engine) -> bool {
        let Some(journal) = self.journal.clone() else { return true };
        if self.unsealed.is_none() {
            self.unsealed = self.finish_block(engine);
        }
        match &mut self.unsealed {
            Some(block) if block.journal.is_none() => match journal.append(&block.bytes) {
                Ok(position) => block.journal = Some((journal, position)),
                Err(NoRoom) => return false,
            },
            _ => {}
        }
        true
    }

    /// The lines there are, to be written.
    fn finish_block(&mut self, engine: &Engine) -> Option<Block> {
        if self.accepted > 0 {
            let accepted = mem::take(&mut self.accepted);
            self.outlet.counts.accepted.fetch_add(accepted, Ordering::Relaxed);
        }
        if self.rejected > 0 {
            let rejected = mem::take(&mut self.rejected);
            self.outlet.counts.rejected.fetch_add(rejected, Ordering::Relaxed);
        }
        self.judge_capacity();
        self.dropped += self.outlet.take_untold();
        if self.dropped > 0 && !self.is_over_capacity {
            self.report_dropped();
        }
        self.tell(engine);
        if self.lines.is_empty() {
            return None;
        }
        let bytes = mem::take(&mut self.lines).into_bytes();
        self.outlet.add_queued(bytes.len());
        let records = mem::take(&mut self.records);
        let ends = mem::take(&mut self.ends);
        Some(Block { bytes, at: 0, records, ends, journal: None })
    }

    /// Has the backlog written.
    fn hand_over(&mut self, may_write: bool, engine: &Arc<Engine>) {
        let needs_worker = self.needs_worker || !may_write;
        let may_start = state::load() & state::STOPPED == 0;
        if self.worker.is_none() && needs_worker && may_start && !self.backlog.is_empty() {
            self.worker = Worker::start(self.handler.clone(), self.outlet.clone(), engine.clone());
        }
        match &mut self.worker {
            Some(worker) => {
                while let Some(message) = self.backlog.pop_front() {
                    if let Err(message) = worker.try_send(message) {
                        self.backlog.push_front(message);
                        break;
                    }
                }
                if self.lines.is_empty()
                    && let Some(spare) = worker.spare_block()
                {
                    self.lines = spare;
                }
            }
            None => self.write(engine),
        }
    }

    /// Writes the backlog on this thread, as far as the sink takes it.
    fn write(&mut self, engine: &Arc<Engine>) {
        if self.retry_at.is_some_and(|at| Instant::now() < at) {
            return;
        }
        self.retry_at = None;
        while let Some(Message::Block(block)) = self.backlog.front_mut() {
            let start = Instant::now();
            engine.begin_write(self.handler.stall_limit());
            let result = write_block(&self.handler, &self.outlet, block, engine);
            engine.end_write();
            self.needs_worker |= start.elapsed() >= SLOW_WRITE;
            match result {
                Ok(()) => {
                    self.backoff.reset();
                    if let Some(Message::Block(block)) = self.backlog.pop_front()
                        && self.lines.capacity() == 0
                        && block.bytes.capacity() <= 2 * BLOCK
                    {
                        self.lines = recycle(block.bytes);
                    }
                }
                Err(_) if self.handler.is_closed() || self.outlet.is_abandoned() => {
                    self.give_up(engine);
                }
                Err(error) => {
                    let retry_after = self.backoff.pause();
                    self.retry_at = Some(Instant::now() + retry_after);
                    engine.untold.add(&self.handler, Failure::WriteLines { error, retry_after });
                    return;
                }
            }
        }
    }

    /// Drops the backlog: the handler is closed, or its sink stuck for good.
    fn give_up(&mut self, engine: &Engine) {
        let backlog = mem::take(&mut self.backlog);
        for message in &backlog {
            if let Message::Block(block) = message {
                block.forget();
            }
        }
        let records = give_up(&self.handler, &self.outlet, backlog);
        self.drop_records(records);
        engine.untold.add(&self.handler, Failure::GaveUp { records });
    }

    /// Hands over what there is, a sink that refused included, and has `reply` told of errors.
    pub(super) fn flush(
        &mut self,
        reply: Option<&Sender<FlushError>>,
        may_write: bool,
        engine: &Arc<Engine>,
    ) {
        self.retry_at = None;
        self.deliver(may_write, engine);
        let Some(reply) = reply else { return };
        if self.worker.is_some() {
            self.backlog.push_back(Message::Flush(reply.clone()));
            if let Some(worker) = &self.worker
                && self.backlog.len() == 1
                && let Some(message) = self.backlog.pop_front()
                && let Err(message) = worker.try_send(message)
            {
                self.backlog.push_front(message);
            }
        } else if let Err(error) = self.flushed() {
            let handler = self.handler.name();
            // Nobody waits any more if the reply cannot be sent.
            let _ = reply.try_send(FlushError::WriteRecords { handler, error: error.to_string() });
        }
    }

    fn flushed(&self) -> io::Result<()> {
        if self.backlog.is_empty() {
            self.outlet.flush()
        } else {
            Err(io::Error::other("the sink refuses, its error hook was told why"))
        }
    }
}

/// A sink whose write takes longer gets a worker, so that the others do not wait for its next.
const SLOW_WRITE: Duration = Duration::from_millis(50);
