"""Frames that share lines: each cell of a line is drawn by one pane, with the sign of the lines that meet there."""

from textual.geometry import Region

from tuitrain.ui.widgets.frame import share_lines


def picture(boxes, rules=()):
    """What the frames look like together."""
    places = share_lines(boxes, rules)
    width, height = max(box.right for box in boxes.values()), max(box.bottom for box in boxes.values())
    cells = [["."] * width for _ in range(height)]
    for place in places.values():
        region = place.region
        for y in range(region.y, region.bottom):
            for x in range(region.x, region.right):
                assert cells[y][x] == ".", "two panes draw this cell"
                is_side = x == region.x or (place.has_right and x == region.right - 1)
                is_flat = y == region.y or (place.has_bottom and y == region.bottom - 1)
                cells[y][x] = "─" if is_flat else "│" if is_side else " "
        for (x, y), sign in place.joints.items():
            cells[region.y + y][region.x + x] = sign
    return ["".join(row) for row in cells]


def test_three_panes_in_a_column_and_one_beside_two_of_them():
    boxes = {
        "loss": Region(0, 0, 9, 3), "gradients": Region(0, 2, 5, 3), "boundary": Region(0, 4, 5, 3),
        "metric": Region(4, 2, 5, 5),
    }  # fmt: skip
    assert picture(boxes) == [
        "┌───────┐",
        "│       │",
        "├───┬───┤",
        "│   │   │",
        "├───┤   │",
        "│   │   │",
        "└───┴───┘",
    ]


def test_a_line_within_a_pane_ends_on_the_shared_one():
    boxes = {"loss": Region(0, 0, 7, 4), "gradients": Region(0, 3, 7, 3)}
    assert picture(boxes, [Region(4, 1, 1, 3)]) == [
        "┌─────┐",
        "│     │",
        "│     │",
        "├───┴─┤",
        "│     │",
        "└─────┘",
    ]


def test_panes_apart_share_nothing():
    assert picture({"a": Region(0, 0, 3, 3), "b": Region(3, 0, 3, 3)}) == ["┌─┐┌─┐", "│ ││ │", "└─┘└─┘"]
