"""The Search screen on real searches, by keys: what it does, and that what it shows is what the journal says."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot

from tests.ui.waiting import settle
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.search.study.study import Study
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import SearchAsked, TuitrainApp
from tuitrain.ui.launch import SWITCH_SECONDS
from tuitrain.ui.search.screen import SearchScreen
from tuitrain.ui.theme import theme_of

UNICODE = {"LANG": "C.UTF-8", "TERM": "xterm-256color"}
QUICK = Hyperparameters(hidden_layers=(4,), epochs=4, patience=0)


@pytest.fixture(autouse=True)
def _as_launched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Studies are kept where one works; the drawing thread gets its turn as soon as in the real program."""
    monkeypatch.chdir(tmp_path)
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    yield
    sys.setswitchinterval(before)


def text_of(app: Any) -> str:
    """What is on the screen, line by line."""
    return "\n".join(line.text for line in app.screen._compositor.render_strips())


async def until(pilot: Pilot[Any], wanted: Callable[[], object]) -> None:
    """Let the program work until `wanted` holds, and the screen shows it: a message gives way to a new state."""
    await settle(pilot, wanted)
    if isinstance(screen := pilot.app.screen, SearchScreen):
        screen.show(screen.snapshot)
    await pilot.pause()


async def searching(
    test: Callable[[Pilot[Any]], Awaitable[None]], *, size: tuple[int, int] = (120, 40), data: str = "moons?n=80",
    h: Hyperparameters = QUICK, environment: dict[str, str] | None = None, asked: SearchAsked | None = None,
) -> None:  # fmt: skip
    """Run `test` on the Search screen of a program that trains in a thread."""
    session = TrainingSession(load_dataset(data), h)
    app = TuitrainApp(session, theme_of(environment or UNICODE), jobs=0, search=asked)
    try:
        async with app.run_test(size=size) as pilot:
            if asked is None:
                await pilot.press("2")
            await until(pilot, lambda: app.search_session is not None and "Trials" in text_of(app))
            await test(pilot)
    finally:
        session.close()
        if app.search_session is not None:
            app.search_session.close()


def snapshot(pilot: Pilot[Any]) -> Any:
    return pilot.app.search_session.snapshot  # type: ignore[attr-defined]


async def enter(pilot: Pilot[Any], name: str, text: str) -> None:
    """Move to an entry of the form and type a text."""
    form = pilot.app.screen.form  # type: ignore[attr-defined]
    form.go_to(name)
    await pilot.press("enter", "ctrl+u", *typed(text), "enter")
    await pilot.pause()


KEYS = {".": "full_stop", ",": "comma", "-": "minus", "=": "equals_sign", " ": "space", "<": "less_than_sign",
        "_": "underscore"}  # fmt: skip


def typed(text: str) -> list[str]:
    """The keys of a text."""
    return [KEYS.get(letter, letter) for letter in text]


async def search_through(pilot: Pilot[Any], trials: str = "6", strategy: str = "r") -> Study:
    """A whole small search over learning rate and L2; gives its study."""
    model = pilot.app.screen.form.model  # type: ignore[attr-defined]
    for name in ("hidden_layers", "activation", "batch_size"):
        model.set_value(name, getattr(QUICK, name))
    model.set("trials", trials)
    model.set("folds", "2")
    await pilot.press(strategy, "space")
    await until(pilot, lambda: snapshot(pilot).state == "done")
    await until(pilot, lambda: len(table_lines(pilot)) == int(trials))
    return Study(snapshot(pilot).study)


def table_lines(pilot: Pilot[Any]) -> list[str]:
    """The lines of the trials' table as they are on the screen."""
    pane = pilot.app.screen.trials  # type: ignore[attr-defined]
    rows = text_of(pilot.app).split("\n")
    region = pane.content_region
    lines = [row[region.x : region.right] for row in rows[region.y + 1 : region.bottom]]
    return [line for line in lines if line.split() and words(line)[0][0].isdigit()]


