"""The glossary of the guide is what the pages make of it, and its links lead to them."""

from __future__ import annotations

import re
from pathlib import Path

from tuitrain.pages.glossary import glossary
from tuitrain.pages.page import load_pages

GUIDE = Path(__file__).parents[2] / "docs" / "guide"


def test_the_glossary_is_current() -> None:
    told = "python -m tuitrain.pages.glossary writes it anew"
    assert (GUIDE / "glossary.md").read_text(encoding="utf-8") == glossary(), told


def test_the_glossary_links_to_the_file_of_each_page_once() -> None:
    links = re.findall(r"\]\(([^)]+)\)", glossary())
    files = [(GUIDE / link).resolve() for link in links]
    assert sorted(file.stem for file in files) == sorted(load_pages())
    assert all(file.is_file() for file in files)
