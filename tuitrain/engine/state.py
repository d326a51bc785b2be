"""The state of a training as a value: what it takes to continue with the same bits, here or in another process.

`M` members, `P` parameters of a member, `L` layers with parameters; of the running epoch `R` rows and `S` steps are
left, and `T` steps are done; all are 0 between two epochs.

==========================================  ==========================================================================
``parameters``                              (M, P) float32 or float64, as those below
``best.parameters``, ``.loss``, ``.epoch``  (M, P), (M,) float64, (M,) int64; epoch 0: none yet
``backup``                                  (M, P) at the start of the running epoch; (M, 0) between two
``ended.how``, ``.after``                   (M,) int64: a place in `ENDINGS`, and the epoch (-1 where there is none)
``ended.parameters``                        (M, P) where members stopped; (M, 0) while none has ended
``optimizer.0`` …                           (M, P), as many as the rule keeps
``optimizer.beta1`` …                       (M,) float64, what else the rule carries: see `Optimizer.carried`
``schedule.multiplier``, ``.best``          (M,) float64, and ``.waited`` (M,) int64: see `Plateau`
``schedule.rate``, ``.planned``             (M,) float64 of the last step, (M, S) float64, the last step's first
``shuffle.generator``, ``.order``           (M, 6) uint64: see `to_words`; (M, R) int64, the rows that are left
``dropout.generator``                       (M, 6) uint64
``epoch.losses``, ``.sizes``                (M, T), (M, T) int64: each step's loss and rows
``probe.gradient_norms``, …                 (M, L) float64, what the probe measured last
``record.train_loss`` …                     (M,) or (M, L) float64, the last `Record`
==========================================  ==========================================================================
"""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.build import check_shared
from tuitrain.engine.optimizers import OPTIMIZERS
from tuitrain.engine.random_numbers import WORDS, generator, to_words
from tuitrain.engine.records import ENDINGS, MEASURED, Divergence
from tuitrain.errors import StateError, TuitrainError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.text import quoted, visible
from tuitrain.translation import gettext as _

Array = NDArray[Any]
FORMAT = 1
ABOUT = "about"  # of the arrays the one that holds all the rest: a JSON text as (bytes,) uint8
COUNTERS = (
    "rows", "epochs_done", "steps_done", "samples_done", "record_epoch", "record_step", "rows_done", "orders_owed",
)  # fmt: skip
_BEST = "best_hyperparameters"
_METRIC = "record.metric."
_BY_LAYER = {"layer_gradient_norms", "update_ratios", "idle_shares"}
_ANY = -1  # a length that nothing else determines


