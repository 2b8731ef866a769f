//! A microcontroller's program as a host sees it: an ELF with the statics that frames refer to, and frames of its rings
//! as they lie there. For the tests and the fuzz targets.

use femto_core::frame::address::{MARK, call_site, facts, logger};

/// A program of 32 bits, all of it in flash.
pub(crate) struct Program {
    flash: Vec<u8>,
    /// Where its mark lies.
    pub(crate) mark: u32,
}

/// Where flash begins.
const FLASH: u32 = 0x0800_0000;

impl Program {
    /// A program without statements, whose mark lies `before` bytes from the start of flash.
    pub(crate) fn new(before: usize) -> Self {
        let mut program = Self { flash: vec![0xff; before], mark: 0 };
        program.mark = program.put(&MARK);
        program
    }

    /// A logger; answers its address.
    pub(crate) fn logger(&mut self, name: &str) -> u32 {
        let name = self.text(name);
        let mut words = [0; 6];
        words[logger::NAME / 4..][..2].copy_from_slice(&name);
        self.words(&words)
    }

    /// A statement at a line of `main.rs`; answers its address.
    pub(crate) fn site(
        &mut self,
        level: u8,
        line: u32,
        template: &str,
        keys: &[&str],
        target: Option<&str>,
    ) -> u32 {
        let keys: Vec<u32> = keys.iter().flat_map(|key| self.text(key)).collect();
        let keys = [self.words(&keys), keys.len() as u32 / 2];
        let target = target.map_or([0, 0], |target| self.text(target));
        let (module, file, template) =
            (self.text("app"), self.text("main.rs"), self.text(template));
        let mut words = [0; 9];
        let mut put =
            |at: usize, these: &[u32]| words[at / 4..][..these.len()].copy_from_slice(these);
        put(facts::LEVEL, &[level.into()]);
        put(facts::TARGET, &target);
        put(facts::MODULE_PATH, &module);
        put(facts::FILE, &file);
        put(facts::KEYS, &keys);
        let facts = self.words(&words);
        let mut words = [0; 5];
        let mut put =
            |at: usize, these: &[u32]| words[at / 4..][..these.len()].copy_from_slice(these);
        put(call_site::LINE, &[line]);
        put(call_site::FACTS, &[facts]);
        put(call_site::TEMPLATE, &template);
        self.words(&words)
    }

    /// Its ELF, of the class (1: 32 bits) and byte order (1: little-endian) given; *System V Application Binary
    /// Interface*, chapters 4 and 5.
    pub(crate) fn elf(&self, class: u8, order: u8) -> Vec<u8> {
        let length = self.flash.len() as u32;
        let mut elf = vec![0x7f, b'E', b'L', b'F', class, order, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let half = |elf: &mut Vec<u8>, value: u16| {
            elf.extend(if order == 1 { value.to_le_bytes() } else { value.to_be_bytes() })
        };
        let word = |elf: &mut Vec<u8>, value: u32| match (class, order) {
            (1, 1) => elf.extend(value.to_le_bytes()),
            (1, _) => elf.extend(value.to_be_bytes()),
            _ => elf.extend(u64::from(value).to_le_bytes()),
        };
        // An executable for Arm (or AArch64), its entry, where program and section headers are, flags.
        let (header, program) = if class == 1 { (52, 32) } else { (64, 56) };
        half(&mut elf, 2);
        half(&mut elf, if class == 1 { 40 } else { 183 });
        elf.extend(if order == 1 { 1_u32.to_le_bytes() } else { 1_u32.to_be_bytes() });
        for address in [FLASH, header.into(), 0] {
            word(&mut elf, address);
        }
        elf.extend([0; 4]);
        for size in [header, program, 1, 40, 0, 0] {
            half(&mut elf, size);
        }
        // One segment, which is loaded and read.
        if class == 1 {
            for field in [1, 84, FLASH, FLASH, length, length, 4, 4] {
                word(&mut elf, field);
            }
        } else {
            elf.extend([1, 0, 0, 0, 4, 0, 0, 0]);
            for field in [120, FLASH, FLASH, length, length, 4] {
                word(&mut elf, field);
            }
        }
        elf.extend(&self.flash);
        elf
    }

    fn text(&mut self, text: &str) -> [u32; 2] {
        [self.put(text.as_bytes()), text.len() as u32]
    }

    fn words(&mut self, words: &[u32]) -> u32 {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.put(&bytes)
    }

    fn put(&mut self, bytes: &[u8]) -> u32 {
        self.flash.resize(self.flash.len().next_multiple_of(4), 0);
        let at = FLASH + self.flash.len() as u32;
        self.flash.extend(bytes);
        at
    }
}

/// A frame of a ring: its kind, level, call site, logger, time, and values by kind and words.
pub(crate) fn frame(
    kind: u32,
    level: u8,
    site: u32,
    logger: u32,
    time: u64,
    values: &[(u32, &[u32])],
) -> Vec<u8> {
    let mut words = vec![0, site, logger, time as u32, (time >> 32) as u32];
    for few in values.chunks(6) {
        words.push(few.iter().rev().fold(0, |kinds, (kind, _)| kinds << 5 | kind));
    }
    words.extend(values.iter().flat_map(|(_, words)| *words));
    words[0] =
        words.len() as u32 | u32::from(level) << 12 | (values.len() as u32) << 20 | kind << 29;
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A frame on the wire, with these flags.
pub(crate) fn packet(flags: u8, sequence: u32, payload: &[u8]) -> Vec<u8> {
    enclose(&[&[1, flags][..], &sequence.to_le_bytes(), payload].concat())
}

/// A payload with its checksum, in COBS between zeros.
pub(crate) fn enclose(payload: &[u8]) -> Vec<u8> {
    let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI).checksum(payload);
    let bytes = [payload, &crc.to_le_bytes()].concat();
    let mut stream = vec![0; 2 + cobs::max_encoding_length(bytes.len())];
    let length = cobs::encode(&bytes, &mut stream[1..]);
    stream.truncate(length + 2);
    stream
}

/// Flags of what the writer says about itself.
pub(crate) const ABOUT: u8 = 16;
/// Flags of a frame as it lay in a ring.
pub(crate) const FROM_RING: u8 = 8;

/// What the writer says about itself: where its mark is, ticks per second.
pub(crate) fn about(mark: u32, rate: u64) -> Vec<u8> {
    [&mark.to_le_bytes()[..], &rate.to_le_bytes()].concat()
}
