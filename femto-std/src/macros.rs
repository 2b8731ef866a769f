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
/// Key-values are `key = value`, `"key" = value` or a `variable` alone; `key:? = value` is rendered by
/// `Debug`, `key:% = value` by `Display`. As in `tracing`, `key = ?value`, `key = %value`, `?variable` and
/// `%variable` mean the same.
///
/// The level may be any expression, and any [`Level`](crate::Level) from 1 to 254.
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
/// let error = std::io::Error::other("refused");
/// info!(logger: net, user_id = 7, name = %peer, err = ?error; "logged in");
/// ```
#[macro_export]
macro_rules! log {
    ($($statement:tt)+) => { $crate::__private::record!($crate [] $($statement)+) };
}

/// Whether a record at a level would reach a handler, as far as levels tell:
/// `log_enabled!(logger: LOGGER, LEVEL)`, `log_enabled!(target: "app::db", LEVEL)`, `log_enabled!(LEVEL)`.
///
/// For what is costly to find out and only of use in a record. It costs what a statement does that is
/// switched off. Filters are not asked.
///
/// # Examples
/// ```
/// use femto_std::{Level, debug, get_logger, log_enabled};
///
/// let net = get_logger("net");
/// if log_enabled!(logger: net, Level::DEBUG) {
///     let table: Vec<u32> = (0..3).collect();
///     debug!(logger: net, "routes: {table:?}");
/// }
/// assert!(!log_enabled!(target: "net::tcp", Level::TRACE));
/// ```
#[macro_export]
macro_rules! log_enabled {
    (logger: $logger:expr, $level:expr $(,)?) => {
        $crate::__private::is_enabled!($level, &($logger))
    };
    (target: $target:literal, $level:expr $(,)?) => {{
        static __NAMED: $crate::__private::NamedLogger =
            $crate::__private::NamedLogger::new($target);
        $crate::__private::is_enabled!($level, &__NAMED)
    }};
    (target: $target:expr, $level:expr $(,)?) => {
        $crate::__private::is_enabled!($level, &$crate::__private::TargetLogger::new(&$target))
    };
    ($level:expr $(,)?) => {{
        static __DEFAULT: $crate::__private::DefaultLogger =
            $crate::__private::DefaultLogger::new(::core::module_path!());
        $crate::__private::is_enabled!($level, &__DEFAULT)
    }};
}

/// A level and a reference to a logger; the logger is not looked at where the level is compiled out.
#[doc(hidden)]
#[macro_export]
macro_rules! __is_enabled {
    ($level:expr, $logger:expr) => {{
        let __level: $crate::Level = $level;
        __level.is_compiled_in() && ($logger).enabled(__level)
    }};
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
