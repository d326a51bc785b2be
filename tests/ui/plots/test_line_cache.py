from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tuitrain.ui.plots.line_cache import LineCache


def strips(*texts, style=None):
    return [Strip([Segment(text, style)], len(text)) for text in texts]


def test_only_lines_that_differ_are_told():
    cache = LineCache()
    assert cache.update(strips("aa", "bb", "cc")) == [0, 1, 2]
    kept = cache.line(0, 2)
    assert cache.update(strips("aa", "xx", "cc")) == [1]
    assert cache.line(0, 2) is kept and cache.line(1, 2).text == "xx"
    assert cache.update(strips("aa", "xx", "cc", style=Style.parse("red"))) == [0, 1, 2]
    assert cache.update(strips("aaa", "xxx", "ccc")) == [0, 1, 2]
    assert cache.update(strips("aaa")) == [0]


def test_lines_beyond_the_picture_are_blank():
    cache = LineCache()
    cache.update(strips("ab"))
    assert cache.line(5, 4).text == "    " and cache.line(0, 4).text == "ab  " and cache.line(0, 1).text == "a"
