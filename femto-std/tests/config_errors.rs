//! Wrong configurations: the exact text of every error, with the line and the path of the key.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use femto_std::config::{Config, ConfigError};

fn errors(
    read: fn(&str) -> Result<Config, ConfigError>,
    table: &str,
) -> Vec<(&str, String, String)> {
    let cases = table.split("\n=====\n").map(|case| {
        let (text, expected) = case.trim_start_matches('\n').split_once("\n-----\n").unwrap();
        let error = match read(text) {
            Ok(_) => "no error".to_owned(),
            Err(error) => error.to_string(),
        };
        (text, expected.trim_end().to_owned(), error)
    });
    cases.collect()
}

fn check(read: fn(&str) -> Result<Config, ConfigError>, table: &str, least: usize) {
    let cases = errors(read, table);
    assert!(cases.len() >= least, "{} cases", cases.len());
    for (text, expected, error) in cases {
        assert_eq!(error, expected, "{text}");
    }
}

#[test]
fn toml() {
    check(Config::from_toml, include_str!("config/errors.toml.txt"), 50);
}

#[test]
fn yaml() {
    check(Config::from_yaml, include_str!("config/errors.yaml.txt"), 8);
}

#[test]
fn json() {
    check(Config::from_json, include_str!("config/errors.json.txt"), 8);
}
