//! A function that opens a sink.

use core::fmt;
use std::io;
use std::sync::Arc;

use super::{Open, Sink};

/// A name and what opens the sink of that name.
#[derive(Clone)]
pub(crate) struct FunctionOpener {
    name: String,
    open: Arc<dyn Fn() -> io::Result<Box<dyn Sink>> + Send + Sync>,
}

impl FunctionOpener {
    pub(crate) fn new<S: Sink + 'static>(
        name: String,
        open: impl Fn() -> io::Result<S> + Send + Sync + 'static,
    ) -> Self {
        Self { name, open: Arc::new(move || Ok(Box::new(open()?))) }
    }
}

impl Open for FunctionOpener {
    fn open(&self, _again: bool) -> io::Result<Box<dyn Sink>> {
        (self.open)()
    }

    fn name(&self) -> String {
        self.name.clone()
    }
}

impl fmt::Debug for FunctionOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FunctionOpener({})", self.name)
    }
}
