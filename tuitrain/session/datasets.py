"""The datasets that this process has read, so that a command can name one instead of carrying its arrays."""

from __future__ import annotations

import threading
from collections import OrderedDict

from tuitrain.data.dataset import Dataset
from tuitrain.data.facts import DatasetSource
from tuitrain.errors import DataError
from tuitrain.text import visible
from tuitrain.translation import gettext as _

MOST_KEPT = 3


class Datasets:
    """The few datasets that were used last, by fingerprint and the class looked for; any thread may call."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str | None], Dataset] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, dataset: Dataset) -> DatasetSource:
        """Remember a dataset; return what names it in a command."""
        source = DatasetSource.of(dataset)
        with self._lock:
            self._kept[_key(source)] = dataset
            self._kept.move_to_end(_key(source))
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return source

    def find(self, source: DatasetSource) -> Dataset:
        """Return a dataset: the one that is remembered, or read again from its source.

        Raises
        ------
        DataError
            if it cannot be read, or is another than it was.
        """
        with self._lock:
            kept = self._kept.get(_key(source))
            if kept is not None:
                self._kept.move_to_end(_key(source))
        if kept is not None:
            return kept
        if source.source == "-" or (
            source.fingerprint and not {*source.options} - {"positive"}
        ):  # a file's options are never empty
            raise DataError(_("data from standard input or from Python is not kept, and cannot be read again"))
        from tuitrain.data.loading import load_dataset  # noqa: PLC0415 - most sessions read nothing themselves

        dataset = load_dataset(source.source, **source.options)
        if source.fingerprint and dataset.fingerprint != source.fingerprint:
            raise DataError(_("{source}: has changed since it was read").format(source=visible(source.source)))
        self.keep(dataset)
        return dataset


def _key(source: DatasetSource) -> tuple[str, str | None]:
    return source.fingerprint, source.positive


DATASETS = Datasets()
