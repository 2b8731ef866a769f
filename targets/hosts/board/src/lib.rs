//! A process in place of a board, so that programs of `targets/firmware` run on Linux as they are: standard input and
//! output are the UART, a signal is an interrupt.

use std::convert::Infallible;
use std::fmt::Display;
use std::io::{self, Read as _, Write as _};

use embedded_io::{ErrorType, Read, ReadReady, Write};
pub use host_entry::entry;

/// Ends the program with success.
pub fn finish() -> ! {
    std::process::exit(0)
}

/// Is told what happened, and ends the program.
pub type PanicHandler = fn(&dyn Display) -> !;

/// Sets what a panic does instead of ending the program with failure: `handler` is told what happened.
pub fn on_panic(handler: PanicHandler) {
    std::panic::set_hook(Box::new(move |info| handler(info)));
}

/// Standard input and output.
#[derive(Debug)]
pub struct Uart;

impl Uart {
    /// The UART.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "a board has one")]
    pub fn new() -> Self {
        Self
    }

    /// The UART once more, for whoever comes when all else has stopped.
    #[must_use]
    pub const fn again() -> Self {
        Self
    }
}

impl ErrorType for Uart {
    type Error = Infallible;
}

impl Write for Uart {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        // Not by `Stdout`, whose lock the interrupted context may hold.
        // SAFETY: the bytes are as many.
        let written =
            unsafe { libc::write(libc::STDOUT_FILENO, bytes.as_ptr().cast(), bytes.len()) };
        assert!(written > 0, "{}", io::Error::last_os_error());
        Ok(written as usize)
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Read for Uart {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Infallible> {
        match io::stdin().read(bytes) {
            Ok(read) if read > 0 => Ok(read),
            end => {
                let _ = writeln!(io::stderr(), "the input ended: {end:?}");
                std::process::exit(1)
            }
        }
    }
}

impl ReadReady for Uart {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(true)
    }
}

pub mod interrupt {
    //! An interrupt of the main thread: a signal.

    use std::sync::OnceLock;

    /// The interrupt of lower priority.
    pub static LOW: Interrupt = Interrupt { handler: OnceLock::new() };

    /// A signal and the function that handles it.
    #[derive(Debug)]
    pub struct Interrupt {
        handler: OnceLock<fn()>,
    }

    impl Interrupt {
        /// Sets the function that runs when it is taken.
        ///
        /// # Panics
        /// When there is one.
        pub fn set_handler(&self, handler: fn()) {
            assert!(self.handler.set(handler).is_ok(), "it has a handler");
            let handle: extern "C" fn(libc::c_int) = handle;
            // SAFETY: the function has the type that this call wants.
            unsafe { libc::signal(SIGNAL, handle as libc::sighandler_t) };
        }

        /// Raises it. It is taken before this returns.
        pub fn raise(&self) {
            // SAFETY: sends a signal, that has a handler, to this thread.
            unsafe { libc::raise(SIGNAL) };
        }
    }

    extern "C" fn handle(_: libc::c_int) {
        if let Some(handler) = LOW.handler.get() {
            handler();
        }
    }

    const SIGNAL: libc::c_int = libc::SIGUSR1;
}
