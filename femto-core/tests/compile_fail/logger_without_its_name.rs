use femto_core::{Logger, info};

static NET: Logger = Logger::root();

fn main() {
    info!(NET, "up after {} ms", 12);
    info!(peer = 3, "up");
}
