//! A configuration applied: what stays, what changes, and that nothing does after an error.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use femto_std::config::{
    Config, ConfigBuilder, FileConfig, FileMode, FilterConfig, FormatterBuilder, HandlerConfig,
    LoggerConfigBuilder,
};
use femto_std::{Level, Limit, Manager, debug, error, get_logger, info, warn};
use scratch::{PATIENCE, Scratch, plain, read};

/// There is one configuration a process: one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    let guard = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    Config::default().apply().unwrap();
    guard
}

fn lines(scratch: &Scratch, name: &str) -> Vec<String> {
    Manager::global().flush(PATIENCE).unwrap();
    read(&scratch.path(name)).lines().map(str::to_owned).collect()
}

fn file(scratch: &Scratch, name: &str) -> HandlerConfig {
    HandlerConfig::new(FileConfig::new(scratch.path(name))).with_formatter("plain")
}

fn builder() -> ConfigBuilder {
    ConfigBuilder::new().with_formatter("plain", FormatterBuilder::new().with_format("%(message)s"))
}

fn logger(level: Level, handlers: &[&'static str]) -> LoggerConfigBuilder {
    LoggerConfigBuilder::new().with_level(level).with_handlers(handlers.iter().copied())
}

#[test]
fn loggers_have_what_was_configured() {
    let (_alone, scratch) = (alone(), Scratch::new("config-loggers"));
    builder()
        .with_handler("root", file(&scratch, "root"))
        .with_handler("db", file(&scratch, "db").with_level(Level::WARN))
        .with_root(logger(Level::ERROR, &["root"]))
        .with_logger("one.db", logger(Level::DEBUG, &["db"]))
        .with_logger("one.quiet", logger(Level::INFO, &["root", "db"]).with_propagate(false))
        .build()
        .unwrap()
        .apply()
        .unwrap();

    let [db, below, quiet, other] = ["one::db", "one.db.pool", "one.quiet", "two"].map(get_logger);
    info!(logger: other, "not taken");
    error!(logger: other, "1");
    debug!(logger: below, "2");
    warn!(logger: db, "3");
    warn!(logger: quiet, "4");
    assert_eq!(lines(&scratch, "root"), ["1", "2", "3", "4"]);
    assert_eq!(lines(&scratch, "db"), ["3", "4"]);
    assert_eq!(below.effective_level(), Level::DEBUG);
}

#[test]
fn a_handler_that_did_not_change_is_the_same_and_one_that_changed_in_part_too() {
    let (_alone, scratch) = (alone(), Scratch::new("config-same"));
    let with = |handler: HandlerConfig| {
        let config = builder()
            .with_formatter(
                "long",
                FormatterBuilder::new().with_format("%(levelname)s %(message)s"),
            )
            .with_filter("app", FilterConfig::new().with_name("app"))
            .with_handler("file", handler)
            .with_root(logger(Level::INFO, &["file"]));
        config.build().unwrap().apply().unwrap();
        Manager::global().handler("file").unwrap()
    };
    let first = with(file(&scratch, "log"));
    info!("1");
    let same = with(file(&scratch, "log"));
    info!("2");
    let adjusted = with(
        file(&scratch, "log").with_level(Level::WARN).with_formatter("long").with_filters(["app"]),
    );
    info!(target: "app", "below the level");
    warn!(target: "app", "3");
    warn!(target: "other", "filtered");
    assert!(Arc::ptr_eq(&first, &same) && Arc::ptr_eq(&first, &adjusted));

    let anew = with(file(&scratch, "log").with_capacity(8192));
    info!("4");
    assert!(!Arc::ptr_eq(&first, &anew));
    assert_eq!(lines(&scratch, "log"), ["1", "2", "WARNING 3", "4"]);
}

#[test]
fn a_limit_goes_on_counting_where_its_filter_did_not_change() {
    let (_alone, scratch) = (alone(), Scratch::new("config-limit"));
    let apply = |limit: &str, level| {
        let config = builder()
            .with_filter("limit", FilterConfig::new().with_limit(limit.parse::<Limit>().unwrap()))
            .with_handler("file", file(&scratch, "log"))
            .with_root(logger(level, &["file"]).with_filters(["limit"]));
        config.build().unwrap().apply().unwrap();
    };
    let root = Manager::global().root();
    let log = |number: usize| info!(logger: root, "{number}");
    apply("first 2", Level::INFO);
    log(1);
    apply("first 2", Level::DEBUG);
    (2..5).for_each(log);
    apply("first 1", Level::DEBUG);
    (5..8).for_each(log);
    assert_eq!(lines(&scratch, "log"), ["1", "2", "5"]);
}

#[test]
fn after_an_error_everything_is_as_it_was() {
    let (_alone, scratch) = (alone(), Scratch::new("config-error"));
    std::fs::write(scratch.path("full"), "kept\n").unwrap();
    let good = builder()
        .with_handler("file", file(&scratch, "log"))
        .with_root(logger(Level::INFO, &["file"]))
        .build()
        .unwrap();
    good.apply().unwrap();
    let handler = Manager::global().handler("file").unwrap();
    let truncating = FileConfig::new(scratch.path("full")).with_mode(FileMode::Truncate);
    let wrong = builder()
        .with_handler("a", truncating.clone())
        .with_handler("file", file(&scratch, "log").with_level(Level::ERROR))
        .with_handler("z", file(&scratch, "no/such/folder"))
        .with_root(logger(Level::ERROR, &["file", "z"]))
        .build()
        .unwrap();

    let error = wrong.apply().unwrap_err().to_string();
    let path = scratch.path("no/such/folder");
    let why = "No such file or directory (os error 2)";
    let text = format!("handlers.z: could not open log file {}: {why}", path.display());
    assert_eq!(error, text);
    assert_eq!(Manager::global().config(), good);
    assert_eq!(handler.level(), Level::NOTSET);
    assert_eq!(read(&scratch.path("full")), "kept\n", "emptied by a configuration that failed");
    info!("still");
    assert_eq!(lines(&scratch, "log"), ["still"]);

    // Once it can be applied the file is emptied, once.
    let right = builder()
        .with_handler("a", truncating)
        .with_root(logger(Level::INFO, &["a"]))
        .build()
        .unwrap();
    right.apply().unwrap();
    error!("new");
    let mut other = right.clone();
    other.handlers.get_mut("a").unwrap().queue.capacity = 8192;
    other.apply().unwrap();
    error!("newer");
    Manager::global().flush(PATIENCE).unwrap();
    let text = read(&scratch.path("full"));
    assert!(!text.contains("kept") && text.contains("new\n") && text.contains("newer\n"), "{text}");
}

#[test]
fn what_a_configuration_no_longer_names_is_as_if_it_never_had() {
    let (_alone, scratch) = (alone(), Scratch::new("config-gone"));
    builder()
        .with_handler("file", file(&scratch, "log"))
        .with_root(logger(Level::DEBUG, &["file"]))
        .with_logger("gone.below", logger(Level::TRACE, &["file"]).with_propagate(false))
        .build()
        .unwrap()
        .apply()
        .unwrap();
    // Another, that no configuration knows.
    let by_hand = get_logger("hand");
    by_hand.add_handler(plain(&scratch.path("hand")).build().unwrap());
    by_hand.set_level(Level::INFO);

    Config::default().apply().unwrap();
    let below = get_logger("gone.below");
    assert_eq!((below.level(), below.effective_level()), (Level::NOTSET, Level::WARN));
    assert!(below.handlers().is_empty() && Manager::global().root().handlers().is_empty());
    assert!(Manager::global().handler("file").is_none());
    assert_eq!((by_hand.level(), by_hand.handlers().len()), (Level::INFO, 1));
    by_hand.clear_handlers();
}

#[test]
fn loggers_that_are_there_can_be_disabled() {
    let (_alone, scratch) = (alone(), Scratch::new("config-disable"));
    let [named, below, other] = ["dis.named", "dis.named.below", "dis.other"].map(get_logger);
    let config = builder()
        .with_disable_existing_loggers(true)
        .with_handler("file", file(&scratch, "log"))
        .with_root(logger(Level::INFO, &["file"]))
        .with_logger("dis.named", LoggerConfigBuilder::new())
        .build()
        .unwrap();
    config.apply().unwrap();
    info!(logger: named, "1");
    info!(logger: below, "2");
    error!(logger: other, "disabled");
    info!(logger: get_logger("dis.later"), "3");
    assert!(!other.is_enabled(Level::CRITICAL));

    let mut again = config;
    again.disable_existing_loggers = false;
    again.apply().unwrap();
    info!(logger: other, "4");
    assert_eq!(lines(&scratch, "log"), ["1", "2", "3", "4"]);
}

#[test]
fn an_incremental_configuration_changes_levels_and_propagation_only() {
    let (_alone, scratch) = (alone(), Scratch::new("config-incremental"));
    builder()
        .with_handler("top", file(&scratch, "top"))
        .with_handler("own", file(&scratch, "own"))
        .with_root(logger(Level::WARN, &["top"]))
        .with_logger("inc", logger(Level::WARN, &["own"]))
        .build()
        .unwrap()
        .apply()
        .unwrap();
    let before = Manager::global().handler("own").unwrap();
    ConfigBuilder::new()
        .with_incremental(true)
        .with_handler("own", HandlerConfig::level_only(Level::ERROR))
        .with_logger(
            "inc",
            LoggerConfigBuilder::new().with_level(Level::INFO).with_propagate(false),
        )
        .with_logger("inc.new", LoggerConfigBuilder::new().with_level(Level::DEBUG))
        .build()
        .unwrap()
        .apply()
        .unwrap();
    let now = Manager::global().config();
    assert_eq!(now.loggers["inc"].level, Some(Level::INFO));
    assert_eq!(now.loggers["inc"].handlers, ["own"]);
    assert_eq!(now.handlers["own"].level, Some(Level::ERROR));
    assert!(Arc::ptr_eq(&before, &Manager::global().handler("own").unwrap()));
    assert_eq!(get_logger("inc.new").level(), Level::DEBUG);
    info!(target: "inc", "taken by nobody");
    error!(target: "inc", "1");
    assert_eq!(lines(&scratch, "own"), ["1"]);
    assert!(lines(&scratch, "top").is_empty());

    let error = ConfigBuilder::new()
        .with_incremental(true)
        .with_handler("owm", HandlerConfig::level_only(Level::DEBUG))
        .with_root(LoggerConfigBuilder::new().with_level(Level::DEBUG))
        .build()
        .unwrap()
        .apply()
        .unwrap_err();
    let text = "handlers.owm: no such key: did you mean `own`? allowed: `own`, `top`";
    assert_eq!(error.to_string(), text);
    assert_eq!(Manager::global().root().level(), Level::WARN);
}

#[test]
fn a_piece_is_changed_and_levels_set_by_hand_stay() {
    let (_alone, scratch) = (alone(), Scratch::new("config-piece"));
    builder()
        .with_handler("file", file(&scratch, "log"))
        .with_root(logger(Level::WARN, &["file"]))
        .with_logger("piece.one", logger(Level::WARN, &[]))
        .with_logger("piece.two", logger(Level::WARN, &[]))
        .build()
        .unwrap()
        .apply()
        .unwrap();
    let manager = Manager::global();
    get_logger("piece.one").set_level(Level::DEBUG);
    manager
        .reconfigure(|config| {
            config.loggers.get_mut("piece.two").unwrap().level = Some(Level::INFO);
            config
                .formatters
                .insert("plain".to_owned(), FormatterBuilder::new().with_format("- %(message)s"));
        })
        .unwrap();
    debug!(target: "piece.one", "1");
    info!(target: "piece.two", "2");
    assert_eq!(lines(&scratch, "log"), ["- 1", "- 2"]);

    let error = manager
        .reconfigure(|config| config.handlers.get_mut("file").unwrap().queue.capacity = 12)
        .unwrap_err();
    let text = "handlers.file.capacity = 12: allowed is at least 4096 bytes";
    assert_eq!(error.to_string(), text);
    assert_eq!(manager.config().handlers["file"].queue.capacity, 4 << 20);
}
