"""A suspended program's time does not count."""

from __future__ import annotations

from tuitrain.runs import stopwatch
from tuitrain.runs.awake import AwakeClock


def test_time_asleep_is_left_out_and_stands_still_meanwhile() -> None:
    now = [10.0]
    clock = AwakeClock(lambda: now[0])
    start = clock.seconds()
    now[0] += 2
    with clock.asleep():
        now[0] += 100
        assert clock.seconds() - start == 2
    assert clock.seconds() - start == 2
    now[0] += 3
    with clock.asleep():
        now[0] += 50
    assert clock.seconds() - start == 5


def test_a_search_does_not_count_the_time_that_it_was_suspended(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    now = [0.0]
    clock = AwakeClock(lambda: now[0])
    monkeypatch.setattr(stopwatch, "AWAKE", clock)
    watch = stopwatch.Stopwatch()
    watch.run()
    now[0] += 4
    with clock.asleep():
        now[0] += 1000
    now[0] += 1
    assert watch.seconds == 5
