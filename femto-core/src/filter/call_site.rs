//! By how often the same statement logged before.

use core::fmt;
use core::time::Duration;

use portable_atomic::{AtomicU32, AtomicUsize, Ordering};

use super::Filter;
use crate::Record;

/// Passes some of what each statement logs: so many a period, the first few, or every so many-th.
///
/// Statements are told apart by their call sites; a filter needs no word in the statement, and
/// statements that meet no such filter pay nothing. It keeps a place for each of `SITES`
/// statements (8 bytes each on a microcontroller), the first that come; all others together share one
/// more. To limit a single statement, give it a logger of its own that has the filter.
///
/// What is rejected is counted, by [`CallSiteFilter::rejected`].
///
/// # Examples
/// ```
/// use core::time::Duration;
/// use femto_core::{CallSiteFilter, Logger, warn};
///
/// static LIMIT: CallSiteFilter = CallSiteFilter::at_most(1, Duration::from_secs(10));
/// static ROOT: Logger = Logger::root();
/// static NOISY: Logger = Logger::child("adc", &ROOT).with_filters(&[&LIMIT]);
///
/// for sample in [1, 2, 3] {
///     warn!(logger: NOISY, "sample {sample} out of range"); // once in ten seconds
/// }
/// ```
pub struct CallSiteFilter<const SITES: usize = 16> {
    rule: Rule,
    sites: [Site; SITES],
    /// What the statements beyond have in common.
    others: AtomicU32,
    rejected: AtomicU32,
}

#[derive(Clone, Copy, Debug)]
enum Rule {
    AtMost { count: u16, millis: u64 },
    First(u32),
    Every(u32),
}

struct Site {
    /// What tells the statement, 0 while the place is free.
    key: AtomicUsize,
    state: AtomicU32,
}

impl<const SITES: usize> CallSiteFilter<SITES> {
    /// Passes `count` records of a statement in each period at most, by the records' time.
    ///
    /// Periods follow one another from the clock's start on, so at the border of two there may be
    /// twice as many in a short time. The period is a whole number of milliseconds, at least one.
    /// Without a clock there are no periods, and everything passes.
    #[must_use]
    pub const fn at_most(count: u16, period: Duration) -> Self {
        let millis = period.as_secs().saturating_mul(1000);
        let millis = millis.saturating_add(period.subsec_millis() as u64);
        Self::new(Rule::AtMost { count, millis: if millis == 0 { 1 } else { millis } })
    }

    /// Passes the first `count` records of a statement, then no more.
    #[must_use]
    pub const fn first(count: u32) -> Self {
        Self::new(Rule::First(count))
    }

    /// Passes the first record of a statement, and then every `count`-th: 1, `count` + 1, 2 `count` + 1.
    /// A `count` of 0 or 1 passes all.
    #[must_use]
    pub const fn every(count: u32) -> Self {
        Self::new(Rule::Every(count))
    }

    const fn new(rule: Rule) -> Self {
        Self {
            rule,
            sites: [const { Site { key: AtomicUsize::new(0), state: AtomicU32::new(0) } }; SITES],
            others: AtomicU32::new(0),
            rejected: AtomicU32::new(0),
        }
    }

    /// Records rejected since the start, wrapping.
    pub fn rejected(&self) -> u32 {
        self.rejected.load(Ordering::Relaxed)
    }
}

impl<const SITES: usize> Filter for CallSiteFilter<SITES> {
    fn matches(&self, record: &Record<'_>) -> bool {
        let is_admitted = self.rule.admits(self.state(key(record)), record);
        if !is_admitted {
            self.rejected.fetch_add(1, Ordering::Relaxed);
        }
        is_admitted
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

impl Rule {
    /// Counts the record in the statement's state, and answers whether it passes.
    fn admits(self, state: &AtomicU32, record: &Record<'_>) -> bool {
        let update = |next: &dyn Fn(u32) -> Option<u32>| {
            state.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
        };
        match self {
            Self::First(most) => update(&|count| (count < most).then(|| count + 1)).is_ok(),
            Self::Every(count) => {
                let next = |passed| if passed + 1 >= count { 0 } else { passed + 1 };
                update(&|passed| Some(next(passed))) == Ok(0)
            }
            Self::AtMost { count: most, millis } => {
                let Some(time) = record.time() else { return true };
                let now = time.as_secs().saturating_mul(1000) + u64::from(time.subsec_millis());
                // The period's number in the upper half, how many passed in it in the lower. Half a
                // number is enough to see that another period has begun.
                let period = (now / millis) as u32 & 0xffff;
                let next = |state: u32| {
                    let passed = if state >> 16 == period { state & 0xffff } else { 0 };
                    (passed < u32::from(most)).then_some(period << 16 | (passed + 1))
                };
                update(&next).is_ok()
            }
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
            .field("rule", &self.rule)
            .field("rejected", &self.rejected())
            .finish_non_exhaustive()
    }
}
