//! Frames of another process made into portable ones, which tell everything themselves.

use std::collections::HashMap;

use femto_core::frame::portable::{Portable, Style};
use femto_core::frame::{Header, Kind, MAX_VALUES, local};
use femto_core::{Details, Level, Value, WORD_BYTES, Word};

use super::LeftRecord;
use crate::clock::Conversion;
use crate::collector::portable_parts;
use crate::extra::{self, FewPairs};
use crate::recover::spelled::{Route, Statement};

/// What is known of the process that wrote the frames.
pub(super) struct Maker<'a> {
    pub(super) statements: HashMap<u32, Statement<'a>>,
    pub(super) routes: HashMap<u32, Route<'a>>,
    pub(super) conversion: Conversion,
    pub(super) process: u32,
    /// The thread that wrote them.
    pub(super) thread: Option<(u64, String)>,
}

impl Maker<'_> {
    /// The record of a frame, whose words are in the order of this machine; `None` if it is damaged.
    pub(super) fn record(&self, frame: &[u8]) -> Option<LeftRecord> {
        let words = frame.as_chunks().0.iter().map(|word| Word::from_ne_bytes(*word));
        let bytes: Vec<u8> = words.flat_map(Word::to_le_bytes).collect();
        let header = Header::from_word(Word::from_le_bytes(*bytes.first_chunk()?))?;
        match header.kind {
            Kind::Local | Kind::LocalCut | Kind::Extended => self.local(&bytes, header.kind),
            Kind::Portable => self.portable(&bytes),
            _ => None,
        }
    }

    fn local(&self, bytes: &[u8], kind: Kind) -> Option<LeftRecord> {
        let mut values = [Value::None; MAX_VALUES];
        let (event, extended) = match kind {
            Kind::Extended => local::read_extended(bytes, &mut values).ok()?,
            _ => (local::read(bytes, &mut values).ok()?, &[][..]),
        };
        let statement = self.statements.get(&event.site)?;
        let route = self.routes.get(&event.route);
        let arguments = event.values.len().checked_sub(statement.keys.len())?;
        let (arguments, of_keys) = event.values.split_at(arguments);
        let mut pairs: Vec<_> =
            statement.keys.iter().copied().zip(of_keys.iter().copied()).collect();
        let (mut more, mut details) = (FewPairs::new(), Details::default());
        extra::read(extended, &statement.keys, &mut more, &mut details);
        pairs.extend(more);
        let time = self.conversion.wall(event.time);
        let name = statement.target.or(route.map(|route| route.name)).unwrap_or("root");
        let mut frame = Vec::new();
        let written = Portable {
            level: event.level,
            style: Style::Rust,
            time,
            name,
            template: statement.template,
            arguments,
            mapping: None,
            key_values: (!pairs.is_empty()).then_some(&pairs[..]),
            location: details.location.or(Some((statement.file, statement.line))),
            function: None,
            level_name: None,
            thread: self.thread(),
            process: self.process(),
            task: None,
            exception: None,
            stack: None,
        }
        .write(&mut frame);
        let Ok(()) = written;
        Some(self.left(event.level, time, event.route, &frame))
    }

    /// A frame that tells nearly everything already.
    fn portable(&self, bytes: &[u8]) -> Option<LeftRecord> {
        let (time, frame, extended) = portable_parts(bytes)?;
        let route_at = WORD_BYTES + 8;
        let id = u32::from_le_bytes(*bytes.get(route_at..)?.first_chunk()?);
        let read = Portable::read(frame).ok()?;
        let time = if read.time == 0 { self.conversion.wall(time) } else { read.time };
        let route_name = self.routes.get(&id).map_or("root", |route| route.name);
        let arguments: Vec<_> = read.arguments.collect();
        let mapping: Option<Vec<_>> = read.mapping.map(Iterator::collect);
        let mut key_values: FewPairs<'_> = read.key_values.into_iter().flatten().collect();
        let mut details = Details::default();
        extra::read(extended, &[], &mut key_values, &mut details);
        let mut frame = Vec::new();
        let written = Portable {
            level: read.level,
            style: read.style,
            time,
            name: if read.name.is_empty() { route_name } else { read.name },
            template: read.template,
            arguments: &arguments[..],
            mapping: mapping.as_deref(),
            key_values: (!key_values.is_empty()).then_some(&key_values[..]),
            location: details.location.or(read.location),
            function: read.function,
            level_name: read.level_name,
            thread: read.thread.or(self.thread()),
            process: read.process.or(self.process()),
            task: read.task,
            exception: read.exception,
            stack: read.stack,
        }
        .write(&mut frame);
        let Ok(()) = written;
        Some(self.left(read.level, time, id, &frame))
    }

    fn thread(&self) -> Option<(u64, &str)> {
        self.thread.as_ref().map(|(id, name)| (*id, &**name))
    }

    fn process(&self) -> Option<(u32, &'static str)> {
        Some((self.process, "MainProcess"))
    }

    /// The frame as a ring has it, marked as recovered.
    fn left(&self, level: Level, time: u64, route: u32, frame: &[u8]) -> LeftRecord {
        let words = 1 + (16 + frame.len()).div_ceil(WORD_BYTES);
        let words = words.min(Header::MAX_WORDS);
        let values = Header::IS_RECOVERED;
        let header = Header { words, level, values, kind: Kind::Portable, site: 0 };
        let mut bytes = header.to_word().to_le_bytes().to_vec();
        bytes.extend(0_u64.to_le_bytes());
        bytes.extend((u64::from(route) | (frame.len() as u64) << 32).to_le_bytes());
        bytes.extend(frame);
        let slots = self.routes.get(&route).map(|route| route.slots.to_vec());
        LeftRecord { time, slots, frame: bytes }
    }
}
