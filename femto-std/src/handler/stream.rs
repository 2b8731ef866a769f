//! A handler that writes to standard output or standard error.

use super::{Color, Delivery, Handler, Options, handler_builder, option_setters};
use crate::Error;
use crate::formatter::ConsoleStyle;
use crate::sink::StreamOpener;

/// Builds a handler that writes to standard output or standard error.
///
/// A terminal is written directly, so that lines keep their place between prompts and other output;
/// a pipe or a file is queued, unless told otherwise. Writes to a pipe end at a line and are no longer than
/// what it takes in one piece (4 KiB), so that processes that share one do not tear each other's lines;
/// a longer record goes in several.
///
/// Nobody waits for a pipe whose reader is gone (`service | head`): what is over the capacity is dropped and
/// counted at once rather than after `stall_limit`, and the program's end does not wait either.
///
/// A formatter that knows of consoles colours and escapes by itself
/// ([`Formatter::for_console`](crate::formatter::Formatter::for_console)). For any other the whole
/// line is coloured: debug dim, warnings yellow, errors red.
///
/// | parameter | default | |
/// |---|---|---|
/// | `color` | on a terminal, as the environment says | whether lines are coloured: [`Color`] |
/// | `escaping` | true | whether control characters are printed as escapes |
/// | `delivery` | direct on a terminal, else queued | who writes |
/// | `level`, `formatter`, `filter`, `capacity`, `overflow`, `flush_level`, `stall_limit`, `error_handler` | | as their methods say |
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct StreamHandlerBuilder {
    opener: StreamOpener,
    color: Color,
    escaping: bool,
    options: Options,
}

impl StreamHandlerBuilder {
    /// A handler for standard output.
    pub fn stdout() -> Self {
        Self::new(StreamOpener::Stdout)
    }

    /// A handler for standard error.
    pub fn stderr() -> Self {
        Self::new(StreamOpener::Stderr)
    }

    fn new(opener: StreamOpener) -> Self {
        let delivery = if opener.is_terminal() { Delivery::Direct } else { Delivery::Queued };
        let options = Options { delivery, ..Options::default() };
        Self { opener, color: Color::default(), escaping: true, options }
    }

    /// Whether lines are coloured. Default: [`Color::Auto`].
    pub fn with_color(mut self, color: Color) -> Self {
        self.color = color;
        self
    }

    /// Whether control characters in the lines are printed as escapes (`\\u{1b}`), ends of lines and
    /// tabulators excepted. Default: true.
    pub fn with_escaping(mut self, escaping: bool) -> Self {
        self.escaping = escaping;
        self
    }

    option_setters!();

    /// Whether the parameters are in their ranges; opens nothing.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.options.check()
    }

    fn make(mut self) -> Result<Handler, Error> {
        self.check()?;
        let color = self.color.is_on(self.opener.is_terminal(), |name| std::env::var_os(name));
        self.options.console = Some(ConsoleStyle::new(color, self.escaping));
        let name = self.opener.stream();
        Handler::new(Box::new(self.opener), false, self.options)
            .map_err(|source| Error::OpenStream { name, source })
    }
}

handler_builder! {
    /// [`Error::OpenStream`] if the stream is closed, [`Error::CheckParameter`].
    StreamHandlerBuilder
}
