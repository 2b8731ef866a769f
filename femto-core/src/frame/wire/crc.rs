//! CRC-32C, for writers and readers of the wire.

/// The checksum of the bytes so far: CRC-32/ISCSI of the catalogue of Cook, that of RFC 3720.
///
/// Bit by bit. A table would take a KiB, and the crate `crc` 200 bytes more than these few lines, for it
/// learns only at run time in which order the bits come.
#[derive(Clone, Copy)]
pub(super) struct Crc(u32);

impl Crc {
    pub(super) const fn new() -> Self {
        Self(!0)
    }

    /// The checksum of all of `bytes`.
    pub(super) fn of(bytes: &[u8]) -> u32 {
        let mut crc = Self::new();
        bytes.iter().for_each(|byte| crc.byte(*byte));
        crc.sum()
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.0 ^= u32::from(byte);
        for _ in 0..u8::BITS {
            let has_carry = self.0 & 1 != 0;
            self.0 = self.0 >> 1 ^ if has_carry { REFLECTED } else { 0 };
        }
    }

    pub(super) const fn sum(self) -> u32 {
        !self.0
    }
}

/// The polynomial 0x1EDC6F41, lowest power in the highest bit.
const REFLECTED: u32 = 0x1edc_6f41_u32.reverse_bits();

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_check_value_of_the_catalogue() {
        assert_eq!(Crc::of(b"123456789"), 0xe306_9283);
    }

    proptest! {
        #[test]
        fn it_is_the_checksum_of_the_field(bytes: std::vec::Vec<u8>) {
            let crc = ::crc::Crc::<u32>::new(&::crc::CRC_32_ISCSI);
            prop_assert_eq!(Crc::of(&bytes), crc.checksum(&bytes));
        }
    }
}
