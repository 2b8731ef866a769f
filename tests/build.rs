//! Makes doc tests of the blocks of Rust in the guides for applications. What a test needs and a
//! reader does not is added here: a folder to work in, with the files that the guide has shown before
//! (after a comment with their name), and the type of the error that `?` returns.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    for guide in ["rust.md", "migration-rust.md"] {
        let path = Path::new("../docs").join(guide);
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path).expect("the guide is in the repository");
        fs::write(out.join(guide), doc_tests(&text)).expect("cargo's folder can be written");
    }
}

/// The guide, with what its blocks of Rust do not show.
fn doc_tests(guide: &str) -> String {
    let (mut out, mut files) = (String::new(), Vec::new());
    let mut lines = guide.lines().enumerate();
    let mut before = "";
    while let Some((number, line)) = lines.next() {
        push(&mut out, line);
        if line.starts_with("```") {
            let block = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
            let block: Vec<&str> = block.collect();
            if line == "```rust" || line == "```rust,standalone_crate" {
                let folder = format!(
                    "let _folder = femto_tests::Workplace::enter({}, &{files:?});",
                    number + 1
                );
                doc_test(&block, &folder, &mut out);
            } else {
                block.iter().for_each(|line| push(&mut out, line));
            }
            push(&mut out, "```");
            if let Some(name) =
                before.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"))
            {
                files.push((name, block.join("\n")));
            }
        }
        before = line;
    }
    out
}

/// A block, which is a whole program or the inside of one.
fn doc_test(block: &[&str], folder: &str, out: &mut String) {
    let is_program = block.iter().any(|line| line.starts_with("fn main"));
    if !is_program {
        push(out, &format!("# {folder}"));
    }
    for line in block {
        push(out, line);
        if line.starts_with("fn main") {
            push(out, &format!("# {folder}"));
        }
    }
    if !is_program {
        push(out, "# Ok::<(), Box<dyn std::error::Error>>(())");
    }
}

fn push(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}
