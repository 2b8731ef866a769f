#!/usr/bin/env bash
# `demo.sh [PART...]` runs the real programs that log: rust, python, firmware. Sets up what they need.
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/python.sh
. scripts/python.sh
# shellcheck source=scripts/cross.sh
. scripts/cross.sh

demo_rust() { step "demo: Rust" cargo run "${LOCKED[@]}" --release --quiet -p femto-tests --example demo; }

demo_python() {
    have_python "demo: Python" || return 0
    step "demo: Python" python_program
}

python_program() {
    local version python
    read -r version python <<<"$NEWEST"
    venv_with_wheel demo "$version" "$python" -r femto-py/demo/requirements.txt
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
    cross "$1" build -p sensor
    run_program "$1" sensor
}

for part in "${@:-rust python firmware}"; do
    for name in $part; do "demo_$name"; done
done
summary
