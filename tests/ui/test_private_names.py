"""Only ui/terminal touches what Textual keeps to itself: names that begin with an underscore."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.layout import Layout
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.widgets import Input

UI = Path(inspect.getfile(__import__("tuitrain.ui").ui)).parent
FILES = sorted(path for path in UI.rglob("*.py") if "terminal" not in path.relative_to(UI).parts)


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def attributes_of(kind: type[Any]) -> Iterator[str]:
    """The private names of a class of Textual's: its methods, and what its methods keep on themselves."""
    yield from filter(is_private, vars(kind))
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(kind)))):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_private(node.attr):
            yield node.attr


KINDS = {
    parent
    for kind in (App, ModalScreen, ScrollView, Input, Layout)
    for parent in kind.__mro__
    if parent.__module__.startswith("textual")
}
PRIVATE = {name for kind in KINDS for name in attributes_of(kind)}


def touched(source: str) -> list[str]:
    """What of Textual's own a module touches: an attribute of that name, a method that would replace one, an import."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in PRIVATE:
            is_module = isinstance(node.value, ast.Name) and node.value.id == "os"
            found += [f"{node.lineno}: .{node.attr}"] * (not is_module)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in PRIVATE:
            found.append(f"{node.lineno}: def {node.name}")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual"):
            parts = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            found += [f"{node.lineno}: import {part}" for part in parts if is_private(part)]
    return found


def test_the_private_names_are_known():
    assert {"_compositor", "_driver", "_display", "_exit", "_bindings", "_fatal_error", "_screen_stacks"} <= PRIVATE


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(UI)))
def test_no_module_outside_terminal_touches_them(path):
    assert touched(path.read_text("utf-8")) == []


def test_what_touches_them_is_found():
    source = "from textual._compositor import x\nclass A:\n    def _display(self):\n        return app._driver\n"
    assert touched(source) == ["1: import _compositor", "3: def _display", "4: ._driver"]
