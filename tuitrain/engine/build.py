"""Check that members can share a stack, and build its network, optimizer and penalties.

The engine sees a dataset through `Data`: it knows arrays, not tables. `M` members, `P` parameters of a member.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.losses import LOSSES
from tuitrain.engine.memory import check_memory, rows_of_a_batch
from tuitrain.engine.network import Bins, Network
from tuitrain.engine.optimizer import SETTINGS, Optimizer
from tuitrain.engine.optimizers import make_optimizer
from tuitrain.engine.penalties import Penalties
from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.options.metric_names import CLASS_METRICS, LOSS, VALUE_METRICS
from tuitrain.translation import gettext as _

Array = NDArray[Any]
SHARED = (
    "hidden_layers", "activation", "leaky_slope", "loss", "huber_delta", "initializer", "optimizer", "batch_size",
    "class_weights", "metric",
)  # fmt: skip


class DataPart(Protocol):
    """One part of the split: X (N, D) float32; y (N,) class numbers or (N, K) values."""

    @property
    def X(self) -> Array: ...  # noqa: N802
    @property
    def y(self) -> Array: ...


class Data(Protocol):
    """A dataset as the engine sees it; the validation part may be empty."""

    @property
    def task(self) -> str: ...
    @property
    def train(self) -> DataPart: ...
    @property
    def validation(self) -> DataPart: ...
    @property
    def n_classes(self) -> int: ...
    @property
    def target_scale(self) -> float: ...


def check_shared(hyperparameters: Sequence[Hyperparameters]) -> None:
    """Refuse members that cannot share a stack: they differ in one of `SHARED`, or there are none.

    Raises
    ------
    HyperparameterError
        if so; names the first field that differs.
    """
    if not hyperparameters:
        raise HyperparameterError(_("a stack needs hyperparameters for at least one member"))
    for name in SHARED:
        values = {getattr(member, name) for member in hyperparameters}
        if len(values) > 1:
            shown = _(" and ").join(sorted(map(FIELDS[name].format, values)))
            raise HyperparameterError(
                _("{label}: {shown} cannot train in one stack").format(label=_(FIELDS[name].label), shown=shown)
            )


def distinct_datasets(dataset: Data | Sequence[Data], members: int) -> tuple[list[Data], list[int]]:
    """Return the distinct datasets of a stack, and the index of each member's dataset.

    Raises
    ------
    ValueError
        if the number of datasets is not the number of members, or their shapes or bins differ.
    """
    if not isinstance(dataset, Sequence):
        return [dataset], [0] * members
    if len(dataset) != members:
        raise ValueError(f"{len(dataset)} datasets for {members} members")
    distinct = list({id(data): data for data in dataset}.values())
    places = {id(data): place for place, data in enumerate(distinct)}
    shapes = {(data.train.X.shape, data.train.y.shape, data.validation.X.shape, data.n_classes) for data in distinct}
    if len(shapes) > 1:
        raise ValueError(f"the datasets of a stack have different shapes: {sorted(map(str, shapes))}")
    bins = [getattr(data, "bins", None) for data in distinct]
    if any(one != bins[0] for one in bins):
        raise ValueError("the datasets of a stack have different bins")
    return distinct, [places[id(data)] for data in dataset]


def choose_loss(name: str, task: str) -> str:
    """Resolve ``auto`` for the task, and check that the loss fits it.

    Raises
    ------
    HyperparameterError
        if the loss is for classes and the target is a number.
    """
    if name == "auto":
        return "cross_entropy" if task == "classification" else "mse"
    if task == "regression" and LOSSES[name].for_classes:
        raise HyperparameterError(
            _("loss: {name} needs classes, and the target is a number; use mse, mae or huber").format(name=name)
        )
    return name


def check_metric(metric: str, task: str) -> None:
    """Check that the metric fits the task.

    Raises
    ------
    HyperparameterError
        if it is the other task's.
    """
    allowed = CLASS_METRICS if task == "classification" else VALUE_METRICS
    if metric not in {LOSS, *allowed}:
        raise HyperparameterError(
            _("metric: {name} is not one of {task}; use {allowed}").format(
                name=metric, task=task, allowed=", ".join([LOSS, *allowed])
            )
        )


def n_outputs(loss: str, n_classes: int, width: int = 1) -> int:
    """Count the units of the last layer: one for two classes under hinge and binary cross entropy, else one a class."""
    if not n_classes:
        return width
    return 1 if n_classes == 2 and loss in {"hinge", "binary_cross_entropy"} else n_classes


def sizes_of(data: Data, shared: Hyperparameters) -> tuple[int, ...]:
    """The inputs, bins among them, the units of each hidden layer and the outputs of the network of `shared`."""
    width = data.train.y.shape[1] if data.train.y.ndim == 2 else 1
    loss = choose_loss(shared.loss, data.task)
    bins = bins_of(data, shared)
    inputs = data.train.X.shape[1] + (bins.count if bins is not None else 0)
    return (inputs, *shared.hidden_layers, n_outputs(loss, data.n_classes, width))


def check_stack(data: Data, shared: Hyperparameters, members: int) -> None:
    """Refuse so many members that the machine has no memory for.

    Raises
    ------
    HyperparameterError
        if it has none; says how much they need.
    """
    check_memory(sizes_of(data, shared), members, rows_of_a_batch(shared.batch_size, len(data.train.X)))


def build_network(data: Data, shared: Hyperparameters, members: int, dtype: Any = np.float32) -> Network:
    """Build the stack that `shared` describes, for `data`; its parameters are still zero.

    Raises
    ------
    HyperparameterError
        if the loss does not fit the task, or the network is too large for the machine's memory.
    """
    check_stack(data, shared, members)
    loss = choose_loss(shared.loss, data.task)
    return Network(
        sizes_of(data, shared), activation=shared.activation, loss=loss, members=members, dtype=dtype,
        leaky_slope=shared.leaky_slope, huber_delta=shared.huber_delta, bins=bins_of(data, shared),
    )  # fmt: skip


def bins_of(data: Data, shared: Hyperparameters) -> Bins | None:
    """Return the bins that a network of `data` has beside the inputs of its rows; a dataset may have none."""
    bins: Bins | None = getattr(data, "bins", None)
    return bins if bins is not None and (shared.hidden_layers or bins.for_linear) else None


def member_values(hyperparameters: Sequence[Hyperparameters], name: str) -> Array:
    """Return a numeric field for each member, (M, 1) float64, with ``auto`` resolved."""
    return np.array([[h.number(name)] for h in hyperparameters], np.float64)


def build_optimizer(network: Network, hyperparameters: Sequence[Hyperparameters]) -> Optimizer:
    """Build the optimizer of a stack, with fresh state; the first member names it for all."""
    settings = {name: member_values(hyperparameters, name) for name in SETTINGS}
    shape = (network.members, network.n_parameters)
    return make_optimizer(hyperparameters[0].optimizer, shape, network.dtype, **settings)


def build_penalties(mask: Array, loss: str, hyperparameters: Sequence[Hyperparameters], rows: int) -> Penalties:
    """Build the penalties of a stack on the weights, where `mask` (1, P) is 1; `rows` are those of the training part.

    Under hinge, 1/(C·rows) replaces L2: the sum is then that of a support vector machine, ½‖w‖² + C Σ hinge (Cortes &
    Vapnik, 1995), divided by C·rows.
    """
    l1, l2, decay, clip, C = (
        member_values(hyperparameters, name)[:, 0] for name in ("l1", "l2", "weight_decay", "gradient_clip", "C")
    )
    return Penalties(mask, l1, 1 / (C * rows) if loss == "hinge" else l2, decay, clip)
