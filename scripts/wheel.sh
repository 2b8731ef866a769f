#!/usr/bin/env bash
# Builds the Python wheel for every interpreter that is present, into .cache/wheels/3.X.
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/python.sh
. scripts/python.sh

have_python "wheel" || { summary; exit 1; }
while read -r version python; do
    step "wheel: Python $version" wheel "$version" "$python"
done <<<"$INTERPRETERS"
summary
