//! What is configured of the whole process: recovery, statistics, signals.

use core::time::Duration;
use std::path::{Path, PathBuf};

use femto_core::Level;

use super::node::{Kind, Node};
use super::problem::{Place, Problems};
use super::section::{Section, section, section_is_a_table};
use super::setting::{Fields, Setting, words};
use crate::recover::RecoverBuilder;
use crate::{Error, Manager, Signal, signal, stats};

section! {
    /// Keeps records in a file until they are written, as [`Manager::recover`] does. In a file a path alone will do.
    ///
    /// It begins when the configuration is applied, and lasts as long as the process: a configuration that
    /// does not have it leaves it on, one that has it otherwise is refused.
    RecoverConfig {
        /// The file. Its folder must be there.
        path: PathBuf;
        /// Bytes of the file, from 2 MiB to 1 GiB. Default: 16 MiB.
        size: usize = USUAL_SIZE, set by with_size;
    }
}

impl RecoverConfig {
    /// Keeps records in the file at `path`.
    #[must_use]
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().to_owned(), size: USUAL_SIZE }
    }

    fn builder(&self) -> RecoverBuilder {
        RecoverBuilder::new(&self.path).with_size(self.size)
    }
}

impl<P: AsRef<Path>> From<P> for RecoverConfig {
    fn from(path: P) -> Self {
        Self::new(path)
    }
}

impl Setting for RecoverConfig {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        if !matches!(node.kind, Kind::Table(_)) {
            return PathBuf::read(node, place, problems).map(Self::new);
        }
        let mut fields = Fields::of(node, place, problems)?;
        let read = Self::read_fields(&mut fields, problems);
        fields.finish(problems);
        read
    }

    fn write(&self) -> Option<Kind> {
        if self.size == USUAL_SIZE {
            return self.path.write();
        }
        let mut table = Vec::new();
        self.write_fields(&mut table);
        Some(Kind::Table(table))
    }
}

section! {
    /// Statistics as records, every so often, as [`Manager::report_stats`] has them.
    StatisticsConfig {
        /// How often, from a tenth of a second.
        every: Duration;
        /// Their level. Default: [`Level::INFO`].
        level: Level = Level::INFO, set by with_level;
        /// Their logger. Default: `femtologging.stats`.
        logger: String = stats::LOGGER.to_owned(), set by with_logger;
    }
}
section_is_a_table!(StatisticsConfig);

impl StatisticsConfig {
    /// Every so often.
    #[must_use]
    pub fn new(every: Duration) -> Self {
        Self { every, level: Level::INFO, logger: stats::LOGGER.to_owned() }
    }
}

section! {
    /// Which signals have everything written before they end the process, as [`Manager::shutdown_on`] does.
    ShutdownConfig {
        /// The signals: `HUP`, `INT`, `QUIT`, `TERM`. None is none.
        signals: Vec<Signal>;
        /// How long that may take. Default: 5 seconds.
        deadline: Duration = USUAL_DEADLINE, set by with_deadline;
    }
}
section_is_a_table!(ShutdownConfig);

words! { Signal:
    "HUP" | "SIGHUP" => Self::Hup,
    "INT" | "SIGINT" => Self::Int,
    "QUIT" | "SIGQUIT" => Self::Quit,
    "TERM" | "SIGTERM" => Self::Term,
}

impl ShutdownConfig {
    /// On these signals.
    #[must_use]
    pub fn new(signals: impl IntoIterator<Item = Signal>) -> Self {
        Self { signals: signals.into_iter().collect(), deadline: USUAL_DEADLINE }
    }
}

impl super::Config {
    /// Looks for what is wrong with what is configured of the whole process.
    pub(super) fn check_process(&self, problems: &mut Problems) {
        let root = &Place::ROOT;
        if let Some(recover) = &self.recover
            && let Err(Error::CheckParameter { name, value, allowed }) = recover.builder().check()
        {
            let text = format!("allowed is {allowed}");
            problems.wrong(&root.key("recover").key(name), &value, &text);
        }
        if let Some(statistics) = &self.statistics
            && statistics.every < SHORTEST
        {
            let place = root.key("statistics");
            let shown = format_args!("{:?}", statistics.every);
            problems.wrong(&place.key("every"), &shown, "allowed is a tenth of a second at least");
        }
        for key in self.static_fields.keys().filter(|key| key.is_empty()) {
            let place = root.key("static_fields");
            problems.wrong(&place, &format_args!("{key:?}"), "allowed is a key that is not empty");
        }
    }

    /// Does what can fail of what is configured of the whole process; nobody notices but who looks for
    /// the file.
    pub(super) fn begin_process(&self, problems: &mut Problems) {
        let tell = |error: &dyn core::error::Error| {
            let cause = error.source().map_or(String::new(), |cause| format!(": {cause}"));
            format!("{error}{cause}")
        };
        if let Some(shutdown) = &self.shutdown
            && !shutdown.signals.is_empty()
            && let Err(error) = signal::prepare()
        {
            problems.at(&Place::ROOT.key("shutdown"), &tell(&error));
            return;
        }
        if let Some(recover) = &self.recover
            && let Err(error) = recover.builder().begin()
        {
            problems.at(&Place::ROOT.key("recover"), &tell(&error));
        }
    }

    /// Sets what differs from before.
    pub(super) fn set_process(&self, before: &Self) {
        let said = |shutdown: &&ShutdownConfig| !shutdown.signals.is_empty();
        let shutdown = self.shutdown.as_ref().filter(said);
        if shutdown != before.shutdown.as_ref().filter(said) {
            let none = ShutdownConfig::new([]);
            let shutdown = shutdown.unwrap_or(&none);
            // What could fail has been done.
            let _ = signal::shutdown_on(&shutdown.signals, shutdown.deadline);
        }
        if self.statistics != before.statistics {
            match &self.statistics {
                Some(StatisticsConfig { every, level, logger }) => {
                    stats::set_report(*every, *level, Manager::global().get_logger(logger));
                }
                None => Manager::global().report_stats(Duration::ZERO, Level::INFO),
            }
        }
    }
}

const USUAL_SIZE: usize = RecoverBuilder::USUAL_SIZE;
const USUAL_DEADLINE: Duration = Duration::from_secs(5);
/// The collector looks about so often whether it is time.
const SHORTEST: Duration = Duration::from_millis(100);
