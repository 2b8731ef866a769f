//! What shapes a handler's lines: its filters and its formatter, replaced together.
//!
//! Applied on the *collector*, by the caller if it writes itself.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use femto_core::{Details, Filter, Level, Record};

use super::failure::Dropped;
use crate::formatter::{ConsoleStyle, Formatter};
use crate::sink::RecordEnd;
use crate::unwind::guarded;

/// What shapes a handler's lines.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) formatter: Arc<dyn Formatter>,
    pub(crate) filters: Vec<Arc<dyn Filter>>,
}

impl Settings {
    pub(crate) fn admit(&self, record: &Record<'_>) -> bool {
        self.filters.iter().all(|filter| filter.matches(record))
    }

    /// Appends the line that says in the output itself what is missing there, unless it cannot be
    /// formatted.
    pub(crate) fn push_dropped(&self, records: u64, lines: &mut String) -> Option<RecordEnd> {
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (message, details) = (Dropped(records), Details::default());
        let time = time.as_nanos() as u64;
        let record = Record::from_message("femtologging", &message, Level::WARN, time, &details);
        let before = lines.len();
        match guarded(|| self.formatter.format(&record, lines)) {
            Some(Ok(())) => {
                lines.push('\n');
                Some(RecordEnd::of(&record, lines.len()))
            }
            _ => {
                lines.truncate(before);
                None
            }
        }
    }
}

/// A console's formatter colours and escapes.
pub(super) fn dress(
    console: Option<ConsoleStyle>,
    formatter: Arc<dyn Formatter>,
) -> Arc<dyn Formatter> {
    match console {
        Some(style) => style.dress(formatter),
        None => formatter,
    }
}
