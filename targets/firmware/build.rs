//! Links every program for the board that `boards.txt` names for the target being built.

use std::{env, error::Error, fs, path::Path};

const TABLE: &str = "../boards.txt";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={TABLE}");
    let target = env::var("TARGET")?;
    let table = fs::read_to_string(TABLE)?;
    let row: Vec<&str> = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .find(|row| row.first() == Some(&target.as_str()))
        .ok_or_else(|| format!("no row for {target} in targets/boards.txt"))?;
    let &[_, board, flash, ram, ..] = row.as_slice() else {
        return Err(format!("the row of {target} in targets/boards.txt is too short").into());
    };

    let out = env::var("OUT_DIR")?;
    let mut memory = format!("MEMORY\n{{\n{}{}}}\n", region("FLASH", flash)?, region("RAM", ram)?);
    if target.starts_with("riscv") {
        memory.push_str(RISCV_REGIONS);
        println!("cargo::rustc-link-arg-bins=-Tmemory.x");
    }
    fs::write(Path::new(&out).join("memory.x"), memory)?;

    println!("cargo::rustc-cfg=board=\"{board}\"");
    println!("cargo::rustc-link-search={out}");
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    if env::var("CARGO_PKG_NAME")? == "bridges" || env::var_os("CARGO_FEATURE_DEFMT").is_some() {
        println!("cargo::rustc-link-arg-bins=-Tdefmt.x");
    }
    Ok(())
}

/// What `riscv-rt` puts where.
const RISCV_REGIONS: &str = "\
REGION_ALIAS(\"REGION_TEXT\", FLASH);
REGION_ALIAS(\"REGION_RODATA\", FLASH);
REGION_ALIAS(\"REGION_DATA\", RAM);
REGION_ALIAS(\"REGION_BSS\", RAM);
REGION_ALIAS(\"REGION_HEAP\", RAM);
REGION_ALIAS(\"REGION_STACK\", RAM);
";

/// One line of `memory.x` from `ORIGIN,LENGTH`.
fn region(name: &str, place: &str) -> Result<String, String> {
    let (origin, length) =
        place.split_once(',').ok_or_else(|| format!("{name}: {place} is not ORIGIN,LENGTH"))?;
    Ok(format!("  {name} : ORIGIN = {origin}, LENGTH = {length}\n"))
}
