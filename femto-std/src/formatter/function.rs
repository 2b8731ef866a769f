//! A function as a formatter.

use core::fmt;

use femto_core::Record;

use super::{CaptureMask, FormatError, Formatter};

/// A formatter made of a function, or of a closure.
///
/// # Examples
/// ```
/// use femto_std::formatter::{CaptureMask, FnFormatter};
///
/// # use std::sync::Arc;
/// # use femto_std::handlers::StreamHandlerBuilder;
/// let formatter = FnFormatter::new(|record, out| {
///     out.push_str(record.logger_name());
///     out.push('>');
///     // A string takes everything; a `Display` that fails leaves what it wrote.
///     let _ = record.write_message(out);
/// })
/// .with_mask(CaptureMask::NONE);
/// let handler = StreamHandlerBuilder::stderr().with_formatter(Arc::new(formatter)).build()?;
/// # Ok::<(), femto_std::Error>(())
/// ```
#[must_use = "a formatter does nothing until a handler has it"]
pub struct FnFormatter<F> {
    function: F,
    mask: CaptureMask,
}

impl<F: Fn(&Record<'_>, &mut String) + Send + Sync> FnFormatter<F> {
    /// A formatter that has the function append the line, without its end. The function has all of
    /// a record to look at.
    pub const fn new(function: F) -> Self {
        Self { function, mask: CaptureMask::ALL }
    }

    /// Which of the costly fields of a record the function looks at; callers leave out the others.
    /// Default: [`CaptureMask::ALL`].
    pub const fn with_mask(mut self, mask: CaptureMask) -> Self {
        self.mask = mask;
        self
    }
}

impl<F: Fn(&Record<'_>, &mut String) + Send + Sync> Formatter for FnFormatter<F> {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        (self.function)(record, out);
        Ok(())
    }

    fn mask(&self) -> CaptureMask {
        self.mask
    }
}

impl<F> fmt::Debug for FnFormatter<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FnFormatter").field("mask", &self.mask).finish_non_exhaustive()
    }
}
