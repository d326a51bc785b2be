"""The key tables: every action has a method, a key of its own, a place in footer and help; keys keep their meaning."""

from collections import Counter

import pytest

from tuitrain.ui.data.chooser import DatasetChooser
from tuitrain.ui.keys import SHARED, Action, bindings, described, footer_items
from tuitrain.ui.runs import keys as runs_keys
from tuitrain.ui.runs.screen import RunsScreen
from tuitrain.ui.screens import ROOMS, SCREENS
from tuitrain.ui.search import keys as search_keys
from tuitrain.ui.search.screen import SearchScreen
from tuitrain.ui.train import keys as train_keys
from tuitrain.ui.train.screen import TrainScreen

TABLES = {
    TrainScreen: (train_keys.TRAIN_ACTIONS, train_keys.COLUMNS),
    SearchScreen: (search_keys.SEARCH_ACTIONS, search_keys.COLUMNS),
    RunsScreen: (runs_keys.RUNS_ACTIONS, runs_keys.COLUMNS),
}
tables = pytest.mark.parametrize(("screen", "actions", "columns"), [(s, *table) for s, table in TABLES.items()])


def method_of(action):
    return "action_" + action.name.partition("(")[0]


def test_every_room_has_a_table_and_every_place_its_class():
    assert [room.load() for room in ROOMS] == list(TABLES)
    assert SCREENS["data"].load() is DatasetChooser
    assert [room.digit for room in ROOMS] == [str(number) for number in range(1, len(ROOMS) + 1)]


@tables
def test_every_action_has_a_method_on_the_screen(screen, actions, columns):
    assert [action.name for action in actions if not callable(getattr(screen, method_of(action), None))] == []


@tables
def test_no_key_means_two_things(screen, actions, columns):
    counts = Counter(key for action in actions for key in action.keys)
    assert [key for key, count in counts.items() if count > 1] == []


@tables
def test_a_key_keeps_its_meaning_on_every_screen(screen, actions, columns):
    for action in actions:
        for key in action.keys:
            assert action.name.partition("(")[0] in SHARED.get(key, [action.name.partition("(")[0]]), (key, action.name)


@tables
def test_a_room_is_opened_by_its_digit_from_every_other(screen, actions, columns):
    opened = {key: action.name for action in actions for key in action.keys if key.isdigit()}
    assert opened == {room.digit: f"show('{room.name}')" for room in ROOMS if room.load() is not screen}


@tables
def test_escape_is_no_actions_key(screen, actions, columns):
    assert "escape" not in {key for action in actions for key in action.keys}


@tables
def test_each_action_is_bound_and_described(screen, actions, columns):
    assert {binding.action for binding in bindings(actions)} == {action.name for action in actions}
    sections = [section for column in columns for section in column]
    lines = [line for section in sections for line in described(actions, sections)[section]]
    for action in actions:
        assert (action.pair or (action.shown, action.meaning)) in lines
    assert len(lines) == len(set(lines))


@tables
@pytest.mark.parametrize(("width", "most"), [(80, 8), (120, 12), (200, 20)])
def test_the_footer_fits_and_ends_with_help_and_the_way_out(screen, actions, columns, width, most):
    items = footer_items(width, actions)
    assert sum(len(key) + len(word) + 3 for key, word in items) <= width
    assert len(items) <= most
    words = [word for _, word in items]
    assert words[0] in {"start", "run/pause", "open"}
    assert words[-2:] == ["help", "quit"]


def test_the_narrowest_footer_of_training_keeps_what_matters_most():
    words = [word for _, word in footer_items(80, train_keys.TRAIN_ACTIONS)]
    assert words == ["start", "step", "nudge", "find", "pane", "search", "help", "quit"]


def test_the_footer_says_what_a_key_does_now_and_leaves_out_one_that_does_nothing():
    actions = train_keys.TRAIN_ACTIONS
    assert footer_items(80, actions, {"start_pause": "pause"})[0] == ("space", "pause")
    ended = footer_items(80, actions, {"start_pause": "", "step": "", "epoch": ""})
    assert not {"space", "s", "e"} & {key for key, _ in ended}
    assert ("r", "reset") in ended


@tables
def test_a_wider_footer_shows_more(screen, actions, columns):
    assert len(footer_items(200, actions)) > len(footer_items(120, actions)) > len(footer_items(80, actions))


@tables
def test_the_help_fits_half_of_the_narrowest_screen(screen, actions, columns):
    for lines in described(actions, [section for column in columns for section in column]).values():
        for keys, meaning in lines:
            assert len(keys) <= 10
            assert len(meaning) <= 27


@pytest.mark.parametrize(("width", "most"), [(80, 8), (120, 12)])
def test_a_footer_of_short_words_names_no_more_keys_than_can_be_taken_in(width, most):
    many = [Action(f"do_{letter}", (letter,), letter, "x", "", "", 50) for letter in "abcdefghijklmnop"]
    last = [Action("quit", ("q",), "q", "quit", "", "", 99), Action("help", ("?",), "?", "help", "", "", 98)]
    items = footer_items(width, [*last, *many])
    assert len(items) == most
    assert items[-2:] == [("?", "help"), ("q", "quit")]
