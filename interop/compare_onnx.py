"""What .ci/onnx runs: the same rows by `forest predict` and by runtimes of ONNX, compared."""

import csv
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime

forest, work = sys.argv[1], pathlib.Path(sys.argv[2])
tract = sys.argv[3] if len(sys.argv) > 3 else None
data = pathlib.Path(__file__).parent.parent / "examples" / "data"
ROWS = 10_000
LARGEST = float(np.finfo(np.float32).max)
random = np.random.default_rng(1)
wrong = []


def run(*command):
    ran = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=work)
    if ran.returncode != 0:
        sys.exit(f"{command}: {ran.stderr}")
    return ran.stdout


def write_table(name, header, columns):
    with open(work / name, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(zip(*columns))


def cell(number):
    """A number of the table: what is infinite there is an error, and is compared as the largest number is."""
    if np.isnan(number):
        return ""
    return repr(float(np.clip(number, -LARGEST, LARGEST)))


def predict(model, header, columns, flags=()):
    """Labels and probabilities, or values, by `forest predict`."""
    write_table("rows.csv", header, columns)
    proba = ["--proba"] if json.loads(run(forest, "inspect", model, "--json"))["schema"]["target"]["task"] == "classification" else []
    text = run(forest, "predict", "--quiet", "--model", model, "--data", "rows.csv", *proba, *flags)
    rows = list(csv.reader(text.splitlines()))[1:]
    if not proba:
        return None, np.array([[float(row[0])] for row in rows])
    return [row[0] for row in rows], np.array([[float(p) for p in row[1:]] for row in rows])


def thresholds(file):
    """Of each feature the thresholds of its branches."""
    found = {}
    for node in onnx.load(file).graph.node:
        if not node.op_type.startswith("TreeEnsemble"):
            continue
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        values = attributes.get("nodes_values")
        values = onnx.numpy_helper.to_array(attributes["nodes_splits"]) if values is None else values
        modes = attributes["nodes_modes"] if "nodes_values" in attributes else [b""] * len(values)
        for feature, value, mode in zip(attributes["nodes_featureids"], values, modes):
            if mode != b"LEAF":
                found.setdefault(feature, set()).add(np.float32(value))
    return {feature: np.array(sorted(values), np.float32) for feature, values in found.items()}


def hard_column(values, branches, kind):
    """Values of training, thresholds and what is next to them, nothing, and, of any numbers, infinite ones."""
    values = np.asarray(values, np.float32)
    values = values[~np.isnan(values)]
    column = random.choice(values, ROWS) if len(values) else np.zeros(ROWS, np.float32)
    if kind == "number":
        branches = branches[np.isfinite(branches)] if branches is not None else []
        if len(branches):
            at = random.choice(branches, ROWS)
            near = [at, np.nextafter(at, np.float32(np.inf)), np.nextafter(at, np.float32(-np.inf)), column]
            column = np.choose(random.integers(0, 4, ROWS), near)
        special = np.array([np.inf, -np.inf, LARGEST, 0.0, -0.0, 1e-45], np.float32)
        column = np.where(random.random(ROWS) < 0.02, random.choice(special, ROWS), column)
    return np.where(random.random(ROWS) < 0.1, np.float32(np.nan), column).astype(np.float32)


def is_tie(model, proba):
    """Whether the model decides between equals, but for the last bits."""
    decision = json.loads(run(forest, "inspect", model, "--json"))["decision"]
    ordered = np.sort(proba)
    if not decision:
        return ordered[-1] - ordered[-2] < 1e-12
    if "threshold" in decision:
        return abs(proba[1] - decision["threshold"]["at_least"]) < 1e-12
    return False


def compare(what, model, file, feeds, labels, numbers):
    """Holds a runtime's outputs against ours."""
    onnx.checker.check_model(onnx.load(file), full_check=True)
    session = onnxruntime.InferenceSession(file)
    # An output gets a _ where an input has its name.
    outputs = dict(zip([o.name.rstrip("_") for o in session.get_outputs()], session.run(None, feeds)))
    verdict(f"{what}: onnxruntime", model, labels, numbers, outputs.get("label"), outputs.get("probabilities", outputs.get("value")))


def verdict(what, model, labels, numbers, their_labels, their_numbers):
    assert their_numbers.shape == numbers.shape, (their_numbers.shape, numbers.shape)
    scale = 1 if labels is not None else max(1, np.abs(numbers).max())
    difference = np.abs(their_numbers.astype(np.float64) - numbers).max() / scale
    others = []
    if labels is not None:
        others = [row for row in range(len(labels)) if labels[row] != str(their_labels[row])]
        others = [row for row in others if not is_tie(model, numbers[row])]
    is_wrong = difference > 1e-6 or others
    print(f"  {what:60} {len(numbers)} rows, greatest difference {difference:.1e}, other classes {len(others)}{'  WRONG' if is_wrong else ''}")
    if is_wrong:
        wrong.append(what)


def by_tract(what, model, file, matrix, labels, numbers):
    # It has no operator for regressions.
    if not tract or labels is None:
        return
    # It takes time by the square of the number of trees, seconds for so many rows.
    trees = json.loads(run(forest, "inspect", model, "--json"))["trees"]
    rows = min(ROWS, 10_000_000 // trees**2)
    matrix, numbers = matrix[:rows], numbers[:rows]
    (work / "matrix.bin").write_bytes(matrix.astype("<f4").tobytes())
    text = run(tract, file, work / "matrix.bin", matrix.shape[1], numbers.shape[1])
    theirs = np.array([[float(p) for p in line.split()] for line in text.splitlines()])
    # Texts are none of tract's: the most probable class by its probabilities.
    ours = None if labels is None else [str(code) for code in numbers.argmax(1)]
    verdict(f"{what}: tract", model, ours, numbers, theirs.argmax(1), theirs)


def case(what, header, columns, target, flags, kinds=None, origins=None):
    """Trains on a table, exports and compares; kinds are `number`, `text` and `date` (ISO, whole days)."""
    kinds = kinds or ["number"] * len(header)
    write_table("table.csv", [*header, "y"], [*[[cell(x) if k == "number" else x for x in c] for c, k in zip(columns, kinds)], target])
    run(forest, "train", "--quiet", "--data", "table.csv", "--target", "y", "--out", "m.bin", "--force", *flags)
    compare_model(what, header, columns, kinds)


def compare_model(what, header, columns, kinds):
    for version in ["onnx", "onnx5"]:
        file = work / f"m.{version}"
        run(forest, "export", "m.bin", "--to", version, "--out", file, "--force")
        again = file.read_bytes()
        run(forest, "export", "m.bin", "--to", version, "--out", file, "--force")
        if file.read_bytes() != again:
            wrong.append(f"{what}: other bytes")
        branches = thresholds(file)
        schema = json.loads({p.key: p.value for p in onnx.load(file).metadata_props}["schema"])
        features = [feature["name"] for feature in schema["features"]]
        cells, feeds = [], {}
        for name, column, kind in zip(header, columns, kinds):
            if kind == "text":
                texts = np.array([*column, "", "NA", "never seen", "é"], object)
                rows = random.choice(texts, ROWS)
                cells.append(rows)
                feeds[name] = rows
            elif kind == "date":
                days = random.choice(np.array(column, "datetime64[D]"), ROWS) + random.integers(-1, 2, ROWS).astype("timedelta64[D]")
                cells.append([str(day) for day in days])
                feeds.update(date_features(name, days, schema["features"]))
            else:
                rows = hard_column(column, branches.get(features.index(name)), kind)
                cells.append([cell(x) for x in rows])
                feeds[name] = rows
        labels, numbers = predict("m.bin", header, cells)
        if any(kind == "text" for kind in kinds):
            inputs = {name: rows.reshape(-1, 1) for name, rows in feeds.items()}
        else:
            inputs = {"input": np.stack([feeds[name] for name in features], axis=1)}
        compare(f"{what}, {version}", work / "m.bin", file, inputs, labels, numbers)
        if version == "onnx" and "input" in inputs:
            by_tract(what, work / "m.bin", file, inputs["input"], labels, numbers)
        run(forest, "import", file, "--out", "again.bin", "--force", "--quiet")
        again = predict("again.bin", header, cells)
        verdict(f"{what}, {version}: imported again", work / "m.bin", labels, numbers, again[0], again[1])


def date_features(name, days, features):
    """A date as the model takes it: days since its origin, and its parts."""
    parts = {
        "month": lambda: days.astype("datetime64[M]").astype(int) % 12 + 1,
        "day": lambda: (days - days.astype("datetime64[M]")).astype(int) + 1,
        "weekday": lambda: (days.astype(int) + 3) % 7 + 1,
        "day_of_year": lambda: (days - days.astype("datetime64[Y]")).astype(int) + 1,
        "hour": lambda: np.zeros(len(days)),
    }
    found = {}
    for feature in features:
        if feature["name"] == name:
            found[name] = (days.astype(int) - feature["origin"]).astype(np.float32)
        elif feature.get("column") == name:
            found[feature["name"]] = parts[feature["part"]]().astype(np.float32)
    return found


def synthetic(rows, features, classes, missing=0.0):
    x = random.normal(size=(rows, features)).astype(np.float32)
    weights = random.normal(size=(features, max(classes, 1)))
    sums = x @ weights + random.normal(size=(rows, max(classes, 1)))
    y = sums[:, 0] if classes == 0 else [f"class {code}" for code in sums.argmax(1)]
    x[random.random(x.shape) < missing] = np.nan
    return [f"f{i}" for i in range(features)], list(x.T), y


def real(name, target, flags):
    with open(data / name) as file:
        header, *rows = csv.reader(file)
    columns = dict(zip(header, zip(*rows)))
    y = columns.pop(target)
    kinds, values = [], []
    for column in columns.values():
        try:
            values.append(np.array([float(x or "nan") if x not in ("NA",) else np.nan for x in column], np.float32))
            kinds.append("number")
        except ValueError:
            values.append(column)
            kinds.append("text")
    case(f"{name}, {' '.join(flags)}", list(columns), values, y, flags, kinds)


plain = ["--calibrate", "none", "--cut", "2", "--shrinkage", "0"]
print(f"onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}")
for classes in [2, 3, 26]:
    for missing in [0.0, 0.2]:
        table = synthetic(1500, 8, classes, missing)
        name = f"{classes} classes, {missing:.0%} missing"
        case(f"{name}, pure leaves, 30 trees", *table, [*plain, "--trees", "30"])
        case(f"{name}, refined", *table, [])
        case(f"{name}, leaves of 5, 300 trees", *table, [*plain, "--min-samples-leaf", "5", "--trees", "300"])
table = synthetic(1000, 6, 2)
case("threshold", *table, ["--threshold", "0.3"])
case("threshold that probabilities are equal to", *table, [*plain, "--threshold", "0.3", "--trees", "10"])
case("threshold by F1", *table, ["--threshold", "auto:f1"])
case("cost", *table, ["--cost", "FP=1,FN=5"])
case("calibrated by hand", *table, ["--calibrate", "0.05,1.7"])
case("cost of 3 classes", *synthetic(1000, 6, 3), ["--cost", "class 0>class 1=4,class 2>class 0=0.5"])
case("extremely randomised", *synthetic(1000, 6, 3, 0.1), ["--splitter", "random"])
case("one split", *synthetic(1000, 6, 2), ["--trees", "1", "--max-depth", "1"])
case("no split", *synthetic(100, 2, 2), ["--trees", "3", "--min-samples-leaf", "60"])
for missing in [0.0, 0.2]:
    case(f"regression, {missing:.0%} missing", *synthetic(1500, 8, 0, missing), [])
header, columns, y = synthetic(1500, 4, 0)
case("regression of large numbers", header, columns, 1e6 + y, ["--trees", "500"])
case("leaves of 5, 1000 trees", *synthetic(500, 6, 3), [*plain, "--min-samples-leaf", "5", "--trees", "1000"])
days = np.datetime64("2021-03-01") + random.integers(0, 700, 1500).astype("timedelta64[D]")
months = days.astype("datetime64[M]").astype(int) % 12
case("dates", ["x", "day"], [columns[0], [str(day) for day in days]], columns[0] + months, [], ["number", "date"])
case("texts and dates", ["label", "day"], [random.choice(["red", "green", "blue"], 1500), [str(day) for day in days]],
     [str(month > 5) for month in months], [], ["text", "date"])
real("penguins.csv", "species", [])
real("penguins.csv", "body_mass_g", ["--drop-missing-target"])
real("iris.csv", "species", plain)
real("wine.csv", next(csv.reader(open(data / "wine.csv")))[-1], [])

print("skl2onnx:")
from sklearn.datasets import make_classification, make_regression  # noqa: E402
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, RandomForestRegressor  # noqa: E402
from sklearn.tree import DecisionTreeClassifier  # noqa: E402
from skl2onnx import to_onnx  # noqa: E402

for what, estimator, classes in [
    ("two classes", RandomForestClassifier(random_state=0), 2),
    ("five classes", ExtraTreesClassifier(random_state=0, min_samples_leaf=3), 5),
    ("a tree", DecisionTreeClassifier(random_state=0, max_depth=4), 3),
    ("regression", RandomForestRegressor(random_state=0), 0),
]:
    if classes:
        x, y = make_classification(1000, 8, n_informative=6, n_redundant=0, n_classes=classes, random_state=0)
    else:
        x, y = make_regression(1000, 8, random_state=0)
    x = x.astype(np.float32)
    estimator.fit(x, y)
    file = work / "theirs.onnx"
    options = {"zipmap": False} if classes else None
    file.write_bytes(to_onnx(estimator, x[:1], options=options).SerializeToString())
    run(forest, "import", file, "--out", "theirs.bin", "--force", "--quiet")
    branches = thresholds(file)
    # scikit-learn's forests take no missing values where training had none.
    matrix = np.stack([np.nan_to_num(hard_column(x[:, i], branches.get(i), "number"), posinf=LARGEST, neginf=-LARGEST) for i in range(8)], axis=1)
    labels, numbers = predict("theirs.bin", [f"x{i}" for i in range(8)], [[cell(v) for v in column] for column in matrix.T])
    session = onnxruntime.InferenceSession(file)
    outputs = session.run(None, {"X": matrix})
    verdict(f"{what}: imported", work / "theirs.bin", labels, numbers, outputs[0] if classes else None, outputs[-1])

print(f"{len(wrong)} comparisons are not what they should be" + "".join(f"\n  {what}" for what in wrong))
sys.exit(bool(wrong))
