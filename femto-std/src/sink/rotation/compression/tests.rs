//! Rotated files are packed, whatever happens meanwhile.
#![cfg(all(feature = "gzip", feature = "zstd"))]

use core::time::Duration;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::thread;
use std::time::Instant;

use super::*;
use crate::sink::{FileOptions, Retention};
use crate::sink::{Lines, Open, RecordEnd, Sink};

/// A folder with a log that is rolled over at each record but the first, and compressed.
struct Log {
    folder: PathBuf,
    rotation: Rotation,
}

impl Log {
    fn new(name: &str, compression: Compression) -> Self {
        let folder = std::env::temp_dir().join(format!("femto-{}-pack-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        let rotation = Rotation {
            path: folder.join("log"),
            file: FileOptions::default(),
            max_bytes: 1,
            schedule: None,
            retention: Retention::default(),
            compression: Some(compression),
        };
        Self { folder, rotation }
    }

    fn open(&self) -> Box<dyn Sink> {
        self.rotation.open(true).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).unwrap();
        let name =
            |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<_> = entries.map(name).collect();
        names.sort();
        names
    }

    /// Waits until all rotated files are packed, and nothing else is left.
    fn wait(&self) {
        let ending = format!(".{}", self.rotation.compression.unwrap().extension());
        wait_until(|| self.names().iter().all(|name| name == "log" || name.ends_with(&ending)));
    }

    /// The lines of all files, the oldest first.
    fn lines(&self) -> Vec<String> {
        let mut paths: Vec<_> =
            self.rotation.backups().unwrap().iter().rev().map(Backup::path).collect();
        paths.push(self.rotation.path.clone());
        let text: String = paths.iter().map(|path| unpack(path)).collect();
        text.lines().map(str::to_owned).collect()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn unpack(path: &std::path::Path) -> String {
    let mut file = File::open(path).unwrap();
    let mut text = String::new();
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => _ = flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap(),
        Some("zst") => _ = zstd::Decoder::new(file).unwrap().read_to_string(&mut text).unwrap(),
        _ => _ = file.read_to_string(&mut text).unwrap(),
    }
    text
}

fn wait_until(mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(60));
        thread::sleep(Duration::from_millis(1));
    }
}

fn write(sink: &mut dyn Sink, record: &str) {
    let line = format!("{record}\n");
    let end = [RecordEnd { at: line.len(), second: 0 }];
    assert_eq!(sink.write_lines(Lines::new(line.as_bytes(), &end)).unwrap(), line.len());
}

fn numbers(range: core::ops::Range<u32>) -> Vec<String> {
    range.map(|number| format!("record {number}")).collect()
}

#[test]
fn every_rotated_file_is_packed_and_reads_back() {
    for compression in Compression::ALL {
        let log = Log::new(compression.extension(), compression);
        let mut sink = log.open();
        // Many more rollovers than are packed meanwhile: files are moved on while they are packed.
        for record in numbers(0..60) {
            write(&mut *sink, &record);
        }
        log.wait();
        assert_eq!(log.lines(), numbers(0..60));
        assert_eq!(log.names().len(), 60);
        assert!(sink.problem().is_none());
        // Mode and time of the last line stay.
        let packed = fs::metadata(
            log.folder.join("log.1").with_extension("1.".to_owned() + compression.extension()),
        );
        let packed = packed.unwrap();
        assert_eq!(packed.permissions(), fs::metadata(&log.rotation.path).unwrap().permissions());
        assert!(
            packed.modified().unwrap()
                <= fs::metadata(&log.rotation.path).unwrap().modified().unwrap()
        );
    }
}

#[test]
fn packed_files_count_and_go_like_others() {
    let mut log = Log::new("count", Compression::Gzip);
    log.rotation.retention.count = Some(3);
    let mut sink = log.open();
    for record in numbers(0..50) {
        write(&mut *sink, &record);
    }
    log.wait();
    assert_eq!(log.names(), ["log", "log.1.gz", "log.2.gz", "log.3.gz"]);
    assert_eq!(log.lines(), numbers(46..50));
}

