//! References as indices into a table: safe to read back whatever the word is.

use core::sync::atomic::{AtomicU32, Ordering, fence};

use spin::Once;

use crate::{CallSite, Logger};

/// A kind of `static` that frames refer to.
pub(crate) trait Referable: Sized + Sync + 'static {
    /// The place for the reference, in the static itself.
    fn slot(&self) -> &Slot;
    /// The table of all statics of this kind that were referred to.
    fn table() -> &'static Table<Self>;
    /// Tells whoever has to know before a frame says `index`; false if it cannot be told now.
    fn announce(&'static self, _index: u32) -> bool {
        true
    }
}

impl Referable for CallSite {
    fn slot(&self) -> &Slot {
        &self.slot
    }

    fn table() -> &'static Table<Self> {
        static TABLE: Table<CallSite> = Table::new();
        &TABLE
    }

    fn announce(&'static self, index: u32) -> bool {
        WATCHER.get().is_none_or(|watcher| watcher(index, self))
    }
}

impl Referable for Logger {
    fn slot(&self) -> &Slot {
        &self.slot
    }

    fn table() -> &'static Table<Self> {
        static TABLE: Table<Logger> = Table::new();
        &TABLE
    }
}

/// The index of a static, 0 before it was first referred to.
#[derive(Debug)]
pub(crate) struct Slot(AtomicU32);

impl Slot {
    pub(crate) const fn new() -> Self {
        Self(AtomicU32::new(0))
    }
}

/// All statics of one kind that frames referred to, by index.
pub(crate) struct Table<T: 'static> {
    entries: [Once<&'static T>; CAPACITY],
    /// Entries handed out.
    used: AtomicU32,
}

impl<T: Sync> Table<T> {
    pub(crate) const fn new() -> Self {
        Self { entries: [const { Once::new() }; CAPACITY], used: AtomicU32::new(1) }
    }
}

/// The word for `target`, `None` if the table is full.
#[inline]
pub(crate) fn refer<T: Referable>(target: &'static T) -> Option<u32> {
    // Acquire: the entry is there for whoever reads a frame that this thread puts the index into.
    match target.slot().0.load(Ordering::Acquire) {
        0 => register(target),
        index => Some(index),
    }
}

/// The static that `index` names, if any.
pub(crate) fn resolve<T: Referable>(index: u32) -> Option<&'static T> {
    T::table().entries.get(index as usize)?.get().copied()
}

/// The text that a frame of this image holds.
pub(crate) fn own_text(bytes: &[u8]) -> Option<&str> {
    core::str::from_utf8(bytes).ok()
}

/// The call site that a reference names.
#[must_use]
pub fn resolve_call_site(reference: u32) -> Option<&'static CallSite> {
    resolve(reference)
}

/// Is told of a call site before any frame names it; false refuses it for now.
pub type Watcher = fn(index: u32, site: &'static CallSite) -> bool;

static WATCHER: Once<Watcher> = Once::new();

/// Has `watcher` told of every call site that is referred to from now on, before a frame names it.
/// Only the first watcher of a program is kept. While it refuses a call site, there is no reference
/// to it. Those referred to before are in [`call_sites`].
pub fn watch_call_sites(watcher: Watcher) {
    WATCHER.call_once(|| watcher);
    // A call site whose announcement missed the watcher is seen by who looks at the table now.
    fence(Ordering::SeqCst);
}

/// All call sites that were referred to so far, with their references.
pub fn call_sites() -> impl Iterator<Item = (u32, &'static CallSite)> {
    let table = CallSite::table();
    (1..table.used.load(Ordering::Acquire)).filter_map(|index| Some((index, resolve(index)?)))
}

#[cold]
fn register<T: Referable>(target: &'static T) -> Option<u32> {
    let table = T::table();
    let index = table
        .used
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            (used < CAPACITY as u32).then(|| used + 1)
        })
        .ok()?;
    table.entries[index as usize].call_once(|| target);
    fence(Ordering::SeqCst);
    if !target.announce(index) {
        return None;
    }
    // Two threads may register a static at once: the first index stands, the other is unused.
    match target.slot().0.compare_exchange(0, index, Ordering::Release, Ordering::Acquire) {
        Ok(_) => Some(index),
        Err(first) => Some(first),
    }
}

/// Whether a static may find no reference.
pub(crate) const MAY_BE_SHORT: bool = true;

/// Entries of a table. Untouched ones cost no memory where pages are mapped on demand.
const CAPACITY: usize = 1 << 14;

/// A value of a `static` that is set once at most.
pub(crate) struct SetOnce<T: 'static> {
    value: Once<T>,
    until_set: &'static T,
}

impl<T> SetOnce<T> {
    pub(crate) const fn new(until_set: &'static T) -> Self {
        Self { value: Once::new(), until_set }
    }

    /// Answers whether it was not set before.
    pub(crate) fn set(&self, value: T) -> bool {
        let mut is_new = false;
        self.value.call_once(|| {
            is_new = true;
            value
        });
        is_new
    }

    #[inline(always)]
    pub(crate) fn get(&self) -> &T {
        self.value.get().unwrap_or(self.until_set)
    }
}

/// A value that is linked only if somebody demands it; here it always is.
pub(crate) struct OnDemand<T: 'static>(&'static T);

impl<T> OnDemand<T> {
    pub(crate) const fn new(_until_demanded: &'static T, demanded: &'static T) -> Self {
        Self(demanded)
    }

    #[inline(always)]
    #[allow(clippy::unused_self, reason = "the other file of this name has to do something")]
    pub(crate) fn demand(&self, _value: &'static T) {}

    #[inline(always)]
    pub(crate) fn get(&self) -> &'static T {
        self.0
    }
}
