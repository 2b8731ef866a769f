//! Compile-time ceilings: `cargo test -p femto-std --features max_level_info,release_max_level_warn --test
//! ceiling`. With `--config 'profile.dev.package.femto-core.debug-assertions=false'` femto-core is as in a
//! release build, where the stricter of the two counts.

use core::cell::Cell;

use femto_std::{
    Level, Manager, STATIC_MAX_LEVEL, bridge, critical, debug, error, handlers::FileHandlerBuilder,
    info, log, trace, warn,
};

/// One test: the root logger is the process's.
#[test]
fn calls_below_the_ceiling_evaluate_and_write_nothing() -> Result<(), Box<dyn std::error::Error>> {
    let expected = match option_env!("FEMTO_CEILING") {
        Some("release") => Level::WARN,
        _ => Level::INFO,
    };
    assert_eq!(STATIC_MAX_LEVEL, expected, "the ceiling that was asked for");
    let root = Manager::global().root();
    root.set_level(Level::NOTSET);
    root.add_handler(FileHandlerBuilder::new("/dev/null").build()?);
    bridge::log::install()?;

    let evaluated = Cell::new(0);
    let next = || evaluated.set(evaluated.get() + 1);
    let levels = [Level::TRACE, Level::DEBUG, Level::INFO, Level::WARN, Level::ERROR];
    let is_compiled = |level: &&Level| **level >= expected;
    let compiled = levels.iter().filter(is_compiled).count();

    trace!("{:?}", next());
    debug!("{:?}", next());
    info!("{:?}", next());
    warn!("{:?}", next());
    error!("{:?}", next());
    assert_eq!(evaluated.take(), compiled);

    // Every place that an argument can have, and a level known at run time.
    trace!(key:? = next(); "");
    trace!(target: "target", "{:?}", next());
    trace!(logger: root, "{:?} {:?}", next(), next());
    levels.iter().for_each(|level| log!(*level, "{:?}", next()));
    assert_eq!(evaluated.take(), compiled);
    critical!("{:?}", next());
    assert_eq!(evaluated.take(), 1);

    // Levels are set and shown as ever; what is asked for is answered with the ceiling in mind.
    assert_eq!((root.level(), root.effective_level()), (Level::NOTSET, Level::NOTSET));
    assert_eq!(levels.iter().filter(|level| root.is_enabled(**level)).count(), compiled);
    for (level, ours) in log::Level::iter().zip(levels.iter().rev()) {
        assert_eq!(log::log_enabled!(level), *ours >= expected, "{level}");
    }
    log::debug!("{:?}", next());
    assert_eq!(evaluated.take(), 0, "the `log` crate knows too");
    log::error!("{:?}", next());
    assert_eq!(evaluated.take(), 1);
    Ok(())
}
