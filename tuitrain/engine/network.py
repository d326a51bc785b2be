"""A stack of networks of one shape, with one flat array of parameters.

`M` members, `P` parameters of a member, `B` rows of a batch, `D` features, `K` outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.activations import ACTIVATIONS
from tuitrain.engine.dropout import Dropout
from tuitrain.engine.initializers import INITIALIZERS, choose_initializer
from tuitrain.engine.losses import LOSSES
from tuitrain.engine.passes import Pass
from tuitrain.engine.random_numbers import generator
from tuitrain.errors import HyperparameterError
from tuitrain.text import quoted, suggest
from tuitrain.translation import gettext as _

Array = NDArray[Any]
PREDICT_ROWS = 2048  # rows of one forward pass when predicting: bounds the memory, keeps the buffers in the cache


class Bins(Protocol):
    """What adds `count` inputs to those of the rows, before the first layer; `for_linear`: without hidden layers too.

    `expand` takes (…, D) to (…, D + count); `expand_rows` the same of rows that end in a one, which stays at the end.
    """

    @property
    def count(self) -> int: ...
    @property
    def for_linear(self) -> bool: ...
    def expand(self, X: Array) -> Array: ...
    def expand_rows(self, rows: Array) -> Array: ...


class Network:
    """`members` networks of the same shape, trained by the same NumPy calls.

    `parameters` and `gradients` are (M, P), C-contiguous; each layer's block holds its weights and then its biases.
    `weights[l]` (M, fan_in, fan_out) and `biases[l]` (M, 1, fan_out) are views into `parameters`. `layer_sizes` are the
    inputs, hidden units and outputs: (4, 16, 3); with two entries there is no hidden layer. `dtype` is float32 or
    float64, `slices[l]` a layer's place among the P parameters. With `bins`, the inputs are those of the rows and
    their bins: rows are given without them, and what the network reads is `inputs` or `rows_of` them.

    Raises
    ------
    HyperparameterError
        for an unknown activation or loss, or sizes or a number of members that are not above 0.
    """

    def __init__(
        self,
        layer_sizes: Sequence[int],
        *,
        activation: str = "relu",
        loss: str = "cross_entropy",
        members: int = 1,
        dtype: Any = np.float32,
        leaky_slope: float = 0.01,
        huber_delta: float = 1.0,
        bins: Bins | None = None,
    ) -> None:
        self.layer_sizes = tuple(int(size) for size in layer_sizes)
        if len(self.layer_sizes) < 2 or min(self.layer_sizes) < 1 or members < 1:
            raise HyperparameterError(
                _("layer sizes {sizes}: at least inputs and outputs, each above 0").format(sizes=tuple(layer_sizes))
            )
        self.activation = ACTIVATIONS[_known("activation", activation, tuple(ACTIVATIONS))]
        self.loss = LOSSES[_known("loss", loss, tuple(LOSSES))]
        self.members = members
        self.dtype = np.dtype(dtype)
        self.leaky_slope, self.huber_delta = leaky_slope, huber_delta
        self.bins = bins
        shapes = [(fan_in + 1, fan_out) for fan_in, fan_out in pairwise(self.layer_sizes)]
        ends = np.cumsum([0] + [rows * columns for rows, columns in shapes])
        self.parameters = np.zeros((members, int(ends[-1])), self.dtype)
        self.gradients = np.zeros_like(self.parameters)
        self.slices = [slice(int(start), int(end)) for start, end in pairwise(ends)]
        self.blocks, self.gradient_blocks = (
            [flat[:, part].reshape(members, *shape) for part, shape in zip(self.slices, shapes, strict=True)]
            for flat in (self.parameters, self.gradients)
        )
        self.weights = [block[:, :-1] for block in self.blocks]
        self.biases = [block[:, -1:] for block in self.blocks]
        self._passes: dict[int, Pass] = {}

    @property
    def n_parameters(self) -> int:
        """The number of weights and biases of one member, P."""
        return int(self.parameters.shape[1])

    @property
    def n_outputs(self) -> int:
        """The number of units of the last layer, K."""
        return self.layer_sizes[-1]

    def inputs(self, X: Array) -> Array:
        """Return rows `X` (…, D without bins) as the first layer reads them, (…, D); others as they are."""
        X = np.asarray(X)
        is_plain = self.bins is None or X.shape[-1] == self.layer_sizes[0]
        return X if is_plain or self.bins is None else self.bins.expand(X)

    def rows_of(self, X: Array, dtype: Any = None) -> Array:
        """Return `inputs` of `X` with a last column of ones, (…, D + 1), in the network's dtype or another."""
        dtype = self.dtype if dtype is None else dtype
        if self.bins is None or X.shape[-1] == self.layer_sizes[0]:
            return with_ones(X, dtype)
        return self.expanded(with_ones(X, dtype))

    def expanded(self, rows: Array) -> Array:
        """Return rows that end in a column of ones, (…, D without bins + 1), with their bins, (…, D + 1)."""
        return rows if self.bins is None else self.bins.expand_rows(rows)

    def weight_mask(self) -> Array:
        """Return (1, P): 1 for each weight and 0 for each bias, which penalties leave alone."""
        mask = np.ones((1, self.n_parameters), self.dtype)
        for part, fan_out in zip(self.slices, self.layer_sizes[1:], strict=True):
            mask[:, part.stop - fan_out : part.stop] = 0
        return mask

    def set_parameter(self, member: int, index: int, value: float) -> None:
        """Change one weight or bias of a member, in place; `index` counts them along `parameters`.

        Raises
        ------
        HyperparameterError
            if there is no such parameter, or the value is not finite in the network's dtype.
        """
        if not 0 <= index < self.n_parameters:
            text = _("parameter {index}: the network has {count}, counted from 0")
            raise HyperparameterError(text.format(index=index, count=self.n_parameters))
        with np.errstate(over="ignore"):
            stored = self.dtype.type(value)
        if not np.isfinite(stored):
            raise HyperparameterError(_("parameter {index}: {value} is not finite").format(index=index, value=value))
        self.parameters[member, index] = stored

    def initialize(self, seeds: int | Sequence[int], initializer: str = "auto") -> None:
        """Draw the weights of each member from its own seed, in place; biases become zero.

        `seeds` is a whole number for all members, or one for each.

        Raises
        ------
        HyperparameterError
            for an unknown initializer, or a number of seeds that is not that of the members.
        """
        name = initializer if initializer == "auto" else _known("initializer", initializer, tuple(INITIALIZERS))
        each = [seeds] * self.members if isinstance(seeds, (int, np.integer)) else list(seeds)
        if len(each) != self.members:
            raise HyperparameterError(
                _("seeds: {count} given for {members} members").format(count=len(each), members=self.members)
            )
        self.parameters[...] = 0
        last = len(self.weights) - 1
        for member, seed in enumerate(each):
            rng = generator(int(seed), "initialize")
            for layer, weights in enumerate(self.weights):
                draw = INITIALIZERS[choose_initializer(name, self.activation.name, layer == last)]
                weights[member] = draw(rng, *weights.shape[1:])

    def make_pass(self, batch: int, dropout: Dropout | None = None) -> Pass:
        """Allocate buffers for batches of `batch` rows, with room for masks if there is `dropout`."""
        return Pass(
            self.blocks, self.gradient_blocks, self.activation, self.loss, batch=batch, leaky_slope=self.leaky_slope,
            huber_delta=self.huber_delta, dropout=dropout,
        )  # fmt: skip

    def pass_for(self, batch: int) -> Pass:
        """Return buffers without dropout; those of the four batch sizes used last are kept."""
        found = self._passes.pop(batch, None) or self.make_pass(batch)
        self._passes[batch] = found
        if len(self._passes) > 4:
            del self._passes[next(iter(self._passes))]
        return found

    def loss_and_gradients(self, X: Array, y: Array) -> Array:
        """Run one forward and backward pass: fill `gradients`, and return the losses (M,), means over the rows.

        `X` is (B, D), or (M, B, D) with rows of its own for each member; `y` is (B,) class numbers or (B, K) values, or
        the same with members first.

        Raises
        ------
        ValueError
            if the shapes do not fit the network.
        """
        rows = self.rows_of(self._checked(X))
        target = self.encode(np.asarray(y), rows.shape[-2])
        share = equal_shares(rows.shape[-2], self.dtype)
        target = self.loss.weigh(target, share)
        return self.pass_for(rows.shape[-2]).train(np.swapaxes(rows, -1, -2), target, share)

    def predict(self, X: Array) -> Array:
        """Return probabilities (cross entropies) or values, (M, B, K), for rows `X` (B, D) or (M, B, D).

        Raises
        ------
        ValueError
            if the shape does not fit the network.
        """
        return self.predict_rows(self.rows_of(self._checked(X)))

    def predict_rows(self, rows: Array) -> Array:
        """Predict for rows that already end in a column of ones, (B, D + 1) or (M, B, D + 1)."""
        return self._outputs(rows, self.loss.to_probabilities)

    def logits_of_rows(self, rows: Array) -> Array:
        """Return the outputs as the last layer computes them, (M, B, K), for rows as in `predict_rows`."""
        return self._outputs(rows, lambda logits: None)

    def _outputs(self, rows: Array, finish: Callable[[Array], None]) -> Array:
        batch = rows.shape[-2]
        result = np.empty((self.members, batch, self.n_outputs), self.dtype)
        for start in range(0, batch, PREDICT_ROWS):
            piece = rows[..., start : start + PREDICT_ROWS, :]
            outputs = self.pass_for(piece.shape[-2]).forward(np.swapaxes(piece, -1, -2))
            finish(outputs)
            result[:, start : start + PREDICT_ROWS] = outputs.transpose(0, 2, 1)
        return result

    def encode(self, y: Array, batch: int) -> Array:
        """Convert class numbers or values to targets as the losses expect them; see `encode_target`."""
        return encode_target(y, batch, self)

    def _checked(self, X: Array) -> Array:
        X = np.asarray(X)
        width = self.layer_sizes[0]
        widths = {width, width - (self.bins.count if self.bins is not None else 0)}
        if X.ndim not in {2, 3} or X.shape[-1] not in widths or (X.ndim == 3 and len(X) != self.members):
            raise ValueError(f"X has shape {X.shape}; expected (rows, {min(widths)}), or with members first")
        return X


