"""The state of a training as a file, with what else it takes to continue; checked before anything is made of it.

A safetensors file: the arrays of `State.to_arrays`, and in the metadata under ``tuitrain_checkpoint`` a JSON object
`about`, with a SHA-256 over both. Of an ensemble whose first members have ended, these are in ``members.parameters``
(E, P), and what else is known of them under ``members`` of `about`.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.state import State
from tuitrain.errors import RunError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.files import open_regular, reason
from tuitrain.runs.members import Ended
from tuitrain.text import visible
from tuitrain.translation import gettext as _

KEY = "tuitrain_checkpoint"
FORMAT = 1
MOST_HEADER = 100_000_000  # bytes
MEMBERS, PARAMETERS = "members", "members.parameters"


@dataclass(frozen=True)
class Checkpoint:
    """A training's `state`, and JSON values `about` it that are no part of its state; of an ensemble the `ended`."""

    state: State
    about: Mapping[str, Any]
    ended: Mapping[int, Ended] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Return the content of the file."""
        from safetensors.numpy import save  # noqa: PLC0415  (it costs start-up time)

        arrays = {name: np.ascontiguousarray(array) for name, array in self.state.to_arrays().items()}
        about = {"format": FORMAT, **self.about}
        if self.ended:
            arrays[PARAMETERS] = np.stack([member.parameters for member in self.ended.values()])
            about[MEMBERS] = [
                {"member": number, "epoch": member.epoch, "loss": member.loss, "diverged": member.diverged,
                 "hyperparameters": member.hyperparameters.to_mapping()}
                for number, member in self.ended.items()
            ]  # fmt: skip
        return save(arrays, {KEY: _as_json({**about, "sha256": digest(_as_json(about), arrays)})})

    @classmethod
    def read(cls, path: Path) -> Checkpoint:
        """Read the file at `path`.

        Raises
        ------
        RunError
            if it cannot be read, is no checkpoint, or is damaged.
        FileNotFoundError
            if there is none.
        """
        from safetensors import SafetensorError  # noqa: PLC0415
        from safetensors.numpy import load  # noqa: PLC0415

        name = visible(path)
        try:
            with open_regular(path) as file:
                data = file.read()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise RunError(_("{path}: cannot be read: {why}").format(path=name, why=reason(error))) from error
        try:
            about = _about(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])
            arrays = load(data)
            if about.pop("sha256") != digest(_as_json(about), arrays) or about.pop("format") != FORMAT:
                raise ValueError(_("the content does not match its digest"))
            ended = _ended(about.pop(MEMBERS, []), arrays.pop(PARAMETERS, np.empty((0, 0))))
        except (struct.error, ValueError, KeyError, TypeError, RecursionError, SafetensorError) as error:
            raise RunError(
                _("{path}: is no checkpoint, or damaged ({why})").format(path=name, why=visible(error, 80))
            ) from error
        return cls(State.from_arrays(arrays), about, ended)


def _ended(told: list[dict[str, Any]], parameters: NDArray[Any]) -> dict[int, Ended]:
    return {
        int(member["member"]): Ended(
            own.copy(), Hyperparameters.from_record(member["hyperparameters"]), int(member["epoch"]),
            float(member["loss"]), str(member["diverged"]),
        )
        for member, own in zip(told, parameters, strict=True)
    }  # fmt: skip


def read_about(path: Path) -> dict[str, Any]:
    """Return what a checkpoint says about itself, without its arrays and unchecked; {} where that cannot be read."""
    try:
        with open_regular(path) as file:
            (length,) = struct.unpack("<Q", file.read(8))
            return _about(file.read(min(length, MOST_HEADER)))
    except (OSError, struct.error, ValueError, KeyError, TypeError, RecursionError):
        return {}


def _about(header: bytes) -> dict[str, Any]:
    found = json.loads(json.loads(header)["__metadata__"][KEY])
    if not isinstance(found, dict):
        raise TypeError(_("is no object"))
    return found


def _as_json(about: Mapping[str, Any]) -> str:
    return json.dumps(about, ensure_ascii=False)


def digest(about: str, arrays: Mapping[str, NDArray[Any]]) -> str:
    """Return a SHA-256, in hexadecimal digits, over a text and arrays with their names, types and shapes."""
    found = hashlib.sha256(about.encode())
    for name in sorted(arrays):
        found.update(f"{name} {arrays[name].dtype.str} {arrays[name].shape}".encode())
        found.update(arrays[name].data if arrays[name].size else b"")
    return found.hexdigest()
