"""A search as `tuitrain runs show` tells of it: how it went, the score of each trial, and the best one."""

from __future__ import annotations

import math

import numpy as np

from tuitrain.cli.progress import AVERAGED, setting_text
from tuitrain.cli.runs import NOT_SHOWN, curve_lines
from tuitrain.numbers import duration
from tuitrain.runs.run import Run
from tuitrain.search.study.study import Study
from tuitrain.search.study.study_run import progress_of
from tuitrain.text import visible
from tuitrain.translation import gettext as _

HEIGHT = 14


def search_lines(run: Run, width: int) -> list[str]:
    """Return what is known of a search, as lines, with the scores of its trials drawn."""
    study, about = Study(run.path), run.about
    progress, best, metric = progress_of(study), study.best, str(about["metric"])
    counts = {state: sum(trial.state == state for trial in study.trials) for state in ("finished", "pruned", "failed")}
    score = progress["best_score"]
    told = [
        (_("state"), _(run.status) + (f": {visible(about['ending'])}" if about.get("ending") else "")),
        (_("data"), visible(run.facts.name)),
        ("SHA-256", run.facts.fingerprint),
        (_("started"), about["started"]),
        (_("strategy"), study.settings.strategy),
        (_("trials"), ", ".join(f"{count} {_(state)}" for state, count in counts.items() if count)),
        (_("epochs"), _("{epochs} in {time}").format(
            epochs=progress["epochs"], time=duration(float(progress["seconds"])))),
        (_("best score"), NOT_SHOWN if score is None else f"{score:.4f} {metric}"),
        (_("setting"), "" if best is None else visible(setting_text(best.setting), 300)),
        *((_(part), ", ".join(f"{AVERAGED.get(n, n)} {v:.4f}" for n, v in found.items() if isinstance(v, int | float)))
          for part, found in progress["evaluations"].items()),
        (_("searched"), visible(", ".join(f"{n}={t}" for n, t in study.space.to_texts().items()), 500)),
        (_("note"), visible(about["note"], 500) if about.get("note") else ""),
        (_("versions"), ", ".join(f"{name} {visible(value, 60)}" for name, value in about["versions"].items())),
    ]  # fmt: skip
    size = max(len(name) for name, _value in told)
    scored = [trial for trial in study.trials if math.isfinite(trial.score)]
    scores = {
        "epoch": np.array([float(trial.number) for trial in scored]),
        f"validation_{metric}": np.array([trial.score for trial in scored]),
    }
    drawn = curve_lines(scores, (f"validation_{metric}",), width, HEIGHT)
    lines = [f"  {name:<{size}}  {value}" for name, value in told if value]
    return [visible(run.name), *lines, *(["", _("score by trial"), *drawn] if drawn else [])]
