//! Everything public can be shared between threads and sent to others.

use femto_std::formatter::*;
use femto_std::handlers::*;
use femto_std::sink::{Framing, Lines, Open};
use femto_std::template::{Conversion, PercentTemplate, TemplateError};
use femto_std::*;

const fn is_shareable<T: Send + Sync + ?Sized>() {}

macro_rules! all {
    ($check:ident: $($type:ty),* $(,)?) => { $($check::<$type>();)* };
}

// Checked by the compiler.
const _: () = {
    all! { is_shareable:
        Context, InContext<()>, Framing, PipeHandlerBuilder, TcpHandlerBuilder, UnixHandlerBuilder,
        Busy, CallSite, CaptureMask, Color, ConsoleStyle, Delivery, Error, Failure, FanOutHandlerBuilder, FileHandlerBuilder, MemoryHandlerBuilder, NullHandlerBuilder, FlushError, FormatError,
        Guard, Handler, HandlerStats, Level, LevelFilter, Lines<'static>, Logger, LoggerStats, Manager, Stats, Metadata<'static>,
        NameFilter<String>, CompositeFilter, FilterBuilder, FilterSlot, dyn FemtoFilter, Conversion, TemplateError, OverflowPolicy, ParseLevelError, PatternFormatter, PatternStyle,
        Compression, RotatingFileHandlerBuilder, TimedRotatingFileHandlerBuilder, When,
        PercentTemplate, Route, SiteFacts, Signal, SinkHandlerBuilder, StreamHandlerBuilder,
        dyn ErrorHandler, dyn Filter, dyn Formatter, dyn Open,
    }
    all! { is_shareable: FnFormatter<fn(&Record<'_>, &mut String)> }
};

// Those of the bridges.
#[cfg(feature = "tracing")]
const _: () = {
    use femto_std::bridge::tracing::*;
    all! { is_shareable: LayerBuilder, SpanEvents }
};

// Those of configuration.
const _: () = {
    use femto_std::config::*;
    all! { is_shareable:
        Config, ConfigBuilder, ConfigError, FileConfig, FileMode, FilterConfig,
        FanOutConfig, MemoryConfig, PipeConfig, TcpConfig, UnixConfig, Watch, Watcher, NullConfig, Permissions, RotatingFileConfig, TimedRotatingFileConfig,
        HandlerConfig, HandlerKind, Kind, LoggerConfig, LoggerConfigBuilder, Node,
        Problem, QueueConfig, RecoverConfig, ShutdownConfig, StatisticsConfig, Stream, StreamConfig,
        Field, FormatterBuilder, FormatterStyle, NamedField, OwnedValue, Precision, ShownKeys, Zone,
        femto_std::CallSiteFilter, femto_std::Limit, femto_std::ParseLimitError,
    }
};

// Those of crash recovery.
const _: () = {
    use femto_std::recover::*;
    all! { is_shareable: Leftover, LeftoverError, femto_std::sink::Place, RecoverBuilder }
};

// Those that read frames.
#[cfg(feature = "cli")]
const _: () = {
    use femto_std::decode::*;
    all! { is_shareable: Image, ImageError, WireReader }
};

/// All types that the crate and its modules export are named above, so that none is forgotten.
#[test]
fn every_public_type_is_looked_at() {
    let exports = concat!(
        include_str!("../src/lib.rs"),
        include_str!("../src/config.rs"),
        include_str!("../src/decode.rs"),
        include_str!("../src/formatter.rs"),
        include_str!("../src/handlers.rs"),
        include_str!("../src/recover.rs"),
        include_str!("../src/sink.rs"),
        include_str!("../src/template.rs"),
    );
    let here = include_str!("shareable.rs");
    let mut types = 0;
    for line in exports.split("pub use ").skip(1) {
        let list = &line[..line.find(';').unwrap()];
        let names = list.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        for name in names.filter(|name| {
            name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
        }) {
            types += 1;
            // Borrowed for one call, bound to a thread, or no type that holds anything.
            if [
                "Record",
                "Value",
                "Details",
                "ContextGuard",
                "Capture",
                "HandlerBuilderTrait",
                "Arg",
                "Typed",
                "Untyped",
                "DefaultLogger",
                "TargetLogger",
                "NamedLogger",
                "Dump",
                "Found",
                "Arguments",
                "PercentMessage",
                "RustMessage",
            ]
            .contains(&name)
            {
                continue;
            }
            assert!(here.contains(name), "{name} is public and not checked");
        }
    }
    assert!(types > 20);
    let _: Option<Record<'_>> = None;
}