@dataclass(frozen=True, eq=False)
class State:
    """Everything that a training is; nothing in it changes.

    `hyperparameters`, those of the best epoch (None where there is none yet) and `divergences` (None where there is
    none) are for each member, `counters` maps `COUNTERS` to whole numbers, `arrays` are those of the module's table,
    members first.
    """

    hyperparameters: tuple[Hyperparameters, ...]
    best_hyperparameters: tuple[Hyperparameters | None, ...]
    layer_sizes: tuple[int, ...]
    counters: Mapping[str, int]
    divergences: tuple[Divergence | None, ...]
    arrays: Mapping[str, Array]

    def __post_init__(self) -> None:
        views = {name: array.view() for name, array in self.arrays.items()}
        for view in views.values():
            view.flags.writeable = False
        object.__setattr__(self, "arrays", MappingProxyType(views))

    @property
    def members(self) -> int:
        """The number of trainings that it holds, M."""
        return len(self.hyperparameters)

    @property
    def is_between_epochs(self) -> bool:
        """Whether no epoch has begun that is not done."""
        return not self.arrays["shuffle.order"].shape[1]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The parameters' dtype, float32 or float64."""
        return self.arrays["parameters"].dtype

    def take(self, members: Sequence[int]) -> State:
        """Return the state of these members only, in this order; a member may be taken several times.

        Raises
        ------
        ValueError, IndexError
            if there are none, or one that the state does not hold.
        """
        chosen = [operator.index(member) for member in members]
        if not chosen:
            raise ValueError("a state of no members")
        return replace(
            self, hyperparameters=tuple(self.hyperparameters[member] for member in chosen),
            best_hyperparameters=tuple(self.best_hyperparameters[member] for member in chosen),
            divergences=tuple(self.divergences[member] for member in chosen),
            arrays={name: array[chosen] for name, array in self.arrays.items()},
        )  # fmt: skip

    def repeat(self, n: int) -> State:
        """Return each member `n` times in a row: copies that continue alike until something is changed in one."""
        return self.take([member for member in range(self.members) for _ in range(n)])

    def reseeded(self, seeds: Sequence[int]) -> State:
        """Return the state in which members that had another seed draw their next orders and masks from this one."""
        changed = [member for member, h in enumerate(self.hyperparameters) if h.seed != seeds[member]]
        if not changed:
            return self
        arrays = dict(self.arrays)
        for purpose in ("shuffle", "dropout"):
            words = arrays[f"{purpose}.generator"].copy()
            words[changed] = to_words([generator(seeds[member], purpose) for member in changed])
            arrays[f"{purpose}.generator"] = words
        return replace(self, arrays=arrays)

    def check_fits(self, layer_sizes: tuple[int, ...], members: int, rows: int) -> None:
        """Refuse to continue as a training of another shape.

        Raises
        ------
        StateError
            saying what differs.
        """
        own = "-".join(map(str, self.layer_sizes)), self.members, self.counters["rows"]
        asked = "-".join(map(str, layer_sizes)), members, rows
        kinds = _("of a network {}"), _("of {} members"), _("of a training on {} rows")
        for kind, found, expected in zip(kinds, own, asked, strict=True):
            if found != expected:
                raise StateError(
                    _("the state is {found}, and is continued as one {expected}").format(
                        found=kind.format(found), expected=kind.format(expected)
                    )
                )

    def to_arrays(self) -> dict[str, Array]:
        """Return all of it as arrays of numbers, by name, as `from_arrays` reads them (for ``np.savez`` and the like).

        ``about`` is a JSON text in bytes (uint8); the others are those of the module's table, views that are read-only.
        """
        text = json.dumps({
            "format": FORMAT, "layer_sizes": self.layer_sizes, **self.counters,
            "hyperparameters": [h.to_mapping() for h in self.hyperparameters],
            "best_hyperparameters": [None if h is None else h.to_mapping() for h in self.best_hyperparameters],
            "divergences": [None if found is None else vars(found) for found in self.divergences],
        })  # fmt: skip
        return {ABOUT: np.frombuffer(text.encode(), np.uint8).copy(), **self.arrays}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> State:
        """Return the state that `to_arrays` turned into these arrays.

        Raises
        ------
        StateError
            if anything is missing, of another type or shape, or out of range.
        """
        try:
            state = _read({name: np.asarray(array) for name, array in arrays.items()})
            _check(state)
        except StateError:
            raise
        except TuitrainError as error:
            raise StateError(
                _("the state is damaged: {error}").format(error=str(error).replace(chr(10), "; "))
            ) from error
        except (AttributeError, IndexError, KeyError, OverflowError, RecursionError, TypeError, ValueError) as error:
            raise StateError(
                _("the state is damaged: {about} cannot be read ({error})").format(
                    about=ABOUT, error=visible(error, 120)
                )
            ) from error
        return state


def _read(arrays: dict[str, Array]) -> State:
    """Return the state of `arrays`, whose JSON text is checked and whose other arrays are not yet."""
    if ABOUT not in arrays:
        raise StateError(_("the state is damaged: {about} is missing").format(about=ABOUT))
    if "best.loss" in arrays:  # a state of a version that watched nothing else
        arrays.setdefault("best.watched", arrays["best.loss"].copy())
    about = json.loads(arrays.pop(ABOUT).astype(np.uint8, casting="safe").tobytes())
    if about["format"] != FORMAT:
        raise StateError(
            _("the state has format {format}; this version reads {readable}").format(
                format=visible(about["format"], 20), readable=FORMAT
            )
        )
    layer_sizes = tuple(about["layer_sizes"])
    for name, value in [*((name, about[name]) for name in COUNTERS), *(("layer_sizes", size) for size in layer_sizes)]:
        if type(value) is not int or not 0 <= value < 2**53:
            raise StateError(
                _("the state is damaged: {name} {value} is not a whole number from 0").format(
                    name=name, value=visible(value, 40)
                )
            )
    hyperparameters = tuple(Hyperparameters.from_record(values) for values in about["hyperparameters"])
    check_shared(hyperparameters)
    best = tuple(None if values is None else Hyperparameters.from_record(values) for values in about[_BEST])
    divergences = tuple(None if values is None else _divergence(**values) for values in about["divergences"])
    counters = {name: about[name] for name in COUNTERS}
    return State(hyperparameters, best, layer_sizes, MappingProxyType(counters), divergences, arrays)


