"""The cost of the screen: training speed beside it, latency of keys, bytes on the wire, time to the first paint.

Run `python benchmarks/screen.py` (needs pyte, of the extras `test` and `bench`; on Linux or macOS). Each figure stands
beside its target. Speeds are ratios of interleaved runs: with the screen against `tuitrain train`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from terminal import launch

from tuitrain.search.study.study import Study

NETWORKS = [
    ("30-64-32-2 relu, 32", 30, 2, 4000, ["--hidden-layers", "64x32", "--batch-size", "32"]),
    ("784-512-256-10 relu, 128", 784, 10, 4000, ["--hidden-layers", "512x256", "--batch-size", "128"]),
]
LONG = ["--epochs", "1000000", "--patience", "0"]


def make_table(folder: Path, features: int, classes: int, rows: int) -> str:
    """An .npz of random rows; only its shape matters."""
    rng = np.random.default_rng(0)
    path = folder / f"{features}.npz"
    np.savez(path, X=rng.standard_normal((rows, features)).astype(np.float32), y=rng.integers(0, classes, rows))
    return str(path)


def headless_speed(table: str, options: Sequence[str], epochs: int) -> float:
    command = [sys.executable, "-m", "tuitrain", "train", table, *options, "--epochs", str(epochs), "--patience", "0"]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)["samples_per_second"])


def screen_speed(table: str, options: Sequence[str], epochs: int) -> float:
    arguments = [table, *options, "--epochs", str(epochs), "--patience", "0", "--start", "--quit-when-done", "--json"]
    with launch(*arguments, columns=120, rows=40) as terminal:
        terminal.wait_for_end(180)
        found = terminal.raw.decode(errors="replace")
    start = found.rindex('{"dataset"')
    return float(json.JSONDecoder().raw_decode(found[start:].replace("\r\n", ""))[0]["samples_per_second"])


def report(name: str, value: str, target: str, is_met: bool) -> None:
    print(f"{name:<58} {value:>16}   {target:<10} {'' if is_met else 'MISSED'}", flush=True)


def measure_speed(folder: Path, rounds: int, seconds: float) -> None:
    for name, features, classes, rows, options in NETWORKS:
        table = make_table(folder, features, classes, rows)
        measure_share(table, options, name, seconds)
        epochs = max(2, round(seconds * headless_speed(table, options, 5) / (rows * 0.7)))
        bare = [headless_speed(table, options, epochs)]
        ratios = []
        for _ in range(rounds):  # each run with the screen between two without it, so that a drifting clock cancels out
            shown = screen_speed(table, options, epochs)
            bare.append(headless_speed(table, options, epochs))
            ratios.append(2 * shown / (bare[-2] + bare[-1]))
        ratio = statistics.median(ratios)
        found = f"{ratio:.3f} ({min(ratios):.2f}-{max(ratios):.2f})"
        report(f"speed beside the screen, {name}, 120×40", found, "≥ 0.95", ratio >= 0.95)


def measure_share(table: str, options: Sequence[str], name: str, seconds: float) -> None:
    """Measure the training thread's share of a processor: the cost of the screen, even on a noisy machine."""
    with launch(table, *options, *LONG, "--start", columns=120, rows=40) as terminal:
        terminal.pump(3)
        before, started = thread_seconds(terminal.pid), time.perf_counter()
        terminal.pump(seconds)
        after, passed = thread_seconds(terminal.pid), time.perf_counter() - started
    if after:
        share = max(after[thread] - before.get(thread, 0.0) for thread in after) / passed
        report(f"training thread's share of the time, {name}, 120×40", f"{share:.3f}", "", True)


def thread_seconds(pid: int) -> dict[str, float]:
    """Return the processor seconds of each thread of a process; empty on systems other than Linux."""
    ticks = os.sysconf("SC_CLK_TCK")
    files = {path.name: path / "stat" for path in Path(f"/proc/{pid}/task").glob("*")}
    fields = {name: file.read_text().rpartition(")")[2].split() for name, file in files.items()}
    return {name: (int(found[11]) + int(found[12])) / ticks for name, found in fields.items()}


