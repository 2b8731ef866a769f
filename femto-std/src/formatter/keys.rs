//! Keys: which key-values of a record a line shows, and the static ones beside them.
//!
//! Chosen where a formatter is made; applied on the *collector*.

use femto_core::{Record, Value};

use super::owned::OwnedValue;

/// Which key-values a line shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShownKeys {
    /// All.
    #[default]
    All,
    /// Those with these keys.
    Only(Vec<String>),
    /// All but those with these keys.
    Except(Vec<String>),
}

impl ShownKeys {
    /// Those with these keys; none if there are none.
    pub fn only<K: Into<String>>(keys: impl IntoIterator<Item = K>) -> Self {
        Self::Only(keys.into_iter().map(Into::into).collect())
    }

    /// All but those with these keys.
    pub fn except<K: Into<String>>(keys: impl IntoIterator<Item = K>) -> Self {
        Self::Except(keys.into_iter().map(Into::into).collect())
    }

    /// Whether key-values with this key are shown.
    #[must_use]
    pub fn shows(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(keys) => keys.iter().any(|known| known == key),
            Self::Except(keys) => !keys.iter().any(|known| known == key),
        }
    }

    /// Without one that the line shows elsewhere.
    pub(super) fn without(mut self, key: &str) -> Self {
        match &mut self {
            Self::All => self = Self::except([key]),
            Self::Only(keys) => keys.retain(|known| known != key),
            Self::Except(keys) => keys.push(key.into()),
        }
        self
    }

    /// Gives those that are shown, in order; of equal keys the last counts.
    #[inline]
    pub(super) fn for_each(&self, record: &Record<'_>, mut give: impl FnMut(&str, &Value<'_>)) {
        if !record.has_key_values() {
            return;
        }
        let mut rest = record.key_values();
        while let Some((key, value)) = rest.next() {
            if self.shows(key) && !rest.clone().any(|(later, _)| later == key) {
                give(key, &value);
            }
        }
    }
}

/// Key-values of the configuration's own, in the order given.
pub(crate) type StaticFields = Vec<(Box<str>, OwnedValue)>;
