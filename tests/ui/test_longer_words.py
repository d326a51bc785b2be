"""The screens in a language whose words are longer by two fifths, and that what is declared is translated there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

import tuitrain
from tests.pseudo import OTHER_LETTERS, Pseudo
from tests.ui import fake_session
from tests.ui.main_screens import TERMINAL, on_screen
from tests.ui.snapshots_made_up import with_confusion
from tests.ui.waiting import settle
from tuitrain.data.catalog import BUNDLED
from tuitrain.data.generators import RECIPES
from tuitrain.options.data_options import DATA_FIELDS
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.options.search_settings import SETTINGS
from tuitrain.pages.lookup import look_up
from tuitrain.translation import gettext, install
from tuitrain.ui.search.trial_page import TrialPage
from tuitrain.ui.search.veto import Veto
from tuitrain.ui.theme import theme_of
from tuitrain.ui.widgets.pane import LivePane
from tuitrain.ui.widgets.text_lines import Lines
from tuitrain.ui.words.drawing import text_lines

PACKAGE = Path(tuitrain.__file__).parent
SIZES = [(80, 24), (120, 40)]
SCREENS = ("train-running", "train-diverged", "search-running")
FIGURE = re.compile(r"\d[\d.,]*[\d%]|\d")


@pytest.fixture
def pseudo() -> Iterator[Pseudo]:
    language = Pseudo()
    yield language
    install(None)


async def drawn(pilot: Pilot[Any]) -> Any:
    """Return the room that is shown, when all of its panes that have a place are drawn."""

    def is_there() -> bool:
        room: Any = pilot.app.screen
        panes: Any = [*room.query(LivePane)] if hasattr(room, "panes") else []
        is_whole = len(panes) == len(getattr(room, "panes", ()))
        shown = [pane for pane in panes if pane.is_shown]
        if not shown or not is_whole or not room.footer._strips:
            return False
        now = room.session.snapshot  # after all that is looked at was asked for
        is_asked = {pane.view for pane in shown if pane.view} <= room.session.watched
        return is_asked and all(pane._drawn and pane.looks_the_same(pane._drawn, now) for pane in shown)

    await settle(pilot, is_there)
    return pilot.app.screen


Seen = dict[str, Any]


async def look(name: str, size: tuple[int, int]) -> Seen:
    """Draw a screen; what its form, its panes and its rows show, and which of their lines have another width."""
    seen: Seen = {}

    async def work(pilot: Pilot[Any]) -> str:
        room = await drawn(pilot)
        form = room.form
        seen["form"] = {line.name: line.strip.text for line in form._lines if line.name}
        seen["label"] = {field: label for field, label, _ in form.fields}
        seen["panes"] = {pane.id: [strip.text for strip in pane._strips] for pane in room.panes if pane.is_shown}
        seen["footer"] = room.footer._strips[0].text
        widths = [(form, line.strip.cell_length) for line in form._lines]
        widths += [(one, strip.cell_length) for one in room.panes if one.is_shown for strip in one._strips]
        widths += [(one, strip.cell_length) for one in room.query(Lines) if one.display for strip in one._strips]
        seen["wrong"] = [(str(one.id), width) for one, width in widths if width != one.size.width]
        return ""

    await on_screen(name, size, work)
    return seen


def value_of(seen: Seen, field: str) -> str:
    """What stands in a form's line behind the label, which is whole."""
    text = seen["form"][field][1:]
    label = seen["label"][field]
    assert text.startswith(label)
    return str(text[len(label) :].strip())


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", SCREENS)
async def test_longer_words_are_cut_and_values_are_not(
    name: str, size: tuple[int, int], pseudo: Pseudo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake_session, "VIEW", with_confusion().metric_view)  # with a matrix and classes
    install(None)
    english = await look(name, size)
    install(pseudo)
    longer = await look(name, size)
    assert english["wrong"] == longer["wrong"] == []
    assert list(longer["form"]) == list(english["form"])
    assert len(english["form"]) >= 8
    for field, line in longer["form"].items():
        if field == "strategy":  # a row of values without a label
            assert line == english["form"][field]
            continue
        value, label = value_of(english, field), longer["label"][field]
        assert len(label) > len(english["label"][field])
        if value.endswith("…"):  # too long for the line in any language
            assert line.endswith("…")
            continue
        assert line.endswith(value), (line, value)
        before = line[1 : len(line) - len(value)].rstrip()
        assert before == label or (before.endswith("…") and label.startswith(before[:-1])), line
    for pane in {"metric", "gradients"} & set(english["panes"]):
        figures, found = (Counter(FIGURE.findall("\n".join(one["panes"][pane]))) for one in (english, longer))
        assert figures, pane
        assert figures - found == Counter(), (pane, longer["panes"][pane])
    for key, word in (("?", "help"), ("q", "quit")):
        assert f" {key} {gettext(word)} " in f"{longer['footer']} "


# --- no prose stands in English


TYPED = {  # beside the choices of options: names in the snapshots, and what is typed, a key or the name of a unit
    "tuitrain", "enter", "esc", "tab", "space", "ctrl", "shift", "home", "end", "pgup", "pgdn", "left", "right", "up",
    "down", "data", "csv", "models", "safetensors", "tmp", "path", "file",
}  # fmt: skip
LOOKS: dict[str, dict[str, tuple[str, ...]]] = {  # on each screen, what opens, and the keys that open it
    "train-running": {
        "TrainScreen": ("w",), "Palette": ("ctrl+p",), "SaveDialog": ("ctrl+s",), "Confirm": ("r",),
        "DatasetChooser": ("d", "y"),
    },
    "train-diverged": {"TrainScreen": ()},
    "search-new": {"SearchScreen": ("f1",)},
    "search-running": {"SearchScreen": (), "PromptDialog": ("tab", "slash"), "TrialPage": (), "Veto": ()},
}  # fmt: skip
# In the snapshots, and what a hint gives to type
MADE_UP = {"made", "bayes", "class", "the", "stopped", "being", "finite", "loss", "nan", "inf", "score"}


