//! Sink worker: writes blocks to a sink that may take its time, on a thread of its own.

use core::sync::atomic::Ordering;
use core::time::Duration;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use crossbeam_channel::{
    Receiver, RecvTimeoutError, SendTimeoutError, Sender, TrySendError, bounded,
};

use super::output::{Block, give_up, recycle, write_block};
use crate::engine::Engine;
use crate::handler::{Failure, Handler, Outlet};
use crate::sink::Backoff;
use crate::{FlushError, os, report};

/// What a worker is asked for.
pub(crate) enum Message {
    /// To write.
    Block(Block),
    /// To say when everything before is written, by dropping the reply, or why not.
    Flush(Sender<FlushError>),
}

/// The collector's end of a worker.
pub(crate) struct Worker {
    messages: Sender<Message>,
    /// Written blocks, to be filled again.
    spare: Receiver<Vec<u8>>,
    thread: JoinHandle<()>,
}

impl Worker {
    /// `None` if there is no thread to be had: the collector writes itself then.
    pub(crate) fn start(
        handler: Arc<Handler>,
        outlet: Arc<Outlet>,
        engine: Arc<Engine>,
    ) -> Option<Self> {
        let (messages, inbox) = bounded(BLOCKS);
        let (give_back, spare) = bounded(2);
        let run = move || work(&handler, &outlet, &engine, &inbox, &give_back);
        let thread = os::spawn("femto-worker", run).ok()?;
        Some(Self { messages, spare, thread })
    }

    /// Gives the message back if the worker has no room for it.
    pub(crate) fn try_send(&self, message: Message) -> Result<(), Message> {
        self.messages.try_send(message).map_err(|error| match error {
            TrySendError::Full(message) | TrySendError::Disconnected(message) => message,
        })
    }

    /// Waits until the worker has room; gives the message back if that is not before `until`.
    pub(crate) fn send(&self, message: Message, until: Instant) -> Result<(), Message> {
        self.messages.send_deadline(message, until).map_err(SendTimeoutError::into_inner)
    }

    /// A written block's room.
    pub(crate) fn spare_block(&self) -> Option<String> {
        self.spare.try_recv().ok().map(recycle)
    }

    /// Waits until everything is written; false if that is not before `until`, or cannot be.
    pub(crate) fn join(self, until: Instant, is_gone: impl Fn() -> bool) -> bool {
        drop(self.messages);
        while !self.thread.is_finished() {
            if Instant::now() >= until || is_gone() {
                return false;
            }
            thread::sleep(POLL);
        }
        // A panic of the sink was reported by the panic hook.
        let _ = self.thread.join();
        true
    }
}

/// A worker that is to end, and what it was not given yet.
pub(crate) struct EndingWorker {
    pub(super) handler: Arc<Handler>,
    pub(super) worker: Worker,
    pub(super) outlet: Arc<Outlet>,
    pub(super) backlog: VecDeque<Message>,
}

impl EndingWorker {
    /// Gives the worker the rest, and waits until it is written. A worker that is not done by
    /// `until`, or whose stream has lost its reader, is left alone with its sink.
    pub(crate) fn join(self, until: Instant) {
        let mut left = self.backlog.into_iter();
        let unsent = left.find_map(|message| self.worker.send(message, until).err());
        let unsent: VecDeque<_> = unsent.into_iter().chain(left).collect();
        if !self.worker.join(until, || self.outlet.is_gone()) || !unsent.is_empty() {
            self.outlet.abandon();
        }
        if !unsent.is_empty() {
            let records = give_up(&self.handler, &self.outlet, unsent);
            self.outlet.counts.dropped.fetch_add(records, Ordering::Relaxed);
            report::tell(&self.handler, &Failure::GaveUp { records });
        }
    }
}

fn work(
    handler: &Handler,
    outlet: &Outlet,
    engine: &Engine,
    inbox: &Receiver<Message>,
    give_back: &Sender<Vec<u8>>,
) {
    // Taken out of the inbox while the sink failed.
    let mut waiting = VecDeque::new();
    let mut backoff = Backoff::of_sink();
    while let Some(message) = waiting.pop_front().or_else(|| inbox.recv().ok()) {
        match message {
            Message::Block(mut block) => {
                while let Err(error) = write_block(handler, outlet, &mut block, engine) {
                    if handler.is_closed() || outlet.is_abandoned() {
                        block.forget();
                        outlet.take_queued(block.bytes.len() - block.at);
                        outlet.counts.dropped.fetch_add(block.records, Ordering::Relaxed);
                        report::tell(handler, &Failure::GaveUp { records: block.records });
                        break;
                    }
                    waiting.extend(inbox.try_iter());
                    waiting.retain(|message| !answer(message, handler, &error));
                    let retry_after = backoff.pause();
                    report::tell(handler, &Failure::WriteLines { error, retry_after });
                    let is_given_up = || handler.is_closed() || outlet.is_abandoned();
                    pause(retry_after, inbox, &mut waiting, is_given_up);
                }
                backoff.reset();
                // The collector has enough of them if this fails.
                let _ = give_back.try_send(block.bytes);
            }
            message @ Message::Flush(_) => {
                if let Err(error) = outlet.flush() {
                    answer(&message, handler, &error);
                }
            }
        }
    }
}

/// Waits before the next try: shorter if somebody asks for a flush, or if there shall be none.
fn pause(
    time: Duration,
    inbox: &Receiver<Message>,
    waiting: &mut VecDeque<Message>,
    is_given_up: impl Fn() -> bool,
) {
    let until = Instant::now() + time;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() || is_given_up() {
            return;
        }
        match inbox.recv_timeout(left.min(LOOK_AGAIN)) {
            Ok(message) => {
                let is_flush = matches!(message, Message::Flush(_));
                waiting.push_back(message);
                if is_flush {
                    return;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            // Nothing comes any more; what is here is still to be written.
            Err(RecvTimeoutError::Disconnected) => thread::sleep(left.min(LOOK_AGAIN)),
        }
    }
}

/// Tells who asked for a flush that it failed; answers whether that was asked.
fn answer(message: &Message, handler: &Handler, error: &io::Error) -> bool {
    let Message::Flush(reply) = message else { return false };
    let (handler, error) = (handler.name(), error.to_string());
    // Nobody waits any more if the reply cannot be sent.
    let _ = reply.try_send(FlushError::WriteRecords { handler, error });
    true
}

/// How often the end of a worker is looked for.
const POLL: Duration = Duration::from_millis(1);
/// How often a worker whose sink failed looks whether the handler was closed.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Blocks that may wait for a worker; further ones wait with the collector.
const BLOCKS: usize = 16;