def words(line: str) -> list[str]:
    """A line without the cursor's sign."""
    return [*line.replace("▸", " ").replace(">", " ").split(), "-"]


def numbers(pilot: Pilot[Any]) -> list[int]:
    """The numbers of the trials in the table, from above."""
    return [int(words(line)[1]) for line in table_lines(pilot)]


async def test_the_table_agrees_with_the_journal() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        study = await search_through(pilot)
        events = [json.loads(line) for line in (study.path / "journal.jsonl").read_text("utf-8").splitlines()]
        assert events, "the journal is empty"
        scores = {trial.number: (trial.score, trial.deviation, trial.loss) for trial in study.trials}
        written = json.dumps(events)
        assert all(str(score) in written for score, _, _ in scores.values())
        order = sorted(scores, key=lambda number: (-scores[number][0], scores[number][2], number))
        lines = table_lines(pilot)
        assert len(lines) == 6
        best_score, best_deviation, _ = scores[order[0]]
        for place, (line, number) in enumerate(zip(lines, order, strict=True), 1):
            rank, shown, score = words(line)[:3]
            assert (rank.rstrip("="), shown) == (str(place), str(number))
            assert score == f"{scores[number][0]:.4f}±{scores[number][1]:.4f}"
            is_tie = best_score - scores[number][0] <= best_deviation + 1e-12
            assert rank.endswith("=") is (place > 1 and is_tie)
        assert f"(#{order[0]})" in text_of(pilot.app)

    await searching(test)


async def test_ranges_are_typed_into_the_form_and_mistakes_are_told() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        model = pilot.app.screen.form.model  # type: ignore[attr-defined]
        await enter(pilot, "learning_rate", "1e-3..1e-1")
        assert model.texts["learning_rate"] == "0.001..0.1"
        await enter(pilot, "optimizer", "sgd,adam")
        assert model.is_searched("optimizer")
        await enter(pilot, "learning_rate", "1e-3..x")
        assert "✗" in text_of(pilot.app)
        await pilot.press("escape")
        assert model.texts["learning_rate"] == "0.001..0.1"
        await enter(pilot, "trials", "-1")
        assert "✗" in text_of(pilot.app)
        await pilot.press("escape", "u")
        assert not model.is_searched("optimizer")

    await searching(test, size=(80, 24))


async def test_strategies_are_chosen_by_letter_and_by_arrow() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        model = pilot.app.screen.form.model  # type: ignore[attr-defined]
        for key, name in (("m", "manual"), ("g", "grid"), ("r", "random"), ("b", "bayesian")):
            await pilot.press(key)
            assert model.texts["strategy"] == name
        await pilot.press("home", "left")
        assert model.texts["strategy"] == "random"
        await pilot.press("g")
        await until(pilot, lambda: "combinations, about" in text_of(pilot.app).replace("\n", " "))

    await searching(test)


async def test_a_large_grid_says_what_it_takes_and_asks_and_enter_begins_nothing() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        model = pilot.app.screen.form.model  # type: ignore[attr-defined]
        for name in ("hidden_layers", "activation", "batch_size"):
            model.set_value(name, getattr(QUICK, name))
        for name in ("learning_rate", "l2"):
            await enter(pilot, name, ",".join(f"{number}e-4" for number in range(1, 35)))
        await pilot.press("g")
        await until(pilot, lambda: "1,156 combinations, about" in text_of(pilot.app).split("\n")[-2])
        for harmless in ("enter", "escape", "n"):
            await pilot.press("space")
            await until(pilot, lambda: "Search a grid of 1,156" in text_of(pilot.app))
            assert "MB of memory" in text_of(pilot.app)
            await pilot.press(harmless)
            await until(pilot, lambda: "Search a grid" not in text_of(pilot.app))
            assert snapshot(pilot).state == "ready"
        await pilot.press("space")
        await until(pilot, lambda: "Search a grid of 1,156" in text_of(pilot.app))
        await pilot.press("y")
        await until(pilot, lambda: snapshot(pilot).state == "running" and snapshot(pilot).space is not None)
        assert snapshot(pilot).space.grid_size == 1156

    await searching(test, size=(80, 24))


