"""The form's state without a screen, and its lines."""

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from tests.plain import plain
from tests.ui.fake_session import FakeSession
from tuitrain.options.hyperparameters import FIELDS, GROUPS, Hyperparameters
from tuitrain.session.commands import SetHyperparameter
from tuitrain.ui.theme import theme_of
from tuitrain.ui.train.form_drawing import FormDrawing
from tuitrain.ui.train.form_model import NAMES, SPECS, FormModel

PLAIN = theme_of({"LANG": "C.UTF-8", "TERM": "xterm-256color"})
ASCII = theme_of({"LC_ALL": "C", "TERM": "xterm", "NO_COLOR": "1"})


class Bench:
    """A form on a fake session."""

    def __init__(self, **hyperparameters):
        self.session = FakeSession(hyperparameters=plain(**hyperparameters))
        self.model = FormModel(self.session.send)
        self.look()

    def look(self):
        self.model.take(self.session.snapshot)

    def go(self, name):
        self.model.go_to(name)

    def type(self, text):
        self.model.begin()
        for character in text:
            self.model.press(character, character)
        return self.model.accept()

    def lines(self, theme=PLAIN, width=27):
        return [line.strip.text for line in FormDrawing(self.model, theme).lines(width, has_focus=True)]

    def line_of(self, name):
        label = FIELDS[name].label
        return next(text for text in self.lines() if text[1:].startswith(label + " "))


@pytest.fixture
def bench():
    bench = Bench()
    bench.session.become(state="paused", step=10, epoch=2)
    return bench


def test_every_hyperparameter_has_a_line_in_its_group_when_all_are_opened(bench):
    bench.model.opened = set(GROUPS)
    lines = bench.lines()
    headings = [text.strip("─ ") for text in lines if text.startswith("─")]
    assert headings == list(GROUPS)
    for field in FIELDS.values():
        assert sum(text[1:].startswith(f"{field.label} ") for text in lines) == 1


@pytest.mark.parametrize("theme", [PLAIN, ASCII])
@pytest.mark.parametrize("width", [27, 32, 36])
def test_lines_are_as_wide_as_the_form(width, theme):
    widest = Bench(loss="binary_cross_entropy", initializer="glorot_uniform", schedule="inverse_scaling")
    lines = widest.lines(theme, width)
    assert {len(text) for text in lines} == {width}
    assert any("binary_cross_entropy" in text for text in lines)
    assert any("glorot_uniform" in text for text in lines)


def test_ascii_lines_hold_only_ascii(bench):
    bench.go("hidden_layers")
    bench.type("8x8")
    bench.go("learning_rate")
    bench.type("-1")
    assert "".join(bench.lines(ASCII)).isascii()


def test_what_has_no_effect_is_dimmed_and_says_what_it_needs(bench):
    dimmed = {name for name in FIELDS if not bench.model.matters(name)}
    assert not dimmed & {"activation", "dropout", "patience", "class_weights", "initializer"}
    bench.model.set("hidden_layers", ())
    bench.model.has_validation = bench.model.has_classes = False
    dimmed = {name for name in FIELDS if not bench.model.matters(name)} - dimmed
    assert dimmed == {"activation", "dropout", "patience", "class_weights", "threshold"}
    assert bench.model.needs("dropout") == "hidden layers"
    assert bench.model.needs("leaky_slope") == "activation leaky_relu; hidden layers"
    bench.model.opened = set(GROUPS)
    assert bench.line_of("patience").endswith("(30)")


def test_an_automatic_number_is_shown_with_what_it_comes_to(bench):
    bench.model.opened |= {"optimisation", "regularisation"}
    assert bench.line_of("weight_decay").endswith(" auto (0)")
    assert "auto" in bench.line_of("rho")
    bench.model.set("optimizer", "adamw")
    assert bench.line_of("weight_decay").endswith(" auto (0.01)")
    bench.go("weight_decay")
    assert bench.type("0.1")
    assert bench.line_of("weight_decay").endswith("*0.1")
    assert bench.type("auto")
    assert bench.session.sent[-1] == SetHyperparameter("weight_decay", "auto")


def test_typing_replaces_the_value_and_sends_it(bench):
    bench.go("learning_rate")
    assert bench.type("0.03")
    assert bench.session.sent == [SetHyperparameter("learning_rate", 0.03)]
    assert bench.line_of("learning_rate").endswith("0.03")


def test_the_range_is_shown_while_typing(bench):
    bench.go("learning_rate")
    bench.model.begin()
    lines = bench.lines()
    at = next(n for n, text in enumerate(lines) if "learning rate" in text)
    assert lines[at + 1].strip() == "above 0, at most 1,000"


def test_a_value_that_is_not_allowed_is_refused_beside_its_field(bench):
    bench.go("learning_rate")
    assert not bench.type("-1")
    lines = bench.lines()
    at = next(n for n, text in enumerate(lines) if "learning rate" in text)
    assert lines[at + 1].strip() == "✗ -1 is not above 0"
    assert bench.session.sent == []
    bench.model.leave()
    assert bench.model.current("learning_rate") == 0.01
    assert not any("✗" in text for text in bench.lines())


