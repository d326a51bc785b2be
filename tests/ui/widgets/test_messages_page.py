"""What the screen says: whole where there is room, gone when it is old, kept on a page of its own."""

import pytest
from click.testing import CliRunner

from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import SIZES, app_on, text_of
from tests.ui.waiting import Timers, settle
from tuitrain.cli.launch import launch
from tuitrain.session.commands import SetPace
from tuitrain.ui.train import verdict

LONG = "training has ended; raise epochs or patience to go on, or reset (r)"


@pytest.fixture
def session():
    return FakeSession()


def said(app):
    """The verdict's lines, as one."""
    screen = app.screen
    return " ".join(strip.text.strip() for strip in screen.verdict._strips)


@pytest.mark.parametrize("size", SIZES)
async def test_a_message_of_two_lines_is_shown_whole(session, size):
    session.train(9)
    session.become(state="done", ending="9 epochs done; kept epoch 6", message="9 epochs done; kept epoch 6")
    async with app_on(session).run_test(size=size) as pilot:
        session.become(answered=1, message=LONG)
        await settle(pilot, lambda: LONG in said(pilot.app))


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


async def test_fifty_messages_are_kept_and_can_be_scrolled(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        for n in range(60):
            pilot.app.screen.verdict.say(f"message {n}.")
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


@pytest.mark.parametrize("event", ["edit", "reset", "start"])
async def test_a_message_gives_way_to_the_next_event(session, event, monkeypatch):
    Timers(monkeypatch, verdict.Verdict)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        session.train(3)
        pilot.app.screen.show(session.snapshot)
        await pilot.press("u")
        assert "nothing to undo" in said(pilot.app)
        await pilot.pause(0.1)  # in which it may not go
        assert "nothing to undo" in said(pilot.app)
        await pilot.press(*{"edit": ["plus"], "reset": ["r", "y"], "start": ["space"]}[event])
        await settle(pilot, lambda: "nothing to undo" not in said(pilot.app))


async def test_a_message_is_gone_after_some_seconds_with_one_repaint(session, monkeypatch):
    timers = Timers(monkeypatch, verdict.Verdict)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("u")
        assert "nothing to undo" in said(pilot.app)
        paints = []
        monkeypatch.setattr(pilot.app.screen.verdict, "refresh", lambda *regions, **rest: paints.append(regions))
        assert timers.run_out() == verdict.MESSAGE_SECONDS
        assert "nothing to undo" not in said(pilot.app)
        assert len(paints) == 1


async def test_the_same_answer_twice_is_shown_twice(session, monkeypatch):
    timers = Timers(monkeypatch, verdict.Verdict)
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
        assert "pace 10 epochs/s" in text_of(pilot.app).splitlines()[-2]
        await pilot.press("greater_than_sign", "greater_than_sign", "greater_than_sign")
        await pilot.pause()
        assert "pace" not in text_of(pilot.app).splitlines()[-2]
    assert session.sent == [SetPace(30), SetPace(10), SetPace(30), SetPace(0)]


@pytest.mark.parametrize(("seconds", "pace", "is_told"), [(0.4, 0.0, True), (9.0, 0.0, False), (0.4, 10.0, False)])
async def test_a_training_that_nobody_could_watch_names_the_key_once(session, seconds, pace, is_told):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        session.train(9)
        session.become(state="done", seconds=seconds, pace=pace)
        await settle(pilot, lambda: "done" in said(pilot.app))
        assert ("< slower" in said(pilot.app)) is is_told
        for state in ("running", "done"):
            session.become(state=state)
            pilot.app.screen.show(session.snapshot)
        assert "< slower" not in said(pilot.app)


@pytest.mark.parametrize("width", [80, 92, 100, 110, 120, 128, 140])
@pytest.mark.parametrize("pace", [0.0, 10.0])
async def test_the_time_left_has_its_place_beside_a_pace(session, width, pace):
    session.train(41)
    session.become(pace=pace)
    async with app_on(session).run_test(size=(width, 40)) as pilot:
        await pilot.pause()
        status = text_of(pilot.app).splitlines()[-2]
        assert "0:14 left" in status
        assert ("pace 10 epochs/s" in status) is bool(pace)


@pytest.mark.parametrize("pace", ["nan", "inf", "-1", "slow"])
def test_what_is_no_pace_is_wrong_usage(pace):
    result = CliRunner().invoke(launch, ["iris", "--pace", pace])
    assert result.exit_code == 2
    assert "--pace" in result.output
