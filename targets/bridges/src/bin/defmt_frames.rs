//! An application's own defmt statements, the `log` crate's and ours go into one ring, from the main loop and an
//! interrupt. The drain parts them: text for the console, frames for `defmt-print`.
#![no_std]
#![no_main]

use board::sample::Milliseconds;
use board::{Uart, entry, interrupt};
use bridges::Wire;
use defmt::{Format, Formatter};
use femto_core::bridge::{self, defmt::DefmtSink};
use femto_core::{
    Clock as _, Level, Logger, RingHandler, TextFormatter, error, info, set_clock, set_root, warn,
};

static RING: RingHandler<256> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static NET: Logger = Logger::child("net", &ROOT);

defmt::timestamp!("{=u64:ms}", Milliseconds.now());

#[entry]
fn main() -> ! {
    let mut out = Out { text: Uart::new(), wire: DefmtSink::new(Wire::new()) };
    assert!(set_clock(&Milliseconds).is_ok() && set_root(&ROOT).is_ok());
    defmt::info!("before init: nobody hears this");
    assert!(bridge::defmt::init(&RING).is_ok() && bridge::log::install(&ROOT).is_ok());
    out.drain();

    in_order();
    out.drain();
    interrupts();
    out.drain();
    one_at_a_time();
    out.drain();
    levels();
    out.drain();

    // More than the ring holds: told on both ends, once.
    for number in 0..40_u32 {
        info!("record {number}");
        defmt::info!("frame {=u32}", number);
    }
    out.drain();
    defmt::info!("room again");
    out.drain();
    board::finish()
}

struct Out {
    text: Uart,
    wire: DefmtSink<Wire>,
}

impl Out {
    fn drain(&mut self) {
        let drained = RING.drain_with_defmt(&TextFormatter::new(), &mut self.text, &mut self.wire);
        assert!(drained.is_ok_and(|drained| drained.damaged == 0));
    }
}

fn in_order() {
    let peer = "10.0.0.7";
    info!("booted");
    defmt::info!("link {=str} up in {=u16} ms, {=u8} tries", "eth0", 512, 3);
    log::info!(target: "net::tcp", peer, port = 80; "connected to {}", peer);
    defmt::warn!(
        "{=f32} V, {=bool}, {=[u8]:#02x}, {=i64}",
        3.3,
        true,
        [0xca, 0xfe],
        -9_000_000_000
    );
    warn!(logger: NET, peer; "retry {}", 2);
    defmt::error!("{} of {}", Some(7_u8), Reading { millivolts: 0 });
    log::error!("not a word of {:?}", Some(7));
    defmt::info!("");
    defmt::info!("{=[u8]}", [0; 200]);
}

#[derive(Format)]
struct Reading {
    millivolts: u32,
}

/// An interrupt that comes while a frame is being made waits for its end.
fn interrupts() {
    interrupt::LOW.set_handler(|| {
        defmt::info!("frame of an interrupt");
        info!("record of an interrupt");
        log::info!("log record of an interrupt");
    });
    defmt::info!("main, {}", Interrupting);
    interrupt::LOW.raise();
    defmt::info!("main, done");
}

struct Interrupting;

impl Format for Interrupting {
    fn format(&self, to: Formatter<'_>) {
        interrupt::LOW.raise();
        defmt::write!(to, "interrupted while it is made");
    }
}

/// A frame within a frame is refused, and counted.
fn one_at_a_time() {
    defmt::info!("outer, {}", Nesting);
    assert_eq!(RING.dropped(), 3, "two nested ones, and that before init");
}

/// Interrupts, if anything does so, in the middle of a critical section.
#[cfg(target_arch = "arm")]
fn interrupt_all_the_same() {
    const NMIPENDSET: u32 = 1 << 31;
    // SAFETY: the register takes any value; this bit makes the exception pending, and it is taken at once.
    unsafe { (*cortex_m::peripheral::SCB::PTR).icsr.write(NMIPENDSET) };
    cortex_m::asm::dsb();
    cortex_m::asm::isb();
}

#[cfg(target_arch = "arm")]
#[cortex_m_rt::exception]
unsafe fn NonMaskableInt() {
    unmasked();
}

/// There is none that could be raised here.
#[cfg(target_arch = "riscv32")]
fn interrupt_all_the_same() {
    unmasked();
}

fn unmasked() {
    defmt::info!("unmasked: nobody hears this");
    info!("a record of ours, unmasked");
}

struct Nesting;

impl Format for Nesting {
    fn format(&self, to: Formatter<'_>) {
        defmt::info!("inner: nobody hears this");
        info!("our own records nest");
        interrupt_all_the_same();
        defmt::write!(to, "whole");
    }
}

/// The ring's level holds for frames as for records.
fn levels() {
    RING.set_level(Level::WARN);
    defmt::trace!("below the ring's level");
    defmt::info!("below the ring's level");
    info!("below the ring's level");
    defmt::warn!("at the ring's level");
    warn!("at the ring's level");
    defmt::println!("of no level");
    RING.set_level(Level::OFF);
    defmt::error!("switched off");
    error!("switched off");
    RING.set_level(Level::DEBUG);
    defmt::trace!("below the ring's level");
    defmt::debug!("debug");
    RING.set_level(Level::NOTSET);
    defmt::trace!("trace");
}
