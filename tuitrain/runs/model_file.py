"""The bytes of a model file: a safetensors file with a description and its digest, checked before anything is built.

The tensors are `weights.0` (fan_in, fan_out), `biases.0` (fan_out,) and so on, float32, of an ensemble with members
first; of an average of unlike networks (format 2) `0.weights.0` and so on, and the description has ``networks``. It is
JSON in the file's metadata under ``tuitrain``, with a SHA-256 over both. Equal models are equal files.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.cells.column_format import KINDS
from tuitrain.data.cells.date_cells import PARTS
from tuitrain.data.preprocessing import SMALLEST
from tuitrain.data.target import TASKS
from tuitrain.engine.activations import ACTIVATIONS
from tuitrain.engine.losses import LOSSES
from tuitrain.errors import ModelError
from tuitrain.options.data_options import DATE_ORDERS, DECIMALS, THOUSANDS
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.runs.file_checks import (
    anything,
    listed,
    mapping,
    number,
    one_of,
    or_null,
    table,
    text,
    truth,
    whole,
)
from tuitrain.text import shown, visible
from tuitrain.translation import gettext as _

FORMAT, AVERAGE_FORMAT = 1, 2
OF_A_NETWORK = ("layer_sizes", "activation", "hyperparameters", "epoch")  # which an average's networks have each
MOST_NETWORKS = 1000
MOST_MEMBERS = int(FIELDS["ensemble"].maximum)
Array = NDArray[Any]
Description = dict[str, Any]


def _words(value: Any) -> list[str]:
    """Return the two words that a number column held, or none."""
    found: list[str] = listed(text)(value)
    if len(found) not in {0, 2}:
        raise ValueError(_("{value}, not of two words or none").format(value=shown(value)))
    return found


def _edges(value: Any) -> list[float]:
    """Return the rising edges of a column's bins."""
    found: list[float] = listed(number(), least=2)(value)
    if any(low >= high for low, high in pairwise(found)):
        raise ValueError(_("{value}, not of rising numbers").format(value=shown(value)))
    return found


_SCALE = number(SMALLEST)  # what is divided by: no fitted one is smaller, and a quarter of it is not 0
_NUMBER_COLUMN = table({
    "name": text, "median": number(), "shift": number(), "scale": _SCALE, "flag": truth,
    "flag_shift": number(), "flag_scale": _SCALE, "words": _words,
}, {"source": text, "part": one_of(PARTS)})  # fmt: skip
_TEXT_COLUMN = table({"name": text, "levels": listed(or_null(text))})
_FORMAT = table(
    {"kind": one_of(KINDS)},
    {
        "decimal": one_of(DECIMALS.values()), "thousands": one_of(THOUSANDS.values()), "percent": truth,
        "currency": text, "date_order": one_of(("", *DATE_ORDERS)), "words": _words, "missing": listed(text),
        "also": listed(text), "minutes": truth, "unit": text,
    },
)  # fmt: skip
_PREPROCESSING = table(
    {"numbers": listed(_NUMBER_COLUMN), "texts": listed(_TEXT_COLUMN)},
    {
        "source_names": listed(text),
        "formats": mapping(text, _FORMAT),
        "is_nameless": truth,
        "ranges": mapping(text, listed(number(), least=2)),
        "bins": mapping(text, _edges),
        "bins_for_linear": truth,
        "usual": mapping(text, listed(number(), least=2)),
        "shares": mapping(text, listed(number())),
    },
)
_DESCRIPTION = table(
    {
        "format": whole(FORMAT, FORMAT), "layer_sizes": listed(whole(1), least=2), "activation": one_of(ACTIVATIONS),
        "loss": one_of(LOSSES), "hyperparameters": mapping(text, anything), "preprocessing": _PREPROCESSING,
        "task": one_of(TASKS), "target_name": text, "class_names": listed(text), "target_mean": number(),
        "target_scale": _SCALE, "dataset_name": text, "dataset_fingerprint": text, "epoch": whole(),
    },
    {"version": text, "members": whole(2, MOST_MEMBERS), "spread": mapping(text, number()),
     "positive": whole(0, 2**31), "threshold": number()}, is_open=True,
)  # fmt: skip

_NETWORKS = listed(
    table({"members": whole(1, MOST_MEMBERS), "has_bins": truth, "weight": number(0, above=True)}, is_open=True),
    least=1, most=MOST_NETWORKS,
)  # fmt: skip
_OF_BINS = ("bins", "bins_for_linear")


