# The blocks of docs/firmware.md: each is run, or compared. Sourced after lib.sh and cross.sh.
# shellcheck shell=bash

GUIDE=$ROOT/docs/firmware.md
GUIDE_TARGET=thumbv7m-none-eabi

test_guide() {
    step "guide: every block is checked, excerpts are as in the source" guide_excerpts
    step "guide: doc tests" cargo test "${LOCKED[@]}" -p femto-tests --doc
    cross_ready "guide: commands" "$GUIDE_TARGET" qemu-system-arm || return 0
    step "guide: commands and what they write, as a new user types them" guide_commands
}

# Writes each block into a file of `$CACHE/guide/blocks`, and `NUMBER KIND PATH` of each to stdout.
guide_blocks() {
    rm -rf "$CACHE/guide/blocks"
    mkdir -p "$CACHE/guide/blocks"
    awk -v folder="$CACHE/guide/blocks" '
        /^```/ && !inside {
            if (tag == "") { print FILENAME ":" FNR ": nothing says how this block is checked" > "/dev/stderr"; exit 1 }
            # What rustdoc takes for a doc test, and nothing else.
            if ((tag == "doctest") != /^```rust$/ || /^```rust./) {
                print FILENAME ":" FNR ": is it a doc test?" > "/dev/stderr"; exit 1
            }
            file = sprintf("%s/%02d", folder, ++count); printf "" > file; inside = 1
            path = tag; sub(/^[a-z]+: /, "", path); kind = tag; sub(/:.*/, "", kind); gsub(/, /, "-", kind)
            printf "%02d %s %s\n", count, kind, path; tag = ""; next
        }
        /^```/ { inside = 0; close(file); next }
        inside { print > file; next }
        /^<!-- .* -->$/ { tag = substr($0, 6, length($0) - 9); next }
        NF { tag = "" }
    ' "$GUIDE"
}

guide_excerpts() {
    local number kind path wrong=0 blocks
    blocks=$(guide_blocks)
    while read -r number kind path; do
        case $kind in
        excerpt) guide_excerpt "$CACHE/guide/blocks/$number" "$path" || wrong=1 ;;
        run | file | doctest | output | output-part) ;;
        *) echo "block $number: $kind: no such check" && wrong=1 ;;
        esac
    done <<<"$blocks"
    return "$wrong"
}

# Whether the lines of a block stand one after the other in a file: its code, or a doc test of its own.
guide_excerpt() {
    if guide_contains "$1" "$2" || guide_contains "$1" <(sed -E 's,^ *//[/!] ?,,' "$2"); then
        echo "excerpt of $2"
    else
        printf 'not in %s:\n' "$2"
        cat "$1"
        return 1
    fi
}

guide_contains() {
    local file
    file=$'\n'$(cat "$2")$'\n'
    case $file in *$'\n'"$(cat "$1")"$'\n'*) return 0 ;; *) return 1 ;; esac
}

# Outside of this repository, or cargo would make the new project a member.
guide_commands() {
    local folder number kind path blocks block wrong=0
    blocks=$(guide_blocks)
    folder=$(mktemp -d)
    # shellcheck disable=SC2064 # as it is now
    trap "rm -rf '$folder'" EXIT
    ln -s "$ROOT" "$folder/femtologging"
    GUIDE_TOOLS=$CACHE/guide/tools
    PATH=$GUIDE_TOOLS/bin:$PATH
    # shellcheck disable=SC2317 # the blocks call both
    rustup() { guide_rustup "$@"; }
    # shellcheck disable=SC2317
    cargo() { guide_cargo "$@"; }
    cd "$folder" || return
    while read -r number kind path; do
        block=$CACHE/guide/blocks/$number
        case $kind in
        file)
            mkdir -p "$(dirname "$path")"
            cp "$block" "$path"
            ;;
        run)
            sed 's/^/$ /' "$block"
            # In this shell: a `cd` is for the blocks after it too.
            # shellcheck source=/dev/null
            . "$block" </dev/null >"$folder/output"
            cat "$folder/output"
            ;;
        output) diff -u "$block" <(tr -d '\r' <"$folder/output") || wrong=1 ;;
        output-part)
            guide_contains "$block" <(tr -d '\r' <"$folder/output") || { echo "does not write:" && cat "$block" && wrong=1; }
            ;;
        esac
    done <<<"$blocks"
    return "$wrong"
}

# What the guide's reader has, here: the same commands, with Debian's library source where rustup has none, and with what
# was built before.
guide_rustup() {
    if [ "$1 $2" != "target add" ]; then
        command rustup "$@"
    elif ! rustup_has "$3" && ! debian_has_core; then
        command rustup "$@"
    fi
}

guide_cargo() {
    local subcommand=$1
    shift
    case $subcommand in
    new)
        command cargo new --quiet "$@"
        cp "$ROOT/targets/Cargo.lock" "${*: -1}"
        mkdir -p "$CACHE/guide/built"
        ln -s "$CACHE/guide/built" "${*: -1}/target"
        ;;
    install) CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$ROOT/target} command cargo install --quiet --debug --locked --root "$GUIDE_TOOLS" "$@" ;;
    build | run) guide_build "$subcommand" --quiet "$@" ;;
    *) command cargo "$subcommand" "$@" ;;
    esac
}

# The new project's own folder for what is built; that of this repository's programs is as for all tests.
guide_build() (
    case $PWD in */targets) ;; *) unset CARGO_TARGET_DIR ;; esac
    subcommand=$1
    shift
    target=$(sed -n 's/^target = "\(.*\)"/\1/p' .cargo/config.toml 2>/dev/null) || target=
    if ! rustup_has "${target:-$GUIDE_TARGET}"; then
        PATH=$(linker_folder):$PATH
        export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
        set -- -Zbuild-std=core,alloc "$@"
    fi
    command cargo "$subcommand" "$@"
)
