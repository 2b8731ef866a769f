//! [`Format`] on every public type. Runs on the *caller*, between defmt's `acquire` and `release`: what
//! has a form of its own is written as numbers and tags, for the host to format. What is there to be
//! looked at while debugging is rendered by its `Debug`.

use ::defmt::{Debug2Format, Display2Format, Format, Formatter, write};
use core::fmt;

use crate::frame::local::Event;
use crate::frame::portable::{Pairs, Portable, Style, Values};
use crate::frame::retained::{Dump, Retained};
use crate::frame::wire::{About, Decoder, Garbage, Packet, Payload, WireError, WireFormatter};
use crate::frame::{FrameError, Header, Kind, Shape, Writer};
use crate::ring::{Consumer, Full, Lane, Producer, SharedRing};
use crate::{
    CallSite, CallSiteFilter, ClockAlreadySet, CompositeFilter, CrlfSink, Details, DirectHandler,
    DirectHandlerBuilder, Drained, Field, FilterBuilder, FilterSlot, FmtSink, FormatterBuilder,
    Hex, Hexdump, InitError, JsonFormatter, Level, LevelFilter, Limit, LogfmtFormatter, Logger,
    Metadata, NameFilter, OverflowPolicy, Pair, ParseLevelError, ParseLimitError, Record, Recovery,
    RegistryFull, RetainedHandler, RetainedHandlerBuilder, RetainedRam, RingHandler,
    RingHandlerBuilder, RootAlreadySet, SetLevelsError, Shell, SiteFacts, Statistics, Terminal,
    TextFormatter, Value,
};

impl Format for Level {
    fn format(&self, f: Formatter<'_>) {
        match *self {
            Self::NOTSET => write!(f, "NOTSET"),
            Self::TRACE => write!(f, "TRACE"),
            Self::DEBUG => write!(f, "DEBUG"),
            Self::INFO => write!(f, "INFO"),
            Self::WARN => write!(f, "WARN"),
            Self::ERROR => write!(f, "ERROR"),
            Self::CRITICAL => write!(f, "CRITICAL"),
            Self::OFF => write!(f, "OFF"),
            other => write!(f, "Level {=u8}", other.number()),
        }
    }
}

impl Format for Value<'_> {
    fn format(&self, f: Formatter<'_>) {
        match *self {
            Self::None => write!(f, "None"),
            Self::Bool(inner) => write!(f, "{=bool}", inner),
            Self::I8(inner) => write!(f, "{=i8}", inner),
            Self::I16(inner) => write!(f, "{=i16}", inner),
            Self::I32(inner) => write!(f, "{=i32}", inner),
            Self::I64(inner) => write!(f, "{=i64}", inner),
            Self::U8(inner) => write!(f, "{=u8}", inner),
            Self::U16(inner) => write!(f, "{=u16}", inner),
            Self::U32(inner) => write!(f, "{=u32}", inner),
            Self::U64(inner) => write!(f, "{=u64}", inner),
            #[cfg(feature = "int128")]
            Self::I128(halves) => write!(f, "{=i128}", crate::value::whole(halves) as i128),
            #[cfg(feature = "int128")]
            Self::U128(halves) => write!(f, "{=u128}", crate::value::whole(halves)),
            #[cfg(feature = "float")]
            Self::F32(inner) => write!(f, "{=f32}", inner),
            #[cfg(feature = "float")]
            Self::F64(inner) => write!(f, "{=f64}", inner),
            Self::Char(inner) => write!(f, "{=char}", inner),
            Self::Str(inner) | Self::Rendered(inner) => write!(f, "{=str}", inner),
            Self::Bytes(inner) => write!(f, "{}", Hex(inner)),
            Self::Hexdump(inner) => write!(f, "{}", Hexdump(inner)),
            Self::Arguments(inner) => write!(f, "{}", Display2Format(inner)),
        }
    }
}

/// As text: level, name, message, key-values.
impl Format for Record<'_> {
    fn format(&self, f: Formatter<'_>) {
        struct Message<'r>(&'r Record<'r>);
        impl fmt::Display for Message<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write_message(f)
            }
        }
        let message = Message(self);
        write!(f, "{} {=str}: {}", self.level(), self.logger_name(), Display2Format(&message));
        self.key_values().for_each(|(key, value)| write!(f, " {=str}={}", key, value));
    }
}

impl Format for Hex<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=[u8]:02x}", self.0);
    }
}

/// In one line: the host has no dump.
impl Format for Hexdump<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=[u8]:02x}", self.0);
    }
}

impl Format for Logger {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Logger({=str} {})", self.name(), self.effective_level());
    }
}

