"""The A|B lab on a real session: A is marked, B made, both read by a cursor, adopted, noted, and written down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual import events

from tests.plain import plain, plain_dataset
from tests.ui.inspect.sizes import SIZES
from tests.ui.inspect.test_experiments import known, whole
from tests.ui.train.test_screen import text_of
from tests.ui.waiting import resize, settle
from tuitrain.session.commands import SetHyperparameter, Start
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.inspect.lab import LabPage
from tuitrain.ui.inspect.lab_figures import difference, loss_figure
from tuitrain.ui.theme import theme_for
from tuitrain.ui.widgets.confirm import Confirm
from tuitrain.ui.widgets.save_dialog import SaveDialog

SETTINGS = plain(hidden_layers=(6,), epochs=16, optimizer="sgd")
LINE = re.compile(r"▸?\s*([\d.]+)\s+(\d\.\d{4})\s+(\d\.\d{4})\s+([+−]?\d\.\d{4})")


@pytest.fixture
def session():
    running = TrainingSession(plain_dataset("moons"), SETTINGS)
    yield running
    running.close()


async def opened(pilot):
    await pilot.press("A")
    await settle(pilot, lambda: isinstance(pilot.app.screen, LabPage))
    await whole(pilot)
    return pilot.app.screen


async def edited(pilot, name, value):
    """Edit a field of the form, as a person does before A is pressed again."""
    number = pilot.app.session.send(SetHyperparameter(name, value))
    await settle(pilot, lambda: pilot.app.session.snapshot.answered >= number)
    await known(pilot, name, value)


@pytest.mark.parametrize("size", SIZES)
async def test_a_is_marked_and_the_next_edit_makes_b(session, size):
    async with TuitrainApp(session, theme_for("true")).run_test(size=size) as pilot:
        page = await opened(pilot)
        assert "A is marked" in text_of(pilot.app) and len(page.answer.sides) == 1
        await pilot.press("escape")
        await settle(pilot, lambda: "edit a field, and A trains both" in text_of(pilot.app))
        await edited(pilot, "optimizer", "momentum")
        page = await opened(pilot)
        shown, (a, b) = text_of(pilot.app), page.answer.sides
        assert "✓ A 16 B 16" in shown and "same seed 0, same batches" in shown and "one field changed: B is f" in shown
        assert re.search(r"▸optimiser +sgd│momentum", shown) and "both done, 16 epochs each" in shown
        read = {match[1]: match.groups()[1:] for match in map(LINE.search, shown.splitlines()) if match}
        assert {"2", "4", "8", "16"} <= set(read) or size[0] > 80
        for at, (left, right, change) in read.items():
            assert (left, right) == tuple(f"{side.losses[int(at)]:.4f}" for side in (a, b))
            assert round(10_000 * (float(right) - float(left))) == round(10_000 * float(change.replace("−", "-")))
        await pilot.press("left", "left", "left")
        assert re.search(rf"▸ +13 {a.losses[13]:.4f} {b.losses[13]:.4f} ", text_of(pilot.app))
        await pilot.press("h")
        assert re.search(rf"▸ +{13 * session.snapshot.steps_per_epoch} {a.losses[13]:.4f} ", text_of(pilot.app))
        await pilot.press("h")
        assert "by second" in text_of(pilot.app) and "at sec." in text_of(pilot.app)
        assert session.snapshot.step == 0 and session.snapshot.hyperparameters.optimizer == "momentum"


@pytest.mark.long
async def test_b_is_made_on_the_page_adopted_and_becomes_a(session):
    async with TuitrainApp(session, theme_for("true")).run_test(size=(120, 40)) as pilot:
        page = await opened(pilot)
        await pilot.press("plus")
        await whole(pilot)
        assert page.answer.question.b == SETTINGS.replace(learning_rate=0.0178)
        await pilot.press("o")
        await whole(pilot)
        assert page.answer.question.b is None  # one field at a time
        await pilot.press("plus", "o", "enter")
        await settle(pilot, lambda: pilot.app.screen is not page)
        await pilot.press(*"full", "enter")
        await settle(pilot, lambda: pilot.app.screen is page)
        await whole(pilot)
        assert page.answer.question.b == SETTINGS.replace(batch_size="full")
        assert "other batches" in text_of(pilot.app)
        await pilot.press("2")
        await known(pilot, "batch_size", "full")
        assert "B: batch size full from the next batch on" in text_of(pilot.app)
        await pilot.press("A")
        await whole(pilot)
        assert page.answer.question.a.batch_size == "full" and page.answer.question.b is None
        await pilot.press("escape", "u")
        await known(pilot, "batch_size", SETTINGS.batch_size)
        page = await opened(pilot)
        assert page.answer.question.b == SETTINGS
        await pilot.press("1")
        await known(pilot, "batch_size", "full")


@pytest.mark.long
async def test_several_differences_are_all_listed_and_no_cause_is_named(session):
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("escape")
        layers = (48, 32, 32, 24, 16, 16, 8, 8)
        for name, value in {"hidden_layers": layers, "seed": 7, "dropout": 0.1, "beta1": 0.5}.items():
            await edited(pilot, name, value)
        page = await opened(pilot)
        seen, told = set(), set()
        for _ in range(4):
            await pilot.press("down")
            shown = text_of(pilot.app)
            seen |= {label for label in ("hidden layers", "seed ", "dropout", "beta1") if f"▸{label}" in shown}
            told.add("3 fields differ: the cause cannot be told" in shown)
            assert "seeds 0 and 7" in shown
            if "▸beta1" in shown:  # the last: those before it stay in sight
                assert " dropout " in shown and " seed " in shown
            if "▸hidden layers" in shown:
                assert "B 48x32x32x24x16x16x8x8" in shown
        assert len(seen) == 4 and told == {True}  # beta1 has no effect under sgd
        await pilot.press("down", "o", "plus", "u")
        await whole(pilot)
        assert page.answer.question.b.seed == 7


async def test_what_does_not_fit_or_diverges_is_said(session):
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        page.marks.choose("learning_rate")
        page._make_b(900.0)
        page.marks.a = page.marks.a.replace(loss="mse")
        page.ask_anew()
        await whole(pilot)
        shown = text_of(pilot.app)
        assert "✗ diverged" in shown and "✗ B diverged in epoch" in shown and "✓ A 16 B" in shown
        assert re.search(r"best 0\.\d{4} +· +·", shown)
        page.marks.choose("hidden_layers")
        page._make_b((65536, 65536, 65536))
        await whole(pilot)
        shown = text_of(pilot.app)
        assert "✗ B: hidden layers" in shown and "parameters," in shown and "training them needs" in shown
        assert "✓ A 16 " in shown and re.search(r"best 0\.\d{4} +· +·", shown)
        assert shown.splitlines()[-2].startswith(" ✗ B: hidden layers: ")


@pytest.mark.parametrize("colours", [pytest.param("16", marks=pytest.mark.long), "none"])
async def test_it_is_drawn_in_ascii_and_explained(session, colours):
    async with TuitrainApp(session, theme_for(colours, ascii_only=True)).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert text_of(pilot.app).isascii()
        await pilot.press("plus", "colon", *"ab")
        await whole(pilot)
        shown = text_of(pilot.app)
        assert shown.isascii() and "B-A" in shown and " ab| " in shown and " * A " in shown and "o B " in shown
        await pilot.press("escape", "question_mark")
        await settle(pilot, lambda: "change one thing" in text_of(pilot.app))


@pytest.mark.long
async def test_a_note_is_kept_with_the_pair_and_the_run_goes_on(session):
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        session.send(SetHyperparameter("patience", 0))
        session.send(SetHyperparameter("epochs", 1_000_000))
        session.send(Start())
        await settle(pilot, lambda: session.snapshot.epoch > 1)
        page = await opened_while_running(pilot)
        page.marks.a = SETTINGS
        page.marks.choose("optimizer")
        page._make_b("momentum")
        await whole(pilot)
        before = session.snapshot.epoch
        await pilot.press("colon", *"x q1A", "backspace", "enter")
        assert "x q1" in text_of(pilot.app) and page.answer.question.a == SETTINGS
        await pilot.press("colon", "home", "delete", "escape")
        await settle(pilot, lambda: session.snapshot.epoch > before and session.snapshot.is_running)
        assert session.snapshot.hyperparameters.optimizer == "sgd"
        await pilot.press("plus")
        await whole(pilot)
        assert "q1" not in text_of(pilot.app)
        await pilot.press("minus", "escape")
        await settle(pilot, lambda: session.snapshot.answer is None)
        await pilot.press("A")
        await settle(pilot, lambda: isinstance(pilot.app.screen, LabPage))
        await whole(pilot)
        assert " q1 " in text_of(pilot.app) and "x q1" not in text_of(pilot.app)


async def test_a_full_note_keeps_what_it_holds_and_says_what_found_no_room(session):
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("colon", *"end", "home")
        page.post_message(events.Paste("가\x1b[31m\n" + "b" * 2500))
        told = "the note is full (2,000 characters): 513 characters were left out"
        await settle(pilot, lambda: told in text_of(pilot.app))
        kept = page.marks.note(session.snapshot.dataset.fingerprint)
        assert kept == "가\\x1b[31m " + "b" * 1987 + "end" and page.typing.cursor == 1997
        await pilot.press("c")
        assert "1 character was left out" in text_of(pilot.app)
        await pilot.press("backspace", "c")
        assert page.marks.note(session.snapshot.dataset.fingerprint) == kept[:1996] + "cend"


async def test_where_the_terminal_is_too_small_only_what_is_announced_acts(session):
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        copy = page.copy
        await pilot.press("colon", "a")
        await resize(pilot, 60, 20)
        assert "esc leaves the page" in text_of(pilot.app) and "q quits" not in text_of(pilot.app)
        await pilot.press("b", "enter", "space", "plus")
        assert page.copy == copy and page.marks.b is None
        await resize(pilot, 80, 24)
        assert page.marks.note(session.snapshot.dataset.fingerprint) == "a"
        await resize(pilot, 60, 20)
        await pilot.press("escape")
        assert pilot.app.screen is not page


async def opened_while_running(pilot):
    await pilot.press("A")
    await settle(pilot, lambda: isinstance(pilot.app.screen, LabPage))
    return pilot.app.screen


async def test_the_sheet_is_written_and_nothing_is_overwritten_unasked(session, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("x")
        assert "no B yet" in text_of(pilot.app)
        await pilot.press("plus")
        await whole(pilot)
        await pilot.press("x")
        await settle(pilot, lambda: isinstance(pilot.app.screen, SaveDialog))
        await pilot.press("enter")
        await settle(pilot, lambda: "wrote moons-ab.md and moons-ab.svg" in text_of(pilot.app))
        assert "learning rate" in Path("moons-ab.md").read_text() and "<svg" in Path("moons-ab.svg").read_text()
        Path("moons-ab.md").unlink()
        await pilot.press("x")
        await settle(pilot, lambda: isinstance(pilot.app.screen, SaveDialog))
        assert "moons-ab-2.md" in text_of(pilot.app)
        await pilot.press(*"moons-ab", "enter")
        await settle(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "moons-ab.svg exists already" in text_of(pilot.app)
        assert page.is_mounted


@pytest.mark.parametrize(
    ("a", "b", "change"),
    [
        ("0.4602", "0.1770", "−0.2832"), ("4.3e-4", "0.0006", "+0.00017"), ("12.345", "0.1234", "−12.2216"),
        ("0.963", "0.967", "+0.004"), ("5,634", "30", "−5,604"), ("−0.123", "0.2", "+0.323"), ("·", "1", "·"),
        ("0.1000", "0.1000", "0.0000"), ("1.2e7", "0.5", "−1.2e7"), ("∞", "0.5", "·"),
    ],
)  # fmt: skip
def test_differences_are_those_of_the_printed_numbers(a, b, change):
    assert difference(a, b) == change


def test_a_loss_takes_seven_cells_at_most():
    for power in range(-12, 30):
        for digits in (1.0, 4.99995, 9.99999):
            text = loss_figure(digits * 10.0**power)
            assert len(text) <= 7 and float(text) == pytest.approx(digits * 10.0**power, rel=0.06)
