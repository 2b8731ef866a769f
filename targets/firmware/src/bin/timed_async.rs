//! A task drains what interrupts log. First it runs in the main loop, which sleeps in between, beside two nested
//! interrupts; then in the higher interrupt, above the main loop and the lower one. Whenever the task sleeps, nothing
//! waits: no wake-up is lost, and every record comes out once.
//!
//! It needs a machine of the `timed_` programs, all of which have a timer.
#![no_std]
#![no_main]

use core::convert::Infallible;
use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use board::stress::{add, check};
use board::{entry, interrupt, wfi};
use embedded_io_async::{ErrorType, Write};
use femto_core::{AsyncRingHandler, Formatter, Logger, Record, Value, info};
use semihosting::{eprintln, println};

static RING: AsyncRingHandler<256> = AsyncRingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);

static MAIN: Producer = Producer::new(0);
static LOW: Producer = Producer::new(1);
static HIGH: Producer = Producer::new(2);
static PRODUCERS: [&Producer; 3] = [&MAIN, &LOW, &HIGH];

#[entry]
fn main() -> ! {
    in_the_main_loop();
    in_the_interrupt();
    board::finish()
}

fn in_the_main_loop() {
    let mut sleeps = 0_u32;
    interrupt::LOW.set_handler(|| LOW.make());
    interrupt::HIGH.set_handler(|| {
        let tick = tick();
        if tick.is_multiple_of(2) || tick.is_multiple_of(7) {
            HIGH.make();
        }
        if !tick.is_multiple_of(2) || tick.is_multiple_of(7) {
            interrupt::LOW.raise();
        }
    });
    interrupt::raise_high_every(PERIODS[0]);
    let waker = waker();
    let mut context = Context::from_waker(&waker);
    let mut task = pin!(async {
        while Producer::total(|producer| &producer.drained) < 2 * RECORDS {
            let Ok(_) = RING.drain_async(&Check, &mut Wire { is_ready: false }).await;
        }
    });
    loop {
        if IS_WOKEN.load(Ordering::Relaxed) {
            IS_WOKEN.store(false, Ordering::Relaxed);
            if task.as_mut().poll(&mut context).is_ready() {
                break;
            }
        }
        // Between the look and the sleep no interrupt may come; one that is held back ends the sleep.
        critical_section::with(|_| {
            if !IS_WOKEN.load(Ordering::Relaxed) {
                assert_nothing_waits();
                sleeps += 1;
                wfi();
            }
        });
    }
    interrupt::raise_high_every(0);
    report("in the main loop", &[&LOW, &HIGH]);
    println!("it slept in between: {}", sleeps > RECORDS / 10);
    eprintln!("{sleeps} sleeps");
}

fn in_the_interrupt() {
    PRODUCERS.iter().for_each(|producer| producer.restart());
    LINES.store(0, Ordering::Relaxed);
    IS_ABOVE.store(true, Ordering::Relaxed);
    IS_WOKEN.store(true, Ordering::Relaxed);
    interrupt::HIGH.set_handler(|| {
        tick();
        // Once for each record of the main loop, at any of its instructions.
        let made = MAIN.made.load(Ordering::Relaxed);
        if SEEN.load(Ordering::Relaxed) != made {
            SEEN.store(made, Ordering::Relaxed);
            interrupt::LOW.raise();
        }
        // As beside a task that waits for the timer: polled whether a record came or not.
        poll();
        while IS_WOKEN.load(Ordering::Relaxed) {
            IS_WOKEN.store(false, Ordering::Relaxed);
            poll();
        }
    });
    interrupt::HIGH.raise();
    interrupt::raise_high_every(PERIODS[0]);
    while MAIN.made.load(Ordering::Relaxed) < RECORDS {
        MAIN.make();
        critical_section::with(|_| assert_nothing_waits());
    }
    while LOW.made.load(Ordering::Relaxed) < RECORDS {
        interrupt::LOW.raise();
        critical_section::with(|_| assert_nothing_waits());
    }
    interrupt::raise_high_every(0);
    report("in the interrupt above", &[&MAIN, &LOW]);
}

/// Polls a drain until it would wait. Its sink is never busy, so that nothing is lost with a future that is dropped.
fn poll() {
    let waker = waker();
    let mut context = Context::from_waker(&waker);
    IS_POLLING.store(true, Ordering::Relaxed);
    while pin!(RING.drain_async(&Check, &mut Wire { is_ready: true })).poll(&mut context).is_ready()
    {
    }
    IS_POLLING.store(false, Ordering::Relaxed);
}

/// Counts a tick of the timer, and changes the time to the next, so that it meets the others at changing instructions.
fn tick() -> u32 {
    add(&TICKS, 1);
    let tick = TICKS.load(Ordering::Relaxed);
    interrupt::raise_high_every(PERIODS[tick as usize % PERIODS.len()]);
    tick
}

/// To be called where no producer is under way.
fn assert_nothing_waits() {
    let made = Producer::total(|producer| &producer.made);
    let drained = Producer::total(|producer| &producer.drained);
    assert!(made == drained, "the task sleeps, though {made} were made and {drained} drained");
}

