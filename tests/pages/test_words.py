"""Every word that stands on a screen is explained: the words are collected from the code that draws them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import tuitrain
from tuitrain.pages.lookup import explanations, look_up, meant_by
from tuitrain.pages.page import load_pages
from tuitrain.pages.words import load_words
from tuitrain.session.search_snapshot import SearchState
from tuitrain.ui.search.table import STATES
from tuitrain.ui.theme import theme_for
from tuitrain.ui.train.verdict import SIGNS

PACKAGE = Path(tuitrain.__file__).parent
NAMES = {name.lower() for item in explanations() for name in item.names}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def texts(node: ast.AST) -> Iterator[str]:
    """The literal texts below a node that are shown: no docstrings, no keys of tables, nothing that is compared."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        is_docstring = isinstance(node, ast.FunctionDef) and isinstance(child, ast.Expr)
        is_key = isinstance(node, ast.Subscript) and child is node.slice
        if not (is_docstring or is_key or isinstance(child, (ast.Compare, ast.keyword, ast.arguments))):
            yield from texts(child)


def is_explained(label: str) -> bool:
    """Whether the label, or a word in it, has an explanation of that name."""
    label = re.sub(r"\(.*|\{\w+\}", "", label).lower().strip(" :#")
    words = re.split(r"[\s,]+", label)
    parts = {" ".join(words[a:b]) for a in range(len(words)) for b in range(a + 1, len(words) + 1)}
    return bool(parts & NAMES)


def pane_titles() -> set[str]:
    """The values of TITLE in the classes of ui/."""
    found = {
        text
        for path in (PACKAGE / "ui").rglob("*.py")
        if path.name != "app.py"  # its title is the program's
        for statement in ast.walk(tree(path))
        if isinstance(statement, ast.Assign) and "TITLE" in [getattr(target, "id", "") for target in statement.targets]
        for text in texts(statement.value)
    }
    return found - {""}


def column_headings() -> set[str]:
    """The texts in functions that draw the line above a table."""
    found = set()
    for path in (PACKAGE / "ui").rglob("*.py"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and node.name.strip("_") in {"heading", "header", "head", "headings"}:
                found |= set(texts(node))
    return {text for text in found if re.search("[a-z]{3}", text)}


def status_parts() -> set[str]:
    """The words before and after a value in the status lines."""
    found = set()
    for path in (PACKAGE / "ui").rglob("status.py"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and node.name == "parts":
                for piece in ast.walk(node):
                    if isinstance(piece, ast.Tuple) and len(piece.elts) == 3:
                        found |= {text for at in (0, 2) for text in texts(piece.elts[at])}
    return {text.strip(" :(#)") for text in found if re.search("[a-z]{3}", text)}


def findings() -> set[str]:
    """The texts of the findings, as literals in the call or named `text` in the same function."""
    found = set()
    for path in (PACKAGE / "diagnosis").rglob("*.py"):
        for function in (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)):
            nodes = list(ast.walk(function))
            made = [node.args[2] for node in nodes if isinstance(node, ast.Call) and is_named(node.func, "Finding")]
            named = [node.value for node in nodes if isinstance(node, ast.Assign) and is_named(node.targets[0], "text")]
            found |= {"".join(texts(node)) for node in [*made, *named]}
    return found - {""}


def is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def test_pane_titles_are_explained() -> None:
    titles = pane_titles()
    assert len(titles) >= 8
    assert [title for title in titles if not is_explained(title)] == []


def test_column_headings_are_explained() -> None:
    headings = column_headings()
    assert len(headings) >= 3
    assert [heading for heading in headings if not is_explained(heading)] == []


def test_the_parts_of_status_lines_are_explained() -> None:
    parts = status_parts()
    assert len(parts) >= 8
    assert [part for part in parts if not is_explained(part)] == []


def test_findings_are_explained() -> None:
    found = findings()
    assert len(found) >= 12
    assert [text for text in found if not is_explained(text)] == []


@pytest.mark.parametrize("state", sorted({*get_args(SearchState), *STATES, "diverged"}))
def test_states_are_explained(state: str) -> None:
    assert [state in item.names for item in look_up(state)][:1] == [True]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("learning rate", "learning_rate"), ("lr", "learning_rate"), ("LEARNING_RATE", "learning_rate"),
        ("dead", "dead units"), ("update", "update/weight"), ("EI", "expected improvement"),
        ("vanishing", "vanishing gradient"), ("sat.", "saturated"), ("patience", "patience"), ("best", "best loss"),
        ("--target", "target"), ("trial", "trials"), ("2=", "rank"), ("adamw", "adamw"), ("noise", "noise"),
        ("expected impr", "EI"), ("tpe", "optuna"), ("--time", "time"), ("always 0", "baseline"),
        ("Always versicolor", "baseline"), ("always", "baseline"), ("the mean", "baseline"), ("prec.", "precision"),
        ("balanced acc.", "balanced accuracy"), ("F1 macro", "F1"), ("AUC", "ROC AUC"), ("log loss", "log-loss"),
        ("Brier score", "Brier"), ("untrained", "untrained"), ("batch", "batch_size"), ("all", "update/weight"),
    ],
)  # fmt: skip
def test_a_word_is_found_by_name_label_or_part(text: str, name: str) -> None:
    assert name in look_up(text)[0].names


