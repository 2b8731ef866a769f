//! Lines on standard output: chosen, coloured, escaped, under the names of their files.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::rc::Rc;

use femto_std::{__cli, Color, Level};
use memchr::{memchr, memchr_iter};

use super::line::{Kind, Parsed, Parser, Seen, text_of};
use super::pretty::Pretty;
use super::query::{Answer, Query};
use super::{Error, Heading, Unparsed, tell};

/// What is shown of lines, and how.
pub(super) struct Show {
    query: Query,
    unparsed: Unparsed,
    is_colored: bool,
    escapes: bool,
    pretty: Option<Pretty>,
    heading: Heading,
    inputs: Vec<Input>,
    /// Whose lines were shown last.
    last: Option<usize>,
    out: Vec<u8>,
    line: String,
    stdout: File,
}

/// Whose lines they are.
struct Input {
    name: String,
    parser: Rc<Parser>,
    /// Lines that were hidden because they could not be read.
    hidden: u64,
    is_told: bool,
}

/// What a line of a file belongs to.
pub(super) struct Context {
    input: usize,
    /// Lines that are left out.
    pub(super) skip: u64,
    seen: Seen,
    record: Option<Begun>,
    /// Lines of a record of which more must be known before it is shown; most often none.
    held: Vec<u8>,
}

/// A record whose lines may go on.
#[derive(Clone, Copy)]
struct Begun {
    is_shown: bool,
    level: Level,
}

impl Context {
    pub(super) fn new(input: usize) -> Self {
        Self { input, skip: 0, seen: Seen::default(), record: None, held: Vec::new() }
    }

    /// Whether there is a record of which the rest may come.
    pub(super) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    fn hold(&mut self, line: &[u8]) {
        self.held.extend_from_slice(line);
        self.held.push(b'\n');
    }
}

/// What is asked of [`Show`].
pub(super) struct Settings {
    pub(super) query: Query,
    pub(super) unparsed: Unparsed,
    pub(super) color: Color,
    pub(super) pretty: bool,
    pub(super) heading: Heading,
    /// Of each input the name, and what reads its lines.
    pub(super) inputs: Vec<(String, Rc<Parser>)>,
}

impl Show {
    pub(super) fn new(settings: Settings) -> Result<Self, Error> {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        let is_colored = __cli::is_colored(settings.color, is_terminal);
        // Whoever asks for colours has a terminal behind the pipe.
        let escapes = is_terminal || is_colored;
        let pretty = settings.pretty.then(|| Pretty::new(is_colored)).transpose()?;
        let input = |(name, parser)| Input { name, parser, hidden: 0, is_told: false };
        // A descriptor of our own: the library's stream would look for ends of lines again.
        let stdout = stdout.as_fd().try_clone_to_owned().map_err(Error::Write)?;
        Ok(Self {
            query: settings.query,
            unparsed: settings.unparsed,
            is_colored,
            escapes,
            pretty,
            heading: settings.heading,
            inputs: settings.inputs.into_iter().map(input).collect(),
            last: None,
            out: Vec::new(),
            line: String::new(),
            stdout: stdout.into(),
        })
    }

    /// Takes whole lines.
    pub(super) fn block(&mut self, mut block: &[u8], context: &mut Context) -> Result<(), Error> {
        while context.skip > 0 {
            let Some(end) = block.iter().position(|byte| *byte == b'\n') else { return Ok(()) };
            block = &block[end + 1..];
            context.skip -= 1;
        }
        if block.is_empty() {
            return Ok(());
        }
        let is_as_is = self.query.is_empty()
            && !self.escapes
            && self.pretty.is_none()
            && self.heading != Heading::Prefix;
        if is_as_is {
            self.head(context.input);
            self.write_out()?;
            return self.stdout.write_all(block).map_err(Error::Write);
        }
        let mut start = 0;
        for end in memchr_iter(b'\n', block) {
            self.line(&block[start..end], &block[end + 1..], context);
            start = end + 1;
            if self.out.len() >= ENOUGH {
                self.write_out()?;
            }
        }
        self.write_out()
    }

    /// Takes a line, and what is known of those behind it.
    fn line(&mut self, bytes: &[u8], next: &[u8], context: &mut Context) {
        let text = text_of(bytes);
        let text = text.strip_suffix('\r').unwrap_or(&text);
        let parser = &self.inputs[context.input].parser;
        let parsed = parser.parse(text, &mut context.seen);
        let Some(record) = &parsed else {
            if context.holds() {
                context.hold(bytes);
                if context.held.len() > MOST_HELD {
                    self.decide(context);
                }
                return;
            }
            let begun = context.record.unwrap_or_else(|| {
                let is_shown = self.shows_unreadable(context.input);
                Begun { is_shown, level: Level::INFO }
            });
            if begun.is_shown {
                self.push(bytes, text, begun.level, context.input);
            }
            return;
        };
        let mut answer = self.query.ask_level_and_logger(record);
        // What is not known of a text yet, its next lines may tell.
        let may_go_on = record.kind == Kind::Text
            && (self.query.has_fields() || answer == Answer::Unknown && record.is_open)
            && !parser.is_over(bytes, record, next);
        self.decide(context);
        if answer != Answer::No {
            if may_go_on {
                return context.hold(bytes);
            }
            answer = self.query.ask(record);
        }
        let level = record.level.unwrap_or(Level::INFO);
        let is_shown = self.shows(answer, context.input);
        // Only text goes on in further lines.
        context.record = (record.kind == Kind::Text).then_some(Begun { is_shown, level });
        if !is_shown {
            return;
        }
        match record.kind {
            Kind::Json | Kind::Logfmt if self.pretty.is_some() => {
                self.push_pretty(record, context.input)
            }
            _ => self.push(bytes, text, level, context.input),
        }
    }

