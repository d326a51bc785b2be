"""Group trials into stacks, which train in the same NumPy calls."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tuitrain.engine.build import SHARED
from tuitrain.options.hyperparameters import Hyperparameters

STACK_PARAMETERS = 1 << 18  # of all members together, measured: larger stacks leave the cache and get slower again
MOST_MEMBERS = 128


def structure(h: Hyperparameters) -> tuple[object, ...]:
    """Return the hyperparameters that trials must have in common to share a stack."""
    return tuple(getattr(h, name) for name in SHARED)


def n_parameters(layer_sizes: Sequence[int]) -> int:
    """Count the weights and biases of a network."""
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(layer_sizes))


def members_of_a_stack(parameters: int) -> int:
    """Return how many networks of this size train fastest together.

    Measured at 114, 4 thousand, 17 thousand and 50 thousand parameters: the cost of a member falls up to about 128, 64,
    16 and 5 members, and rises beyond.
    """
    return min(MOST_MEMBERS, max(1, STACK_PARAMETERS // max(1, parameters)))


def group_into_stacks(
    trials: Sequence[tuple[int, Hyperparameters]], *, inputs: int, outputs: int, members: int, most: int = 0,
    parallel: int = 1,
) -> list[list[int]]:  # fmt: skip
    """Group trials into stacks of trial numbers, each trial with `members` networks.

    `most` limits the networks of a stack; with `parallel` stacks at a time, none holds more than its share of trials.
    """
    share = -(-len(trials) // parallel)
    groups: dict[tuple[object, ...], list[int]] = {}
    sizes: dict[tuple[object, ...], int] = {}
    for number, h in trials:
        groups.setdefault(structure(h), []).append(number)
        sizes[structure(h)] = n_parameters((inputs, *h.hidden_layers, outputs))
    found = []
    for kind, numbers in groups.items():
        limit = min(share, max(1, (most or members_of_a_stack(sizes[kind])) // members))
        pieces = -(-len(numbers) // limit)
        if len(groups) == 1 and pieces > 1:  # enough stacks to keep all workers busy to the end
            pieces = min(len(numbers), -(-pieces // parallel) * parallel)
        ends = [round(len(numbers) * piece / pieces) for piece in range(pieces + 1)]
        found += [numbers[start:end] for start, end in pairwise(ends)]
    return found
