"""The table of trials: which are shown, in which order, and how a line looks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, overload

from textual.strip import Strip

from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.options.search_settings import HIGHER_IS_BETTER
from tuitrain.search.study.trial import Trial, rank_of
from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.translation import gettext as _
from tuitrain.ui.plots.bars import curve_line
from tuitrain.ui.plots.labels import short_label
from tuitrain.ui.plots.lines import Part, cut, line, padded
from tuitrain.ui.search.trial_filter import TrialFilter
from tuitrain.ui.theme import Theme

SPARK = 8
HEAD_ROOM, EPOCHS_ROOM = 13, 7  # rank and number; epochs
NARROW = 9  # as wide as a number becomes
WIDE_ENOUGH = 60
STATES = {"queued": "…", "running": "●", "finished": "✓", "pruned": "‑", "failed": "✗"}
_STATES_ASCII = {"queued": ".", "running": "*", "finished": "+", "pruned": "-", "failed": "!"}
_STATE_STYLES = {"running": "good", "pruned": "dim", "failed": "bad", "queued": "dim"}


@dataclass(frozen=True)
class Row:
    """A trial in the table with its rank among finished ones (0: it has none)."""

    trial: Trial
    rank: int
    is_tie: bool


def rows_of(snapshot: SearchSnapshot, *, sort: str, filter_text: str) -> list[Row]:
    """The trials that pass the filter, sorted by ``score``, ``number`` or a hyperparameter."""
    trials, settings = snapshot.trials, snapshot.settings
    sign = settings.sign if settings is not None and settings.metric else 1.0
    ranked = sorted((trial for trial in trials if trial.state == "finished"), key=lambda trial: rank_of(trial, sign))
    rank = {trial.number: place for place, trial in enumerate(ranked, 1)}
    ties = set(snapshot.ties)
    rows = [Row(trial, rank.get(trial.number, 0), trial.number in ties) for trial in trials]
    if filter_text:
        chosen = TrialFilter(filter_text)
        rows = [row for row in rows if chosen.passes(row)]
    if sort == "score":
        return sorted(rows, key=lambda row: (row.rank or math.inf, _after(row.trial, sign)))
    if sort == "number":
        return sorted(rows, key=lambda row: -row.trial.number)
    return sorted(rows, key=lambda row: (_value_key(row.trial.setting.get(sort)), row.rank or math.inf))


class TableLines(Sequence[Strip]):
    """A heading and `count` lines below it, each drawn when it is looked at."""

    def __init__(self, head: Strip, count: int, draw: Callable[[int], Strip]) -> None:
        self._head, self._count, self._draw = head, count, draw

    def __len__(self) -> int:
        return self._count + 1

    @overload
    def __getitem__(self, at: int) -> Strip: ...
    @overload
    def __getitem__(self, at: slice) -> list[Strip]: ...
    def __getitem__(self, at: int | slice) -> Strip | list[Strip]:
        places = range(len(self))[at]
        if isinstance(places, int):
            return self._head if places == 0 else self._draw(places - 1)
        return [self[place] for place in places]


def _after(trial: Trial, sign: float) -> tuple[int, float, int]:
    """Running ones come before queued, pruned and failed ones."""
    order = {"running": 0, "pruned": 1, "queued": 2, "failed": 3}.get(trial.state, 0)
    return (order, sign * trial.score if math.isfinite(trial.score) else math.inf, trial.number)


def _value_key(value: Any) -> tuple[int, Any]:
    if value is None:
        return (3, 0)
    if isinstance(value, (int, float)):
        return (0, value)
    return (1, (len(value), value)) if isinstance(value, tuple) else (2, str(value))


def columns_of(names: Sequence[str], room: int, offset: int) -> list[tuple[str, int]]:
    """The hyperparameters that fit into `room`, from the `offset`-th on, with their widths: narrow if not all fit."""
    found: list[tuple[str, int]] = []
    widths = {name: max(NARROW, min(13, len(FIELDS[name].label))) for name in names[offset:]}
    is_narrow = sum(widths.values()) + len(widths) > room
    for name in names[offset:]:
        width = NARROW if is_narrow else widths[name]
        if room < width + 1:
            break
        found.append((name, width))
        room -= width + 1
    return found


def spark_room(width: int, theme: Theme) -> int:
    """The cells of the curves and the gap after them; none where they would leave no room for a hyperparameter."""
    return SPARK + 1 if width - HEAD_ROOM - score_room(width, theme) - SPARK - 1 > NARROW else 0


def shown_columns(width: int, names: Sequence[str], offset: int, theme: Theme) -> list[tuple[str, int]]:
    """The hyperparameters in a table of this width, and their widths."""
    epochs = EPOCHS_ROOM if width >= WIDE_ENOUGH else 0
    used = HEAD_ROOM + score_room(width, theme) + epochs + spark_room(width, theme)
    return columns_of(names, width - used, offset)


def heading(width: int, names: Sequence[str], metric: str, sort: str, offset: int, theme: Theme) -> Strip:
    """The line above the trials; the column that they are sorted by is bold, with a sign of the direction."""
    styles, signs = theme.styles, theme.signs

    def style(name: str) -> Any:
        return styles["bold"] if name == sort else styles["dim"]

    is_falling = sort == "number" or (sort == "score" and HIGHER_IS_BETTER.get(metric, False))
    arrow = signs.more if is_falling else signs.less
    number = f"#{arrow}" if sort == "number" else " #"
    parts: list[Part] = [
        (f"  {padded(_('rank'), 4, theme=theme)} ", style("score")),
        (f"   {number} ", style("number")),
    ]
    room = score_room(width, theme)
    shown = cut(metric, room - 2, theme=theme) + arrow * (sort == "score")
    parts += [(f"{shown:<{room}}", style("score"))]
    parts += [(padded(_("epochs"), 6, theme=theme) + " ", styles["dim"])] if width >= WIDE_ENOUGH else []
    parts += [(padded(_("curve"), SPARK, theme=theme) + " ", styles["dim"])] * bool(spark_room(width, theme))
    for name, room in shown_columns(width, names, offset, theme):
        label = short_label(FIELDS[name].label, room - 1 if name == sort else room)
        shown = cut(label, room - 1, theme=theme) + arrow if name == sort else label
        parts.append((padded(shown, room, theme=theme) + " ", style(name)))
    return line(width, parts)


def row_line(
    row: Row, width: int, names: Sequence[str], curve: Sequence[float], *, is_selected: bool, is_marked: bool,
    has_focus: bool, offset: int, theme: Theme,
) -> Strip:  # fmt: skip
    """A trial's line."""
    trial, styles = row.trial, theme.styles
    sign = (_STATES_ASCII if theme.ascii_only else STATES)[trial.state]
    base = styles[_STATE_STYLES.get(trial.state, "plain")]
    if is_selected:
        base = styles["selected"] if has_focus else styles["bold"]
    head = theme.signs.cursor if is_selected else " "
    rank = f"{row.rank}{'=' if row.is_tie else ' '}" if row.rank else f"{sign} "
    parts: list[Part] = [(head, base), ("*" if is_marked else " ", styles["edited"] if not is_selected else base)]
    parts += [
        (f"{rank:>5}", styles["good"] if row.rank == 1 and not is_selected else base),
        (f"{trial.number:>5} ", base),
    ]
    room = score_room(width, theme)
    score = score_text(trial, score_room(width) - 1)
    parts.append((f"{score.replace('±', '+-') if theme.ascii_only else score:<{room}}", base))
    parts += [(f"{trial.epochs or len(curve) or '':>6} ", base)] if width >= WIDE_ENOUGH else []
    if spark_room(width, theme):
        parts.append((curve_line(curve or trial.curve, SPARK, theme=theme) + " ", base))
    for name, room in shown_columns(width, names, offset, theme):
        text = FIELDS[name].format(trial.setting[name]) if name in trial.setting else theme.signs.rule
        parts.append((padded(text, room, theme=theme) + " ", base))
    return line(width, parts)


