//! Statements of `tracing`'s macros, as this crate knows them: where their records go, and the call
//! site that stands for them. Found out once; kept by address, as `tracing` keeps its metadata in
//! statics.

use core::ptr;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use femto_core::{CallSite, Level, SiteFacts};
use rustc_hash::FxHashSet;
use tracing_core::Metadata;

use crate::bridge::scratch::{STATEMENTS, Scratch, Slot, place};
use crate::{Logger, Manager, registry};

/// What is known of a statement, or of a span's.
#[derive(Clone, Copy)]
pub(super) struct Statement {
    metadata: &'static Metadata<'static>,
    pub(super) level: Level,
    pub(super) logger: Logger,
    pub(super) site: &'static CallSite,
    /// Whether it stands for all records of one level that a `LogTracer` hands on.
    pub(super) is_log_tracer: bool,
}

thread_local! {
    static SCRATCH: Slot<Statement> = const { Slot::new(None) };
}

/// Lends the thread's scratch.
pub(super) fn with_scratch<T>(work: impl FnOnce(&mut Scratch<Statement>) -> T) -> T {
    let mut scratch = Scratch::take(&SCRATCH);
    let done = work(&mut scratch);
    scratch.put_back(&SCRATCH);
    done
}

impl Statement {
    /// Finds a statement, at best where the thread remembers it.
    #[inline]
    pub(super) fn find(scratch: &mut Scratch<Self>, metadata: &'static Metadata<'static>) -> Self {
        let slot = &mut scratch.statements[place(ptr::from_ref(metadata).addr(), STATEMENTS)];
        match slot {
            Some(known) if ptr::eq(known.metadata, metadata) => *known,
            _ => *slot.insert(Self::look(metadata)),
        }
    }

    /// Finds a statement that the thread may not have met yet.
    #[cold]
    pub(super) fn look(metadata: &'static Metadata<'static>) -> Self {
        let key = ptr::from_ref(metadata).addr();
        let known = registry::lock().met.tracing.statements.get(&key).copied();
        known.unwrap_or_else(|| {
            if let (Some(file), Some(line)) = (metadata.file(), metadata.line()) {
                PLACES.rcu(|places| {
                    let mut places = places.as_deref().cloned().unwrap_or_default();
                    places.insert((file.as_ptr().addr(), line));
                    Some(Arc::new(places))
                });
            }
            // Not with the lock: this makes a logger.
            let made = Self::new(metadata);
            *registry::lock().met.tracing.statements.entry(key).or_insert(made)
        })
    }

    fn new(metadata: &'static Metadata<'static>) -> Self {
        let level = level(*metadata.level());
        let facts = SiteFacts {
            level,
            target: None,
            module_path: metadata.module_path().unwrap_or(""),
            file: metadata.file().unwrap_or(""),
            keys: &[],
        };
        let is_log_tracer =
            metadata.name() == "log event" && metadata.fields().field("log.target").is_some();
        let site = CallSite::new(
            Box::leak(Box::new(facts)),
            metadata.line().unwrap_or(0),
            "{}",
            |values, out| match values {
                [message, ..] => message.write_to(out),
                [] => Ok(()),
            },
        );
        Self {
            metadata,
            level,
            logger: Manager::global().get_logger(metadata.target()),
            // As many as there are statements in the program's source.
            site: Box::leak(Box::new(site)),
            is_log_tracer,
        }
    }
}

/// Whether a statement of `tracing` is known to stand at a place, the file by the address of its name.
pub(super) fn stands_at(file: usize, line: u32) -> bool {
    PLACES.load().as_ref().is_some_and(|places| places.contains(&(file, line)))
}

/// Whether `tracing` tells the `log` crate of spans under this target.
pub(super) fn is_of_spans(target: &str) -> bool {
    matches!(target, "tracing::span" | "tracing::span::active")
}

/// The level of the same name.
pub(super) const fn level(level: tracing_core::Level) -> Level {
    match level {
        tracing_core::Level::ERROR => Level::ERROR,
        tracing_core::Level::WARN => Level::WARN,
        tracing_core::Level::INFO => Level::INFO,
        tracing_core::Level::DEBUG => Level::DEBUG,
        tracing_core::Level::TRACE => Level::TRACE,
    }
}

/// Where statements stand: the addresses of files, and lines. Behind no lock: records that a `LogTracer`
/// hands on are looked for here.
static PLACES: ArcSwapOption<FxHashSet<(usize, u32)>> = ArcSwapOption::const_empty();
