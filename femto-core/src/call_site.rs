//! Call site: the static facts of one logging statement.
//!
//! Made at compile time by the macros, one `static` a statement; passed by the *caller*, read again
//! on the *collector* or *drain*, which gets the formatting function from it.

mod plain;

use core::fmt;
use core::ops::Deref;

use crate::reference::Slot;
use crate::{Level, Value};

/// What is known of a logging statement at compile time: where it stands and how its message is
/// made from its arguments.
///
/// In ROM on a microcontroller. The macros make it; write one by hand only to log without them.
/// Its [`SiteFacts`] are its fields too: `site.file`.
#[repr(C)] // a host reads it from the ELF: `frame::address`
pub struct CallSite {
    /// `line!()` of the statement.
    pub line: u32,
    facts: &'static SiteFacts,
    /// The message template, its arguments numbered by the record's values: `{}` for what was written
    /// as `{ms}`. Applied to the values it gives the message.
    pub template: &'static str,
    /// `None` where the template tells enough.
    #[cfg(not(feature = "host-decoding"))]
    format: Option<FormatFn>,
    #[allow(dead_code, reason = "a reference that is an address needs no place")]
    pub(crate) slot: Slot,
}

/// What many statements have in common; the linker keeps equal ones once.
#[derive(Debug)]
#[repr(C)] // a host reads it from the ELF: `frame::address`
pub struct SiteFacts {
    /// The severity written in the statement ([`Level::NOTSET`] where it is known only at run
    /// time).
    pub level: Level,
    /// The `target:` of the statement, if one was given as a literal.
    pub target: Option<&'static str>,
    /// `module_path!()` of the statement.
    pub module_path: &'static str,
    /// `file!()` of the statement.
    pub file: &'static str,
    /// The keys of the statement's key-values, in order. Their values come after the arguments.
    pub keys: &'static [&'static str],
}

/// Applies a call site's template to the values of a record.
pub type FormatFn = fn(&[Value<'_>], &mut dyn fmt::Write) -> fmt::Result;

impl CallSite {
    /// A call site. With the feature `host-decoding` its formatting function is left out of the program.
    #[must_use]
    pub const fn new(
        facts: &'static SiteFacts,
        line: u32,
        template: &'static str,
        format: FormatFn,
    ) -> Self {
        Self::with_format(facts, line, template, Some(format))
    }

    /// A call site whose template has no specification. Its formatting function saves time, and takes
    /// some 100 bytes: it is left out where there is no allocator.
    #[must_use]
    pub const fn plain(
        facts: &'static SiteFacts,
        line: u32,
        template: &'static str,
        format: FormatFn,
    ) -> Self {
        let format = if cfg!(feature = "alloc") { Some(format) } else { None };
        Self::with_format(facts, line, template, format)
    }

    const fn with_format(
        facts: &'static SiteFacts,
        line: u32,
        template: &'static str,
        format: Option<FormatFn>,
    ) -> Self {
        #[cfg(feature = "host-decoding")]
        let _ = format;
        Self {
            line,
            facts,
            template,
            #[cfg(not(feature = "host-decoding"))]
            format,
            slot: Slot::new(),
        }
    }

    /// Writes the message: the template applied to `values`.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_message(&self, values: &[Value<'_>], out: &mut dyn fmt::Write) -> fmt::Result {
        #[cfg(not(feature = "host-decoding"))]
        if let Some(format) = self.format {
            return format(values, out);
        }
        plain::write(self.template, values, out)
    }

    /// The template applied to `values`, for `{}`.
    pub fn message<'a>(&'a self, values: &'a [Value<'a>]) -> impl fmt::Display + 'a {
        struct Message<'a>(&'a CallSite, &'a [Value<'a>]);
        impl fmt::Display for Message<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write_message(self.1, f)
            }
        }
        Message(self, values)
    }
}

impl Deref for CallSite {
    type Target = SiteFacts;

    fn deref(&self) -> &SiteFacts {
        self.facts
    }
}

impl fmt::Debug for CallSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallSite({}:{} {:?})", self.file, self.line, self.template)
    }
}

// What a host that has the ELF relies on.
#[cfg(target_pointer_width = "32")]
const _: () = {
    use core::mem::offset_of;

    use crate::frame::address::{call_site, facts};
    assert!(offset_of!(CallSite, line) == call_site::LINE);
    assert!(offset_of!(CallSite, facts) == call_site::FACTS);
    assert!(offset_of!(CallSite, template) == call_site::TEMPLATE);
    assert!(offset_of!(SiteFacts, level) == facts::LEVEL);
    assert!(offset_of!(SiteFacts, target) == facts::TARGET);
    assert!(offset_of!(SiteFacts, module_path) == facts::MODULE_PATH);
    assert!(offset_of!(SiteFacts, file) == facts::FILE);
    assert!(offset_of!(SiteFacts, keys) == facts::KEYS);
};
