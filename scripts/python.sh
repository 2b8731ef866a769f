# Python: which interpreters there are, their virtual environments, the wheels. Sourced after lib.sh.
# shellcheck shell=bash

# Prints `3.X PATH` for each CPython from 3.10 on, oldest first, one per minor version.
# An interpreter that can make a virtual environment is preferred to one that cannot.
interpreters() {
    local candidates=() python minor found
    for minor in '' .{10..29}; do
        if has "python3$minor"; then candidates+=("$(command -v "python3$minor")"); fi
    done
    if has pyenv; then candidates+=("$(pyenv root)"/versions/*/bin/python); fi
    candidates+=(/usr/bin/python3.*)
    for python in "${candidates[@]}"; do
        [ -x "$python" ] || continue
        found=$("$python" -c "$DESCRIBE" 2>/dev/null </dev/null) || continue
        printf '%s\n' "$found"
    done | sort -t' ' -k1,1n -k2,2n -s | awk '$1 != last { last = $1; print "3." $1, $3 }'
}

# Minor version, 0 if it can make an environment (1 if not), path; fails for what is not to be used.
DESCRIBE='
import platform, sys, sysconfig
usable = platform.python_implementation() == "CPython" and sys.version_info >= (3, 10)
if not usable or sysconfig.get_config_var("Py_GIL_DISABLED"):
    sys.exit(1)
try:
    import ensurepip, venv
    bare = 0
except ImportError:
    bare = 1
print(sys.version_info[1], bare, sys.executable)
'

INTERPRETERS=$(interpreters)
NEWEST=$(tail -n 1 <<<"$INTERPRETERS") # `3.X PATH`, empty where there is none

# `venv NAME PYTHON REQUIREMENT...` makes or completes `.cache/venv-NAME`. A change of the arguments, or of a
# requirements file among them, makes it anew.
venv() {
    local folder=$CACHE/venv-$1 python=$2 wanted file version
    shift 2
    wanted="$python $*"
    for file in "$@"; do
        if [ -f "$file" ]; then wanted+=" $(sha256sum <"$file")"; fi
    done
    if [ -x "$folder/bin/python" ] && [ "$(cat "$folder/made-for" 2>/dev/null)" = "$wanted" ]; then return; fi
    echo "making ${folder#"$ROOT/"}"
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        apt_install "python$version-venv" || {
            echo "$python cannot make a virtual environment: install python$version-venv"
            return 1
        }
    fi
    rm -rf "$folder"
    "$python" -m venv "$folder"
    if [ $# -gt 0 ]; then "$folder/bin/python" -m pip install "$@"; fi
    printf '%s\n' "$wanted" >"$folder/made-for"
}

# The tools that need no particular interpreter: build, lints.
tools() { venv tools "${NEWEST#* }" 'maturin>=1.9,<2' 'ruff>=0.14' 'mypy>=1.18'; }

# A hash of what a wheel is built from.
wheel_sources() {
    hash_of Cargo.toml Cargo.lock femto-core femto-std \
        femto-py/{Cargo.toml,build.rs,pyproject.toml,README.md,bridge,src,python}
}

# `wheel VERSION PYTHON` builds the wheel into .cache/wheels, unless the sources are those of the one that is there.
# Sets WHEEL to its path.
wheel() {
    local version=$1 python=$2 folder=$CACHE/wheels/$1 hash
    hash=$(wheel_sources)
    if [ "$(cat "$folder/built-from" 2>/dev/null)" != "$hash $python" ]; then
        tools
        echo "building the wheel for Python $version"
        rm -rf "$folder"
        "$CACHE/venv-tools/bin/maturin" build --release --quiet "${LOCKED[@]}" --compatibility linux \
            --manifest-path femto-py/Cargo.toml --interpreter "$python" --out "$folder"
        printf '%s\n' "$hash $python" >"$folder/built-from"
    fi
    WHEEL=$(echo "$folder"/*.whl)
}

# `venv_with_wheel NAME VERSION PYTHON REQUIREMENT...`: an environment with the requirements and the current wheel.
venv_with_wheel() {
    local name=$1 version=$2 python=$3 folder=$CACHE/venv-$1 hash
    shift 3
    venv "$name" "$python" "$@"
    wheel "$version" "$python"
    hash=$(sha256sum <"$WHEEL")
    if [ "$(cat "$folder/wheel" 2>/dev/null)" != "$hash" ]; then
        "$folder/bin/python" -m pip install --force-reinstall --no-deps "$WHEEL"
        printf '%s\n' "$hash" >"$folder/wheel"
    fi
}

# `have_python WHAT || return`: says what is missing where there is no interpreter and none can be installed.
have_python() {
    if [ -z "$NEWEST" ] && apt_install python3 python3-venv; then
        INTERPRETERS=$(interpreters)
        NEWEST=$(tail -n 1 <<<"$INTERPRETERS")
    fi
    [ -z "$NEWEST" ] || return 0
    missing "$1" "there is no Python 3.10 or newer" "install python3 and python3-venv"
    return 1
}
