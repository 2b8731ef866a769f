# Shared by the scripts beside it: where things are, steps and their summary, set-up that is done once.
# Source it; it changes to the root of the repository. Nothing here prompts.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=$ROOT/.cache
cd "$ROOT"
mkdir -p "$CACHE"

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_QUIET=1 PIP_ROOT_USER_ACTION=ignore
in_ci() { [ "${CI:-}" = true ]; }
has() { command -v "$1" >/dev/null; }

# In CI the lock files must be complete as they are, and nothing is built twice: what that would be quicker by is not
# worth its gigabytes.
LOCKED=()
# shellcheck disable=SC2034 # the other scripts use it
if in_ci; then
    LOCKED=(--locked)
    export CARGO_INCREMENTAL=0
fi

# --- steps ---------------------------------------------------------------------------------------------------------

PASSED=()
FAILED=()
SKIPPED=()

# `step NAME COMMAND...` runs a command or function with `set -e` in force, and remembers how it ended.
step() {
    local name=$1 before=$SECONDS status=0
    shift
    printf '\n=== [%5d s] %s\n' "$SECONDS" "$name"
    # Not in a condition: that would switch `set -e` off inside.
    set +e
    (
        set -e
        "$@"
    ) </dev/null
    status=$?
    set -e
    if [ "$status" = 0 ]; then
        PASSED+=("$name")
        printf -- '--- passed in %d s: %s\n' $((SECONDS - before)) "$name"
    else
        FAILED+=("$name")
        printf -- '--- FAILED with status %d after %d s: %s\n' "$status" $((SECONDS - before)) "$name"
    fi
}

# `missing WHAT REASON REMEDY` is said instead of a step that cannot run: a failure in CI, a skip elsewhere.
missing() {
    local line="$1 because $2; $3"
    if in_ci; then
        printf '\n--- FAILED: %s\n' "$line"
        FAILED+=("$line")
    else
        printf '\nSKIPPED: %s\n' "$line"
        SKIPPED+=("$line")
    fi
}

# Ends a script of steps.
summary() {
    printf '\n=== [%5d s] summary\n' "$SECONDS"
    local line
    for line in "${PASSED[@]}"; do printf 'passed:  %s\n' "$line"; done
    for line in "${SKIPPED[@]}"; do printf 'SKIPPED: %s\n' "$line"; done
    for line in "${FAILED[@]}"; do printf 'FAILED:  %s\n' "$line"; done
    printf '%d passed, %d failed\n' "${#PASSED[@]}" "${#FAILED[@]}" | tee "$CACHE/closing-line"
    [ "${#FAILED[@]}" = 0 ]
}

# --- set-up --------------------------------------------------------------------------------------------------------

# `apt_install PACKAGE...` where that is possible without asking anybody.
apt_install() {
    has apt-get && [ "$(id -u)" = 0 ] || return 1
    echo "installing $*"
    apt-get update -qq </dev/null &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}

# A hash over files and folders, to see whether something built from them is still good.
hash_of() {
    find "$@" -type f -not -path '*/__pycache__/*' -not -name '*.so' -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}
