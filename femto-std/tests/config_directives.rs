//! Directives mean what they mean to `env_logger`, as far as they are allowed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use femto_std::config::Config;
use femto_std::{Level, Manager, add_level_name};

const SPECS: [&str; 26] = [
    "",
    " , ,",
    "info",
    "OFF",
    "Trace",
    "warn,error",
    "app",
    "app=",
    "app=debug",
    " app=debug ",
    "app=off",
    "info,app=debug",
    "app=debug,info",
    "info,app=off",
    "info,app::db=debug",
    "app::db=debug",
    "warn,app=info,app::db=trace,app::db::pool=error",
    "app::db::pool=trace,app=error",
    "app=debug,app=warn",
    "app=warn,app=debug",
    "debug,app=off,app::db=warn",
    "error,other=info",
    "other",
    "info, app=trace , other=off",
    "off,app=info",
    "trace,app::web",
];
const TARGETS: [&str; 7] =
    ["app", "app::db", "app::db::pool", "app::web", "other", "other::x", "third"];

#[test]
fn directives_mean_what_they_mean_to_env_logger() {
    let levels = [
        (log::Level::Error, Level::ERROR),
        (log::Level::Warn, Level::WARN),
        (log::Level::Info, Level::INFO),
        (log::Level::Debug, Level::DEBUG),
        (log::Level::Trace, Level::TRACE),
    ];
    let mut differences = Vec::new();
    let mut enabled = 0;
    for spec in SPECS {
        let theirs = env_filter::Builder::new().try_parse(spec).unwrap().build();
        Config::from_directives(spec).unwrap().apply().unwrap();
        for target in TARGETS {
            let ours = Manager::global().get_logger(target).effective_level();
            for (theirs_level, level) in levels {
                let metadata = log::Metadata::builder().level(theirs_level).target(target).build();
                let (theirs, ours) = (theirs.enabled(&metadata), level >= ours);
                enabled += usize::from(ours);
                if theirs != ours {
                    differences.push(format!("{spec:?} {target} {level}: {theirs} {ours}"));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(enabled > 100, "{enabled}");
}

#[test]
fn names_may_have_dots_and_levels_may_be_the_applications_own() {
    add_level_name(Level::new(25), "NOTICE");
    let config = Config::from_directives("notice,app.db=critical,app::web=WARNING").unwrap();
    assert_eq!(config.root.as_ref().unwrap().level, Some(Level::new(25)));
    assert_eq!(config.loggers["app.db"].level, Some(Level::CRITICAL));
    assert_eq!(config.loggers["app.web"].level, Some(Level::WARN));
    assert!(config.handlers.is_empty());
}

#[test]
fn what_is_not_understood_is_told_all_of_it() {
    let table = [
        (
            "app=dbug",
            "directive `app=dbug`: no such level `dbug`: did you mean `debug`? allowed: `off`, \
             `critical`, `error`, `warn`, `info`, `debug`, `trace`, or a name of the application's \
             own",
        ),
        (
            "app=3",
            "directive `app=3`: no such level `3`: allowed: `off`, `critical`, `error`, `warn`, \
             `info`, `debug`, `trace`, or a name of the application's own",
        ),
        (
            "2",
            "directive `2`: no such level `2`: allowed: `off`, `critical`, `error`, `warn`, `info`, \
             `debug`, `trace`, or a name of the application's own",
        ),
        (
            "app=a=b",
            "directive `app=a=b`: no such level `a=b`: allowed: `off`, `critical`, `error`, `warn`, \
             `info`, `debug`, `trace`, or a name of the application's own",
        ),
        ("=info", "directive `=info`: the name is missing: allowed are `level` and `name=level`"),
        (
            "app[span{x=1}]=info",
            "directive `app[span{x=1}]=info`: spans and fields are not supported: allowed are `level` \
             and `name=level`",
        ),
        (
            "info/text.*",
            "directive `info/text.*`: regular expressions are not supported: allowed are `level` and \
             `name=level`",
        ),
        ("a b=info", "directive `a b=info`: the name `a b` has a space in it"),
        (
            "info,=warn,x=[,app=debug",
            "directive `=warn`: the name is missing: allowed are `level` and `name=level`\n\
             directive `x=[`: spans and fields are not supported: allowed are `level` and `name=level`",
        ),
    ];
    for (directives, expected) in table {
        let error = Config::from_directives(directives).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let mut config = Config::default();
    config.set_directives("app=debug,app=x").unwrap_err();
    assert_eq!(config, Config::default());
}
