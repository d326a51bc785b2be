"""Permutation importance: how much the loss rises when one column of the table no longer belongs to its rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset, Part
from tuitrain.session.asked.inputs import ImportanceAnswer, InputImportance
from tuitrain.session.inside.rows import copied_network, examined_part, row_losses, some_rows
from tuitrain.session.inspection import Answers, Copy
from tuitrain.session.questions import Question

Array = NDArray[Any]
MOST_ROWS, LEAST_ROWS = 1000, 64
PASS_WORK = 30_000_000  # products of a forward pass over all repeats of a column
SEED = 0


def input_importance(question: Question, copy: Copy) -> Answers:
    """Answer `InputImportance`, column by column; see Breiman (2001) and Fisher, Rudin & Dominici (2019)."""
    asked, network, dataset = cast("InputImportance", question), copied_network(copy), copy.dataset
    repeats = min(max(asked.repeats, 1), 50)
    name, part = examined_part(dataset)
    part = some_rows(part, int(np.clip(PASS_WORK // (network.n_parameters * repeats), LEAST_ROWS, MOST_ROWS)))
    columns = columns_of(dataset)
    yield None
    base = float((yield from row_losses(network, part)).mean())
    unknown = np.full(len(columns), np.nan)
    answer = ImportanceAnswer(
        asked, dataset.name, tuple(columns), unknown, unknown, base, name, len(part), total=1 + len(columns)
    )
    yield answer
    rng = np.random.default_rng(SEED)
    orders = np.stack([rng.permutation(len(part)) for _ in range(repeats)])
    rises, deviations = unknown.copy(), unknown.copy()
    for place, inputs in enumerate(columns.values()):
        X = np.repeat(part.X[None], repeats, axis=0)
        X[..., inputs] = part.X[orders][..., inputs]
        permuted = Part(X.reshape(-1, X.shape[2]), np.concatenate([part.y] * repeats), np.tile(part.rows, repeats))
        found = (yield from row_losses(network, permuted)).reshape(repeats, -1).mean(axis=1) - base
        rises[place], deviations[place] = found.mean(), found.std()
        yield replace(answer, rises=rises.copy(), deviations=deviations.copy(), done=place + 2)


def columns_of(dataset: Dataset) -> dict[str, list[int]]:
    """Return the encoded inputs of each column of the table: a number and its flag, a date's parts, a text's levels."""
    numbers = dataset.preprocessing.numbers
    found: dict[str, list[int]] = {}
    flag = len(numbers)
    for place, column in enumerate(numbers):
        found.setdefault(column.column, []).append(place)
        if column.flag:
            found[column.column].append(flag)
            flag += 1
    for text in dataset.preprocessing.texts:
        found[text.name] = list(range(flag, flag + len(text.levels)))
        flag += len(text.levels)
    return found
