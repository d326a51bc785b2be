"""What the program is to read when it is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset
    from tuitrain.data.progress import Progress
    from tuitrain.options.data_options import DataOptions


@dataclass(frozen=True)
class ToLoad:
    """A source, the options it is read by, and `read`, which reads it behind the screen."""

    source: str
    options: DataOptions
    read: Callable[[Progress], Dataset]


@dataclass(frozen=True)
class RefusedSource:
    """A source that could not be trained on as it was asked for, and the `problem`."""

    source: str
    options: DataOptions
    problem: str
