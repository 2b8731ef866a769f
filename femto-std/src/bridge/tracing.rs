//! `tracing`: a layer that hands events and spans to our loggers.
//!
//! Runs on the *caller*. A target `a::b` is the logger `a.b`, whose level, handlers and filters count.
//! Fields keep their types. The message is rendered on the spot, as `tracing` lends it only for the
//! call.
//!
//! # What a record has
//! | of `tracing` | in the record |
//! |---|---|
//! | target | name of the logger, with dots |
//! | level | the level of the same name |
//! | message | the message; empty if the event has none |
//! | fields | key-values: integers, floats, `bool`, text and bytes typed, everything else as text; of an error its sources too, after colons |
//! | module, file, line | those of the record |
//! | spans around | a key-value `spans`: their names, outermost first, with colons between: `server:request` |
//! | fields of these spans | key-values |
//!
//! Of several values for one key a record has one: the event's own before that of a span, the inner
//! span's before that of one outside, and all before that of the thread's
//! [context](crate::Context). `Span::record` replaces what the span had for the field. `follows_from`
//! is ignored: such spans are not around each other.
//!
//! A span is at its level too: one that its logger does not let through is not there for events inside.
//!
//! Records of our own macros and of the `log` bridge have the spans that their thread is in as well.
//!
//! # Levels
//! The layer filters for itself alone: other layers of the same subscriber see what they want.
//! `tracing` keeps for each statement whether anybody wants it, so an event that our loggers do not let through
//! costs what it costs with a static filter. Whenever levels change, by
//! [`Logger::set_level`](crate::Logger::set_level) or by configuration, what `tracing` keeps is renewed before that
//! returns. (On a thread in which no subscriber is in force, as long as others have one of their own by
//! `with_default`, and in a filter or value that is being logged through such a one, it is renewed a
//! moment later, by another thread; so it is where another thread is renewing already.)
//!
//! Change no level in another layer's `register_callsite` or `on_register_dispatch`: `tracing` holds
//! its locks there.
//!
//! # With `log`
//! Install [`bridge::log`](crate::bridge::log::install) for the records of libraries that use `log`. No
//! `tracing_log::LogTracer` is needed beside it; `tracing_subscriber`'s `init` methods install one
//! if that crate has its feature `tracing-log` (on by default), after which the `log` bridge cannot be
//! installed: use [`init`] here, or `tracing::subscriber::set_global_default`. Records that come by a
//! `LogTracer` all the same go to the loggers of their own targets.
//!
//! `tracing`'s feature `log-always` makes it tell the `log` crate of each event as well; the `log`
//! bridge leaves out what this layer has taken, and `log`'s records about spans.

mod event;
mod layer;
mod levels;
mod span;
mod statement;

use core::ops::BitOr;

use rustc_hash::FxHashMap;
use tracing_core::dispatcher::WeakDispatch;
use tracing_core::{Dispatch, Subscriber, dispatcher};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::{Error, Manager};
use layer::RecordLayer;
use levels::Levels;
pub(crate) use levels::{has_taken, levels_changed, renew};
pub(crate) use span::Span;
use statement::Statement;

/// What is known of `tracing`, in the registry.
pub(super) struct Met {
    /// All statements that were met, by the address of their metadata.
    statements: FxHashMap<usize, Statement>,
    /// Subscribers that have a layer of ours, the newest last.
    subscribers: Vec<WeakDispatch>,
}

impl Met {
    pub(super) const fn new() -> Self {
        let statements = FxHashMap::with_hasher(rustc_hash::FxBuildHasher);
        Self { statements, subscribers: Vec::new() }
    }
}

/// A layer that hands events to this crate's loggers, with the spans around them.
///
/// [`LayerBuilder`] makes one that tells of the spans themselves too.
///
/// # Examples
/// ```
/// use tracing_subscriber::layer::SubscriberExt;
///
/// let subscriber = tracing_subscriber::registry().with(femto_std::bridge::tracing::layer());
/// tracing::subscriber::set_global_default(subscriber)?;
/// femto_std::get_logger("app").set_level(femto_std::Level::INFO);
///
/// let span = tracing::info_span!(target: "app", "request", id = 7);
/// span.in_scope(|| tracing::info!(target: "app", bytes = 512, "sent"));
/// # Ok::<(), tracing::subscriber::SetGlobalDefaultError>(())
/// ```
#[must_use = "a layer does nothing until a subscriber has it"]
pub fn layer<S>() -> impl Layer<S> + Send + Sync + use<S>
where
    S: Subscriber + for<'span> LookupSpan<'span> + 'static,
{
    LayerBuilder::new().build()
}

