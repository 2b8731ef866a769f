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

const YAML: &str = r#"
version: 1
disable_existing_loggers: true
formatters:
  plain: {format: "%(levelname)s %(message)s", datefmt: "%H:%M"}
  json:
    style: json
filters:
  app:
    name: app
    min_level: DEBUG
    max_level: 40
    none_of: [chatter]
    limit: 5/10s
  chatter: {name: app.chatter}
handlers:
  console: {class: logging.StreamHandler, stream: ext://sys.stdout, formatter: plain}
  file: &file
    class: logging.FileHandler
    filename: app.log
    mode: w
    delay: true
    level: info
    formatter: json
    filters:
      - app
    capacity: 64 KiB
    overflow: timeout 500ms
    delivery: queued
    flushLevel: WARNING
loggers:
  app.db:
    level: DEBUG
    handlers: [file]
    filters: [app]
    propagate: false
root:
  level: INFO
  handlers: [console, file]
"#;

const JSON: &str = r#"{
  "version": 1,
  "disable_existing_loggers": true,
  "formatters": {
    "plain": {"format": "%(levelname)s %(message)s", "datefmt": "%H:%M"},
    "json": {"style": "json"}
  },
  "filters": {
    "app": {
      "name": "app", "min_level": "DEBUG", "max_level": 40, "none_of": ["chatter"], "limit": "5/10s"
    },
    "chatter": {"name": "app.chatter"}
  },
  "handlers": {
    "console": {"class": "stream", "stream": "stdout", "formatter": "plain"},
    "file": {
      "class": "file", "filename": "app.log", "mode": "w", "delay": true, "level": "info",
      "formatter": "json", "filters": ["app"], "capacity": 65536, "overflow": "timeout 500ms",
      "delivery": "queued", "flush_level": "WARNING"
    }
  },
  "loggers": {
    "app.db": {"level": "DEBUG", "handlers": ["file"], "filters": ["app"], "propagate": false}
  },
  "root": {"level": "INFO", "handlers": ["console", "file"]}
}"#;

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
fn each_format_gives_what_the_builders_give() {
    assert_eq!(Config::from_toml(TOML).unwrap(), built());
    assert_eq!(Config::from_yaml(YAML).unwrap(), built());
    assert_eq!(Config::from_json(JSON).unwrap(), built());
    for nothing in [Config::from_toml(""), Config::from_yaml(""), Config::from_json("{}")] {
        assert_eq!(nothing.unwrap(), Config::default());
    }
}

#[test]
fn yaml_merges_what_it_refers_to() {
    let config = Config::from_yaml(
        "
loggers:
  a: &a {level: INFO, propagate: false}
  b: {level: DEBUG, <<: *a}
  c: {<<: [{level: ERROR}, *a]}
",
    );
    let spelled = Config::from_yaml(
        "
loggers:
  a: {level: INFO, propagate: false}
  b: {level: DEBUG, propagate: false}
  c: {level: ERROR, propagate: false}
",
    );
    assert_eq!(config.unwrap(), spelled.unwrap());
}

#[test]
fn what_is_written_reads_back() {
    let config = Config::from_toml(EVERYTHING).unwrap();
    for config in [config, built(), Config::default()] {
        assert_eq!(Config::from_node(&config.to_node()).unwrap(), config);
        let json = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<Config>(&json).unwrap(), config, "{json}");
        assert_eq!(Config::from_json(&json).unwrap(), config, "{json}");
    }
}

/// Every class of handlers, every key, with values that are not the defaults.
const EVERYTHING: &str = r#"
incremental = false
[formatters.a]
style = "{"
format = "{message} {colour} {team}"
date_format = "%H"
time_zone = "+05:30"
keys = ["colour"]
defaults = { colour = "red" }
static_fields = { team = 7 }
escaping = true
[formatters.b]
style = "json"
time_zone = "utc"
precision = "ns"
fields = ["ts=time", "level", "message", "fields"]
flat = true
keys = { except = ["password"] }
static_fields = { service = "shop", version = 3, ratio = 0.5, test = true }
[formatters.c]
style = "pretty"
color = true
keys = "all"
[formatters.d]
millisecond_format = "%s.%03d"
[filters.x]
any_of = ["y", "z"]
all_of = ["y"]
[filters.y]
min_level = "WARN"
[filters.z]
limit = "every 10"
[handlers.file]
class = "file"
filename = "a.log"
watch = true
permissions = 0o640
create_parents = true
sync = true
stall_limit = "1min"
overflow = "drop_newest"
[handlers.rotating]
class = "rotating_file"
filename = "b.log"
max_bytes = "1 MiB"
backup_count = 3
max_age = "7d"
max_total_bytes = 1_000_000
delay = true
permissions = "600"
[handlers.timed]
class = "timed_rotating_file"
filename = "c.log"
when = "midnight"
at_time = "03:30"
interval = 2
utc = true
max_bytes = 5
backup_count = 9
[handlers.stream]
class = "stream"
color = "never"
escaping = false
delivery = "direct"
[handlers.memory]
class = "memory"
target = "file"
capacity = 12
byte_capacity = 4096
flush_level = "WARN"
flush_when_full = true
flush_on_close = true
level = "DEBUG"
filters = ["x"]
[handlers.both]
class = "fan_out"
targets = ["file", "memory"]
[handlers.none]
class = "null"
level = 7
[handlers.tcp]
class = "tcp"
address = "localhost:514"
framing = "octet_counting"
connect_timeout = 1.5
write_timeout = "2s"
[handlers.unix]
class = "unix"
path = "/run/log.sock"
framing = "length_prefix"
overflow = "block"
[handlers.pipe]
class = "pipe"
path = "/run/pipe"
[loggers.""]
level = "OFF"
[loggers."a::b"]
level = 17
"#;

#[test]
fn a_configuration_can_be_a_part_of_an_applications_own() {
    #[derive(Debug)]
    struct Settings(Config);
    impl<'de> serde::Deserialize<'de> for Settings {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let mut map = std::collections::BTreeMap::<String, Config>::deserialize(deserializer)?;
            Ok(Self(map.remove("logging").unwrap_or_default()))
        }
    }
    let text = format!(r#"{{"logging": {JSON}}}"#);
    assert_eq!(serde_json::from_str::<Settings>(&text).unwrap().0, built());
    let error = serde_json::from_str::<Settings>(r#"{"logging": {"rot": {}}}"#).unwrap_err();
    assert!(error.to_string().starts_with("rot: no such key: did you mean `root`?"), "{error}");
}
