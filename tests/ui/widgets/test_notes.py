"""Notes: typed on a room or a page after a colon, kept, and listed among the messages everywhere."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from tests.ui.search.driven import _as_launched as as_launched  # noqa: F401 - a fixture, used by all
from tests.ui.search.driven import search_through, searching, snapshot, text_of, until
from tests.ui.waiting import settle
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.finished import Note
from tuitrain.search.study.record import StudyNote
from tuitrain.search.study.study import Study
from tuitrain.session.commands import Step
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.theme import theme_for


async def note(pilot: Pilot[Any], *keys: str) -> None:
    await pilot.press("colon")
    await settle(pilot, lambda: "Note (enter keeps it" in text_of(pilot.app))
    await pilot.press(*keys)
    await pilot.pause()


async def test_a_note_of_a_room_and_of_a_page_is_kept_and_listed_on_both() -> None:
    session = TrainingSession(load_dataset("moons"), Hyperparameters(hidden_layers=(4,), epochs=9))
    session.wait_for_answer(session.send(Step(epochs=2)), 30)
    async with TuitrainApp(session, theme_for("true")).run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: session.snapshot.epoch == 2)
        await note(pilot, "enter")
        assert "the note is empty" in text_of(pilot.app)
        await pilot.press(*"flat", "enter")
        await settle(pilot, lambda: len(session.snapshot.notes) == 1)
        assert "noted: flat" in text_of(pilot.app)
        await pilot.press("Z")
        await settle(pilot, lambda: getattr(pilot.app.screen, "answer", None) is not None)
        await note(pilot, *"noisy", "enter")
        await settle(pilot, lambda: len(session.snapshot.notes) == 2)
        steps = session.snapshot.step
        assert session.snapshot.notes == (Note(2, steps, "flat"), Note(2, steps, "noisy", "batch_noise"))
        await pilot.press("question_mark")
        await settle(pilot, lambda: getattr(pilot.app.screen, "NAME", "") == "word")
        await note(pilot, *"read", "enter")
        await settle(pilot, lambda: len(session.snapshot.notes) == 3)
        assert session.snapshot.notes[2] == Note(2, steps, "read", "batch_noise")
        assert "noted: read" in text_of(pilot.app)
        await pilot.press("escape")
        await pilot.pause()
        for _screen in ("page", "room"):
            await pilot.press("M")
            await pilot.pause()
            rows = text_of(pilot.app).splitlines()
            for text in ("note: flat", "note on Batch noise: noisy"):
                (row,) = [row for row in rows if row.rstrip(" │").endswith(text)]
                assert "epoch 2" in row
            await pilot.press("M", "escape")
            await pilot.pause()
    session.close()


@pytest.mark.long
async def test_a_note_of_a_search_is_kept_in_its_study() -> None:
    async def test(pilot: Pilot[Any]) -> None:
        await note(pilot, *"early", "enter")
        assert "there is no study yet" in text_of(pilot.app)
        await search_through(pilot, trials="2")
        await note(pilot, *"seen", "enter")
        await until(pilot, lambda: snapshot(pilot).notes == (StudyNote(2, "seen"),))
        assert Study(snapshot(pilot).study).notes == [StudyNote(2, "seen")]
        await pilot.press("M")
        await until(pilot, lambda: "trials 2" in text_of(pilot.app))
        (row,) = [row for row in text_of(pilot.app).splitlines() if "note: seen" in row]
        assert "trials 2" in row

    await searching(test)
