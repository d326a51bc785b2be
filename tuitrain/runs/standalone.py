"""A model that tuitrain trained, in one file that needs only NumPy.

    python model.py data.csv -o out.csv    predict the rows of a table: CSV with a header, UTF-8, decimal points
    python model.py --check                compare with what tuitrain predicted; exit code 0 or 1

`predict(rows)` takes a list of mappings from column names to values (None: missing) and returns class names or numbers,
`predict_proba(rows)` the probability of each class, columns as in MODEL["classes"].
"""

import argparse
import base64
import csv
import datetime
import json
import math
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

MODEL: dict[str, Any] = {}
CLOSE = 1e-5  # sums of float32 in another order differ by less
LEAST = 1e-30  # of a mean probability whose logarithm is taken
LARGEST = float(np.finfo(np.float32).max)
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
EPOCH = datetime.datetime(1970, 1, 1)


def predict(rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Predict from rows: class names, or numbers in the target's own units."""
    outputs = _outputs(rows)
    if MODEL["cutoff"] is not None:
        return [MODEL["classes"][number] for number in _decided_at_cutoff(_probabilities(outputs)).tolist()]
    if not MODEL["classes"]:
        return [float(v) for v in outputs[:, 0].astype(np.float64) * MODEL["target_scale"] + MODEL["target_mean"]]
    one = outputs.shape[1] == 1
    numbers = (outputs[:, 0] > MODEL["threshold"]).astype(int) if one else outputs.argmax(axis=1)
    return [MODEL["classes"][number] for number in numbers.tolist()]


def predict_proba(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Compute the probability of each class, (rows, classes)."""
    if not MODEL["gives_probabilities"]:
        raise ValueError("this model gives no probabilities")
    return _probabilities(_outputs(rows))


def _decided_at_cutoff(scores: Any) -> Any:
    """Answer with the positive class where its probability reaches the cutoff, else with the likeliest other one."""
    others = scores.copy()
    others[:, MODEL["positive"]] = -np.inf
    return np.where(scores[:, MODEL["positive"]] >= MODEL["cutoff"], MODEL["positive"], others.argmax(axis=1))


def _probabilities(outputs: Any) -> Any:
    outputs = np.clip(outputs.astype(np.float64), -LARGEST, LARGEST)
    if MODEL["loss"] != "cross_entropy":
        signed = np.concatenate([-outputs, outputs], axis=1) if outputs.shape[1] == 1 else outputs
        outputs = -np.logaddexp(0.0, -signed)
    weights = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def _outputs(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Compute the outputs of the last layer, (rows, outputs) float32; of several networks as if one answered so."""
    plain = _encoded(rows)
    binned = _with_bins(plain)
    with np.errstate(all="ignore"):
        found = [_network_outputs(binned if one["has_bins"] else plain, one) for one in MODEL["networks"]]
        return found[0] if len(found) == 1 else _mean(np.stack(found).astype(np.float64)).astype(np.float32)


def _network_outputs(values: Any, network: Mapping[str, Any]) -> Any:
    layers = network["layers"]
    for place, layer in enumerate(layers):
        weights, biases = (_array(layer[name]) for name in ("weights", "biases"))
        values = values @ weights + biases
        if place < len(layers) - 1:
            values = _activated(values, network["activation"], network["leaky_slope"])
    return values


def _mean(outputs: Any) -> Any:
    """Average the answers of several networks, (networks, rows, outputs): their probabilities, or else their values."""
    shares = np.array([one["weight"] for one in MODEL["networks"]]).reshape(-1, 1, 1)
    if MODEL["loss"] == "cross_entropy":
        weighed = np.exp(outputs - outputs.max(axis=2, keepdims=True))
        weighed /= weighed.sum(axis=2, keepdims=True)
        return np.log(np.maximum((shares * weighed).sum(axis=0), LEAST))
    if MODEL["loss"] == "binary_cross_entropy":
        yes, no = ((shares * np.exp(-np.logaddexp(0.0, sign * outputs))).sum(axis=0) for sign in (-1, 1))
        return np.log(np.maximum(yes, LEAST)) - np.log(np.maximum(no, LEAST))
    return (shares * outputs).sum(axis=0)


def _with_bins(X: Any) -> Any:
    """Add an input for each bin of a number: 0 below it, 1 above, less 1/2."""
    if not MODEL["bins"]:
        return X
    places = np.array([place for place, _low, _high in MODEL["bins"]])
    low, high = (np.array([edges[side] for edges in MODEL["bins"]], np.float64) for side in (1, 2))
    filled = (X[:, places] - low.astype(np.float32)) * (1 / (high - low)).astype(np.float32)
    return np.concatenate([X, np.clip(filled, 0, 1) - np.float32(0.5)], axis=1)


def _array(stored: Mapping[str, Any]) -> Any:
    return np.frombuffer(base64.b64decode(stored["data"]), "<f4").reshape(stored["shape"])


def _activated(z: Any, name: str, leaky_slope: float) -> Any:
    if name == "relu":
        return np.maximum(z, 0)
    if name == "leaky_relu":
        return np.maximum(z, z * np.float32(leaky_slope))
    if name == "elu":
        return np.maximum(z, 0) + np.expm1(np.minimum(z, 0))
    if name == "sigmoid":
        return np.tanh(z * np.float32(0.5)) * np.float32(0.5) + np.float32(0.5)
    if name == "tanh":
        return np.tanh(z)
    if name == "softplus":
        return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))
    if name == "silu":
        return z * (np.tanh(z * np.float32(0.5)) * np.float32(0.5) + np.float32(0.5))
    if name == "gelu":
        erf = np.vectorize(math.erf, otypes=[np.float64])(z * math.sqrt(0.5)) if z.size else z
        return (z * (erf + 1) * 0.5).astype(np.float32)
    return z


