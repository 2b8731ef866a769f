# Firmware: a compiler for the targets, QEMU, the table of boards. Sourced after lib.sh.
# shellcheck shell=bash

# Prints `TARGET QEMU` for each row of the table.
boards() { awk '!/^#/ && NF { print $1, $5 }' targets/boards.txt; }

# `cross_ready WHAT TARGET QEMU` makes sure that the target can be built and run, or says what is missing.
cross_ready() {
    local what=$1 target=$2 qemu=$3
    if ! has "$qemu" && ! apt_install qemu-system-arm qemu-system-misc; then
        missing "$what" "$qemu is missing" "install QEMU (Debian: qemu-system-arm qemu-system-misc)"
        return 1
    fi
    if rustup_has "$target" || debian_has_core; then return; fi
    if apt_install rustc-web rust-web-src rust-web-clippy && debian_has_core; then return; fi
    missing "$what" "there is no core library for $target" "install it: rustup target add $target"
    return 1
}

rustup_has() { has rustup && rustup target list --installed 2>/dev/null | grep -qx "$1"; }

# Debian's compiler and its library source are one version; rustup's compiler cannot build that source.
debian_has_core() {
    [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo-clippy ] &&
        [ -e "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ] && linker_folder >/dev/null
}

# The folder of rust-lld, which a rustup toolchain has and Debian's has not.
linker_folder() {
    local folder
    folder=$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin
    [ -x "$folder/rust-lld" ] && echo "$folder"
}

# `cross TARGET SUBCOMMAND ARGUMENT...` runs cargo in targets/ for that target, in release.
cross() (
    target=$1 subcommand=$2 cargo=(cargo)
    shift 2
    cd targets || exit
    if ! rustup_has "$target"; then
        if [ "$subcommand" = clippy ]; then cargo=(/usr/bin/cargo-clippy); fi
        PATH=$(linker_folder):$PATH
        export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
        set -- -Zbuild-std=core,alloc "$@"
    fi
    "${cargo[@]}" "$subcommand" "${LOCKED[@]}" --release --target "$target" "$@"
)

# Prints the names of the programs.
programs() { basename -s .rs targets/firmware/src/bin/*.rs; }

# `elf TARGET PROGRAM` prints where cargo put it.
elf() { echo "${CARGO_TARGET_DIR:-$ROOT/targets/target}/$1/release/$2"; }

# `run_program TARGET PROGRAM`: what it says on stdout.
run_program() { targets/qemu.sh "$(elf "$1" "$2")"; }
