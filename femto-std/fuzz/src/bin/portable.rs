//! Any bytes are a portable frame or an error; and a frame that was read is written as it was.
#![no_main]

use femto_core::Value;
use femto_core::frame::portable::{Arguments, Fields, Portable};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = Portable::read(bytes) else { return };
    let arguments: Vec<Value<'_>> = read.arguments.collect();
    let mapping: Option<Vec<_>> = read.mapping.map(Iterator::collect);
    let key_values: Option<Vec<_>> = read.key_values.map(Iterator::collect);
    let again = Portable::<Arguments<'_>, Fields<'_>> {
        level: read.level,
        style: read.style,
        time: read.time,
        name: read.name,
        template: read.template,
        arguments: &arguments,
        mapping: mapping.as_deref(),
        key_values: key_values.as_deref(),
        location: read.location,
        function: read.function,
        level_name: read.level_name,
        thread: read.thread,
        process: read.process,
        task: read.task,
        exception: read.exception,
        stack: read.stack,
    };
    let mut written = Vec::new();
    let Ok(()) = again.write(&mut written);
    assert!(Portable::read(&written).is_ok());
    // What a later version may add is not written again, nor what lies behind.
    assert!(written.len() <= bytes.len());
});
