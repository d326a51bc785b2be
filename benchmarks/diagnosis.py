"""How often the diagnosis is right: planted faults that it names, healthy trainings that it blames, remedies that mend.

Run `python benchmarks/diagnosis.py` for the cases of `diagnosis_cases.py`, on three seeds, or `--cases FILE` for others
in the form of a JSON file (with `--tables DIRECTORY` for theirs). Trainings run in this process, on one thread.
A hit is a faulty training whose first warning or error is one of those that the case names; a false alarm is a healthy
one with any. A remedy is the first finding's first, added to the same options: it mends where the mean of the test
score over the seeds is better by the case's gain. `--half fitted` or `held-out` takes about half of the cases,
`--fresh` those that were planted after the rules were fixed.
"""

from __future__ import annotations

import argparse
import json
import pickle
import shlex
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from diagnosis_cases import BASE, Case, fetched_cases, read_cases
from diagnosis_published import KINDS, RULE_SETS
from diagnosis_tables import write_tables

from tuitrain.cli.options import read_options
from tuitrain.cli.train import train
from tuitrain.data.dataset import Dataset
from tuitrain.data.loading import load_dataset
from tuitrain.diagnosis.course import Course
from tuitrain.diagnosis.finding import Finding
from tuitrain.diagnosis.recording import Recording
from tuitrain.diagnosis.rules import findings
from tuitrain.engine import Trainer
from tuitrain.engine.fit import fit
from tuitrain.runs.model import Model

_LOADED: dict[str, Dataset] = {}


@dataclass
class Run:
    """One training of a case: its course, and its test scores."""

    seed: int
    course: Course
    test: dict[str, float]
    seconds: float

    @property
    def alarms(self) -> list[Finding]:
        """The warnings and errors, the most pressing first."""
        return [found for found in findings(self.course) if found.is_alarm]

    @property
    def first(self) -> str:
        """The kind of the first warning or error, or ``-``."""
        return self.alarms[0].kind if self.alarms else "-"

    @property
    def remedy(self) -> str:
        """The options of the first remedy of the first alarm, empty for none."""
        return self.alarms[0].remedies[0].options if self.alarms and self.alarms[0].remedies else ""


def run_case(case: Case, base: str, tables: Path, seed: int, more: str = "") -> Run:
    """Train a case once."""
    places = (tables / case.dataset, tables / f"{case.dataset}.csv")
    source = next((str(path) for path in places if path.is_file()), case.dataset)
    options = shlex.split(f"{base} {case.options} {more} --seed {seed}")
    with train.make_context("train", [source, *options]) as context:
        given = {name: value for name, value in context.params.items() if name not in {"model_file", "as_json"}}
    hyperparameters, data = read_options(given)
    name = repr(sorted(data.items()))
    if name not in _LOADED:
        _LOADED[name] = load_dataset(data.pop("dataset"), **data)
    dataset = _LOADED[name]
    began = time.perf_counter()
    trainer = Trainer(dataset, [hyperparameters])
    recording = Recording(trainer, dataset)
    fit(trainer, recording.epoch, threads=1)
    course = recording.course()
    with np.errstate(all="ignore"):
        test = Model.of(trainer, dataset).evaluate_part(dataset.test)
    return Run(seed, course, test, time.perf_counter() - began)


def score(case: Case, runs: Sequence[Run]) -> float:
    """Return the mean test score, where what is not finite counts as an R² of -1."""
    values = [run.test[case.metric or ("accuracy" if "accuracy" in run.test else "r2")] for run in runs]
    return float(np.mean([max(value, -1.0) if np.isfinite(value) else -1.0 for value in values]))


@dataclass
class Told:
    """A case with its trainings, and with those that followed the remedy of each."""

    case: Case
    runs: list[Run]
    mended: list[Run]

    @property
    def hits(self) -> float:
        """The share of seeds with a right first finding."""
        return float(np.mean([run.first in self.case.first for run in self.runs]))

    @property
    def alarms(self) -> float:
        """The share of seeds with any warning."""
        return float(np.mean([run.first != "-" for run in self.runs]))

    @property
    def gain(self) -> float:
        """What the remedies gained."""
        return score(self.case, self.mended) - score(self.case, self.runs)


def judge(
    cases: Sequence[Case], base: str, tables: Path, seeds: int, remedies: bool, kept: dict[Any, Run]
) -> list[Told]:
    """Run all cases; `kept` holds runs that were made before."""
    found = []

    def run(case: Case, seed: int, more: str = "") -> Run:
        key = (case.dataset, case.options, base, seed, more)
        if key not in kept:
            kept[key] = run_case(case, base, tables, seed, more)
        return kept[key]

    for case in cases:
        runs = [run(case, seed) for seed in range(seeds)]
        mended = []
        if remedies and case.gain:
            mended = [run(case, one.seed, one.remedy) for one in runs]
        found.append(Told(case, runs, mended))
        if sys.stderr.isatty():
            print(f"\r{len(found)}/{len(cases)}", end="", file=sys.stderr)
    return found