async def test_space_pauses_and_goes_on_and_a_new_search_asks_nothing() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        await enter(pilot, "trials", "5000")
        await pilot.press("space")
        await until(pilot, lambda: sum(t.is_done for t in snapshot(pilot).trials) > 2)
        await pilot.press("space")
        await until(pilot, lambda: snapshot(pilot).state == "paused" and not snapshot(pilot).progress.running)
        done = sum(t.is_done for t in snapshot(pilot).trials)
        await pilot.pause(0.3)  # in which nothing may be trained
        assert sum(t.is_done for t in snapshot(pilot).trials) == done
        await pilot.press("space")
        await until(pilot, lambda: sum(t.is_done for t in snapshot(pilot).trials) > done)

    await searching(test, h=QUICK.replace(epochs=12))


async def test_leaving_a_search_asks_and_tells_how_to_go_on() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        pilot.app.screen.form.model.set("trials", "5000")  # type: ignore[attr-defined]
        await pilot.press("space")
        await until(pilot, lambda: snapshot(pilot).trials)
        await pilot.press("q")
        await until(pilot, lambda: "Quit?" in text_of(pilot.app))
        assert "tuitrain search --resume" in text_of(pilot.app)
        assert str(snapshot(pilot).study) in text_of(pilot.app)  # whole, to be copied
        await pilot.press("n")
        await until(pilot, lambda: "Quit?" not in text_of(pilot.app))

    await searching(test, h=QUICK.replace(epochs=30))


async def test_sorting_filtering_marking_and_comparing() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        study = await search_through(pilot)
        rate = {trial.number: trial.setting["learning_rate"] for trial in study.trials}
        await pilot.press("tab")  # to the table
        await pilot.press("s")
        await until(pilot, lambda: numbers(pilot) == [5, 4, 3, 2, 1, 0])
        await pilot.press("s")  # by the first hyperparameter
        by_rate = sorted(rate, key=lambda number: rate[number])
        await until(pilot, lambda: numbers(pilot) == by_rate)
        middle = statistics.median(rate.values())
        await pilot.press("slash")
        await until(pilot, lambda: "Show trials with" in text_of(pilot.app))
        text = f"learning_rate<{middle:.6f}"
        await pilot.press(*typed(text), "enter")
        below = {number for number in rate if rate[number] < middle}
        await until(pilot, lambda: set(numbers(pilot)) == below)
        await pilot.press("full_stop", "full_stop", "c")
        await until(pilot, lambda: "esc closes" in text_of(pilot.app))
        shown = text_of(pilot.app)
        assert all(f"{rate[number]:.4g}"[:6] in shown or str(rate[number])[:6] in shown for number in by_rate[:2])

    await searching(test)


async def test_a_field_is_found_and_what_has_no_effect_folds() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        model = pilot.app.screen.form.model  # type: ignore[attr-defined]
        assert {"l1", "beta1", "momentum"} & set(model.shown("optimisation")) == {"beta1"}
        assert model.foldable("search") == ()
        await pilot.press("slash", *"patience")
        assert model.name == "patience"
        await pilot.press("enter", "slash", *"mom", "enter", "plus")
        assert (model.name, model.is_searched("momentum")) == ("momentum", True)
        await pilot.press("home")
        assert "momentum" in model.shown("optimisation")
        await pilot.press("u")
        assert model.texts["momentum"] == "0.9"

    await searching(test)


async def test_a_misspelt_filter_is_told() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        await pilot.press("tab")
        await until(pilot, lambda: pilot.app.focused.id == "trials")  # type: ignore[union-attr]
        await pilot.press("slash")
        await until(pilot, lambda: "Show trials with" in text_of(pilot.app))
        await pilot.press(*typed("rankx<5"), "enter")
        await until(pilot, lambda: "did you mean rank" in text_of(pilot.app))

    await searching(test)