impl Format for CallSite {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "CallSite({=str}:{=u32} {=str:?})", self.file, self.line, self.template);
    }
}

impl Format for Metadata<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Metadata({} {=str})", self.level, self.logger_name);
    }
}

impl Format for LevelFilter {
    fn format(&self, f: Formatter<'_>) {
        let levels = self.levels();
        write!(f, "LevelFilter({}..={})", levels.start(), levels.end());
    }
}

impl<T: Format> Format for NameFilter<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "NameFilter({:?})", self.0);
    }
}

impl Format for Drained {
    fn format(&self, f: Formatter<'_>) {
        let Self { written, damaged } = *self;
        write!(f, "Drained {{ written: {=usize}, damaged: {=usize} }}", written, damaged);
    }
}

impl<const WORDS: usize> Format for RingHandler<WORDS> {
    fn format(&self, f: Formatter<'_>) {
        let (dropped, cut) = (self.dropped(), self.cut());
        write!(
            f,
            "RingHandler({=usize} words, {=usize} dropped, {=usize} cut)",
            WORDS, dropped, cut
        );
    }
}

/// Types that are known by their name.
macro_rules! by_name {
    ($($({$($generics:tt)*})? $type:ty, $name:literal;)*) => {$(
        impl $(<$($generics)*>)? Format for $type {
            fn format(&self, f: Formatter<'_>) {
                write!(f, $name);
            }
        }
    )*};
}

by_name! {
    ClockAlreadySet, "ClockAlreadySet";
    Full, "Full";
    JsonFormatter, "JsonFormatter";
    LogfmtFormatter, "LogfmtFormatter";
    ParseLevelError, "ParseLevelError";
    ParseLimitError, "ParseLimitError";
    RootAlreadySet, "RootAlreadySet";
    TextFormatter, "TextFormatter";
}

/// Types that are looked at while debugging.
macro_rules! by_debug {
    ($($({$($generics:tt)*})? $type:ty;)*) => {$(
        impl $(<$($generics)*>)? Format for $type {
            fn format(&self, f: Formatter<'_>) {
                write!(f, "{}", Debug2Format(self));
            }
        }
    )*};
}

by_debug! {
    About;
    CompositeFilter;
    Details<'_>;
    Dump<'_>;
    Event<'_>;
    Field;
    FilterBuilder;
    FilterSlot;
    FormatterBuilder;
    FrameError;
    Garbage;
    Header;
    InitError;
    Kind;
    Limit;
    OverflowPolicy;
    Packet<'_>;
    Payload<'_>;
    Pairs<'_>;
    Recovery;
    RegistryFull;
    Retained<'_>;
    SetLevelsError<'_>;
    Shape;
    SiteFacts;
    Statistics;
    Style;
    Values<'_>;
    WireError;
    WireFormatter;
    Writer<'_>;
    {const SITES: usize} CallSiteFilter<SITES>;
    {const WORDS: usize} RetainedHandler<WORDS>;
    {const WORDS: usize} RetainedHandlerBuilder<WORDS>;
    {const WORDS: usize} RetainedRam<WORDS>;
    {B: fmt::Debug} Decoder<B>;
    {const LINE: usize} Shell<LINE>;
    {const WORDS: usize} RingHandlerBuilder<WORDS>;
    {F, W} DirectHandler<F, W>;
    {F, W} DirectHandlerBuilder<F, W>;
    {L: fmt::Debug} Consumer<L>;
    {L: fmt::Debug} Producer<L>;
    {R: fmt::Debug, W: fmt::Debug} Pair<R, W>;
    {S} Lane<S>;
    {S} SharedRing<S>;
    {V: fmt::Debug, P: fmt::Debug} Portable<'_, V, P>;
    {W: embedded_io::Write<Error: fmt::Debug> + fmt::Debug} FmtSink<'_, W>;
    {W: fmt::Debug} CrlfSink<W>;
    {W: fmt::Debug} Terminal<'_, W>;
}

#[cfg(feature = "log")]
by_name! { crate::bridge::log::LogAlreadySet, "LogAlreadySet"; }

#[cfg(feature = "async")]
by_debug! {
    crate::RecordPart;
    {const WORDS: usize} crate::AsyncRingHandler<WORDS>;
}

by_debug! { super::DefmtHandler; }

#[cfg(feature = "defmt-global-logger")]
by_name! { super::RingAlreadySet, "RingAlreadySet"; }

#[cfg(feature = "defmt-global-logger")]
by_debug! {
    {T: fmt::Debug, D: fmt::Debug} super::DrainError<T, D>;
    {W} super::DefmtSink<W>;
}
