use femto_core::{Logger, info};

static LOG: Logger = Logger::root();

fn main() {
    let target = "t";
    info!(logger: LOG, target: target, "message");
}
