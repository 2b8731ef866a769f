//! The layer that takes `tracing`'s events, with the fields of the spans around them. Runs on the
//! *caller*.

use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

use femto_core::{Capture, Value};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Event, Metadata, Subscriber, dispatcher};
use tracing_subscriber::layer::{Context, Filter, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::fields::{Fields, render};
use crate::native::{self, Statement, Target};

/// Sends what this module and its dependencies tell `tracing` to Python's loggers.
///
/// # Errors
/// `ImportError` if femtologging is not there, or of another version; `RuntimeError` if this module's
/// copy of `tracing` has another global subscriber already. Doing it twice is no error.
pub fn setup_rust_tracing(py: Python<'_>) -> PyResult<()> {
    if IS_SET_UP.load(Relaxed) == 1 {
        return Ok(());
    }
    let subscriber = Registry::default().with(layer(py)?);
    dispatcher::set_global_default(Dispatch::new(subscriber)).map_err(|_| {
        PyRuntimeError::new_err("tracing of this extension module has a subscriber already")
    })?;
    IS_SET_UP.store(1, Relaxed);
    Ok(())
}

/// The layer alone, for a subscriber with other layers.
///
/// It filters for itself alone: others see what they want.
///
/// # Errors
/// `ImportError` if femtologging is not there, or of another version.
pub fn layer<S>(py: Python<'_>) -> PyResult<impl Layer<S> + Send + Sync + use<S>>
where
    S: Subscriber + for<'span> LookupSpan<'span> + 'static,
{
    native::connect(py, set_level)?;
    Ok(PythonLayer.with_filter(Levels))
}

static IS_SET_UP: AtomicU8 = AtomicU8::new(0);
/// No logger wants records below it.
static LOWEST: AtomicU8 = AtomicU8::new(0);

/// Called by femtologging. `tracing` is not told: it would take its locks, and may hold them while it
/// waits for Python's.
extern "C" fn set_level(level: u8) {
    LOWEST.store(level, Relaxed);
}

#[inline]
fn wanted(metadata: &Metadata<'_>) -> Option<Target> {
    let level = number(metadata);
    if level < LOWEST.load(Relaxed) { None } else { native::find(metadata.target(), level) }
}

fn number(metadata: &Metadata<'_>) -> u8 {
    match *metadata.level() {
        tracing_core::Level::ERROR => 40,
        tracing_core::Level::WARN => 30,
        tracing_core::Level::INFO => 20,
        tracing_core::Level::DEBUG => 10,
        tracing_core::Level::TRACE => 5,
    }
}

/// Asks the loggers each time, as their levels change without `tracing`'s knowing.
struct Levels;

impl<S> Filter<S> for Levels {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        wanted(metadata).is_some()
    }

    fn callsite_enabled(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }
}

struct PythonLayer;

/// A span: its path and its fields, those of the spans around it behind them.
struct Span {
    path: String,
    parent: Option<Arc<Self>>,
    own: Mutex<Fields>,
}

impl Span {
    fn add_to(&self, fields: &mut Fields) {
        if let Some(own) = self.lock() {
            fields.append(&own);
        }
        if let Some(parent) = &self.parent {
            parent.add_to(fields);
        }
    }

    /// Nobody is in there for long, but for a thread that was at a fork: its child has it locked for ever.
    fn lock(&self) -> Option<MutexGuard<'_, Fields>> {
        (0..TRIES).find_map(|_| match self.own.try_lock() {
            Ok(own) => Some(own),
            Err(TryLockError::Poisoned(own)) => Some(own.into_inner()),
            Err(TryLockError::WouldBlock) => {
                std::thread::yield_now();
                None
            }
        })
    }
}

/// How often a thread tries to lock a span's fields before its record goes without.
const TRIES: usize = 100;

impl<S> Layer<S> for PythonLayer
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(registered) = context.span(id) else { return };
        let parent = registered
            .scope()
            .skip(1)
            .find_map(|span| span.extensions().get::<Arc<Span>>().cloned());
        let name = attributes.metadata().name();
        let path = parent.as_ref().map_or(name.to_owned(), |span| format!("{}:{name}", span.path));
        let mut own = Fields::default();
        attributes.record(&mut Visitor { message: None, fields: &mut own });
        let span = Arc::new(Span { path, parent, own: Mutex::new(own) });
        registered.extensions_mut().replace(span);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(registered) = context.span(id) else { return };
        let Some(span) = registered.extensions().get::<Arc<Span>>().cloned() else { return };
        let mut fields = Fields::default();
        values.record(&mut Visitor { message: None, fields: &mut fields });
        if let Some(mut own) = span.lock() {
            fields.append(&own);
            *own = fields;
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let Some(target) = wanted(metadata) else { return };
        let (mut message, mut fields) = (String::new(), Fields::default());
        event.record(&mut Visitor { message: Some(&mut message), fields: &mut fields });
        let around = context.event_scope(event).and_then(|mut scope| {
            scope.find_map(|span| span.extensions().get::<Arc<Span>>().cloned())
        });
        if let Some(span) = around {
            span.add_to(&mut fields);
            fields.push("spans", &Value::Str(&span.path));
        }
        let statement = Statement {
            level: number(metadata),
            message: &message,
            file: metadata.file().unwrap_or_default(),
            line: metadata.line().unwrap_or(0),
        };
        native::submit(target, &statement, &fields);
    }
}

/// Takes the fields of an event or a span one by one.
struct Visitor<'f> {
    message: Option<&'f mut String>,
    fields: &'f mut Fields,
}

impl Visitor<'_> {
    fn push(&mut self, field: &Field, value: &Value<'_>) {
        match self.message(field) {
            Some(message) => render(message, format_args!("{value}")),
            None => self.fields.push(field.name(), value),
        }
    }

    fn message(&mut self, field: &Field) -> Option<&mut String> {
        if field.name() == "message" { self.message.as_deref_mut() } else { None }
    }
}

impl Visit for Visitor<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match self.message(field) {
            Some(message) => render(message, format_args!("{value:?}")),
            None => self.fields.push_rendered(field.name(), format_args!("{value:?}")),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, &Value::Str(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, &Value::I64(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, &Value::U64(value));
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.push(field, &value.capture());
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.push(field, &value.capture());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, &Value::F64(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, &Value::Bool(value));
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.push(field, &Value::Bytes(value));
    }
}
