//! Machine: what the figures were measured on.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Processor, memory, system, file system of a folder, compiler.
#[must_use]
pub fn describe(folder: &Path) -> Vec<(&'static str, String)> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let after = |text: &str, name: &str| -> String {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once([':', '='])
            .map_or("unknown", |(_, value)| value.trim())
            .trim_matches('"')
            .to_owned()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = after(&read("/proc/meminfo"), "MemTotal");
    let kib: u64 = memory.trim_end_matches(" kB").parse().unwrap_or_default();
    let kernel = read("/proc/sys/kernel/osrelease");
    let kernel = kernel.trim().split('-').next().unwrap_or_default();
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map_or_else(
        |_| "rustc".to_owned(),
        |out| String::from_utf8_lossy(&out.stdout).trim().to_owned(),
    );
    vec![
        (
            "Processor",
            format!("{}, {cores} cores to use", after(&read("/proc/cpuinfo"), "model name")),
        ),
        ("Memory", format!("{:.0} GiB", kib as f64 / 1_048_576.0)),
        ("System", format!("{}, Linux {kernel}", after(&read("/etc/os-release"), "PRETTY_NAME"))),
        ("File system", file_system(folder)),
        ("Load at the end", format!("{load} runnable on average over a minute")),
        ("Compiler", format!("{rustc}, release, thin link-time optimisation, one codegen unit")),
    ]
}

/// The version of a package that this program was built with.
#[must_use]
pub fn version(package: &str) -> &'static str {
    let name = format!("name = \"{package}\"");
    let mut lines = include_str!("../Cargo.lock").lines().skip_while(|line| *line != name);
    lines.nth(1).and_then(|line| line.split('"').nth(1)).unwrap_or("unknown")
}

fn file_system(folder: &Path) -> String {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let nearest = folder.ancestors().find_map(|path| path.canonicalize().ok()).unwrap_or_default();
    mounts
        .lines()
        .filter_map(|line| {
            let at = line.split(' ').nth(4)?;
            let kind = line.split(" - ").nth(1)?.split(' ').next()?;
            nearest.starts_with(at).then_some((at.len(), kind))
        })
        .max_by_key(|&(length, _)| length)
        .map_or_else(|| "unknown".to_owned(), |(_, kind)| kind.to_owned())
}
