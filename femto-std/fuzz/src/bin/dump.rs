//! Any ELF and any memory give records, or none.
#![no_main]

use femto_std::decode::{Dump, Image};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &[u8], u64)| {
    let (elf, memory, rate) = input;
    let Ok(image) = Image::read(elf) else { return };
    // The ELF itself as memory refers to itself most easily.
    for memory in [memory, elf] {
        let mut text = String::new();
        Dump::new(Some(&image), memory, Some(rate))
            .for_each(|record| _ = record.write_message(&mut text));
    }
});
