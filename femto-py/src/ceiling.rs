//! Level: the ceiling that this build was made with.
//!
//! Looked at on the *caller*, by `isEnabledFor`, and by Python when it works out a logger's threshold.

/// Calls below this level do nothing, whatever the levels of loggers are; 0 without a ceiling.
///
/// No level reaches the one of `max_level_off`: Python's are not bounded.
pub(crate) const STATIC_MAX_LEVEL: i64 = match femto_std::STATIC_MAX_LEVEL {
    femto_std::Level::OFF => i64::MAX,
    ceiling => ceiling.number() as i64,
};