def _divergence(epoch: int, step: int, loss: float, cause: str, message: str) -> Divergence:
    if not (type(epoch) is type(step) is int and isinstance(cause, str) and isinstance(message, str)):
        raise TypeError("a divergence has an epoch, a step, a cause and a message")
    return Divergence(epoch, step, float(loss), cause, message)


def _check(state: State) -> None:
    """Compare every array with what it has to be.

    Raises
    ------
    StateError
        for the first that is not.
    """
    counters = state.counters
    _demand(len(state.layer_sizes) > 1 and min(state.layer_sizes) > 0, "layer_sizes")
    _demand(len(state.divergences) == state.members, "divergences")
    _demand(len(state.best_hyperparameters) == state.members, _BEST)
    shapes = {h.hidden_layers for h in (*state.hyperparameters, *state.best_hyperparameters) if h is not None}
    _demand(shapes == {state.layer_sizes[1:-1]}, "hidden_layers")
    _demand(1 <= counters["rows_done"] <= counters["rows"], "rows_done")
    _demand(counters["orders_owed"] <= counters["epochs_done"] + 1, "orders_owed")
    expected = _layout(state)
    for name in expected:
        if name not in state.arrays:
            raise StateError(_("the state is damaged: {name} is missing").format(name=name))
    for name, array in state.arrays.items():
        if name not in expected:
            raise StateError(_("the state is damaged: {name} is not known").format(name=quoted(name)))
        dtype, shape = expected[name]
        fits = len(array.shape) == len(shape) and all(
            n in {_ANY, found} for n, found in zip(shape, array.shape, strict=True)
        )
        if array.dtype != dtype or not fits:
            wanted = ", ".join("any" if n == _ANY else str(n) for n in shape)
            raise StateError(
                _("the state is damaged: {name} is {dtype} {shape}, not {expected} ({wanted})").format(
                    name=name, dtype=array.dtype, shape=array.shape, expected=dtype, wanted=wanted
                )
            )
    for name, is_allowed in _RANGES.items():
        if name in state.arrays:
            _demand(is_allowed(state.arrays[name], state), name)


def _demand(is_allowed: Any, name: str) -> None:
    if not is_allowed:
        raise StateError(_("the state is damaged: {name} is out of range").format(name=name))


def _layout(state: State) -> dict[str, tuple[np.dtype[Any], tuple[int, ...]]]:
    """Return each array's type and shape."""
    counters, members, layers = state.counters, state.members, len(state.layer_sizes) - 1
    parameters = sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(state.layer_sizes))
    left = counters["rows"] - counters["rows_done"]
    found = state.arrays.get("parameters")
    real, double = (np.dtype(np.float64 if found is not None and found.dtype == np.float64 else np.float32),
                    np.dtype(np.float64))  # fmt: skip
    whole, word = np.dtype(np.int64), np.dtype(np.uint64)
    rule = OPTIMIZERS[state.hyperparameters[0].optimizer]
    how = state.arrays.get("ended.how")
    stopped = how is not None and np.isin(how, [1, 2]).any()
    tails: dict[str, tuple[np.dtype[Any], tuple[int, ...]]] = {
        "parameters": (real, (parameters,)), "best.parameters": (real, (parameters,)), "best.loss": (double, ()),
        "best.watched": (double, ()),
        "best.epoch": (whole, ()), "backup": (real, (parameters if left else 0,)), "ended.how": (whole, ()),
        "ended.after": (whole, ()), "ended.parameters": (real, (parameters if stopped else 0,)),
        **{f"optimizer.{place}": (real, (parameters,)) for place in range(rule.n_state)},
        **{f"optimizer.{name}": (double, ()) for name in rule.carried},
        "schedule.multiplier": (double, ()), "schedule.best": (double, ()), "schedule.waited": (whole, ()),
        "schedule.rate": (double, ()), "schedule.planned": (double, (_ANY,)),
        "shuffle.generator": (word, (WORDS,)), "shuffle.order": (whole, (left,)), "dropout.generator": (word, (WORDS,)),
        "epoch.losses": (real, (_ANY,)), "epoch.sizes": (whole, (_ANY,)),
        "probe.gradient_norms": (double, (layers,)), "probe.update_ratios": (double, (layers,)),
        **{f"record.{name}": (double, (layers,) if name in _BY_LAYER else ()) for name in MEASURED},
        **{name: (double, ()) for name in state.arrays if name.startswith(_METRIC)}, "record.ending": (whole, ()),
    }  # fmt: skip
    return {name: (dtype, (members, *tail)) for name, (dtype, tail) in tails.items()}


