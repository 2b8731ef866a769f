//! Where a record ends in a stream of bytes.

/// How the records in a stream are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framing {
    /// Each ends with a line end. A message of several lines is several records to the reader: a
    /// formatter that writes one line whatever the message says, such as JSON, avoids it.
    #[default]
    Newline,
    /// Before each its length in bytes, in decimal digits, and a space: "octet counting" of
    /// [RFC 6587, 3.4.1](https://www.rfc-editor.org/rfc/rfc6587#section-3.4.1). No line end.
    OctetCounting,
    /// Before each its length in bytes, as four bytes, the highest first. No line end.
    LengthPrefix,
}

impl Framing {
    /// Appends a record, given with its line end.
    pub(super) fn append(self, line: &[u8], out: &mut Vec<u8>) {
        let record = line.strip_suffix(b"\n").unwrap_or(line);
        match self {
            Self::Newline => return out.extend_from_slice(line),
            Self::OctetCounting => {
                let mut digits = itoa::Buffer::new();
                out.extend_from_slice(digits.format(record.len()).as_bytes());
                out.push(b' ');
            }
            Self::LengthPrefix => {
                // No record has 4 GiB: a lane's frame does not.
                let length = u32::try_from(record.len()).unwrap_or(u32::MAX);
                out.extend_from_slice(&length.to_be_bytes());
            }
        }
        out.extend_from_slice(record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(framing: Framing) -> Vec<u8> {
        let mut out = Vec::new();
        framing.append(b"one\n", &mut out);
        framing.append("zwölf\nmehr\n".as_bytes(), &mut out);
        framing.append(b"\n", &mut out);
        out
    }

    #[test]
    fn records_are_told_apart_as_their_standards_say() {
        assert_eq!(framed(Framing::Newline), "one\nzwölf\nmehr\n\n".as_bytes());
        assert_eq!(framed(Framing::OctetCounting), "3 one11 zwölf\nmehr0 ".as_bytes());
        assert_eq!(
            framed(Framing::LengthPrefix),
            "\0\0\0\x03one\0\0\0\x0bzwölf\nmehr\0\0\0\0".as_bytes()
        );
    }
}
