"""The key table: every action has a method, a key of its own, and its place in footer and help."""

from collections import Counter

import pytest

from tuitrain.ui.keys import ACTIONS, SECTIONS, bindings, described, footer_items
from tuitrain.ui.train.screen import TrainScreen


def test_every_action_has_a_method_on_the_screen():
    missing = [action.name for action in ACTIONS if not hasattr(TrainScreen, f"action_{action.name}")]
    assert missing == []


def test_no_key_means_two_things():
    counts = Counter(key for action in ACTIONS for key in action.keys)
    assert [key for key, count in counts.items() if count > 1] == []


def test_each_action_is_bound_and_described():
    assert {binding.action for binding in bindings()} == {action.name for action in ACTIONS}
    lines = [line for section in SECTIONS for line in described()[section]]
    for action in ACTIONS:
        assert (action.pair or (action.shown, action.meaning)) in lines
    assert len(lines) == len(set(lines))


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_footer_fits_and_keeps_what_matters_most(width):
    items = footer_items(width)
    assert sum(len(key) + len(word) + 3 for key, word in items) <= width
    words = [word for _, word in items]
    assert words[:4] == ["run/pause", "step", "epoch", "reset"]
    assert {"nudge", "help", "quit"} <= set(words)


def test_a_wider_footer_shows_more():
    assert len(footer_items(200)) > len(footer_items(120)) > len(footer_items(80))


@pytest.mark.parametrize("section", SECTIONS)
def test_the_help_fits_half_of_the_narrowest_screen(section):
    for keys, meaning in described()[section]:
        assert len(keys) <= 10
        assert len(meaning) <= 27
