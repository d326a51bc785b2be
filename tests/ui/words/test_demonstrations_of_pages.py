"""What the pages say that is to be seen, is seen: on other seeds too."""

from __future__ import annotations

import pytest

from tuitrain.options.hyperparameters import FIELDS
from tuitrain.pages.demonstration import TrainingDemonstration
from tuitrain.pages.page import load_pages
from tuitrain.session.asked.demonstration import DemonstrateAnswer
from tuitrain.session.inside.demonstration import demonstrate
from tuitrain.ui.words.demonstrating import question_of

TOLD = {
    page.id: page.demonstration for page in load_pages().values()
    if isinstance(page.demonstration, TrainingDemonstration)
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        pytest.param(name, seed, marks=[] if seed == 0 and place % 4 == 0 else [pytest.mark.long])
        for seed in (0, 1, 2) for place, name in enumerate(TOLD)
    ],
)  # fmt: skip
def test_a_demonstration_shows_what_its_page_says(name: str, seed: int) -> None:
    told = TOLD[name]
    assert told.order, "a demonstration is about something that can be tested"
    answer = list(demonstrate(question_of(told, told.values, seed=seed)))[-1]
    assert isinstance(answer, DemonstrateAnswer)
    for order in told.order:
        column = answer.measures[:, told.show.index(order.measure)]
        lower, higher = (column[told.values.index(value)] for value in (order.lower, order.higher))
        texts = [FIELDS[told.field].format(FIELDS[told.field].parse(str(v))) for v in (order.lower, order.higher)]
        assert lower < higher, f"seed {seed}: {order.measure} {lower:g} at {texts[0]}, {higher:g} at {texts[1]}"
