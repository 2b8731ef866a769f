//! Collector: who drains, orders, batches, stops?
//!
//! One thread per process. It takes frames from all lanes in the order of their times, has each
//! handler's level, filters and formatter applied, and writes the lines or hands them to a worker.

mod inline;
mod message;
mod output;
mod outputs;
mod recorder;
mod recovered;
mod relay;
mod worker;

pub(crate) use inline::Inline;
pub(crate) use message::{Decoder, portable_parts, time_word};

use core::cmp::Reverse;
use core::mem;
use core::sync::atomic::Ordering;
use core::time::Duration;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use crossbeam_channel::Sender;
use femto_core::frame::{Header, Kind};
use femto_core::ring::Consumer;
use femto_core::{AtomicWord, WORD_BYTES, Word};

use crate::clock::{self, Conversion};
use crate::engine::{Engine, Request};
use crate::lane::{Link, Ring, side};
use crate::route::Destination;
use crate::{FlushError, registry, state, stats};
use outputs::Outputs;
use recovered::Recovered;

/// Everything the collector's thread works on.
pub(crate) struct Collector {
    sources: Vec<Source>,
    conversion: Conversion,
    decoder: Decoder,
    outputs: Outputs,
    /// Destinations by route, as far as they were needed.
    routes: Vec<Option<Arc<Destination>>>,
    /// Sources by the times of their oldest frames; empty between passes.
    queue: BinaryHeap<Reverse<(u64, usize)>>,
    /// Frames of calls that had no lane, oldest first, with their times.
    side_frames: VecDeque<(u64, Box<[u8]>)>,
    /// Where frames and lines lie in a mapped file.
    recovered: Option<Recovered>,
}

/// The reading end of a thread's lane.
struct Source {
    consumer: Consumer<Arc<Ring>>,
    link: Arc<Link>,
    /// Where this pass ends.
    mark: usize,
}

/// The collector's thread.
pub(crate) fn run(engine: &Arc<Engine>) {
    let mut idle_since: Option<Instant> = None;
    let mut nap = SHORTEST_NAP;
    let mut swept = Instant::now();
    loop {
        let mut collector = engine.collector();
        let records = collector.pass(engine);
        let mut stop = None;
        while let Ok(request) = engine.inbox.try_recv() {
            if let Some(Request::Stop { reply, until }) = collector.answer(request, engine) {
                stop = Some((reply, until));
            }
        }
        collector.deliver_lines(engine);
        if let Some((reply, until)) = stop {
            drop(collector);
            return stop_engine(engine, &reply, until);
        }
        let has_backlog = collector.has_backlog();
        let mut gone = Vec::new();
        if swept.elapsed() >= SWEEP {
            swept = Instant::now();
            gone = collector.forget_retired();
        }
        drop(collector);
        drop(gone);
        engine.announce_room();
        engine.untold.tell();
        stats::report_if_due();

        if records > 0 {
            idle_since = None;
            if records < FEW {
                nap = nap.min(FLOWING_NAP);
                thread::park_timeout(nap);
                nap *= 2;
            } else {
                nap = SHORTEST_NAP;
            }
            continue;
        }
        let since = *idle_since.get_or_insert_with(Instant::now);
        if since.elapsed() < AWAKE || has_backlog {
            thread::park_timeout(nap);
            nap = (nap * 2).min(LONGEST_NAP);
            continue;
        }
        // The next caller who sees the flag wakes us. One that looked just before it was set has
        // published its frame by the end of another nap, and is found then.
        state::set(state::ASLEEP);
        thread::park_timeout(LONGEST_NAP);
        let mut collector = engine.collector();
        let found = collector.pass(engine) > 0 || !engine.inbox.is_empty();
        drop(collector);
        if !found && state::load() & state::ASLEEP != 0 {
            thread::park_timeout(SAFETY_NET);
        }
        state::clear(state::ASLEEP);
        if found {
            idle_since = None;
        }
    }
}

/// Writes everything, ends the workers, and leaves the rest to the callers.
fn stop_engine(engine: &Arc<Engine>, reply: &Sender<FlushError>, until: Instant) {
    let mut collector = engine.collector();
    collector.pass(engine);
    collector.outputs.end_relays(engine);
    collector.deliver_lines(engine);
    let workers = collector.outputs.take_workers();
    drop(collector);
    engine.untold.tell();
    for worker in workers {
        worker.join(until);
    }
    let mut collector = engine.collector();
    state::set(state::STOPPED);
    collector.write_everything(None, Some(reply), engine);
    collector.remove_file_if_done();
    drop(collector);
    engine.announce_room();
    engine.untold.tell();
    // Requests that came meanwhile are answered by their dropping: everything is written.
    while engine.inbox.try_recv().is_ok() {}
}

impl Collector {
    pub(crate) fn new() -> Self {
        Self {
            sources: Vec::new(),
            conversion: Conversion::new(),
            decoder: Decoder::new(),
            outputs: Outputs::default(),
            routes: Vec::new(),
            queue: BinaryHeap::new(),
            side_frames: VecDeque::new(),
            recovered: None,
        }
    }

