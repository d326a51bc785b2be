"""Lines that the terminal shows already are not written again."""

from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tuitrain.ui.terminal.screen_diff import Painted, PiecesUpdate


def screen_of(*lines):
    return LayoutUpdate([[Strip([Segment(line)])] for line in lines], Region(0, 0, 3, len(lines)))


def chops_of(y, x, text, lines=2):
    chops = [{0: None, 3: None} for _ in range(lines)]
    chops[y] = {0: None, x: Strip([Segment(text)])} if x else {0: Strip([Segment(text)]), 3: None}
    return ChopsUpdate(chops, [(y, x, x + len(text))], [[3, 6]] * lines)


def rows_of(update):
    assert isinstance(update, PiecesUpdate)
    return {y: strip.text for y, _, strip in update.pieces}


def test_the_first_screen_is_written_whole():
    assert rows_of(Painted().changed(screen_of("one", "two"))) == {0: "one", 1: "two"}


def test_the_same_screen_is_not_written_again():
    painted = Painted()
    painted.changed(screen_of("one", "two"))
    assert painted.changed(screen_of("one", "two")) is None


def test_only_lines_that_differ_are_written():
    painted = Painted()
    painted.changed(screen_of("one", "two"))
    assert rows_of(painted.changed(screen_of("one", "TWO"))) == {1: "TWO"}
    assert rows_of(painted.changed(screen_of("one", "two"))) == {1: "two"}


def test_a_piece_is_compared_with_what_was_written_before_in_whatever_way():
    painted = Painted()
    painted.changed(screen_of("one", "two"))
    assert painted.changed(chops_of(1, 0, "two")) is None
    assert rows_of(painted.changed(chops_of(1, 0, "TWO"))) == {1: "TWO"}
    assert rows_of(painted.changed(screen_of("one", "two"))) == {1: "two"}


def test_a_piece_that_was_written_over_in_part_is_not_known():
    painted = Painted()
    painted.changed(screen_of("oneone", "twotwo"))
    assert rows_of(painted.changed(chops_of(1, 3, "TWO"))) == {1: "TWO"}
    assert rows_of(painted.changed(screen_of("oneone", "twotwo"))) == {1: "twotwo"}


def test_what_the_terminal_shows_is_what_textual_would_have_written():
    """A pane moves, and a wider piece lies over two narrower ones: nothing of the old may stay known."""
    painted = Painted()
    first = LayoutUpdate([[Strip([Segment("abc")]), Strip([Segment("def")])]], Region(0, 0, 6, 1))
    painted.changed(first)
    painted.changed(LayoutUpdate([[Strip([Segment("ABCDEF")])]], Region(0, 0, 6, 1)))
    assert [piece[2].text for piece in painted.changed(first).pieces] == ["abc", "def"]


def test_after_forgetting_or_at_another_size_all_is_written():
    painted = Painted()
    painted.changed(screen_of("one", "two"))
    assert len(rows_of(painted.changed(screen_of("one", "two", "3")))) == 3
    painted.forget()
    assert len(rows_of(painted.changed(screen_of("one", "two", "3")))) == 3


def test_rows_are_written_where_they_belong():
    update = Painted().changed(screen_of("one", "two"))
    assert update.render_segments(Console(color_system=None)) == "\x1b[1;1Hone\x1b[2;1Htwo"
