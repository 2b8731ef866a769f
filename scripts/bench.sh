#!/usr/bin/env bash
# `bench.sh [PART...]` measures: rust, python, firmware; rust_smoke only tries the Rust harness.
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
        cargo build "${LOCKED[@]}" --release --features peers "${RUST_BENCH[@]}"
    # shellcheck disable=SC2086 # several options
    step "bench: Rust" target/benches/release/femto-bench run --alone target/benches/femto-bench-alone \
        --dir "$CACHE/bench-rust" --out docs/benchmarks ${BENCH_RUST:-}
}

# The memory of a program that holds a dozen other loggers says little about ours.
rust_alone() {
    cargo build "${LOCKED[@]}" --release "${RUST_BENCH[@]}"
    cp target/benches/release/femto-bench target/benches/femto-bench-alone
}

# Part of the tests: shows in seconds that the harness works, without any peer. Its figures mean nothing.
bench_rust_smoke() {
    step "bench: Rust, tests of the harness" cargo test "${LOCKED[@]}" "${RUST_BENCH[@]}"
    step "bench: Rust, smoke build" cargo build "${LOCKED[@]}" "${RUST_BENCH[@]}"
    step "bench: Rust, smoke run" target/benches/debug/femto-bench run --quick \
        --only femtologging --dir "$CACHE/bench-rust" --out "$CACHE/bench-rust-report"
}

bench_python() {
    have_python "bench: Python" || return 0
    step "bench: Python" python_programs
}

python_programs() {
    local version python program
    read -r version python <<<"$NEWEST"
    venv_with_wheel bench "$version" "$python" -r femto-py/benches/requirements.txt
    for program in femto-py/benches/bench_*.py; do "$CACHE/venv-bench/bin/python" "$program"; done
}

bench_firmware() {
    local target qemu
    : >"$CACHE/firmware.rows"
    while read -r target qemu; do
        cross_ready "bench: firmware on $target" "$target" "$qemu" || continue
        step "bench: firmware on $target" measure "$target"
    done < <(boards)
    step "bench: firmware budgets" firmware_table
}

# Appends `TARGET NAME INSTRUCTIONS STACK` for each row that the measuring programs print.
measure() {
    local target=$1 program
    cross "$target" build -p firmware
    for program in $(programs firmware | grep '^measure'); do
        [ ! -e "targets/firmware/expected/$program.txt" ] || continue # checks the meter, in the tests
        run_program "$target" "$program" | sed "s/^/$target /" | tee -a "$CACHE/firmware.rows"
    done
}

# One table of all targets, as Markdown; fails where a budget is exceeded, or names a row that nobody measured.
firmware_table() {
    awk '
        /^#/ || !NF { next }
        FNR == NR { limit[$1 " " $2] = $3; stack[$1 " " $2] = $4; next }
        FNR == 1 {
            print "| target | statement | instructions | budget | stack B | budget |"
            print "|---|---|---|---|---|---|"
        }
        {
            row = $1 " " $2
            measured[row] = 1
            over = row in limit && ($3 > limit[row] || $4 > stack[row])
            print "| " $1 " | " $2 " | " $3 " | " limit[row] " | " $4 " | " stack[row] " |" (over ? " over budget" : "")
            failed += over
        }
        END {
            for (row in limit) if (!(row in measured)) { print "not measured: " row; failed++ }
            exit (failed > 0)
        }
    ' targets/budgets.txt "$CACHE/firmware.rows"
}

for part in "${@:-rust python firmware}"; do
    for name in $part; do "bench_$name"; done
done
summary
