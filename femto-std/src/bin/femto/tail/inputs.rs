//! All that is looked at: each begun in order, then followed in turns.

use core::time::Duration;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use femto_std::__cli::wait_to_read;

use super::follow::Follower;
use super::lines::start_of_last;
use super::show::Show;
use super::source::SETTLED;
use super::stream::Stream;
use super::unpack::Packing;
use super::{Count, Error, Options, shown_name, tell};

/// Shows all files; one that cannot be read does not keep others from being shown.
pub(super) fn show_all(files: &[&Path], options: &Options, show: &mut Show) -> Result<(), Error> {
    let mut failure = None;
    let mut fail = |path: &Path, error: Error| {
        if matches!(error, Error::Write(_)) {
            return Err(error);
        }
        failure = Some(match files.len() {
            1 => Error::Of { name: shown_name(path), what: error.to_string() },
            _ => {
                tell(path, &error.to_string());
                Error::Told
            }
        });
        Ok(())
    };
    let mut inputs = Vec::new();
    for (number, path) in files.iter().enumerate() {
        match begin(path, number, options, show) {
            Ok(input) => inputs.extend(input.map(|input| (*path, input))),
            Err(error) => fail(path, error)?,
        }
    }
    let mut wait = Duration::ZERO;
    while !inputs.is_empty() {
        let ready = wait_for_streams(&inputs, wait);
        let mut is_busy = false;
        let mut left = Vec::with_capacity(inputs.len());
        for ((path, mut input), is_ready) in inputs.into_iter().zip(ready) {
            let progress = match &mut input {
                Input::Followed(follower) => follower.step(show).map(Some),
                Input::Stream(stream) => stream.step(is_ready, show),
            };
            match progress {
                Ok(Some(was_busy)) => {
                    is_busy |= was_busy;
                    left.push((path, input));
                }
                Ok(None) => input.finish(show)?,
                Err(error) => {
                    fail(path, error)?;
                    input.finish(show)?;
                }
            }
        }
        inputs = left;
        show.tell_hidden(false);
        if !is_busy && show.is_hung_up() {
            return Ok(());
        }
        let holds = inputs.iter().any(|(_, input)| input.holds());
        wait = match is_busy {
            true => Duration::ZERO,
            false if holds => options.interval.min(SETTLED),
            false => options.interval,
        };
    }
    failure.map_or(Ok(()), Err)
}

enum Input {
    Followed(Follower),
    Stream(Stream),
}

impl Input {
    fn finish(&mut self, show: &mut Show) -> Result<(), Error> {
        match self {
            Self::Followed(follower) => follower.finish(show),
            Self::Stream(stream) => stream.finish(show),
        }
    }

    fn holds(&self) -> bool {
        match self {
            Self::Followed(follower) => follower.holds(),
            Self::Stream(stream) => stream.holds(),
        }
    }
}

/// Waits until a stream has something, for so long at most; says of each input whether it has.
fn wait_for_streams(inputs: &[(&Path, Input)], most: Duration) -> Vec<bool> {
    let streams: Vec<BorrowedFd<'_>> = inputs
        .iter()
        .filter_map(|(_, input)| match input {
            Input::Stream(stream) => Some(stream.as_fd()),
            Input::Followed(_) => None,
        })
        .collect();
    let mut ready = wait_to_read(&streams, most).into_iter();
    let is_ready = |(_, input): &(&Path, Input)| {
        matches!(input, Input::Stream(_)) && ready.next() == Some(true)
    };
    inputs.iter().map(is_ready).collect()
}

/// Begins with a file, and shows what needs not be waited for; what is to be followed is answered.
fn begin(
    path: &Path,
    number: usize,
    options: &Options,
    show: &mut Show,
) -> Result<Option<Input>, Error> {
    let follows = !options.no_follow;
    let file = match path == Path::new("-") {
        true => io::stdin().as_fd().try_clone_to_owned().map(File::from),
        false => File::open(path),
    };
    let mut file = match file {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound && follows => {
            let follower = Follower::new(path.to_owned(), number, Count::From(1))?;
            return Ok(Some(Input::Followed(follower)));
        }
        Err(source) => return Err(Error::Open { source }),
    };
    let is_file = file.metadata().map_err(Error::read)?.is_file();
    if !is_file || path == Path::new("-") {
        let usual = if follows { Count::From(1) } else { USUAL };
        let mut stream = Stream::new(file, path, number, options.lines.unwrap_or(usual));
        if follows {
            return Ok(Some(Input::Stream(stream)));
        }
        return stream.read_to_end(show).map(|()| None);
    }
    let count = options.lines.unwrap_or(USUAL);
    let packing = Packing::of(&file).map_err(Error::read)?;
    if follows && packing.is_none() {
        let follower = Follower::new(path.to_owned(), number, count)?;
        return Ok(Some(Input::Followed(follower)));
    }
    let (input, count): (Box<dyn Read>, _) = match (packing, count) {
        (Some(packing), count) => (packing.unpack(file).map_err(Error::read)?, count),
        (None, Count::Last(last)) => {
            let at = start_of_last(&file, last).map_err(Error::read)?;
            file.seek(SeekFrom::Start(at)).map_err(Error::read)?;
            (Box::new(file), Count::From(1))
        }
        (None, from) => (Box::new(file), from),
    };
    Stream::new(input, path, number, count).read_to_end(show).map(|()| None)
}

/// Lines that are shown first, unless said otherwise.
const USUAL: Count = Count::Last(10);
