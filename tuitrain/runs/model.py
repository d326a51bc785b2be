"""A trained model: parameters, preprocessing, hyperparameters; one safetensors file, read without pickle.

`N` rows, `K` outputs. The file's tensors are `weights.0` (fan_in, fan_out), `biases.0` (fan_out,) and so on, float32;
everything else is JSON in its metadata under ``tuitrain``, with a SHA-256 over both. Equal models are equal files.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain import __version__
from tuitrain.data.columns import Column, Table
from tuitrain.data.dataset import Dataset
from tuitrain.data.part import Part
from tuitrain.data.preprocessing import Preprocessing
from tuitrain.data.target import choose_target, class_numbers
from tuitrain.engine.evaluation import Examined, decide
from tuitrain.engine.network import Network, with_ones
from tuitrain.engine.structure import build_network
from tuitrain.engine.trainer import Trainer
from tuitrain.errors import DataError, ModelError
from tuitrain.hyperparameters import Hyperparameters
from tuitrain.text import quoted, visible

FORMAT = 1
Array = NDArray[Any]


@dataclass(frozen=True)
class Model:
    """A network with all that is needed to predict from rows as they come in a table."""

    network: Network
    hyperparameters: Hyperparameters
    preprocessing: Preprocessing
    task: str
    target_name: str
    class_names: tuple[str, ...]
    target_mean: float
    target_scale: float
    dataset_name: str
    dataset_fingerprint: str
    epoch: int

    @classmethod
    def of(cls, trainer: Trainer, dataset: Dataset, member: int = 0) -> Model:
        """The model at the member's best epoch so far."""
        progress = trainer.progress
        epoch = int(progress.best_epoch[member])
        parameters = progress.best_parameters[member] if epoch else trainer.network.parameters[member]
        return cls.from_parameters(parameters, trainer.hyperparameters[member], dataset, epoch)

    @classmethod
    def from_parameters(
        cls, parameters: Array, hyperparameters: Hyperparameters, dataset: Dataset, epoch: int
    ) -> Model:
        """The model with these parameters (P,), as they were trained on `dataset` up to `epoch`."""
        network = build_network(dataset, hyperparameters, 1)
        network.parameters[0] = parameters
        return cls(
            network, hyperparameters, dataset.preprocessing, dataset.task, dataset.target_name, dataset.class_names,
            dataset.target_mean, dataset.target_scale, dataset.name, dataset.fingerprint, epoch,
        )  # fmt: skip

    def outputs(self, table: Table) -> Array:
        """What the network answers for each row of a table, (N, K) float32."""
        X = self.preprocessing.transform(table)
        with np.errstate(all="ignore"):
            outputs: Array = self.network.predict_rows(with_ones(X, self.network.dtype))[0]
        return outputs

    def predict(self, rows: Any) -> Array:
        """Predict from rows: class names (N,) object, or values (N,) float64 in the target's own units.

        `rows` is a list of mappings from column names, a list of sequences or a 2-D array in the order of the columns
        used in training, or a `Table`.

        Raises
        ------
        DataError
            if a needed column is missing or does not fit.
        """
        decided = decide(self.outputs(self.preprocessing.table_of(rows))[None], self.network, len(self.class_names))[0]
        if self.class_names:
            names: Array = np.array(self.class_names, object)[decided]
            return names
        values: Array = decided.astype(np.float64) * self.target_scale + self.target_mean
        return values

    def predict_proba(self, rows: Any) -> Array:
        """The probability of each class, (N, classes) float64; columns as in `class_names`.

        Raises
        ------
        ModelError
            for a model that gives none: regression, hinge, and losses for values.
        """
        if not self.class_names or not self.network.loss.gives_probabilities:
            raise ModelError(f"a model trained with loss {self.network.loss.name} gives no probabilities; use predict")
        outputs = self.outputs(self.preprocessing.table_of(rows)).astype(np.float64)
        if outputs.shape[1] == 1:
            return np.concatenate([1 - outputs, outputs], axis=1)
        total: Array = outputs.sum(axis=1, keepdims=True)
        return outputs / total

    def evaluate_part(self, part: Part) -> dict[str, float]:
        """The loss and all metrics on an encoded part of a dataset."""
        rows = with_ones(part.X, self.network.dtype)
        examined = Examined([rows], [part.y], self.network, classes=len(self.class_names), scale=self.target_scale)
        with np.errstate(all="ignore"):  # a diverged network's loss may overflow; it is told as not finite
            found = examined.evaluate(full=True)
        return {"loss": float(found.loss[0]), **{name: float(value[0]) for name, value in found.metrics.items()}}

    def evaluate(self, table: Table) -> dict[str, float]:
        """The loss and all metrics on the rows of a table that have a target, and how many ``rows`` those are.

        Raises
        ------
        DataError
            if the target is not there, or holds classes that the model does not know.
        """
        column = table.column(choose_target(table, self.target_name))
        if self.class_names and column.texts is not None:
            column = column.as_text()
        kept = np.flatnonzero(~column.missing)
        if not len(kept):
            raise DataError(f"{table.name}: no row has a value in target {quoted(self.target_name)}")
        table = Table(table.name, tuple(c.take(kept) for c in table.columns))
        part = Part(self.preprocessing.transform(table), self._target(table, column.take(kept)), kept)
        return {"rows": len(kept), **self.evaluate_part(part)}

    def _target(self, table: Table, column: Column) -> Array:
        if self.class_names:
            return class_numbers(column, self.class_names, table.name)
        if column.kind == "text":
            raise DataError(f"{table.name}: target {quoted(column.name)} is text; expected numbers")
        return ((column.values - self.target_mean) / self.target_scale).astype(np.float32)[:, None]

    def save(self, path: str | Path) -> None:
        """Write the model file, whole or not at all.

        Raises
        ------
        ModelError
            if it cannot be written.
        """
        write_whole(Path(path).expanduser(), self.to_bytes())

    def to_bytes(self) -> bytes:
        """The content of the model file."""
        from safetensors.numpy import save  # noqa: PLC0415  (it costs start-up time)

        tensors = self._tensors()
        description = self._description()
        description["sha256"] = _digest(description, tensors)
        return save(tensors, {"tuitrain": _as_json(description)})

    def _tensors(self) -> dict[str, Array]:
        tensors = {f"weights.{n}": w[0] for n, w in enumerate(self.network.weights)}
        biases = {f"biases.{n}": b[0, 0] for n, b in enumerate(self.network.biases)}
        return {name: np.ascontiguousarray(array) for name, array in {**tensors, **biases}.items()}

    def _description(self) -> dict[str, Any]:
        return {
            "format": FORMAT, "version": __version__, "layer_sizes": self.network.layer_sizes,
            "activation": self.network.activation.name, "loss": self.network.loss.name,
            "hyperparameters": self.hyperparameters.to_mapping(), "preprocessing": self.preprocessing.to_json(),
            "task": self.task, "target_name": self.target_name, "class_names": self.class_names,
            "target_mean": self.target_mean, "target_scale": self.target_scale, "dataset_name": self.dataset_name,
            "dataset_fingerprint": self.dataset_fingerprint, "epoch": self.epoch,
        }  # fmt: skip


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that there is never half of it.

    Raises
    ------
    ModelError
        if it cannot be written.
    """
    made = ""
    try:
        handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(made).chmod(0o644)
        Path(made).replace(path)
    except (OSError, ValueError) as error:
        if made:
            Path(made).unlink(missing_ok=True)
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ModelError(f"{visible(path)}: cannot be written: {reason}") from error


def check_writable(path: Path) -> None:
    """See beforehand whether a model could be written, and that no other file would be replaced by it.

    Raises
    ------
    ModelError
        if the directory is not there or not writable, or a file is there that is no model.
    """
    path = path.expanduser()
    name = visible(path)
    try:
        handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        os.close(handle)
        Path(made).unlink()
        if path.is_dir() or not path.name:
            raise ModelError(f"{name}: is a directory; name a file in it")
        if path.exists():
            load_model(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ModelError(f"{name}: cannot be written: {reason}") from error
    except ModelError as error:
        if path.is_file():
            raise ModelError(f"{name}: is there and is no model; it is not overwritten") from error
        raise


def load_model(path: str | Path) -> Model:
    """Read a model file and check it against its digest.

    Raises
    ------
    ModelError
        if there is no such file, it is not a tuitrain model, or it is damaged.
    """
    path = Path(path).expanduser()
    name = visible(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ModelError(f"{name}: there is no such file") from None
    except OSError as error:
        raise ModelError(f"{name}: cannot be read: {error.strerror}") from error
    description, tensors = _parse(data, name)
    try:
        return _build(description, tensors)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{name}: the description does not fit the parameters ({visible(error, 80)})") from error


def _parse(data: bytes, name: str) -> tuple[dict[str, Any], dict[str, Array]]:
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.numpy import load  # noqa: PLC0415

    try:
        (length,) = struct.unpack("<Q", data[:8])
        metadata = json.loads(data[8 : 8 + length]).get("__metadata__", {}) if length < len(data) else None
        tensors = load(data)
    except (struct.error, ValueError, AttributeError, SafetensorError) as error:
        raise ModelError(f"{name}: is not a safetensors file, or damaged ({visible(error, 80)})") from error
    if not isinstance(metadata, dict) or "tuitrain" not in metadata:
        raise ModelError(f"{name}: is a safetensors file, but no tuitrain model")
    try:
        description = json.loads(metadata["tuitrain"])
        is_whole = description.pop("sha256") == _digest(description, tensors)
    except (AttributeError, KeyError, TypeError, ValueError):
        is_whole = False
    if not is_whole:
        raise ModelError(f"{name}: the content does not match its digest; the file is damaged")
    return description, tensors


def _build(description: Mapping[str, Any], tensors: Mapping[str, Array]) -> Model:
    if description["format"] != FORMAT:
        raise ValueError(f"format {description['format']}; this version reads {FORMAT}")
    hyperparameters = Hyperparameters.from_mapping(description["hyperparameters"])
    network = Network(
        description["layer_sizes"], activation=description["activation"], loss=description["loss"],
        leaky_slope=hyperparameters.leaky_slope, huber_delta=hyperparameters.huber_delta,
    )  # fmt: skip
    for layer, (weights, biases) in enumerate(zip(network.weights, network.biases, strict=True)):
        weights[0], biases[0, 0] = tensors[f"weights.{layer}"], tensors[f"biases.{layer}"]
    return Model(
        network, hyperparameters, Preprocessing.from_json(description["preprocessing"]), description["task"],
        description["target_name"], tuple(description["class_names"]), description["target_mean"],
        description["target_scale"], description["dataset_name"], description["dataset_fingerprint"],
        description["epoch"],
    )  # fmt: skip


def _as_json(description: Mapping[str, Any]) -> str:
    return json.dumps(description, ensure_ascii=False, allow_nan=False)


def _digest(description: Mapping[str, Any], tensors: Mapping[str, Array]) -> str:
    digest = hashlib.sha256(_as_json(description).encode())
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].tobytes())
    return digest.hexdigest()
