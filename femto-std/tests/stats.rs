//! Statistics: numbers that add up, as a struct, as records, and as Prometheus reads them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex};

use femto_std::config::{FormatterBuilder, FormatterStyle};
use femto_std::handlers::{FanOutHandlerBuilder, FileHandlerBuilder, SinkHandlerBuilder};
use femto_std::{
    Delivery, Filter, Level, LoggerStats, Manager, OverflowPolicy, Record, debug, error, info, log,
    warn,
};
use prom_text_format_parser::Scrape;
use scratch::{PATIENCE, Scratch, lone_logger, pattern, plain, wait_until};

/// Takes records whose message is not "unwanted".
struct Wanted;

impl Filter for Wanted {
    fn matches(&self, record: &Record<'_>) -> bool {
        let mut message = String::new();
        record.write_message(&mut message).unwrap();
        message != "unwanted"
    }
}

fn logger_stats(name: &str) -> LoggerStats {
    let stats = Manager::global().stats();
    stats.loggers.into_iter().find(|logger| logger.name == name).unwrap_or_default()
}

#[test]
fn a_logger_counts_its_records_by_level_whoever_writes_them() {
    let scratch = Scratch::new("stats-levels");
    let queued = plain(&scratch.path("queued")).with_filter(Arc::new(Wanted)).build().unwrap();
    let direct = plain(&scratch.path("direct")).with_delivery(Delivery::Direct).build().unwrap();
    let logger = lone_logger("stats-queued", &queued);
    logger.set_level(Level::TRACE);
    let alone = lone_logger("stats-direct", &direct);
    let both = lone_logger("stats-both", &direct);
    both.add_handler(queued.clone());
    for number in 0..5 {
        debug!(logger: logger, "{}", number);
        warn!(logger: alone, "{}", number);
        log!(logger: both, Level::new(25), "{}", number);
    }
    error!(logger: logger, "unwanted");
    both.add_filter(Arc::new(Wanted));
    warn!(logger: both, "unwanted");
    Manager::global().flush(PATIENCE).unwrap();

    let counted = logger_stats("stats-queued");
    assert_eq!((counted.debug, counted.error, counted.records()), (5, 1, 6));
    assert_eq!((counted.rejected, counted.dropped), (0, 0));
    let counted = logger_stats("stats-direct");
    assert_eq!((counted.warn, counted.records()), (5, 5));
    let counted = logger_stats("stats-both");
    assert_eq!((counted.info, counted.records(), counted.rejected), (5, 5, 1));
    let stats = queued.stats();
    assert_eq!((stats.accepted, stats.rejected, stats.written), (10, 1, 10));
    assert_eq!((stats.queued, stats.dropped, stats.errors), (0, 0, 0));
    let bytes = fs::metadata(scratch.path("queued")).unwrap().len();
    assert_eq!(stats.bytes, bytes);
    assert!(stats.high_water > 0 && stats.high_water <= bytes);
    assert_eq!(direct.stats().written, 10);
    // A change of configuration makes another route; the numbers go on.
    logger.add_handler(direct);
    debug!(logger: logger, "again");
    Manager::global().flush(PATIENCE).unwrap();
    assert_eq!(logger_stats("stats-queued").debug, 6);
    assert_eq!(logger_stats("stats-never"), LoggerStats::default());
}

#[test]
fn what_a_handler_drops_is_counted_for_it_and_for_the_logger() {
    let scratch = Scratch::new("stats-dropped");
    let broken = SinkHandlerBuilder::from_fn("broken", || Ok(io::sink()))
        .with_formatter(pattern("%(message)s"))
        .with_filter(Arc::new(Panicking))
        .build()
        .unwrap();
    let logger = lone_logger("stats-dropped", &broken);
    for number in 0..3 {
        info!(logger: logger, "{}", number);
    }
    Manager::global().flush(PATIENCE).unwrap();
    let counted = logger_stats("stats-dropped");
    assert_eq!((counted.info, counted.dropped), (3, 3));
    // Beside a handler that takes them all.
    let (_, whole, _) = scratch.logger("stats-dropped-whole");
    logger.add_handler(whole.clone());
    info!(logger: logger, "3");
    Manager::global().flush(PATIENCE).unwrap();
    let counted = logger_stats("stats-dropped");
    assert_eq!((counted.info, counted.dropped), (4, 4));
    assert_eq!((broken.stats().dropped, whole.stats().dropped), (4, 0));

    // Over capacity, with a sink that takes nothing.
    let gate = Arc::new(Gate::default());
    let gated = gate.clone();
    let narrow = SinkHandlerBuilder::from_fn("narrow", move || Ok(Gated(gated.clone())))
        .with_formatter(pattern("%(message)s"))
        .with_capacity(4096)
        .with_overflow(OverflowPolicy::DropNewest)
        .build()
        .unwrap();
    let logger = lone_logger("stats-narrow", &narrow);
    let long = "x".repeat(1000);
    wait_until("drops", || {
        (0..100).for_each(|_| info!(logger: logger, "{}", long));
        logger_stats("stats-narrow").dropped > 0
    });
    gate.open();
    Manager::global().flush(PATIENCE).unwrap();
    let (counted, stats) = (logger_stats("stats-narrow"), narrow.stats());
    assert_eq!(counted.dropped, stats.dropped);
    assert_eq!(counted.info, stats.accepted);
    assert_eq!(stats.accepted, stats.written + stats.dropped);
    assert!(stats.high_water >= 4096);
}

