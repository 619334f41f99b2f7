#!/usr/bin/env python3
"""Reads a model file and predicts with it, written from FORMAT.md alone, in Python without any package.

    python3 examples/read_model.py model.bin

says what the file is, has it predict its probe rows, and compares the outputs with those that the file has for
them, to the bit. As a module: `model = read("model.bin")`, then `predict(model, row)` with one number a feature.
"""

import hashlib
import struct
import sys


class Section:
    """The fields of a section, one after the other."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, code):
        (number,) = struct.unpack_from("<" + code, self.data, self.at)
        self.at += struct.calcsize("<" + code)
        return number

    def bytes(self):
        length = self.number("Q")
        self.at += length
        return self.data[self.at - length : self.at]

    def array(self, code):
        data = self.bytes()
        return struct.unpack(f"<{len(data) // struct.calcsize(code)}{code}", data)

    def text(self):
        return self.bytes().decode()

    def texts(self):
        ends, text = self.array("I"), self.bytes()
        return [text[start:end].decode() for start, end in zip((0,) + ends, ends)]

    def settings(self):
        texts = self.texts()
        return list(zip(texts[0::2], texts[1::2]))

    def option(self, read):
        return read() if self.number("B") else None

    def interval(self):
        return self.option(lambda: (self.number("d"), self.number("d")))


def read(path):
    """A model as a dictionary."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x8fFRST\x00\r\n", "no model"
    _, oldest_reader, n_further = struct.unpack_from("<HHI", data, 8)
    assert oldest_reader <= 1, "a later release wrote this file"
    lengths = struct.unpack_from("<QQQ", data, 16)
    assert hashlib.sha256(data[:40] + data[72:]).digest() == data[40:72], "the file is damaged"
    table = [struct.unpack_from("<16sB7xQ", data, 72 + 32 * entry) for entry in range(n_further)]
    assert not any(required for _, required, _ in table), "a later release is needed"
    at = 72 + 32 * n_further
    sections = []
    for length in lengths:
        sections.append(Section(data[at : at + length]))
        at += length
    assert at + sum(length for _, _, length in table) == len(data), "the file has another length"
    metadata, schema, forest = sections
    model = read_metadata(metadata) | read_schema(schema)
    return model | read_forest(forest, "calibrate" in model["settings"])


def read_metadata(section):
    model = {"program": section.text(), "created": section.number("q"), "settings": dict(section.settings())}
    source = section.number("I")
    if source == 0:
        model["table"] = dict(section.settings())["recipe"]
    elif source == 1:
        model["table"] = section.text()
        section.settings(), section.settings(), section.number("Q")
    elif source == 3:
        model["table"] = "arrays in memory"
    else:
        model["table"] = section.text()
        section.text(), section.settings(), section.option(lambda: read_scored_table(section))
    model["rows"] = section.number("Q")
    model["digest"] = read_digest(section)
    model["split"] = section.number("d"), section.number("I"), section.number("B")
    model["held_out_rows"] = section.number("Q")
    section.option(lambda: read_held_out(section))
    section.option(lambda: read_out_of_bag(section))
    section.texts(), section.texts(), section.array("I"), section.texts(), section.array("d")
    model["tags"] = section.settings()
    model["probe_rows"], model["probe_outputs"] = section.array("f"), section.array("d")
    return model


def read_scored_table(section):
    section.text(), section.number("Q"), read_digest(section)


def read_digest(section):
    return "".join(f"{section.number('B'):02x}" for _ in range(32))


def read_held_out(section):
    if section.number("I") == 0:
        section.number("Q"), [section.number("d") for _ in range(5)], section.interval(), section.number("d")
        return
    section.number("Q")
    section.number("d"), section.interval(), section.number("d"), section.interval()
    section.option(lambda: section.number("d")), section.interval(), section.number("d")
    section.option(lambda: section.number("d")), section.number("d"), section.number("d")


def read_out_of_bag(section):
    section.number("Q"), section.number("Q")
    if section.number("I") == 0:
        section.number("d"), section.number("d")
    else:
        [section.option(lambda: section.number("d")) for _ in range(3)]


def read_schema(section):
    model = {"target": section.text()}
    if section.number("I") == 0:
        model["classes"] = section.texts()
        section.array("Q")
    else:
        section.number("Q"), [section.number("d") for _ in range(3)], section.text()
    model["features"] = section.texts()
    return model


def unsigned(n):
    """The type of numbers below n."""
    return "B" if n <= 0x100 else "H" if n <= 0x10000 else "I"


