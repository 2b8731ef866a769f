//! Statistics as records: every so often, until the shutdown.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::time::Duration;

use femto_std::config::{FormatterBuilder, FormatterStyle};
use femto_std::handlers::FileHandlerBuilder;
use femto_std::{Level, Manager, get_logger, info};
use scratch::{PATIENCE, Scratch, wait_until};

#[test]
fn numbers_are_logged_every_so_often_until_the_shutdown() {
    let scratch = Scratch::new("stats-report");
    let path = scratch.path("log");
    let json = FormatterBuilder::new().with_style(FormatterStyle::Json).build().unwrap();
    let handler = FileHandlerBuilder::new(&path).with_formatter(json).build().unwrap();
    let manager = Manager::global();
    manager.root().add_handler(handler);
    manager.root().set_level(Level::DEBUG);

    // Before anything is logged, too.
    manager.report_stats(Duration::from_millis(20), Level::DEBUG);
    let reports = || -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(&path).unwrap();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let records = whole.lines().map(|line| serde_json::from_str(line).unwrap());
        records
            .filter(|record: &serde_json::Value| record["logger"] == "femtologging.stats")
            .collect()
    };
    let of = |records: &[serde_json::Value], key: &str, name: &str| -> Vec<serde_json::Value> {
        let fields = records.iter().map(|record| record["fields"].clone());
        fields.filter(|fields| fields[key] == name).collect()
    };
    let name = path.to_str().unwrap();
    wait_until("a report", || of(&reports(), "handler", name).len() >= 2);
    for _ in 0..3 {
        info!(logger: get_logger("shop"), "sold");
    }
    wait_until("the logger's numbers", || !of(&reports(), "logger", "shop").is_empty());
    wait_until("some more reports", || of(&reports(), "handler", name).len() >= 6);
    let records = reports();
    // A logger without news is told once.
    let shop = of(&records, "logger", "shop");
    assert_eq!(shop.iter().map(|fields| fields["info"].as_u64().unwrap()).max(), Some(3));
    assert!(shop.len() <= 3, "{shop:?}");
    assert!(of(&records, "logger", "femtologging.stats").is_empty());
    let written = of(&records, "handler", name)
        .iter()
        .map(|fields| fields["written"].as_u64().unwrap())
        .collect::<Vec<_>>();
    assert!(written.is_sorted() && written.last() > Some(&3), "{written:?}");
    assert!(records.iter().all(|record| record["level"] == "DEBUG"));

    manager.report_stats(Duration::ZERO, Level::DEBUG);
    manager.flush(PATIENCE).unwrap();
    let count = reports().len();
    info!("a pass or two of the collector");
    manager.flush(PATIENCE).unwrap();
    // One may have been under way.
    assert!(reports().len() <= count + 2);

    manager.report_stats(Duration::from_millis(1), Level::INFO);
    manager.shutdown(PATIENCE).unwrap();
    let count = reports().len();
    info!("written by its caller");
    assert_eq!(reports().len(), count);
}