def _encoded(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Encode rows as the network was trained on them, (rows, features) float32."""
    numbers, flags, texts = [], [], []
    for column in MODEL["numbers"]:
        values = np.array([_number(_cell(row, column["column"], n), column, n) for n, row in enumerate(rows, 1)], float)
        missing = np.isnan(values)
        filled = np.where(missing, column["median"], values)
        with np.errstate(over="ignore"):
            moved = (filled * 0.25 - column["shift"] * 0.25) / (column["scale"] * 0.25)
        numbers.append(np.clip(moved, -LARGEST / 2, LARGEST / 2))
        if column["flag"]:
            flags.append((missing - column["flag_shift"]) / column["flag_scale"])
    for column in MODEL["texts"]:
        places = {level: place for place, level in enumerate(column["levels"])}
        found = [places.get(_text(_cell(row, column["column"], n), column), -1) for n, row in enumerate(rows, 1)]
        texts.append((np.array(found).reshape(-1, 1) == np.arange(len(places))).astype(np.float32))
    parts = [np.array(part, np.float32).reshape(-1, 1) for part in (*numbers, *flags)]
    return np.concatenate([*parts, *texts], axis=1).astype(np.float32)


def _cell(row: Mapping[str, Any], name: str, number: int) -> Any:
    if name not in row:
        raise ValueError(f"row {number} has no column {name!r}; None stands for a missing value")
    value = row[name]
    return value.strip() if isinstance(value, str) else value


def _number(value: Any, column: Mapping[str, Any], row: int) -> float:
    """Return what a cell of a number column is; NaN where it is missing."""
    if value is None or (isinstance(value, str) and value.lower() in column["missing"]) or value == "":
        return math.nan
    if column["part"]:
        return _date_part(value, column, row)
    if column["percent"]:
        return _percentage(value, column, row)
    if not isinstance(value, str):
        found = float(value)
        return found if math.isfinite(found) else math.nan
    words = [word.lower() for word in column["words"]]
    if value.lower() in words:
        return float(words.index(value.lower()))
    if NUMBER.fullmatch(value) and (not words or float(value) in {0, 1}):
        return float(value) if math.isfinite(float(value)) else math.nan
    expected = " or ".join(column["words"]) or "a number with a decimal point"
    raise ValueError(f"column {column['column']!r} holds {value!r} in row {row}; expected {expected}")


def _percentage(value: Any, column: Mapping[str, Any], row: int) -> float:
    """Return 0.15 for ``15%``; a number without the sign is refused, since 15 and 0.15 may both be meant."""
    number = value[:-1].rstrip() if isinstance(value, str) and value.endswith("%") else ""
    if not NUMBER.fullmatch(number):
        raise ValueError(
            f"column {column['column']!r} holds {value!r} in row {row}; expected a percentage such as '15%'"
        )
    return float(number) / 100 if math.isfinite(float(number)) else math.nan


def _date_part(value: Any, column: Mapping[str, Any], row: int) -> float:
    """Return a part of a date: days since 1970, year, month, weekday (Monday 0) or hour."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    try:
        moment = value if isinstance(value, datetime.datetime) else datetime.datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(
            f"column {column['column']!r} holds {value!r} in row {row}; expected a date as 2024-01-05"
        ) from None
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)  # noqa: UP017 - older Pythons
    seconds = (moment - EPOCH).total_seconds()
    parts = {
        "days": seconds / 86400, "year": moment.year, "month": moment.month, "weekday": moment.weekday(),
        "hour": (round(seconds) % 86400) / 3600,
    }  # fmt: skip
    return float(parts[column["part"]])


