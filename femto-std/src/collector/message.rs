//! From a frame to a record.

use core::sync::atomic::Ordering;

use femto_core::frame::local;
use femto_core::frame::portable::{Portable, Style};
use femto_core::frame::{Header, Kind, MAX_VALUES};
use femto_core::{AtomicWord, Details, Record, Value, WORD_BYTES, Word, resolve_call_site};
use rustc_hash::FxHashMap;

use crate::clock::Conversion;
use crate::extra::{self, FewPairs};
use crate::template::{Arguments, PercentTemplate, RustMessage};

/// Reads frames, one at a time.
pub(crate) struct Decoder {
    /// This process: asking for it is a system call.
    process: u32,
    /// The frame's words, little-endian, and whatever was there before behind them.
    bytes: Vec<u8>,
    /// Length of the frame.
    length: usize,
    templates: Templates,
    /// The message, where it comes of a template of Python's.
    message: String,
}

/// Python's templates, parsed once.
#[derive(Default)]
struct Templates {
    numbers: FxHashMap<Box<str>, usize>,
    parsed: Vec<Option<PercentTemplate>>,
}

impl Decoder {
    pub(crate) fn new() -> Self {
        let templates = Templates::default();
        Self {
            process: std::process::id(),
            bytes: Vec::new(),
            length: 0,
            templates,
            message: String::new(),
        }
    }

    /// Takes a frame out of a lane.
    #[inline]
    pub(crate) fn load(&mut self, words: &[AtomicWord]) {
        for (chunk, word) in self.room(words.len()).iter_mut().zip(words) {
            *chunk = word.load(Ordering::Relaxed).to_le_bytes();
        }
    }

    /// Takes a frame that was too long for its lane.
    #[cold]
    pub(crate) fn load_aside(&mut self, words: &[Word]) {
        for (chunk, word) in self.room(words.len()).iter_mut().zip(words) {
            *chunk = word.to_le_bytes();
        }
    }

    /// Room for a frame of so many words.
    #[inline]
    fn room(&mut self, words: usize) -> &mut [[u8; WORD_BYTES]] {
        let length = words * WORD_BYTES;
        self.length = length;
        if self.bytes.len() < length {
            self.bytes.resize(length, 0);
        } else if length < SMALL && self.bytes.len() > SMALL {
            self.bytes = vec![0; SMALL];
        }
        self.bytes.as_chunks_mut().0
    }

    /// Takes a frame that is bytes already.
    pub(crate) fn load_bytes(&mut self, bytes: &[u8]) {
        self.length = bytes.len();
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
    }

    /// Ticks of the clock.
    pub(crate) fn time(&self) -> u64 {
        match self.at_word(time_word(self.kind())) {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => 0,
        }
    }

    /// The number of the route that the frame goes.
    pub(crate) fn route(&self) -> u32 {
        // Beside the header where a word is wide, and before the time in local frames of 32 bits.
        let word = if WORD_BYTES == 8 || is_local(self.kind()) { 2 } else { 3 };
        match self.at_word(word) {
            Some(bytes) => u32::from_le_bytes(*bytes),
            None => u32::MAX,
        }
    }

    fn kind(&self) -> Kind {
        let first = self.at_word(0).copied().map(Word::from_le_bytes);
        first.and_then(Header::from_word).map_or(Kind::Padding, |header| header.kind)
    }

    fn at_word<const N: usize>(&self, word: usize) -> Option<&[u8; N]> {
        self.bytes.get(word * WORD_BYTES..)?.first_chunk()
    }

