//! The local time zone, as the system has it now.
//!
//! Asked on the *collector*, about once a second.

use core::time::Duration;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use jiff::tz::TimeZone;

/// The zone of `TZ` if that is set, else that of `/etc/localtime`, looked at anew each minute.
pub(crate) fn local() -> TimeZone {
    static LATEST: Mutex<Option<(Instant, TimeZone)>> = Mutex::new(None);
    if std::env::var_os("TZ").is_some() {
        return TimeZone::system();
    }
    let mut latest = LATEST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*latest {
        Some((since, zone)) if since.elapsed() < LIFETIME => zone.clone(),
        _ => latest.insert((Instant::now(), read())).1.clone(),
    }
}

/// Reads the zone itself: to find its name, jiff would look through all there are.
fn read() -> TimeZone {
    let file = std::fs::read("/etc/localtime").ok();
    let zone = file.and_then(|bytes| TimeZone::tzif("Local", &bytes).ok());
    zone.unwrap_or_else(TimeZone::system)
}

const LIFETIME: Duration = Duration::from_secs(60);
