#!/bin/sh
# Two versions of a model: train, list, compare behind a gate, roll back if the second is worse.
#
#     examples/versions.sh TABLE.csv TARGET FOLDER [FLAG …]
#
# FOLDER has no models yet. Flags are the settings of the second version, for instance --trees 300. FOREST names the
# command if it is not on the path.
set -eu

forest=${FOREST:-forest}
table=$1
target=$2
models=$3
shift 3

mkdir -p "$models"
train() { "$forest" train --data "$table" --target "$target" --out "$models/model_v{n}.bin" --quiet "$@"; }

# 1. Each training takes the next number, and records its data, settings, split, scores and date.
train --tag "why=the defaults"
train --tag "why=other settings: $*" "$@"

# 2. What there is, the newest first.
"$forest" list "$models"

# 3. What has changed, on the rows that both held out. Code 3: the second is worse by more than a hundredth.
code=0
"$forest" diff "$models/model_v1.bin" "$models/model_v{n}.bin" --max-drop 0.01 || code=$?
case $code in
    0) serve="$models/model_v{n}.bin" ;;
    3) serve="$models/model_v1.bin" ;;
    *) exit "$code" ;;
esac

# 4. To roll back is to name the number that was good.
"$forest" predict --model "$serve" --data "$table" --held-out --quiet --out "$models/predictions.csv" --force
echo "predicted by: $serve"
