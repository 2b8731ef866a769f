//! A configuration read: the same tree from builders and from text, and every error with its place.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use femto_std::config::{
    Config, ConfigBuilder, FileConfig, FileMode, FilterConfig, FormatterBuilder, FormatterStyle,
    HandlerConfig, LoggerConfigBuilder, StreamConfig,
};
use femto_std::{Delivery, Level, Limit, OverflowPolicy};

const TOML: &str = r#"
version = 1
disable_existing_loggers = true

[formatters.plain]
format = "%(levelname)s %(message)s"
datefmt = "%H:%M"
[formatters.json]
style = "json"

[filters.app]
name = "app"
min_level = "DEBUG"
max_level = 40
none_of = ["chatter"]
limit = "5/10s"
[filters.chatter]
name = "app.chatter"

[handlers.console]
class = "stream"
stream = "stdout"
formatter = "plain"

[handlers.file]
class = "file"
filename = "app.log"
mode = "w"
delay = true
level = "info"
formatter = "json"
filters = ["app"]
capacity = "64 KiB"
overflow = "timeout 500ms"
delivery = "queued"
flush_level = "WARNING"

[loggers."app.db"]
level = "DEBUG"
handlers = ["file"]
filters = ["app"]
propagate = false

[root]
level = "INFO"
handlers = ["console", "file"]
"#;

fn built() -> Config {
    let app = FilterConfig::new()
        .with_name("app")
        .with_min_level(Level::DEBUG)
        .with_max_level(Level::ERROR)
        .with_none_of(["chatter"])
        .with_limit("5/10s".parse::<Limit>().unwrap());
    let file = FileConfig::new("app.log").with_mode(FileMode::Truncate).with_delay(true);
    let file = HandlerConfig::new(file)
        .with_level(Level::INFO)
        .with_formatter("json")
        .with_filters(["app"])
        .with_capacity(65_536)
        .with_overflow(OverflowPolicy::Timeout(core::time::Duration::from_millis(500)))
        .with_delivery(Delivery::Queued)
        .with_flush_level(Level::WARN);
    let plain =
        FormatterBuilder::new().with_format("%(levelname)s %(message)s").with_date_format("%H:%M");
    let console = HandlerConfig::new(StreamConfig::stdout()).with_formatter("plain");
    let database = LoggerConfigBuilder::new()
        .with_level(Level::DEBUG)
        .with_handlers(["file"])
        .with_filters(["app"])
        .with_propagate(false);
    ConfigBuilder::new()
        .with_version(1)
        .with_disable_existing_loggers(true)
        .with_formatter("plain", plain)
        .with_formatter("json", FormatterBuilder::new().with_style(FormatterStyle::Json))
        .with_filter("app", app)
        .with_filter("chatter", FilterConfig::new().with_name("app.chatter"))
        .with_handler("console", console)
        .with_handler("file", file)
        .with_logger("app.db", database)
        .with_root(
            LoggerConfigBuilder::new().with_level(Level::INFO).with_handlers(["console", "file"]),
        )
        .build()
        .unwrap()
}

#[test]
fn toml_gives_what_the_builders_give() {
    assert_eq!(Config::from_toml(TOML).unwrap(), built());
    assert_eq!(Config::from_toml("").unwrap(), Config::default());
}

#[test]
fn what_is_written_to_a_node_reads_back() {
    assert_eq!(Config::from_node(&built().to_node()).unwrap(), built());
}
