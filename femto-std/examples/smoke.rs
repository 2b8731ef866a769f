use femto_std::*;
use std::time::{Duration, Instant};
fn main() {
    let path = std::env::args().nth(1).unwrap_or("/tmp/smoke.log".into());
    let n: u64 = std::env::args().nth(2).map_or(1_000_000, |s| s.parse().unwrap());
    let threads: u64 = std::env::args().nth(3).map_or(1, |s| s.parse().unwrap());
    let h = FileHandlerBuilder::new(&path).with_append(false).build().unwrap();
    let log = get_logger("bench");
    log.add_handler(h.clone());
    log.set_level(Level::INFO);
    info!(logger: log, "warm {}", 1);
    std::thread::sleep(Duration::from_millis(50));
    let t = Instant::now();
    for i in 0..1000u64 {
        info!(logger: log, "hello {} {}", "world", i);
    }
    let burst = t.elapsed().as_nanos() as f64 / 1000.0;
    h.flush(Duration::from_secs(5)).unwrap();
    let mut lat: Vec<u64> = Vec::new();
    for i in 0..10000u64 {
        let s = Instant::now();
        info!(logger: log, "hello {} {}", "world", i);
        lat.push(s.elapsed().as_nanos() as u64);
        let s = Instant::now();
        while s.elapsed() < Duration::from_micros(50) {}
    }
    lat.sort();
    println!("burst {burst:.1} ns; paced p50 {} p99 {} p99.9 {}", lat[5000], lat[9900], lat[9990]);
    let t = Instant::now();
    for i in 0..n * 100 {
        debug!(logger: log, "hello {} {}", "world", i);
    }
    println!("disabled {:.2} ns", t.elapsed().as_nanos() as f64 / (n * 100) as f64);
    let t = Instant::now();
    std::thread::scope(|s| {
        for k in 0..threads {
            s.spawn(move || {
                for i in 0..n / threads {
                    info!(logger: log, "hello {} {}", "world", i + k);
                }
            });
        }
    });
    let called = t.elapsed();
    h.flush(Duration::from_secs(30)).unwrap();
    let done = t.elapsed();
    println!(
        "{n} records: calls {:.1} ns each, done {:.2} M/s; {:?}",
        called.as_nanos() as f64 / n as f64,
        n as f64 / done.as_secs_f64() / 1e6,
        h.stats()
    );
    let lines = std::fs::read_to_string(&path).unwrap().lines().count();
    println!("lines {lines} (expected {})", n + 1001 + 10000);
}
