//! Field: the keys of `extra` and of the context that formatters print.
//!
//! Picked on the *caller*, behind `call` or `log_record`, before the frame is made.

use std::sync::Arc;

use femto_core::Value;
use heapless::Vec as ArrayVec;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::plain::SCRATCH;
use crate::{context, message, names};

/// Which keys formatters print.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// Keys, and whether a formatter fails without.
    pub(crate) named: Vec<(Py<PyString>, bool)>,
    /// All that there are.
    pub(crate) all: bool,
}

impl Wanted {
    /// What two formatters print together.
    pub(crate) fn union(py: Python<'_>, all: &[Arc<Self>]) -> Arc<Self> {
        if let [one] = all {
            return one.clone();
        }
        let mut union = Self::default();
        for wanted in all {
            union.all |= wanted.all;
            for (key, is_required) in &wanted.named {
                let is_same =
                    |known: &Py<PyString>| known.bind(py).as_any().eq(key).unwrap_or(false);
                match union.named.iter_mut().find(|(known, _)| is_same(known)) {
                    Some((_, required)) => *required |= is_required,
                    None => union.named.push((key.clone_ref(py), *is_required)),
                }
            }
        }
        Arc::new(union)
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.named.is_empty() && !self.all
    }

    /// Whether a formatter fails without some of them.
    pub(crate) fn has_required(&self) -> bool {
        self.named.iter().any(|(_, is_required)| *is_required)
    }

    /// The fields of a call: of its `extra`, then of the context.
    ///
    /// `None` if Python has to look, because one lacks, hides an attribute of the record, or has a
    /// value without a typed encoding where it is printed by name.
    pub(crate) fn pick<'py>(
        &self,
        py: Python<'py>,
        extra: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Option<Picked<'py>>> {
        if let Some(extra) = extra {
            let may_be_fields = SCRATCH.change(py, |scratch| {
                extra.keys().iter().all(|key| {
                    key.cast_exact::<PyString>().is_ok_and(|key| scratch.keys.may_be_field(key))
                })
            });
            if may_be_fields != Some(true) {
                return Ok(None);
            }
        }
        self.pick_from(py, extra, None)
    }

    /// The fields of a `LogRecord`, among its attributes.
    pub(crate) fn pick_attributes<'py>(
        &self,
        attributes: &Bound<'py, PyDict>,
    ) -> PyResult<Option<Picked<'py>>> {
        let py = attributes.py();
        if self.all {
            // Those that are no fields are left out.
            return self.pick_from(py, Some(attributes), Some(names::known(py)?.reserved.bind(py)));
        }
        self.pick_from(py, Some(attributes), None)
    }

    fn pick_from<'py>(
        &self,
        py: Python<'py>,
        given: Option<&Bound<'py, PyDict>>,
        except: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Picked<'py>>> {
        let mut picked = Picked::default();
        if self.is_nothing() {
            return Ok(Some(picked));
        }
        let context = context::current(py)?;
        let sources = [given, context.as_ref()];
        for (key, is_required) in &self.named {
            let key = key.bind(py);
            let mut found = None;
            for source in sources.into_iter().flatten() {
                found = source.get_item(key)?;
                if found.is_some() {
                    break;
                }
            }
            match found {
                Some(found) if message::value(&found).is_some() => {
                    if !self.all {
                        picked.add(key.clone(), found);
                    }
                }
                None if !is_required => {}
                _ => return Ok(None),
            }
        }
        if self.all {
            // A copy: rendering an object may change what it stands in.
            let given = given.map(|given| given.copy()).transpose()?;
            for (key, value) in given.iter().flatten() {
                if except.is_none_or(|except| !except.contains(&key).unwrap_or(false)) {
                    picked.add_any(&key, value)?;
                }
            }
            for (key, value) in context.into_iter().flatten() {
                if !given.as_ref().is_some_and(|given| given.contains(&key).unwrap_or(false)) {
                    picked.add_any(&key, value)?;
                }
            }
        }
        Ok((picked.0.len() <= MAX_FIELDS).then_some(picked))
    }
}

/// Fields that one record carries at most.
pub(crate) const MAX_FIELDS: usize = 32;
pub(crate) type Fields<'a> = ArrayVec<(&'a str, Value<'a>), MAX_FIELDS>;

