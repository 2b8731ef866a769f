//! Statements of `log`'s macros, as this crate knows them: where their records go, and the call site
//! that stands for them, so that filters by call site tell them apart. Runs on the *caller*.

use core::ptr;
use std::collections::hash_map::Entry;

use femto_core::{CallSite, Level, SiteFacts};
use rustc_hash::FxHashMap;

use crate::bridge::scratch::{STATEMENTS, Scratch, Slot, place};
use crate::{Logger, Manager, registry};

/// What is known of a statement and one of its targets, in one line of the processor's cache.
#[repr(align(64))]
pub(super) struct Statement {
    file: &'static str,
    line: u32,
    /// Whether the call site tells where the statement stands.
    pub(super) is_located: bool,
    target: Target,
    pub(super) logger: Logger,
    pub(super) site: &'static CallSite,
}

enum Target {
    /// The statement's module, as where none is given. No other text can be at its address.
    Module(&'static str),
    Given(Box<str>),
}

impl Target {
    #[inline]
    fn is(&self, target: &str) -> bool {
        match self {
            Self::Module(path) => ptr::eq(*path, target) || *path == target,
            Self::Given(text) => **text == *target,
        }
    }
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
    /// Finds the statement of a record, at best where the thread remembers it.
    #[inline]
    pub(super) fn find<'s>(scratch: &'s mut Scratch<Self>, record: &log::Record<'_>) -> &'s Self {
        let (file, line) = (record.file_static().unwrap_or(""), record.line().unwrap_or(0));
        let address = file.as_ptr().addr().wrapping_add(line as usize * 8);
        let slot = &mut scratch.statements[place(address, STATEMENTS)];
        match slot {
            Some(known)
                if known.line == line
                    && ptr::eq(known.file, file)
                    && known.target.is(record.target()) => {}
            _ => *slot = Some(Self::look(file, line, record)),
        }
        // It was just put there.
        slot.get_or_insert_with(|| Self::look(file, line, record))
    }

    #[cold]
    fn look(file: &'static str, line: u32, record: &log::Record<'_>) -> Self {
        let module_path = record.module_path_static().unwrap_or("");
        let site = call_site(file, line, module_path);
        let target = match record.target() {
            target if target == module_path => Target::Module(module_path),
            target => Target::Given(target.into()),
        };
        Self {
            file,
            line,
            is_located: site.is_some(),
            target,
            logger: Manager::global().get_logger(record.target()),
            site: site.unwrap_or(&UNKNOWN),
        }
    }
}

/// The call site of a place in the source; `None` without one, or if there are too many.
fn call_site(
    file: &'static str,
    line: u32,
    module_path: &'static str,
) -> Option<&'static CallSite> {
    if file.is_empty() {
        return None;
    }
    let key = (file.as_ptr().addr(), line, module_path.as_ptr().addr());
    let sites = &mut registry::lock().met.log;
    let has_room = sites.len() < MAX_SITES;
    match sites.entry(key) {
        Entry::Occupied(known) => Some(*known.get()),
        Entry::Vacant(new) if has_room => {
            let facts = SiteFacts { module_path, file, ..NO_FACTS };
            Some(*new.insert(Box::leak(Box::new(finished(Box::leak(Box::new(facts)), line)))))
        }
        Entry::Vacant(_) => None,
    }
}

/// The call site of a message that is rendered already.
const fn finished(facts: &'static SiteFacts, line: u32) -> CallSite {
    CallSite::new(facts, line, "{}", |values, out| match values {
        [message, ..] => message.write_to(out),
        [] => Ok(()),
    })
}

const NO_FACTS: SiteFacts =
    SiteFacts { level: Level::NOTSET, target: None, module_path: "", file: "", keys: &[] };

/// The statement of records that were made without `log`'s macros.
static UNKNOWN: CallSite = finished(&NO_FACTS, 0);

/// All call sites that were made, by the addresses of file and module, and line.
pub(in crate::bridge) type Sites = FxHashMap<(usize, u32, usize), &'static CallSite>;

/// As many as frames can refer to.
const MAX_SITES: usize = 1 << 14;
