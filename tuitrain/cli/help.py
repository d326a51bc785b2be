"""`tuitrain config` and `tuitrain help`: what is made from the declarations of the options, and the words explained."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from tuitrain.cli.options import hyperparameter_options, read_options
from tuitrain.options.configuration import write_configuration
from tuitrain.options.data_options import DATA_FIELDS, DATA_GROUPS
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.options.option import Option
from tuitrain.options.reference import entry_lines, reference_page
from tuitrain.options.search_settings import JOBS, OFFERED, QUASI
from tuitrain.text import quoted

if TYPE_CHECKING:
    from tuitrain.pages.lookup import Explanation

OPTION_TOPICS: dict[str, tuple[str, list[Option]]] = {
    "hyperparameters": ("what you set for a training", list(FIELDS.values())),
    "data options": (
        "how a table is read, what is predicted, how rows are split",
        sorted(DATA_FIELDS.values(), key=lambda spec: DATA_GROUPS.index(spec.group)),
    ),
    "search settings": ("strategy, budget, score and pruning of a search", [*OFFERED.values(), QUASI, JOBS]),
}
MOST_EXPLAINED = 4  # entries in full; of more, a line each


@click.command()
@hyperparameter_options
def config(**options: Any) -> None:
    """Print a commented TOML file with all hyperparameters, for --config."""
    click.echo(write_configuration(read_options(options)[0]), nl=False)


@click.command(name="help", context_settings={"ignore_unknown_options": True})
@click.argument("name", nargs=-1)
@click.pass_context
def help_page(context: click.Context, name: tuple[str, ...]) -> None:
    """Explain NAME: any option, word of a pane, column heading or verdict, or part of one.

    Without NAME, list the topics. A command is explained by `tuitrain COMMAND --help`.
    """
    width = min(max(shutil.get_terminal_size().columns, 60), 100)
    text = " ".join(name).strip()
    commands = _commands(context)
    lines = _topic_list(width) if not text else [*_of_command(text, commands), *_explained(text, commands, width)]
    click.echo("\n".join(lines).rstrip())


def _commands(context: click.Context) -> dict[str, click.Command]:
    parent = context.parent
    if parent is None or not isinstance(parent.command, click.Group):
        return {}
    found = {name: parent.command.get_command(parent, name) for name in parent.command.list_commands(parent)}
    return {name: command for name, command in found.items() if command is not None}


def _of_command(text: str, commands: dict[str, click.Command]) -> list[str]:
    if text.lower() not in commands:
        return []
    command = commands[text.lower()]
    return [*entry_lines(f"{text.lower()}  (a command)", [
        command.get_short_help_str(200), f"Its help: tuitrain {text.lower()} --help",
    ], 100)]  # fmt: skip


def _topic_list(width: int) -> list[str]:
    from tuitrain.pages.words import load_words  # noqa: PLC0415

    words = load_words()
    about = {name: text for name, (text, _) in OPTION_TOPICS.items()} | words.topics
    lines = ["tuitrain help NAME explains an option, a word on a screen, a column or a verdict:", ""]
    lines += [f"    tuitrain help {example}" for example in ("learning rate", "dead", "update/weight", "--folds", "EI")]
    lines += ["", "tuitrain help TOPIC lists a topic:", ""]
    lines += [f"    {name:<16} {text}" for name, text in about.items()]
    return [*lines, "", "tuitrain --help lists the commands, tuitrain COMMAND --help explains one."]


def _explained(text: str, commands: dict[str, click.Command], width: int) -> list[str]:
    """Return the topic of that name, or the explanations of the word.

    Raises
    ------
    UsageError
        if there are none.
    """
    from tuitrain.pages.lookup import look_up, names_with, nearest  # noqa: PLC0415
    from tuitrain.pages.words import load_words  # noqa: PLC0415

    topic = text.lower().replace("-", " ").replace("_", " ")
    if topic in OPTION_TOPICS:
        return [reference_page(OPTION_TOPICS[topic][1], width)]
    words = load_words()
    if topic in words.topics:
        listed = [f"{word.name:<20} {_first_sentence(word.meaning)}" for word in words.words if word.topic == topic]
        return [f"{topic}: {words.topics[topic]}", "", *(_cut(f"    {row}", width) for row in listed), ""]
    more = [*_command_options(commands), *_keys()]
    found = look_up(text, more)
    if not found and topic not in commands:
        meant = nearest(text, more) or "tuitrain help lists the topics"
        raise click.UsageError(f"no help on {quoted(text)}; {meant}")
    if len(found) <= MOST_EXPLAINED:
        lines = [row for item in found for row in entry_lines(item.title, item.paragraphs, width)]
        also = names_with(text, found)
        return lines + [_cut(f"See also: {', '.join(also)}", width)] * bool(also)
    rows = [f"    {item.names[0].replace('_', ' '):<20} {_first_sentence(item.paragraphs[0])}" for item in found]
    rows = [_cut(row, width) for row in rows]
    return [f"{len(found)} entries have {quoted(text)} in their name:", "", *rows]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1].rstrip()}…"


def _keys() -> Iterator[Explanation]:
    """Return what each key does, by its word in the footer."""
    from tuitrain.pages.lookup import Explanation  # noqa: PLC0415
    from tuitrain.ui.search.keys import SEARCH_ACTIONS  # noqa: PLC0415
    from tuitrain.ui.train.keys import TRAIN_ACTIONS  # noqa: PLC0415

    for screen, actions in (("Train", TRAIN_ACTIONS), ("Search", SEARCH_ACTIONS)):
        for action in actions:
            if action.short:
                title = f"{action.short}  (key {action.shown} on the {screen} screen)"
                meaning = f"{action.meaning[0].upper()}{action.meaning[1:]}."
                yield Explanation(title, (meaning,), (action.short,))


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".")


def _command_options(commands: dict[str, click.Command]) -> Iterator[Explanation]:
    """Return the options that only commands have, such as --model, from the commands' own help."""
    from tuitrain.pages.lookup import Explanation, explanations  # noqa: PLC0415

    declared = {name.replace("_", "-") for item in explanations() for name in item.names}
    found: dict[tuple[str, str], list[str]] = {}
    for name, command in commands.items():
        for parameter in command.params:
            flag = max(parameter.opts, key=len)
            if isinstance(parameter, click.Option) and flag.removeprefix("--") not in declared:
                found.setdefault((flag, parameter.help or ""), []).append(name)
    for (flag, text), names in found.items():
        yield Explanation(f"{flag}  (an option of {', '.join(names)})", (text,), (flag.removeprefix("--"),))