fn report(place: &str, producers: &[&Producer; 2]) {
    assert_nothing_waits();
    let [one, other] = producers.map(|producer| producer.drained.load(Ordering::Relaxed));
    let wrong = Producer::total(|producer| &producer.wrong);
    println!("{place}: {one} and {other} records drained, {wrong} not as they were made");
    println!("lines: {}", LINES.load(Ordering::Relaxed));
    let wakes = producers.map(|producer| producer.wakes.load(Ordering::Relaxed));
    println!("either priority woke the task: {}", wakes.iter().all(|&wakes| wakes > RECORDS / 10));
    eprintln!("woken by {wakes:?}, {} ticks", TICKS.load(Ordering::Relaxed));
}

// --- an executor of one task --------------------------------------------------------------------

/// Whether the task has to be polled.
static IS_WOKEN: AtomicBool = AtomicBool::new(true);
/// Whether it is polled at this moment, in the higher interrupt.
static IS_POLLING: AtomicBool = AtomicBool::new(false);
/// Whether the task runs in the higher interrupt.
static IS_ABOVE: AtomicBool = AtomicBool::new(false);

fn waker() -> Waker {
    // SAFETY: nothing in the table looks at the pointer, and all of it may be called from anywhere.
    unsafe { Waker::from_raw(RAW) }
}

const RAW: RawWaker = RawWaker::new(core::ptr::null(), &TABLE);
static TABLE: RawWakerVTable = RawWakerVTable::new(|_| RAW, |_| wake(), |_| wake(), |_| {});

fn wake() {
    IS_WOKEN.store(true, Ordering::Relaxed);
    if IS_POLLING.load(Ordering::Relaxed) {
        return;
    }
    if let Some(producer) = PRODUCERS.iter().rfind(|producer| producer.is_making()) {
        add(&producer.wakes, 1);
    }
    if IS_ABOVE.load(Ordering::Relaxed) {
        interrupt::HIGH.raise();
    }
}

// --- records ------------------------------------------------------------------------------------

/// One context that logs `RECORDS` records.
struct Producer {
    number: u8,
    made: AtomicU32,
    /// Whether it logs at this moment, perhaps interrupted by one of a higher number.
    making: AtomicBool,
    /// How often it woke the task.
    wakes: AtomicU32,
    drained: AtomicU32,
    wrong: AtomicU32,
}

impl Producer {
    const fn new(number: u8) -> Self {
        Self {
            number,
            made: AtomicU32::new(0),
            making: AtomicBool::new(false),
            wakes: AtomicU32::new(0),
            drained: AtomicU32::new(0),
            wrong: AtomicU32::new(0),
        }
    }

    fn restart(&self) {
        for count in [&self.made, &self.wakes, &self.drained, &self.wrong] {
            count.store(0, Ordering::Relaxed);
        }
    }

    fn make(&self) {
        let sequence = self.made.load(Ordering::Relaxed) + 1;
        if sequence > RECORDS {
            return;
        }
        self.made.store(sequence, Ordering::Relaxed);
        self.making.store(true, Ordering::Relaxed);
        let check = check(self.number, sequence);
        info!(logger: ROOT, "{} {} {}", self.number, sequence, check);
        self.making.store(false, Ordering::Relaxed);
    }

    fn is_making(&self) -> bool {
        self.making.load(Ordering::Relaxed)
    }

    fn total(count: fn(&Producer) -> &AtomicU32) -> u32 {
        PRODUCERS.iter().map(|producer| count(producer).load(Ordering::Relaxed)).sum()
    }
}

/// Looks at the values, and writes them.
struct Check;

impl Formatter for Check {
    fn format(&self, record: &Record<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
        let &[Value::U8(number), Value::U32(sequence), Value::U32(sum)] = record.values() else {
            return out.write_str("something else");
        };
        let producer = PRODUCERS[usize::from(number)];
        add(&producer.drained, 1);
        let is_right = sequence == producer.drained.load(Ordering::Relaxed);
        add(&producer.wrong, u32::from(!is_right || sum != check(number, sequence)));
        write!(out, "{number} {sequence}")
    }
}

/// Counts lines; where it is not `is_ready`, every write waits for another turn of the executor.
struct Wire {
    is_ready: bool,
}

impl ErrorType for Wire {
    type Error = Infallible;
}

impl Write for Wire {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        let mut is_ready = self.is_ready;
        poll_fn(|context| {
            if core::mem::replace(&mut is_ready, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        add(&LINES, bytes.iter().filter(|&&byte| byte == b'\n').count() as u32);
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

static LINES: AtomicU32 = AtomicU32::new(0);
static TICKS: AtomicU32 = AtomicU32::new(0);
/// The record of the main loop that brought the last of the lower interrupt.
static SEEN: AtomicU32 = AtomicU32::new(0);

/// Of each producer.
const RECORDS: u32 = 30_000;
/// Instructions.
const PERIODS: [u32; 7] = [5840, 4480, 6200, 4320, 7880, 4960, 6240];
