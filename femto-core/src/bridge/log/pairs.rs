//! The key-values of a record of the `log` crate, typed as far as `log` tells.

use core::fmt::Write as _;

use log::kv::{Error, Key, Source, Value as LogValue, VisitSource};

use crate::Value;
use crate::call::Cutting;
use crate::frame::MAX_VALUES;

/// Room for key-values, and for the text of those that have no type of ours.
pub(super) struct Pairs<'kvs> {
    pairs: heapless::Vec<(&'kvs str, Kept<'kvs>), MAX_VALUES>,
    text: heapless::String<TEXT_BYTES>,
    is_cut: bool,
}

#[derive(Clone, Copy)]
enum Kept<'kvs> {
    Typed(Value<'kvs>),
    /// Rendered: ends there in `text`, and starts where the one before ends.
    Rendered(usize),
}

impl<'kvs> Pairs<'kvs> {
    pub(super) const fn new() -> Self {
        Self { pairs: heapless::Vec::new(), text: heapless::String::new(), is_cut: false }
    }

    /// The key-values of `source`, the first [`MAX_VALUES`] of them.
    pub(super) fn fill<'a>(
        &'a mut self,
        source: &'kvs dyn Source,
    ) -> heapless::Vec<(&'a str, Value<'a>), MAX_VALUES> {
        // Fails only to say that there is no more room.
        let _ = source.visit(self);
        let mut start = 0;
        let value = |&(key, kept): &(&'a str, Kept<'a>)| match kept {
            Kept::Typed(value) => (key, value),
            Kept::Rendered(end) => {
                let text = self.text.get(start..end).unwrap_or("");
                start = end;
                (key, Value::Rendered(text))
            }
        };
        self.pairs.iter().map(value).collect()
    }
}

impl<'kvs> VisitSource<'kvs> for Pairs<'kvs> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: LogValue<'kvs>) -> Result<(), Error> {
        let kept = typed(&value).map_or_else(
            || {
                let mut out = Cutting { text: &mut self.text, is_cut: self.is_cut };
                // It never fails; a `Display` that does leaves what it wrote.
                let _ = write!(out, "{value}");
                self.is_cut = out.is_cut;
                Kept::Rendered(self.text.len())
            },
            Kept::Typed,
        );
        // Without an allocator all keys are borrowed.
        let key = key.to_borrowed_str().unwrap_or("");
        self.pairs.push((key, kept)).map_err(|_| Error::msg("more key-values than a record takes"))
    }
}

fn typed<'kvs>(value: &LogValue<'kvs>) -> Option<Value<'kvs>> {
    if let Some(text) = value.to_borrowed_str() {
        return Some(Value::Str(text));
    }
    if let Some(truth) = value.to_bool() {
        return Some(Value::Bool(truth));
    }
    if let Some(character) = value.to_char() {
        return Some(Value::Char(character));
    }
    if let Some(n) = value.to_i64() {
        return Some(Value::I64(n));
    }
    if let Some(n) = value.to_u64() {
        return Some(Value::U64(n));
    }
    #[cfg(feature = "int128")]
    if let Some(n) = value.to_i128() {
        return Some(Value::I128(crate::value::halves(n as u128)));
    }
    #[cfg(feature = "int128")]
    if let Some(n) = value.to_u128() {
        return Some(Value::U128(crate::value::halves(n)));
    }
    #[cfg(feature = "float")]
    if let Some(n) = value.to_f64() {
        return Some(Value::of_f64(n));
    }
    None
}

/// Room for the key-values of one record that have to be rendered.
const TEXT_BYTES: usize = 128;
