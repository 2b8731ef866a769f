//! Builder: how handlers come into being, before any stage runs.

/// Builds a handler from parameters that can be checked.
///
/// # For implementors
/// `build_inner` makes the concrete handler and reports what is wrong with the parameters; `build`
/// wraps it as the crate's users pass it around (behind a shared pointer, for instance).
pub trait HandlerBuilderTrait: Sized {
    /// The concrete handler.
    type Handler;
    /// The handler as it is passed around.
    type Shared;
    /// What can go wrong.
    type Error;

    /// Makes the concrete handler.
    ///
    /// # Errors
    /// Parameters out of range, or a place that cannot be written to.
    fn build_inner(self) -> Result<Self::Handler, Self::Error>;

    /// Makes the handler, ready to be attached.
    ///
    /// # Errors
    /// Those of [`HandlerBuilderTrait::build_inner`].
    fn build(self) -> Result<Self::Shared, Self::Error>;
}
