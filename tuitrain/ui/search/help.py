"""The Search screen's help: the keys, the selected entry, how trials are ranked, where it is kept, what was noticed."""

from __future__ import annotations

import textwrap
from typing import Any

from tuitrain.runs.run import BEST
from tuitrain.search.averaged import AVERAGE_NAME
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.text import visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.widgets.help_page import HelpPage
from tuitrain.ui.widgets.text_lines import Piece

RANKS = N_(
    "Trials are ranked by score; equal scores by validation loss, then by number. 2= is a tie: a score that is the "
    "best one's, or differs from it by no more than its deviation over folds and seeds, where there are several."
)
MOST = 2000  # characters of a path or a notice


class SearchHelp(HelpPage):
    """`HelpPage` with what is to be known of the search that is shown."""

    def __init__(self, *given: Any, **rest: Any) -> None:
        super().__init__(*given, **rest)
        self._search = SearchSnapshot(0)
        self._about = N_("the search")

    def about_the_search(self, snapshot: SearchSnapshot) -> None:
        """Tell of this one, below everything else."""
        self._search = snapshot

    def count_notices(self) -> int:
        return len(self._search.notices)

    def _noticed(self, width: int) -> list[list[Piece]]:
        snapshot, styles = self._search, self._theme.styles
        facts = [("", _(RANKS))]
        if snapshot.study is not None:
            facts.append((_("Study: "), visible(snapshot.study, MOST)))
            model = snapshot.study / BEST
            facts += [(_("Model of the best trial: "), visible(model, MOST))] * model.exists()
            average = snapshot.study / AVERAGE_NAME
            facts += [(_("Model of the best trials' average: "), visible(average, MOST))] * bool(snapshot.single_test)
        if snapshot.test:
            values = ", ".join(f"{name} {value:.4f}" for name, value in snapshot.test.items())
            facts.append((_("On the test part: "), values))
        if snapshot.single_test:
            values = ", ".join(f"{name} {value:.4f}" for name, value in snapshot.single_test.items())
            facts.append((_("The best trial alone: "), values))
        facts += [("! ", visible(notice, MOST)) for notice in snapshot.notices]
        lines: list[list[Piece]] = [[], [(_("About the search"), styles["bold"])]]
        for head, text in facts:
            indent = "  " if head == "! " else ""
            rows = textwrap.wrap(
                self._theme.plain(head + text), width, subsequent_indent=indent, break_on_hyphens=False
            )
            lines += [[(row, styles["plain"])] for row in rows]
        return lines
