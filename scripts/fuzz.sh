#!/usr/bin/env bash
# `fuzz.sh [SECONDS] [TARGET...]` fuzzes the decoders: `portable`, `wire`, `dump`, each for so long (60). Needs a C++
# compiler, for libFuzzer; no nightly. What it finds is in femto-std/fuzz/artifacts.
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

seconds=${1:-60}
targets=("${@:2}")
[ "${#targets[@]}" != 0 ] || targets=(portable wire dump)
host=$(rustc -vV | sed -n 's/^host: //p')
folder=${CARGO_TARGET_DIR:-$ROOT/femto-std/fuzz/target}

# Coverage, as `cargo fuzz` sets it. No sanitizer: what is fuzzed has no `unsafe`.
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
cargo build "${LOCKED[@]}" --release --manifest-path femto-std/fuzz/Cargo.toml --target "$host" --target-dir "$folder"

cd femto-std/fuzz
for target in "${targets[@]}"; do
    mkdir -p "corpus/$target" "artifacts/$target"
    # Something to begin with: what a microcontroller sent.
    cp ../../targets/firmware/expected/wire.bin "corpus/$target/"
    step "fuzz: $target, $seconds s" "$folder/$host/release/$target" -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=4096 -max_len=8192 -print_final_stats=1 -artifact_prefix="artifacts/$target/" "corpus/$target"
done
summary
