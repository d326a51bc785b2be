"""What every optimizer shares: settings, state, and steps that work in pieces.

`M` members, `P` parameters of a member. An optimizer works in pieces that fit the cache. `_coefficients` computes what
depends on the step alone; each coefficient is a number where all members agree, else (M, 1); `_update` then works on
one piece. The rules themselves are in `optimizers.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.penalties import Penalties
from tuitrain.errors import HyperparameterError
from tuitrain.options.hyperparameters import automatic
from tuitrain.text import quoted, suggest
from tuitrain.translation import gettext as _

Array = NDArray[Any]
Coefficient = Any  # a float, or an array (M, 1)
SETTINGS = ("momentum", "beta1", "beta2", "rho", "epsilon")
PIECE = 32_768  # elements of a piece: larger pieces leave the cache, smaller ones cost calls


class Optimizer:
    """One rule's settings and state for parameters of `shape` (M, P); a subclass is a rule.

    `dtype`, float32 or float64, is that of the parameters, of their gradients and of the state. `settings` are numbers,
    or arrays (M, 1) with one for each member; None means the rule's default. Settings that the rule does not use are
    ignored. Weight decay and L1 are no part of a rule: see `Penalties`.

    Raises
    ------
    HyperparameterError
        if a setting is not one of `SETTINGS`.
    ValueError
        if a setting that differs between members has another number of values than there are members.
    """

    name = ""
    n_state = 0  # arrays (M, P) that the rule remembers
    n_scratch = 1  # work buffers of a piece
    carried: Mapping[str, float] = MappingProxyType({})  # numbers that it remembers, with their values at the start

    def __init__(self, shape: tuple[int, int], dtype: Any = np.float32, **settings: Any) -> None:
        self.shape, self.dtype = shape, np.dtype(dtype)
        self.state = [np.zeros(shape, self.dtype) for _ in range(self.n_state)]
        self._pieces = list(pieces(*shape))
        largest = max((rows.stop - rows.start) * (columns.stop - columns.start) for rows, columns in self._pieces)
        self._scratch = [np.empty(largest, self.dtype) for _ in range(self.n_scratch)]
        self._views = [self._piece_views(*piece) for piece in self._pieces]
        self._carried: dict[str, Coefficient] = dict(self.carried)
        self._cast_values: dict[float, Array] = {}
        self._settings: dict[str, Coefficient] = {
            "momentum": 0.9, "beta1": 0.9, "beta2": 0.999, "rho": automatic("rho", self.name),
            "epsilon": automatic("epsilon", self.name),
        }  # fmt: skip
        for name, value in settings.items():
            if name not in SETTINGS:
                raise HyperparameterError(
                    _("optimiser setting {name}: {hint}").format(name=quoted(name), hint=suggest(name, SETTINGS))
                )
            if value is not None:
                self._settings[name] = _coefficient(value, shape[0])

    def step(
        self, parameters: Array, gradients: Array, learning_rate: Array, penalties: Penalties | None = None
    ) -> None:
        """Move `parameters` (M, P) against `gradients` (M, P), in place; `learning_rate` is (M, 1).

        `penalties` change each piece of both just before it is used, and shrink its parameters just after.
        """
        rate = float(learning_rate[0, 0]) if self.shape[0] == 1 else learning_rate.astype(np.float64)
        coefficients = [self._cast(value) for value in self._coefficients(rate)]
        reach = self._cast(self._reach(rate)) if penalties is not None and penalties.shrinks else None
        if len(self._pieces) == 1:
            state, scratch = self._views[0]
            if penalties is not None:
                penalties.change(parameters, gradients, scratch[0], ...)
            self._update(parameters, gradients, state, scratch, *coefficients)
            if penalties is not None and reach is not None:
                sizes = self._step_sizes(reach, state, scratch[0], *coefficients)
                penalties.shrink(parameters, sizes, scratch[0], ...)
            return
        for piece, (state, scratch) in zip(self._pieces, self._views, strict=True):
            own = [value[piece[0]] if value.ndim else value for value in coefficients]
            p, g = parameters[piece], gradients[piece]
            if penalties is not None:
                penalties.change(p, g, scratch[0], piece)
            self._update(p, g, state, scratch, *own)
            if penalties is not None and reach is not None:
                own_reach = reach[piece[0]] if reach.ndim else reach
                penalties.shrink(p, self._step_sizes(own_reach, state, scratch[0], *own), scratch[0], piece)

    def set(self, name: str, value: Any) -> None:
        """Change one of `SETTINGS` (to a number, or (M, 1)) from the next step on; the state stays.

        Averages continue from where they are, though they are kept without the factor (1 - β).
        """
        old, new = self._settings[name], _coefficient(value, self.shape[0])
        self._settings[name] = new
        for array in self._scaled_by(name):
            np.multiply(array, self._cast((1 - old) / (1 - new)), array)

    def arrays(self) -> dict[str, Array]:
        """Copies of what the rule remembers, for a `State`: (M, P) arrays, and (M,) float64 for what is `carried`."""
        members = (self.shape[0], 1)
        carried = {name: np.broadcast_to(value, members)[:, 0].copy() for name, value in self._carried.items()}
        return {
            **{f"optimizer.{place}": array.copy() for place, array in enumerate(self.state)},
            **{f"optimizer.{name}": np.asarray(value, np.float64) for name, value in carried.items()},
        }

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Continue from what `arrays` gave; the settings are in place already."""
        for place, array in enumerate(self.state):
            array[...] = arrays[f"optimizer.{place}"]
        self._carried = {name: _coefficient(arrays[f"optimizer.{name}"], self.shape[0]) for name in self.carried}

    def _power(self, name: str) -> Coefficient:
        """Advance and return the product of a setting over all steps, this one included: β^t for a constant β."""
        self._carried[name] = self._carried[name] * self._settings[name]
        return self._carried[name]

    def _cast(self, value: Coefficient) -> Array:
        """Convert a coefficient to the parameters' dtype: 0-d, which NumPy handles faster than a number, or (M, 1)."""
        if not isinstance(value, float):
            cast: Array = value.astype(self.dtype)
            return cast
        known = self._cast_values.get(value)
        if known is None:
            if len(self._cast_values) > 64:
                self._cast_values.clear()
            known = self._cast_values[value] = np.array(value, self.dtype)
        return known

    def _piece_views(self, rows: slice, columns: slice) -> tuple[list[Array], list[Array]]:
        """Return one piece's views into the state, and into the scratch buffers."""
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        scratch = [flat[: shape[0] * shape[1]].reshape(shape) for flat in self._scratch]
        return [array[rows, columns] for array in self.state], scratch

    def _scaled_by(self, name: str) -> Sequence[Array]:
        """Return the state arrays from which the factor (1 - setting) was taken out."""
        return ()

    def _coefficients(self, rate: Coefficient) -> tuple[Coefficient, ...]:
        """Compute what `_update` needs at this learning rate, once a step; floats, or (M, 1) float64."""
        return (rate,)

    def _update(self, p: Array, g: Array, state: list[Array], scratch: list[Array], *coefficients: Any) -> None:
        """Update a piece of the parameters `p` and of the state in place, from the gradients `g`.

        All arrays have the piece's shape, in the parameters' dtype; `scratch` has arbitrary content. `coefficients` are
        those of `_coefficients`, cast to that dtype: 0-d, or with a row for each of the piece's members.
        """
        raise NotImplementedError  # pragma: no cover

    def _reach(self, rate: Coefficient) -> Coefficient:
        """Compute the part of `_step_sizes` that depends on the step alone; called after `_coefficients`."""
        return rate

    def _step_sizes(self, reach: Array, state: list[Array], t: Array, *coefficients: Any) -> Array:
        """Return how far a constant gradient of 1 would move each parameter in a step; `t` may be used for the result.

        L1 is multiplied by this and not by the learning rate, since it is the rate at which a rule follows the
        gradient: only then does training come to rest at a minimum of the loss plus l1·|w|₁, for every rule. Under Adam
        with the plain rate, the penalty would be weighed against a gradient scaled to 1, and l1 would mean something
        else for each rule.
        """
        return reach


def _coefficient(value: Any, members: int) -> Coefficient:
    """Return a float where all members agree, else (M, 1) float64."""
    values = np.asarray(value, np.float64).reshape(-1, 1)
    if (values == values[0]).all():
        return float(values[0, 0])
    if len(values) != members:
        raise ValueError(f"a setting has {len(values)} values for {members} members")
    return values


def pieces(members: int, size: int) -> Iterator[tuple[slice, slice]]:
    """Split arrays (`members`, `size`) into pieces that fit the cache while several operations pass over them.

    Yield the rows and columns of each: at most `PIECE` elements, or twice that where it is one piece.
    """
    if members * size <= 2 * PIECE:
        yield slice(0, members), slice(0, size)
        return
    rows = max(1, PIECE // size)
    for row in range(0, members, rows):
        for column in range(0, size, PIECE):
            yield slice(row, min(row + rows, members)), slice(column, min(column + PIECE, size))
