# Other targets: a compiler for them, QEMU, the tables of boards and of Linux hosts. Sourced after lib.sh.
# shellcheck shell=bash

# Prints `TARGET QEMU` for each row of the table.
boards() { awk '!/^#/ && NF { print $1, $5 }' targets/boards.txt; }

# Prints `TARGET QEMU PREFIX PACKAGE...` for each row of the table.
hosts() { awk '!/^#/ && NF' targets/hosts.txt; }

# `cross_ready WHAT TARGET QEMU` makes sure that the target can be built and run, or says what is missing.
cross_ready() {
    local what=$1 target=$2 qemu=$3
    if ! has "$qemu" && ! apt_install qemu-system-arm qemu-system-misc; then
        missing "$what" "$qemu is missing" "install QEMU (Debian: qemu-system-arm qemu-system-misc)"
        return 1
    fi
    library_ready "$what" "$target"
}

# `host_ready WHAT TARGET QEMU PREFIX PACKAGE...`: the same for a Linux target.
host_ready() {
    local what=$1 target=$2 qemu=$3 prefix=$4
    shift 4
    if { ! has "$qemu" || ! has "$prefix-gcc" || [ ! -e "/usr/$prefix/lib/libc.so.6" ]; } &&
        ! apt_install qemu-user "$@"; then
        missing "$what" "$qemu, $prefix-gcc or its C library is missing" "install them (Debian: qemu-user $*)"
        return 1
    fi
    library_ready "$what" "$target"
}

# `library_ready WHAT TARGET` makes sure that there is Rust's library for the target, or its source.
library_ready() {
    local what=$1 target=$2
    if rustup_has "$target" || debian_has_core; then return; fi
    if apt_install rustc-web rust-web-src rust-web-clippy && debian_has_core; then return; fi
    missing "$what" "there is no Rust library for $target" "install it: rustup target add $target"
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

# `cross TARGET SUBCOMMAND ARGUMENT...` runs cargo in targets/ for that target: firmware in release, the rest quickly.
cross() (
    target=$1 subcommand=$2 cargo=(cargo) library=core,alloc
    shift 2
    case $target in *-linux-*) library=std,panic_unwind ;; esac
    cd targets || exit
    if ! rustup_has "$target"; then
        if [ "$subcommand" = clippy ]; then cargo=(/usr/bin/cargo-clippy); fi
        PATH=$(linker_folder):$PATH
        export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
        set -- "-Zbuild-std=$library" "$@"
    fi
    "${cargo[@]}" "$subcommand" "${LOCKED[@]}" --profile "$(profile "$target")" --target "$target" "$@"
)

profile() { case $1 in *-linux-*) echo host ;; *) echo release ;; esac }

# `programs PACKAGE` prints the names of its programs; a package with one alone has its name.
programs() {
    if [ -e "targets/$1/src/main.rs" ]; then echo "$1" && return; fi
    {
        basename -s .rs "targets/$1"/src/bin/*.rs
        sed -n '/^\[\[bin\]\]/{n;s/^name = "\(.*\)"/\1/p}' "targets/$1/Cargo.toml"
    } | sort -u
}

# `elf TARGET PROGRAM` prints where cargo put it.
elf() { echo "${CARGO_TARGET_DIR:-$ROOT/targets/target}/$1/$(profile "$1")/$2"; }

# `run_program TARGET PROGRAM [FOLDER]`: what it says on stdout, firmware on its UART and the semihosting console. The
# files that it writes are in the folder.
run_program() {
    local qemu prefix input=$ROOT/targets/firmware/expected/$2.in
    [ -e "$input" ] || input=/dev/null
    read -r _ qemu prefix _ < <(hosts | grep "^$1 ") || qemu=
    (
        cd "${3:-.}" || exit
        case $qemu in
        '') "$ROOT/targets/qemu.sh" "$(elf "$1" "$2")" ;;
        *) timeout "${QEMU_TIMEOUT:-300}" "$qemu" -L "/usr/$prefix" "$(elf "$1" "$2")" <"$input" ;;
        esac
    )
}

# `defmt_print_ready WHAT` makes sure that there is a defmt-print, as anybody installs it, or says what is missing.
defmt_print_ready() {
    if [ "$("$DEFMT_PRINT" --version 2>/dev/null | head -n 1)" != "defmt-print $DEFMT_PRINT_VERSION" ]; then
        echo "installing defmt-print $DEFMT_PRINT_VERSION, which takes some minutes"
        CARGO_TARGET_DIR=$CACHE/tools/target \
            cargo install defmt-print --locked --version "$DEFMT_PRINT_VERSION" --root "$CACHE/tools" --force ||
            true # said below
        rm -rf "$CACHE/tools/target"
    fi
    if [ -x "$DEFMT_PRINT" ]; then return; fi
    missing "$1" "defmt-print is missing" "install it: cargo install defmt-print --locked"
    return 1
}

DEFMT_PRINT=$CACHE/tools/bin/defmt-print
DEFMT_PRINT_VERSION=1.2.0

# `print_frames TARGET PROGRAM` reads defmt frames and prints time, level and message of each.
print_frames() { "$DEFMT_PRINT" -e "$(elf "$1" "$2")" --log-format '{t} {L} {s}'; }
