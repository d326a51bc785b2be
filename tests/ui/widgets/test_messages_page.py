"""What the screen says: whole where there is room, gone when it is old, kept on a page of its own."""

from dataclasses import replace

import pytest
from click.testing import CliRunner

from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import SIZES, app_on, text_of
from tests.ui.waiting import Timers, settle
from tuitrain.cli.launch import launch
from tuitrain.data.facts import DatasetFacts
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.commands import SaveModel, SetHyperparameter, SetPace, Start, Step
from tuitrain.session.training import TrainingSession
from tuitrain.ui.widgets import status_row

LONG = "training has ended; raise epochs or patience to go on, or reset (r)"


@pytest.fixture
def session():
    return FakeSession()


def said(app):
    """The status row."""
    return " ".join(strip.text.strip() for strip in app.screen.status._strips)


@pytest.mark.parametrize("size", SIZES)
async def test_a_message_of_a_line_is_shown_whole_and_the_verdict_stays(session, size):
    session.train(9)
    session.become(state="done", ending="9 epochs done; kept epoch 6", message="9 epochs done; kept epoch 6")
    async with app_on(session).run_test(size=size) as pilot:
        session.become(answered=1, message=LONG)
        await settle(pilot, lambda: LONG in said(pilot.app))
        assert "best epoch 6" in text_of(pilot.app)


async def test_a_cut_message_names_the_key_and_is_whole_on_the_page_of_messages(session):
    long = " ".join(f"word{n}" for n in range(60))
    session.train(12)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        session.become(message=long)
        await settle(pilot, lambda: said(pilot.app).endswith("… M"))
        await pilot.press("M")
        await pilot.pause()
        text = text_of(pilot.app)
        assert "epoch 12" in text
        assert all(word in text for word in long.split())
        await pilot.press("escape")
        await pilot.pause()
        assert "Hyperparameters" in text_of(pilot.app)


async def test_a_wide_message_loses_nothing_at_the_edge(session):
    words = [f"과적합은훈련손실만{n}" for n in range(20)]
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        pilot.app.screen.say(" ".join(words))
        await pilot.press("M")
        await pilot.pause()
        text = text_of(pilot.app)
        assert [word for word in words if word not in text] == []


