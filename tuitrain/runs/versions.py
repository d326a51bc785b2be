"""The versions of what computes: equal ones give equal bits."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any

import numpy as np

from tuitrain._version import __version__
from tuitrain.text import visible
from tuitrain.translation import gettext as _


def versions(threads: int) -> dict[str, Any]:
    """Return the versions of tuitrain, Python, NumPy and its BLAS, the processor, and the `threads` of the products."""
    from threadpoolctl import threadpool_info  # noqa: PLC0415  (it costs start-up time)

    blas = sorted(
        " ".join(str(library.get(key)) for key in ("internal_api", "version", "architecture") if library.get(key))
        for library in threadpool_info()
        if library.get("user_api") == "blas"
    )
    return {
        "tuitrain": __version__, "python": platform.python_version(), "numpy": np.__version__,
        "blas": ", ".join(blas), "machine": platform.machine(), "threads": threads,
    }  # fmt: skip


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Say which versions are others than before; "" where none is."""
    changed = [
        _("{name} {now} (was {before})").format(name=name, now=visible(value, 60), before=visible(before[name], 60))
        for name, value in now.items()
        if name in before and before[name] != value
    ]
    return _("other versions than the run began with, the last bits may differ: {changes}").format(
        changes=", ".join(changed)
    ) if changed else ""  # fmt: skip
