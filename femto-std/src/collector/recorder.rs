//! Recorder: the last records of a memory handler, as portable frames.

use std::collections::VecDeque;

use femto_core::Record;
use femto_core::frame::portable::{Portable, Style};

/// Records, oldest first. They are whole: none refers to a lane, a route or a clock, so that one that
/// is kept for a day comes out as it went in.
#[derive(Default)]
pub(super) struct Recorder {
    frames: VecDeque<u8>,
    /// Of each frame.
    lengths: VecDeque<usize>,
    message: String,
    frame: Vec<u8>,
}

impl Recorder {
    /// Records kept.
    pub(super) fn records(&self) -> usize {
        self.lengths.len()
    }

    /// Bytes kept.
    pub(super) fn bytes(&self) -> usize {
        self.frames.len()
    }

    pub(super) fn keep(&mut self, record: &Record<'_>) {
        self.message.clear();
        // A string takes everything; a `Display` that fails has written what it has.
        let _ = record.write_message(&mut self.message);
        let key_values: Vec<_> = match record.has_key_values() {
            true => record.key_values().collect(),
            false => Vec::new(),
        };
        let time = record.time().filter(|_| record.is_since_epoch());
        let frame = Portable {
            level: record.level(),
            style: Style::Ready,
            time: time.map_or(Record::NO_TIME, |time| time.as_nanos() as u64),
            name: record.logger_name(),
            template: &self.message,
            arguments: &[][..],
            mapping: None,
            key_values: (!key_values.is_empty()).then_some(&key_values[..]),
            location: record.file().map(|file| (file, record.line().unwrap_or(0))),
            function: record.function(),
            level_name: record.level_name(),
            thread: record.thread_id().map(|id| (id, record.thread_name().unwrap_or(""))),
            process: record.process_id().map(|id| (id, record.process_name().unwrap_or(""))),
            task: record.task_name(),
            exception: record.exception(),
            stack: record.stack(),
        };
        self.frame.clear();
        let Ok(()) = frame.write(&mut self.frame);
        self.frames.extend(&self.frame);
        self.lengths.push_back(self.frame.len());
        for buffer in [self.message.capacity(), self.frame.capacity()] {
            if buffer > MAX_KEPT {
                (self.message, self.frame) = (String::new(), Vec::new());
            }
        }
    }

    /// Forgets the oldest until no more than so many are left, and one at least; answers how many
    /// those were.
    pub(super) fn shrink(&mut self, records: usize, bytes: usize) -> u64 {
        let mut forgotten = 0;
        while self.lengths.len() > records || (self.lengths.len() > 1 && self.frames.len() > bytes)
        {
            let Some(length) = self.lengths.pop_front() else { break };
            self.frames.drain(..length);
            forgotten += 1;
        }
        forgotten
    }

    /// Gives all records away, oldest first.
    pub(super) fn replay(&mut self, mut take: impl FnMut(&Record<'_>)) {
        let mut rest: &[u8] = self.frames.make_contiguous();
        for length in self.lengths.drain(..) {
            let Some((bytes, others)) = rest.split_at_checked(length) else { break };
            rest = others;
            // It was written by this process: it reads.
            let Ok(frame) = Portable::read(bytes) else { continue };
            let key_values: Vec<_> = frame.key_values.into_iter().flatten().collect();
            let mut details = frame.details();
            details.key_values = &key_values;
            let message = frame.template;
            take(&Record::from_message(frame.name, &message, frame.level, frame.time, &details));
        }
        self.frames.clear();
        self.frames.shrink_to(MAX_KEPT);
    }
}

/// Bytes of room that are kept from record to record.
const MAX_KEPT: usize = 64 << 10;
