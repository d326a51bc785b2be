"""What the keys of the footer do now: it follows the state of the search and the pane that has the keys."""

from __future__ import annotations

from dataclasses import dataclass

from tuitrain.session.search_snapshot import SearchSnapshot
from tuitrain.translation import N_
from tuitrain.ui.widgets.footer import START_WORDS


@dataclass(frozen=True)
class Situation:
    """What it depends on: `pane` has the keys; `enter` says what Enter does in the form.

    `search_state` is the search's own, also while trainings by hand are shown.

    `goes_on` says whether the form still asks for the search that is shown, `is_manual` whether it is set to trainings
    by hand, `is_bayesian` whether to a Bayesian search, `has_trial` whether a trial is selected. `marked` counts
    trials. One at a time, `waits` says whether a choice waits for the user's guess, `is_shown` whether it is shown,
    `is_trained` whether what was decided on is being trained.
    """

    pane: str
    snapshot: SearchSnapshot
    search_state: str
    enter: str
    goes_on: bool
    is_manual: bool
    has_trial: bool
    marked: int
    waits: bool = False
    is_shown: bool = False
    is_trained: bool = False
    is_bayesian: bool = False


def words_now(now: Situation) -> dict[str, str]:
    """Return what each key does now by its action's name; "" where that is nothing that is wanted there."""
    snapshot, is_table = now.snapshot, now.pane == "trials"
    is_searching = now.search_state in {"running", "choosing", "paused"} and not snapshot.is_by_hand
    fields = len(snapshot.space.columns) if snapshot.space is not None and snapshot.trials else 0
    has_trial = now.has_trial and now.pane != "form"
    waits = snapshot.progress is not None and bool(snapshot.progress.proposals)
    veto = N_("proposals") if waits else N_("veto off") if snapshot.asks_first else N_("veto")
    offered = {
        "start_pause": _start_word(now),
        "new_search": N_("new") * (bool(snapshot.trials) and not now.is_manual and not now.waits),
        "one_at_a_time": _one_word(now),
        "enqueue": N_("try mine")
        if now.waits
        else N_("try") * (snapshot.space is not None and not snapshot.is_by_hand),
        "guess(-1)": N_("guess") * now.waits,
        "veto": veto * ((is_searching or not now.is_manual) and not snapshot.is_one_at_a_time),
        "race": N_("race") * (not snapshot.is_running),
        "enter": _enter_word(now, is_table and has_trial),
        "adopt": N_("adopt") * has_trial,
        "train_trial": N_("train") * has_trial,
        "mark": N_("mark") * (is_table and has_trial),
        "compare": N_("compare") * (now.marked > 1),
        "sort": N_("sort") * (is_table and has_trial),
        "find": N_("find") if now.pane == "form" else N_("filter") * (is_table and bool(snapshot.trials)),
        "axis('x')": N_("axes") * (now.pane == "map" and fields > 1),
        "before": N_("field") * (now.pane == "surrogate" and fields > 1),
    }
    return {name: word or "" for name, word in offered.items()}


def ranks_now(now: Situation) -> dict[str, int]:
    """Return the ranks of the keys that matter more now than usual: those that a guess is made and decided with."""
    return {"guess(-1)": 98, "enqueue": 97, "one_at_a_time": 93} if now.waits else {}


def _enter_word(now: Situation, opens_trial: bool) -> str:
    if now.pane == "form":
        return now.enter
    if now.pane != "trials" and now.waits:
        return N_("show choice") * (not now.is_shown)
    return N_("open") * opens_trial


def _one_word(now: Situation) -> str:
    if now.snapshot.is_one_at_a_time:
        return N_("all")
    return N_("one") * now.is_bayesian


def _start_word(now: Situation) -> str:
    if now.waits:
        return N_("try theirs")
    if now.is_trained:
        return ""
    if now.search_state in {"running", "choosing", "paused"}:
        return START_WORDS[now.search_state]
    if now.is_manual:
        return ""  # trainings by hand are begun on the Train screen
    return N_("go on") if now.goes_on else N_("start")
