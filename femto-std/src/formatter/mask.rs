//! Capture mask: which costly fields of a record does anybody print?
//!
//! Asked of each formatter when handlers are set up; read on the *caller*, which finds and carries
//! only what the union of the masks names.

use core::ops::{BitOr, BitOrAssign};

use femto_core::Field;

/// A set of fields that cost the caller time to find, and room to carry.
///
/// # Examples
/// ```
/// use femto_std::formatter::CaptureMask;
///
/// let mask = CaptureMask::LOCATION | CaptureMask::THREAD_NAME;
/// assert!(mask.contains(CaptureMask::LOCATION));
/// assert!(!mask.contains(CaptureMask::PROCESS_ID));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CaptureMask(u16);

impl CaptureMask {
    /// Nothing but level, time, logger, message, key-values and exception.
    pub const NONE: Self = Self(0);
    /// File and line.
    pub const LOCATION: Self = Self(1);
    /// The function's name.
    pub const FUNCTION: Self = Self(1 << 1);
    /// The thread's number.
    pub const THREAD_ID: Self = Self(1 << 2);
    /// The thread's name.
    pub const THREAD_NAME: Self = Self(1 << 3);
    /// The process's number.
    pub const PROCESS_ID: Self = Self(1 << 4);
    /// The process's name.
    pub const PROCESS_NAME: Self = Self(1 << 5);
    /// The name of the asynchronous task.
    pub const TASK_NAME: Self = Self(1 << 6);
    /// All of these.
    pub const ALL: Self = Self((1 << 7) - 1);

    /// What these fields of the core's formatters show.
    pub(super) fn of_fields(fields: &[Field]) -> Self {
        fields.iter().map(Self::of_field).fold(Self::NONE, Self::union)
    }

    fn of_field(field: &Field) -> Self {
        match field.key() {
            "" | "time" | "level" | "logger" | "message" | "fields" => Self::NONE,
            "exception" | "stack" | "sequence" => Self::NONE,
            "location" | "module" => Self::LOCATION,
            "function" => Self::FUNCTION,
            "thread" => Self::THREAD_NAME,
            "thread_id" => Self::THREAD_ID,
            "process" => Self::PROCESS_NAME,
            "process_id" => Self::PROCESS_ID,
            "task" => Self::TASK_NAME,
            // The application's own, which may look at anything.
            _ => Self::ALL,
        }
    }

    /// Whether all fields of the other set are in this one.
    #[must_use]
    #[inline]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The fields of both sets.
    #[must_use]
    #[inline]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The set as bits, to keep it in an atomic.
    #[must_use]
    #[inline]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The set of these bits; bits without a meaning are kept.
    #[must_use]
    #[inline]
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }
}

impl BitOr for CaptureMask {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl BitOrAssign for CaptureMask {
    fn bitor_assign(&mut self, other: Self) {
        *self = self.union(other);
    }
}

#[cfg(test)]
mod tests {
    use core::fmt;

    use femto_core::{FormatterBuilder, JsonFormatter, Record, TextFormatter};

    use super::*;
    use crate::formatter::Formatter;

    fn mask(fields: &'static [Field]) -> CaptureMask {
        let builder = FormatterBuilder::new().with_fields(fields);
        let mask = Formatter::mask(&builder.text());
        assert_eq!(
            [Formatter::mask(&builder.json()), Formatter::mask(&builder.logfmt())],
            [mask; 2]
        );
        mask
    }

    #[test]
    fn a_formatter_of_the_core_has_captured_what_its_fields_show() {
        assert_eq!(Formatter::mask(&TextFormatter::new()), CaptureMask::NONE);
        assert_eq!(Formatter::mask(&JsonFormatter::new()), CaptureMask::NONE);
        for &(fields, expected) in CASES {
            assert_eq!(mask(fields), expected, "{fields:?}");
        }
    }

    const CASES: &[(&[Field], CaptureMask)] = &[
        (&[Field::LOCATION, Field::text("@")], CaptureMask::LOCATION),
        (&[Field::MODULE], CaptureMask::LOCATION),
        (&[Field::FUNCTION], CaptureMask::FUNCTION),
        (&[Field::THREAD_NAME], CaptureMask::THREAD_NAME),
        (&[Field::THREAD_ID, Field::TIME], CaptureMask::THREAD_ID),
        (&[Field::PROCESS_NAME], CaptureMask::PROCESS_NAME),
        (&[Field::PROCESS_ID], CaptureMask::PROCESS_ID),
        (&[Field::TASK], CaptureMask::TASK_NAME),
        (&[Field::TIME, Field::LEVEL, Field::NAME, Field::MESSAGE], CaptureMask::NONE),
        (&[Field::KEY_VALUES, Field::EXCEPTION, Field::STACK], CaptureMask::NONE),
        (&[Field::SEQUENCE], CaptureMask::NONE),
        (&[Field::new("device", |_, _| Ok(()))], CaptureMask::ALL),
    ];

    #[test]
    fn a_formatter_of_the_applications_own_has_all_captured() {
        #[derive(Debug)]
        struct Own;
        impl femto_core::Formatter for Own {
            fn format(&self, _: &Record<'_>, _: &mut dyn fmt::Write) -> fmt::Result {
                Ok(())
            }
        }
        assert_eq!(Formatter::mask(&Own), CaptureMask::ALL);
        assert!(CaptureMask::ALL.contains(CaptureMask::FUNCTION | CaptureMask::TASK_NAME));
    }
}
