"""Going through the epochs of a training on the screen, and forking it there."""

import re

import pytest

from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import app_on, text_of
from tests.ui.waiting import settle
from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.commands import Fork, Start
from tuitrain.session.training import TrainingSession

MOONS = load_dataset("moons")
H = Hyperparameters(hidden_layers=(5,), epochs=24, patience=0)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make any epoch again, however long that takes on a busy machine."""
    monkeypatch.setattr("tuitrain.session.time_travel.AGAIN_SECONDS", 1e9)
    monkeypatch.setattr("tuitrain.session.forking.FORK_SECONDS", 1e9)


@pytest.fixture
def session():
    found = TrainingSession(MOONS, H)
    found.send(Start())
    yield found
    found.close()


async def go_back(pilot, session, keys, epoch):
    await pilot.press(*keys)
    await settle(pilot, lambda: session.snapshot.past is not None and session.snapshot.past.asked == epoch)
    await settle(pilot, lambda: f"◂ epoch {epoch}/24" in text_of(pilot.app))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_an_earlier_epoch_is_shown_and_marked(session, size):
    alone = Trainer(MOONS, H)
    for _ in range(20):
        record = alone.epoch()
    async with app_on(session).run_test(size=size) as pilot:
        await settle(pilot, lambda: session.snapshot.state == "done")
        await go_back(pilot, session, "[[[[", 20)
        lines = text_of(pilot.app).splitlines()
        assert re.search(r"◂ epoch 20/24 *$", lines[0])
        assert any("Gradient" in line and "◂ epoch 20" in line for line in lines)
        figures = next(line for line in lines if "━" in line and "train" in line)
        assert f"{float(record.train_loss[0]):.3g}" in figures and f"{float(record.validation_loss[0]):.3g}" in figures
        assert any("◂ 20" in line for line in lines)  # the cursor
        assert "n now" in lines[-1] and "f fork" in lines[-1] and "[] time" in lines[-1]
        await pilot.press("n")
        await settle(pilot, lambda: "✓ epoch 24/24" in text_of(pilot.app).splitlines()[0])
        assert "◂" not in text_of(pilot.app) and "f fork" not in text_of(pilot.app).splitlines()[-1]


async def test_keys_go_far_and_come_back_to_the_present(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: session.snapshot.state == "done")
        await go_back(pilot, session, "{{", 22)
        await go_back(pilot, session, ["[", "[", "]"], 21)
        await pilot.press("]", "]", "]")
        await settle(pilot, lambda: session.snapshot.past is None)


async def test_f_forks_at_the_epoch_that_is_shown(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: session.snapshot.state == "done")
        await pilot.press("f")
        assert not [entry for entry in session.journal if isinstance(entry.command, Fork)]
        await go_back(pilot, session, "[" * 9, 15)
        await pilot.press("f")
        await settle(pilot, lambda: "Fork at epoch 15?" in text_of(pilot.app))  # it is in no file
        await pilot.press("y")
        await settle(pilot, lambda: session.snapshot.epochs_recorded == 15)
        await settle(pilot, lambda: "◌ epoch 15/24" in text_of(pilot.app).splitlines()[0])
    assert Fork(15) in [entry.command for entry in session.journal]


async def test_only_the_newest_of_the_epochs_that_wait_is_made_again():
    session = FakeSession()
    session.train(30)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press(*"[[[[[")
        assert session.looked_back == (25, False)
        await pilot.press("]")
        assert session.looked_back == (26, True)
        await pilot.press("n")
        assert session.looked_back == (None, False)
    assert not session.journal or session.journal[-1].command.kind == "stop"
