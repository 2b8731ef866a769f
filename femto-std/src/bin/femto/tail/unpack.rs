//! Packed files, told by their first bytes.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
    Other(&'static str),
}

impl Packing {
    /// `None` if the file is not packed. (RFC 1952; RFC 8878; the magic numbers of bzip2 and xz.)
    pub(super) fn of(file: &File) -> io::Result<Option<Self>> {
        let mut magic = [0; 6];
        let size = file.read_at(&mut magic, 0)?;
        Ok(match &magic[..size] {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A'] => Some(Self::Other("bzip2")),
            [0xfd, b'7', b'z', b'X', b'Z', 0] => Some(Self::Other("xz")),
            _ => None,
        })
    }

    /// What is in the file.
    pub(super) fn unpack(self, file: File) -> io::Result<Box<dyn Read>> {
        let file = BufReader::with_capacity(super::lines::CHUNK, file);
        let name = match self {
            #[cfg(feature = "gzip")]
            Self::Gzip => return Ok(Box::new(flate2::bufread::MultiGzDecoder::new(file))),
            #[cfg(feature = "zstd")]
            Self::Zstd => {
                let decoder = zstd::stream::read::Decoder::with_buffer(file)?;
                return Ok(Box::new(decoder));
            }
            #[cfg(not(feature = "gzip"))]
            Self::Gzip => "packed by gzip: this femto was built without the feature `gzip`",
            #[cfg(not(feature = "zstd"))]
            Self::Zstd => "packed by zstd: this femto was built without the feature `zstd`",
            Self::Other("xz") => "packed by xz: unpack it with `xzcat FILE | femto tail`",
            Self::Other(_) => "packed by bzip2: unpack it with `bzcat FILE | femto tail`",
        };
        drop(file);
        Err(io::Error::new(io::ErrorKind::Unsupported, name))
    }
}
