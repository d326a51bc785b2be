"""The glossary of the guide, made of the pages: `python -m tuitrain.pages.glossary docs/guide/glossary.md`."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

from tuitrain.pages.page import TOPICS, WordPage, load_pages

FOLDER = "../../tuitrain/pages/en"  # of the pages, from the guide
HEAD = """\
# Glossary

Every word that tuitrain explains at length. The same pages open with **?** on the screens, where many of them run a
live demonstration (marked ▷; **space** starts it, **+** and **-** move its last value), and with
`tuitrain help NAME` in the shell.
"""


def glossary() -> str:
    """Return the glossary as Markdown: the pages by topic, each with its link, first sentence and names."""
    parts = [HEAD]
    for topic, pages in groupby(load_pages().values(), key=lambda page: page.topic):
        about = f"{TOPICS[topic][0].upper()}{TOPICS[topic][1:]}."
        parts.append(f"## {topic.capitalize()}\n\n{about}\n\n" + "".join(map(_entry, pages)))
    return "\n".join(parts)


def _entry(page: WordPage) -> str:
    names = [name for name in page.names if name.replace("_", " ").lower() != page.title.lower()]
    also = f" *{', '.join(_literal(name) for name in names)}*" if names else ""
    mark = " ▷" if page.demonstration is not None else ""
    return f"- [{_literal(page.title)}]({FOLDER}/{page.id}.md){mark}: {_literal(page.meaning)}{also}\n"


def _literal(text: str) -> str:
    """Keep Markdown from reading signs of a text as marks."""
    return "".join(f"\\{sign}" if sign in "*_[]<>`|#" else sign for sign in text)


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else "docs/guide/glossary.md").write_text(glossary(), encoding="utf-8")
