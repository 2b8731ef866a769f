//! Call: where a message enters.
//!
//! Runs on the *caller*. The macros check the level, then hand call site and typed values to the
//! logger; nothing is formatted but what has no typed encoding.

/// Logs a record: `log!(LEVEL, "template", arguments...)`.
///
/// The syntax is that of the `log` crate: `logger:` and `target:` first, then key-values before a
/// semicolon, then the message with positional, named and captured arguments. Integers, floats,
/// `bool`, `char` and texts are kept as they are and formatted by the collector; everything else is
/// rendered on the spot, by `Display` or `Debug` as the template asks. The arguments are evaluated
/// only if the record is wanted, and each once.
///
/// Without `logger:` the record goes to the logger named for the `target:`, or for the module:
/// `app::db` is the logger `app.db`.
/// The first run of such a statement looks the logger up, which takes a lock: in a signal handler, name
/// the logger.
///
/// # Examples
/// ```
/// use femto_std::{Level, Manager, info, log, warn};
///
/// let net = Manager::global().get_logger("net");
/// let (peer, ms) = ("10.0.0.7", 5);
/// info!(logger: net, "link up in {ms} ms");
/// warn!(logger: net, peer, tries = 3; "no answer after {:.1} s", 2.5);
/// log!(Level::new(25), "to the logger of this module");
/// ```
#[macro_export]
macro_rules! log {
    ($($statement:tt)+) => { $crate::__private::record!($crate [] $($statement)+) };
}

macro_rules! level_macros {
    ($dollar:tt $($(#[$doc:meta])* $name:ident $level:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// The syntax is that of [`log!`](crate::log), without the level.
        #[macro_export]
        macro_rules! $name {
            ($dollar($dollar statement:tt)+) => {
                $dollar crate::__private::record!(
                    $dollar crate [$dollar crate::Level::$level] $dollar($dollar statement)+
                )
            };
        }
    )*};
}

level_macros! { $
    /// Logs a record at [`Level::TRACE`](crate::Level::TRACE).
    trace TRACE;
    /// Logs a record at [`Level::DEBUG`](crate::Level::DEBUG).
    debug DEBUG;
    /// Logs a record at [`Level::INFO`](crate::Level::INFO).
    info INFO;
    /// Logs a record at [`Level::WARN`](crate::Level::WARN).
    warn WARN;
    /// Logs a record at [`Level::ERROR`](crate::Level::ERROR).
    error ERROR;
    /// Logs a record at [`Level::CRITICAL`](crate::Level::CRITICAL).
    critical CRITICAL;
}
