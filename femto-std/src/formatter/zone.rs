//! Time zones: which one a formatter prints times in.
//!
//! Chosen where it is made; the system's is looked at on the *collector*, about once a second.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;
use std::sync::Mutex;
use std::time::Instant;

use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZone;

use crate::Error;

/// The time zone of a formatter's times.
///
/// As text: `local`, `utc`, an offset (`+05:30`), or a name of the system's time zone database
/// (`Europe/Berlin`).
///
/// # Examples
/// ```
/// use femto_std::config::Zone;
///
/// assert_eq!("utc".parse::<Zone>()?, Zone::UTC);
/// assert_ne!("+05:30".parse::<Zone>()?, Zone::LOCAL);
/// assert!("Mars/Olympus".parse::<Zone>().is_err());
/// # Ok::<(), femto_std::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zone(
    /// `None` for the system's, which may change.
    pub(super) Option<TimeZone>,
);

impl Zone {
    /// That of the environment variable `TZ`, else of the system (`/etc/localtime`), followed when it
    /// changes: the system's within a minute, `TZ` within five.
    pub const LOCAL: Self = Self(None);
    /// Coordinated universal time.
    pub const UTC: Self = Self(Some(TimeZone::UTC));
}

impl From<TimeZone> for Zone {
    fn from(zone: TimeZone) -> Self {
        Self(Some(zone))
    }
}

/// As the text that it is read from.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => f.write_str("local"),
            Some(zone) if *zone == TimeZone::UTC => f.write_str("utc"),
            Some(zone) => match (zone.iana_name(), zone.to_fixed_offset()) {
                (Some(name), _) => f.write_str(name),
                (None, Ok(offset)) => write!(f, "{offset}"),
                // One of the application's own, which no text tells.
                (None, Err(_)) => f.write_str("local"),
            },
        }
    }
}

impl FromStr for Zone {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.eq_ignore_ascii_case("local") {
            return Ok(Self::LOCAL);
        }
        if text.eq_ignore_ascii_case("utc") || text.eq_ignore_ascii_case("z") {
            return Ok(Self::UTC);
        }
        let zone = DateTimeParser::new().parse_time_zone(text);
        zone.map(Self::from).map_err(|_| Error::CheckParameter {
            name: "time_zone",
            value: format!("{text:?}"),
            allowed: "local, utc, an offset such as +05:30, or a name of the system's time zone \
                      database such as Europe/Berlin",
        })
    }
}

/// The zone of `TZ` if that is set, else that of `/etc/localtime`, looked at anew each minute.
pub(crate) fn local() -> TimeZone {
    static LATEST: Mutex<Option<(Instant, TimeZone)>> = Mutex::new(None);
    if std::env::var_os("TZ").is_some() {
        return TimeZone::system();
    }
    // Never waited for: in a forked child it may be held by a thread that is not there.
    let Ok(mut latest) = LATEST.try_lock() else { return read() };
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