def encode(description: Mapping[str, Any], tensors: dict[str, Array]) -> bytes:
    """Return the content of a model file."""
    from safetensors.numpy import save  # noqa: PLC0415  (it costs start-up time)

    whole = {**description, "sha256": _digest(description, tensors)}
    return save(tensors, {"tuitrain": _as_json(whole)})


def decode(data: bytes, name: str) -> tuple[Description, dict[str, Array]]:
    """Return the description and tensors of a complete model file, not yet checked; `name` names it in messages.

    Raises
    ------
    ModelError
        if it is not a tuitrain model, or is damaged.
    """
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.numpy import load  # noqa: PLC0415

    try:
        (length,) = struct.unpack("<Q", data[:8])
        metadata = json.loads(data[8 : 8 + length]).get("__metadata__", {}) if length < len(data) else None
        tensors = load(data)
    except (struct.error, ValueError, AttributeError, RecursionError, SafetensorError) as error:
        raise ModelError(
            _("{name}: is not a safetensors file, or damaged ({error})").format(name=name, error=visible(error, 80))
        ) from error
    if not isinstance(metadata, dict) or "tuitrain" not in metadata:
        raise ModelError(_("{name}: is a safetensors file, but not a tuitrain model").format(name=name))
    try:
        description = json.loads(metadata["tuitrain"])
        is_whole = description.pop("sha256") == _digest(description, tensors)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        is_whole = False
    if not is_whole:
        raise ModelError(_("{name}: the content does not match its digest; the file is damaged").format(name=name))
    return description, tensors


def checked(description: Description, tensors: Mapping[str, Array]) -> Description:
    """Return the description, if it has all its parts, each of its type, and the tensors have the shapes that it says.

    Raises
    ------
    ValueError
        saying which part does not fit.
    """
    if "format" in description and description["format"] != FORMAT:
        raise ValueError(
            _("format {format}; this version reads {readable}").format(
                format=shown(description["format"]), readable=FORMAT
            )
        )
    description = _DESCRIPTION(description)
    classes, has_classes = description["class_names"], description["task"] == "classification"
    if not (len(set(classes)) == len(classes) > 1 if has_classes else not classes):
        raise ValueError(_("class_names: not two or more different texts for classes, none for a number"))
    sizes = description["layer_sizes"]
    lead = (description["members"],) if "members" in description else ()
    shapes: dict[str, tuple[int, ...]] = {}
    for layer, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        shapes |= {f"weights.{layer}": (*lead, fan_in, fan_out), f"biases.{layer}": (*lead, fan_out)}
    if set(shapes) != set(tensors):
        raise ValueError(
            _("{count} layers and the tensors {names}").format(count=len(sizes) - 1, names=", ".join(sorted(tensors)))
        )
    for tensor, shape in shapes.items():
        found = tensors[tensor]
        if found.shape != shape or found.dtype != np.float32:
            raise ValueError(
                _("{tensor} is {dtype} {shape}, not float32 {expected}").format(
                    tensor=tensor, dtype=found.dtype, shape=found.shape, expected=shape
                )
            )
    return description


def parts_of(
    description: Description, tensors: Mapping[str, Array]
) -> tuple[list[tuple[Description, dict[str, Array]]], list[float]]:
    """Return description and tensors of each network of an average, not yet checked, as of single models; and weights.

    Raises
    ------
    ValueError
        if the description does not say what networks there are.
    """
    shared = {name: value for name, value in description.items() if name != "networks"}
    networks, pre = _NETWORKS(description.get("networks")), shared.get("preprocessing")
    found = []
    for place, network in enumerate(networks):
        own = {name: network[name] for name in OF_A_NETWORK if name in network}
        if network["members"] > 1:
            own["members"] = network["members"]
        if not network["has_bins"] and isinstance(pre, dict):
            own["preprocessing"] = {name: value for name, value in pre.items() if name not in _OF_BINS}
        head = f"{place}."
        of_it = {name.removeprefix(head): tensor for name, tensor in tensors.items() if name.startswith(head)}
        found.append(({**shared, **own, "format": FORMAT}, of_it))
    if sum(len(of_it) for _own, of_it in found) != len(tensors):
        raise ValueError(_("there are tensors of no network"))
    return found, [network["weight"] for network in networks]


def _as_json(description: Mapping[str, Any]) -> str:
    return json.dumps(description, ensure_ascii=False, allow_nan=False)


def _digest(description: Mapping[str, Any], tensors: Mapping[str, Array]) -> str:
    digest = hashlib.sha256(_as_json(description).encode())
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].tobytes())
    return digest.hexdigest()
