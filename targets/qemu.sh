#!/bin/sh
# Cargo's runner for firmware: `qemu.sh ELF` starts the machine that boards.txt names for the ELF's target.
# The UART is on stdout; the exit status is the program's, handed over by semihosting.
set -eu

elf=$1
table=$(dirname "$0")/boards.txt

row=
# shellcheck disable=SC2034 # the names are the table's columns
while read -r target board flash ram qemu cpu machine timed_cpu timed_machine; do
    case $target in '' | '#'*) continue ;; esac
    case $elf in */"$target"/*)
        row=$target
        break
        ;;
    esac
done <"$table"
if [ -z "$row" ]; then
    echo "qemu.sh: no target of $table is in the path $elf" >&2
    exit 2
fi

counting=
case $(basename "$elf") in measure* | timed_* | nested)
    cpu=$timed_cpu
    machine=$timed_machine
    counting='-icount shift=0' # one instruction takes one virtual nanosecond
    ;;
esac

firmware=
case $qemu in qemu-system-riscv*) firmware='-bios none' ;; esac # no boot loader before the program

if ! command -v "$qemu" >/dev/null; then
    echo "qemu.sh: $qemu is missing" >&2
    exit 127
fi

# With RAM_DUMP=FILE the machine runs until the program says `halted`; then its RAM is saved.
if [ -n "${RAM_DUMP:-}" ]; then
    kib=${ram#*,}
    : >"$RAM_DUMP.uart"
    # shellcheck disable=SC2086
    {
        tries=600
        until grep -qa halted "$RAM_DUMP.uart" || [ $((tries -= 1)) = 0 ]; do sleep 0.1; done
        echo "memsave ${ram%,*} $((${kib%K} * 1024)) \"$RAM_DUMP\""
        echo quit
    } | timeout "${QEMU_TIMEOUT:-300}" "$qemu" -cpu "$cpu" -machine "$machine" $firmware \
        -display none -monitor stdio -serial "file:$RAM_DUMP.uart" \
        -semihosting-config enable=on,target=native -kernel "$elf" >/dev/null
    exec cat "$RAM_DUMP.uart"
fi

# What is typed: by a person at a terminal, else from the program's file.
input=/dev/null
for file in "$(dirname "$0")"/*/expected/"$(basename "$elf")".in; do
    [ ! -e "$file" ] || input=$file
done
limit="timeout ${QEMU_TIMEOUT:-300}"
if [ -t 0 ]; then
    limit="" input=/dev/stdin
fi

# shellcheck disable=SC2086 # several words or none
exec $limit "$qemu" -cpu "$cpu" -machine "$machine" $firmware $counting \
    -display none -monitor none -serial stdio \
    -semihosting-config enable=on,target=native -kernel "$elf" <"$input"