async def test_fifty_messages_are_kept_and_can_be_scrolled(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        for n in range(60):
            pilot.app.screen.say(f"message {n}.")
        await pilot.press("M")
        await pilot.pause()
        assert "message 59." in text_of(pilot.app)
        assert "more:" in text_of(pilot.app)
        await pilot.press("end")
        await pilot.pause()
        text = text_of(pilot.app)
        assert "message 10." in text
        assert "message 9." not in text
        assert "more:" not in text


async def test_a_message_gives_way_to_the_next_key_and_an_error_to_the_third(session, monkeypatch):
    Timers(monkeypatch, status_row.StatusRow)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        session.train(3)
        pilot.app.screen.show(session.snapshot)
        await pilot.press("u")
        assert "nothing to undo" in said(pilot.app)
        await pilot.pause(0.1)  # in which it may not go
        assert "nothing to undo" in said(pilot.app)
        await pilot.press("down")
        assert "nothing to undo" not in said(pilot.app)
        assert "● running" in said(pilot.app)
        pilot.app.screen.status.say("no such thing", is_error=True)
        await pilot.press("down", "down")
        assert said(pilot.app) == "✗ no such thing"
        await pilot.press("down")
        assert "● running" in said(pilot.app)


@pytest.mark.long
async def test_a_refused_command_is_an_error_and_another_answer_is_none(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        session.send(Start())
        session.journal[-1] = replace(session.journal[-1], refused="it does not fit")
        session.become(message="it does not fit")
        await settle(pilot, lambda: said(pilot.app) == "✗ it does not fit")
        session.send(SaveModel("x.safetensors"))
        await settle(pilot, lambda: said(pilot.app) == "saved x.safetensors")


@pytest.mark.parametrize("size", SIZES)
async def test_a_message_moves_nothing_and_covers_nothing(session, size):
    session.train(41)
    async with app_on(session).run_test(size=size) as pilot:
        await pilot.pause()
        before = text_of(pilot.app).splitlines()
        pilot.app.screen.say("word " * 100)
        await pilot.pause()
        after = text_of(pilot.app).splitlines()
    assert [row for row, (one, other) in enumerate(zip(before, after, strict=True)) if one != other] == [size[1] - 2]


async def test_a_message_is_gone_after_some_seconds_with_one_repaint(session, monkeypatch):
    timers = Timers(monkeypatch, status_row.StatusRow)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("u")
        assert "nothing to undo" in said(pilot.app)
        paints = []
        monkeypatch.setattr(pilot.app.screen.status, "refresh", lambda *regions, **rest: paints.append(regions))
        assert timers.run_out() == status_row.MESSAGE_SECONDS
        assert "nothing to undo" not in said(pilot.app)
        assert len(paints) == 1


async def test_the_same_answer_twice_is_shown_twice(session, monkeypatch):
    timers = Timers(monkeypatch, status_row.StatusRow)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        for answered in (1, 2):
            session.become(answered=answered, message="no such thing")
            pilot.app.screen.show(session.snapshot)
            assert "no such thing" in said(pilot.app)
            timers.run_out()
            assert "no such thing" not in said(pilot.app)


async def test_slower_and_faster(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("less_than_sign", "less_than_sign")
        await pilot.pause()
        assert "pace: 10 epochs/s" in said(pilot.app)
        await pilot.press("k")
        assert "pace 10/s" in said(pilot.app)
        await pilot.press("greater_than_sign", "greater_than_sign", "greater_than_sign", "k")
        assert "pace" not in said(pilot.app)
    assert session.sent == [SetPace(30), SetPace(10), SetPace(30), SetPace(0)]


@pytest.mark.parametrize(("seconds", "pace", "is_told"), [(0.4, 0.0, True), (9.0, 0.0, False), (0.4, 10.0, False)])
async def test_a_training_that_nobody_could_watch_names_the_key_once(session, seconds, pace, is_told):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        session.train(9)
        session.become(state="done", seconds=seconds, pace=pace)
        await settle(pilot, lambda: "done" in said(pilot.app) or "over in" in said(pilot.app))
        assert ("< slower" in said(pilot.app)) is is_told
        await pilot.press("down")
        for state in ("running", "done"):
            session.become(state=state)
            pilot.app.screen.show(session.snapshot)
        assert "< slower" not in said(pilot.app)


@pytest.mark.parametrize(
    ("width", "notices", "told"),
    [
        (120, 0, "over in 0.4 s; to watch it: < slower, r, space"),
        (80, 0, "kept epoch 9; to watch it: < slower, r, space"),
        (80, 2, "over in 0.4 s; to watch it: < slower, r, space"),
    ],
)  # fmt: skip
async def test_the_end_of_a_quick_training_is_told_whole_and_kept_once(session, width, notices, told):
    ending = "stopped: 30 epochs no better; kept epoch 9"
    session.dataset.notices = ("one notice",) * notices
    session.become(dataset=DatasetFacts.of(session.dataset))
    async with app_on(session).run_test(size=(width, 24)) as pilot:
        session.train(9)
        session.become(state="done", seconds=0.4, ending=ending, message=ending, answered=1)
        await settle(pilot, lambda: "slower" in said(pilot.app))
        assert said(pilot.app).removesuffix("2 notices: ?").strip().endswith(told)
        kept = [text for _time, _epoch, text in pilot.app.screen.messages._messages]
        assert [text.count("kept epoch 9") for text in kept if "notice" not in text] == [0, 1]


@pytest.mark.parametrize("width", [80, 92, 100, 110, 120, 128, 140])
@pytest.mark.parametrize("pace", [0.0, 10.0])
@pytest.mark.long
async def test_the_time_left_has_its_place_beside_a_pace(session, width, pace):
    session.train(41)
    session.become(pace=pace)
    async with app_on(session).run_test(size=(width, 40)) as pilot:
        await pilot.pause()
        status = text_of(pilot.app).splitlines()[-2]
        assert "0:14 left" in status
        assert (("pace 10 epochs/s" if width >= 110 else "pace 10/s") in status) is bool(pace)


@pytest.mark.parametrize("pace", ["nan", "inf", "-1", "slow"])
def test_what_is_no_pace_is_wrong_usage(pace):
    result = CliRunner().invoke(launch, ["iris", "--pace", pace])
    assert result.exit_code == 2
    assert "--pace" in result.output


async def test_every_edit_is_listed_by_its_number_and_anew_after_a_reset():
    session = TrainingSession(load_dataset("moons"), Hyperparameters(patience=0, epochs=1000))
    try:
        async with app_on(session).run_test(size=(80, 24)) as pilot:
            session.wait_for_answer(session.send(Step(batches=1)), 60)
            await settle(pilot, lambda: session.snapshot.step == 1 and not session.snapshot.is_running)
            for value in (0.02, 0.03, 0.04, 0.05, 0.06):
                session.wait_for_answer(session.send(SetHyperparameter("learning_rate", value)), 60)
            await settle(pilot, lambda: len(pilot.app.screen.messages._messages) >= 5)
            await pilot.press("M")
            await settle(pilot, lambda: "edit 5: learning rate 0.05 → 0.06" in text_of(pilot.app))
            assert "edit 1: learning rate 0.01 → 0.02" in text_of(pilot.app)
    finally:
        session.close()