def test_a_misspelt_choice_is_told_the_nearest(bench):
    bench.go("optimizer")
    assert not bench.type("adm")
    assert "did you mean adam?" in " ".join(text.strip() for text in bench.lines())


def test_up_and_down_go_through_choices_while_typing(bench):
    bench.go("activation")
    bench.model.begin()
    bench.model.press("down", None)
    assert bench.model.editor.text == FIELDS["activation"].nudge("relu", 1)
    bench.model.press("up", None)
    assert bench.model.editor.text == "relu"


def test_up_makes_a_number_larger_while_typing(bench):
    bench.go("learning_rate")
    bench.model.begin()
    bench.model.press("up", None)
    assert float(bench.model.editor.text) > 0.01


def test_nudging_uses_the_fields_own_step(bench):
    bench.go("learning_rate")
    bench.model.nudge(1)
    bench.go("optimizer")
    bench.model.nudge(-1)
    assert bench.session.sent == [
        SetHyperparameter("learning_rate", FIELDS["learning_rate"].nudge(0.01, 1)),
        SetHyperparameter("optimizer", "rmsprop"),
    ]


def test_quick_nudges_add_up_before_the_session_answers(bench):
    bench.answers = False
    bench.go("batch_size")
    bench.model.nudge(1)
    bench.model.nudge(1)
    assert bench.model.current("batch_size") == 128


def test_undo_goes_back_edit_by_edit_to_the_fields(bench):
    bench.go("learning_rate")
    bench.type("0.5")
    bench.go("dropout")
    bench.model.nudge(1)
    bench.go("seed")
    assert bench.model.undo()
    assert (bench.model.name, bench.model.current("dropout")) == ("dropout", 0.0)
    assert bench.model.undo()
    assert (bench.model.name, bench.model.current("learning_rate")) == ("learning_rate", 0.01)
    assert not bench.model.undo()


def test_an_edit_that_is_already_the_value_is_not_sent(bench):
    bench.go("learning_rate")
    bench.type("0.010")
    assert bench.session.sent == []
    assert not bench.model.undo()


def test_an_edit_is_marked_until_training_uses_it(bench):
    bench.go("learning_rate")
    bench.type("0.03")
    bench.go("seed")
    assert bench.line_of("learning_rate").endswith("*0.03")
    bench.look()
    assert bench.line_of("learning_rate").endswith(" 0.03")


def test_an_edit_of_the_network_says_that_it_waits_for_the_reset(bench):
    bench.go("hidden_layers")
    bench.type("8x8")
    bench.look()
    bench.go("seed")
    lines = bench.lines()
    at = next(n for n, text in enumerate(lines) if "hidden layers" in text)
    assert lines[at].endswith("*8x8")
    assert lines[at + 1].strip() == "└ at reset; now 64x32"


def test_an_edit_back_to_the_value_in_use_waits_for_nothing(bench):
    bench.go("hidden_layers")
    bench.type("8x8")
    bench.look()
    bench.model.undo()
    bench.look()
    assert bench.model.mark("hidden_layers") == ""
    assert dict(bench.session.snapshot.pending) == {}


def test_fields_without_effect_are_in_brackets(bench):
    bench.model.opened = set(GROUPS)
    assert bench.line_of("momentum").endswith("(0.9)")
    assert bench.line_of("beta2").endswith(" 0.999")
    bench.go("optimizer")
    bench.type("sgd")
    bench.go("seed")
    assert bench.line_of("beta2").endswith("(0.999)")
    bench.go("optimizer")
    bench.type("nesterov")
    assert bench.line_of("momentum").endswith(" 0.9")


def test_the_cursor_stays_within_the_form(bench):
    bench.model.move(-5)
    assert (bench.model.name, bench.model.group) == ("", GROUPS[0])  # its heading, which opens
    bench.model.move(1000)
    assert bench.model.name == NAMES[-1]
    bench.model.go_to_end(-1)
    assert bench.model.name == NAMES[0]


# What has a line at 80 columns where nothing was edited: SCREENS, "Form"
USUAL = [
    "preset", "hidden_layers", "activation", "optimizer", "learning_rate", "schedule", "batch_size", "l2", "dropout",
    "epochs", "patience", "ensemble", "class_weights", "seed",
]  # fmt: skip


def shown(model):
    return [name for group in model.groups for name in model.shown(group)]


def test_where_there_is_little_room_the_rare_and_those_without_effect_fold(bench):
    assert shown(bench.model) == USUAL
    counts = [re.search(r"\+(\d+)$", text) for text in bench.lines() if text.startswith("─")]
    assert [int(found[1]) if found else 0 for found in counts] == [
        sum(field.group == group and name not in USUAL for name, field in SPECS.items()) for group in GROUPS
    ]


