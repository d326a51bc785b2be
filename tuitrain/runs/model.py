"""A trained model: parameters, preprocessing, hyperparameters; one safetensors file, read without pickle.

`N` rows, `K` outputs.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain._version import __version__
from tuitrain.data.dataset import Dataset, Part
from tuitrain.data.preprocessing import Preprocessing
from tuitrain.data.table import Column, Table
from tuitrain.data.target import choose_target, known_rows
from tuitrain.engine.average import average
from tuitrain.engine.build import build_network, n_outputs
from tuitrain.engine.evaluation import Examined, decide, evaluate_outputs
from tuitrain.engine.network import PREDICT_ROWS, Network, with_ones
from tuitrain.engine.probabilities import class_probabilities
from tuitrain.engine.scoring import decided_at
from tuitrain.engine.trainer import Trainer
from tuitrain.errors import DataError, FileError, HyperparameterError, ModelError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs import model_file
from tuitrain.runs.files import expanded, followed, reason, write_whole
from tuitrain.text import quoted, visible
from tuitrain.translation import gettext as _

__all__ = ["Model", "check_writable", "load_model", "write_whole"]
Array = NDArray[Any]
AT_ONCE = 16 * PREDICT_ROWS  # rows whose inputs are held at once


@contextmanager
def _files_as_models() -> Iterator[None]:
    """Raise a `FileError` as a `ModelError`, so that a caller catches one for all that is wrong with a model."""
    try:
        yield
    except FileError as error:
        raise ModelError(str(error)) from error


@dataclass(frozen=True)
class Model:
    """A network with all that is needed to predict from rows as they come in a table.

    With several members, they are an ensemble, whose answers are averaged. `spread` says how far their disagreement
    tells the error (see `runs/spread.py`); empty where that is not known. `positive` is the number of the class that
    is looked for, if one is; with a `threshold`, it is answered where its probability reaches that.
    """

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
    spread: Mapping[str, float] = field(default_factory=dict)
    positive: int | None = None
    threshold: float | None = None

    @classmethod
    def of(cls, trainer: Trainer, dataset: Dataset, member: int = 0) -> Model:
        """Make a model from the member's best epoch so far, with the hyperparameters as they were then.

        Before the end of the first epoch, the parameters and hyperparameters of the moment.
        """
        stopping = trainer.early_stopping
        epoch, hyperparameters = int(stopping.best_epoch[member]), stopping.best_hyperparameters[member]
        parameters = stopping.best_parameters[member] if epoch else trainer.network.parameters[member]
        return cls.from_parameters(parameters, hyperparameters or trainer.hyperparameters[member], dataset, epoch)

    @classmethod
    def from_parameters(
        cls, parameters: Array, hyperparameters: Hyperparameters, dataset: Dataset, epoch: int
    ) -> Model:
        """Make a model with these parameters (P,), or (M, P), as they were trained on `dataset` up to `epoch`."""
        network = build_network(dataset, hyperparameters, len(np.atleast_2d(parameters)))
        network.parameters[...] = parameters
        preprocessing = dataset.preprocessing if network.bins is not None else dataset.preprocessing.without_bins()
        return cls(
            network, hyperparameters, preprocessing, dataset.task, dataset.target_name, dataset.class_names,
            dataset.target_mean, dataset.target_scale, dataset.name, dataset.fingerprint, epoch,
        )  # fmt: skip

    @property
    def n_networks(self) -> int:
        """How many networks answer; with several, their mean is the answer."""
        return self.network.members

    @property
    def member_weights(self) -> Array:
        """How much each network counts, (M,), together 1."""
        return np.full(self.n_networks, 1 / self.n_networks)

    def logits(self, table: Table) -> Array:
        """Compute the outputs of the last layer for each row of a table, (N, K) float32."""
        return self.logits_of(self.preprocessing.transform(table))

    def logits_of(self, X: Array) -> Array:
        """Compute the outputs of the last layer for encoded rows (N, D), (N, K) float32.

        Those of an ensemble are as if one network answered; see `combined`.
        """
        found = self.member_logits(X)
        return found[0] if len(found) == 1 else self.combined(found)

    def member_logits(self, X: Array) -> Array:
        """Compute the outputs of each member for encoded rows (N, D), (M, N, K) float32."""
        with np.errstate(all="ignore"):
            pieces = [
                self.network.logits_of_rows(self.network.rows_of(X[start : start + AT_ONCE]))
                for start in range(0, max(len(X), 1), AT_ONCE)
            ]
        logits: Array = np.concatenate(pieces, axis=1)
        return logits

    def combined(self, logits: Array, weights: Array | None = None) -> Array:
        """Return outputs (N, K) that answer with the mean of the members' answers, whose outputs are (M, N, K).

        `weights` (M, N) say how much each member counts in each row; alike if None.
        """
        return average(logits, self.network.loss.name, weights).astype(self.network.dtype)

    def predict(self, rows: Any) -> Array:
        """Predict from rows: class names (N,) object, or values (N,) float64 in the target's own units.

        `rows` is a list of mappings from column names, a list of sequences or a 2-D array in the order of the columns
        used in training, or a `Table`.

        Raises
        ------
        DataError
            if a needed column is missing or does not fit.
        """
        return self.decided(self.logits(self.preprocessing.table_of(rows)))

    def decided(self, logits: Array) -> Array:
        """Return what `predict` does, for the outputs (N, K) of the last layer."""
        decided = self.decided_numbers(logits)
        if self.class_names:
            names: Array = np.array(self.class_names, object)[decided]
            return names
        return self.own_units(decided)

    def decided_numbers(self, logits: Array) -> Array:
        """Return class numbers (N,), or standardised values, for the outputs (N, K) of the last layer."""
        if self.threshold is not None and self.positive is not None and self.gives_probabilities:
            return decided_at(self.probabilities(logits), self.positive, self.threshold)
        answers: Array = decide(logits[None], self.network, len(self.class_names))[0]
        return answers

    def own_units(self, values: Array) -> Array:
        """Convert standardised target values to the target's own units, float64."""
        own: Array = values.astype(np.float64) * self.target_scale + self.target_mean
        return own

    @property
    def gives_probabilities(self) -> bool:
        """Whether there are probabilities of classes."""
        return bool(self.class_names) and self.network.loss.gives_probabilities

    def predict_proba(self, rows: Any) -> Array:
        """Compute the probability of each class, (N, classes) float64; columns as in `class_names`.

        Raises
        ------
        ModelError
            for a model that has none: regression, hinge, and losses for values.
        """
        if not self.gives_probabilities:
            raise ModelError(
                _("a model trained with loss {name} gives no probabilities; use predict").format(
                    name=self.network.loss.name
                )
            )
        return self.probabilities(self.logits(self.preprocessing.table_of(rows)))

    def probabilities(self, logits: Array) -> Array:
        """Return what `predict_proba` does, for the outputs (N, K) of the last layer."""
        return class_probabilities(logits, self.network.loss.name)

    def evaluate_outputs(self, outputs: Array, y: Array) -> dict[str, float]:
        """Compute the loss and all metrics of outputs (N, K), as `logits_of` returns them, against `y` of a part."""
        with np.errstate(all="ignore"):
            found = evaluate_outputs(
                outputs, y, self.network, classes=len(self.class_names), scale=self.target_scale,
                decided=self.decided_numbers(outputs),
            )  # fmt: skip
        return {"loss": float(found.loss[0]), **{name: float(value[0]) for name, value in found.metrics.items()}}

    def evaluate_part(self, part: Part) -> dict[str, float]:
        """Compute the loss and all metrics on an encoded part of a dataset."""
        if self.n_networks > 1 or self.threshold is not None:
            return self.evaluate_outputs(self.logits_of(part.X), part.y)
        rows = with_ones(part.X, self.network.dtype)
        examined = Examined([rows], [part.y], self.network, classes=len(self.class_names), scale=self.target_scale)
        with np.errstate(all="ignore"):  # a diverged network's loss may overflow; it is reported as not finite
            found = examined.evaluate(full=True)
        return {"loss": float(found.loss[0]), **{name: float(value[0]) for name, value in found.metrics.items()}}

    def evaluate(self, table: Table, tell: Callable[[str], None] = lambda notice: None) -> dict[str, float]:
        """Compute the loss and all metrics on the rows of a table that have a target, and count these ``rows``.

        Rows of classes that the model does not know are left out, and `tell` is called with a notice.

        Raises
        ------
        DataError
            if the target is missing, or no row holds a known class.
        """
        column = table.column(choose_target(table, self.target_name))
        if self.class_names and column.texts is not None:
            column = column.as_text()
        kept = np.flatnonzero(~column.missing)
        if not len(kept):
            raise DataError(
                _("{name}: no row has a value in target {target_name}").format(
                    name=table.name, target_name=quoted(self.target_name)
                )
            )
        values: Array | None = None
        if self.class_names:
            known, values, remarks = known_rows(column.take(kept), self.class_names, table.name)
            kept = kept[known]
            for remark in remarks:
                tell(remark)
        table = Table(table.name, tuple(c.take(kept) for c in table.columns))
        y = self._target(table, column.take(kept)) if values is None else values
        return {"rows": len(kept), **self.evaluate_part(Part(self.preprocessing.transform(table), y, kept))}

    def _target(self, table: Table, column: Column) -> Array:
        if column.kind == "text":
            raise DataError(
                _("{name}: target {target} is text; expected numbers").format(
                    name=table.name, target=quoted(column.name)
                )
            )
        return ((column.values - self.target_mean) / self.target_scale).astype(np.float32)[:, None]

    @_files_as_models()
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model file atomically; behind a symbolic link, if it is one.

        Raises
        ------
        ModelError
            if it cannot be written.
        """
        write_whole(followed(expanded(path)), self.to_bytes())

    def to_bytes(self) -> bytes:
        """Return the content of the model file."""
        return model_file.encode(self._description(), self._tensors())

    def _tensors(self) -> dict[str, Array]:
        is_one = self.network.members == 1
        tensors = {f"weights.{n}": w[0] if is_one else w for n, w in enumerate(self.network.weights)}
        biases = {f"biases.{n}": b[0, 0] if is_one else b[:, 0] for n, b in enumerate(self.network.biases)}
        return {name: np.ascontiguousarray(array) for name, array in {**tensors, **biases}.items()}

    def _description(self) -> dict[str, Any]:
        return {
            "format": model_file.FORMAT, "version": __version__, "layer_sizes": self.network.layer_sizes,
            "activation": self.network.activation.name, "loss": self.network.loss.name,
            "hyperparameters": self.hyperparameters.to_mapping(), "preprocessing": self.preprocessing.to_json(),
            "task": self.task, "target_name": self.target_name, "class_names": self.class_names,
            "target_mean": self.target_mean, "target_scale": self.target_scale, "dataset_name": self.dataset_name,
            "dataset_fingerprint": self.dataset_fingerprint, "epoch": self.epoch,
            **({"members": self.network.members} if self.network.members > 1 else {}),
            **({} if self.positive is None else {"positive": self.positive}),
            **({} if self.threshold is None else {"threshold": self.threshold}),
            **({"spread": dict(self.spread)} if self.spread else {}),
        }  # fmt: skip


@_files_as_models()
def check_writable(path: Path) -> None:
    """Check that a model could be written, and would not replace a file of another kind.

    Raises
    ------
    ModelError
        if the directory does not exist or is not writable, or the existing file is not a model.
    """
    path = expanded(path)
    name = visible(path)
    try:
        place = followed(path)
        handle, made = tempfile.mkstemp(dir=place.parent, prefix=f".{path.name[:100]}.")
        os.close(handle)
        Path(made).unlink()
        if path.is_dir() or not path.name:
            raise ModelError(_("{name}: is a directory; name a file in it").format(name=name))
        if path.exists():
            load_model(path)
    except (OSError, ValueError) as error:
        raise ModelError(_("{name}: cannot be written: {error}").format(name=name, error=reason(error))) from error
    except ModelError as error:
        if path.is_file():
            raise ModelError(
                _("{name}: already exists and is not a model; it is not overwritten").format(name=name)
            ) from error
        raise


@_files_as_models()
def load_model(path: str | os.PathLike[str]) -> Model:
    """Read a model file and check it against its digest.

    Raises
    ------
    ModelError
        if there is no such file, it is not a tuitrain model, or it is damaged.
    """
    path = expanded(path)
    name = visible(path)
    try:
        if path.is_char_device():
            raise ModelError(_("{name}: is not a regular file").format(name=name))
        data = path.read_bytes()
    except FileNotFoundError:
        raise ModelError(_("{name}: there is no such file").format(name=name)) from None
    except (OSError, ValueError) as error:
        raise ModelError(_("{name}: cannot be read: {error}").format(name=name, error=reason(error))) from error
    description, tensors = model_file.decode(data, name)
    try:
        if description.get("format") == model_file.AVERAGE_FORMAT:
            from tuitrain.runs.average_model import read_average  # noqa: PLC0415 - it is made of models

            return read_average(description, tensors)
        return built(model_file.checked(description, tensors), tensors)
    except HyperparameterError as error:
        what = str(error).replace("\n", "; ")
        saved = _("was saved by tuitrain {version}").format(version=visible(description.get("version"), 20))
        raise ModelError(
            _("{name}: {saved}, and this is {version}, which does not know all of it: {what}").format(
                name=name, saved=saved, version=__version__, what=what
            )
        ) from error
    except (KeyError, ValueError) as error:
        raise ModelError(
            _("{name}: the description does not fit the parameters ({error})").format(
                name=name, error=visible(error, 160)
            )
        ) from error


def built(description: Mapping[str, Any], tensors: Mapping[str, Array]) -> Model:
    """Make a model from a file's description and tensors, which are checked against each other."""
    hyperparameters = Hyperparameters.from_record(description["hyperparameters"])
    preprocessing = Preprocessing.from_json(description["preprocessing"])
    network = Network(
        description["layer_sizes"], activation=description["activation"], loss=description["loss"],
        leaky_slope=hyperparameters.leaky_slope, huber_delta=hyperparameters.huber_delta,
        bins=preprocessing.piecewise(), members=description.get("members", 1),
    )  # fmt: skip
    ends = network.layer_sizes[0], network.n_outputs
    inputs = len(preprocessing.encoded_names) + (network.bins.count if network.bins is not None else 0)
    expected = inputs, n_outputs(network.loss.name, len(description["class_names"]))
    if ends != expected:
        raise ValueError(
            _("{inputs} inputs and {outputs} outputs, where columns and classes need {expected}").format(
                inputs=ends[0], outputs=ends[1], expected=expected
            )
        )
    for layer, (weights, biases) in enumerate(zip(network.weights, network.biases, strict=True)):
        weights[...], biases[:, 0] = tensors[f"weights.{layer}"], tensors[f"biases.{layer}"]
    return Model(
        network, hyperparameters, preprocessing, description["task"], description["target_name"],
        tuple(description["class_names"]), description["target_mean"], description["target_scale"],
        description["dataset_name"], description["dataset_fingerprint"], description["epoch"],
        description.get("spread", {}), description.get("positive"), description.get("threshold"),
    )  # fmt: skip
