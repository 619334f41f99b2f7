#!/bin/sh
# A small study of a table, written down as it is done: hypothesis, folds, algorithms, test, verdict, limits.
#
#     examples/study.sh TABLE.csv TARGET OUT_FOLDER [FLAG …]
#
# Flags are those of reading the table, for instance --drop-missing-target. FOREST names the command if it is not on
# the path. The report is OUT_FOLDER/report.txt. The exit code is 3 if the hypothesis does not hold.
set -eu

forest=${FOREST:-forest}
table=$1
target=$2
out=$3
shift 3

mkdir -p "$out"
report=$out/report.txt
data() { "$forest" "$@" --data "$table" --target "$target" --quiet; }

# What is compared by: the log loss of classes, the error of numbers.
if data check --json "$@" | grep -q '"kind": "classes"'; then loss=log_loss; else loss=rmse; fi

{
    echo "1. Hypothesis, written down before anything is trained"
    echo "   On new rows like those of $table a forest predicts '$target' with a lower $loss"
    echo "   than always giving the same answer. Beside it: is it better than simpler algorithms?"
    echo
    echo "2. Folds: how good, and how sure"
    data cv --folds 5 --repeats 2 "$@"
    echo
    echo "3. Algorithms, on the same folds, and 4. the test of each against the best"
    data compare --folds 5 --repeats 2 "$@"
    echo
    echo "5. Verdict on the hypothesis"
} > "$report"

# One test for the one hypothesis, with the level of 5 % that `compare` has.
test=$(data compare --algorithms forest,baseline --folds 5 --repeats 2 "$@")
echo "$test" >> "$report"
case $test in
    *'forest is better, beyond chance, than baseline'*) holds=true ;;
    *) holds=false ;;
esac
echo "   The hypothesis holds: $holds" >> "$report"

{
    echo
    echo "6. Limits"
    echo "   Rows of another time, place or source may be otherwise: --order and --group test that."
    echo "   Who chooses the best of these algorithms by these folds flatters it a little: score it once on new rows."
    echo "   Would more rows help?"
    data cv --folds 5 --curve rows "$@" | sed -n '/learning curve/p'
} >> "$report"

data cv --folds 5 --repeats 2 --json "$@" > "$out/scores.json"
echo "report: $report; the hypothesis holds: $holds"
if ! $holds; then exit 3; fi
