"""Split rows into training, validation and test: seeded, of exact sizes, stratified by class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuitrain.errors import DataError, DataOptionError
from tuitrain.translation import gettext as _

Rows = NDArray[np.int64]


def split_rows(
    count: int, *, validation: float, test: float, seed: int, classes: NDArray[np.int64] | None = None
) -> tuple[Rows, Rows, Rows]:
    """Return the row numbers of the training, validation and test parts, each in the table's order.

    With `classes` (count,), each part holds its share of every class, to within a few rows: the rows are lined up by
    their place within their class, so that any stretch of the line is a fair sample. A class's only row goes to
    training.

    Raises
    ------
    DataOptionError
        if a share is not from 0 to below 1, or the seed is negative.
    DataError
        if nothing is left to train on.
    """
    if seed < 0:
        raise DataOptionError(_("split seed: {seed} is below 0").format(seed=seed))
    for name, share in (("validation", validation), ("test", test)):
        if not 0 <= share < 1:
            raise DataOptionError(
                _("{name} part: {share:g} is not a share from 0 to below 1").format(name=name, share=share)
            )
    n_test, n_validation = round(count * test), round(count * validation)
    if validation + test >= 1 or n_test + n_validation >= count:
        raise DataError(
            _("validation {validation:g} and test {test:g} of {count} rows leave nothing to train on").format(
                validation=validation, test=test, count=count
            )
        )
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *b"split"])))
    order = line_up(count, rng, classes)
    ends = (n_test, n_test + n_validation)
    return tuple(
        np.sort(part).astype(np.int64) for part in (order[ends[1] :], order[ends[0] : ends[1]], order[: ends[0]])
    )  # type: ignore[return-value]


def line_up(count: int, rng: np.random.Generator, classes: NDArray[np.int64] | None = None) -> Rows:
    """Order all row numbers so that any stretch is a fair sample of the classes; a class's only row comes last."""
    order = rng.permutation(count)
    if classes is None:
        return order
    place = np.empty(count)
    for number in np.unique(classes):
        members = order[classes[order] == number]
        place[members] = (np.arange(len(members)) + 0.5) / len(members) if len(members) > 1 else 1.0
    return order[np.argsort(place[order], kind="stable")]
