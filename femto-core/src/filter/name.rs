//! By the logger's name.

use super::{Filter, Metadata};

/// Passes the logger of a dotted name and those below it; the empty name passes all.
///
/// # Examples
/// ```
/// use femto_core::{Filter, Level, Metadata, NameFilter};
///
/// static NET: NameFilter<&str> = NameFilter("net");
///
/// assert!(NET.enabled(&Metadata::new(Level::INFO, "net.tcp")));
/// assert!(!NET.enabled(&Metadata::new(Level::INFO, "network")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameFilter<T>(pub T);

impl<T: AsRef<str> + Send + Sync> Filter for NameFilter<T> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let name = self.0.as_ref();
        match metadata.logger_name.strip_prefix(name) {
            Some(rest) => name.is_empty() || rest.is_empty() || rest.starts_with('.'),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Level;

    #[test]
    fn a_name_passes_itself_and_what_is_below() {
        let passes = |name| NameFilter("net").enabled(&Metadata::new(Level::INFO, name));
        assert!(passes("net") && passes("net.tcp"));
        assert!(!passes("network") && !passes("root"));
        assert!(NameFilter("").enabled(&Metadata::new(Level::INFO, "any")));
    }
}
