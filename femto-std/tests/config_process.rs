//! What a configuration says of the whole process: set, changed and taken away while threads log.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::time::Duration;
use std::sync::Arc;
use std::thread;

use femto_std::config::{
    Config, ConfigBuilder, FileConfig, FormatterBuilder, HandlerConfig, LoggerConfigBuilder,
    RecoverConfig, ShutdownConfig, StatisticsConfig,
};
use femto_std::{Failure, Handler, Level, Manager, Signal, get_logger, info};
use scratch::{PATIENCE, Scratch, read, wait_until};

/// Whether the process has a handler for a signal.
fn is_handled(number: u32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    u64::from_str_radix(caught.trim(), 16).unwrap() & 1 << (number - 1) != 0
}

const HUP: u32 = 1;
const TERM: u32 = 15;

/// One test, for there is one process.
#[test]
fn the_whole_process_is_configured_and_configured_anew() {
    let scratch = Scratch::new("config-process");
    let path = |name: &str| scratch.path(name).display().to_string();
    let text = format!(
        r#"
        recover = {:?}
        static_fields = {{ service = "shop", version = 3 }}
        statistics = {{ every = "100ms", logger = "numbers" }}
        shutdown = {{ signals = ["TERM"], deadline = "8s" }}
        [formatters.line]
        format = "%(message)s %(service)s %(version)s"
        [formatters.own]
        format = "%(message)s %(service)s %(version)s"
        static_fields = {{ service = "own" }}
        [handlers.line]
        class = "file"
        filename = {:?}
        formatter = "line"
        [handlers.own]
        class = "file"
        filename = {:?}
        formatter = "own"
        [root]
        level = "INFO"
        handlers = ["line", "own"]
        [loggers.numbers]
        handlers = []
        "#,
        path("app.ring"),
        path("line.log"),
        path("own.log"),
    );
    let config = Config::from_toml(&text).unwrap();
    assert_eq!(config.recover, Some(RecoverConfig::new(path("app.ring"))));
    let shutdown = ShutdownConfig::new([Signal::Term]).with_deadline(Duration::from_secs(8));
    assert_eq!(config.shutdown, Some(shutdown));
    // What is written is read as the same.
    assert_eq!(Config::from_node(&config.to_node()).unwrap(), config);

    config.apply().unwrap();
    info!(logger: get_logger("app"), "hello");
    assert!(scratch.path("app.ring").exists() && is_handled(TERM) && !is_handled(HUP));
    let lines = |name: &str| -> Vec<String> {
        Manager::global().flush(PATIENCE).unwrap();
        read(&scratch.path(name)).lines().map(str::to_owned).collect()
    };
    assert!(lines("line.log").contains(&"hello shop 3".to_owned()));
    assert!(lines("own.log").contains(&"hello own 3".to_owned()));
    wait_until("statistics", || {
        lines("line.log").iter().any(|line| line.starts_with("handler statistics shop"))
    });

    // Four threads log meanwhile, and everything changes: each record is in both files.
    let (is_over, logged) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for thread in 0..4 {
            let (is_over, logged) = (&is_over, &logged);
            scope.spawn(move || {
                let logger = get_logger("app");
                let mut number = 0;
                while !is_over.load(Ordering::Relaxed) {
                    info!(logger: logger, "thread{thread} {number}");
                    number += 1;
                }
                logged.fetch_add(number, Ordering::Relaxed);
            });
        }
        for round in 0..20 {
            Manager::global()
                .reconfigure(|config| {
                    let signals = if round % 2 == 0 { vec![Signal::Hup] } else { Vec::new() };
                    config.shutdown = (round % 3 != 0).then(|| ShutdownConfig::new(signals));
                    let level = if round % 2 == 0 { Level::INFO } else { Level::DEBUG };
                    let every = StatisticsConfig::new(Duration::from_secs(100)).with_level(level);
                    config.statistics = (round % 3 != 1).then_some(every);
                    config.static_fields.insert("version".into(), round.into());
                    // It stays, whatever is said.
                    config.recover.take_if(|_| round % 2 == 0);
                })
                .unwrap();
            assert_eq!(is_handled(HUP), round % 3 != 0 && round % 2 == 0, "{round}");
            assert!(!is_handled(TERM));
        }
        is_over.store(true, Ordering::Relaxed);
    });
    for name in ["line.log", "own.log"] {
        let own = lines(name).into_iter().filter(|line| line.starts_with("thread")).count();
        assert_eq!(own as u64, logged.load(Ordering::Relaxed), "{name}");
    }
    assert!(scratch.path("app.ring").exists());

    // Another file is refused, and nothing of that configuration is in force.
    let before = Manager::global().config();
    let refused = Manager::global().reconfigure(|config| {
        config.recover = Some(path("other.ring").into());
        config.shutdown = Some(ShutdownConfig::new([Signal::Hup]));
        config.root.as_mut().unwrap().level = Some(Level::ERROR);
    });
    let error = refused.unwrap_err().to_string();
    assert!(error.starts_with("recover: could not keep records in "), "{error}");
    assert!(error.ends_with(": the process has a file for recovery already"), "{error}");
    assert!(!scratch.path("other.ring").exists() && !is_handled(HUP));
    assert_eq!(Manager::global().root().level(), Level::INFO);
    assert_eq!(Manager::global().config(), before);

    // An incremental one leaves all that as it is.
    let signals = ShutdownConfig::new([Signal::Hup]);
    let incremental = ConfigBuilder::new().with_incremental(true).with_shutdown(signals.clone());
    incremental.build().unwrap().apply().unwrap();
    assert!(!is_handled(HUP));

    // What the application has set itself is not taken away by one that says nothing of it.
    Manager::global().shutdown_on(&[Signal::Hup], PATIENCE).unwrap();
    Config::default().apply().unwrap();
    assert!(is_handled(HUP));
    errors_of_configured_handlers_are_told(&scratch, signals);
}

/// A handler that a configuration makes has no error handler of its own.
fn errors_of_configured_handlers_are_told(scratch: &Scratch, signals: ShutdownConfig) {
    let told = Arc::new(AtomicBool::new(false));
    let is_told = told.clone();
    Manager::global().set_error_handler(Some(Arc::new(move |_: &Handler, failure: &Failure| {
        is_told.store(matches!(failure, Failure::WriteLines { .. }), Ordering::SeqCst);
    })));
    ConfigBuilder::new()
        .with_shutdown(signals)
        .with_static_field("service", "shop")
        .with_formatter("line", FormatterBuilder::new().with_format("%(service)s"))
        .with_handler(
            "full",
            HandlerConfig::new(FileConfig::new("/dev/full")).with_formatter("line"),
        )
        .with_root(LoggerConfigBuilder::new().with_level(Level::INFO).with_handlers(["full"]))
        .build()
        .unwrap()
        .apply()
        .unwrap();
    info!(logger: get_logger("app"), "nowhere");
    wait_until("the error", || told.load(Ordering::SeqCst));
    Manager::global().set_error_handler(None);
    assert!(scratch.path("app.ring").exists());
}