def score_room(width: int, theme: Theme | None = None) -> int:
    """How wide the score's column is; without a sign for ± by one more."""
    return (15 if width >= WIDE_ENOUGH else 10) + (theme is not None and theme.ascii_only)


def score_text(trial: Trial, room: int = 14) -> str:
    """``0.9854±0.0174``, short ``.985±.017``, or what happened."""
    if math.isnan(trial.score):
        return _(trial.state)
    if room < 13 and not math.isnan(trial.deviation) and abs(trial.score) < 10:
        digits = 3 if 0 <= trial.score < 0.9995 else 2  # so that the deviation is not cut
        return f"{trial.score:.{digits}f}±{trial.deviation:.3f}".replace("0.", ".")[:room]
    text = f"{trial.score:.4f}" if abs(trial.score) < 1000 else f"{trial.score:.4g}"
    return text if math.isnan(trial.deviation) else f"{text}±{trial.deviation:.4f}"[:14]


def detail_lines(trial: Trial, whole: Hyperparameters, metric: str) -> list[tuple[str, str]]:
    """(label, text) pairs that tell all of a trial.

    What is searched is marked by an asterisk, and what has no effect is in brackets, as in the form.
    """
    told = _("{number}, {state}, proposed by {strategy}")
    by = trial.by or _("nobody")
    found = [(_("trial"), told.format(number=trial.number, state=_(trial.state), strategy=by))]
    if not math.isnan(trial.score):
        spread = "" if math.isnan(trial.deviation) else f" ±{trial.deviation:.6f}"
        found.append((metric, f"{trial.score:.6f}{spread}"))
        found.append((_("validation loss"), f"{trial.loss:.6g}"))
        found.append((_("best epoch"), _("{epoch} of {all}").format(epoch=trial.best_epoch, all=trial.epochs)))
    if trial.message:
        found.append((_("message"), trial.message))
    for name, spec in FIELDS.items():
        text = spec.format(getattr(whole, name))
        shown = text if whole.matters(name) else f"({text})"
        found.append((_(spec.label), f"*{shown}" if name in trial.setting else shown))
    return found
