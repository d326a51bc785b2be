"""The session's commands, from `tuitrain.session` as soon as that is there."""

from __future__ import annotations

try:
    from tuitrain.session import Pause, Reset, SaveModel, SetHyperparameter, Start, Step, Stop
except ImportError:
    from dataclasses import dataclass
    from typing import Any

    @dataclass(frozen=True)
    class Start: ...  # type: ignore[no-redef]

    @dataclass(frozen=True)
    class Pause: ...  # type: ignore[no-redef]

    @dataclass(frozen=True)
    class Stop: ...  # type: ignore[no-redef]

    @dataclass(frozen=True)
    class Step:  # type: ignore[no-redef]
        batches: int = 0
        epochs: int = 0

    @dataclass(frozen=True)
    class SetHyperparameter:  # type: ignore[no-redef]
        name: str
        value: Any

    @dataclass(frozen=True)
    class Reset:  # type: ignore[no-redef]
        dataset: Any = None

    @dataclass(frozen=True)
    class SaveModel:  # type: ignore[no-redef]
        path: Any


__all__ = ["Pause", "Reset", "SaveModel", "SetHyperparameter", "Start", "Step", "Stop"]
