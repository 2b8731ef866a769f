//! Shell: a person at a terminal looks at levels and statistics, and changes levels, while the
//! program runs.
//!
//! Beside the pipeline, on the *drain*'s side of it: in thread mode, on the same wire perhaps. No stage
//! depends on it, and a program that does not use it does not contain it.

mod command;
mod line;
mod pair;
mod terminal;

use core::fmt;

use embedded_io::{Read, ReadReady, Write};

use self::line::{Line, Step};
pub use self::pair::Pair;
pub use self::terminal::Terminal;
use crate::{FmtSink, Handler};

/// A command interpreter on any port that implements [`embedded_io::Read`] and [`embedded_io::Write`]: a
/// UART, USB, RTT. Lines are at most `LINE` bytes long, 64 unless said otherwise.
///
/// | command | |
/// |---|---|
/// | `help` | says what there is |
/// | `level` | lists the loggers, with own and effective level |
/// | `level LOGGER` | shows one |
/// | `level LOGGER LEVEL` | sets one; `notset` gives it its parent's |
/// | `limit`, `limit LOGGER`, `limit LOGGER LIMIT` | the same for the [`Limit`](crate::Limit) that a logger's filters set its statements |
/// | `handler`, `handler NAME`, `handler NAME LEVEL` | the same for the handlers that the shell knows |
/// | `stats` | shows what these handlers wrote and dropped, and what filters of loggers rejected |
///
/// Bytes come in one of three ways: [`Shell::poll`] takes those that are there, from a main loop;
/// [`Shell::run`] waits for them, in a task of its own; [`Shell::feed`] is given one, which an interrupt
/// received. Commands use the registry of loggers, so all three belong in thread mode: an interrupt hands
/// its bytes over by a queue.
///
/// Typed text is echoed and can be corrected by backspace; Ctrl-C and Ctrl-U drop the line; CR, LF, or both
/// end it. Nothing is written before the first byte comes: press Enter for a prompt. Where log lines go
/// out on the same wire, write them within [`Shell::beside`].
///
/// # Examples
/// ```
/// use femto_core::{Handler, Level, Logger, RingHandler, Shell};
///
/// static RING: RingHandler<256> = RingHandler::new();
/// static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
/// static HANDLERS: [(&str, &dyn Handler); 1] = [("ring", &RING)];
/// ROOT.register()?;
///
/// let mut shell: Shell = Shell::new(&HANDLERS);
/// let mut screen = Vec::new(); // any embedded_io::Write
/// for &byte in b"level root debug\r" {
///     shell.feed(byte, &mut screen).unwrap();
/// }
/// assert_eq!(ROOT.level(), Level::DEBUG);
/// assert!(screen.ends_with(b"> level root debug\r\nroot: own DEBUG, effective DEBUG\r\n> "));
/// # Ok::<(), femto_core::RegistryFull>(())
/// ```
///
/// The main loop of a program with one UART for all:
/// ```
/// # use femto_core::{Shell, RingHandler, TextFormatter};
/// # use femto_core::embedded_io::{Read, ReadReady, Write};
/// # static RING: RingHandler<256> = RingHandler::new();
/// # fn turn<U: Read + ReadReady + Write>(shell: &mut Shell, uart: &mut U) -> Result<(), U::Error> {
/// shell.poll(uart)?;
/// shell.beside(uart, |screen| RING.drain(&TextFormatter::new(), screen))?;
/// # Ok(())
/// # }
/// ```
pub struct Shell<const LINE: usize = 64> {
    handlers: &'static [(&'static str, &'static dyn Handler)],
    line: Line<LINE>,
    echo: bool,
    /// Whether the prompt and the line are the last that was written.
    is_shown: bool,
}

impl<const LINE: usize> Shell<LINE> {
    /// A shell that knows `handlers` by these names. Loggers it finds in their registry.
    #[must_use]
    pub const fn new(handlers: &'static [(&'static str, &'static dyn Handler)]) -> Self {
        Self { handlers, line: Line::new(), echo: true, is_shown: false }
    }

    /// Sets whether typed text is echoed and a prompt shown. Default: yes. No is for terminals that
    /// send whole lines, and for programs.
    #[must_use]
    pub const fn with_echo(mut self, echo: bool) -> Self {
        self.echo = echo;
        self
    }