def is_class(word: str) -> bool:
    """Whether it is a class's name, or the beginning of one."""
    return any(name.startswith(word) for name in ("setosa", "versicolor", "virginica"))


def typed_words() -> set[str]:
    """The choices and special values of options, the metrics, and the datasets."""
    options = [*FIELDS.values(), *DATA_FIELDS.values(), *SETTINGS.values()]
    texts = [text for spec in options for text in (*spec.choices, *spec.special, *spec.words)]
    texts += [*BUNDLED, *RECIPES]
    return {word for text in texts for word in re.findall("[a-z]{3,}", text.lower())} | TYPED


@pytest.mark.parametrize("screen", LOOKS)
async def test_no_prose_stands_in_english(
    screen: str, pseudo: Pseudo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    install(pseudo)
    seen: dict[str, list[str]] = {}

    async def work(pilot: Pilot[Any]) -> str:
        room = await drawn(pilot)
        for name, keys in LOOKS[screen].items():
            if name == "Veto":
                pilot.app.push_screen(Veto(theme_of(TERMINAL), [{"learning_rate": 0.01, "hidden_layers": (64,)}]))
            if name == "TrialPage":
                trial = room.session.snapshot.trials[0]
                pilot.app.push_screen(TrialPage(theme_of(TERMINAL), [(trial, Hyperparameters())], "accuracy"))
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
            await settle(pilot, lambda name=name: type(pilot.app.screen).__name__ == name)  # type: ignore[misc]
            await pilot.pause()
            strips = pilot.app.screen._compositor.render_strips()
            assert {strip.cell_length for strip in strips} == {80}, name
            shown = "\n".join(strip.text for strip in strips)
            assert sum(letter in OTHER_LETTERS for letter in shown) > 40
            words = re.findall(r"(?<![\w=/.…])[A-Za-z][a-z]{2,}(?![\w=/.…])", shown)
            own = typed_words() | MADE_UP
            seen[name] = [word for word in words if word.lower() not in own and not is_class(word)]
            while pilot.app.screen is not room:
                await pilot.press("escape")
                await pilot.pause()
        return ""

    await on_screen(screen, (80, 24), work)
    assert seen == {name: [] for name in LOOKS[screen]}


# --- what is declared is translated where it is shown


def literal(node: ast.expr) -> str:
    """The text of a literal, also of one in parts; "" for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    """The calls of a function in a file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def declared_actions() -> dict[str, str]:
    """The words and meanings of the actions of the rooms, each with the file that declares it."""
    found = {}
    for path in [PACKAGE / "ui" / "keys.py", *(PACKAGE / "ui").glob("*/keys.py")]:
        for call in calls(path, "Action"):
            rank = call.args[6].value if len(call.args) > 6 and isinstance(call.args[6], ast.Constant) else 0
            found |= {literal(call.args[4]): path.name}
            found |= {literal(call.args[3]): path.name} if rank else {}
    return {text: path for text, path in found.items() if text}


def declared_options() -> dict[str, str]:
    """The labels, meanings and explanations of the options, each with the file that declares it."""
    found = {}
    for path in (PACKAGE / "options").glob("*.py"):
        for name, places in (("_declare", (1, 4, 5)), ("declare", (1, 3, 4))):
            for call in calls(path, name):
                if not any(one.arg == "is_offered" for one in call.keywords):  # else the program sets it
                    found |= {literal(call.args[at]): path.name for at in places if at < len(call.args)}
    return {text: path for text, path in found.items() if text}


@pytest.mark.parametrize("name", ["train-running", "search-running"])
async def test_actions_are_translated_where_they_are_shown(name: str, pseudo: Pseudo) -> None:
    install(pseudo)

    async def work(pilot: Pilot[Any]) -> str:
        room = await drawn(pilot)  # wide enough for every word of the footer
        await pilot.press("f1")
        await settle(pilot, lambda: room.help.display and room.help._strips)
        await pilot.press("escape", "ctrl+p")
        await settle(pilot, lambda: pilot.app.screen is not room)
        shown = {action.meaning for action in room.ACTIONS}
        words_change = {"start_pause", *room.footer._words}  # they follow the state and the pane that has the keys
        shown |= {action.short for action in room.ACTIONS if action.name not in words_change}
        missing = [text for text in declared_actions() if text in shown and text not in pseudo.asked]
        assert missing == []
        return ""

    await on_screen(name, (300, 50), work)
    assert len(declared_actions()) > 50


async def test_options_are_translated_where_they_are_shown(pseudo: Pseudo) -> None:
    install(pseudo)

    async def work(pilot: Pilot[Any]) -> str:
        room = await drawn(pilot)
        for field, _label, _group in room.form.fields:
            text_lines(look_up(field), "", 80, room.look)
        return ""

    await on_screen("train-running", (200, 50), work)
    await on_screen("search-running", (200, 50), work)
    declared = {text: path for text, path in declared_options().items() if text}
    assert len(declared) > 100
    assert {text: path for text, path in declared.items() if text not in pseudo.asked} == {}
