"""The frame governor on a clock that the test moves: what is spent on drawing, and when nothing is drawn."""

import pytest

from tests.ui.fake_session import FakeSession
from tuitrain.ui.terminal.governor import BYTES_PER_SECOND, DRAW_SHARE, LONGEST, POLL, SHORTEST, Governor


class Stage:
    """A governor whose frames cost `seconds` and `bytes`; `train` makes a new snapshot at each look."""

    def __init__(self, seconds=0.0, written=0):
        self.now = 0.0
        self.cost = 0.0
        self.written = 0
        self.seconds, self.bytes = seconds, written
        self.frames = []
        self.watches = 0
        self.session = FakeSession()
        self.governor = Governor(
            self.session, self._watch, count_bytes=lambda: self.written, clock=lambda: self.now,
            cost_clock=lambda: self.cost,
        )  # fmt: skip
        self.governor.add(self)

    def _watch(self):
        self.watches += 1

    def show(self, snapshot):
        self.frames.append(self.now)
        self.now += self.seconds
        self.cost += self.seconds
        self.written += self.bytes

    def run(self, seconds, *, train=True):
        """Let the governor look as often as it asks to, for so long; how many times it looked."""
        end, looks = self.now + seconds, 0
        while self.now < end:
            if train:
                self.session.become(state="running")
            self.now += self.governor.look()
            looks += 1
        return looks


def test_a_cheap_frame_is_drawn_ten_times_a_second():
    stage = Stage(seconds=0.0005)
    stage.run(10)
    assert len(stage.frames) == pytest.approx(100, abs=3)


@pytest.mark.parametrize("seconds", [0.004, 0.01, 0.025])
def test_drawing_takes_no_more_than_its_share(seconds):
    stage = Stage(seconds=seconds)
    stage.run(60)
    assert stage.cost / stage.now <= DRAW_SHARE * 1.05
    assert stage.cost / stage.now >= DRAW_SHARE * 0.7 or len(stage.frames) / stage.now >= 0.9 / SHORTEST


def test_a_frame_that_costs_a_lot_is_drawn_once_a_second():
    stage = Stage(seconds=0.2)
    stage.run(20)
    spaces = [after - before for before, after in zip(stage.frames[2:], stage.frames[3:], strict=False)]
    assert spaces == pytest.approx([LONGEST + 0.2] * len(spaces), abs=0.21)


def test_what_is_written_spaces_the_frames_too():
    stage = Stage(seconds=0.0001, written=3000)
    stage.run(60)
    assert stage.written / stage.now <= BYTES_PER_SECOND * 1.05
    assert BYTES_PER_SECOND <= 12_000


def test_one_costly_frame_is_felt_at_once_and_forgotten_slowly():
    stage = Stage(seconds=0.001)
    stage.run(3)
    stage.seconds = 0.02
    stage.run(0.15)
    stage.seconds = 0.001
    before = len(stage.frames)
    stage.run(1)
    assert len(stage.frames) - before < 5
    stage.run(5)
    before = len(stage.frames)
    stage.run(1)
    assert len(stage.frames) - before >= 9


def test_the_time_that_training_waits_counts_where_it_is_more_than_the_processor_time():
    stage = Stage(seconds=0.0)
    show = stage.show

    def slow(snapshot):
        show(snapshot)
        stage.now += 0.02  # on the wall's clock alone

    stage.show = slow
    stage.run(30)
    assert 0.02 * len(stage.frames) / stage.now <= DRAW_SHARE * 1.1


def test_frames_of_what_follows_soon_keep_their_distance_too():
    stage = Stage(seconds=0.01, written=5000)
    stage.governor = Governor(
        stage.session, stage._watch, count_bytes=lambda: stage.written, clock=lambda: stage.now,
        cost_clock=lambda: stage.cost, longest=lambda snapshot: 0.25,
    )  # fmt: skip
    stage.governor.add(stage)
    for _ in range(100):  # a key every hundredth of a second
        stage.session.become(state="paused")
        stage.governor.look()
        stage.now += 0.01
    assert 3 <= len(stage.frames) <= 5


def test_the_same_version_is_drawn_once():
    stage = Stage()
    stage.session.become(state="paused")
    looks = stage.run(10, train=False)
    assert len(stage.frames) == 1
    assert stage.written == 0
    assert looks <= 10 / POLL + 2  # no busy waiting


def test_a_change_while_paused_is_drawn_at_the_next_look():
    stage = Stage(seconds=0.03)
    stage.run(3)
    stage.session.become(state="paused")
    frames = len(stage.frames)
    assert stage.governor.look() <= LONGEST
    assert len(stage.frames) == frames + 1


def test_training_is_held_for_a_frame_and_let_go_after_it():
    stage = Stage()
    stage.run(1)
    assert stage.session.holds == stage.session.releases == len(stage.frames)


def test_what_is_watched_is_said_before_each_frame():
    stage = Stage()
    stage.run(1)
    assert stage.watches == len(stage.frames)


async def test_it_stops():
    stage = Stage()
    stage.governor.start()
    frames = len(stage.frames)
    assert frames == 1
    stage.governor.stop()
    stage.session.become(state="paused")
    assert stage.governor._timer is None
    assert len(stage.frames) == frames
