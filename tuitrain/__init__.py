"""Train, watch and tune neural networks without leaving the terminal.

The Python face: `load_dataset`, `Dataset`, `Hyperparameters`, `train`, `load_model`, and the errors. Everything is
imported when it is first used, so that the command line starts quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset as Dataset
    from tuitrain.data.loading import load_dataset as load_dataset
    from tuitrain.errors import DataError as DataError
    from tuitrain.errors import HyperparameterError as HyperparameterError
    from tuitrain.errors import ModelError as ModelError
    from tuitrain.errors import RunError as RunError
    from tuitrain.errors import SearchError as SearchError
    from tuitrain.errors import TuitrainError as TuitrainError
    from tuitrain.options.hyperparameters import Hyperparameters as Hyperparameters
    from tuitrain.runs.model import Model as Model
    from tuitrain.runs.model import load_model as load_model
    from tuitrain.search.api import search as search
    from tuitrain.search.space.space import Space as Space
    from tuitrain.session.train import Result as Result
    from tuitrain.session.train import train as train

_HOMES = {
    "Dataset": "data.dataset", "load_dataset": "data.loading", "Hyperparameters": "options.hyperparameters",
    "Model": "runs.model", "load_model": "runs.model", "Result": "session.train", "train": "session.train",
    "TuitrainError": "errors", "DataError": "errors", "HyperparameterError": "errors", "ModelError": "errors",
    "RunError": "errors", "SearchError": "errors", "Space": "search.space.space",
}  # fmt: skip

__all__ = [
    "DataError", "Dataset", "HyperparameterError", "Hyperparameters", "Model", "ModelError", "Result", "RunError",
    "SearchError", "Space", "TuitrainError", "load_dataset", "load_model", "search", "train",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "search":
        return import_module("tuitrain.search")  # which can be called
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
