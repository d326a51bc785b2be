"""The last line of the Train screen: what is wanted most stands there."""

from __future__ import annotations

from dataclasses import replace

from tests.ui.fake_session import FakeSession
from tuitrain.ui.keys import footer_items
from tuitrain.ui.train.keys import TRAIN_ACTIONS
from tuitrain.ui.train.status import ranks_now


def test_what_has_ended_can_be_saved_by_a_key_that_is_told() -> None:
    ended = replace(FakeSession().snapshot, state="done", step=5)
    for snapshot, has_save in ((ended, True), (replace(ended, saved_step=5), False)):
        keys = [key for key, _word in footer_items(80, TRAIN_ACTIONS, {}, ranks_now(snapshot))]
        assert ("ctrl+s" in keys) is has_save
        assert {"?", "q"} < set(keys)