def read_forest(section, is_calibrated):
    n_features = section.number("I")
    sizes, kinds = section.array("I"), section.bytes()
    features = iter(section.array(unsigned(2 * n_features)))
    thresholds, leaves = iter(section.array("f")), iter(section.array("I"))
    trees, start = [], 0
    for size in sizes:
        nodes, n_branches = [], 0
        for node in range(start, start + size):
            if kinds[node // 8] >> node % 8 & 1:
                feature, missing_left = divmod(next(features), 2)
                # The children of the k-th branch are nodes 2k + 1 and 2k + 2.
                nodes.append((feature, missing_left, next(thresholds), 2 * n_branches + 1))
                n_branches += 1
            else:
                nodes.append(next(leaves))
        trees.append(nodes)
        start += size
    model = {"trees": trees}
    if section.number("I") == 0:
        n_classes = section.number("I")
        lengths, codes = section.array(unsigned(n_classes)), section.array(unsigned(n_classes))
        shares = section.array("d")
        model["shares"], start = [], 0
        for length in lengths:
            end = start + length + 1
            model["shares"].append(list(zip(codes[start:end], shares[start:end])))
            start = end
    else:
        model["means"] = section.array("d")
        section.option(lambda: skip_targets(section))
    section.array("d")
    if is_calibrated:
        model["calibration"] = section.number("d"), section.number("d"), section.array("d")
    return model


def skip_targets(section):
    n = len(section.array("d"))
    section.array(unsigned(n)), section.array(unsigned(n)), section.array("d")


def predict(model, row):
    """The probability of each class, or the value, for a row of 32-bit floats; None or NaN is a missing value."""
    leaves = [find_leaf(nodes, row) for nodes in model["trees"]]
    if "means" in model:
        total = 0.0
        for leaf in leaves:
            total += model["means"][leaf]
        return [total / len(leaves)]
    outputs = [0.0] * len(model["classes"])
    for leaf in leaves:
        for code, share in model["shares"][leaf]:
            outputs[code] += share
    outputs = [output / len(leaves) for output in outputs]
    return calibrate(outputs, *model["calibration"]) if "calibration" in model else outputs


def find_leaf(nodes, row):
    node = nodes[0]
    while isinstance(node, tuple):
        feature, missing_left, threshold, left = node
        value = row[feature]
        is_missing = value is None or value != value
        goes_left = missing_left if is_missing else value <= threshold
        node = nodes[left if goes_left else left + 1]
    return node


def calibrate(shares, alpha, gamma, prior):
    shifted = [share + alpha * part for share, part in zip(shares, prior)]
    powers = [exp(gamma * log(value)) if value > 0.0 else 0.0 for value in shifted]
    total = 0.0
    for power in powers:
        total += power
    return [power / total for power in powers]


LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10


def log(x):
    """The logarithm of FreeBSD's and musl's libraries, whose last bit FORMAT.md wants; x is positive and finite."""
    bits = struct.unpack("<Q", struct.pack("<d", x))[0]
    k = 0
    if bits >> 52 == 0:
        bits, k = struct.unpack("<Q", struct.pack("<d", x * 2.0**54))[0], -54
    if x == 1.0:
        return 0.0
    # x = 2^k (1 + f), with 1 + f from √½ to √2.
    high = (bits >> 32) + 0x3FF00000 - 0x3FE6A09E
    k += (high >> 20) - 0x3FF
    high = (high & 0xFFFFF) + 0x3FE6A09E
    f = struct.unpack("<d", struct.pack("<Q", high << 32 | bits & 0xFFFFFFFF))[0] - 1.0
    half_square = 0.5 * f * f
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    odd = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    even = 1.818357216161805012e-01 + w * 1.479819860511658591e-01
    even = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * even))
    r = even + odd
    return s * (half_square + r) + k * LN2_LOW - half_square + f + k * LN2_HIGH


def exp(x):
    """Their exponential, of numbers whose result is neither infinite nor tiny."""
    if x < -745.13321910194110842:
        return 0.0
    k, high, low = 0, x, 0.0
    top = struct.unpack("<Q", struct.pack("<d", abs(x)))[0] >> 32
    if top > 0x3FD62E42:
        if top >= 0x3FF0A2B2:
            k = int(1.44269504088896338700 * x + (-0.5 if x < 0.0 else 0.5))
        else:
            k = -1 if x < 0.0 else 1
        high, low = x - k * LN2_HIGH, k * LN2_LOW
        x = high - low
    elif top <= 0x3E300000:
        return 1.0 + x
    xx = x * x
    c = -1.65339022054652515390e-06 + xx * 4.13813679705723846039e-08
    c = -2.77777777770155933842e-03 + xx * (6.61375632143793436117e-05 + xx * c)
    c = x - xx * (1.66666666666666019037e-01 + xx * c)
    y = 1.0 + (x * c / (2.0 - c) - low + high)
    # In two steps, so that neither overflows.
    return y * 2.0 ** (k // 2) * 2.0 ** (k - k // 2)


def main(path):
    model = read(path)
    n_features = len(model["features"])
    print(f"{model['program']}: {len(model['trees'])} trees of {n_features} features, from {model['table']}")
    rows = model["probe_rows"]
    rows = [rows[start : start + n_features] for start in range(0, len(rows), n_features)]
    outputs = [output for row in rows for output in predict(model, row)]
    found, expected = (struct.pack(f"<{len(numbers)}d", *numbers) for numbers in (outputs, model["probe_outputs"]))
    if found != expected:
        sys.exit(f"the outputs for the probe rows are others: {outputs}")
    print(f"{len(rows)} probe rows get the same outputs to the bit")


if __name__ == "__main__":
    main(sys.argv[1])
