#!/usr/bin/env bash
# `demo.sh [PART...]` runs the real programs that log: rust, python, firmware. Sets up what they need.
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/python.sh
. scripts/python.sh
# shellcheck source=scripts/cross.sh
. scripts/cross.sh

# What is shown is what the programs wrote; builds are silent, so they are named.

demo_rust() { step "demo: Rust" rust_program; }

rust_program() {
    echo "tiny_http serves, ureq asks; both know nothing of femtologging. Warnings go to standard error, all to a file."
    echo "building, which takes some minutes the first time"
    cargo build "${LOCKED[@]}" --release --quiet -p femto-tests --example demo
    echo
    cargo run "${LOCKED[@]}" --release --quiet -p femto-tests --example demo
}

demo_python() {
    have_python "demo: Python" || return 0
    step "demo: Python" python_program
}

python_program() {
    local version python
    echo "FastAPI and uvicorn serve, httpx asks; all log to stdlib's loggers. Warnings go to standard error, all to a file."
    read -r version python <<<"$NEWEST"
    venv_with_wheel demo "$version" "$python" -r femto-py/demo/requirements.txt
    echo
    "$CACHE/venv-demo/bin/python" femto-py/demo/demo.py
}

demo_firmware() {
    local target qemu
    while read -r target qemu; do
        cross_ready "demo: firmware on $target" "$target" "$qemu" || continue
        step "demo: firmware on $target" firmware_program "$target"
    done < <(boards)
}

firmware_program() {
    echo "a sensor's shell on a UART: levels are changed; it panics, and the next boot shows what came before"
    echo "building, which takes some minutes the first time"
    cross "$1" build --quiet -p sensor
    echo
    run_program "$1" sensor
}

for part in "${@:-rust python firmware}"; do
    for name in $part; do "demo_$name"; done
done
summary
