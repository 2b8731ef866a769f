//! Levels: inherited from the parent, of one's own, set at run time by name, and a handler's. Prints what the firmware's
//! program of this name does.

use femto_std::{
    Level, Logger, Manager, critical, debug, error, get_logger, info, log, trace, warn,
};
use host::{Outcome, log_to_stdout};

fn main() -> Outcome {
    let (_guard, handler) = log_to_stdout()?;
    let root = Manager::global().root();
    let [net, tcp, motor] = ["net", "net.tcp", "motor"].map(get_logger);
    root.set_level(Level::INFO);
    motor.set_level(Level::ERROR);

    let all = [&root, &net, &tcp, &motor];
    log_all(all, "root from INFO, motor from ERROR");
    tcp.set_level(Level::TRACE);
    log_all(all, "tcp from TRACE");
    net.set_level(Level::OFF);
    log_all(all, "net switched off");
    tcp.set_level(Level::NOTSET);
    log_all(all, "tcp inherits again");
    get_logger("net").set_level(Level::WARN);
    get_logger("motor").set_level(Level::NOTSET);
    log_all(all, "net from WARN, motor inherits");
    root.set_level(Level::DEBUG);
    log_all(all, "root from DEBUG");
    handler.set_level(Level::ERROR);
    log_all(all, "handler from ERROR");
    handler.set_level(Level::NOTSET);

    let target = "motor";
    log!(target: target, Level::new(35), "a level of one's own, a target known at run time");
    Ok(())
}

/// One record at each level from each logger.
fn log_all(loggers: [&Logger; 4], when: &'static str) {
    for logger in loggers {
        trace!(logger: logger, "{when}");
        debug!(logger: logger, "{when}");
        info!(logger: logger, "{when}");
        warn!(logger: logger, "{when}");
        error!(logger: logger, "{when}");
        critical!(logger: logger, "{when}");
    }
}
