//! `femto decode`: bytes in, lines out.

mod output;

use core::fmt;
use core::time::Duration;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;

use clap::{Args, ValueEnum};
use femto_std::Level;
use femto_std::decode::{Dump, Found, Image, ImageError, WireReader};
use femto_std::frame::FrameError;

use output::Output;

/// Turns frames from firmware into text, JSON or logfmt
///
/// Reads what a `WireFormatter` wrote: a file, standard input, or a serial device (set it up first, with
/// `stty -F DEVICE 115200 raw`). Bytes that are no frame are skipped and told on standard error; records
/// that got lost are told in the output.
///
/// With `--elf` it reads frames by address too, and the input may be a copy of memory instead: a
/// `RingHandler`, or all of RAM (gdb: `dump binary value ring.bin RING`, `dump binary memory ram.bin
/// 0x20000000 0x20010000`).
///
/// Exit status: 0 the input was read, garbage or not; 1 it could not be read, or holds no frame; 2 the
/// arguments are wrong.
#[derive(Args)]
pub(crate) struct Options {
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Leave out records below this level: a name or a number from 0 to 255
    #[arg(long, default_value = "NOTSET")]
    level: Level,
    /// Leave out all but this logger and those below it
    #[arg(long, default_value = "", value_name = "NAME", hide_default_value = true)]
    logger: String,
    /// The program that wrote the input, or whose memory it is (a 32-bit ELF)
    #[arg(long, value_name = "FILE")]
    elf: Option<PathBuf>,
    /// How many ticks of the program's clock make a second, for memory dumps
    #[arg(long, value_name = "N", default_value_t = 1_000_000_000, requires = "elf")]
    ticks_per_second: u64,
    /// Wait for more at the end of the input
    #[arg(long)]
    follow: bool,
    /// What to read; `-` is standard input
    #[arg(default_value = "-")]
    input: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Logfmt,
}

/// Why nothing, or no more, could be decoded.
pub(crate) enum Error {
    Open { path: PathBuf, source: io::Error },
    Read { path: PathBuf, at: u64, source: io::Error },
    Write(io::Error),
    ReadElf { path: PathBuf, source: ImageError },
    FindFrame { path: PathBuf, bytes: u64, elf: Option<PathBuf> },
}

/// Decodes the input to standard output.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    let path = &options.input;
    let input: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(|source| Error::Open { path: path.clone(), source })?)
    };
    let mut output = Output::new(options);
    let image = options.elf.as_deref().map(read_image).transpose()?;
    let (image, input) = match image {
        Some(image) if !options.follow => match run_dump(options, image, input, &mut output)? {
            Some((image, bytes)) => (Some(image), Box::new(io::Cursor::new(bytes)) as _),
            None => return Ok(()),
        },
        image => (image, input),
    };
    run_stream(options, image, input, &mut output)
}

fn read_image(elf: &Path) -> Result<Image, Error> {
    let bytes = fs::read(elf).map_err(|source| Error::Open { path: elf.to_owned(), source })?;
    Image::read(&bytes).map_err(|source| Error::ReadElf { path: elf.to_owned(), source })
}

/// Decodes a memory dump; gives everything back if the input is none.
fn run_dump(
    options: &Options,
    image: Image,
    mut input: Box<dyn Read>,
    output: &mut Output<'_>,
) -> Result<Option<(Image, Vec<u8>)>, Error> {
    let mut memory = Vec::new();
    if let Err(source) = input.read_to_end(&mut memory) {
        return Err(Error::Read { path: options.input.clone(), at: memory.len() as u64, source });
    }
    let dump = Dump::new(&image, &memory, options.ticks_per_second);
    if dump.is_empty() {
        return Ok(Some((image, memory)));
    }
    dump.for_each(|record| output.write(record));
    ignore_broken_pipe(output.flush())?;
    Ok(None)
}

/// Whoever reads may want no more: that is no error.
fn ignore_broken_pipe(flushed: io::Result<()>) -> Result<bool, Error> {
    match flushed {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Error::Write(error)),
    }
}

/// Decodes a stream of frames.
fn run_stream(
    options: &Options,
    image: Option<Image>,
    mut input: Box<dyn Read>,
    output: &mut Output<'_>,
) -> Result<(), Error> {
    let path = &options.input;
    let mut reader = WireReader::new();
    if let Some(image) = image {
        reader = reader.with_image(image);
    }
    let mut told = Told::new(path, options.follow);
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = match input.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(source) => {
                return Err(Error::Read { path: path.clone(), at: reader.position(), source });
            }
        };
        if read == 0 && !options.follow {
            break;
        }
        if read == 0 {
            thread::sleep(PAUSE);
            continue;
        }
        reader.read(&buffer[..read], &mut |found| take(found, output, &mut told));
        if !ignore_broken_pipe(output.flush())? {
            return Ok(());
        }
    }
    reader.finish(&mut |found| take(found, output, &mut told));
    told.finish(&reader);
    if reader.records() == 0 && reader.position() > 0 {
        let (path, bytes, elf) = (path.clone(), reader.position(), options.elf.clone());
        return Err(Error::FindFrame { path, bytes, elf });
    }
    Ok(())
}

fn take(found: Found<'_>, output: &mut Output<'_>, told: &mut Told<'_>) {
    match found {
        Found::Record(record) => output.write(record),
        found => told.tell(&found),
    }
}

/// What is said on standard error.
struct Told<'a> {
    path: &'a Path,
    runs: u64,
    most: u64,
}

impl<'a> Told<'a> {
    fn new(path: &'a Path, is_endless: bool) -> Self {
        let most = if is_endless { u64::MAX } else { MOST_RUNS };
        Self { path, runs: 0, most }
    }

    fn tell(&mut self, found: &Found<'_>) {
        let path = self.path.display();
        match found {
            Found::Garbage(garbage) => {
                self.runs += 1;
                if self.runs <= self.most {
                    let (bytes, at, reason) = (garbage.bytes, garbage.at, garbage.reason);
                    eprintln!("femto: {path}: skipped {bytes} bytes at offset {at:#x}: {reason}");
                }
            }
            Found::Unreadable { at, error } => {
                let hint = match error {
                    FrameError::Reference => "; expected --elf with the program that wrote it",
                    _ => "",
                };
                eprintln!("femto: {path}: frame before offset {at:#x}: {error}{hint}");
            }
            _ => {}
        }
    }

    fn finish(&self, reader: &WireReader) {
        let (records, garbage, lost) = (reader.records(), reader.garbage(), reader.lost());
        if garbage > 0 || lost > 0 {
            eprintln!(
                "femto: {}: {records} records; {garbage} bytes skipped in {} places; {lost} records lost",
                self.path.display(),
                self.runs,
            );
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { path, source } => write!(f, "could not open {}: {source}", path.display()),
            Self::Read { path, at, source } => {
                write!(f, "could not read {} from offset {at:#x} on: {source}", path.display())
            }
            Self::Write(source) => write!(f, "could not write to standard output: {source}"),
            Self::ReadElf { path, source } => write!(f, "{}: {source}", path.display()),
            Self::FindFrame { path, bytes, elf } => {
                let path = path.display();
                write!(
                    f,
                    "{path}: no frame to read in {bytes} bytes: expected what a WireFormatter wrote"
                )?;
                match elf {
                    Some(elf) => write!(f, ", or memory of the very program {}", elf.display()),
                    None => Ok(()),
                }
            }
        }
    }
}

/// Between two looks at an input that has ended and may go on.
const PAUSE: Duration = Duration::from_millis(50);

/// Runs of garbage that are told one by one.
const MOST_RUNS: u64 = 8;