    /// Does what is asked, but for ending: that is given back.
    pub(crate) fn answer(&mut self, request: Request, engine: &Arc<Engine>) -> Option<Request> {
        // The pass before may have been before the request.
        match request {
            Request::Settle { reply } => {
                self.pass(engine);
                drop(reply);
            }
            Request::Flush { reply, handler } => {
                self.write_everything(handler, Some(&reply), engine);
            }
            Request::Stop { .. } => return Some(request),
        }
        None
    }

    /// Takes every frame that is there now out of the lanes, in order of time; answers how many.
    pub(crate) fn pass(&mut self, engine: &Arc<Engine>) -> usize {
        // The clock first, then the lanes and their marks: a frame that is not seen now is younger
        // than the limit, or its thread has not returned from the call yet.
        let limit = clock::now();
        for (consumer, link) in engine.take_arrivals() {
            self.sources.push(Source { consumer, link, mark: 0 });
        }
        if !self.prepare_recovery(engine) {
            return 0;
        }
        let mut is_empty = side::is_empty() && self.side_frames.is_empty();
        for source in &mut self.sources {
            source.mark = source.consumer.mark();
            is_empty &= source.mark == source.consumer.position() && !source.link.has_more();
        }
        if !self.adopt_in_time(!is_empty, engine) {
            return 0;
        }
        if is_empty {
            self.remove_ended();
            return 0;
        }
        self.conversion.refresh();
        self.conversion.publish();
        self.outputs.begin_pass();
        self.take_side_frames();
        let mut queue = mem::take(&mut self.queue);
        for index in 0..=self.sources.len() {
            queue.extend(self.front_time(index).map(|time| Reverse((time, index))));
        }
        let mut records = 0;
        while let Some(Reverse((time, index))) = queue.pop() {
            if time > limit {
                break;
            }
            // This source has the oldest frame until another's is older.
            let until = queue.peek().map_or(limit, |Reverse((time, _))| limit.min(*time));
            records += self.drain(index, until, engine);
            if self.outputs.are_full() && !self.seal(engine) {
                break;
            }
            queue.extend(self.front_time(index).map(|time| Reverse((time, index))));
        }
        queue.clear();
        self.queue = queue;
        self.remove_ended();
        records
    }

    /// Reads all lanes and hands all lines of a handler, or of all, to their sinks; `reply` gets the errors,
    /// and is dropped by the last who holds it.
    pub(crate) fn write_everything(
        &mut self,
        handler: Option<u32>,
        reply: Option<&Sender<FlushError>>,
        engine: &Arc<Engine>,
    ) {
        self.pass(engine);
        if self.recovered.is_some() {
            self.adopt_in_time(true, engine);
            self.outputs.pass_on_asked(engine);
            self.seal(engine);
        }
        self.outputs.flush(handler, reply, engine);
    }

    /// Whether something waits for a sink that it has to be offered to again.
    pub(crate) fn has_backlog(&self) -> bool {
        self.outputs.have_backlog()
    }

    /// Hands over what there is.
    pub(crate) fn deliver_lines(&mut self, engine: &Arc<Engine>) {
        if self.recovered.is_some() {
            self.seal(engine);
        }
        self.outputs.deliver(engine);
    }

    /// The time of the oldest frame of a source; the one behind the last is that of the side ring.
    fn front_time(&mut self, index: usize) -> Option<u64> {
        match self.sources.get_mut(index) {
            Some(source) => {
                let retired = self.recovered.as_mut().map(|recovered| &mut recovered.retired);
                source.front_time(retired)
            }
            None => self.side_frames.front().map(|(time, _)| *time),
        }
    }

    /// Takes frames of one source as long as they are no younger than `until`.
    fn drain(&mut self, index: usize, until: u64, engine: &Arc<Engine>) -> usize {
        if index == self.sources.len() {
            return self.drain_side(until, engine);
        }
        let (mut records, is_kept) = (0, self.recovered.is_some());
        loop {
            let source = &mut self.sources[index];
            let Some((header, words)) = source.consumer.front(source.mark) else { break };
            if time_of(header, words) > until {
                break;
            }
            let length = words.len();
            let aside = if header.kind == Kind::Aside { source.link.take_aside() } else { None };
            match &aside {
                Some(words) => self.decoder.load_aside(words),
                None => self.decoder.load(words),
            }
            if let Some(recovered) = &mut self.recovered {
                source.consumer.pass_over(length);
                if header.kind == Kind::Aside && header.site != 0 {
                    recovered.large.push(header.site);
                }
            } else {
                source.consumer.release(length);
            }
            records += 1;
            if records % MANY == 0 {
                engine.announce_room();
            }
            self.deliver(Some(index), engine);
            if is_kept && self.outputs.are_full() {
                break;
            }
        }
        records
    }