/// Builds a layer.
///
/// | setter | default | what it sets |
/// |---|---|---|
/// | [`with_span_events`](Self::with_span_events) | [`SpanEvents::NONE`] | what of a span's life is a record of its own |
///
/// # Examples
/// ```
/// use femto_std::bridge::tracing::{LayerBuilder, SpanEvents};
/// use tracing_subscriber::layer::SubscriberExt;
///
/// let layer = LayerBuilder::new().with_span_events(SpanEvents::CLOSE).build();
/// let subscriber = tracing_subscriber::registry().with(layer);
/// # drop(subscriber);
/// ```
#[must_use = "a builder does nothing until `build`"]
#[derive(Clone, Copy, Debug, Default)]
pub struct LayerBuilder {
    span_events: SpanEvents,
}

impl LayerBuilder {
    /// A builder with the defaults.
    pub const fn new() -> Self {
        Self { span_events: SpanEvents::NONE }
    }

    /// Which events of a span's life become records: at the span's level, in its logger, with its
    /// fields. The messages are `new`, `enter`, `exit` and `close`, as those of `tracing-subscriber`.
    ///
    /// The one at its close has two key-values more: `time.busy`, the nanoseconds that the span was
    /// entered by at least one thread, and `time.idle`, those that it was not.
    pub const fn with_span_events(self, span_events: SpanEvents) -> Self {
        Self { span_events }
    }

    /// The layer.
    #[must_use = "a layer does nothing until a subscriber has it"]
    pub fn build<S>(self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + 'static,
    {
        RecordLayer::new(self.span_events).with_filter(Levels)
    }
}

/// Events of a span's life, a set.
///
/// # Examples
/// ```
/// use femto_std::bridge::tracing::SpanEvents;
///
/// let events = SpanEvents::NEW | SpanEvents::CLOSE;
/// assert!(events.contains(SpanEvents::NEW) && !events.contains(SpanEvents::ENTER));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SpanEvents(u8);

impl SpanEvents {
    /// None.
    pub const NONE: Self = Self(0);
    /// A span is made.
    pub const NEW: Self = Self(1);
    /// A thread enters it; an asynchronous task does each time it is polled.
    pub const ENTER: Self = Self(1 << 1);
    /// A thread leaves it.
    pub const EXIT: Self = Self(1 << 2);
    /// It is over, with the times that it was entered and not.
    pub const CLOSE: Self = Self(1 << 3);
    /// [`ENTER`](Self::ENTER) and [`EXIT`](Self::EXIT).
    pub const ACTIVE: Self = Self(Self::ENTER.0 | Self::EXIT.0);
    /// All.
    pub const FULL: Self = Self(Self::NEW.0 | Self::ACTIVE.0 | Self::CLOSE.0);

    /// Whether all events of the other set are in this one.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for SpanEvents {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A subscriber that has nothing but [`layer`]: for those who want only us.
///
/// It is `tracing-subscriber`'s registry with the layer on it. What a registry does, keeping spans as
/// long as anybody refers to them, a subscriber of our own would have to do as well.
#[must_use = "a subscriber does nothing until it is set as the default"]
pub fn subscriber() -> impl Subscriber + Send + Sync {
    Registry::default().with(layer())
}

/// Makes `tracing`'s macros log to this crate's loggers, in the whole process.
///
/// # Errors
/// [`Error::InstallTracingBridge`] if the process has a global subscriber already.
///
/// # Examples
/// ```
/// femto_std::bridge::tracing::init()?;
/// femto_std::get_logger("db").set_level(femto_std::Level::DEBUG);
///
/// tracing::debug!(target: "db", rows = 3, "selected");
/// # Ok::<(), femto_std::Error>(())
/// ```
pub fn init() -> Result<(), Error> {
    let _ = Manager::global().root();
    dispatcher::set_global_default(Dispatch::new(subscriber()))
        .map_err(|_| Error::InstallTracingBridge)
}
