"""What users read goes through the catalogue: errors as they are raised, and what the command line prints."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from gettext import NullTranslations
from pathlib import Path

import pytest
from click.testing import CliRunner

import tuitrain
from tests.pseudo import OTHER_LETTERS, Pseudo
from tuitrain.cli import COMMANDS, commands
from tuitrain.cli.completion import SHELLS, completion
from tuitrain.cli.runs import runs
from tuitrain.options.data_options import DATA_FIELDS
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.options.search_settings import SETTINGS
from tuitrain.translation import install

PACKAGE = Path(tuitrain.__file__).parent
MARKS = {"_", "N_", "gettext", "ngettext"}
PROSE = re.compile(r"[A-Za-z]{2}")
# click's own words, which it translates by itself, and what is typed or is the name of a file
OWN_WORDS = {
    "usage", "options", "show", "this", "message", "and", "exit", "version", "the", "try", "for", "help", "error",
    "missing", "tuitrain",
}  # fmt: skip


@cache
def modules() -> list[tuple[str, ast.Module]]:
    paths = sorted(PACKAGE.rglob("*.py"))
    return [(path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"))) for path in paths]


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    """Every call and class of the package, with its module."""
    kinds = (ast.Call, ast.ClassDef)
    return [(path, node) for path, tree in modules() for node in ast.walk(tree) if isinstance(node, kinds)]


def name_of(node: ast.expr) -> str:
    return getattr(node, "id", "") or getattr(node, "attr", "")


def error_names() -> set[str]:
    """The classes of the error tree, and click's error for a wrong usage."""
    found, before = {"TuitrainError"}, set[str]()
    while found != before:
        before = set(found)
        for _path, node in nodes():
            if isinstance(node, ast.ClassDef) and found & {name_of(base) for base in node.bases}:
                found.add(node.name)
    return found | {"UsageError"}


def unmarked(node: ast.AST) -> Iterator[str]:
    """The prose below a node that no mark is around: what is compared, joined or looked up is none."""
    if isinstance(node, ast.Call):
        if name_of(node.func) in MARKS:
            return
        if name_of(node.func) not in {"format"}:
            return  # a function's arguments are its own; what it returns is looked at where it is made
    if isinstance(node, (ast.Compare, ast.Subscript)):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and PROSE.search(node.value):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from unmarked(child)


def test_no_error_is_raised_with_a_text_that_cannot_be_translated() -> None:
    errors = error_names()
    assert len(errors) > 8
    calls, found = 0, []
    for path, node in nodes():
        if isinstance(node, ast.Call) and name_of(node.func) in errors:
            calls += 1
            found += [(path, node.lineno, text) for part in node.args for text in unmarked(part)]
    assert calls > 150
    assert found == []


def test_no_marked_text_is_put_together_before_it_is_translated() -> None:
    """An f-string has its figures in it already, and no catalogue knows those."""
    made = [
        (path, node.lineno)
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and name_of(node.func) in {"_", "N_"}
        for part in node.args
        if isinstance(part, (ast.JoinedStr, ast.BinOp))
    ]
    assert made == []


def test_no_function_hides_the_mark_that_it_uses() -> None:
    """`for _ in ...` makes `_` a name of the whole function."""
    hidden = []
    for path, tree in modules():
        for function in ast.walk(tree):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                nodes = list(own_nodes(function))
                stored = any(isinstance(n, ast.Name) and n.id == "_" and isinstance(n.ctx, ast.Store) for n in nodes)
                called = any(isinstance(n, ast.Call) and name_of(n.func) == "_" for n in nodes)
                hidden += [(path, function.name)] if stored and called else []
    assert hidden == []


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, without those of other scopes."""
    other = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
    comprehensions = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, (*other, *comprehensions)):
            yield from own_nodes(child)


# --- the command line


@pytest.fixture
def pseudo() -> Iterator[Pseudo]:
    language = Pseudo()
    install(language)
    yield language
    install(None)


def run(*arguments: str) -> str:
    return CliRunner().invoke(commands, arguments, prog_name="tuitrain").output


def english(text: str) -> set[str]:
    """Words of prose that did not come through the catalogue: lowercase, behind a blank, nothing that is typed."""
    words = re.findall(r"(?<![^\s(])[a-z]{3,}(?=[\s,.;:)]|$)", text)
    return {word for word in words if word not in OWN_WORDS}


def typed_words() -> set[str]:
    """The choices and special values of options, the metrics, and the names of commands."""
    options = [*FIELDS.values(), *DATA_FIELDS.values(), *SETTINGS.values()]
    subcommands = [*runs.commands, *completion.commands, *SHELLS]
    texts = [
        *COMMANDS,
        *subcommands,
        *(text for spec in options for text in (*spec.choices, *spec.special, *spec.words, spec.flag)),
    ]
    texts += [spec.format(spec.default) for spec in options]
    return {word for text in texts for word in re.findall("[a-z]{3,}", text)}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_is_translated(command: str, pseudo: Pseudo) -> None:
    shown = run(command, "--help")
    assert "Usage: " in shown
    assert sum(letter in OTHER_LETTERS for letter in shown) > 100
    assert english(shown) - typed_words() == set()


def test_the_list_of_commands_is_translated(pseudo: Pseudo) -> None:
    assert english(run("--help")) - set(COMMANDS) == set()


def test_what_is_wrong_is_said_in_the_language(pseudo: Pseudo) -> None:
    for arguments in (["trian"], ["help", "nonsense"], ["export", "x", "--to", "optuna"], ["train"]):
        said = run(*arguments)
        assert "Error: " in said
        assert english(said.split("Error: ")[1]) - {"trian"} == set()


def test_english_is_what_is_written() -> None:
    install(NullTranslations())
    assert "Train a network without a screen." in run("--help")
    install(None)
