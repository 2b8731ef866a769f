//! Where a host finds what local frames of a 32-bit program refer to: offsets, in bytes, of the fields of
//! statics whose addresses the frames hold.
//!
//! A text is the address of its bytes and their number, a word each; address 0 is `None`. Checked at
//! compile time where addresses are what frames hold.

/// Bytes of a word.
pub const WORD: usize = 4;

/// Fields of a [`CallSite`](crate::CallSite).
pub mod call_site {
    /// The line, a word.
    pub const LINE: usize = 0;
    /// Address of the [facts](super::facts).
    pub const FACTS: usize = 4;
    /// The template, a text.
    pub const TEMPLATE: usize = 8;
}

/// Fields of [`SiteFacts`](crate::SiteFacts).
pub mod facts {
    /// The level, a byte; 0 where it is known only at run time.
    pub const LEVEL: usize = 0;
    /// The target, a text or `None`.
    pub const TARGET: usize = 4;
    /// The module, a text.
    pub const MODULE_PATH: usize = 12;
    /// The source file, a text.
    pub const FILE: usize = 20;
    /// The keys: address and number of texts.
    pub const KEYS: usize = 28;
}

/// Fields of a [`Logger`](crate::Logger).
pub mod logger {
    /// The name, a text.
    pub const NAME: usize = 0;
}

/// What a program has at the address that it says itself ([`wire`](super::wire)): an ELF without it there
/// is another program's, or an earlier build's. Other offsets will need another mark.
pub static MARK: [u8; 8] = *b"femto\0\0\x01";
