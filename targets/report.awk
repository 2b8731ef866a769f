# The page docs/benchmarks/firmware.md from `budgets.txt` and the measured rows: `TARGET FRONT-END WHAT FIGURE`.
# Fails where a budget is exceeded or was not measured. Usage:
# awk -v asked='FRONT-END...' -f report.awk budgets.txt boards.txt ROWS; the budgets of other front ends are left out.

function cell(target, front, what) { return (target, front, what) in figure ? figure[target, front, what] : "" }

# The figure beside its budget, with a word where it is over.
function verdict(target, number,    row, got) {
    row = front_of[number] " " what_of[number]
    if (!((target, row) in budget)) return ""
    got = cell(target, front_of[number], what_of[number])
    if (got == "") { missing[++misses] = target " " row; return "**not measured**" }
    if (budget[target, row] != "-" && got + 0 > budget[target, row] + 0) {
        over[++overs] = target " " row ": " got ", budget " budget[target, row]
        return "**" got "** of " budget[target, row]
    }
    return got (budget[target, row] == "-" ? "" : " of " budget[target, row])
}

/^#/ || !NF { next }

FILENAME ~ /budgets.txt$/ {
    if (index(" " asked " ", " " $2 " ") == 0) next
    row = $2 " " $3
    if (!(row in number_of)) { number_of[row] = ++budgets; front_of[budgets] = $2; what_of[budgets] = $3 }
    wanted[++wishes] = $1; wanted_row[wishes] = row; wanted_limit[wishes] = $4; wanted_aim[wishes] = $5
    next
}

FILENAME ~ /boards.txt$/ { targets[++count] = $1; next }

{
    figure[$1, $2, $3] = $4
    if (!($2 in seen)) { seen[$2] = 1; fronts[++front_count] = $2 }
    is_measured[$1] = 1
}

END {
    # `*` stands for all targets, a later row for one of them takes its place.
    for (i = 1; i <= wishes; i++)
        for (t = 1; t <= count; t++)
            if (wanted[i] == "*" || wanted[i] == targets[t]) {
                budget[targets[t], wanted_row[i]] = wanted_limit[i]
                aim[targets[t], wanted_row[i]] = wanted_aim[i]
            }

    print "## Budgets\n"
    print "Each figure beside its budget; the run fails where one is exceeded.\n"
    line = "| | aim |"; rule = "|---|---|"
    for (t = 1; t <= count; t++) { line = line " " targets[t] " |"; rule = rule "---|" }
    print line; print rule
    for (n = 1; n <= budgets; n++) {
        row = front_of[n] " " what_of[n]; aims = ""; last = ""
        line = ""
        for (t = 1; t <= count; t++) {
            line = line " " verdict(targets[t], n) " |"
            a = aim[targets[t], row]
            if (a != "" && a != "-" && a != last) { aims = aims (aims == "" ? "" : " / ") a; last = a }
        }
        print "| " front_of[n] ": " what_of[n] " | " aims " |" line
    }

    print "\n## Side by side\n"
    print "| target | front end | one u32 | text of 8 | two integers | mix | off | stack B | masked | flash B | per site B | RAM B |"
    print "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for (t = 1; t <= count; t++)
        for (f = 1; f <= front_count; f++) {
            if (cell(targets[t], fronts[f], "mix") == "") continue
            line = "| " targets[t] " | " fronts[f] " |"
            split("int str8 2int mix off stack masked flash site ram", columns, " ")
            for (c = 1; c <= 10; c++) line = line " " cell(targets[t], fronts[f], columns[c]) " |"
            print line
        }

    print "\n## Accounting\n"
    print "Producers of three nested priorities write to one ring of 1 KiB while the main loop drains it.\n"
    print "| target | made | drained | dropped | damaged |"
    print "|---|---|---|---|---|"
    for (t = 1; t <= count; t++) {
        line = "| " targets[t] " |"
        split("made drained dropped damaged", columns, " ")
        for (c = 1; c <= 4; c++) line = line " " cell(targets[t], "nested", columns[c]) " |"
        print line
    }

    for (i = 1; i <= misses; i++) print "not measured: " missing[i] > "/dev/stderr"
    for (i = 1; i <= overs; i++) print "over budget: " over[i] > "/dev/stderr"
    exit (misses + overs > 0)
}
