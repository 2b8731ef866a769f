//! Call: where a message enters.
//!
//! Runs on the *caller*. The macros check the level, then hand call site and typed values to the
//! logger; nothing is formatted but what has no typed encoding.

use core::fmt;

use crate::{Capture, Value};

/// Logs a record: `log!(LEVEL, "template", arguments...)`.
///
/// The syntax is that of the `log` crate: `logger:` and `target:` first, then key-values before a
/// semicolon, then the message with positional, named and captured arguments. Integers, floats,
/// `bool`, `char` and texts are kept as they are and formatted by whoever drains the record;
/// everything else is rendered on the spot, by `Display` or `Debug` as the template asks. The
/// arguments are evaluated only if the record is wanted, and each once.
///
/// Without `logger:` the record goes to the default logger: the one set by
/// [`set_root`](crate::set_root).
/// With a `target:` instead it goes to the registered logger of that name, or to the nearest of those
/// above it (`net.tcp` is below `net`; `::` separates as `.` does), whose level then counts; to the default
/// logger if there is none. A literal target is also the name that is shown. Literals are cheap: such a
/// statement looks the name up until it finds the very logger. Others are looked up at each call.
/// Together with `logger:`, a target, which is literal then, only changes the name that is shown.
///
/// # Examples
/// ```
/// use femto_core::{Level, Logger, info, log, warn};
///
/// static ROOT: Logger = Logger::root();
/// static NET: Logger = Logger::child("net", &ROOT);
///
/// let (peer, ms) = ("10.0.0.7", 5);
/// info!(logger: NET, "link up in {ms} ms");
/// warn!(logger: NET, peer, tries = 3; "no answer after {:.1} s", 2.5);
/// log!(logger: NET, Level::new(25), "halfway between {} and {}", Level::INFO, Level::WARN);
/// ```
///
/// A template that does not fit its arguments does not compile:
/// ```compile_fail
/// femto_core::info!("{} {}", 1);
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

/// An argument whose type decides how it is kept: method resolution finds [`Typed`] first where it
/// applies, else [`Untyped`] (the technique is David Tolnay's "autoref specialization").
#[derive(Debug)]
pub struct Arg<'a, T: ?Sized>(pub &'a T);

impl<T: ?Sized> Clone for Arg<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Arg<'_, T> {}

/// Keeps an argument as it is.
pub trait Typed<'a> {
    /// The value.
    fn value(self, rendered: &'a fmt::Arguments<'a>) -> Value<'a>;
    /// What would be rendered: bytes have no `Display` of their own.
    fn shown(self) -> Value<'a>;
}

impl<'a, T: Capture + ?Sized> Typed<'a> for &Arg<'a, T> {
    #[inline(always)]
    fn value(self, _: &'a fmt::Arguments<'a>) -> Value<'a> {
        self.0.capture()
    }

    #[inline(always)]
    fn shown(self) -> Value<'a> {
        self.0.capture()
    }
}

/// Keeps an argument as text.
pub trait Untyped<'a> {
    /// The argument.
    type Shown: ?Sized;
    /// The value.
    fn value(self, rendered: &'a fmt::Arguments<'a>) -> Value<'a>;
    /// What is rendered.
    fn shown(self) -> &'a Self::Shown;
}

impl<'a, T: ?Sized> Untyped<'a> for Arg<'a, T> {
    type Shown = T;

    #[inline(always)]
    fn value(self, rendered: &'a fmt::Arguments<'a>) -> Value<'a> {
        Value::Arguments(rendered)
    }

    #[inline(always)]
    fn shown(self) -> &'a T {
        self.0
    }
}