def test_where_there_is_room_only_those_without_effect_fold(bench):
    bench.model.is_wide = True
    assert shown(bench.model) == [name for name in NAMES if bench.model.matters(name)]
    idle = sum(SPECS[name].group == "network" and not bench.model.matters(name) for name in NAMES)
    assert bench.lines()[0].endswith(f" {idle} without effect")


@pytest.mark.parametrize(("name", "text"), [("beta1", "0.8"), ("momentum", "0.5")])
@pytest.mark.parametrize("is_wide", [False, True])
def test_an_edited_field_never_folds(bench, name, text, is_wide):
    bench.model.is_wide = is_wide
    bench.go(name)
    assert bench.type(text)
    bench.look()
    bench.go("seed")
    assert name in shown(bench.model)
    bench.model.undo()
    bench.look()
    bench.go("seed")
    assert (name in shown(bench.model)) is (is_wide and bench.model.matters(name))


def test_a_group_opens_and_folds_on_its_heading_and_the_cursor_stays_in_sight(bench):
    bench.go("optimizer")
    bench.model.move(-1)
    assert (bench.model.name, bench.model.group) == ("", "optimisation")
    bench.model.nudge(1)
    assert bench.session.sent == []  # a heading has no value
    bench.model.begin()
    assert {"beta1", "momentum"} <= set(shown(bench.model))
    bench.go("beta1")
    bench.model.toggle_fold()
    assert (bench.model.name, bench.model.group) == ("", "optimisation")
    assert shown(bench.model) == USUAL
    bench.model.move(1)
    assert bench.model.name == "optimizer"


def test_what_is_selected_does_not_fold_under_the_cursor(bench):
    bench.go("beta1")
    assert "beta1" in shown(bench.model)
    bench.model.nudge(1)
    bench.model.undo()
    assert bench.model.name == "beta1"
    assert "beta1" in shown(bench.model)


def find(model, text, *keys):
    model.begin_finding()
    for key in (*text, *keys):
        model.press(key, key if len(key) == 1 else None)


def test_a_field_is_found_by_typing_also_where_it_is_folded(bench):
    bench.go("seed")
    find(bench.model, "mom")
    assert bench.model.name == "momentum"
    bench.model.leave_finding(stay=True)
    bench.go("seed")
    assert "momentum" in shown(bench.model)  # moving on does not hide it again


def test_what_begins_with_what_is_typed_is_found_first_and_down_goes_on(bench):
    find(bench.model, "l")
    assert bench.model.name == "leaky_slope"
    labels = [FIELDS[name].label for name in bench.model.matches]
    assert labels == sorted(labels, key=lambda label: not label.lower().startswith("l"))
    bench.model.press("down", None)
    assert bench.model.name == bench.model.matches[1]
    bench.model.press("up", None)
    bench.model.press("up", None)
    assert bench.model.name == bench.model.matches[-1]


def test_leaving_without_choosing_goes_back(bench):
    bench.go("seed")
    find(bench.model, "drop")
    assert bench.model.name == "dropout"
    bench.model.leave_finding(stay=False)
    assert bench.model.name == "seed"
    find(bench.model, "no such field")
    assert bench.model.matches == ()
    assert bench.model.name == "seed"


@pytest.mark.parametrize("theme", [PLAIN, ASCII])
@pytest.mark.parametrize("typed", ["中文" * 20, "한글 " * 20, "a中" * 20], ids=["Chinese", "Korean", "mixed"])
@pytest.mark.parametrize("keys", [(), ("end",), ("home",), ("end", "left", "left", "left")])
def test_wide_characters_take_no_more_than_the_line(bench, typed, keys, theme):
    bench.go("activation")
    bench.model.begin()
    bench.model.insert(typed)
    for key in keys:
        bench.model.press(key, None)
    typing = bench.lines(theme)
    assert not bench.model.accept()
    refused = bench.lines(theme)
    assert {cell_len(text) for text in typing + refused} == {27}
    assert any("中" in text or "한" in text for text in typing)


def test_automatic_values_say_what_they_come_to_and_are_nudged_from_there() -> None:
    session = FakeSession(hyperparameters=plain(l2=0.014))
    model = FormModel(session.send)
    model.take(replace(session.snapshot, given=Hyperparameters()))
    model.rows = 360
    model.go_to("l2")
    drawing = FormDrawing(model, PLAIN)
    assert drawing.value("l2") == "auto (0.014)"
    assert drawing.value("hidden_layers") == "auto (64x32)"
    assert model.mark("l2") == ""
    model.nudge(1)
    assert model.current("l2") == 0.0249  # 10^(1/4) times as much
    model.go_to("learning_rate")
    model.put("learning_rate", 0.3)
    assert drawing.value("schedule") == "auto (constant)"  # as the session has it


def test_what_auto_comes_to_follows_the_other_fields_before_the_session_answers() -> None:
    session = FakeSession(hyperparameters=plain())
    model = FormModel(lambda command: 99)
    model.take(replace(session.snapshot, given=Hyperparameters()))
    model.rows = 360
    model.put("batch_size", "full")
    model.put("epochs", "auto")
    assert FormDrawing(model, PLAIN).value("epochs") == "auto (2000)"
