#!/usr/bin/env bash
# `bench.sh [PART...]` measures: rust, python, firmware; rust_smoke and python_smoke only try the harness.
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/python.sh
. scripts/python.sh
# shellcheck source=scripts/cross.sh
. scripts/cross.sh

# A workspace of its own, so that nobody else compiles the peers.
RUST_BENCH=(--manifest-path femto-std/benches/Cargo.toml --target-dir target/benches)

# Half an hour, most of it spent on the slow peers. `BENCH_RUST="--only femto,ticklog --rounds 3"` narrows it.
bench_rust() {
    step "bench: Rust, build without peers" rust_alone
    step "bench: Rust, build with peers" \
        cargo build "${LOCKED[@]}" --release --features peers "${RUST_BENCH[@]}" \
        --bin femto-bench --bin femto-bench-allocations
    # shellcheck disable=SC2086 # several options
    step "bench: Rust" target/benches/release/femto-bench run --alone target/benches/alone \
        --dir "$CACHE/bench-rust" --out docs/benchmarks ${BENCH_RUST:-}
}

# The memory of a program that holds a dozen other loggers says little about ours.
rust_alone() {
    cargo build "${LOCKED[@]}" --release "${RUST_BENCH[@]}" --bin femto-bench --bin femto-bench-lean
    mkdir -p target/benches/alone
    cp target/benches/release/femto-bench target/benches/release/femto-bench-lean target/benches/alone
}

# Part of the tests: shows in seconds that the harness works, without any peer. Its figures mean nothing.
bench_rust_smoke() {
    step "bench: Rust, tests of the harness" cargo test "${LOCKED[@]}" "${RUST_BENCH[@]}"
    step "bench: Rust, smoke build" cargo build "${LOCKED[@]}" "${RUST_BENCH[@]}"
    step "bench: Rust, smoke run" target/benches/debug/femto-bench run --quick \
        --only femtologging --alone target/benches/debug \
        --dir "$CACHE/bench-rust" --out "$CACHE/bench-rust-report"
}

bench_python() {
    have_python "bench: Python" || return 0
    step "bench: Python" python_programs
}

# An hour, most of it spent on the slow peers. `BENCH_PYTHON="--only femto,stdlib --rounds 3"` narrows it.
python_programs() {
    local version python
    # The one for which all peers install, where it is there.
    read -r version python <<<"$(grep '^3.12 ' <<<"$INTERPRETERS" || echo "$NEWEST")"
    venv_with_wheel bench "$version" "$python" -r femto-py/benches/requirements.txt
    # shellcheck disable=SC2086 # several options
    "$CACHE/venv-bench/bin/python" femto-py/benches/bench.py --out docs/benchmarks ${BENCH_PYTHON:-}
}

# Part of the tests: shows that the harness works, without any peer. Its figures mean nothing.
bench_python_smoke() {
    have_python "bench: Python, smoke run" || return 0
    step "bench: Python, smoke run" python_smoke
}

python_smoke() {
    venv_with_wheel bench-smoke "${NEWEST%% *}" "${NEWEST#* }"
    "$CACHE/venv-bench-smoke/bin/python" femto-py/benches/bench.py --quick --only femtologging \
        --out "$CACHE/bench-python-report"
}

# Measured rows, a file for each target.
ROWS=$CACHE/firmware-bench
# The front ends of targets/bench; `BENCH_FRONT_ENDS` narrows them.
ALL="femto femto-host femto-retained femto-log defmt-ring log-fmt ufmt-text defmt-typed defmt-plain"
read -ra FRONT_ENDS <<<"${BENCH_FRONT_ENDS:-$ALL}"

# Some minutes. `BENCH_FIRMWARE="thumbv6m-none-eabi"` measures some targets only; the others keep the figures of the
# last run.
bench_firmware() {
    local target qemu
    mkdir -p "$ROWS"
    while read -r target qemu; do
        case " ${BENCH_FIRMWARE:-$target} " in *" $target "*) ;; *) continue ;; esac
        cross_ready "bench: firmware on $target" "$target" "$qemu" || continue
        : >"$ROWS/$target"
        step "bench: firmware on $target" measure "$target" "${FRONT_ENDS[@]}"
    done < <(boards)
    step "bench: firmware budgets" firmware_report
}

# Part of the tests: whether the meter is right on every target, and what has a budget on one.
bench_firmware_smoke() {
    local target qemu
    while read -r target qemu; do
        cross_ready "bench: the meter on $target" "$target" "$qemu" || continue
        step "bench: the meter on $target" meter_counts "$target"
    done < <(boards)
    FRONT_ENDS=(femto defmt-ring)
    ROWS=$CACHE/firmware-smoke
    BENCH_FIRMWARE=${BENCH_FIRMWARE:-thumbv7m-none-eabi}
    bench_firmware
}

meter_counts() {
    cross "$1" build --quiet -p firmware-bench --bin measure_self --features meter
    run_program "$1" measure_self | diff -u targets/bench/expected/measure_self.txt -
}