def encode_target(y: Array, batch: int, network: Network) -> Array:
    """Convert class numbers or values `y` to targets (K, B) or (M, K, B), in the network's dtype.

    `y` has the shapes that `Network.loss_and_gradients` accepts, for `batch` rows.

    Raises
    ------
    ValueError
        for another shape, or class numbers that the network has no outputs for.
    """
    members, outputs = network.members, network.n_outputs
    lead = y.shape[:1] if len(y) == members and y.shape[:2] == (members, batch) else ()
    is_values = (y.shape == (batch, outputs) and (outputs > 1 or not lead)) or y.shape == (members, batch, outputs)
    if is_values and not (y.ndim == 2 and lead and np.issubdtype(y.dtype, np.integer)):
        values = np.swapaxes(y.astype(network.dtype), -1, -2)
        return np.ascontiguousarray(values)
    if y.shape not in {(batch,), (members, batch)}:
        raise ValueError(f"y has shape {y.shape}; expected ({batch},), ({batch}, {outputs}), or with members first")
    if not network.loss.for_classes and outputs == 1:
        return np.ascontiguousarray(y.astype(network.dtype)[..., None, :])
    numbers = y.astype(np.int64)
    highest = max(outputs, 2) - 1
    if (numbers != y).any() or numbers.min(initial=0) < 0 or numbers.max(initial=0) > highest:
        raise ValueError(f"y: class numbers are whole numbers from 0 to {highest}")
    return one_hot(numbers, outputs, network.loss.name, network.dtype)


def one_hot(numbers: Array, outputs: int, loss: str, dtype: Any) -> Array:
    """Encode class numbers (..., B) as (..., K, B): 1 for the class; with one output 0 and 1, for hinge -1 and 1."""
    if outputs == 1:
        row = numbers[..., None, :].astype(dtype)
        return row * 2 - 1 if loss == "hinge" else row
    target = np.zeros((*numbers.shape[:-1], outputs, numbers.shape[-1]), dtype)
    np.put_along_axis(target, numbers[..., None, :], 1, axis=-2)
    return target


def equal_shares(batch: int, dtype: Any) -> Array:
    """Return the shares of rows that count alike: (1, B) of 1/B."""
    return np.full((1, batch), 1 / batch, dtype)


def with_ones(X: Array, dtype: Any) -> Array:
    """Return `X` (..., D) as (..., D + 1), with a last column of ones, which the biases multiply."""
    rows = np.ones((*X.shape[:-1], X.shape[-1] + 1), dtype)
    rows[..., :-1] = X
    return rows


def _known(label: str, name: str, allowed: tuple[str, ...]) -> str:
    if name not in allowed:
        raise HyperparameterError(f"{label} {quoted(name)}: {suggest(str(name), allowed)}")
    return name
