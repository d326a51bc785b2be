"""The menu of pages: a question for each, and the one that the moment suggests is selected."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import OptionList

import tuitrain.diagnosis
from tests.ui.train.test_screen import text_of
from tests.ui.waiting import settle
from tuitrain.data.loading import load_dataset
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.session.training import TrainingSession
from tuitrain.ui.app import TuitrainApp
from tuitrain.ui.inspect.menu import OF_FIELD, OF_FINDING, OF_PANE, QUESTIONS, PageMenu, page_for
from tuitrain.ui.screens import PAGES
from tuitrain.ui.theme import theme_for


def test_every_page_has_its_question_and_every_suggestion_is_a_page() -> None:
    names = {page.name for page in PAGES}
    assert set(QUESTIONS) == names
    assert {*OF_FINDING.values(), *OF_PANE.values(), *OF_FIELD.values()} <= names


def test_the_findings_named_are_those_of_the_rules() -> None:
    source = "".join(path.read_text() for path in Path(tuitrain.diagnosis.__file__).parent.rglob("*.py"))
    words = {node.value for node in ast.walk(ast.parse(source.replace("from __future__ import annotations", "")))
             if isinstance(node, ast.Constant) and isinstance(node.value, str)}  # fmt: skip
    assert set(OF_FINDING) <= words


@pytest.mark.parametrize(
    ("seen", "page"),
    [(("dead_units", "loss", "seed"), "units"), (("", "metric", ""), "row_loss"),
     (("", "", "batch_size"), "batch_noise"), (("healthy", "", "class_weights"), "")],
)  # fmt: skip
def test_a_finding_goes_before_a_pane_and_that_before_a_field(seen: tuple[str, str, str], page: str) -> None:
    assert page_for(*seen) == page


@pytest.fixture
def session() -> Iterator[TrainingSession]:
    session = TrainingSession(load_dataset("iris"), Hyperparameters(hidden_layers=(4,)))
    yield session
    session.close()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_it_opens_on_the_page_of_the_moment(session: TrainingSession, size: tuple[int, int]) -> None:
    async with TuitrainApp(session, theme_for("true")).run_test(size=size) as pilot:
        await pilot.press("m")  # the metric pane
        screen = pilot.app.screen
        screen.set_focus(screen.query_one("#metric"))
        await settle(pilot, lambda: screen.focused is not None and screen.focused.id == "metric")
        await pilot.press("semicolon")
        await settle(pilot, lambda: isinstance(pilot.app.screen, PageMenu))
        pages = pilot.app.screen.query_one(OptionList)
        assert PAGES[pages.highlighted or 0].name == "row_loss"
        await settle(pilot, lambda: "▸c  C  Row loss" in text_of(pilot.app))  # a sign, not a colour alone
        await pilot.press("down")
        await settle(pilot, lambda: "▸v  V  MSE apart" in text_of(pilot.app) and "▸c  C" not in text_of(pilot.app))
        assert pages.size.height >= len(PAGES)  # nothing scrolls away, also at 80x24
        await pilot.press("z")
        await settle(pilot, lambda: not isinstance(pilot.app.screen, PageMenu))
        assert type(pilot.app.screen).__name__ == "NoisePage"
