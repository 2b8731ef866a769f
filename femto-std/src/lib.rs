#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

pub mod bridge;
mod clock;
mod collector;
pub mod config;
mod context;
#[cfg(feature = "cli")]
pub mod decode;
pub mod engine;
mod error;
mod extra;
pub mod formatter;
mod guard;
mod handler;
pub mod handlers;
mod lane;
mod level;
mod logger;
mod macros;
mod manager;
mod os;
mod panic;
pub mod recover;
mod registry;
mod report;
mod route;
mod scope;
mod signal;
pub mod sink;
mod state;
mod stats;
mod submit;
pub mod template;
mod tree;
mod unwind;

pub use context::{Context, ContextGuard, InContext};
pub use error::{Error, FlushError};
pub use femto_core::{
    CallSite, CallSiteFilter, Capture, CompositeFilter, Details, Filter, Filter as FemtoFilter,
    FilterBuilder, FilterSlot, HandlerBuilderTrait, Level, LevelFilter, Limit, Metadata,
    NameFilter, ParseLevelError, ParseLimitError, Record, STATIC_MAX_LEVEL, SiteFacts, Value,
    frame,
};
pub use guard::Guard;
pub use handler::{Color, Delivery, ErrorHandler, Failure, Handler, HandlerStats, OverflowPolicy};
pub use level::{add_level_name, level_name, level_named};
pub use logger::Logger;
pub use manager::Manager;
pub use route::Route;
pub use signal::Signal;
pub use stats::{LoggerStats, Stats};
pub use submit::Busy;

/// The logger of a dotted name: [`Manager::get_logger`] of the process's manager.
#[must_use]
pub fn get_logger(name: &str) -> Logger {
    Manager::global().get_logger(name)
}

#[cfg(feature = "cli")]
#[doc(hidden)]
#[path = "cli.rs"]
pub mod __cli;

/// What the macros' expansions use. Not part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::__is_enabled as is_enabled;
    pub use crate::context::add_to_context;
    pub use crate::logger::{DefaultLogger, DefaultLogger as NamedLogger, TargetLogger};
    pub use femto_core::__private::{Arg, Typed, Untyped, context, record};
}
