"""What is known of a dataset without its arrays: light enough to be shown, sent and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset


@dataclass(frozen=True)
class DatasetSource:
    """Where a dataset comes from: a name, a path or ``-``, and the options it was read with.

    `fingerprint` is that of the dataset as it was read (SHA-256, hexadecimal), "" where it was not read yet.
    """

    source: str
    options: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""

    @property
    def positive(self) -> str | None:
        """The class that is looked for, if one is; it is in no fingerprint, since it changes no array."""
        found = self.options.get("positive")
        return None if found is None else str(found)

    def is_same(self, other: DatasetSource) -> bool:
        """Whether another source is that of the same arrays, of which the same class is looked for."""
        return (self.fingerprint, self.positive) == (other.fingerprint, other.positive)

    @classmethod
    def of(cls, dataset: Dataset) -> DatasetSource:
        """Return the source of a dataset that was read."""
        return cls(dataset.source, dict(dataset.options), dataset.fingerprint)


@dataclass(frozen=True)
class DatasetFacts:
    """Name, task, columns and sizes of a dataset.

    `feature_names` are the input columns of the table, `n_features` counts them as encoded, `n_inputs` also their
    bins. `train`, `validation` and `test` count the rows of each part.
    """

    name: str
    source: DatasetSource
    task: str
    target_name: str
    class_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    n_features: int
    train: int
    validation: int
    test: int
    notices: tuple[str, ...] = ()
    n_inputs: int = 0

    @classmethod
    def of(cls, dataset: Dataset) -> DatasetFacts:
        """Return the facts about a dataset."""
        return cls(
            dataset.name, DatasetSource.of(dataset), dataset.task, dataset.target_name, tuple(dataset.class_names),
            tuple(dataset.feature_names), dataset.n_features, len(dataset.train), len(dataset.validation),
            len(dataset.test), tuple(dataset.notices), dataset.n_inputs,
        )  # fmt: skip

    @property
    def positive(self) -> str | None:
        """The class that is looked for, if one is."""
        return self.source.positive

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the arrays and the preprocessing, in hexadecimal."""
        return self.source.fingerprint

    @property
    def has_bins(self) -> bool:
        """Whether number columns have bins."""
        return self.n_inputs > self.n_features

    @property
    def n_classes(self) -> int:
        """Classes; 0 for regression."""
        return len(self.class_names)

    @property
    def n_rows(self) -> int:
        """Rows of all parts."""
        return self.train + self.validation + self.test
