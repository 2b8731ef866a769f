//! The statements: three with one `u32`, three with a text of eight bytes, four with two integers; and ten more like
//! them. Each template is given twice, plain and with `defmt`'s hints; the front end's `info!` takes one of them.

use core::hint::black_box;
use core::sync::atomic::{AtomicI32, AtomicU32, Ordering};

/// A statement with one `u32`.
#[inline(always)]
pub fn int(values: &Values) {
    info!("up in {} ms" | "up in {=u32} ms", values.number());
}

/// A statement with a text of eight bytes.
#[inline(always)]
pub fn str8(values: &Values) {
    info!("interface {} up" | "interface {=str} up", values.text());
}

/// A statement with two integers.
#[inline(always)]
pub fn pair(values: &Values) {
    info!(
        "sent {} bytes in {} us" | "sent {=u32} bytes in {=u32} us",
        values.number(),
        values.other()
    );
}

/// Three statements with one `u32`.
#[inline(always)]
pub fn ints(values: &Values) {
    int(values);
    info!("battery at {} mV" | "battery at {=u32} mV", values.number());
    info!("step {} done" | "step {=u32} done", values.number());
}

/// Three statements with a text of eight bytes.
#[inline(always)]
pub fn texts(values: &Values) {
    str8(values);
    info!("mounted {}" | "mounted {=str}", values.text());
    info!("task {} started" | "task {=str} started", values.text());
}

/// Four statements with two integers.
#[inline(always)]
pub fn pairs(values: &Values) {
    pair(values);
    info!("retry {} of {}" | "retry {=u32} of {=u32}", values.number(), values.other());
    info!("moved from {} to {}" | "moved from {=i32} to {=i32}", values.signed(), values.offset());
    info!(
        "adc channel {} reads {}" | "adc channel {=u32} reads {=i32}",
        values.number(),
        values.signed()
    );
}

/// The ten statements.
#[inline(always)]
pub fn ten(values: &Values) {
    ints(values);
    texts(values);
    pairs(values);
}

/// Three further statements with one `u32`.
#[inline(always)]
pub fn more_ints(values: &Values) {
    info!("idle for {} ms" | "idle for {=u32} ms", values.number());
    info!("speed is {} rpm" | "speed is {=u32} rpm", values.number());
    info!("page {} erased" | "page {=u32} erased", values.number());
}

/// Three further statements with a text of eight bytes.
#[inline(always)]
pub fn more_texts(values: &Values) {
    info!("peer {} left" | "peer {=str} left", values.text());
    info!("loaded {}" | "loaded {=str}", values.text());
    info!("sensor {} missing" | "sensor {=str} missing", values.text());
}

/// Four further statements with two integers.
#[inline(always)]
pub fn more_pairs(values: &Values) {
    info!("read {} words at {}" | "read {=u32} words at {=u32}", values.number(), values.other());
    info!("block {} of {}" | "block {=u32} of {=u32}", values.number(), values.other());
    info!("shifted {} by {}" | "shifted {=i32} by {=i32}", values.signed(), values.offset());
    info!("motor {} draws {}" | "motor {=u32} draws {=i32}", values.number(), values.signed());
}

/// The ten statements at a level that is not compiled in.
#[inline(always)]
pub fn above_the_ceiling(values: &Values) {
    debug!("up in {} ms" | "", values.number());
    debug!("battery at {} mV" | "", values.number());
    debug!("step {} done" | "", values.number());
    debug!("interface {} up" | "", values.text());
    debug!("mounted {}" | "", values.text());
    debug!("task {} started" | "", values.text());
    debug!("sent {} bytes in {} us" | "", values.number(), values.other());
    debug!("retry {} of {}" | "", values.number(), values.other());
    debug!("moved from {} to {}" | "", values.signed(), values.offset());
    debug!("adc channel {} reads {}" | "", values.number(), values.signed());
}

/// What is logged: variables in memory that the optimiser does not know.
#[derive(Debug)]
pub struct Values {
    number: AtomicU32,
    other: AtomicU32,
    signed: AtomicI32,
    offset: AtomicI32,
    text: &'static str,
}

macro_rules! read {
    ($($field:ident $type:ty),*) => {$(
        #[inline(always)]
        fn $field(&self) -> $type {
            self.$field.load(Ordering::Relaxed)
        }
    )*};
}

impl Values {
    /// Those of every program.
    #[must_use]
    pub fn get() -> &'static Self {
        static VALUES: Values = Values {
            number: AtomicU32::new(1234),
            other: AtomicU32::new(5678),
            signed: AtomicI32::new(-56),
            offset: AtomicI32::new(78),
            text: "eth0-rx1",
        };
        black_box(&VALUES)
    }

    read!(number u32, other u32, signed i32, offset i32);

    #[inline(always)]
    fn text(&self) -> &'static str {
        self.text
    }
}