/// Keys with their values.
#[derive(Default)]
pub(crate) struct Picked<'py>(Vec<Field<'py>>);

struct Field<'py> {
    key: Bound<'py, PyString>,
    value: Bound<'py, PyAny>,
    /// Whether the value is a text of JSON.
    is_json: bool,
}

impl<'py> Picked<'py> {
    /// All of a dictionary; an object that has no typed value as Python's `structured` has it.
    pub(crate) fn add_all(&mut self, fields: &Bound<'py, PyDict>) -> PyResult<()> {
        fields.iter().try_for_each(|(key, value)| self.add_any(&key, value))
    }

    /// What of an exception is fields of its own: of that of a `LogRecord`.
    pub(crate) fn add_exception(&mut self, attributes: &Bound<'py, PyDict>) -> PyResult<()> {
        let known = names::known(attributes.py())?;
        let exc_info = attributes.get_item(known.texts.exc_info.bind(attributes.py()))?;
        match exc_info {
            Some(exc_info) if exc_info.is_truthy()? => {
                let found = known.exception_fields.bind(attributes.py()).call1((exc_info,))?;
                self.add_all(&found.cast_into::<PyDict>()?)
            }
            _ => Ok(()),
        }
    }

    fn add(&mut self, key: Bound<'py, PyString>, value: Bound<'py, PyAny>) {
        self.0.push(Field { key, value, is_json: false });
    }

    fn add_any(&mut self, key: &Bound<'py, PyAny>, value: Bound<'py, PyAny>) -> PyResult<()> {
        let key = match key.cast_exact::<PyString>() {
            Ok(key) if key.to_str().is_ok() => key.clone(),
            _ => readable(key)?,
        };
        if message::value(&value).is_some() {
            self.add(key, value);
            return Ok(());
        }
        let structured = names::known(value.py())?.structured.bind(value.py());
        let (value, is_json) = structured.call1((value,))?.extract()?;
        self.0.push(Field { key, value, is_json });
        Ok(())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        self.0.iter().filter_map(|field| {
            let key = field.key.to_str().ok()?;
            let value = match message::value(&field.value)? {
                Value::Str(text) if field.is_json => Value::Rendered(text),
                value => value,
            };
            Some((key, value))
        })
    }

    /// As the frame takes them.
    pub(crate) fn borrow(&self) -> Fields<'_> {
        self.iter().take(MAX_FIELDS).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Keys that are known to be no attribute of a record, by the identity of their text: those that share
/// an entry take turns.
pub(crate) struct Keys {
    entries: [Option<Py<PyString>>; 128],
}

impl Keys {
    pub(crate) const fn new() -> Self {
        Self { entries: [const { None }; 128] }
    }

    /// Whether `extra` may have the key.
    #[inline(always)]
    pub(crate) fn may_be_field(&mut self, key: &Bound<'_, PyString>) -> bool {
        let address = key.as_ptr() as usize;
        let at = (address >> 4 ^ address >> 13) % self.entries.len();
        let entry = &mut self.entries[at];
        match entry {
            Some(known) if known.as_ptr() == key.as_ptr() => true,
            _ => Self::look(key, entry),
        }
    }

    #[cold]
    fn look(key: &Bound<'_, PyString>, entry: &mut Option<Py<PyString>>) -> bool {
        let py = key.py();
        let is_reserved = |known: &names::Known| known.reserved.bind(py).contains(key);
        if names::known(py).and_then(is_reserved).unwrap_or(true) {
            return false;
        }
        if key.len().is_ok_and(|length| length <= LONGEST_KEY)
            && let Some(old) = entry.replace(key.clone().unbind())
        {
            // An exact `str`: dropping it runs no code.
            old.drop_ref(py);
        }
        true
    }
}

/// Characters; longer ones are not kept.
const LONGEST_KEY: usize = 256;

/// A key that is no text, or none in UTF-8, as Python's `structured` has it.
fn readable<'py>(key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
    let py = key.py();
    let text = key.str()?;
    if text.to_str().is_ok() {
        return Ok(text);
    }
    let (text, _) = names::known(py)?
        .structured
        .bind(py)
        .call1((text,))?
        .extract::<(Bound<'py, PyString>, bool)>()?;
    Ok(text)
}
