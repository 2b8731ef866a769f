# The Python wheel for another processor: built here, loaded there, under QEMU's user emulation by Debian's own Python.
# Sourced after python.sh and cross.sh.
# shellcheck shell=bash

AARCH64=aarch64-unknown-linux-gnu
ARM64=$CACHE/arm64 # root folder of that Python and its libraries

# `aarch64_ready WHAT` makes sure that there are compiler, emulator and Python, or says what is missing.
aarch64_ready() {
    local what=$1 row
    read -ra row < <(hosts | grep "^$AARCH64 ")
    host_ready "$what" "${row[@]}" || return 1
    if [ -x "$ARM64/usr/bin/python3" ] || fetch_arm64_python; then return; fi
    missing "$what" "there is no Python for arm64" "have apt sources with that architecture (Debian's have)"
    return 1
}

# The packages are unpacked, not installed: apt has a state of its own here, in which nothing is installed, so that it
# takes all that Python needs, the C library included.
fetch_arm64_python() {
    has apt-get && has dpkg-deb || return 1
    local folder=$CACHE/arm64-apt package
    echo "fetching Python for arm64"
    rm -rf "$folder" "$ARM64"
    mkdir -p "$folder"/{lists,archives}/partial "$folder/root"
    : >"$folder/status"
    printf '%s\n' 'APT::Architecture "arm64";' 'APT::Architectures { "arm64"; };' "Dir::State::status \"$folder/status\";" \
        "Dir::State::lists \"$folder/lists\";" "Dir::Cache \"$folder\";" >"$folder/apt.conf"
    APT_CONFIG=$folder/apt.conf apt-get update -qq </dev/null &&
        APT_CONFIG=$folder/apt.conf apt-get install -y -qq --no-install-recommends --download-only \
            python3 </dev/null >/dev/null || return 1
    for package in "$folder"/archives/*.deb; do dpkg-deb -x "$package" "$folder/root" || return 1; done
    [ -e "$folder/root/lib" ] || ln -s usr/lib "$folder/root/lib"
    mv "$folder/root" "$ARM64"
    rm -rf "$folder"
}

# Runs that Python. It cannot start other programs.
arm64_python() { timeout "${QEMU_TIMEOUT:-300}" qemu-aarch64 -L "$ARM64" "$ARM64/usr/bin/python3" "$@"; }

# `aarch64_wheel VERSION` builds the wheel into .cache/wheels, unless the sources are those of the one that is there.
# Unoptimized: it is to be loaded, and has its assertions then. Sets WHEEL to its path.
aarch64_wheel() {
    local version=$1 folder=$CACHE/wheels/$AARCH64 built_from std=()
    built_from="$(wheel_sources) $version"
    if [ "$(cat "$folder/built-from" 2>/dev/null)" != "$built_from" ]; then
        tools
        echo "building the wheel for Python $version on aarch64"
        rm -rf "$folder"
        (
            if ! rustup_has "$AARCH64"; then
                export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
                std=("-Zbuild-std=std,panic_unwind")
            fi
            CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
                "$CACHE/venv-tools/bin/maturin" build --quiet "${LOCKED[@]}" "${std[@]}" --compatibility linux \
                --manifest-path femto-py/Cargo.toml --target "$AARCH64" --interpreter "python$version" --out "$folder"
        )
        printf '%s\n' "$built_from" >"$folder/built-from"
    fi
    WHEEL=$(echo "$folder"/*.whl)
}

# pip installs it for that platform; then it is put through what is specific to a processor.
aarch64_wheel_runs() {
    local version folder=$CACHE/aarch64 part status
    version=$(arm64_python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    aarch64_wheel "$version"
    tools
    rm -rf "$folder"
    mkdir -p "$folder"
    "$CACHE/venv-tools/bin/python" -m pip install --target "$folder/packages" --platform linux_aarch64 \
        --python-version "$version" --only-binary :all: --no-deps "$WHEEL"
    cd "$folder" || return
    for part in threads fork recover check; do
        status=0
        PYTHONPATH=$folder/packages arm64_python "$ROOT/femto-py/tests/foreign.py" "$part" || status=$?
        case $part:$status in
        recover:137 | [!r]*:0) ;;
        *) echo "$part ended with status $status" && return 1 ;;
        esac
    done
}
