"""How the Train screen is laid out: panes, tabs, the verdict, every size and terminal."""

import pytest
from textual.geometry import Region, Size

from tests.ui.fake_session import FakeSession
from tests.ui.train.test_screen import SIZES, UNICODE, app_on, text_of
from tests.ui.waiting import resize, settle
from tuitrain.ui.train.layout import DETAILS, Shown, arrange


@pytest.fixture
def session():
    return FakeSession()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("environment", [UNICODE, {"LC_ALL": "C", "TERM": "xterm"}, {**UNICODE, "NO_COLOR": "1"}])
async def test_sizes_and_terminals(session, size, environment, monkeypatch):
    if "NO_COLOR" in environment:
        monkeypatch.setenv("NO_COLOR", "1")  # Textual looks for itself
    session.train(41)
    async with app_on(session, environment).run_test(size=size) as pilot:
        await pilot.pause()
        text = text_of(pilot.app)
        assert "1 Train  2 Search" in text
        for expected in ("iris", "epoch 41/200", "learning rate", "52k rows/s", "0:14 left", "5.3 kB"):
            assert expected in text
        assert text.isascii() is ("LC_ALL" in environment)


async def test_a_terminal_that_is_too_small_says_what_it_needs(session):
    async with app_on(session).run_test(size=(79, 24)) as pilot:
        await pilot.pause()
        text = text_of(pilot.app)
        assert "needs 80 x 24" in text
        assert "79 x 24" in text
        assert "Hyperparameters" not in text


async def test_resizing_to_and_fro(session):
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        before = text_of(pilot.app)
        for size in [(200, 50), (60, 20), (120, 40), (10, 3), (80, 24)]:
            await resize(pilot, *size)
            await pilot.pause()
            text_of(pilot.app)
        assert text_of(pilot.app) == before
        form = pilot.app.screen.form
        assert pilot.app.focused is form
        assert form.render_line(1).cell_length == form.size.width
        assert next(iter(form.render_line(2))).style.bgcolor is not None  # the cursor's line is highlighted


@pytest.mark.parametrize("detail", ["", *DETAILS])
@pytest.mark.parametrize("has_boundary", [False, True])
@pytest.mark.parametrize("layers", [1, 3, 21])
@pytest.mark.parametrize("verdict", [1, 2])
def test_the_panes_tile_the_screen(detail, has_boundary, layers, verdict):
    for size in (*SIZES, (100, 24), (109, 60), (110, 24), (110, 32), (160, 40), (300, 100), (80, 90)):
        check_tiles(size, detail, has_boundary, layers, verdict)


def check_tiles(size, detail, has_boundary, layers, verdict):
    places = arrange(Size(*size), Shown(detail, has_boundary, layers, 3, verdict))
    regions = [region for name, region in places.regions.items() if name not in places.inside]
    assert sum(region.area for region in regions) == size[0] * size[1]
    for n, one in enumerate(regions):
        assert Size(*size).region.contains_region(one)
        assert not any(one.overlaps(other) for other in regions[n + 1 :])
    assert ("loss" in places.frames) is not (detail == "metric" and size[0] < 110 and size[1] < 34)
    first = places.frames["loss" if "loss" in places.frames else "metric"].region
    for region in places.inside.values():
        assert first.contains_region(region)
    assert first.height >= verdict + 7
    assert not places.inside["verdict"].overlaps(places.inside.get("metric", Region()))
    if detail:
        assert detail in places.regions


async def test_panes_share_the_line_between_them_and_the_one_with_the_keys_is_marked(session):
    session.train(41)
    async with app_on(session).run_test(size=(120, 40)) as pilot:
        await settle(pilot, lambda: "├ Gradient" in text_of(pilot.app))
        rows = text_of(pilot.app).splitlines()
        assert rows[1].startswith("┌ ▸Hyperparameters ─")
        border = next(row for row in rows if "Gradient" in row)
        assert border[34] == "├"
        assert border[-1] == "┤"
        assert border[border.index("Metric") - 2] == "┬"
        assert rows[-4][border.index("Metric") - 2] == "┴"
        await pilot.press("tab")
        await pilot.pause()
        rows = text_of(pilot.app).splitlines()
        assert "┌ Hyperparameters ─" in rows[1]
        assert "┌ ▸Loss · epochs 0–41 ─" in rows[1]
        assert rows[-3].startswith(" Loss · train: the mean over the epoch's batches, each before its update")


async def test_panes_that_are_not_shown_are_tabs_with_their_keys(session):
    session.train(41)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: not pilot.app.screen._later)
        assert "├ Gradient│Weights w ─" in text_of(pilot.app)
        await pilot.press("w")
        await settle(pilot, lambda: "├ Weights│Gradient g ─" in text_of(pilot.app))
        await pilot.press("g")
        await settle(pilot, lambda: "├ Gradient│Weights w ─" in text_of(pilot.app))
        await pilot.press("m")
        await settle(pilot, lambda: "┌ Metric│ROC m│Gradient g│Weights w ─" in text_of(pilot.app))
        assert "✓ healthy" in text_of(pilot.app)  # the verdict is never pushed out
        await pilot.press("b")  # not for four inputs
        await settle(pilot, lambda: "one or two number inputs" in text_of(pilot.app).splitlines()[-2])


@pytest.mark.parametrize("state", ["running", "done", "diverged"])
async def test_the_verdict_stands_below_the_loss_title_also_after_the_end(session, state):
    session.train(41)
    ending = "" if state == "running" else "loss is no longer finite at epoch 8, said at some length to need two lines"
    session.become(state=state, ending=ending)
    async with app_on(session).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        pilot.app.screen.say("a message " * 30)
        await pilot.pause()
        rows = text_of(pilot.app).splitlines()
        assert "Loss · epochs 0–41" in rows[1]
        assert rows[2][28:30] in {" ✓", " ·", " ✗", " !"}
        assert ("need two lines" in rows[3]) is (state == "diverged")
