//! Call site: the static facts of one logging statement.
//!
//! Made at compile time by the macros, one `static` a statement; passed by the *caller*, read again
//! on the *collector* or *drain*, which gets the formatting function from it.

use core::fmt;

use crate::reference::Slot;
use crate::{Level, Value};

/// What is known of a logging statement at compile time: where it stands and how its message is
/// made from its arguments.
///
/// In ROM on a microcontroller. The macros make it; write one by hand only to log without them.
#[repr(C)] // a host reads it from the ELF: `frame::address`
pub struct CallSite {
    /// The severity written in the statement ([`Level::NOTSET`] where it is known only at run
    /// time).
    pub level: Level,
    /// The `target:` of the statement, if one was given as a literal.
    pub target: Option<&'static str>,
    /// `module_path!()` of the statement.
    pub module_path: &'static str,
    /// `file!()` of the statement.
    pub file: &'static str,
    /// `line!()` of the statement.
    pub line: u32,
    /// The message template, its arguments numbered by the record's values: `{}` for what was written
    /// as `{ms}`. Applied to the values it gives what `format` writes.
    pub template: &'static str,
    /// The keys of the statement's key-values, in order. Their values come after the arguments.
    pub keys: &'static [&'static str],
    /// Writes the message: the template applied to the values of the record.
    pub format: FormatFn,
    #[allow(dead_code, reason = "a reference that is an address needs no place")]
    pub(crate) slot: Slot,
}

/// Applies a call site's template to the values of a record.
pub type FormatFn = fn(&[Value<'_>], &mut dyn fmt::Write) -> fmt::Result;

impl CallSite {
    /// A call site with its facts.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "called by the macros only")]
    pub const fn new(
        level: Level,
        target: Option<&'static str>,
        module_path: &'static str,
        file: &'static str,
        line: u32,
        template: &'static str,
        keys: &'static [&'static str],
        format: FormatFn,
    ) -> Self {
        Self { level, target, module_path, file, line, template, keys, format, slot: Slot::new() }
    }

    /// The template applied to `values`, for `{}`.
    pub fn message<'a>(&'a self, values: &'a [Value<'a>]) -> impl fmt::Display + 'a {
        struct Message<'a>(FormatFn, &'a [Value<'a>]);
        impl fmt::Display for Message<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (self.0)(self.1, f)
            }
        }
        Message(self.format, values)
    }
}

impl fmt::Debug for CallSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallSite({}:{} {:?})", self.file, self.line, self.template)
    }
}
