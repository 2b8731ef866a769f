//! The layer: what `tracing` tells of events and spans. Runs on the *caller*.

use std::sync::Arc;

use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Dispatch, Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::event::{Fields, LogFields, visit};
use super::span::Span;
use super::statement::{Statement, with_scratch};
use super::{SpanEvents, levels};
use crate::bridge::scratch::Scratch;
use crate::extra::Extra;
use crate::scope;

/// Makes records of events.
pub(super) struct RecordLayer {
    span_events: SpanEvents,
}

impl RecordLayer {
    pub(super) const fn new(span_events: SpanEvents) -> Self {
        Self { span_events }
    }

    /// Logs an event of a span's life.
    #[cold]
    fn tell(&self, event: SpanEvents, message: &str, span: &Span) {
        let Statement { level, logger, site, .. } = span.statement;
        if !self.span_events.contains(event) || !logger.enabled(level) {
            return;
        }
        with_scratch(|scratch| {
            let extra = &mut scratch.extra;
            extra.clear();
            if event == SpanEvents::CLOSE {
                span.add_times_to(extra);
            }
            extra.append(&span.extra());
            scope::add_context_to(extra);
            logger.log_extended(level, site, message, extra.bytes());
        });
    }
}

impl<S> Layer<S> for RecordLayer
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        levels::register(dispatch);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        with_scratch(|scratch| {
            let statement = Statement::find(scratch, event.metadata());
            if statement.is_log_tracer {
                return on_log_record(event, &context, scratch);
            }
            take(event, &context, scratch, &statement, |_| {});
        });
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let metadata = attributes.metadata();
        let statement = with_scratch(|scratch| Statement::find(scratch, metadata));
        // It may be there for another layer alone.
        if !statement.logger.is_enabled(statement.level) {
            return;
        }
        let Some(registered) = context.span(id) else { return };
        let parent = registered
            .scope()
            .skip(1)
            .find_map(|outer| outer.extensions().get::<Arc<Span>>().cloned());
        let mut fields = Extra::new();
        with_scratch(|scratch| {
            collect(&mut fields, &mut scratch.value, |fields| attributes.record(fields));
        });
        let is_timed = self.span_events.contains(SpanEvents::CLOSE);
        let span = Arc::new(Span::new(statement, metadata.name(), parent, fields, is_timed));
        registered.extensions_mut().replace(span.clone());
        self.tell(SpanEvents::NEW, "new", &span);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = find(id, &context) {
            let mut fields = Extra::new();
            collect(&mut fields, &mut String::new(), |fields| values.record(fields));
            span.record(fields);
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if let Some(span) = find(id, &context) {
            span.enter();
            scope::change(|scope| scope.spans.push(span.clone()));
            self.tell(SpanEvents::ENTER, "enter", &span);
        }
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        if let Some(span) = find(id, &context) {
            span.exit();
            let left = scope::change(|scope| scope.leave_span(&span));
            self.tell(SpanEvents::EXIT, "exit", &span);
            drop(left);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        if let Some(span) = find(&id, &context) {
            self.tell(SpanEvents::CLOSE, "close", &span);
        }
    }
}

/// Makes a record of an event. `complete` may say more of where its statement stands.
#[inline]
fn take<S>(
    event: &Event<'_>,
    context: &Context<'_, S>,
    scratch: &mut Scratch<Statement>,
    statement: &Statement,
    complete: impl FnOnce(&mut Extra),
) where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let Statement { level, logger, site, .. } = *statement;
    // It may be there for another layer alone, or levels have changed since `tracing` last asked.
    if !logger.is_enabled(level) {
        return;
    }
    let Scratch { text, value, extra, .. } = scratch;
    text.clear();
    extra.clear();
    let mut fields = Fields { message: Some(text), extra, value };
    visit(|| event.record(&mut fields));
    if event.is_contextual() {
        scope::add_to(extra);
    } else {
        if let Some(span) = event.parent().and_then(|id| find(id, context)) {
            extra.append(&span.extra());
        }
        scope::add_context_to(extra);
    }
    complete(extra);
    logger.log_extended(level, site, text, extra.bytes());
}

/// Makes a record of one of the `log` crate that a `LogTracer` handed on.
#[cold]
fn on_log_record<S>(event: &Event<'_>, context: &Context<'_, S>, scratch: &mut Scratch<Statement>)
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let mut fields = LogFields::default();
    event.record(&mut fields);
    if fields.is_of_tracing() {
        return;
    }
    let mut statement = Statement::find(scratch, event.metadata());
    statement.logger = scratch.logger(&fields.target);
    take(event, context, scratch, &statement, |extra| {
        extra.retain(|key| !key.starts_with("log."));
        extra.set_location(&fields.file, fields.line);
    });
}

/// Takes the fields of a span.
fn collect(extra: &mut Extra, value: &mut String, record: impl FnOnce(&mut Fields<'_>)) {
    let mut fields = Fields { message: None, extra, value };
    visit(|| record(&mut fields));
}

/// What is kept of a span.
fn find<S>(id: &Id, context: &Context<'_, S>) -> Option<Arc<Span>>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    context.span(id)?.extensions().get::<Arc<Span>>().cloned()
}