async def test_a_trial_is_opened_adopted_and_trained() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        study = await search_through(pilot)
        best = study.best
        assert best is not None
        await pilot.press("tab", "enter")
        await until(pilot, lambda: f"Trial {best.number}" in text_of(app))
        assert f"{best.score:.6f}" in text_of(app)
        await pilot.press("escape", "a", "1")
        await until(pilot, lambda: app.session.snapshot.hyperparameters.learning_rate == best.setting["learning_rate"])
        assert app.session.snapshot.hyperparameters.l2 == best.setting["l2"]
        assert not app.session.snapshot.is_running
        await pilot.press("2", "t")
        await until(pilot, lambda: app.session.snapshot.epoch == QUICK.epochs)

    await searching(test)


async def test_trainings_by_hand_are_trials_that_tell_what_changed() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        await pilot.press("1", "space")
        await until(pilot, lambda: app.session.snapshot.finished == 1)
        now = app.session.snapshot
        first = float(now.history.column("validation_metric", 4)[now.best_epoch - 1])
        app.screen.form.go_to("learning_rate")
        await pilot.press("plus")
        await until(pilot, lambda: app.session.snapshot.hyperparameters.learning_rate == 0.0178)  # after the end
        await pilot.press("r")
        await until(pilot, lambda: "Start over" in text_of(app))
        await pilot.press("y")
        await until(pilot, lambda: app.session.snapshot.epoch == 0)
        await pilot.press("space")
        await until(pilot, lambda: app.session.snapshot.finished == 2)
        await pilot.press("2", "m")
        await until(pilot, lambda: len(app.screen.snapshot.trials) == 2)
        trials = app.screen.snapshot.trials
        assert [trial.setting["learning_rate"] for trial in trials] == [0.01, 0.0178]
        assert trials[1].message.startswith("learning rate 0.01 to 0.0178")
        assert trials[0].score == first

    await searching(test)


async def test_proposals_wait_for_the_users_word() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        for name in ("hidden_layers", "activation", "batch_size"):
            app.screen.form.model.set_value(name, getattr(QUICK, name))
        await enter(pilot, "trials", "5")
        await pilot.press("b", "v", "space")
        await until(pilot, lambda: snapshot(pilot).progress and len(snapshot(pilot).progress.proposals) == 5)
        proposals = snapshot(pilot).progress.proposals
        await pilot.press("v")
        await until(pilot, lambda: "Proposals" in text_of(app))
        await pilot.press("s", "down", "enter", "ctrl+u", *typed("learning_rate=0.25 l2=0"), "enter")
        await pilot.press("a")
        await until(pilot, lambda: sum(t.is_done for t in snapshot(pilot).trials) >= 4)
        settings = [dict(trial.setting) for trial in snapshot(pilot).trials]
        assert dict(proposals[0]) not in settings
        assert {"learning_rate": 0.25, "l2": 0.0} in settings
        assert all(dict(proposal) in settings for proposal in proposals[2:])
        own = next(t for t in snapshot(pilot).trials if t.setting["learning_rate"] == 0.25)
        assert own.by == "user"

    await searching(test)


async def test_a_race_begins_on_a_fresh_screen() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        await enter(pilot, "trials", "4")
        await pilot.press("R")
        await until(pilot, lambda: "done" in text_of(app).split("\n")[0])
        shown = text_of(app)
        assert all(name in shown for name in ("grid", "random", "bayesian"))
        await pilot.press("escape")
        await until(pilot, lambda: "Trials" in text_of(app))

    await searching(test, h=QUICK.replace(epochs=2))


