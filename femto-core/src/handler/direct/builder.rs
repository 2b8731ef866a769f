//! How a direct handler comes into being.

use core::convert::Infallible;
use core::fmt;

use embedded_io::Write;

use super::DirectHandler;
use crate::handler::gate::Gate;
use crate::{Filter, HandlerBuilderTrait, Level, WriteRecord};

/// Builds a [`DirectHandler`]: for a `static` by [`DirectHandlerBuilder::build_static`], at run time
/// by [`HandlerBuilderTrait::build`] after [`DirectHandlerBuilder::with_output`].
///
/// | parameter | default |
/// |---|---|
/// | `with_level` | [`Level::NOTSET`]: all |
/// | `with_filters` | none |
/// | `with_output` | has to be given |
///
/// # Examples
/// ```
/// use femto_core::{DirectHandler, DirectHandlerBuilder, Level, LevelFilter, TextFormatter};
///
/// # struct Uart;
/// # impl embedded_io::ErrorType for Uart { type Error = core::convert::Infallible; }
/// # impl embedded_io::Write for Uart {
/// #     fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> { Ok(bytes.len()) }
/// #     fn flush(&mut self) -> Result<(), Self::Error> { Ok(()) }
/// # }
/// static NOT_WORSE: LevelFilter = LevelFilter::new(Level::INFO..=Level::WARN);
/// static CONSOLE: DirectHandler<TextFormatter, Uart> = DirectHandlerBuilder::new()
///     .with_level(Level::INFO)
///     .with_filters(&[&NOT_WORSE])
///     .build_static(TextFormatter::new(), Uart);
/// ```
#[must_use = "a builder makes nothing before it is built"]
pub struct DirectHandlerBuilder<F = (), W = ()> {
    level: Level,
    filters: &'static [&'static dyn Filter],
    formatter: F,
    sink: W,
}

impl DirectHandlerBuilder {
    /// All parameters at their defaults.
    pub const fn new() -> Self {
        Self { level: Level::NOTSET, filters: &[], formatter: (), sink: () }
    }

    /// Sets the level below which records do not come here.
    pub const fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Sets the filters that a record must pass.
    pub const fn with_filters(mut self, filters: &'static [&'static dyn Filter]) -> Self {
        self.filters = filters;
        self
    }

    /// Sets what writes a record, and where to.
    pub const fn with_output<F: WriteRecord<W>, W: Write>(
        self,
        formatter: F,
        sink: W,
    ) -> DirectHandlerBuilder<F, W> {
        DirectHandlerBuilder { level: self.level, filters: self.filters, formatter, sink }
    }

    /// The handler, for a `static`.
    #[must_use]
    pub const fn build_static<F: WriteRecord<W>, W: Write>(
        self,
        formatter: F,
        sink: W,
    ) -> DirectHandler<F, W> {
        DirectHandler::with_gate(formatter, sink, Gate::new(self.level, self.filters))
    }
}

impl Default for DirectHandlerBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl<F: WriteRecord<W>, W: Write> HandlerBuilderTrait for DirectHandlerBuilder<F, W> {
    type Handler = DirectHandler<F, W>;
    type Shared = DirectHandler<F, W>;
    type Error = Infallible;

    fn build_inner(self) -> Result<Self::Handler, Self::Error> {
        let gate = Gate::new(self.level, self.filters);
        Ok(DirectHandler::with_gate(self.formatter, self.sink, gate))
    }

    fn build(self) -> Result<Self::Shared, Self::Error> {
        self.build_inner()
    }
}

impl<F, W> fmt::Debug for DirectHandlerBuilder<F, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectHandlerBuilder").field("level", &self.level).finish_non_exhaustive()
    }
}
