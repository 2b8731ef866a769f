//! By how often the same statement logged before.

use core::fmt;
use core::time::Duration;

use portable_atomic::{AtomicU32, AtomicUsize, Ordering};

use super::Filter;
use super::limit::{AT_MOST, COUNT, EVERY, FIRST, Limit};
use crate::Record;

/// Passes some of what each statement logs: so many a period, the first few, or every so many-th.
///
/// Statements are told apart by their call sites; a filter needs no word in the statement, and
/// statements that meet no such filter pay nothing. It keeps a place for each of `SITES`
/// statements (8 bytes each on a microcontroller), the first that come; all others together share one
/// more. To limit a single statement, give it a logger of its own that has the filter.
///
/// The limit can be changed at run time, and by the shell, which finds it by the logger (`limit adc 5/10s`).
/// What is rejected is counted, by [`CallSiteFilter::rejected`].
///
/// # Examples
/// ```
/// use core::time::Duration;
/// use femto_core::{CallSiteFilter, Limit, Logger, warn};
///
/// static LIMIT: CallSiteFilter = CallSiteFilter::at_most(1, Duration::from_secs(10));
/// static ROOT: Logger = Logger::root();
/// static NOISY: Logger = Logger::child("adc", &ROOT).with_filters(&[&LIMIT]);
///
/// for sample in [1, 2, 3] {
///     warn!(logger: NOISY, "sample {sample} out of range"); // once in ten seconds
/// }
/// LIMIT.set_limit(Limit::First(100)); // somebody looks into it
/// ```
pub struct CallSiteFilter<const SITES: usize = 16> {
    /// A [`Limit`] in a word.
    limit: AtomicU32,
    sites: [Site; SITES],
    /// What the statements beyond have in common.
    others: AtomicU32,
    rejected: AtomicU32,
}

struct Site {
    /// What tells the statement, 0 while the place is free.
    key: AtomicUsize,
    /// What was counted of it, and for which kind of limit. Of another kind it counts for nothing: whoever
    /// still counts by the limit that was replaced leaves nothing that the new one would misread.
    state: AtomicU32,
}

impl<const SITES: usize> CallSiteFilter<SITES> {
    /// Passes `count` records of a statement in each period at most: [`Limit::AtMost`].
    #[must_use]
    pub const fn at_most(count: u16, period: Duration) -> Self {
        Self::new(Limit::AtMost { count, period })
    }

    /// Passes the first `count` records of a statement, then no more: [`Limit::First`].
    #[must_use]
    pub const fn first(count: u32) -> Self {
        Self::new(Limit::First(count))
    }

    /// Passes the first record of a statement, and then every `count`-th: [`Limit::Every`].
    #[must_use]
    pub const fn every(count: u32) -> Self {
        Self::new(Limit::Every(count))
    }

    /// Passes what the limit says.
    #[must_use]
    pub const fn new(limit: Limit) -> Self {
        Self {
            limit: AtomicU32::new(limit.pack()),
            sites: [const { Site { key: AtomicUsize::new(0), state: AtomicU32::new(0) } }; SITES],
            others: AtomicU32::new(0),
            rejected: AtomicU32::new(0),
        }
    }

    /// The limit in force.
    pub fn limit(&self) -> Limit {
        Limit::unpack(self.limit.load(Ordering::Relaxed))
    }

    /// Changes the limit, at once and from any context. All statements are counted from the start again;
    /// a record that another context is logging meanwhile may count by the limit that was.
    pub fn set_limit(&self, limit: Limit) {
        self.limit.store(limit.pack(), Ordering::Relaxed);
        let states = self.sites.iter().map(|site| &site.state).chain([&self.others]);
        states.for_each(|state| state.store(0, Ordering::Relaxed));
    }

    /// Records rejected since the start, wrapping.
    pub fn rejected(&self) -> u32 {
        self.rejected.load(Ordering::Relaxed)
    }
}

impl<const SITES: usize> Filter for CallSiteFilter<SITES> {
    fn matches(&self, record: &Record<'_>) -> bool {
        let is_admitted = admits(self.limit(), self.state(key(record)), record);
        if !is_admitted {
            self.rejected.fetch_add(1, Ordering::Relaxed);
        }
        is_admitted
    }

    fn limit(&self) -> Option<Limit> {
        Some(self.limit())
    }