    /// Takes the bytes that are there, `LINE` at most, and answers; never waits for input. A UART's two
    /// halves are one port as a [`Pair`].
    ///
    /// # Errors
    /// The port's. A line whose answer could not be written is done all the same.
    pub fn poll<P: Read + ReadReady + Write>(&mut self, port: &mut P) -> Result<(), P::Error> {
        for _ in 0..LINE {
            if !port.read_ready()? || !self.take(port)? {
                break;
            }
        }
        Ok(())
    }

    /// Takes bytes and answers until the input ends (a read of 0 bytes).
    ///
    /// # Errors
    /// The port's.
    pub fn run<P: Read + Write>(&mut self, port: &mut P) -> Result<(), P::Error> {
        while self.take(port)? {}
        Ok(())
    }

    /// Takes one byte. Any sequence of bytes is fine.
    ///
    /// # Errors
    /// Those of the output.
    pub fn feed<W: Write>(&mut self, byte: u8, output: &mut W) -> Result<(), W::Error> {
        let is_first = self.echo && !self.is_shown;
        if is_first {
            self.show(output)?;
        }
        match self.line.feed(byte) {
            Step::Typed => self.echo(&[byte], output)?,
            Step::Refused => self.echo(BELL, output)?,
            Step::TakenBack => self.echo(RUB_OUT, output)?,
            Step::Nothing => {}
            Step::Dropped => {
                self.line.clear();
                self.end_line(output)?;
                self.show(output)?;
            }
            // The Enter that asked for the prompt.
            Step::Entered if is_first && self.line.is_empty() => self.line.clear(),
            Step::Entered => {
                let entered = self.end_line(output).and_then(|()| self.answer(output));
                self.line.clear();
                entered.and_then(|()| self.show(output))?;
            }
        }
        output.flush()
    }

    /// Lets `write` write lines to the same terminal without tearing the one that is being typed: it
    /// gives way to the first byte and comes back after the last. `\n` becomes `\r\n`.
    ///
    /// # Errors
    /// Those of `write` and of the output.
    pub fn beside<W: Write, T>(
        &mut self,
        output: &mut W,
        write: impl FnOnce(&mut Terminal<'_, W>) -> Result<T, W::Error>,
    ) -> Result<T, W::Error> {
        let mut terminal = Terminal::new(output, self.is_shown);
        let done = write(&mut terminal)?;
        if terminal.has_cleared() {
            self.show(output)?;
        }
        Ok(done)
    }

    /// Does one command and writes the answer, in lines that end with `\n`. For commands that come by
    /// another way than a terminal.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn execute(&self, command: &str, out: &mut dyn fmt::Write) -> fmt::Result {
        command::execute(command, self.handlers, out)
    }

    /// Takes one byte of the input; `false` if there is none any more.
    fn take<P: Read + Write>(&mut self, port: &mut P) -> Result<bool, P::Error> {
        let mut byte = [0];
        let count = port.read(&mut byte)?;
        if count != 0 {
            self.feed(byte[0], port)?;
        }
        Ok(count != 0)
    }

    fn answer<W: Write>(&self, output: &mut W) -> Result<(), W::Error> {
        let mut terminal = Terminal::new(output, false);
        let mut out = FmtSink::new(&mut terminal);
        // The error is the output's own, told by `finish`.
        let _ = match self.line.text() {
            Ok(command) => self.execute(command, &mut out),
            Err(reason) => fmt::Write::write_fmt(&mut out, format_args!("{reason}\n")),
        };
        out.finish()
    }

    fn end_line<W: Write>(&mut self, output: &mut W) -> Result<(), W::Error> {
        self.is_shown = false;
        self.echo(b"\r\n", output)
    }

    fn echo<W: Write>(&self, text: &[u8], output: &mut W) -> Result<(), W::Error> {
        if self.echo { output.write_all(text) } else { Ok(()) }
    }

    /// Writes the prompt and what was typed so far.
    fn show<W: Write>(&mut self, output: &mut W) -> Result<(), W::Error> {
        if self.echo {
            output.write_all(PROMPT)?;
            output.write_all(self.line.bytes())?;
            self.is_shown = true;
        }
        Ok(())
    }
}

impl<const LINE: usize> fmt::Debug for Shell<LINE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shell").field("line", &self.line.text()).finish_non_exhaustive()
    }
}

const PROMPT: &[u8] = b"> ";
const BELL: &[u8] = b"\x07";
const RUB_OUT: &[u8] = b"\x08 \x08";
