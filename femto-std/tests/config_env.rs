//! Logging begun by the environment: each case is a process of its own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::Command;

use femto_std::config::{init_from_env, init_from_env_or};

const CHILD: &str = "FEMTO_TEST_CHILD";

/// What the child does; does nothing where nobody asks.
#[test]
fn child() {
    let Ok(how) = std::env::var(CHILD) else { return };
    let begun = if how.is_empty() { init_from_env() } else { init_from_env_or(&how) };
    if let Err(error) = begun {
        eprintln!("refused: {error}");
        return;
    }
    log::error!(target: "app::db", "1");
    log::info!(target: "app::db", "2");
    femto_std::info!(target: "app::db", "3");
    femto_std::debug!(target: "app::web", "4");
    femto_std::error!(target: "other", "5");
    if how == "twice" {
        eprintln!("refused: {}", init_from_env().unwrap_err());
    }
}

/// What a child with these variables writes to standard error: the messages, or why it refused.
fn written(variables: &[(&str, &str)], default: &str) -> Vec<String> {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--nocapture"])
        .env_remove("RUST_LOG")
        .env_remove("FEMTO_LOG")
        .env(CHILD, default)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    text.lines()
        .filter(|line| line.contains("refused: ") || line.contains(": "))
        .map(|line| {
            line.rsplit_once("app.db: ")
                .or(line.rsplit_once("app.web: "))
                .or(line.rsplit_once("other: "))
                .map_or(line, |(_, message)| message)
                .to_owned()
        })
        .collect()
}

#[test]
fn errors_are_shown_unless_a_variable_says_otherwise() {
    assert_eq!(written(&[], ""), ["1", "5"]);
    assert_eq!(written(&[], "info"), ["1", "2", "3", "5"]);
    assert_eq!(written(&[("RUST_LOG", "")], ""), ["1", "5"]);
    assert_eq!(written(&[("RUST_LOG", "app=info")], ""), ["1", "2", "3"]);
    assert_eq!(written(&[("RUST_LOG", "off")], "info"), [""; 0]);
}

#[test]
fn our_own_variable_comes_first() {
    let variables = [("FEMTO_LOG", "off,app.web=debug"), ("RUST_LOG", "trace")];
    assert_eq!(written(&variables, ""), ["4"]);
    let variables = [("FEMTO_LOG", " "), ("RUST_LOG", "app::db=error")];
    assert_eq!(written(&variables, "trace"), ["1"]);
}

#[test]
fn what_is_wrong_is_told_with_the_variable() {
    let written = written(&[("RUST_LOG", "app=dbug")], "");
    let expected = "refused: RUST_LOG: directive `app=dbug`: no such level `dbug`: did you mean \
                    `debug`? allowed: `off`, `critical`, `error`, `warn`, `info`, `debug`, `trace`, \
                    or a name of the application's own";
    assert_eq!(written, [expected]);
}

#[test]
fn beginning_twice_is_refused() {
    let written = written(&[("RUST_LOG", "off")], "twice");
    assert_eq!(
        written,
        [
            "refused: the `log` crate has a logger already, of its own or by tracing_subscriber's `init`"
        ]
    );
}
