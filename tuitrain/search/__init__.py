"""Search: which hyperparameters to try, and many trials at once.

`api.py` holds `tune`. `space/` says what is searched, a file in `strategies/` each what is tried next, `stack.py`
trains, `study/` keeps what was found, `conductor.py` is the loop, `workers/` spread it over cores and machines.
"""

from __future__ import annotations

import sys
import warnings
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuitrain.search.api import SearchResult


class _CallablePackage(ModuleType):
    """Let ``tuitrain.search(...)``, the name of `tuitrain.tune` in 0.1, work until 0.3."""

    def __call__(self, *arguments: Any, **keywords: Any) -> SearchResult:
        from tuitrain.search.api import tune  # noqa: PLC0415

        warnings.warn("tuitrain.search(...) is now tuitrain.tune(...); it goes in 0.3", FutureWarning, stacklevel=2)
        return tune(*arguments, **keywords)


sys.modules[__name__].__class__ = _CallablePackage
