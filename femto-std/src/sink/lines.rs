//! Lines on their way to a sink, and where the records end.

use femto_core::Record;

/// Where a record ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecordEnd {
    /// The first byte behind its line end, counted from the start of the block.
    pub(crate) at: usize,
    /// The second of the record's time, since the Unix epoch.
    pub(crate) second: u64,
}

impl RecordEnd {
    /// A record whose line, or lines, end at a place.
    pub(crate) fn of(record: &Record<'_>, at: usize) -> Self {
        Self { at, second: record.time().map_or(0, |time| time.as_secs()) }
    }
}

/// Lines to write: a block, or what is left of it.
#[derive(Clone, Copy, Debug)]
pub struct Lines<'a> {
    bytes: &'a [u8],
    /// Ends of the records that `bytes` ends; empty if the sink did not ask for them.
    ends: &'a [RecordEnd],
    /// How much of the block lies before `bytes`.
    before: usize,
    starts_record: bool,
}

impl<'a> Lines<'a> {
    /// A block and the ends of its records.
    pub(crate) fn new(bytes: &'a [u8], ends: &'a [RecordEnd]) -> Self {
        Self { bytes, ends, before: 0, starts_record: true }
    }

    /// What is left when so many bytes are written.
    pub(crate) fn after(self, written: usize) -> Self {
        let before = self.before + written;
        let done = self.ends.partition_point(|end| end.at <= before);
        let starts_record = match done.checked_sub(1) {
            Some(last) => self.ends[last].at == before,
            None => self.starts_record && written == 0,
        };
        Self { bytes: &self.bytes[written..], ends: &self.ends[done..], before, starts_record }
    }

    /// The bytes. Never empty when a sink is offered them.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// Where the records end: how many of the bytes lie before that, with the second of the record's
    /// time since the Unix epoch. Empty if the opener did not [ask](super::Open::wants_ends).
    pub fn ends(self) -> impl Iterator<Item = (usize, u64)> + 'a {
        self.ends.iter().map(move |end| (end.at - self.before, end.second))
    }

    /// Whether a record begins here, so that it can go elsewhere than what was written before.
    #[must_use]
    pub fn starts_record(self) -> bool {
        self.starts_record
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_knows_its_ends_and_whether_a_record_begins() {
        let ends = [(4, 10), (8, 20), (14, 30)].map(|(at, second)| RecordEnd { at, second });
        let lines = Lines::new(b"one\ntwo\nthree\n", &ends);
        assert!(lines.starts_record());
        assert!(lines.ends().eq([(4, 10), (8, 20), (14, 30)]));
        let rest = lines.after(4);
        assert_eq!((rest.bytes(), rest.starts_record()), (&b"two\nthree\n"[..], true));
        assert!(rest.ends().eq([(4, 20), (10, 30)]));
        let torn = rest.after(6);
        assert_eq!((torn.bytes(), torn.starts_record()), (&b"ree\n"[..], false));
        assert!(torn.ends().eq([(4, 30)]));
        assert!(!torn.after(0).starts_record());
        let done = torn.after(4);
        assert_eq!((done.bytes(), done.starts_record()), (&b""[..], true));
        assert!(!lines.after(2).starts_record());
        assert!(Lines::new(b"one\n", &[]).after(0).starts_record());
    }
}
