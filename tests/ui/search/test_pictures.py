def test_the_map_follows_trials_that_were_dropped() -> None:
    """Numbers are no rows: a change of strategy drops trials that had not begun."""
    from tuitrain.search.study.trial import Trial
    from tuitrain.ui.search.plot_panes import row_of

    trials = [Trial(number, {}, state="finished", score=0.5) for number in (0, 1, 12)]
    assert row_of(trials, trials[2]) == 2
    assert row_of(trials, None) is None
    assert row_of(trials[:2], trials[2]) is None