struct Panicking;

impl Filter for Panicking {
    fn matches(&self, _: &Record<'_>) -> bool {
        panic!("in a filter, on purpose")
    }
}

/// A sink that takes nothing until it is opened.
struct Gated(Arc<Gate>);

#[derive(Default)]
struct Gate(Mutex<bool>, Condvar);

impl Gate {
    fn open(&self) {
        *self.0.lock().unwrap() = true;
        self.1.notify_all();
    }
}

impl Write for Gated {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let is_open = self.0.0.lock().unwrap();
        drop(self.0.1.wait_while(is_open, |is_open| !*is_open).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn prometheus_reads_the_same_numbers_back_whatever_the_names() {
    let scratch = Scratch::new("stats-prometheus");
    // Quotes, backslashes and line ends in names, and two handlers of one.
    let path = scratch.path("a \"b\\\\c\" {d=\"e\"}\nf.log");
    let json = FormatterBuilder::new().with_style(FormatterStyle::Json).build().unwrap();
    let one = FileHandlerBuilder::new(&path).with_formatter(json).build().unwrap();
    let two = plain(&path).build().unwrap();
    let all = FanOutHandlerBuilder::new([one.clone(), two.clone()]).build().unwrap();
    let name = "stats.\"pro\\metheus\"\n\u{e9}";
    let logger = lone_logger(name, &all);
    for number in 0..7 {
        warn!(logger: logger, "{}", number);
    }
    info!(logger: logger, "more");
    Manager::global().flush(PATIENCE).unwrap();

    let stats = Manager::global().stats();
    let mut text = String::new();
    stats.write_prometheus(&mut text).unwrap();
    let scrape = Scrape::parse(&text).unwrap();
    let samples: BTreeMap<(String, String), f64> = scrape
        .metrics
        .iter()
        .flat_map(|metric| metric.samples.iter().map(|sample| (metric.name.clone(), sample)))
        .map(|(name, sample)| ((name, sample.labels.to_string()), sample.value.value.as_f64()))
        .collect();
    let find = |metric: &str, labels: &[(&str, &str)]| -> u64 {
        // The parser gives labels as they are written; their escapes are three of JSON's.
        let labels =
            labels.iter().map(|(label, text)| format!("{label}={}", serde_json::json!(text)));
        let labels = format!("{{{}}}", labels.collect::<Vec<_>>().join(","));
        let found = samples.get(&(metric.to_owned(), labels));
        *found.unwrap_or_else(|| panic!("no {metric} in\n{text}")) as u64
    };
    let count = scrape.metrics.iter().map(|metric| metric.samples.len()).sum::<usize>();
    assert_eq!(count, samples.len(), "a series twice");
    assert_eq!(count, text.lines().filter(|line| !line.starts_with('#')).count());
    let logger = [("logger", name), ("level", "WARN")];
    assert_eq!(find("femtologging_logger_records_total", &logger), 7);
    assert_eq!(find("femtologging_logger_records_dropped_total", &[("logger", name)]), 0);
    let mut seen = BTreeMap::new();
    for (name, handler) in &stats.handlers {
        assert!(seen.insert(name, handler).is_none(), "{name} twice");
        let labels = [("handler", &**name)];
        assert_eq!(find("femtologging_records_total", &labels), handler.accepted);
        assert_eq!(find("femtologging_records_rejected_total", &labels), handler.rejected);
        assert_eq!(find("femtologging_records_written_total", &labels), handler.written);
        assert_eq!(find("femtologging_records_dropped_total", &labels), handler.dropped);
        assert_eq!(find("femtologging_written_bytes_total", &labels), handler.bytes);
        assert_eq!(find("femtologging_errors_total", &labels), handler.errors);
        assert_eq!(find("femtologging_queued_bytes", &labels), handler.queued);
        assert_eq!(find("femtologging_queued_bytes_max", &labels), handler.high_water);
    }
    let second = format!("{} #2", one.name());
    assert_eq!(seen[&one.name()].written, 8);
    assert_eq!(seen[&second].written, 8);
    // Each metric is described once, before its samples.
    for line in text.lines().filter(|line| line.starts_with("# TYPE")) {
        assert_eq!(text.matches(line).count(), 1);
        let metric = line.split(' ').nth(2).unwrap();
        let is_counter = line.ends_with("counter");
        assert_eq!(metric.ends_with("_total"), is_counter, "{line}");
        assert!(text.contains(&format!("# HELP {metric} ")));
    }
}