def _text(value: Any, column: Mapping[str, Any]) -> Any:
    if value is None or value == "" or (isinstance(value, str) and value.lower() in column["missing"]):
        return None
    return value if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)


def read_csv(path: str) -> list[dict[str, str]]:
    """Read a table: CSV with a header, UTF-8, commas between fields."""
    with Path(path).open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    names = [name.strip() for name in reader.fieldnames or []]
    needed = dict.fromkeys(column["column"] for column in (*MODEL["numbers"], *MODEL["texts"]))
    absent = [name for name in needed if name not in names]
    if absent and len(names) == 1 and any(sign in names[0] for sign in ";\t|"):
        raise ValueError(f"{path}: the fields are not separated by commas; tuitrain predict reads such tables")
    if absent:
        raise ValueError(f"{path}: there is no column {', '.join(map(repr, absent))}; found {', '.join(names)}")
    return [{str(name).strip(): value for name, value in row.items()} for row in rows]


def check() -> float:
    """Return the largest difference from what tuitrain predicted, of numbers in relation to their size or spread.

    It is infinite where a class is another.
    """
    expected, found = MODEL["check"]["expected"], predict(MODEL["check"]["rows"])
    if MODEL["classes"]:
        if found != expected:
            return math.inf
        if not MODEL["gives_probabilities"]:
            return 0.0
        difference = np.abs(predict_proba(MODEL["check"]["rows"]) - np.array(MODEL["check"]["probabilities"]))
        return float(difference.max())
    wanted = np.array(expected, float)
    return float(np.abs((np.array(found) - wanted) / np.maximum(np.abs(wanted), MODEL["target_scale"])).max())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("table", nargs="?", help="CSV with a header, UTF-8, decimal points")
    parser.add_argument("-o", "--output", help="write here [standard output]")
    parser.add_argument("--check", action="store_true", help="compare with what tuitrain predicted")
    given = parser.parse_args(arguments)
    if given.check:
        difference = check()
        is_right = difference <= CLOSE
        print(f"{'right' if is_right else 'WRONG'}: {len(MODEL['check']['rows'])} rows, difference {difference:.2g}")
        return 0 if is_right else 1
    if not given.table:
        parser.error("name a table, or --check")
    try:
        rows = read_csv(given.table)
        found = predict(rows) if rows else []
        probabilities = predict_proba(rows).tolist() if rows and MODEL["gives_probabilities"] else [[] for _ in rows]
    except (OSError, ValueError) as error:
        print(f"{Path(sys.argv[0]).name}: {error}", file=sys.stderr)
        return 1
    names = [f"probability {name}" for name in MODEL["classes"]] if MODEL["gives_probabilities"] else []
    lines = [["prediction", *names], *([value, *row] for value, row in zip(found, probabilities, strict=True))]
    if given.output:
        with Path(given.output).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)
    else:
        csv.writer(sys.stdout, lineterminator="\n").writerows(lines)
    return 0


if __name__ == "__main__":
    MODEL.update(json.loads(MODEL.pop("json", "{}")))
    sys.exit(main())
elif "json" in MODEL:
    MODEL.update(json.loads(MODEL.pop("json")))
