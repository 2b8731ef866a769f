//! What ends every builder.

/// The methods of [`HandlerBuilderTrait`](crate::HandlerBuilderTrait) by the builder's own `make`, and
/// `build` for those who have not imported the trait. The comment says what may fail.
macro_rules! handler_builder {
    ($(#[doc = $errors:literal])+ $builder:ident) => {
        impl $builder {
            /// Makes the handler, ready to be attached.
            ///
            /// # Errors
            $(#[doc = $errors])+
            pub fn build(self) -> Result<std::sync::Arc<$crate::Handler>, $crate::Error> {
                self.make().map(std::sync::Arc::new)
            }
        }

        /// # Errors
        $(#[doc = $errors])+
        impl $crate::HandlerBuilderTrait for $builder {
            type Handler = $crate::Handler;
            type Shared = std::sync::Arc<$crate::Handler>;
            type Error = $crate::Error;

            fn build_inner(self) -> Result<$crate::Handler, $crate::Error> {
                self.make()
            }

            fn build(self) -> Result<std::sync::Arc<$crate::Handler>, $crate::Error> {
                self.build()
            }
        }
    };
}
pub(crate) use handler_builder;