def measure_keys(table: str, presses: int) -> None:
    turns = [("j", "function applied", True), ("k", "function applied", False), ("l", "log axis", True),
             ("l", "log axis", False)]  # fmt: skip
    for columns, rows in ((80, 24), (120, 40)):
        with launch(table, *NETWORKS[0][4], *LONG, "--start", columns=columns, rows=rows) as terminal:
            terminal.wait_for("epoch")
            terminal.pump(2)
            found = [terminal.latency(key, text, appears=come) for key, text, come in turns * presses]
        times = sorted(1000 * (seconds if seconds is not None else 2) for seconds in found)
        p50, p95 = times[len(times) // 2], times[int(0.95 * len(times))]
        is_met = p50 <= 20 and p95 <= 50
        report(
            f"key to paint while training, {columns}×{rows}, p50 / p95",
            f"{p50:.0f} / {p95:.0f} ms",
            "≤ 20 / 50",
            is_met,
        )


def measure_bytes(table: str, seconds: float) -> None:
    for columns, rows, limit in ((80, 24, 12_000), (120, 40, None), (200, 50, None)):
        with launch(table, *NETWORKS[0][4], *LONG, columns=columns, rows=rows) as terminal:
            terminal.pump(2)
            idle = terminal.rate(seconds)
            terminal.press("space")
            terminal.pump(2)
            running = terminal.rate(seconds)
            terminal.press("space")
            terminal.pump(1)
            paused = terminal.rate(seconds)
        report(f"bytes/s while training, {columns}×{rows}", f"{running:.0f}", "≤ 12000" if limit else "",
               limit is None or running <= limit)  # fmt: skip
        report(f"bytes/s idle and paused, {columns}×{rows}", f"{idle:.0f}, {paused:.0f}", "0", idle == paused == 0)


def measure_start(rounds: int) -> None:
    paints, helps = [], []
    for _ in range(rounds):
        with launch() as terminal:
            while terminal.first_paint is None and terminal.status is None:
                terminal.read(0.02)
        paints.append(terminal.first_paint or float("inf"))
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "tuitrain", "--help"], stdout=subprocess.DEVNULL, check=True)
        helps.append(time.perf_counter() - started)
    paint, shown = statistics.median(paints), statistics.median(helps)
    report("first full paint, 80×24", f"{paint:.2f} s", "≤ 0.7 s", paint <= 0.7)
    report("tuitrain --help", f"{shown:.3f} s", "≤ 0.15 s", shown <= 0.15)


SEARCH = ["breast_cancer", "--search-seed", "1", "--patience", "0", "--epochs", "100"]


def measure_search(seconds: float, trials: int, rounds: int) -> None:
    """Measure keys, bytes, and trials a second against `tuitrain search`, while a search runs on all cores."""
    turns = [("j", "trials at most", True), ("k", "trials at most", False)]
    for columns, rows in ((80, 24), (120, 40)):
        with launch(*SEARCH, "--search", "random", "--trials", "100000", columns=columns, rows=rows) as terminal:
            terminal.wait_for("Trials")
            terminal.press("space")
            terminal.pump(4)
            rate = terminal.rate(seconds)
            found = [terminal.latency(key, text, appears=come) for key, text, come in turns * 10]
        times = sorted(1000 * (each if each is not None else 2) for each in found)
        p50, p95 = times[len(times) // 2], times[int(0.95 * len(times))]
        report(f"key to paint while searching, {columns}×{rows}, p50 / p95", f"{p50:.0f} / {p95:.0f} ms", "≤ 50 (p95)",
               p95 <= 50)  # fmt: skip
        limit = 12_000 if columns == 80 else None
        report(f"bytes/s while searching, {columns}×{rows}", f"{rate:.0f}", f"≤ {limit}" if limit else "",
               limit is None or rate <= limit)  # fmt: skip
    ratios, bare = [], [headless_trials(trials)]
    for _ in range(rounds):
        shown = screen_trials(trials)
        bare.append(headless_trials(trials))
        ratios.append(2 * shown / (bare[-2] + bare[-1]))
    ratio = statistics.median(ratios)
    found_ratio = f"{ratio:.3f} ({min(ratios):.2f}-{max(ratios):.2f})"
    report("trials a second beside the screen, 120×40", found_ratio, "≥ 0.95", ratio >= 0.95)


def headless_trials(trials: int) -> float:
    command = [sys.executable, "-m", "tuitrain", "search", *SEARCH, "--strategy", "random", "--trials", str(trials)]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)["trials_per_second"])


def screen_trials(trials: int) -> float:
    before = set(Path("studies").glob("*"))
    with launch(*SEARCH, "--search", "random", "--trials", str(trials), columns=120, rows=40) as terminal:
        terminal.wait_for("Trials")
        terminal.press("space")
        terminal.wait_for("all trials are done", 180)
    (path,) = set(Path("studies").glob("*")) - before
    study = Study(path)
    return sum(trial.is_done for trial in study.trials) / study.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs")
    parser.add_argument("--only", choices=["train", "search"])
    options = parser.parse_args()
    quick = options.quick
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):  # studies are kept where one works
        folder = Path(name)
        if options.only != "search":
            table = make_table(folder, 30, 2, 4000)
            measure_start(3 if quick else 7)
            measure_bytes(table, 3 if quick else 8)
            measure_keys(table, 6 if quick else 25)
            measure_speed(folder, 1 if quick else 5, 5 if quick else 12)
        if options.only != "train":
            measure_search(3 if quick else 8, 200 if quick else 400, 1 if quick else 5)


if __name__ == "__main__":
    main()