def _within(low: float, high: float) -> Callable[[Array, State], Any]:
    return lambda array, _: ((array >= low) & (array <= high)).all()


def _are_kept(parameters: Array, state: State) -> Any:
    """Return whether parameters from an epoch's end are finite, except those of members that have diverged."""
    return np.isfinite(parameters[[divergence is None for divergence in state.divergences]]).all()


def _are_current(parameters: Array, state: State) -> Any:
    """As `_are_kept`; within an epoch the last step may have overflowed, which only the next one's loss shows."""
    return _is_within_epoch(state) or _are_kept(parameters, state)


def _are_moments(moments: Array, state: State) -> Any:
    """Return whether members that train hold no NaN between two epochs; a large gradient's square may be infinite."""
    return _is_within_epoch(state) or not np.isnan(moments[state.arrays["ended.how"] == 0]).any()


def _is_within_epoch(state: State) -> bool:
    return state.counters["rows_done"] < state.counters["rows"]


def _is_generator(words: Array, _: State) -> Any:
    """Return whether the increments are odd, as PCG64's are, and what is left of a draw is half a number or none."""
    return (words[:, 3] % 2 == 1).all() and (words[:, 4] <= 1).all() and (words[:, 5] < 2**32).all()


def _is_order(order: Array, state: State) -> Any:
    """Return whether no row is left twice."""
    ordered = np.sort(order, axis=1)
    is_once = (np.diff(ordered, axis=1) > 0).all()
    return is_once and (order >= 0).all() and (order < state.counters["rows"]).all()


def _are_rates(rates: Array, state: State) -> Any:
    """Return whether there is a learning rate for every step that is left of the epoch."""
    size, rows = state.hyperparameters[0].batch_size, state.counters["rows"]
    left = math.ceil((rows - state.counters["rows_done"]) / (rows if size == "full" else min(int(size), rows)))
    is_enough = rates.shape[1] >= left or (state.arrays["ended.how"] > 0).all()
    return is_enough and np.isfinite(rates).all() and (rates >= 0).all()


def _are_sizes(sizes: Array, state: State) -> Any:
    """Return whether all members had the same batches, of no more rows than there are (a sum may overflow)."""
    is_same = (sizes == sizes[:1]).all() and sizes.shape == state.arrays["epoch.losses"].shape
    done = state.counters["rows_done"]
    return is_same and (sizes > 0).all() and (sizes <= done).all() and sizes[0].sum() <= done


def _is_known_ending(how: Array, state: State) -> Any:
    is_code = (how >= 0).all() and (how < len(ENDINGS)).all()
    return is_code and all(
        (divergence is not None) == (ENDINGS[code] == "diverged")
        for code, divergence in zip(how.tolist(), state.divergences, strict=True)
    )


def _is_epoch(epoch: Array, state: State) -> Any:
    return (epoch >= -1).all() and (epoch <= state.counters["epochs_done"]).all()


_RANGES: dict[str, Callable[[Array, State], Any]] = {
    "ended.how": _is_known_ending,
    "ended.after": lambda after, state: _is_epoch(after, state)
    and ((after >= 0) | ~np.isin(state.arrays["ended.how"], [1, 2])).all(),
    "best.epoch": lambda epoch, state: _is_epoch(epoch, state)
    and epoch.astype(bool).tolist() == [h is not None for h in state.best_hyperparameters] and (epoch >= 0).all(),
    "best.loss": lambda loss, _: not np.isnan(loss).any(),
    "best.watched": lambda watched, _: not np.isnan(watched).any(),
    "optimizer.beta1": _within(0, 1), "optimizer.beta2": _within(0, 1), "optimizer.product": _within(0, 1),
    "optimizer.steps": _within(0, 2**53), "schedule.multiplier": _within(0, 1), "schedule.waited": _within(0, 2**53),
    "schedule.best": lambda best, _: not np.isnan(best).any(), "schedule.rate": _within(0, 1e300),
    "schedule.planned": _are_rates, "shuffle.generator": _is_generator, "dropout.generator": _is_generator,
    "shuffle.order": _is_order, "epoch.sizes": _are_sizes, "record.ending": _within(0, len(ENDINGS) - 1),
    "parameters": _are_current, "best.parameters": _are_kept, "backup": _are_kept, "ended.parameters": _are_kept,
    **{f"optimizer.{place}": _are_moments for place in range(max(rule.n_state for rule in OPTIMIZERS.values()))},
}  # fmt: skip
