"""The pages of words: how they are read, and that each of them is whole."""

from __future__ import annotations

import pytest

from tuitrain.pages.check import names_of_words, problems_of
from tuitrain.pages.markdown import TextBlock, plain, wrapped
from tuitrain.pages.page import WordPage, load_pages, read_page

PAGE = """+++
title = "Slope"
topic = "network"
names = ["slope"]
near = ["one", "two", "three"]
+++
# Slope

## What
How steep `f` is
at **one** point.

Another paragraph.

## Formula
    s = dy / dx
    y = f(x)

s: the slope; y: output of f; x: its input.

## Try
- a smaller step, so that
  the second line goes on
- another
"""


def page(**changes: str) -> WordPage:
    text = PAGE
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    return read_page("slope", text)


def test_a_page_is_read_into_sections_of_paragraphs_formulas_and_items() -> None:
    read = page()
    assert (read.title, read.topic, read.names, read.near) == ("Slope", "network", ("slope",), ("one", "two", "three"))
    assert [section.heading for section in read.sections] == ["What", "Formula", "Try"]
    what, formula, tried = (section.blocks for section in read.sections)
    assert what == (
        TextBlock("paragraph", "How steep f is at one point."),
        TextBlock("paragraph", "Another paragraph."),
    )
    assert [block.kind for block in formula] == ["formula", "formula", "paragraph"]
    assert tried == (TextBlock("item", "a smaller step, so that the second line goes on"), TextBlock("item", "another"))
    assert read.meaning == "How steep f is at one point."


def test_wrapped_blocks_part_paragraphs_and_indent_what_goes_on() -> None:
    read = page()
    assert wrapped(read.sections[0].blocks, 16) == ["How steep f is", "at one point.", "", "Another", "paragraph."]
    assert wrapped(read.sections[2].blocks, 16)[:2] == ["- a smaller", "  step, so that"]


def test_marks_are_left_out_and_other_stars_stay() -> None:
    assert plain("`a * b` is **no** power 2 ** 3") == "a * b is no power 2 ** 3"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("## Try", "## Attempt"), "Attempt"),
        (('topic = "network"', 'topic = "nets"'), "topic 'nets'"),
        (("# Slope\n", "# Slopes\n"), "is not the title"),
        (('near = ["one", "two", "three"]\n', ""), "near is missing"),
        (("near =", "nears = 1\nnear ="), "unknown key 'nears'"),
        (("- another", "1. another"), None),
        (("Another paragraph.", "| a | b |"), "line"),
        (("## Formula", "## Formula\n\n## Formula"), "headings"),
        (("+++\n# Slope", "# Slope"), "begins with TOML"),
        (("+++\n# Slope", '[demonstration]\nkind = "film"\n+++\n# Slope'), "kind 'film'"),
        (("+++\n# Slope", '[demonstration]\nkind = "function"\nname = "x"\ntitle = "x"\n+++\n# Slope'), "function 'x'"),
    ],
)
def test_what_is_no_page_is_refused_with_the_reason(change: tuple[str, str], problem: str | None) -> None:
    if problem is None:
        page(change=change)  # a number at the beginning of a line that goes on is text
    else:
        with pytest.raises(ValueError, match=problem):
            page(change=change)


def test_the_check_finds_what_is_wrong_with_a_page() -> None:
    one = page()
    found = problems_of({"slope": one, "other": read_page("other", PAGE)})
    assert "slope: its neighbour 'one' does not exist" in found
    assert any("'slope' is a name of slope too" in line or "'slope' is a name of other too" in line for line in found)
    unexplained = page(change=("s: the slope; ", ""))
    assert any(line.endswith("do not explain s") for line in problems_of({"slope": unexplained}))
    assert not any("explain" in line for line in problems_of({"slope": one}))
    long = page(change=("How steep", "How steep is it " * 300))
    assert any("at most 40" in line for line in problems_of({"slope": long}))
    few = page(change=('near = ["one", "two", "three"]', 'near = ["slope"]'))
    assert any("1 neighbours" in line for line in problems_of({"slope": few}))


def test_all_pages_are_whole() -> None:
    assert problems_of(load_pages()) == []


def test_no_short_word_has_the_name_of_a_page() -> None:
    assert names_of_words(load_pages()) == []
