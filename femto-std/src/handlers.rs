//! The builders of every kind of handler, all with the same [`Handler`](crate::Handler) as their
//! result.

pub use crate::handler::{
    FanOutHandlerBuilder, FileHandlerBuilder, MemoryHandlerBuilder, NullHandlerBuilder,
    PipeHandlerBuilder, RotatingFileHandlerBuilder, SinkHandlerBuilder, StreamHandlerBuilder,
    TcpHandlerBuilder, TimedRotatingFileHandlerBuilder, UnixHandlerBuilder,
};
pub use crate::sink::rotation::{Compression, When};