def test_an_option_comes_with_the_page_of_its_name_however_it_is_spelled() -> None:
    for text, name in (("learning-rate", "learning_rate"), ("lr", "learning_rate"), ("hl", "hidden_layers")):
        page, option = look_up(text)[:2]
        assert page.page is not None and page.page.id == name
        assert option.option == name and option.page is None


MISSPELT = {
    "larning": "learning", "satruated": "saturated", "epoc": "epoch", "gradeint": "gradient", "momentm": "momentum",
    "optimzer": "optimizer", "dropot": "dropout", "patiance": "patience", "overfiting": "overfitting",
    "validaton": "validation", "leraning rate": "learning rate", "learing rate": "learning rate",
    "activaton": "activation", "sigmod": "sigmoid", "accurracy": "accuracy", "confusion matix": "confusion matrix",
    "bayesain": "bayesian", "surogate": "surrogate", "importence": "importance", "pruneing": "pruning",
    "strateg": "strategy", "budgt": "budget", "wieght": "weight", "weigth decay": "weight decay",
    "divergd": "diverged", "vanishng": "vanishing", "boundry": "boundary", "histry": "history", "layrs": "layers",
    "paramters": "parameters", "hiden layers": "hidden layers", "bach size": "batch size", "adm": "adam",
    "rmsporp": "rmsprop", "tahn": "tanh", "rleu": "relu", "delimter": "delimiter", "targt": "target",
}  # fmt: skip
STRANGE = """
    nonsense banana window garden mountain river kitchen bottle pencil thunder python pizza guitar elephant holiday
    doctor purple winter summer hammer tomato rocket asteroid basket candle monkey orange flower bridge castle letter
    market police school ticket turtle violin wallet zebra coffee picture keyboard monitor printer database browser
    download password telephone camera xyzzy qwerty lorem ipsum everything chicken cheese blanket bicycle station
    museum restaurant quantum electron comet volcano harbour village country attention kernel salary contract prison
"""


@pytest.mark.parametrize(("typed", "meant"), MISSPELT.items())
def test_a_misspelt_word_is_recognised(typed: str, meant: str) -> None:
    assert meant in [item.lower() for found in look_up(typed) for item in found.names] or meant_by(typed) == meant


@pytest.mark.parametrize("word", STRANGE.split())
def test_a_strange_word_brings_no_far_fetched_suggestion(word: str) -> None:
    assert look_up(word) == []
    assert meant_by(word) is None


@pytest.mark.parametrize("name", ["live", "from reset", "stack", *"★▸●◆▲○×◌✓✗!↯≈·"])
def test_the_words_and_signs_beside_values_are_explained(name: str) -> None:
    assert [name in item.names for item in look_up(name)][:1] == [True]


def test_every_sign_of_a_state_a_class_or_a_finding_is_explained() -> None:
    signs = theme_for("true").signs
    drawn = {signs.cursor, signs.more, signs.less, *signs.class_signs, *(sign for sign, _ in SIGNS.values())}
    drawn |= {signs.of_state(state) for state in ("ready", "running", "paused", "done", "diverged", "failed")}
    names = {name for item in explanations() for name in item.names}
    assert drawn - names == set()


def test_words_are_whole_and_belong_to_a_topic() -> None:
    words = load_words()
    assert {word.topic for word in words.words} == set(words.topics)
    for word in words.words:
        assert word.meaning.endswith(".")
        assert "  " not in word.meaning + word.formula + word.look, word.name
        assert not word.page or word.page in load_pages(), word.name
    names = [word.name for word in words.words]
    assert len(names) == len(set(names))
