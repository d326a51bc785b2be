"""`tuitrain help`: any option, word of a pane, column heading or verdict, explained."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from tuitrain.cli import commands
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.pages.page import load_pages
from tuitrain.pages.words import load_words


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["help", *arguments])


def test_without_a_name_it_lists_topics_that_it_explains() -> None:
    done = run()
    topics = [line.split("  ")[2] for line in done.output.split("tuitrain help TOPIC")[1].split("\n") if "    " in line]
    assert {"hyperparameters", "data options", "search settings", "panes", "findings"} <= set(topics)
    for topic in topics:
        listed = run(*topic.split())
        assert listed.exit_code == 0
        assert listed.output.count("\n") > 5


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("learning rate", "Allowed: above 0, at most 1,000 or auto. Default: auto."),
        ("update", "‖Δw‖ / ‖w‖"),
        ("--target", "Column to predict."),
        ("--json", "Print one JSON object"),
        ("--dask", "Scheduler of a Dask cluster"),
        ("dead", "f′(z) = 0 for z < 0"),
        ("momentum", "a live demonstration"),
        ("lr", "Changes while training."),
        ("adopt", "key a on the Search screen"),
        ("train", "Its help: tuitrain train --help"),
        ("rate", "See also: "),
        ("folds", "folds --folds"),
        ("★", "The best trial"),
        ("from reset", "waits for the next reset"),
    ],
)
def test_a_name_is_explained(name: str, told: str) -> None:
    done = run(*name.split())
    assert done.exit_code == 0
    assert told in " ".join(done.output.split())


def test_an_unknown_word_gets_a_suggestion_and_an_error() -> None:
    done = run("patiense")
    assert done.exit_code == 2
    assert 'no help on "patiense"; did you mean patience?' in done.output


def test_a_strange_word_is_answered_with_how_to_list_all_words() -> None:
    done = run("nonsense")
    assert done.exit_code == 2
    assert 'no help on "nonsense"; tuitrain help words lists all words' in done.output
    listed = run("words")
    assert listed.exit_code == 0
    assert all(f"    {word.name} " in listed.output for word in load_words().words)
    assert all(f"    {page.names[0].replace('_', ' ')} " in listed.output for page in load_pages().values())


def test_hyperparameters_lists_them_all() -> None:
    shown = run("hyperparameters").output
    assert all(f"{spec.label}  {spec.flag}\n" in shown for spec in FIELDS.values())


@pytest.mark.parametrize("command", ["train", "search", "launch", "evaluate"])
def test_every_option_of_a_command_is_explained(command: str) -> None:
    params = commands.get_command(None, command).params  # type: ignore[arg-type,union-attr]
    flags = [flag for parameter in params for flag in parameter.opts if flag.startswith("--") and flag != "--help"]
    assert [flag for flag in flags if run(flag).exit_code != 0] == []
