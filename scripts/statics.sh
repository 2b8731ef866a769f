# Where statics lie in an ELF. Sourced after cross.sh.
# shellcheck shell=bash

# `statics TARGET`, once the firmware is built: a ring with the default parameters takes RAM and no flash, and a crash log
# lies where start-up code leaves it alone.
statics() {
    local target=$1 wrong=0
    lies_in "$target" nested NEWEST .bss || wrong=1
    lies_in "$target" timed_async RING .bss || wrong=1
    lies_in "$target" crash RAM .uninit || wrong=1
    # What a policy is kept in is not zero, so this one has to be copied from flash: the look tells the two apart.
    lies_in "$target" nested OLDEST .data || wrong=1
    return "$wrong"
}

# `lies_in TARGET PROGRAM STATIC SECTION`: all of that static is in that section, and is as large as a ring is.
lies_in() {
    local elf found section size
    elf=$(elf "$1" "$2")
    # Names are mangled: the last part has its length before it, and perhaps a number behind.
    found=$(readelf -sW "$elf" | awk -v part="${#3}$3" \
        '$4 == "OBJECT" && $8 ~ part "(17h[0-9a-f]+E)?(\\.[0-9.]+)?$" && $3 >= 256 { print $7, $3 }')
    read -r section size <<<"$found"
    section=$(readelf -SW "$elf" | sed -n "s/^ *\[ *${section:-none}\] *\([^ ]*\) .*/\1/p")
    echo "$2: $3 of ${size:-no} bytes is in ${section:-no section}"
    [ "$(wc -l <<<"$found")" = 1 ] && [ "$section" = "$4" ]
}
