"""What a hyperparameter comes to at this moment: figures of the snapshot, and nothing where nothing was measured."""

from dataclasses import replace

import pytest

from tests.ui import snapshots_made_up as made_up
from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import app_on, text_of
from tests.ui.waiting import settle
from tuitrain.numbers import percent
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.runs.history import LayerProbe
from tuitrain.ui.train.moment import moment

PROBES = (
    LayerProbe(2, 64, 0.065, 0.0016, 0.0, "dead", ""), LayerProbe(64, 32, 0.0823, 0.0027, 0.12, "dead", ""),
    LayerProbe(32, 2, 0.0569, 0.000982, None, "", ""),
)  # fmt: skip
NOW = replace(
    made_up.fresh((2, 64, 32, 2)), state="running", layers=PROBES, gradient_norm=0.119, epoch=41, best_epoch=35,
    steps_per_epoch=11, batch_memory=26_123, n_parameters=2338, train_loss=0.0932, validation_loss=0.0788,
    hyperparameters=Hyperparameters(hidden_layers=(64, 32), dropout=0.25, epochs=200, patience=30),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("learning_rate", "Now each step moves the weights by about 0.2 % of their length."),  # the middle, .0016
        ("schedule", "The learning rate is now 0.01."),
        ("batch_size", "Now 11 steps an epoch; a batch takes 26 kB."),
        ("hidden_layers", "Now 2,338 parameters for 105 rows of training."),
        ("activation", "Now 12 % of layer 2 is dead; no layer has more."),
        ("dropout", "Now about 24 of 96 hidden units are silent in each step."),
        ("gradient_clip", "The last gradient was 0.119 long."),
        ("loss", "Now 0.0932 in training, 0.0788 in validation."),
        ("epochs", "41 epochs done, 159 left."),
        ("patience", "Best at epoch 35, 6 epochs ago: 24 left without a better one."),
        ("seed", ""),
    ],
)
def test_a_sentence_holds_numbers_of_this_moment(name, sentence):
    assert moment(name, NOW) == sentence


@pytest.mark.parametrize(("share", "said"), [(6 / 32, "18 %"), (0.004, "<1 %"), (0.999, "99 %"), (1.0, "100 %")])
def test_a_share_of_idle_units_is_the_one_that_the_gradient_pane_shows(share, said):
    now = replace(NOW, layers=(replace(PROBES[1], idle_share=share),))
    assert moment("activation", now) == f"Now {said} of layer 1 is dead; no layer has more."
    assert said.replace(" ", "") == percent(share).strip()


def test_nothing_is_said_of_what_was_not_measured():
    said = {name for name in FIELDS if moment(name, replace(made_up.fresh(), learning_rate=float("nan")))}
    assert said == {"batch_size", "dropout", "epochs"}  # which need no training


async def test_a_first_loss_that_is_cut_off_offers_the_logarithmic_axis_once():
    session = FakeSession()
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        session.train(12)
        session.become(first_train_loss=23.1, first_validation_loss=1.2)
        await settle(pilot, lambda: "first loss, 23.1, is cut off at the top; l: logarithmic" in text_of(pilot.app))
        assert "↑ 23.1" in text_of(pilot.app)
        await pilot.press("down")
        session.become(epoch=13)
        pilot.app.screen.show(session.snapshot)
        assert not pilot.app.screen.status.has_message


async def test_the_description_follows_the_training_and_the_cursor():
    session = FakeSession()
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        pilot.app.screen.form.go_to("epochs")
        session.train(12)
        await settle(pilot, lambda: "12 epochs done, 188 left." in text_of(pilot.app))
        pilot.app.screen.form.go_to("batch_size")
        await settle(pilot, lambda: "Now 4 steps an epoch" in text_of(pilot.app))