    /// Takes the frames of calls that had no lane out of their ring, to be put in order.
    fn take_side_frames(&mut self) {
        if side::is_empty() {
            return;
        }
        side::drain(|bytes| {
            self.decoder.load_bytes(bytes);
            self.side_frames.push_back((self.decoder.time(), bytes.into()));
        });
        self.side_frames.make_contiguous().sort_by_key(|(time, _)| *time);
    }

    fn drain_side(&mut self, until: u64, engine: &Arc<Engine>) -> usize {
        let mut records = 0;
        while self.side_frames.front().is_some_and(|(time, _)| *time <= until)
            && let Some((_, bytes)) = self.side_frames.pop_front()
        {
            records += 1;
            self.decoder.load_bytes(&bytes);
            self.deliver(None, engine);
        }
        records
    }

    /// Gives the frame that the decoder holds to its handlers; `source` is the lane it came by.
    #[inline]
    fn deliver(&mut self, source: Option<usize>, engine: &Arc<Engine>) {
        let Some(destination) = destination(&mut self.routes, self.decoder.route()) else { return };
        let thread = source.and_then(|index| self.sources[index].link.thread.as_ref());
        let (conversion, outputs) = (&self.conversion, &mut self.outputs);
        self.decoder.read(&destination.name, thread, conversion, |record| {
            destination.counts.count(record.level());
            outputs.take(destination, record, engine);
        });
    }

    /// Lets go of handlers that the application has let go of. Should a frame for one still come,
    /// its destination is looked up again.
    fn forget_retired(&mut self) -> Vec<Arc<Destination>> {
        for slot in &mut self.routes {
            slot.take_if(|destination| destination.is_retired());
        }
        registry::lock().routes.sweep()
    }

    fn remove_ended(&mut self) {
        if let Some(recovered) = &mut self.recovered {
            let ended = self.sources.extract_if(.., |source| source.has_ended());
            recovered.retired.extend(ended.map(|source| source.consumer));
        } else {
            self.sources.retain(|source| !source.has_ended());
        }
    }
}

impl Source {
    /// The time of the oldest frame up to the mark.
    /// A ring that the thread went on from is put to `retired`, if somebody has to know of it.
    fn front_time(&mut self, mut retired: Option<&mut Vec<Consumer<Arc<Ring>>>>) -> Option<u64> {
        loop {
            if let Some((header, words)) = self.consumer.front(self.mark) {
                return Some(time_of(header, words));
            }
            // The thread may have gone on to a larger ring: then nothing more comes into this one.
            if !self.link.has_more() {
                return None;
            }
            self.mark = self.consumer.mark();
            if self.mark != self.consumer.position() {
                continue;
            }
            let before = mem::replace(&mut self.consumer, self.link.take_next()?);
            self.mark = self.consumer.mark();
            if let Some(retired) = &mut retired {
                retired.push(before);
            }
        }
    }

    fn has_ended(&self) -> bool {
        // The flag first: what the thread wrote before it ended is seen then.
        self.link.has_ended.load(Ordering::Acquire)
            && self.consumer.mark() == self.consumer.position()
            && !self.link.has_more()
    }
}

/// The time in a frame.
#[allow(clippy::unnecessary_cast, reason = "a word is narrower on other targets")]
fn time_of(header: Header, words: &[AtomicWord]) -> u64 {
    let at = time_word(header.kind);
    let word =
        |index: usize| -> Word { words.get(index).map_or(0, |word| word.load(Ordering::Relaxed)) };
    let low = word(at);
    if WORD_BYTES == 8 { low as u64 } else { low as u64 | (word(at + 1) as u64) << 32 }
}

/// What a route's number stands for.
fn destination(routes: &mut Vec<Option<Arc<Destination>>>, id: u32) -> Option<&Arc<Destination>> {
    let index = id as usize;
    if routes.len() <= index {
        routes.resize(index + 1, None);
    }
    let known = &mut routes[index];
    if known.as_ref().is_none_or(|destination| destination.is_retired()) {
        *known = registry::lock().routes.get(id).cloned();
    }
    known.as_ref()
}

/// A pass of fewer records is followed by a nap, so that the next finds more.
const FEW: usize = 256;
/// Callers that wait for room are woken when so many records made some: waking costs as much as
/// formatting a few dozen records.
const MANY: usize = 2048;
const SHORTEST_NAP: Duration = Duration::from_micros(50);
/// How long it sleeps at most while records come, which others may be waiting to read.
const FLOWING_NAP: Duration = Duration::from_micros(250);
const LONGEST_NAP: Duration = Duration::from_micros(500);
/// How long the collector looks for records by itself after the last one.
const AWAKE: Duration = Duration::from_secs(1);
/// How often it looks for routes that nobody uses any more.
const SWEEP: Duration = Duration::from_secs(1);
/// How long it sleeps at most, should nobody wake it: seldom enough to cost next to nothing.
const SAFETY_NET: Duration = Duration::from_millis(250);
