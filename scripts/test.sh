#!/usr/bin/env bash
# `test.sh [GROUP...]` runs the tests, all groups or those named: lint rust loom bench doc python
# firmware guide.
# A missing tool is a failure with CI=true, a skip that is reported without.
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/python.sh
. scripts/python.sh
# shellcheck source=scripts/cross.sh
. scripts/cross.sh
# shellcheck source=scripts/aarch64.sh
. scripts/aarch64.sh
# shellcheck source=scripts/ceilings.sh
. scripts/ceilings.sh
# shellcheck source=scripts/statics.sh
. scripts/statics.sh
# shellcheck source=scripts/guide.sh
. scripts/guide.sh

# Sets MEMBERS to cargo's arguments for all members; the bindings build only where there is a Python to bind to.
choose_members() {
    [ -z "${MEMBERS:-}" ] || return 0
    MEMBERS=(--workspace)
    if have_python "rust: clippy and documentation of femto-py"; then
        export PYO3_PYTHON=${NEWEST#* }
    else
        MEMBERS+=(--exclude femto-py --exclude femto-python)
    fi
}

# Everything that can be switched on in femto-std, but for the compile-time ceilings.
FEATURES=(--features "$(printf 'femto-std/%s,' cli gzip zstd json serde toml yaml tracing)femto-tests/guide")

test_lint() {
    step "lint: lock files" lock_files_check
    choose_members
    step "lint: rustfmt" rustfmt_check
    step "lint: clippy, ${MEMBERS[*]}" \
        cargo clippy "${LOCKED[@]}" "${MEMBERS[@]}" --all-targets -- -D warnings
    step "lint: clippy, femto-core by feature" clippy_features
    step "lint: clippy, every feature of femto-std" \
        cargo clippy "${LOCKED[@]}" "${FEATURES[@]}" --all-targets -- -D warnings
    have_python "lint: Python" || return 0
    step "lint: clippy, femto-python by feature, an extension module" clippy_bridge
    step "lint: ruff" ruff_check
    step "lint: mypy" mypy_check
}

# Each lock file has all that its workspace needs. First, for elsewhere than in CI cargo would complete it in passing.
lock_files_check() {
    local file outdated=0
    for file in $(find . \( -name target -o -name '.?*' \) -prune -o -name Cargo.lock -print); do
        cargo metadata --locked --format-version 1 --manifest-path "${file%lock}toml" >/dev/null && continue
        echo "${file#./} is not up to date: run cargo update --workspace --manifest-path ${file%lock}toml, and commit it"
        outdated=1
    done
    return "$outdated"
}

rustfmt_check() {
    cargo fmt --check
    cargo fmt --check --all --manifest-path targets/Cargo.toml
    cargo fmt --check --manifest-path femto-std/benches/Cargo.toml
    cargo fmt --check --manifest-path femto-py/tests/extension/Cargo.toml
}

clippy_features() {
    local features
    for features in '' alloc async host-decoding float,int128 log log-kv defmt alloc,log,defmt-global-logger \
        alloc,float,int128,max_level_off release_max_level_info; do
        cargo clippy "${LOCKED[@]}" -p femto-core --no-default-features --features "$features" -- -D warnings
    done
}

clippy_bridge() {
    local features
    for features in log tracing log,tracing; do
        cargo clippy "${LOCKED[@]}" -p femto-python --no-default-features --features "$features" -- -D warnings
    done
    PYO3_BUILD_EXTENSION_MODULE=1 PYO3_NO_PYTHON=1 \
        cargo clippy "${LOCKED[@]}" --manifest-path femto-py/tests/extension/Cargo.toml -- -D warnings
}

ruff_check() {
    tools
    "$CACHE/venv-tools/bin/ruff" check femto-py
    "$CACHE/venv-tools/bin/ruff" format --check femto-py
}

mypy_check() {
    tools
    cd femto-py || return
    "$CACHE/venv-tools/bin/mypy" --strict python
}

test_rust() {
    if cargo nextest --version >/dev/null 2>&1; then
        step "rust: tests" cargo nextest run "${LOCKED[@]}" "${FEATURES[@]}" --no-fail-fast --config-file scripts/nextest.toml
        step "rust: doc tests" timeout 1200 cargo test "${LOCKED[@]}" "${FEATURES[@]}" --doc
    else
        step "rust: tests and doc tests" timeout 2400 cargo test "${LOCKED[@]}" "${FEATURES[@]}" --no-fail-fast
    fi
    step "rust: bridges of femto-core" bridges_test
    step "rust: handlers of femto-core" handlers_test
    step "rust: tracing that tells log" tracing_log_tests
    step "rust: compile-time ceilings" ceiling_tests
}

# In release: a million turns of a task that sleeps and is woken.
handlers_test() {
    cargo test "${LOCKED[@]}" -p femto-core --features alloc,async,log --release \
        --test forward --test async_drain
    cargo test "${LOCKED[@]}" -p femto-core --features alloc,async --doc handler
}

# Apart from the rest, where nobody asks for them; there can be one defmt logger in a program.
bridges_test() {
    cargo test "${LOCKED[@]}" -p femto-core --features alloc,async,float,int128,log-kv,defmt-global-logger \
        --lib --test defmt --test log --test records_of_others --test key_values
    cargo test "${LOCKED[@]}" -p femto-core --features alloc,log,defmt-global-logger --doc bridge
    cargo test "${LOCKED[@]}" -p femto-core --features alloc,defmt --test defmt_handler
}

# Features are for a whole build, so this test has builds of its own: of this repository's crates only. The second
# has femto-core as a release build has it.
ceiling_tests() {
    local test=(-p femto-std --features "max_level_info,release_max_level_warn" --test ceiling)
    FEMTO_CEILING=dev cargo test "${LOCKED[@]}" "${test[@]}"
    FEMTO_CEILING=release cargo test "${LOCKED[@]}" "${test[@]}" \
        --config 'profile.dev.package.femto-core.debug-assertions=false'
}

# What `tracing` itself tells the `log` crate, by features that are for a whole build.
tracing_log_tests() {
    local feature
    for feature in log log-always; do
        FEMTO_TRACING_LOG=$feature cargo test "${LOCKED[@]}" -p femto-std --features "tracing,tracing/$feature" \
            --test tracing_both --test tracing_log_tracer
    done
}

test_loom() {
    step "rust: loom, femto-core" loom_test
    step "rust: loom, femto-core without compare-and-swap" loom_test femto_critical_section
    step "rust: rings and handlers without compare-and-swap" no_swap_test
}

# The way of targets without compare-and-swap, on real threads.
no_swap_test() {
    RUSTFLAGS="--cfg femto_critical_section" CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/no-swap" \
        cargo test "${LOCKED[@]}" -p femto-core --features alloc,async,float \
        --lib --test rings --test handlers --test overflow --test panic_mode --test async_drain --test retained \
        --test drain_frames
}

loom_test() {
    set -- "${1:-}"
    # A folder of its own: the flag changes every dependency.
    RUSTFLAGS="--cfg loom ${1:+--cfg $1}" CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/loom$1" \
        timeout 1200 cargo test "${LOCKED[@]}" -p femto-core --features alloc,async,log --release \
        --lib --test loom loom | tee "$CACHE/loom.log"
    grep -q '^test .* ok$' "$CACHE/loom.log" || { echo "no test has loom in its name" && return 1; }
}

test_bench() {
    step "rust: benchmarks, smoke run" scripts/bench.sh rust_smoke
    step "python: benchmarks, smoke run" scripts/bench.sh python_smoke
}

test_doc() {
    choose_members
    step "rust: documentation" doc_build
}

doc_build() { RUSTDOCFLAGS="-D warnings" cargo doc "${LOCKED[@]}" "${MEMBERS[@]}" --no-deps; }

test_python() {
    have_python "python: tests" || return 0
    has logrotate || apt_install logrotate ||
        missing "python: rotation by logrotate" "logrotate is missing" "install it (Debian: logrotate)"
    local version python
    while read -r version python; do
        # Debian's interpreters have CPython's own tests in a package of their own; the tests say if there are none.
        "$python" -c 'import test.test_logging' 2>/dev/null || apt_install "libpython$version-testsuite" || true
        step "python $version: tests" pytest_run "$version" "$python"
    done <<<"$INTERPRETERS"
    step "python ${NEWEST%% *}: consumers" pytest_consumers "$NEWEST"
    step "python ${NEWEST%% *}: compile-time ceiling" pytest_with_ceiling "$NEWEST"
    # shellcheck disable=SC2086 # version and path
    step "python: stub, Python ${NEWEST%% *}" stubtest $NEWEST
    # shellcheck disable=SC2086
    step "python: source distribution, Python ${NEWEST%% *}" sdist_installs $NEWEST
    step "python: interpreters that the build refuses" refused_builds
    aarch64_ready "python: wheel for aarch64" || return 0
    step "python: wheel for aarch64" aarch64_wheel_runs
}

# The stub says what the built module has.
stubtest() {
    venv_with_wheel stubs "$1" "$2" 'mypy>=1.18'
    "$CACHE/venv-stubs/bin/python" -m mypy.stubtest femtologging._femtologging \
        --allowlist femto-py/stubtest-allowlist.txt
}

# A source distribution, built and installed by pip in an environment with nothing else, away from here.
sdist_installs() {
    local folder=$CACHE/sdist
    tools
    rm -rf "$folder" "$CACHE/venv-sdist"
    "$CACHE/venv-tools/bin/maturin" sdist --manifest-path femto-py/Cargo.toml --out "$folder"
    venv sdist "$2"
    # Not the repository's lock file as it is: the workspace of a source distribution is smaller.
    CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$ROOT/target} "$CACHE/venv-sdist/bin/python" -m pip install "$folder"/*.tar.gz
    cd / && "$CACHE/venv-sdist/bin/python" -m femtologging demo >/dev/null
}

# What the build says to interpreters that it is not for. They need not be there: it reads what they would say.
refused_builds() {
    local config said implementation version flags name
    while IFS=, read -r implementation version flags name; do
        config=$CACHE/refused-$implementation-$version.txt
        printf '%s\n' "implementation=$implementation" "version=$version" "build_flags=$flags" >"$config"
        said=$(PYO3_CONFIG_FILE=$config cargo check "${LOCKED[@]}" -p femto-py 2>&1) && echo "$name: built" && return 1
        grep "femtologging needs CPython 3.10 or newer with .*; this is $name\$" <<<"$said" ||
            { echo "$said" && return 1; }
    done <<'END'
PyPy,3.11,,PyPy 3.11
CPython,3.9,,CPython 3.9
CPython,3.14,Py_GIL_DISABLED,CPython 3.14, the free-threaded build
END
}

# The packages that log by stdlib's logging, the newest of each; with the newest interpreter only, for they are many.
pytest_consumers() {
    venv_with_wheel consumers "${1%% *}" "${1#* }" -r femto-py/tests/consumers/requirements.txt
    cd femto-py || return
    "$CACHE/venv-consumers/bin/python" -m pytest -v --timeout 300 tests/consumers
}

# A build with a ceiling, of the newest interpreter's extension. Unoptimized: most of it is there from the Rust tests.
pytest_with_ceiling() {
    local python=${1#* } folder=$CACHE/wheels/ceiling
    venv ceiling "$python" pytest pytest-timeout
    tools
    rm -rf "$folder"
    "$CACHE/venv-tools/bin/maturin" build --quiet "${LOCKED[@]}" --compatibility linux \
        --manifest-path femto-py/Cargo.toml --features max_level_info --interpreter "$python" --out "$folder"
    "$CACHE/venv-ceiling/bin/python" -m pip install --force-reinstall --no-deps "$folder"/*.whl
    cd femto-py || return
    FEMTO_CEILING=20 "$CACHE/venv-ceiling/bin/python" -m pytest -q --timeout 300 tests/test_ceiling.py
}

pytest_run() {
    local version=$1 python=$2 packages=(pytest pytest-timeout)
    if [ -f femto-py/tests/requirements.txt ]; then packages+=(-r femto-py/tests/requirements.txt); fi
    venv_with_wheel "$version" "$version" "$python" "${packages[@]}"
    cd femto-py || return
    "$CACHE/venv-$version/bin/python" -m pytest -q --timeout 300 tests
}

test_firmware() {
    local target qemu prefix packages
    while read -r target qemu; do
        cross_ready "firmware: $target" "$target" "$qemu" || continue
        step "firmware: $target, programs" compare_outputs "$target" firmware
        step "firmware: $target, where statics lie" statics "$target"
        step "firmware: $target, the guide's example" compare_outputs "$target" sensor
        step "firmware: $target, compile-time ceilings" ceilings "$target"
        defmt_print_ready "firmware: $target, bridges" || continue
        # Apart from the firmware: in one build they would share their features.
        step "firmware: $target, bridges" compare_outputs "$target" bridges
    done < <(boards)
    step "firmware: budgets" scripts/bench.sh firmware_smoke
    while read -r target qemu prefix packages; do
        # shellcheck disable=SC2086 # several packages
        host_ready "firmware: $target" "$target" "$qemu" "$prefix" $packages || continue
        step "firmware: $target, programs" compare_outputs "$target" hosts
    done < <(hosts)
    # What is chosen by target is chosen by architecture and by compare-and-swap.
    for target in thumbv6m-none-eabi riscv32imac-unknown-none-elf; do
        rustup_has "$target" || debian_has_core || continue
        step "firmware: $target, clippy" firmware_clippy "$target"
    done
    step "firmware: hosts, clippy" \
        cargo clippy "${LOCKED[@]}" --profile host --manifest-path targets/Cargo.toml -p hosts -p host-board -p host-entry -- -D warnings
}

firmware_clippy() {
    cross "$1" clippy -p firmware -p ceiling-programs -- -D warnings
    cross "$1" clippy -p bridges -- -D warnings
    cross "$1" clippy -p sensor -- -D warnings
}

# Runs each program of a package and compares its output, byte for byte, with the file of its name (hosts without one say
# what the firmware says); what it sent as defmt frames too, as defmt-print shows them.
compare_outputs() {
    local target=$1 package=$2 program expected out status wrong=0
    cross "$target" build -p "$package"
    out=$CACHE/firmware/$target
    mkdir -p "$out"
    for program in $(programs "$package"); do
        expected=targets/$package/expected/$program.txt
        [ -e "$expected" ] || expected=${expected%.txt}.bin # bytes, not text
        [ -e "$expected" ] || [ "$package" != hosts ] || expected=targets/firmware/expected/$program.txt
        # What tells bytes of a ring.
        case $target in *64*) if [ -e "targets/$package/expected/$program.64.txt" ]; then expected=targets/$package/expected/$program.64.txt; fi ;; esac
        status=0
        case $program in
        dump*) decode_memory "$target" "$program" >"$out/$program.txt" || status=$? ;;
        *) run_program "$target" "$program" "$out" >"$out/$program.txt" || status=$? ;;
        esac
        if [ "$status" != 0 ]; then
            echo "$program: exit status $status"
            wrong=1
        fi
        if [ -e "${expected%.txt}.defmt.txt" ]; then
            print_frames "$target" "$program" <"$out/frames.bin" >"$out/$program.defmt.txt"
            diff -u "${expected%.txt}.defmt.txt" "$out/$program.defmt.txt" || wrong=1
        fi
        if diff -u "$expected" "$out/$program.txt"; then
            echo "$program: output as expected"
        else
            wrong=1
        fi
    done
    return "$wrong"
}

# Runs a program until it halts, and decodes what it sent, and its RAM, with its ELF.
decode_memory() {
    local target=$1 program=$2 memory=$CACHE/firmware/$1/ram.bin input
    RAM_DUMP=$memory run_program "$target" "$program" >/dev/null
    for input in "$memory.uart" "$memory"; do
        cargo run -q "${LOCKED[@]}" -p femto-std --features cli --bin femto -- \
            decode --elf "$(elf "$target" "$program")" --ticks-per-second 1000 "$input"
    done
}

if ! has cargo; then
    missing "everything" "there is no Rust toolchain" "install one from https://rustup.rs"
    summary
    exit 1
fi
for group in "${@:-lint rust loom bench doc python firmware guide}"; do
    for name in $group; do "test_$name"; done
done
summary
