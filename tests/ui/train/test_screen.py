"""The Train screen on a session that trains nothing: keys give commands, sizes hold, what changes is shown."""

import numpy as np
import pytest

from tests.plain import plain, plain_dataset
from tests.ui.fake_session import FakeSession, make_dataset
from tests.ui.waiting import resize, settle
from tuitrain.data.dataset import Part
from tuitrain.options.hyperparameters import GROUPS, Hyperparameters
from tuitrain.session.commands import Pause, Reset, SetHyperparameter, Start, Step
from tuitrain.session.snapshot import MembersView
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.search.screen import SearchScreen
from tuitrain.ui.theme import theme_of
from tuitrain.ui.train.screen import TrainScreen
from tuitrain.ui.widgets.confirm import Confirm

SIZES = [(80, 24), (120, 40), (200, 50)]
UNICODE = {"LANG": "C.UTF-8", "TERM": "xterm-256color"}


@pytest.fixture
def session():
    return FakeSession()


def app_on(session, environment=None, **options):
    return TuitrainApp(session, theme_of(environment or UNICODE), **options)


def text_of(app):
    """What is on the screen, line by line."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    if not lines:
        return ""  # it is not drawn yet
    assert len(lines) == height
    assert {line.cell_length for line in lines} == {width}
    return "\n".join(line.text for line in lines)


async def test_space_starts_pauses_and_resumes(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "space", "space")
    assert session.sent == [Start(), Pause(), Start()]


async def test_single_steps(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("s", "e")
    assert session.sent == [Step(batches=1), Step(epochs=1)]


async def test_moving_editing_nudging_and_undoing(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        form = pilot.app.screen.form
        await pilot.press("down", "j", "up", "k", "end", "home")
        assert form.model.name == "preset"
        await pilot.press("down")
        assert form.model.name == "hidden_layers"
        await pilot.press("enter", "8", "x", "8", "enter")
        await pilot.press("pagedown")
        form.go_to("momentum")
        assert form.model.name == "momentum"
        await pilot.press("k", "plus", "minus", "u", "u", "u")
        await pilot.pause()
    names = [(command.name, command.value) for command in session.sent]
    assert names == [
        ("hidden_layers", (8, 8)), ("learning_rate", 0.0178), ("learning_rate", 0.01), ("learning_rate", 0.0178),
        ("learning_rate", 0.01), ("hidden_layers", (64, 32)),
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["+", "=", "-", "_"])
async def test_keys_that_nudge(session, key):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        pilot.app.screen.form.go_to("learning_rate")
        await pilot.press(key)
        await pilot.pause()
    assert [command.name for command in session.sent] == ["learning_rate"]
    assert (session.sent[0].value > 0.01) is (key in "+=")


async def test_keys_go_to_the_editor_while_typing(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "enter", "s", "q", "space", "enter")
        await pilot.pause()
        assert "✗" in text_of(pilot.app)
        await pilot.press("escape")
        assert "✗" not in text_of(pilot.app)
    assert session.sent == []


async def test_at_the_smallest_size_every_group_and_what_is_changed_often_is_seen(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        text = text_of(pilot.app)
        for word in (*GROUPS, "batch size", "dropout", "class weights", "epochs", "patience", "seed"):
            assert word in text.replace("epoch 0/200", "")
        assert pilot.app.screen.form.max_scroll_y == 0
        await pilot.press("slash", *"beta2")
        await pilot.pause()
        assert "/beta2" in text_of(pilot.app)
        await pilot.press("enter", "plus")
        await pilot.press("u", "end", "comma")
        await pilot.pause()
        assert pilot.app.screen.form.model.opened == {"optimisation", "run"}
    assert [command.name for command in session.sent] == ["beta2", "beta2"]


async def test_the_selected_field_is_described(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        pilot.app.screen.form.go_to("learning_rate")
        await pilot.pause()
        assert "size of a step along the" in text_of(pilot.app)
        pilot.app.screen.form.go_to("momentum")
        await pilot.pause()
        assert "momentum 0.9 · no effect: needs optimiser" in text_of(pilot.app)
        await pilot.press("slash", *"rest", "enter", "home", "up")
        assert (
            "network · 5 fields folded: leaky slope, loss, … · enter or , opens them"
            in text_of(pilot.app).splitlines()[-3]
        )


async def test_reset_asks_only_if_there_is_something_to_lose(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        assert session.sent == [Reset()]
        session.train(5)
        await pilot.press("r")
        assert isinstance(pilot.app.screen, Confirm)
        assert "5 epochs" in text_of(pilot.app)
        await pilot.press("n")
        assert session.sent == [Reset()]
        await pilot.press("r", "y")
    assert session.sent == [Reset(), Reset()]


async def test_quitting_asks_while_training(session):
    app = app_on(session)
    async with app.run_test(size=(80, 24)) as pilot:
        session.train(5)
        await pilot.press("q")
        assert isinstance(app.screen, Confirm)
        await pilot.press("escape")
        assert app.is_running
        await pilot.press("q", "enter")
        assert not app._exit
        await pilot.press("q", "y")
        assert app._exit


async def test_quitting_asks_where_training_is_in_no_file_and_not_otherwise(session):
    app = app_on(session)
    async with app.run_test(size=(80, 24)) as pilot:
        session.train(5)
        session.become(state="done")
        await pilot.press("q")
        await pilot.pause()
        assert not app._exit
        await pilot.press("escape")
        session.become(saved_step=session.snapshot.step)
        await pilot.press("q")
        assert app._exit


async def test_start_and_leaving_when_done(session):
    app = app_on(session, start=True, quit_when_done=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert session.sent == [Start()]
        assert not app._exit
        session.become(state="done")
        app.screen.show(session.snapshot)
        assert app._exit


async def test_status_and_header_follow_the_snapshot(session):
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        screen = pilot.app.screen
        session.train(7)
        screen.show(session.snapshot)
        await pilot.pause()
        assert "● epoch 7/200" in text_of(pilot.app)
        session.become(state="diverged", ending="loss is no longer finite at epoch 8")
        screen.show(session.snapshot)
        await pilot.pause()
        text = text_of(pilot.app)
        assert "diverged" in text
        assert "loss is no longer finite at epoch 8" in text


async def test_nothing_is_repainted_when_nothing_changed(session):
    def dirty(screen):
        shown = [child for child in screen.children if child.display]
        return [child.id for child in shown if child._repaint_required or child._layout_required]

    async with app_on(session).run_test(size=(80, 24)) as pilot:
        screen = pilot.app.screen
        await settle(pilot, lambda: not screen._later and session.releases == session.holds > 0)
        await settle(pilot, lambda: dirty(screen) == [])
        session.become()
        screen.show(session.snapshot)
        assert dirty(screen) == []
        session.become(samples_per_second=77.0)
        screen.show(session.snapshot)
        assert dirty(screen) == ["status"]


async def test_a_click_selects_a_field_and_a_second_one_edits_it(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        form = pilot.app.screen.form
        await pilot.click("#form", offset=(5, 4))
        assert (form.model.name, form.model.editor) == ("activation", None)
        await pilot.click("#form", offset=(5, 4))
        assert form.model.editor is not None


async def test_the_form_scrolls_with_the_cursor(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("end")
        await pilot.pause()
        assert "▸seed" in text_of(pilot.app)
        await pilot.press("home")
        await pilot.pause()
        assert "network" in text_of(pilot.app)


async def test_text_from_a_file_is_not_interpreted():
    session = FakeSession(make_dataset("[red]x[/red]\x1b[31m.csv"))
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "[red]x[/red]\\x1b[31m.csv" in text_of(pilot.app)


async def test_notices_of_the_dataset_are_shown():
    dataset = make_dataset()
    dataset.notices = ("3 infinities became missing",)
    async with app_on(FakeSession(dataset)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "3 infinities became missing" in text_of(pilot.app)


async def test_each_notice_about_the_data_is_a_message_of_its_own():
    dataset = make_dataset()
    dataset.notices = ("first of the notices", "second", "third")
    async with app_on(FakeSession(dataset)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "3 notices (M lists them): first of the notices" in text_of(pilot.app)
        await pilot.press("M")
        await settle(pilot, lambda: "Messages" in text_of(pilot.app))
        listed = [line.strip("│ ").split("epoch 0")[-1].strip() for line in text_of(pilot.app).splitlines()[1:4]]
        assert listed == list(dataset.notices)


def test_set_hyperparameter_carries_the_fields_own_type():
    session = FakeSession()
    session.send(SetHyperparameter("batch_size", "full"))
    assert session.snapshot.hyperparameters.batch_size == "full"


@pytest.mark.parametrize("size", SIZES)
async def test_all_notices_about_the_data_can_be_read(size):
    dataset = make_dataset()
    dataset.notices = tuple(f"column {n} [b]: {'word ' * 12}end-of-{n}" for n in range(8))
    async with app_on(FakeSession(dataset)).run_test(size=size) as pilot:
        await pilot.pause()
        assert "8 notices: ?" in text_of(pilot.app).splitlines()[-2]
        await pilot.press("question_mark")
        await settle(pilot, lambda: "? again lists 8 notices" in text_of(pilot.app))
        await pilot.press("question_mark")
        await settle(pilot, lambda: "Keys" in text_of(pilot.app))
        seen = ""
        for _ in range(5):
            seen += text_of(pilot.app)
            await pilot.press("pagedown")
            await pilot.pause()
        assert "About the data" in seen
        for n in range(8):
            assert f"end-of-{n}" in seen


async def test_what_the_dataset_does_not_have_is_dimmed():
    dataset = make_dataset()
    dataset.validation = Part(np.zeros((0, 4), np.float32), np.zeros(0, np.int64), np.zeros(0, np.int64))
    async with app_on(FakeSession(dataset)).run_test(size=(80, 24)) as pilot:
        pilot.app.screen.form.go_to("patience")
        await pilot.pause()
        assert "(30)" in text_of(pilot.app)
        assert "no effect: needs a" in text_of(pilot.app)


@pytest.mark.parametrize("is_leaving", [True, False])
async def test_what_breaks_while_the_screen_is_taken_down_is_no_crash(session, is_leaving):
    app = app_on(session)
    app._exception = ValueError("a dialog without its children")
    app._exit = is_leaving
    app._fatal_error()
    assert (app.crash is None) is is_leaving


async def test_where_the_terminal_is_too_small_only_q_and_space_act(session):
    app = app_on(session)
    async with app.run_test(size=(60, 20)) as pilot:
        session.train(5)
        await pilot.press("r", "d", "s", "e", "ctrl+p", "question_mark", "plus", "enter", "2", "ctrl+s")
        await pilot.pause()
        assert len(app.screen_stack) == 1
        assert not app.screen.arrangement.page
        assert session.sent == []
        await pilot.press("space")
        assert session.sent == [Pause()]
        await pilot.press("q")
        assert app._exit
        assert app.is_left_unasked


async def test_one_is_no_plural_and_a_lowered_limit_is_told(session):
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        session.train(1)
        await pilot.press("r")
        await pilot.pause()
        assert "1 epoch of training is in no file" in text_of(pilot.app)
        await pilot.press("n")
        session.become(epoch=60, hyperparameters=session.snapshot.hyperparameters.replace(epochs=20))
        pilot.app.screen.show(session.snapshot)
        await pilot.pause()
        assert "epoch 60, limit 20" in text_of(pilot.app).splitlines()[0]


async def test_escape_changes_no_screen(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await settle(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))
        search = pilot.app.screen
        assert isinstance(search, SearchScreen)
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert pilot.app.screen is search
        await pilot.press("1")
        await pilot.pause()
        assert isinstance(pilot.app.screen, TrainScreen)


@pytest.mark.parametrize("key", ["f1", "M"])
async def test_a_page_that_comes_back_after_the_terminal_was_too_small_can_be_closed(session, key):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        for size in [(60, 20), (80, 24)]:
            await resize(pilot, *size)
        assert "esc closes" in text_of(pilot.app)
        await pilot.press("escape")
        await pilot.pause()
        assert "Hyperparameters" in text_of(pilot.app)


async def test_a_verdict_of_several_lines_is_whole_where_it_came_while_the_screen_was_open():
    h = plain(learning_rate=1000.0, optimizer="sgd")
    session = TrainingSession(plain_dataset("diabetes"), h)
    try:
        async with app_on(session).run_test(size=(80, 24)) as pilot:
            await pilot.press("space")
            await settle(pilot, lambda: session.snapshot.state == "diverged")
            await settle(pilot, lambda: "likely cause is learning rate 1000" in text_of(pilot.app))
            shown = text_of(pilot.app)
            assert "the loss became" in shown and "learning rate 0.05" in shown
    finally:
        session.close()


async def test_what_was_adopted_elsewhere_is_taken_back_at_once():
    session = TrainingSession(plain_dataset("moons"), plain())
    try:
        async with app_on(session).run_test(size=(80, 24)) as pilot:
            await pilot.press("plus")
            await pilot.press("2")
            await settle(pilot, lambda: isinstance(pilot.app.screen, SearchScreen))
            for name, value in (("learning_rate", 0.5), ("l2", 0.25)):
                session.wait_for_answer(session.send(SetHyperparameter(name, value)), 60)
            await pilot.press("1", "u")
            await settle(pilot, lambda: session.snapshot.hyperparameters.l2 == 0.01)
            await settle(pilot, lambda: session.snapshot.hyperparameters.learning_rate == 0.01)
            changed = session.snapshot.hyperparameters.hidden_layers
            assert changed != plain().hidden_layers
            await pilot.press("u")
            await settle(pilot, lambda: session.snapshot.hyperparameters == plain())
    finally:
        session.close()


async def test_o_goes_through_the_networks_of_an_ensemble(session):
    members = MembersView((0.3, 0.2, 0.4), (5, 7, 0), (False, True, False), 0.125)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.press("o")
        assert "a single network is trained" in text_of(pilot.app)
        session.train(9)
        session.become(state="paused", members=members)
        await settle(pilot, lambda: "1/3: best 0.300 at 5" in text_of(pilot.app))
        await pilot.press("o")
        assert session.member == 1
        session.become(member=1)
        await settle(pilot, lambda: "2/3: best 0.200 at 7" in text_of(pilot.app))
        await settle(pilot, lambda: "network 2 of 3 · epoch 9" in text_of(pilot.app))
        assert "network 2 of 3: validation loss 0.200 at epoch 7, ended" in text_of(pilot.app)
        assert "together 0.125" in text_of(pilot.app)
        await pilot.press("o", "o")
        assert session.member == 0


async def test_the_preset_is_a_field_that_sets_others_and_is_taken_back_as_one():
    session = TrainingSession(plain_dataset("moons"), Hyperparameters(patience=0))
    try:
        async with app_on(session).run_test(size=(80, 24)) as pilot:
            await pilot.press("home", "plus")
            await settle(pilot, lambda: session.snapshot.given.hidden_layers == (16, 16))
            assert session.snapshot.given.optimizer == "sgd"
            await settle(pilot, lambda: "preset textbook: hidden layers 16x16" in text_of(pilot.app))
            assert "▸preset          textbook" in text_of(pilot.app)
            await pilot.press("u")
            await settle(pilot, lambda: session.snapshot.given == Hyperparameters(patience=0))
            assert pilot.app.screen.form.model.name == "preset"
    finally:
        session.close()
