//! The builders of every kind of handler, all with the same [`Handler`](crate::Handler) as their
//! result.

pub use crate::handler::{
    FileHandlerBuilder, RotatingFileHandlerBuilder, SinkHandlerBuilder, StreamHandlerBuilder,
    TimedRotatingFileHandlerBuilder,
};
pub use crate::sink::rotation::{Compression, ParseWhenError, When};