    /// Shows what is held, if it is wanted: nothing more is expected to belong to it.
    pub(super) fn settle(&mut self, context: &mut Context) -> Result<(), Error> {
        self.decide(context);
        self.write_out()
    }

    fn decide(&mut self, context: &mut Context) {
        let Some((_, lines)) = context.held.split_last() else { return };
        let mut text = text_of(lines);
        if memchr(b'\r', text.as_bytes()).is_some() {
            text = text.replace("\r\n", "\n").into();
        }
        let text = text.strip_suffix('\r').unwrap_or(&text);
        let record = self.inputs[context.input].parser.parse_whole(text);
        let answer = record.as_ref().map_or(Answer::Unknown, |record| self.query.ask(record));
        let level = record.and_then(|record| record.level).unwrap_or(Level::INFO);
        let is_shown = self.shows(answer, context.input);
        context.record = Some(Begun { is_shown, level });
        if is_shown {
            for line in lines.split(|byte| *byte == b'\n') {
                let text = text_of(line);
                let text = text.strip_suffix('\r').unwrap_or(&text);
                self.push(line, text, level, context.input);
            }
        }
        context.held.clear();
    }

    fn shows(&mut self, answer: Answer, input: usize) -> bool {
        match answer {
            Answer::Yes => true,
            Answer::No => false,
            Answer::Unknown => self.shows_unreadable(input),
        }
    }

    /// Whether a line is shown of which it is not known whether it is wanted; counts those that are not.
    fn shows_unreadable(&mut self, input: usize) -> bool {
        if self.query.is_empty() || self.unparsed == Unparsed::Show {
            return true;
        }
        self.inputs[input].hidden += 1;
        false
    }

    /// A line as it is, but for what a terminal must not get.
    fn push(&mut self, bytes: &[u8], text: &str, level: Level, input: usize) {
        self.head(input);
        if self.escapes {
            self.line.clear();
            __cli::push_line(text, level, self.is_colored, &mut self.line);
            self.out.extend_from_slice(self.line.as_bytes());
        } else {
            self.out.extend_from_slice(bytes);
        }
        self.out.push(b'\n');
    }

    fn push_pretty(&mut self, record: &Parsed<'_>, input: usize) {
        self.head(input);
        self.line.clear();
        if let Some(pretty) = &mut self.pretty {
            pretty.push(record, &mut self.line);
        }
        self.out.extend_from_slice(self.line.as_bytes());
        self.out.push(b'\n');
    }

    /// Says whose lines follow.
    fn head(&mut self, input: usize) {
        let name = &self.inputs[input].name;
        match self.heading {
            Heading::None => {}
            Heading::Prefix => self.out.extend([name.as_bytes(), b": "].concat()),
            Heading::Title if self.last == Some(input) => {}
            Heading::Title => {
                let before = if self.last.is_some() { "\n" } else { "" };
                self.out.extend(format!("{before}==> {name} <==\n").bytes());
            }
        }
        self.last = Some(input);
    }

    fn write_out(&mut self) -> Result<(), Error> {
        let written = self.stdout.write_all(&self.out).map_err(Error::Write);
        self.out.clear();
        written
    }

    /// Whether nobody reads any more.
    pub(super) fn is_hung_up(&self) -> bool {
        __cli::is_hung_up(self.stdout.as_fd())
    }

    /// Tells of lines that were hidden: each file's first while it is followed, else how many.
    pub(super) fn tell_hidden(&mut self, is_end: bool) {
        for input in &mut self.inputs {
            let what = match (is_end, input.hidden) {
                (_, 0) => continue,
                (true, 1) => Cow::Borrowed("1 line could not be read as a record, and is hidden"),
                (true, count) => {
                    format!("{count} lines could not be read as records, and are hidden").into()
                }
                (false, _) if input.is_told => continue,
                (false, _) => "lines that cannot be read as records are hidden".into(),
            };
            input.is_told = true;
            tell(&input.name, &format!("{what} (--unparsed show shows them)"));
        }
    }
}

/// Bytes that are written at once.
const ENOUGH: usize = 64 << 10;

/// Bytes of a record that are looked through.
const MOST_HELD: usize = 16 << 20;
