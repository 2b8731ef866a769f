//! A web server and its client, both from crates.io, which know nothing of femtologging: what they
//! log through the `log` crate goes to its loggers, beside the program's own records.
//!
//! The file gets everything, standard error what is at least a warning. At the end: the last lines of
//! the file, who logged how much, and what each handler did.

use core::error::Error;
use core::time::Duration;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use femto_std::{
    Handler, Level, Manager, debug, handlers::FileHandlerBuilder, handlers::StreamHandlerBuilder,
    info, warn,
};
use tiny_http::{Header, Response, Server};

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let path = std::env::temp_dir().join(format!("femtologging-demo-{}.log", std::process::id()));
    let file = FileHandlerBuilder::new(&path).with_append(false).build()?;
    let stderr = StreamHandlerBuilder::stderr().with_level(Level::WARN).build()?;
    let manager = Manager::global();
    let root = manager.root();
    root.set_level(Level::TRACE);
    root.add_handler(file.clone());
    root.add_handler(stderr.clone());
    // The client's wire protocol is more than anybody wants to read.
    manager.get_logger("ureq_proto").set_level(Level::DEBUG);
    femto_std::bridge::log::install()?;
    let guard = manager.guard();

    let server = Arc::new(Server::http("127.0.0.1:0")?);
    let address = server.server_addr().to_ip().ok_or("no address")?;
    info!(address:%, workers = WORKERS; "serving");
    let workers: Vec<_> = (0..WORKERS)
        .map(|number| {
            let server = server.clone();
            thread::spawn(move || serve(&server, number))
        })
        .collect();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| thread::spawn(move || ask(&format!("http://{address}"), number)))
        .collect();
    let mut answers = 0;
    for client in clients {
        answers += client.join().map_err(|_| "a client panicked")??;
    }
    for _ in &workers {
        server.unblock();
    }
    for worker in workers {
        worker.join().map_err(|_| "a worker panicked")?;
    }
    info!(answers; "done");
    drop(server);
    manager.flush(Duration::from_secs(5))?;
    report(&path, &[("file", &file), ("stderr", &stderr)])?;
    drop(guard);
    std::fs::remove_file(&path)?;
    Ok(())
}

/// Answers requests until the server is unblocked.
fn serve(server: &Server, number: usize) {
    while let Ok(request) = server.recv() {
        let start = Instant::now();
        let (status, body) = match request.url().strip_prefix("/square/").map(str::parse::<u64>) {
            Some(Ok(root)) => (200, format!("{{\"square\": {}}}", root * root)),
            _ => (404, String::from("{}")),
        };
        let (method, url) = (request.method().to_string(), request.url().to_owned());
        let json = Header::from_bytes("Content-Type", "application/json");
        let mut response = Response::from_string(body).with_status_code(status);
        if let Ok(json) = json {
            response.add_header(json);
        }
        if let Err(error) = request.respond(response) {
            warn!(url = &*url; "no answer could be given: {error}");
        }
        let micros = start.elapsed().as_micros() as u64;
        if status == 404 {
            warn!(status, worker = number; "{method} {url}: nothing there");
        } else {
            info!(status, micros, worker = number; "{method} {url}");
        }
    }
    debug!("worker {number} ends");
}

/// Asks for squares; answers how many it got.
fn ask(base: &str, number: u64) -> Result<u64, ureq::Error> {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let agent = ureq::Agent::new_with_config(config);
    let mut right = 0;
    for i in 0..REQUESTS {
        let root = number * REQUESTS + i;
        let path = if i == REQUESTS / 2 { "/cube".to_owned() } else { format!("/square/{root}") };
        let body = agent.get(format!("{base}{path}")).call()?.body_mut().read_to_string()?;
        debug!("client {number}: {path} gave {body}");
        right += u64::from(body == format!("{{\"square\": {}}}", root * root));
    }
    Ok(right)
}

fn report(path: &Path, handlers: &[(&str, &Handler)]) -> Result<(), Box<dyn Error + Send + Sync>> {
    // The server's own thread may still say that it ends.
    let written = || handlers[0].1.stats().written;
    let before = written();
    let text = std::fs::read_to_string(path)?;
    let mut out = io::stdout().lock();
    writeln!(out, "\nThe last lines of {}:", path.display())?;
    let lines: Vec<_> = text.lines().collect();
    for line in &lines[lines.len().saturating_sub(12)..] {
        writeln!(out, "  {line}")?;
    }
    let mut loggers = BTreeMap::<_, usize>::new();
    for name in lines.iter().filter_map(|line| line.split_whitespace().nth(3)) {
        *loggers.entry(name.trim_end_matches(':')).or_default() += 1;
    }
    writeln!(out, "\n{:32} {:>8}", "logger", "lines")?;
    for (name, count) in &loggers {
        writeln!(out, "{name:32} {count:>8}")?;
    }
    writeln!(out, "\n{:32} {:>8} {:>8} {:>8}", "handler", "accepted", "written", "dropped")?;
    for (name, handler) in handlers {
        let stats = handler.stats();
        let (accepted, written, dropped) = (stats.accepted, stats.written, stats.dropped);
        writeln!(out, "{name:32} {accepted:>8} {written:>8} {dropped:>8}")?;
    }
    if !(before..=written()).contains(&(lines.len() as u64)) {
        return Err("the file has not as many lines as its handler wrote".into());
    }
    for library in ["tiny_http", "ureq"] {
        if !loggers.keys().any(|name| name.starts_with(library)) {
            return Err(format!("{library} did not log").into());
        }
    }
    Ok(())
}

/// Threads that answer.
const WORKERS: usize = 2;
/// Threads that ask.
const CLIENTS: u64 = 4;
/// Questions of each.
const REQUESTS: u64 = 75;
