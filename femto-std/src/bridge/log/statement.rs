//! Statements of `log`'s macros, as this crate knows them: where their records go, and the call site
//! that stands for them, so that filters by call site tell them apart. Runs on the *caller*.

use core::ptr;
use std::collections::hash_map::Entry;

use femto_core::{CallSite, Level, SiteFacts};
use rustc_hash::FxHashMap;

use crate::bridge::scratch::{STATEMENTS, Scratch, Slot, place};
use crate::{Logger, Manager, registry};

/// What is known of a statement and one of its targets.
pub(super) struct Statement {
    file: &'static str,
    line: u32,
    target: Box<str>,
    /// The statement's module, if that is the target: a text at this address cannot be another.
    module_path: &'static str,
    pub(super) logger: Logger,
    pub(super) site: &'static CallSite,
    /// Whether the call site tells where the statement stands.
    pub(super) is_located: bool,
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
                    && known.has_target(record.target()) => {}
            _ => *slot = Some(Self::look(file, line, record)),
        }
        // It was just put there.
        slot.get_or_insert_with(|| Self::look(file, line, record))
    }

    #[inline]
    fn has_target(&self, target: &str) -> bool {
        ptr::eq(self.module_path, target) || *self.target == *target
    }

    #[cold]
    fn look(file: &'static str, line: u32, record: &log::Record<'_>) -> Self {
        let module_path = record.module_path_static().unwrap_or("");
        let site = call_site(file, line, module_path);
        Self {
            file,
            line,
            target: record.target().into(),
            module_path: if module_path == record.target() { module_path } else { "" },
            logger: Manager::global().get_logger(record.target()),
            site: site.unwrap_or(&UNKNOWN),
            is_located: site.is_some(),
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
