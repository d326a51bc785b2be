"""The A|B lab's sheet read back: its numbers, its settings, its note and its curves are those of the trainings."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from markdown_it import MarkdownIt

from tuitrain.data.facts import DatasetFacts
from tuitrain.data.loading import load_dataset
from tuitrain.engine import Trainer
from tuitrain.errors import FileError
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.session.asked.lab import PairAnswer, TrainPair
from tuitrain.session.inside.lab import train_pair
from tuitrain.session.inspection import Copy
from tuitrain.ui.inspect.lab_drawing import LabView
from tuitrain.ui.inspect.lab_figures import ended
from tuitrain.ui.inspect.lab_marks import differing, fields_with_effect
from tuitrain.ui.inspect.lab_sheet import escaped, free_name, sheet_path, sheet_text, write_sheet
from tuitrain.ui.inspect.lab_svg import xml_text

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
NASTY = "1. *hi* _b_ `c` [x](y) ![i](j) <script>alert(1)</script> & &amp; ~~s~~ | $x$ http://x.y \\ # 'q' \"r\""


@pytest.fixture(scope="module")
def view():
    data = load_dataset("moons")
    a, b = (Hyperparameters(hidden_layers=layers, epochs=7) for layers in ((4,), (6, 3)))
    trainer = Trainer(data, a)
    *_, answer = train_pair(TrainPair(a, b), Copy.of(trainer, data, 0))
    assert isinstance(answer, PairAnswer)
    facts = DatasetFacts.of(data)
    effective = fields_with_effect(a, b, facts)
    names = differing(a, b, facts)
    return LabView(answer, names, frozenset(effective), names[0], len(effective) - 1, "epoch", 7.0), facts


def tables_of(text):
    """The cells of each table, as a reader sees them."""
    tables, is_in_table = [], False
    for token in PARSER.parse(text):
        if token.type == "table_open":
            tables.append([])
            is_in_table = True
        elif token.type == "tr_open":
            tables[-1].append([])
        elif token.type == "table_close":
            is_in_table = False
        elif token.type == "inline" and is_in_table:
            tables[-1][-1].append("".join(child.content for child in token.children))
    return tables


def paragraphs_of(text):
    return ["".join(child.content for child in token.children) for token in PARSER.parse(text)
            if token.type == "inline"]  # fmt: skip


def test_numbers_settings_and_note_are_read_back(view):
    shown, facts = view
    facts = replace(facts, name="a|b *c*.csv", source=replace(facts.source, source="dir/a|b <i>.csv"))
    text = sheet_text(shown, facts, NASTY, "a b.svg")
    results, losses, settings = tables_of(text)
    sides = shown.answer.sides
    for row in losses[1:]:
        numbers = [float(cell.replace("−", "-")) for cell in row]
        assert numbers[1:3] == [round(float(side.losses[int(numbers[0])]), 4) for side in sides]
        assert numbers[3] == pytest.approx(numbers[2] - numbers[1], abs=1e-9)
    assert [row[0] for row in losses[1:]] == [str(epoch) for epoch in range(1, 8)]
    found = {row[0]: row[1:3] for row in results[1:]}
    assert found["best"] == [f"{side.best_loss:.4f}" for side in sides]
    assert found["accuracy"] == [f"{side.best_metric:.3f}" for side in sides]
    assert found["weights"] == [str(side.parameters) for side in sides]
    read = {row[0].removesuffix(" (no effect)"): row[1:] for row in settings[1:]}
    asked = shown.answer.question
    assert read == {spec.label: [spec.format(getattr(h, name)) for h in (asked.a, asked.b)]
                    for name, spec in FIELDS.items()}  # fmt: skip
    assert settings[1][0] == "hidden layers"
    said = paragraphs_of(text)
    assert NASTY in said and "source: dir/a|b <i>.csv" in said and f"fingerprint: {facts.fingerprint}" in said
    assert "(a b.svg)" not in text and "(a%20b.svg)" in text
    assert not {token.type for token in PARSER.parse(text)} & {"html_block", "html_inline", "fence", "code_block"}


@pytest.mark.parametrize(
    "text", [NASTY, "- a", "# h", "=== x", "12) z", "> q", "---", "***", "~~~x", "+ y", "| a | b |"]
)
def test_text_is_shown_letter_by_letter(text):
    tokens = PARSER.parse(escaped(text))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in tokens[1].children} == {"text"} and paragraphs_of(escaped(text)) == [text]


@pytest.mark.parametrize("log", [False, True])
def test_the_picture_is_xml_whose_points_are_the_losses(view, log, tmp_path):
    shown, facts = replace(view[0], is_log=log), view[1]
    shown = replace(shown, answer=replace(shown.answer))
    sheet, picture = write_sheet(tmp_path / "s.md", shown, facts, "")
    assert sheet.read_text().count("s.svg") == 1
    root = ET.fromstring(picture.read_bytes())
    space = "{http://www.w3.org/2000/svg}"
    ticks = [(float(text.get("y")) - 5, float(text.text)) for text in root.iter(f"{space}text")
             if text.get("text-anchor") == "end"]  # fmt: skip
    (low, at_low), (high, at_high) = ticks[0], ticks[-1]
    scale = np.log10 if log else np.asarray
    for side, line in zip(shown.answer.sides, root.iter(f"{space}polyline"), strict=True):
        points = [tuple(map(float, pair.split(","))) for pair in line.get("points").split()]
        heights = np.array([down for _, down in points])
        share = (heights - low) / (high - low)
        values = scale(at_low) + share * (scale(at_high) - scale(at_low))
        shown_ones = heights > 50  # those above are cut off at the plot's edge
        assert shown_ones.sum() >= 5 and len(points) == 8 and points[0][0] == 70
        assert values[shown_ones] == pytest.approx(scale(side.losses)[shown_ones], abs=2e-3)
        assert np.allclose(np.diff([across for across, _ in points]), 670 / 7, atol=0.02)


def test_text_of_files_is_text_in_the_picture(view):
    text = "<b> & \"q\" 'r' \x00\x1b[31m ]]>"
    assert ET.fromstring(f"<t>{xml_text(text)}</t>").text == "<b> & \"q\" 'r' \\x00\\x1b[31m ]]>"


@pytest.mark.parametrize(("epochs", "shown"), [(1, "1 epoch"), (2, "2 epochs")])
def test_one_epoch_is_no_plural(view, epochs, shown):
    side = replace(view[0].answer.sides[0], losses=np.ones(epochs + 1), ending="epochs")
    told = [ended(replace(side, ending=ending)) for ending in ("epochs", "patience", "limit")]
    assert told == [shown, f"{shown} (patience)", f"{shown}, no more are trained here"]


def test_a_directory_in_the_place_of_the_picture_is_refused_at_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.svg").mkdir()
    for typed in ("a", "a.md", " a.markdown "):
        with pytest.raises(FileError, match=r"a\.svg is a directory"):
            sheet_path(typed)


def test_names_of_sheets(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert [sheet_path(typed).name for typed in ("a", "a.md", "a.svg", "b.markdown")] == [
        "a.md", "a.md", "a.svg.md", "b.markdown"
    ]  # fmt: skip
    assert free_name("data.csv", tmp_path) == "data-ab.md"
    (tmp_path / "data-ab.svg").touch()
    assert free_name("data.csv", tmp_path) == "data-ab-2.md"
    with pytest.raises(FileError, match="no directory"):
        sheet_path("nowhere/a")
