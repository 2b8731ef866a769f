//! Statements and routes, spelled out in the mapped file: what numbers in local frames mean.
//!
//! Written on the *caller* at a statement's first record, and when configuration changes; before any
//! frame that says the number. A region is the bytes used (a number), then entries: identifier and
//! length (32 bits each), then the bytes, filled up to a number. Of two entries with the same identifier
//! the later counts.

use core::sync::atomic::{AtomicU64, Ordering};
use std::collections::BTreeMap;
use std::io;

use femto_core::CallSite;

use super::arena::{Arena, PAGE};
use super::map::Map;

/// A region that grows.
#[derive(Debug)]
pub(super) struct Spelled {
    /// Offset, and above it the length in pages.
    root: &'static AtomicU64,
    region: &'static [AtomicU64],
    at: usize,
}

impl Spelled {
    pub(super) fn new(map: &Map, arena: &mut Arena, root: &'static AtomicU64) -> io::Result<Self> {
        let at = arena.take(FIRST).ok_or(io::ErrorKind::InvalidInput)?;
        let spelled = Self { root, region: map.numbers(at, FIRST / 8), at };
        spelled.publish();
        Ok(spelled)
    }

    fn publish(&self) {
        let pages = (self.region.len() * 8 / PAGE) as u64;
        self.root.store(self.at as u64 | pages << 48, Ordering::Release);
    }

    /// Adds an entry; false if there is no room.
    pub(super) fn add(&mut self, map: &Map, arena: &mut Arena, id: u32, bytes: &[u8]) -> bool {
        if self.append(id, bytes) {
            return true;
        }
        // Only the last entry of an identifier is needed.
        let mut entries: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
        let old: Vec<u8> =
            self.region.iter().flat_map(|n| n.load(Ordering::Relaxed).to_le_bytes()).collect();
        entries.extend(read(&old).map(|(id, bytes)| (id, bytes.to_vec())));
        entries.insert(id, bytes.to_vec());
        let needed: usize = entries.values().map(|bytes| 8 + bytes.len().next_multiple_of(8)).sum();
        let room = (2 * needed + 8).next_multiple_of(PAGE);
        let Some(at) = arena.take(room) else { return false };
        let larger = Self { root: self.root, region: map.numbers(at, room / 8), at };
        larger.region[0].store(0, Ordering::Relaxed);
        for (id, bytes) in entries {
            larger.append(id, &bytes);
        }
        larger.publish();
        arena.give_back(self.at, self.region.len() * 8);
        *self = larger;
        true
    }

    fn append(&self, id: u32, bytes: &[u8]) -> bool {
        let used = self.region[0].load(Ordering::Relaxed) as usize;
        let Some([head, rest @ ..]) = self.region.get(1 + used / 8..) else { return false };
        if rest.len() < bytes.len().div_ceil(8) {
            return false;
        }
        head.store(u64::from(id) | (bytes.len() as u64) << 32, Ordering::Relaxed);
        put_bytes(rest, bytes);
        let used = used + 8 + bytes.len().next_multiple_of(8);
        self.region[0].store(used as u64, Ordering::Release);
        true
    }
}

/// The entries of a region, in order. Total: any bytes will do.
pub(super) fn read(region: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let (used, entries) = region
        .split_first_chunk::<8>()
        .map_or((0, &[][..]), |(used, entries)| (u64::from_ne_bytes(*used) as usize, entries));
    let mut rest = entries.get(..used).unwrap_or(entries);
    core::iter::from_fn(move || {
        let (head, behind) = rest.split_first_chunk::<8>()?;
        let head = u64::from_ne_bytes(*head);
        let length = (head >> 32) as usize;
        let bytes = behind.get(..length)?;
        rest = behind.get(length.next_multiple_of(8)..).unwrap_or_default();
        Some((head as u32, bytes))
    })
}

/// Puts bytes into numbers, as many as there is room for; answers how many.
pub(super) fn put_bytes(room: &[AtomicU64], bytes: &[u8]) -> usize {
    for (slot, chunk) in room.iter().zip(bytes.chunks(8)) {
        let mut number = [0; 8];
        number[..chunk.len()].copy_from_slice(chunk);
        // The bytes lie in memory as they come, whatever the order of a number's.
        slot.store(u64::from_ne_bytes(number), Ordering::Relaxed);
    }
    bytes.len().min(8 * room.len())
}

/// A statement's entry.
pub(super) fn statement(site: &CallSite) -> Vec<u8> {
    let mut bytes = vec![u8::from(site.target.is_some()), site.keys.len() as u8];
    bytes.extend(site.line.to_le_bytes());
    let texts = [site.target.unwrap_or(""), site.module_path, site.file, site.template];
    for text in texts.iter().chain(site.keys) {
        put_text(text, &mut bytes);
    }
    bytes
}

/// What a statement's entry says.
#[derive(Debug)]
pub(super) struct Statement<'a> {
    pub(super) target: Option<&'a str>,
    pub(super) file: &'a str,
    pub(super) line: u32,
    pub(super) template: &'a str,
    pub(super) keys: Vec<&'a str>,
}

impl<'a> Statement<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let ([has_target, keys, a, b, c, d], mut rest) = bytes.split_first_chunk()?;
        let [target, _module, file, template] = [(); 4].map(|()| text(&mut rest));
        Some(Self {
            target: (*has_target != 0).then_some(target?),
            file: file?,
            line: u32::from_le_bytes([*a, *b, *c, *d]),
            template: template?,
            keys: (0..*keys).map(|_| text(&mut rest)).collect::<Option<_>>()?,
        })
    }
}

/// A route's entry: the slots of its handlers and its logger's name.
pub(super) fn route(name: &str, slots: &[u8]) -> Vec<u8> {
    let mut bytes = vec![slots.len() as u8];
    bytes.extend(slots);
    put_text(name, &mut bytes);
    bytes
}

/// What a route's entry says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route<'a> {
    pub(super) slots: &'a [u8],
    pub(super) name: &'a str,
}

impl<'a> Route<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (count, rest) = bytes.split_first()?;
        let (slots, mut rest) = rest.split_at_checked((*count).into())?;
        Some(Self { slots, name: text(&mut rest)? })
    }
}

fn put_text(text: &str, bytes: &mut Vec<u8>) {
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let (length, behind) = rest.split_first_chunk()?;
    let (text, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *rest = behind;
    core::str::from_utf8(text).ok()
}

/// A region begins with so many bytes.
const FIRST: usize = 4 * PAGE;
