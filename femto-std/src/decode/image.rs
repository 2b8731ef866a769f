//! The statics of a 32-bit program, read from its ELF.

use core::fmt;
use core::ops::Range;

use femto_core::Level;
use femto_core::frame::address::{self, call_site, facts, logger};
use object::{Architecture, Object, ObjectSegment};

/// What a program's ELF says of its statements and loggers.
///
/// 32-bit little-endian programs only: in others a frame names its statement by an index into a table
/// that only the running program has.
#[derive(Debug)]
pub struct Image {
    /// Address and bytes of what is loaded or initialised.
    segments: Vec<(u64, Vec<u8>)>,
}

/// Why a file cannot be taken for a program's image.
#[derive(Debug)]
#[non_exhaustive]
pub enum ImageError {
    /// It is no ELF, or a damaged one.
    ReadElf(object::Error),
    /// It is of a kind of program whose frames mean nothing outside it.
    TakeArchitecture(Architecture),
    /// It is big-endian.
    TakeByteOrder,
}

/// A statement, as its `CallSite` tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site<'i> {
    pub(super) level: Level,
    pub(super) target: Option<&'i str>,
    pub(super) file: &'i str,
    pub(super) line: u32,
    pub(super) template: &'i str,
    keys: Range32,
}

/// An array of texts.
#[derive(Clone, Copy, Debug)]
struct Range32 {
    address: u32,
    length: usize,
}

impl Image {
    /// Reads an ELF.
    ///
    /// # Errors
    /// [`ImageError`] if the bytes are no ELF of a 32-bit little-endian program.
    pub fn read(elf: &[u8]) -> Result<Self, ImageError> {
        let file = object::File::parse(elf).map_err(ImageError::ReadElf)?;
        if file.is_64() {
            return Err(ImageError::TakeArchitecture(file.architecture()));
        }
        if !file.is_little_endian() {
            return Err(ImageError::TakeByteOrder);
        }
        let mut segments = Vec::new();
        for segment in file.segments() {
            let bytes = segment.data().map_err(ImageError::ReadElf)?;
            segments.push((segment.address(), bytes.to_vec()));
        }
        Ok(Self { segments })
    }

    /// An image of one segment.
    #[cfg(test)]
    pub(super) fn of_segment(address: u64, bytes: Vec<u8>) -> Self {
        Self { segments: vec![(address, bytes)] }
    }

    /// Whether a program that has its [`MARK`](address::MARK) there may be this one.
    pub(super) fn has_mark(&self, address: u32) -> bool {
        self.bytes(address, address::MARK.len()).is_some_and(|bytes| bytes == address::MARK)
    }

    /// The statement at an address, if there can be one.
    pub(super) fn site(&self, address: u32) -> Option<Site<'_>> {
        let at = |offset: usize| address.checked_add(offset as u32);
        let start = self.word(at(call_site::FACTS)?)?;
        let fact = |offset: usize| start.checked_add(offset as u32);
        let target = match self.word(fact(facts::TARGET)?)? {
            0 => None,
            _ => Some(self.text(fact(facts::TARGET)?)?),
        };
        let _module_path = self.text(fact(facts::MODULE_PATH)?)?;
        let file = self.text(fact(facts::FILE)?)?;
        let line = self.word(at(call_site::LINE)?)?;
        let keys = Range32 {
            address: self.word(fact(facts::KEYS)?)?,
            length: self.word(fact(facts::KEYS + address::WORD)?)? as usize,
        };
        let is_plausible = address.is_multiple_of(address::WORD as u32)
            && !file.is_empty()
            && line > 0
            && keys.length <= femto_core::frame::MAX_VALUES;
        is_plausible.then_some(Site {
            level: Level::new(*self.bytes(fact(facts::LEVEL)?, 1)?.first()?),
            target,
            file,
            line,
            template: self.text(at(call_site::TEMPLATE)?)?,
            keys,
        })
    }

    /// The name of the logger at an address, if there can be one.
    pub(super) fn logger(&self, address: u32) -> Option<&str> {
        let is_aligned = address.is_multiple_of(address::WORD as u32);
        let name = self.text(address.checked_add(logger::NAME as u32)?)?;
        is_aligned.then_some(name)
    }

    /// The keys of a statement.
    pub(super) fn keys(&self, site: &Site<'_>) -> Option<Vec<&str>> {
        let size = 2 * address::WORD as u32;
        let key = |index| self.text(site.keys.address.checked_add(index * size)?);
        (0..site.keys.length as u32).map(key).collect()
    }

    /// The text that the reference at an address leads to.
    fn text(&self, address: u32) -> Option<&str> {
        let start = self.word(address)?;
        let length = self.word(address.checked_add(address::WORD as u32)?)? as usize;
        if length == 0 {
            return Some("");
        }
        core::str::from_utf8(self.bytes(start, length)?).ok()
    }

    fn word(&self, address: u32) -> Option<u32> {
        Some(u32::from_le_bytes(*self.bytes(address, address::WORD)?.first_chunk()?))
    }

    fn bytes(&self, address: u32, length: usize) -> Option<&[u8]> {
        self.segments.iter().find_map(|(start, bytes)| {
            let from = usize::try_from(u64::from(address).checked_sub(*start)?).ok()?;
            bytes.get(Range { start: from, end: from.checked_add(length)? })
        })
    }
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadElf(source) => write!(f, "not an ELF: {source}"),
            Self::TakeArchitecture(architecture) => write!(
                f,
                "a 64-bit program ({architecture:?}): its rings name statements by an index into a table that \
                 only the running program has; expected a 32-bit one"
            ),
            Self::TakeByteOrder => {
                f.write_str("a big-endian program: expected a little-endian one")
            }
        }
    }
}

impl core::error::Error for ImageError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::ReadElf(source) => Some(source),
            _ => None,
        }
    }
}
