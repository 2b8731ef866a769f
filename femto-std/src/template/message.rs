//! Percent message: a template and its arguments, as the message of a record.
//!
//! Made on the *collector* from a frame; formatters display it.

use core::fmt;

use femto_core::Value;

use super::PercentTemplate;

/// The arguments of a message.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Arguments<'m> {
    /// Python's tuple.
    Positional(&'m [Value<'m>]),
    /// Python's mapping.
    Mapping(&'m [(&'m str, Value<'m>)]),
}

/// A template with its arguments; see [`PercentTemplate::message`].
///
/// Displaying it fails where [`PercentTemplate::check`] would have.
#[derive(Clone, Copy)]
pub struct PercentMessage<'m> {
    template: &'m PercentTemplate,
    arguments: Arguments<'m>,
}

impl<'m> PercentMessage<'m> {
    pub(super) fn new(template: &'m PercentTemplate, arguments: Arguments<'m>) -> Self {
        Self { template, arguments }
    }

    /// As displaying it does, but for a writer whose type is known.
    #[inline]
    pub(crate) fn write<W: fmt::Write>(&self, out: &mut W) -> fmt::Result {
        let applied = match self.arguments {
            Arguments::Positional(values) => self.template.apply(values, out),
            Arguments::Mapping(fields) => self.template.apply_mapping(fields, out),
        };
        applied.map_err(|_| fmt::Error)
    }
}

impl fmt::Display for PercentMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

impl fmt::Debug for PercentMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Arguments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Positional(values) => f.debug_list().entries(*values).finish(),
            Self::Mapping(fields) => {
                f.debug_map().entries(fields.iter().map(|(key, value)| (key, value))).finish()
            }
        }
    }
}
