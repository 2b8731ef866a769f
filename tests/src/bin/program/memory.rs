//! How much memory logging takes.

use femto_std::info;

use crate::log_to;

pub(crate) fn run(which: &str, arguments: &[&str]) {
    let threads = match which {
        "one" => 1,
        "four" => 4,
        _ => panic!("no such number: {which}"),
    };
    let (root, _) = log_to(arguments[0]);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                for i in 0..400_000 / threads {
                    info!(logger: root, "hello {} {} {}", "world", thread, i);
                }
            });
        }
    });
    let status = std::fs::read_to_string("/proc/self/status").expect("the status");
    let peak = status.lines().find(|line| line.starts_with("VmHWM:")).expect("the peak");
    println!("{}", peak.split_whitespace().nth(1).expect("kilobytes"));
}
