# What a compile-time ceiling leaves in the ELF. Sourced after cross.sh.
# shellcheck shell=bash

# `ceilings TARGET` builds two programs, with and without calls below INFO, three times: without a ceiling, where the
# calls must be seen, and with either kind of ceiling, where the two must have the same bytes in flash.
ceilings() {
    local target=$1 ceiling folder program wrong=0
    for ceiling in no_ceiling max_level_info release_max_level_info; do
        folder=$CACHE/ceilings/$target/$ceiling
        mkdir -p "$folder"
        if [ "$ceiling" = no_ceiling ]; then
            cross "$target" build -p ceiling-programs
        else
            cross "$target" build -p ceiling-programs --features "$ceiling"
        fi
        for program in with_calls without_calls; do
            cp "$(elf "$target" "$program")" "$folder/$program"
            LD_LIBRARY_PATH=$(rustc --print sysroot)/lib \
                "$(linker_folder)/rust-objcopy" -O binary "$folder/$program" "$folder/$program.bin"
        done
        compare_ceiling "$ceiling" "$folder" || wrong=1
    done
    return "$wrong"
}

compare_ceiling() {
    local ceiling=$1 with=$2/with_calls without=$2/without_calls texts statics evaluated
    texts=$(grep -aEo 'trace of a (call|key|value|target|name)' "$with.bin" | wc -l)
    statics=$(($(statics_of_statements "$with") - $(statics_of_statements "$without")))
    evaluated=$(symbols FUNC "$with" | grep -c 'evaluated' || true)
    echo "$ceiling: $(sections "$with") with the calls, $(sections "$without") without;" \
        "of the calls: $texts texts, $statics statics, $evaluated functions of arguments"
    if [ "$ceiling" = no_ceiling ]; then
        # All must be there, or the comparison says nothing.
        [ "$texts" -ge 10 ] && [ "$statics" -ge 8 ] && [ "$evaluated" = 1 ]
    else
        [ "$texts" = 0 ] && [ "$statics" = 0 ] && [ "$evaluated" = 0 ] &&
            [ "$(sections "$with")" = "$(sections "$without")" ] && cmp "$with.bin" "$without.bin"
    fi
}

statics_of_statements() { symbols OBJECT "$1" | grep -cE '__SITE|__NAMED' || true; }

# `symbols OBJECT|FUNC ELF`: the names of its statics or functions.
symbols() { readelf -sW "$2" | awk -v kind="$1" '$4 == kind { print $8 }'; }

# What an ELF takes of the chip.
sections() {
    local kind size flash=0 ram=0
    while read -r kind size; do
        if [ "$kind" = NOBITS ]; then ram=$((ram + 16#$size)); else flash=$((flash + 16#$size)); fi
    done < <(readelf -SW "$1" | sed 's/^ *\[ *[0-9]*\] *//' | awk '$7 ~ /A/ { print $2, $5 }')
    echo "$flash B of flash and $ram B of RAM"
}