# Appends `TARGET FRONT-END WHAT FIGURE` for each figure.
measure() {
    local target=$1 front flash with ten twenty rest base_flash base_ram
    shift
    read -r base_flash base_ram <<<"$(sizes "$target" '')"
    for front in "$@"; do
        figures "$target" "$front" meter
        figures "$target" "$front" masked
        read -r ten with <<<"$(sizes "$target" "$front,ten")"
        read -r twenty rest <<<"$(sizes "$target" "$front,twenty")"
        note "$target" "$front" site $(((twenty - ten + 5) / 10))
        note "$target" "$front" flash $((2 * ten - twenty - base_flash))
        note "$target" "$front" ram $((with - base_ram))
        if [ "$front" = femto ]; then
            read -r flash rest <<<"$(sizes "$target" "$front")"
            read -r with rest <<<"$(sizes "$target" "$front,above")"
            note "$target" "$front" above-flash $((with - flash))
        fi
    done
    nested "$target"
}

note() { echo "$*" | tee -a "$ROWS/$1"; }

# `figures TARGET FRONT-END METER`: what the measuring program prints.
figures() {
    cross "$1" build --quiet -p firmware-bench --bin measure --features "$2,$3"
    run_program "$1" measure | sed "s/^/$1 $2 /" | tee -a "$ROWS/$1"
}

# `sizes TARGET FEATURES` prints the bytes of flash and of RAM that the smallest program with the statements takes.
sizes() {
    cross "$1" build --quiet -p firmware-bench --bin size --features "$2"
    size -A -d "$(elf "$1" size)" | awk '
        $1 ~ /^\.(vector_table|init|trap|text|rodata|data)/ { flash += $2 }
        $1 ~ /^\.(data|bss|uninit)/ { ram += $2 }
        END { print flash, ram }
    '
}

# The accounting of a million records under nested interrupts.
nested() {
    cross "$1" build --quiet -p firmware --bin nested
    run_program "$1" nested 2>&1 >/dev/null | grep -o 'made .* damaged [0-9]*' | head -n 1 | xargs -n 2 |
        sed "s/^/$1 nested /" | tee -a "$ROWS/$1"
}

# Fails where a budget is exceeded, or names a figure that nobody measured. The page is written when there are
# figures of every target and front end.
firmware_report() {
    local target status=0
    for target in "$ROWS"/*; do grep "^${target##*/} " targets/boards.txt; done >"$CACHE/boards.txt"
    awk -v asked="${FRONT_ENDS[*]} nested" -f targets/report.awk \
        targets/budgets.txt "$CACHE/boards.txt" "$ROWS"/* >"$CACHE/tables.md" || status=$?
    cat "$CACHE/tables.md"
    if [ "${FRONT_ENDS[*]}" = "$ALL" ] && [ "$(boards | wc -l)" = "$(wc -l <"$CACHE/boards.txt")" ]; then
        firmware_head | cat - "$CACHE/tables.md" >docs/benchmarks/firmware.md
    fi
    return "$status"
}

firmware_head() {
    cat <<END
# Firmware benchmarks

Generated by \`make bench-firmware\`; do not edit. Source and method: \`targets/bench\`; budgets: \`targets/budgets.txt\`.

Every front end makes the same ten statements: three with one \`u32\`, three with a text of eight bytes, four with
two integers. All put the time into the record, from the same register, and keep it in static RAM until the main
loop takes it out. The counts are of *instructions, not of cycles*, averaged over 5,000 runs; arguments are hidden
from the optimiser, which costs each statement two or three instructions more. *Masked* is the longest stretch with
interrupts off in such a call, by the counter read before and after. *Flash* is what the front end takes besides its
statements, its drain and formatting included; *per site* is what each further statement adds, its strings included.
*RAM* has a ring of 1 KiB in it. \`femto-host\` and \`defmt\` are formatted by the host, the latter with hints
(\`{=u32}\`) and without; \`femto\`, \`log\` and \`ufmt\` make text on the target, \`femto\` in its drain.
\`femto-retained\` keeps its records over a reset, each with a checksum, in place of the oldest; \`femto-log\` is the
\`log\` crate's macros, and \`defmt-ring\` defmt's with hints, with our ring behind them.

- Machines: QEMU $(qemu-system-arm --version | sed -n 's/.*version \([0-9.]*\).*/\1/p'), \`-icount shift=0\` on the machines in the last columns of \`targets/boards.txt\`.
- Compiler: $( (rustup_has thumbv7m-none-eabi || export RUSTC=/usr/bin/rustc; "${RUSTC:-rustc}" --version) ), optimising for size (\`s\`), fat link-time optimisation, one codegen unit.
- Peers: $(awk '/^name = "(log|ufmt|defmt|defmt-rtt|heapless)"$/ { name = $3 } /^version/ && name { print name, $3; name = "" }' targets/Cargo.lock | tr -d '"' | sort -u | paste -sd, | sed 's/,/, /g').

END
}

for part in "${@:-rust python firmware}"; do
    for name in $part; do "bench_$name"; done
done
summary