    /// [`Decoder::read`] for those who read few: the collector's stays the only one that is made for its
    /// caller.
    #[inline(never)]
    pub(crate) fn read_now_and_then(
        &mut self,
        name: &str,
        thread: Option<&(u64, String)>,
        conversion: &Conversion,
        take: &mut dyn FnMut(&Record<'_>),
    ) {
        self.read(name, thread, conversion, take);
    }

    /// Gives the record that the frame holds to `take`. A frame that cannot be read gives none.
    pub(crate) fn read(
        &mut self,
        name: &str,
        thread: Option<&(u64, String)>,
        conversion: &Conversion,
        take: impl FnOnce(&Record<'_>),
    ) {
        let Some(&first) = self.bytes.first_chunk() else { return };
        let Some(header) = Header::from_word(Word::from_le_bytes(first)) else { return };
        let mut details = Details::default();
        details.thread = thread.map(|(id, name)| (*id, &**name));
        details.process = Some((self.process, "MainProcess"));
        if header.kind != Kind::Portable {
            // Most records have few values: there is no need to prepare room for all.
            let (mut few, mut many);
            let values: &mut [_] = if header.values <= FEW {
                few = [Value::None; FEW];
                &mut few
            } else {
                many = [Value::None; MAX_VALUES];
                &mut many
            };
            let extended;
            let event = if header.kind == Kind::Extended {
                let frame = self.bytes.get(..self.length).unwrap_or_default();
                let Ok((event, extra)) = local::read_extended(frame, values) else { return };
                extended = extra;
                event
            } else {
                let Ok(event) = local::read(&self.bytes, values) else { return };
                extended = &[];
                event
            };
            let Some(site) = resolve_call_site(event.site) else { return };
            let time = conversion.wall(event.time);
            let mut pairs = FewPairs::new();
            if !extended.is_empty() {
                extra::read(extended, site.keys, &mut pairs, &mut details);
            }
            let mut all = details;
            all.key_values = &pairs;
            return take(&Record::from_site(name, site, event.level, time, event.values, &all));
        }
        let Some((time, bytes, extra)) =
            portable_parts(self.bytes.get(..self.length).unwrap_or_default())
        else {
            return;
        };
        let (mut few, mut many) = ([Value::None; FEW], Vec::new());
        let count = bytes.get(3).map_or(0, |count| usize::from(*count));
        let room: &mut [_] = if count <= FEW {
            &mut few
        } else {
            many.resize(count, Value::None);
            &mut many
        };
        let mut key_values = FewPairs::new();
        let take_pair = |pair| key_values.push(pair);
        let Ok(frame) = Portable::read_into(bytes, room, take_pair) else { return };
        let mapping = frame.mapping.map(|count| key_values.drain(..count).collect::<Vec<_>>());
        let time = if frame.time == 0 { conversion.wall(time) } else { frame.time };
        details.location = frame.location;
        if !extra.is_empty() {
            extra::read(extra, &[], &mut key_values, &mut details);
        }
        let mut all = details;
        all.key_values = &key_values;
        all.function = frame.function;
        all.level_name = frame.level_name;
        all.thread = frame.thread.or(all.thread);
        all.process = frame.process.or(all.process);
        all.task = frame.task;
        all.exception = frame.exception;
        all.stack = frame.stack;
        let name = if frame.name.is_empty() { name } else { frame.name };
        let record = |message| {
            let record = Record::from_message(name, message, frame.level, time, &all);
            if header.values & Header::IS_RECOVERED != 0 { record.recovered() } else { record }
        };
        if frame.style == Style::Rust {
            return take(&record(&RustMessage::new(frame.template, frame.arguments)));
        }
        let template = match frame.style {
            Style::Percent => self.templates.get(frame.template),
            _ => None,
        };
        let Some(template) = template else {
            return take(&record(&frame.template).with_written_message(frame.template));
        };
        let message = template.message(match &mapping {
            Some(mapping) => Arguments::Mapping(mapping),
            None => Arguments::Positional(frame.arguments),
        });
        // Quicker than by way of `Display`; one that fails does so again for its formatter.
        self.message.clear();
        self.message.shrink_to(SMALL);
        match message.write(&mut self.message) {
            Ok(()) => take(&record(&message).with_written_message(&self.message)),
            Err(_) => take(&record(&message)),
        }
    }
}

impl Templates {
    /// The parsed template; `None` for one that is no template, whose text is the message then.
    fn get(&mut self, text: &str) -> Option<&PercentTemplate> {
        let number = match self.numbers.get(text) {
            Some(number) => *number,
            None => self.add(text),
        };
        self.parsed.get(number)?.as_ref()
    }

    #[cold]
    fn add(&mut self, text: &str) -> usize {
        if self.parsed.len() >= MAX_TEMPLATES {
            *self = Self::default();
        }
        let number = self.parsed.len();
        self.numbers.insert(text.into(), number);
        self.parsed.push(PercentTemplate::parse(text).ok());
        number
    }
}

/// The word of a frame that its time begins with.
pub(crate) const fn time_word(kind: Kind) -> usize {
    if WORD_BYTES == 4 && is_local(kind) { 3 } else { 1 }
}

const fn is_local(kind: Kind) -> bool {
    matches!(kind, Kind::Local | Kind::LocalCut | Kind::Extended)
}

/// Time and bytes of a portable frame, and what surrounds it: after the header come the time, the
/// route, the length.
pub(crate) fn portable_parts(words: &[u8]) -> Option<(u64, &[u8], &[u8])> {
    let (time, rest) = words.get(WORD_BYTES..)?.split_first_chunk()?;
    let (_route, rest) = rest.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (frame, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let padding = frame.len().next_multiple_of(WORD_BYTES) - frame.len();
    Some((u64::from_le_bytes(*time), frame, rest.get(padding..).unwrap_or_default()))
}

/// Values that a frame usually has at most.
const FEW: usize = 4;
/// Bytes that the decoder keeps from frame to frame.
const SMALL: usize = 64 << 10;
/// Templates that are kept; a program that makes its templates at run time begins anew then.
const MAX_TEMPLATES: usize = 4096;
