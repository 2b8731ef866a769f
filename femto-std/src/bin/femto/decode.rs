//! `femto decode`: bytes in, lines out.

use core::fmt;
use core::time::Duration;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;

use clap::Args;
use femto_std::Level;
use femto_std::decode::{Dump, Found, Image, ImageError, WireReader};
use femto_std::frame::FrameError;

use crate::output::{Format, Output};

/// Turns frames from firmware into text, JSON or logfmt
///
/// Reads what a `WireFormatter` wrote, or `RingHandler::drain_frames`: a file, standard input, or a serial
/// device (set it up first, with `stty -F DEVICE 115200 raw`). Bytes that are no frame are skipped and told
/// on standard error; records that got lost are told in the output.
///
/// The frames of `drain_frames` name statements and loggers by address, so they need `--elf`, the file of
/// the very build that runs there. The writer says now and then where something lies in it, and what its
/// clock counts: an ELF that has it elsewhere is refused, and records before the first such word have no
/// time. Only 32-bit programs without an operating system send such frames that can be read: in others a
/// frame names its statement by an index into a table that only the running program has.
///
/// The input may be a copy of memory instead (gdb: `dump binary value ring.bin RING`, `dump binary memory
/// ram.bin 0x20000000 0x20010000`): a `RetainedHandler`'s crash log is found in it without an ELF, the
/// records of a `RingHandler` with one.
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
    /// How many ticks of the program's clock make a second: without it records of rings in a copy of
    /// memory are shown without their times
    #[arg(long, value_name = "N", requires = "elf")]
    ticks_per_second: Option<u64>,
    /// Wait for more at the end of the input
    #[arg(long)]
    follow: bool,
    /// What to read; `-` is standard input
    #[arg(default_value = "-")]
    input: PathBuf,
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
    let mut output = Output::new(options.format, options.level, &options.logger);
    let image = options.elf.as_deref().map(read_image).transpose()?;
    let may_be_memory = image.is_some() || is_small_file(path);
    if options.follow || !may_be_memory {
        return run_stream(options, image, input, &mut output);
    }
    let memory = read_memory(path, input)?;
    let dump = Dump::new(image.as_ref(), &memory, options.ticks_per_second);
    if dump.is_empty() {
        return run_stream(options, image, Box::new(io::Cursor::new(memory)), &mut output);
    }
    if options.ticks_per_second.is_none() && dump.has_ticks() {
        eprintln!("femto: times are left out: --ticks-per-second N tells how long a tick is");
    }
    dump.for_each(|record| output.write(record));
    ignore_broken_pipe(output.flush()).map(drop)
}

/// Whether it may be a copy of a microcontroller's memory.
fn is_small_file(path: &Path) -> bool {
    let metadata = fs::metadata(path);
    metadata.is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST_MEMORY)
}

fn read_memory(path: &Path, mut input: Box<dyn Read>) -> Result<Vec<u8>, Error> {
    let mut memory = Vec::new();
    match input.read_to_end(&mut memory) {
        Ok(_) => Ok(memory),
        Err(source) => Err(Error::Read { path: path.to_owned(), at: memory.len() as u64, source }),
    }
}

fn read_image(elf: &Path) -> Result<Image, Error> {
    let bytes = fs::read(elf).map_err(|source| Error::Open { path: elf.to_owned(), source })?;
    Image::read(&bytes).map_err(|source| Error::ReadElf { path: elf.to_owned(), source })
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
    let mut told = Told::new(options);
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
    has_elf: bool,
    runs: u64,
    unreadable: u64,
    /// How many of each are told one by one.
    most: u64,
}

impl<'a> Told<'a> {
    fn new(options: &'a Options) -> Self {
        let most = if options.follow { u64::MAX } else { MOST };
        let (path, has_elf) = (&options.input, options.elf.is_some());
        Self { path, has_elf, runs: 0, unreadable: 0, most }
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
                self.unreadable += 1;
                let hint = match error {
                    FrameError::Reference if self.has_elf => {
                        "; expected the ELF of the very build that wrote it"
                    }
                    FrameError::Reference => "; expected --elf with the program that wrote it",
                    FrameError::Index => "; let a WireFormatter spell its records out",
                    _ => "",
                };
                if self.unreadable <= self.most {
                    eprintln!("femto: {path}: frame before offset {at:#x}: {error}{hint}");
                }
            }
            _ => {}
        }
    }

    fn finish(&self, reader: &WireReader) {
        let (records, garbage, lost) = (reader.records(), reader.garbage(), reader.lost());
        if self.unreadable > 0 {
            eprintln!(
                "femto: {}: {} frames could not be read",
                self.path.display(),
                self.unreadable
            );
        }
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
                    "{path}: no frame to read in {bytes} bytes: expected what a WireFormatter or drain_frames wrote"
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

/// Runs of garbage, and frames that cannot be read, that are told one by one.
const MOST: u64 = 8;

/// More than a microcontroller has.
const LARGEST_MEMORY: u64 = 64 << 20;
