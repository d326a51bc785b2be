"""Search: which hyperparameters to try, and many trials at once.

``tuitrain.search(dataset, space, strategy=…, trials=…)`` searches; it is this package that is called. `space.py` says
what is searched, a file in `strategies/` each what is tried next, `stack.py` trains, `study.py` keeps what was found,
`conductor.py` is the loop, `face.py` what the command line, the screen and Python share.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuitrain.search.api import Searched as Searched
    from tuitrain.search.space.space import Space as Space


class _Search(ModuleType):
    """The package as it is, and callable: it would otherwise hide a function of its name in `tuitrain`."""

    def __call__(self, *arguments: Any, **keywords: Any) -> Searched:
        """Search for good hyperparameters; see `tuitrain.search.api.search`."""
        from tuitrain.search.api import search  # noqa: PLC0415

        return search(*arguments, **keywords)


sys.modules[__name__].__class__ = _Search