def report(found: Sequence[Told], *, is_long: bool) -> None:
    """Print the score card."""
    faulty = [told for told in found if told.case.first]
    healthy = [told for told in found if not told.case.first]
    mended = [told for told in faulty if told.mended]
    confusions: Counter[tuple[str, str]] = Counter()
    for told in found:
        is_wrong = told.hits < 1 if told.case.first else told.alarms > 0
        for run in told.runs:
            if (run.first not in told.case.first) if told.case.first else run.first != "-":
                confusions[told.case.first[0] if told.case.first else "healthy", run.first] += 1
        has_failed = bool(told.mended) and told.gain < told.case.gain
        if is_long and (is_wrong or has_failed):
            print(_line(told, has_failed=has_failed))
    if faulty:
        hits = [told.hits for told in faulty]
        print(f"first finding right   {np.sum(hits):.1f} of {len(hits)}  {np.mean(hits):.1%}")
    if healthy:
        alarms = [told.alarms for told in healthy]
        print(f"false alarms          {np.sum(alarms):.1f} of {len(alarms)}  {np.mean(alarms):.1%}")
    if mended:
        helped = [told.gain >= told.case.gain for told in mended]
        print(f"first remedy mends    {sum(helped)} of {len(helped)}  {np.mean(helped):.1%}")
    for (told_kind, said), count in confusions.most_common():
        print(f"  {told_kind:<24} taken for {said:<24} {count}")


def report_published(found: Sequence[Told]) -> None:
    """Print what published rule sets make of the same trainings."""
    for name, rules in RULE_SETS.items():
        told = [one for one in found if "classes" not in name or one.runs[0].course.observation.sizes[-1] > 1]
        said = [(one.case.first, rules(run.course)) for one in told for run in one.runs]
        faulty, healthy = ([kind for first, kind in said if bool(first) is is_faulty] for is_faulty in (True, False))
        right = [bool(kind and KINDS[kind] & set(first)) for first, kind in said if first]
        print(
            f"{name}: any alarm on faulty {np.mean([bool(k) for k in faulty]):.1%} of {len(faulty)} trainings, "
            f"the right one {np.mean(right):.1%}; "
            f"false alarms {np.mean([bool(k) for k in healthy]):.1%} of {len(healthy)}"
        )


def _line(told: Told, *, has_failed: bool) -> str:
    case = told.case
    firsts = " ".join(f"{kind}×{n}" for kind, n in Counter(run.first for run in told.runs).items())
    text = f"#{case.number} {case.dataset} {case.options} | expected {'/'.join(case.first) or 'none'}, found {firsts}"
    if told.mended:
        remedies = {run.remedy for run in told.runs}
        text += f" | score {score(case, told.runs):.3f} {told.gain:+.3f} of {case.gain} by {remedies}"
    return text + ("  <- not mended" if has_failed else "")


def cases_of_file(path: Path) -> tuple[list[Case], str]:
    """Read cases that others wrote, and the options that come before each one's own."""
    read = json.loads(path.read_text())
    cases = [
        Case(number, case["dataset"], case["args"], tuple(case["first"]),
             float(case.get("gain", 0)) if case.get("remedy") else 0.0, case.get("metric", ""))
        for number, case in enumerate(read["cases"])
    ]  # fmt: skip
    return cases, read["base"]


def main() -> None:
    """Print the score card of the planted cases, or of a file's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, help="a JSON file of cases")
    parser.add_argument("--tables", type=Path, help="the directory of the tables that its cases name")
    parser.add_argument("--fetched", type=Path, help="the directory of tables that others made, for cases on those")
    parser.add_argument("--fresh", action="store_true", help="the cases that were planted after the rules were fixed")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--half", choices=["fitted", "held-out"])
    parser.add_argument("--no-remedies", action="store_true")
    parser.add_argument("--published", action="store_true", help="put published rule sets to the same trainings")
    parser.add_argument("--keep", type=Path, help="a file that keeps the trainings from one run to the next")
    parser.add_argument("--quiet", action="store_true", help="print the totals alone")
    given = parser.parse_args()
    cases, base = cases_of_file(given.cases) if given.cases else (read_cases(is_fresh=given.fresh), BASE)
    if given.fetched:
        cases, given.tables = fetched_cases(is_fresh=given.fresh), given.fetched
    if given.half:
        cases = [case for case in cases if case.is_held_out == (given.half == "held-out")]
    kept: dict[Any, Run] = pickle.loads(given.keep.read_bytes()) if given.keep and given.keep.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        tables = given.tables or Path(folder)
        if given.tables is None:
            write_tables(tables)
        found = judge(cases, base, tables, given.seeds, not given.no_remedies, kept)
        if given.keep:
            given.keep.write_bytes(pickle.dumps(kept))
        report(found, is_long=not given.quiet)
        if given.published:
            report_published(found)


if __name__ == "__main__":
    main()
