use femto_core::{Logger, info};

static LOG: Logger = Logger::root();

fn main() {
    info!(logger: LOG, "{nothing}");
}