#[test]
fn nobody_waits_for_the_packing() {
    let log = Log::new("wait", Compression::Zstd);
    // Another process packs for ever.
    let part = File::create(log.rotation.part_path()).unwrap();
    part.lock().unwrap();
    let mut sink = log.open();
    for record in numbers(0..100) {
        write(&mut *sink, &record);
    }
    assert_eq!(log.rotation.backups().unwrap().len(), 99);
    assert!(log.rotation.backups().unwrap().iter().all(|backup| backup.compression.is_none()));
    part.unlock().unwrap();
    log.wait();
    assert_eq!(log.lines(), numbers(0..100));
}

#[test]
fn what_a_process_left_that_died_is_put_right_by_the_next() {
    let log = Log::new("died", Compression::Gzip);
    // One that waits, one half packed beside it, and one that has not got its name yet.
    fs::write(log.folder.join("log.1"), "record 2\n").unwrap();
    fs::write(log.rotation.part_path(), [0x1f, 0x8b, 0x08, 0, 1, 2, 3]).unwrap();
    let renamed = File::create(log.folder.join("log.2")).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(renamed, flate2::Compression::default());
    encoder.write_all(b"record 1\n").unwrap();
    encoder.finish().unwrap();
    let renamed = File::create(log.folder.join("log.3")).unwrap();
    // By a build that packed otherwise.
    let mut encoder = zstd::Encoder::new(renamed, 0).unwrap();
    encoder.write_all(b"record 0\n").unwrap();
    encoder.finish().unwrap();
    let mut sink = log.open();
    write(&mut *sink, "record 3");
    wait_until(|| log.names() == ["log", "log.1.gz", "log.2.gz", "log.3.zst"]);
    assert_eq!(log.lines(), numbers(0..4));
}

#[test]
fn what_a_process_packed_that_died_is_not_packed_again() {
    let log = Log::new("again", Compression::Gzip);
    let unnamed = File::create(log.folder.join("log.1")).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(unnamed, flate2::Compression::default());
    encoder.write_all(b"record 0\n").unwrap();
    encoder.finish().unwrap();
    // By a process that was running already, and looks for what waits.
    assert!(pack_one(&log.rotation, Compression::Gzip).unwrap());
    assert!(!pack_one(&log.rotation, Compression::Gzip).unwrap());
    assert_eq!(unpack(&log.folder.join("log.1.gz")), "record 0\n");
}

#[test]
fn a_file_that_was_unpacked_by_hand_is_left_alone() {
    let log = Log::new("twin", Compression::Gzip);
    fs::write(log.folder.join("log.1"), "mine\n").unwrap();
    fs::write(log.folder.join("log.1.gz"), "packed").unwrap();
    let mut sink = log.open();
    write(&mut *sink, "record 0");
    write(&mut *sink, "record 1");
    wait_until(|| log.names() == ["log", "log.1.gz", "log.2", "log.2.gz"]);
    let read = |name| fs::read_to_string(log.folder.join(name)).unwrap();
    assert_eq!((read("log.2"), read("log.2.gz")), ("mine\n".into(), "packed".into()));
}

#[test]
fn a_file_that_somebody_writes_to_is_packed_later() {
    let log = Log::new("busy", Compression::Gzip);
    let mut sink = log.open();
    let path = log.folder.join("log.1");
    fs::write(&path, "record 0\n").unwrap();
    let source = LogFile::new(File::open(&path).unwrap()).unwrap();
    let before = source.file.metadata().unwrap();
    File::options().append(true).open(&path).unwrap().write_all(b"record 1\n").unwrap();
    let error = place(&log.rotation, Compression::Gzip, &source, &before).unwrap_err();
    assert!(error.to_string().contains("writes to it"), "{error}");
    write(&mut *sink, "record 2");
    log.wait();
    assert_eq!(log.lines(), numbers(0..3));
}
