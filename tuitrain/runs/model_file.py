"""The bytes of a model file: a safetensors file with a description and its digest, checked before anything is built.

The tensors are `weights.0` (fan_in, fan_out), `biases.0` (fan_out,) and so on, float32; the description is JSON in the
file's metadata under ``tuitrain``, with a SHA-256 over both. Equal models are equal files.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.target import TASKS
from tuitrain.errors import ModelError
from tuitrain.text import quoted, visible

FORMAT = 1
Array = NDArray[Any]
Description = dict[str, Any]


def encode(description: Mapping[str, Any], tensors: dict[str, Array]) -> bytes:
    """The content of a model file."""
    from safetensors.numpy import save  # noqa: PLC0415  (it costs start-up time)

    whole = {**description, "sha256": _digest(description, tensors)}
    return save(tensors, {"tuitrain": _as_json(whole)})


def decode(data: bytes, name: str) -> tuple[Description, dict[str, Array]]:
    """Description and tensors of a model file that is whole, not yet checked; `name` stands for it in messages.

    Raises
    ------
    ModelError
        if it is no tuitrain model, or damaged.
    """
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.numpy import load  # noqa: PLC0415

    try:
        (length,) = struct.unpack("<Q", data[:8])
        metadata = json.loads(data[8 : 8 + length]).get("__metadata__", {}) if length < len(data) else None
        tensors = load(data)
    except (struct.error, ValueError, AttributeError, RecursionError, SafetensorError) as error:
        raise ModelError(f"{name}: is not a safetensors file, or damaged ({visible(error, 80)})") from error
    if not isinstance(metadata, dict) or "tuitrain" not in metadata:
        raise ModelError(f"{name}: is a safetensors file, but no tuitrain model")
    try:
        description = json.loads(metadata["tuitrain"])
        is_whole = description.pop("sha256") == _digest(description, tensors)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        is_whole = False
    if not is_whole:
        raise ModelError(f"{name}: the content does not match its digest; the file is damaged")
    return description, tensors


def check(description: Mapping[str, Any], tensors: Mapping[str, Array]) -> None:
    """See that the description has all its parts, each of its type, and that the tensors have the shapes it says.

    Raises
    ------
    ValueError
        saying which part does not fit.
    KeyError
        if a part is not there.
    """
    if description["format"] != FORMAT:
        raise ValueError(f"format {description['format']}; this version reads {FORMAT}")
    _check_types(description)
    sizes = description["layer_sizes"]
    if not isinstance(sizes, list) or len(sizes) < 2 or not all(type(size) is int and size > 0 for size in sizes):
        raise ValueError("layer sizes are not two or more whole numbers above 0")
    shapes: dict[str, tuple[int, ...]] = {}
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        shapes |= {f"weights.{layer}": (fan_in, fan_out), f"biases.{layer}": (fan_out,)}
    if set(shapes) != set(tensors):
        raise ValueError(f"{len(sizes) - 1} layers and the tensors {', '.join(sorted(tensors))}")
    for tensor, shape in shapes.items():
        found = tensors[tensor]
        if found.shape != shape or found.dtype != np.float32:
            raise ValueError(f"{tensor} is {found.dtype} {found.shape}, not float32 {shape}")


def _check_types(description: Mapping[str, Any]) -> None:
    for key in ("activation", "loss", "target_name", "dataset_name", "dataset_fingerprint"):
        _expect(description, key, isinstance(description[key], str), "a text")
    _expect(description, "task", description["task"] in TASKS, " or ".join(TASKS))
    classes, has_classes = description["class_names"], description["task"] == "classification"
    fits = _are_texts(classes) and (len(set(classes)) == len(classes) > 1 if has_classes else not classes)
    _expect(description, "class_names", fits, "two or more different texts for classes, none for a number")
    _expect(description, "target_mean", _is_finite(description["target_mean"]), "a number")
    _expect(description, "target_scale", _is_above_zero(description["target_scale"]), "a number above 0")
    _expect(description, "epoch", type(description["epoch"]) is int, "a whole number")
    _expect(description, "hyperparameters", isinstance(description["hyperparameters"], dict), "a table")
    _check_preprocessing(description["preprocessing"])


def _check_preprocessing(preprocessing: Mapping[str, Any]) -> None:
    for column in preprocessing["numbers"]:
        fits = all(_is_finite(column[key]) for key in ("median", "shift", "flag_shift"))
        fits = fits and _is_above_zero(column["scale"]) and _is_above_zero(column["flag_scale"])
        fits = fits and isinstance(column["flag"], bool) and _are_texts(column["words"])
        fits = fits and isinstance(column["name"], str) and len(column["words"]) in {0, 2}
        _expect(column, "name", fits, "the name of a number column, with its scaling")
    for column in preprocessing["texts"]:
        fits = isinstance(column["levels"], list) and all(
            level is None or isinstance(level, str) for level in column["levels"]
        )
        _expect(column, "name", fits and isinstance(column["name"], str), "the name of a text column, with its levels")
    if not _are_texts(preprocessing.get("source_names", [])):
        raise ValueError("the names of the source's columns are no texts")


def _expect(found: Mapping[str, Any], key: str, fits: bool, expected: str) -> None:
    if not fits:
        raise ValueError(f"{key} {quoted(found[key])} is not {expected}")


def _are_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _is_finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _is_above_zero(value: Any) -> bool:
    return _is_finite(value) and value > 0


def _as_json(description: Mapping[str, Any]) -> str:
    return json.dumps(description, ensure_ascii=False, allow_nan=False)


def _digest(description: Mapping[str, Any], tensors: Mapping[str, Array]) -> str:
    digest = hashlib.sha256(_as_json(description).encode())
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].tobytes())
    return digest.hexdigest()