    fn set_limit(&self, limit: Limit) {
        self.set_limit(limit);
    }
}

impl<const SITES: usize> CallSiteFilter<SITES> {
    /// The state of a statement. Its place is sought from where the key says, and stays where it is.
    fn state(&self, key: usize) -> &AtomicU32 {
        let (before, after) = self.sites.split_at(key.checked_rem(SITES).unwrap_or(0));
        let site = after.iter().chain(before).find(|site| {
            let known = match site.key.load(Ordering::Relaxed) {
                0 => {
                    match site.key.compare_exchange(0, key, Ordering::Relaxed, Ordering::Relaxed) {
                        Ok(_) => key,
                        Err(known) => known,
                    }
                }
                known => known,
            };
            known == key
        });
        site.map_or(&self.others, |site| &site.state)
    }
}

/// Counts the record in the statement's state, and answers whether it passes.
fn admits(limit: Limit, state: &AtomicU32, record: &Record<'_>) -> bool {
    let update = |next: &dyn Fn(u32) -> Option<u32>| {
        state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
    };
    // Nothing was counted yet where it was for another kind of limit.
    let counted = |state: u32, kind| if state & !COUNT == kind { state & COUNT } else { 0 };
    match limit {
        Limit::First(most) => {
            let next = |state| {
                let passed = counted(state, FIRST);
                (passed < most).then_some(FIRST | (passed + 1))
            };
            update(&next).is_ok()
        }
        Limit::Every(count) => {
            let next = |state| {
                let next = counted(state, EVERY) + 1;
                Some(EVERY | if next >= count { 0 } else { next })
            };
            update(&next).is_ok_and(|state| counted(state, EVERY) == 0)
        }
        Limit::AtMost { count: most, period } => {
            let Some(time) = record.time() else { return true };
            let millis = |time: Duration| {
                time.as_secs().saturating_mul(1000) + u64::from(time.subsec_millis())
            };
            // The period's number in the upper half, how many passed in it in the lower. Half a
            // number is enough to see that another period has begun.
            let number = (millis(time) / millis(period).max(1)) as u32;
            let period = AT_MOST | number << 16;
            let next = |state: u32| {
                let passed = if state >> 16 == period >> 16 { state & 0xffff } else { 0 };
                (passed < u32::from(most)).then_some(period | (passed + 1))
            };
            update(&next).is_ok()
        }
    }
}

/// What tells the record's statement from others, not 0: the address of its call site, or, for a
/// record without (another API's, another image's), a hash of where it comes from.
fn key(record: &Record<'_>) -> usize {
    if let Some(site) = record.site() {
        return core::ptr::from_ref(site).addr() / align_of::<usize>();
    }
    let line = record.line().unwrap_or(0).to_le_bytes();
    let file = record.file().unwrap_or("");
    // FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/; the top bit keeps it away from addresses.
    let hash = [record.logger_name().as_bytes(), file.as_bytes(), &line]
        .into_iter()
        .flatten()
        .fold(0x811c_9dc5_u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash as usize | 1 << (usize::BITS - 1)
}

impl<const SITES: usize> fmt::Debug for CallSiteFilter<SITES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallSiteFilter")
            .field("limit", &self.limit())
            .field("rejected", &self.rejected())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Details, Level};

    /// As a context does that still has the limit at hand that another one replaced.
    #[test]
    fn what_was_counted_by_another_kind_of_limit_counts_for_nothing() {
        const EVERY: Limit = Limit::Every(2);
        let period = Duration::from_millis(1);
        let limits = [Limit::First(2), EVERY, Limit::AtMost { count: 2, period }];
        // Far enough on for the numbers of periods to look like large counts, or like the other kinds.
        for millis in [1, 0x3fff, 0x4001, 0x7fff, 0x8000, 0xffff, 0x1_4001] {
            for before in limits {
                for after in limits.into_iter().filter(|after| *after != before) {
                    let details = Details::default();
                    let time = millis * 1_000_000;
                    let record = Record::from_message("n", &"m", Level::INFO, time, &details);
                    let state = AtomicU32::new(0);
                    let pass = |limit| admits(limit, &state, &record);
                    assert!(pass(before), "{before}");
                    let passed = [pass(after), pass(after), pass(after)];
                    assert_eq!(passed, [true, after != EVERY, after == EVERY], "{before} {after}");
                }
            }
        }
    }
}
