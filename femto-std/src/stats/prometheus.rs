//! Statistics as Prometheus reads them.

use core::fmt::{self, Write};

use super::Stats;

impl Stats {
    /// Writes them in the text format of Prometheus (version 0.0.4), for an endpoint `/metrics` or a
    /// file of the node exporter.
    ///
    /// | metric | labels | |
    /// |---|---|---|
    /// | `femtologging_records_total` | `handler` | records that passed level and filters |
    /// | `femtologging_records_rejected_total` | `handler` | that a filter rejected |
    /// | `femtologging_records_dropped_total` | `handler` | |
    /// | `femtologging_records_written_total` | `handler` | |
    /// | `femtologging_written_bytes_total` | `handler` | |
    /// | `femtologging_errors_total` | `handler` | writes that failed, and records that could not be formatted |
    /// | `femtologging_queued_bytes` | `handler` | bytes that wait to be written |
    /// | `femtologging_queued_bytes_max` | `handler` | the most that ever waited |
    /// | `femtologging_logger_records_total` | `logger`, `level` | records given to handlers |
    /// | `femtologging_logger_records_rejected_total` | `logger` | that the logger's filters rejected |
    /// | `femtologging_logger_records_dropped_total` | `logger` | that a handler dropped |
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_prometheus(&self, out: &mut impl Write) -> fmt::Result {
        for (name, kind, help, value) in HANDLER_METRICS {
            write_head(name, kind, help, out)?;
            for (handler, stats) in &self.handlers {
                write_sample(name, &[("handler", handler)], value(stats), out)?;
            }
        }
        let name = "logger_records_total";
        write_head(name, "counter", "Records given to handlers, by logger and level.", out)?;
        for logger in &self.loggers {
            for (level, count) in logger.by_level() {
                if count > 0 {
                    let labels = [("logger", &*logger.name), ("level", level)];
                    write_sample(name, &labels, count, out)?;
                }
            }
        }
        let name = "logger_records_rejected_total";
        write_head(name, "counter", "Records that the logger's own filters rejected.", out)?;
        for logger in &self.loggers {
            write_sample(name, &[("logger", &logger.name)], logger.rejected, out)?;
        }
        let name = "logger_records_dropped_total";
        write_head(name, "counter", "Records of the logger that a handler dropped.", out)?;
        for logger in &self.loggers {
            write_sample(name, &[("logger", &logger.name)], logger.dropped, out)?;
        }
        Ok(())
    }
}

type Metric = (&'static str, &'static str, &'static str, fn(&crate::HandlerStats) -> u64);

const HANDLER_METRICS: [Metric; 8] = [
    ("records_total", "counter", "Records that passed level and filters.", |s| s.accepted),
    ("records_rejected_total", "counter", "Records that a filter rejected.", |s| s.rejected),
    ("records_dropped_total", "counter", "Records dropped.", |s| s.dropped),
    ("records_written_total", "counter", "Records written.", |s| s.written),
    ("written_bytes_total", "counter", "Bytes written.", |s| s.bytes),
    (
        "errors_total",
        "counter",
        "Writes that failed, and records that could not be formatted.",
        |s| s.errors,
    ),
    ("queued_bytes", "gauge", "Bytes that wait to be written.", |s| s.queued),
    ("queued_bytes_max", "gauge", "The most bytes that ever waited to be written.", |s| {
        s.high_water
    }),
];

fn write_head(name: &str, kind: &str, help: &str, out: &mut impl Write) -> fmt::Result {
    writeln!(out, "# HELP femtologging_{name} {help}\n# TYPE femtologging_{name} {kind}")
}

fn write_sample(
    name: &str,
    labels: &[(&str, &str)],
    value: u64,
    out: &mut impl Write,
) -> fmt::Result {
    write!(out, "femtologging_{name}")?;
    let mut before = '{';
    for (label, text) in labels {
        write!(out, "{before}{label}=\"")?;
        for c in text.chars() {
            match c {
                '\\' => out.write_str("\\\\")?,
                '"' => out.write_str("\\\"")?,
                '\n' => out.write_str("\\n")?,
                _ => out.write_char(c)?,
            }
        }
        out.write_char('"')?;
        before = ',';
    }
    writeln!(out, "}} {value}")
}
