use femto_core::{Logger, info};

static LOG: Logger = Logger::root();

fn main() {
    struct Opaque;
    info!(logger: LOG, "{}", Opaque);
}
