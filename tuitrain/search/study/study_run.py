"""The ``run.json`` of a search, which makes its directory a run like that of a training."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuitrain.data.facts import DatasetFacts
from tuitrain.options.search_settings import Settings
from tuitrain.runs.json_values import encode
from tuitrain.runs.run import FORMAT
from tuitrain.runs.versions import versions
from tuitrain.search.space.space import Space
from tuitrain.text import visible
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.search.study.record import StudyRecord
    from tuitrain.search.study.study import Study

INTERRUPTED = "interrupted"  # the ending of a search that a signal or a crash of the screen ends


def about_search(facts: DatasetFacts, space: Space, settings: Settings, now: datetime) -> dict[str, Any]:
    """Return what ``run.json`` says of a search that begins."""
    return {
        "format": FORMAT, "kind": "search", "status": "running", "started": now.isoformat(timespec="seconds"),
        "dataset": encode(facts), "directory": str(Path.cwd()), "metric": settings.metric,
        "versions": versions(1), "hyperparameters": space.base.to_mapping(),
    }  # fmt: skip


def progress_of(study: StudyRecord) -> dict[str, Any]:
    """Return what ``run.json`` says of how far a search has come; `epochs` are those of all its trials."""
    best, chosen = study.best, study.chosen
    is_chosen = best is not None and chosen is not None and chosen["trial"] == best.number
    test = (chosen.get("average") or chosen)["test"] if is_chosen and chosen is not None else {}
    return {
        "epochs": sum(trial.epochs for trial in study.trials),
        "best_epoch": best.best_epoch if best is not None else 0,
        "best_score": best.score if best is not None and math.isfinite(best.score) else None,
        "best_hyperparameters": None if best is None else study.hyperparameters(best).to_mapping(),
        "seconds": round(study.seconds, 4), "edits": 0,
        "evaluations": {"test": dict(test)} if test else {},
    }  # fmt: skip


def status_of_end(study: StudyRecord, ending: str) -> str:
    """Return how a search stands that `ending` has ended ("": nothing yet, "stopped": the user, or `INTERRUPTED`).

    It is stopped if the best model was made then, and paused if the search was only left.
    """
    is_chosen = study.best is not None and study.chosen is not None and study.chosen["trial"] == study.best.number
    if ending == INTERRUPTED:
        return ending
    if ending in {"", "stopped"}:
        return "stopped" if ending and is_chosen else "paused"
    return "done" if study.best is not None else "failed"


def gone(study: Study, found: Path | None) -> str:
    """Say that a study was moved to where it was `found` again, or removed, while it was open for writing."""
    if found is not None and found.resolve() != study.path.resolve():
        return _(
            "{path}: was moved to {found} while it was searched; all finished trials are there; "
            "to continue: tuitrain search --resume {found}"
        ).format(path=visible(study.path), found=visible(found, 1000))
    if not study.path.is_dir():
        return _("{path}: the study has been moved or removed").format(path=visible(study.path))
    return _("{path}: another program has replaced the study or its lock; open it again").format(
        path=visible(study.path)
    )
