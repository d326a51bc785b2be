"""Where the panes of the Search screen are: they tile the screen, and those of one column share their lines."""

from __future__ import annotations

import pytest
from textual.geometry import Size

from tuitrain.ui.search.layout import PANES, arrange


@pytest.mark.parametrize("is_bayesian", [False, True])
@pytest.mark.parametrize("pane", PANES)
@pytest.mark.parametrize(
    "size", [Size(80, 24), Size(99, 30), Size(110, 32), Size(120, 40), Size(160, 40), Size(200, 50)]
)
def test_the_regions_tile_the_screen(size: Size, pane: str, is_bayesian: bool) -> None:
    regions = arrange(size, pane, is_bayesian=is_bayesian).regions
    assert pane in regions
    cells = [(x, y) for region in regions.values() for x in region.column_range for y in region.line_range]
    assert len(cells) == len(set(cells)) == size.width * size.height


def test_the_panes_of_a_column_share_the_lines_between_them() -> None:
    medium = arrange(Size(120, 40)).boxes
    assert medium["trials"].bottom - 1 == medium["map"].y == medium["progress"].y
    assert medium["map"].right - 1 == medium["progress"].x
    assert medium["form"].right == medium["trials"].x  # another column
    wide = arrange(Size(200, 50)).boxes
    assert wide["surrogate"].bottom - 1 == wide["importance"].y
    assert wide["trials"].right == wide["surrogate"].x


@pytest.mark.parametrize(
    "size", [Size(80, 24), Size(80, 40), Size(110, 32), Size(120, 40), Size(160, 40), Size(200, 50)]
)
def test_one_at_a_time_a_box_stands_below_the_form_where_there_is_room(size: Size) -> None:
    regions = arrange(size, "surrogate", is_bayesian=True, is_one_at_a_time=True).regions
    cells = [(x, y) for region in regions.values() for x in region.column_range for y in region.line_range]
    assert len(cells) == len(set(cells)) == size.width * size.height
    assert ("guesses" in regions) is (size.height >= 40 and size.width >= 110)
    if "guesses" in regions:
        assert (regions["guesses"].height, regions["guesses"].y) == (16, regions["form"].bottom)
