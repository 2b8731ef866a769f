//! More statements than the table of references knows: in a process of its own, as it fills the table.
#![cfg(not(loom))]

use femto_core::{CallSite, Handler, Level, Logger, RingHandler, SiteFacts, TextFormatter, Value};

static RING: RingHandler<256> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static FACTS: SiteFacts =
    SiteFacts { level: Level::INFO, target: None, module_path: "", file: "", keys: &[] };

#[test]
fn a_statement_that_finds_no_reference_is_dropped_and_counted() {
    let made = 20_000;
    for line in 0..made {
        let site = Box::leak(Box::new(CallSite::new(&FACTS, line, "{}", |_, _| Ok(()))));
        match line % 3 {
            0 => ROOT.log(Level::INFO, site, &[Value::U32(line)]),
            1 => ROOT.log(Level::INFO, site, &[Value::Str("text")]),
            _ => ROOT.log(Level::INFO, site, &[Value::Str("text"), Value::U64(7)]),
        }
        let mut text = [0; 256];
        assert!(RING.drain(&TextFormatter::new(), &mut &mut text[..]).is_ok());
    }
    let statistics = RING.statistics();
    assert_eq!(statistics.written + statistics.dropped, made as usize);
    assert!(statistics.dropped > 1000, "the table holds more than there are statements here");
}
