"""Reads a table beside the screen: the first rows of a large file first, then all."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from textual.message_pump import MessagePump
from textual.timer import Timer

from tuitrain.data.progress import Progress
from tuitrain.data.review.review import Review, Reviewer, reading_options
from tuitrain.options.data_options import DataOptions
from tuitrain.text import visible
from tuitrain.ui.data.loading_bar import loading_text
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.background import Beside

HEAD_ROWS = 2000  # that are shown before all are read
LARGE = 1_000_000  # bytes of a file whose first rows are shown before the others are read
TICK = 0.25  # seconds between two looks at the clock


def rows_at_once(reviewer: Reviewer) -> int | None:
    """How many rows are shown before all are read; None where all are read at once."""
    return HEAD_ROWS if reviewer.size > LARGE else None


class TableReading:
    """Reads what `reviewer` reads, for the widget `owner`, one request at a time; the newest counts.

    `took` is called with each review, first that of the first rows, if the file is large; `failed` with what was
    raised; `ticked` now and then while it takes time.
    """

    def __init__(
        self, owner: MessagePump, reviewer: Reviewer, *, took: Callable[[Review], Any],
        failed: Callable[[BaseException], Any], ticked: Callable[[], Any],
    ) -> None:  # fmt: skip
        self._owner, self._reviewer = owner, reviewer
        self._took, self._failed, self._ticked = took, failed, ticked
        self._beside = Beside(owner)
        self._timer: Timer | None = None
        self._began = 0.0
        self._options: DataOptions | None = None  # by which it is being read
        self.is_reading = False

    def begin(self, options: DataOptions) -> None:
        """Read the table by these options; what is read by the same already is read on."""
        last = self._options if self.is_reading else None
        goes_on = last is not None and reading_options(last) == reading_options(options)
        self._began, self._options, self.is_reading = time.monotonic(), options, True
        if self._timer is None:
            self._timer = self._owner.set_interval(TICK, self._ticked)
        few = rows_at_once(self._reviewer)
        if few is not None and not self._reviewer.has_read(options):
            work = partial(self._reviewer.review, options, few)
            self._do(work, partial(self._took_head, options), stops_last=not goes_on)
        else:
            self._do(partial(self._reviewer.review, options, None), self._took_all, stops_last=not goes_on)

    def _do(
        self, work: Callable[[Progress], Review], then: Callable[[Review], Any], *, stops_last: bool = True
    ) -> None:
        self._beside.begin(work, then, self._ended_badly, stops_last=stops_last)

    def _took_head(self, options: DataOptions, review: Review) -> None:
        if not review.is_partial:
            self._took_all(review)
            return
        self._do(partial(self._reviewer.review, options, None), self._took_all, stops_last=False)
        self._took(review)

    def _took_all(self, review: Review) -> None:
        self._stop()
        self._took(review)

    def _ended_badly(self, error: BaseException) -> None:
        self._stop()
        self._failed(error)

    def _stop(self) -> None:
        self.is_reading = False
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def cancel(self) -> bool:
        """Stop what is being read; False if that is nothing."""
        self._stop()
        return self._beside.cancel()

    @property
    def seconds(self) -> float:
        """How long it takes until now."""
        return time.monotonic() - self._began

    @property
    def is_worth_telling(self) -> bool:
        """Whether it takes so long that somebody can read of it."""
        return self.is_reading and self.seconds >= TICK

    def text(self, theme: Theme) -> str:
        """What to say of it."""
        return loading_text(visible(self._reviewer.source, 40), self.seconds, self._beside.share, theme=theme)
