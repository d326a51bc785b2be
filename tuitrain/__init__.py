"""Train, watch and tune neural networks without leaving the terminal.

The public names: `load_dataset`, `Dataset`, `Hyperparameters`, `train`, `tune`, `Space`, `load_model`, their results,
and the errors. Each is imported when it is first used, so that the command line starts quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tuitrain._version import __version__ as __version__

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset as Dataset
    from tuitrain.data.loading import load_dataset as load_dataset
    from tuitrain.errors import DataError as DataError
    from tuitrain.errors import FileError as FileError
    from tuitrain.errors import HyperparameterError as HyperparameterError
    from tuitrain.errors import ModelError as ModelError
    from tuitrain.errors import RunError as RunError
    from tuitrain.errors import SearchError as SearchError
    from tuitrain.errors import TuitrainError as TuitrainError
    from tuitrain.options.hyperparameters import Hyperparameters as Hyperparameters
    from tuitrain.runs.model import Model as Model
    from tuitrain.runs.model import load_model as load_model
    from tuitrain.search.api import SearchResult as SearchResult
    from tuitrain.search.api import tune as tune
    from tuitrain.search.space.space import Space as Space
    from tuitrain.session.train import Result as Result
    from tuitrain.session.train import train as train

_HOMES = {
    "DataError": "errors", "Dataset": "data.dataset", "FileError": "errors", "HyperparameterError": "errors",
    "Hyperparameters": "options.hyperparameters", "Model": "runs.model", "ModelError": "errors",
    "Result": "session.train", "RunError": "errors", "SearchError": "errors", "SearchResult": "search.api",
    "Space": "search.space.space", "TuitrainError": "errors", "load_dataset": "data.loading",
    "load_model": "runs.model", "train": "session.train", "tune": "search.api",
}  # fmt: skip

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name == "search":
        return import_module("tuitrain.search")  # callable until 0.3
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
