#!/bin/sh
# A release pipeline in four steps: train behind a gate, verify, score, predict.
#
#     examples/ci_gate.sh TABLE.csv TARGET LEAST_ACCURACY OUT_FOLDER
#
# FOREST names the command if it is not on the path. The script stops at the first step that fails,
# with that step's exit code: 3 if the model is not good enough.
set -eu

if [ $# -ne 4 ]; then
    echo "usage: $0 TABLE.csv TARGET LEAST_ACCURACY OUT_FOLDER" >&2
    exit 2
fi
forest=${FOREST:-forest}
table=$1
target=$2
least=$3
out=$4

mkdir -p "$out"

# 1. Nothing is saved unless the rows held out are predicted well enough.
"$forest" train --data "$table" --target "$target" --stratify --min-accuracy "$least" \
    --tag "pipeline=ci_gate" --out "$out/model.bin" --force

# 2. The file is what was written, and predicts what it did when it was new.
"$forest" verify "$out/model.bin"

# 3. The scores for the record, from the rows held out.
"$forest" evaluate --model "$out/model.bin" --data "$table" --held-out --json > "$out/scores.json"

# 4. Predictions with probabilities.
"$forest" predict --model "$out/model.bin" --data "$table" --held-out --proba --quiet \
    --out "$out/predictions.csv" --force

echo "released: $out/model.bin"