async def test_panes_by_tab_in_a_small_terminal_and_side_by_side_in_a_larger_one() -> None:
    async def small(pilot: Pilot[Any]) -> None:
        await search_through(pilot, trials="5")
        for title in ("Trials", "Map", "Progress", "Surrogate", "Importance"):
            await pilot.press("tab")
            names = ("Trials", "Map", "Progress", "Surrogate", "Importance")
            tabs = "│".join(f"▸{name}" if name == title else name for name in names)
            await until(pilot, lambda tabs=tabs: tabs in text_of(pilot.app))  # type: ignore[misc]
        await pilot.press("tab")
        assert pilot.app.focused is pilot.app.screen.form  # type: ignore[attr-defined]

    async def larger(pilot: Pilot[Any]) -> None:
        shown = text_of(pilot.app)
        assert all(title in shown for title in ("Search", "Trials", "Map", "▸Progress│Surrogate│Importance"))
        await pilot.press("b")
        titles = ("Search", "Surrogate", "Map", "▸Trials│Progress│Importance")
        await until(pilot, lambda: all(title in text_of(pilot.app) for title in titles))

    await searching(small, size=(80, 24))
    await searching(larger)


async def test_poor_terminals_show_ascii_alone() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        await search_through(pilot, trials="5")
        for _ in range(6):
            await pilot.press("tab")
            await pilot.pause()
            assert not [line for line in text_of(pilot.app).split("\n") if not line.isascii()]

    await searching(test, size=(200, 50), environment={"LANG": "C", "TERM": "vt100"})


async def test_the_palette_goes_to_a_field_and_opens_its_group() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        for typed_in, name in (("weight d", "weight_decay"), ("l2", "l2"), ("class_w", "class_weights")):
            await pilot.press("ctrl+p", *typed(typed_in))
            await until(pilot, lambda: "field of" in text_of(app))
            await pilot.press("enter")
            await until(pilot, lambda name=name: app.screen.form.model.name == name)  # type: ignore[misc]
            label = app.screen.form.model.label(name)
            await until(pilot, lambda label=label: label in text_of(app) and app.focused.id == "form")  # type: ignore[misc]
        await pilot.press("up", "down")  # what was found stays in sight
        assert app.screen.form.model.name == "class_weights"

    await searching(test, size=(80, 24))


async def test_the_palette_says_that_nothing_is_called_so() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        await pilot.press("ctrl+p", *typed("zzz"))
        await until(pilot, lambda: 'no action and no field is called "zzz"' in text_of(app))
        await pilot.press("enter")
        assert "zzz" in text_of(app)
        await pilot.press("escape")
        await until(pilot, lambda: "zzz" not in text_of(app))

    await searching(test, size=(80, 24))


async def test_the_word_under_the_cursor_is_explained_first_and_the_keys_then() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        app: Any = pilot.app
        app.screen.form.go_to("prune")
        await pilot.press("question_mark")
        await until(pilot, lambda: "tuitrain help prune prints this" in text_of(app))
        assert "now none" in text_of(app)
        await pilot.press("question_mark")
        await until(pilot, lambda: "race of the strategies" in text_of(app))
        assert "tuitrain help prune" not in text_of(app)
        await pilot.press("question_mark")
        for pane, word in (("trials", "trial"), ("map", "map"), ("surrogate", "surrogate"), ("importance",) * 2):
            app.screen._show_pane(pane)
            await until(pilot, lambda pane=pane: app.focused.id == pane)  # type: ignore[misc]
            await pilot.press("question_mark")
            await until(pilot, lambda word=word: f"tuitrain help {word} prints this" in text_of(app))  # type: ignore[misc]
            assert "There is no page" not in text_of(app)
            await pilot.press("escape")
            await until(pilot, lambda: app.focused.id == "form")

    await searching(test, size=(80, 24))


async def test_keys_that_arrive_in_one_burst_act_in_their_order() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        model = pilot.app.screen.form.model  # type: ignore[attr-defined]
        keys = ["home", "right", "slash", *"patience", "enter", "enter", "ctrl+u", *"12", "enter"]
        before = model.texts["strategy"]
        for key in keys:
            character = {"slash": "/", "enter": "\r"}.get(key, key if len(key) == 1 else None)
            pilot.app.post_message(Key(key, character))
        await until(pilot, lambda: model.texts["patience"] == "12")
        assert model.name == "patience"
        assert model.texts["strategy"] != before

    await searching(test)
