//! Block: lines on their way from a handler's output to its sink.
//!
//! Filled by the *collector*, written by it or by a *sink worker*.

use core::sync::atomic::Ordering;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use crate::collector::worker::Message;
use crate::engine::Engine;
use crate::handler::{Handler, Outlet};
use crate::recover::Journal;
use crate::sink::{Lines, RecordEnd};
use crate::{FlushError, state};

/// Lines, ready to be written.
pub(crate) struct Block {
    pub(crate) bytes: Vec<u8>,
    /// Bytes written already.
    pub(crate) at: usize,
    pub(crate) records: u64,
    /// Where they end, if the sink asked.
    pub(crate) ends: Vec<RecordEnd>,
    /// What keeps them until they are written, and their position there.
    pub(crate) journal: Option<(Arc<Journal>, u64)>,
}

impl Block {
    /// Has it not be kept any longer: it is dropped.
    pub(in super::super) fn forget(&self) {
        if let Some((journal, position)) = &self.journal {
            journal.advance(position + self.bytes.len() as u64);
        }
    }
}

/// Takes what was not written out of the count of what waits; answers how many records that were.
pub(in super::super) fn give_up(
    handler: &Handler,
    outlet: &Outlet,
    messages: VecDeque<Message>,
) -> u64 {
    let mut records = 0;
    for message in messages {
        match message {
            Message::Block(block) => {
                outlet.take_queued(block.bytes.len() - block.at);
                records += block.records;
            }
            Message::Flush(reply) => {
                let error = "closed before it could be written".to_owned();
                // Nobody waits any more if the reply cannot be sent.
                let _ = reply.try_send(FlushError::WriteRecords { handler: handler.name(), error });
            }
        }
    }
    records
}

/// Writes what is left of a block.
pub(in super::super) fn write_block(
    handler: &Handler,
    outlet: &Outlet,
    block: &mut Block,
    engine: &Engine,
) -> io::Result<()> {
    while block.at < block.bytes.len() {
        let lines = Lines::new(&block.bytes, &block.ends);
        let journal = block.journal.as_ref().map(|(journal, _)| &**journal);
        let written = outlet.write_some(handler, lines.after(block.at), journal)?;
        block.at += written;
        if let Some((journal, position)) = &block.journal {
            journal.advance(position + block.at as u64);
        }
        let queued = outlet.take_queued(written);
        if queued <= handler.capacity() && queued + written > handler.capacity() {
            state::clear(state::PRESSURE);
            engine.announce_room();
        }
    }
    outlet.counts.written.fetch_add(block.records, Ordering::Relaxed);
    Ok(())
}

/// The room of a written block, for the next lines.
pub(in super::super) fn recycle(mut bytes: Vec<u8>) -> String {
    bytes.clear();
    String::from_utf8(bytes).unwrap_or_default()
}

/// Lines are handed over in blocks of about this size, in bytes.
pub(in super::super) const BLOCK: usize = 64 << 10;
