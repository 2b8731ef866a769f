#![doc = include_str!("../README.md")]
#![no_std]
#![deny(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
#[macro_use]
extern crate std;

mod atomic;
pub mod bridge;
mod builder;
mod call;
mod call_site;
mod clock;
mod division;
mod filter;
mod formatter;
pub mod frame;
mod handler;
mod level;
mod logger;
mod macros;
mod record;
mod reference;
pub mod ring;
mod shell;
mod sink;
mod statistics;
mod value;

pub use atomic::{AtomicWord, WORD_BYTES, Word, words};
pub use builder::HandlerBuilderTrait;
pub use call_site::{CallSite, FormatFn, SiteFacts};
pub use clock::{Clock, ClockAlreadySet, now, set_clock};
pub use embedded_io;
pub use filter::{
    CallSiteFilter, CompositeFilter, Filter, Filter as FemtoFilter, FilterBuilder, FilterSlot,
    LevelFilter, Limit, Metadata, NameFilter, ParseLimitError,
};
pub use formatter::{
    Field, FieldFn, Formatter, FormatterBuilder, JsonFormatter, LogfmtFormatter, TextFormatter,
    WriteRecord,
};
#[cfg(feature = "async")]
pub use handler::{AsyncRingHandler, RecordPart};
pub use handler::{
    DirectHandler, DirectHandlerBuilder, Drained, Handler, OverflowPolicy, Recovery,
    RetainedHandler, RetainedHandlerBuilder, RetainedRam, RingHandler, RingHandlerBuilder,
};
pub use level::{Level, ParseLevelError, STATIC_MAX_LEVEL};
pub use logger::{
    InitError, Logger, MAX_LOGGERS, RegistryFull, RootAlreadySet, SetLevelsError, find_logger,
    for_each_logger, init, set_levels, set_root,
};
pub use record::{Details, Record};
pub use reference::refer_call_site;
#[cfg(not(all(target_os = "none", not(target_pointer_width = "64"))))]
pub use reference::{Watcher, call_sites, resolve_call_site, watch_call_sites};
pub use shell::{Pair, Shell, Terminal};
pub use sink::{CrlfSink, FmtSink};
pub use statistics::Statistics;
pub use value::{Capture, Hex, Hexdump, Value};

/// What the macros' expansions use. Not part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::call::RecordPath;
    pub use crate::formatter::Moment;
    pub use crate::handler::Room;
    pub use crate::logger::{DefaultLogger, NamedLogger, TargetLogger};
    pub use crate::macros::{Arg, Typed, Untyped};
    pub use femto_core_macros::{context, record};
}
