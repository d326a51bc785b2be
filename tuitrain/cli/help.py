"""`tuitrain config` and `tuitrain help`: what is made from the declarations of the options, and the words explained."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from tuitrain.cli.options import hyperparameter_options, read_options
from tuitrain.cli.translated import command
from tuitrain.options.configuration import write_configuration
from tuitrain.options.data_options import DATA_FIELDS, DATA_GROUPS
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.options.option import Option
from tuitrain.options.reference import entry_lines, reference_page
from tuitrain.options.search_settings import JOBS, OFFERED, QUASI
from tuitrain.text import quoted
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    from tuitrain.pages.lookup import Explanation
    from tuitrain.pages.markdown import Section

OPTION_TOPICS: dict[str, tuple[str, list[Option]]] = {
    "hyperparameters": (N_("what you set for a training"), list(FIELDS.values())),
    "data options": (
        N_("how a table is read, what is predicted, how rows are split"),
        sorted(DATA_FIELDS.values(), key=lambda spec: DATA_GROUPS.index(spec.group)),
    ),
    "search settings": (N_("strategy, budget, score and pruning of a search"), [*OFFERED.values(), QUASI, JOBS]),
}
EXAMPLES = ("learning rate", "dead", "update/weight", "--folds", "EI", "★")
ALL_WORDS = "words"  # the topic that lists all others
MOST_EXPLAINED = 4  # entries in full; of more, a line each


@command()
@hyperparameter_options
def config(**options: Any) -> None:
    """Print a commented TOML file with all hyperparameters, for --config."""
    click.echo(write_configuration(read_options(options)[0]), nl=False)


@command("help", context_settings={"ignore_unknown_options": True})
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
    name = text.lower()
    about = [commands[name].get_short_help_str(200), _("Its help: tuitrain {name} --help").format(name=name)]
    return entry_lines(_("{name}  (a command)").format(name=name), about, 100)


def _topic_list(width: int) -> list[str]:
    about = {name: _(text) for name, (text, _options) in OPTION_TOPICS.items()} | _word_topics()
    about[ALL_WORDS] = _("all of these words, by topic")
    lines = [_("tuitrain help NAME explains an option, a word or a sign on a screen, a column or a verdict:"), ""]
    lines += [
        f"    tuitrain help {example}" for example in ("learning rate", "dead", "update/weight", "--folds", "EI", "★")
    ]
    lines += ["", _("tuitrain help TOPIC lists a topic:"), ""]
    lines += [f"    {name:<16} {text}" for name, text in about.items()]
    return [*lines, "", _("tuitrain --help lists the commands, tuitrain COMMAND --help explains one.")]


def _explained(text: str, commands: dict[str, click.Command], width: int) -> list[str]:
    """Return the topic of that name, or the explanations of the word.

    Raises
    ------
    UsageError
        if there are none.
    """
    from tuitrain.pages.lookup import look_up, meant_by, names_with  # noqa: PLC0415

    topic = text.lower().replace("-", " ").replace("_", " ")
    if topic in OPTION_TOPICS:
        return [reference_page(OPTION_TOPICS[topic][1], width)]
    topics = _word_topics()
    if topic in topics:
        return _topic_lines(topic, topics[topic], width)
    if topic == ALL_WORDS:
        return [line for name, about in topics.items() for line in _topic_lines(name, about, width)]
    more = [*_command_options(commands), *_keys()]
    found = look_up(text, more)
    if not found and topic not in commands:
        meant = meant_by(text, more)
        hint = _("tuitrain help words lists all words")
        if meant is not None:
            hint = _("did you mean {name}?").format(name=meant)
        raise click.UsageError(_("no help on {name}; {hint}").format(name=quoted(text), hint=hint))
    if len(found) <= MOST_EXPLAINED:
        lines = [row for item in found for row in _entry(item, width)]
        also = names_with(text, found)
        return lines + [_cut(_("See also: {names}").format(names=", ".join(also)), width)] * bool(also)
    rows = [f"    {item.names[0].replace('_', ' '):<20} {item.first_sentence}" for item in found]
    rows = [_cut(row, width) for row in rows]
    return [_("{count} entries have {name} in their name:").format(count=len(found), name=quoted(text)), "", *rows]


def _entry(item: Explanation, width: int) -> list[str]:
    """Write an entry: its title, its text, and for a page what it demonstrates and what is near."""
    from tuitrain.pages.layout import rows_of  # noqa: PLC0415
    from tuitrain.pages.page import load_pages  # noqa: PLC0415

    rows = [f"    {heading}{text}".rstrip() for heading, text in rows_of(item.sections, width - 4)]
    page, pages = item.page, load_pages()
    more = []
    if page is not None and page.demonstration is not None:
        shown = _("On the screens ? opens this page with a live demonstration: {title}.")
        more.append(shown.format(title=page.demonstration.title))
    near = [pages[name].names[0] for name in page.near if name in pages] if page is not None else []
    near += [pages[item.leads_to].names[0]] if item.leads_to in pages else []
    more += [_("Near: {names}.").format(names=", ".join(name.replace("_", " ") for name in near))] if near else []
    rows += [f"    {row}" for text in more for row in textwrap.wrap(text, width - 4, break_on_hyphens=False)]
    return [item.title, *rows, ""]


def _word_topics() -> dict[str, str]:
    """Return the topics of pages and of words, and what each is about."""
    from tuitrain.pages.page import TOPICS, load_pages  # noqa: PLC0415
    from tuitrain.pages.words import load_words  # noqa: PLC0415

    used = {page.topic for page in load_pages().values()}
    paged = {name: _(about) for name, about in TOPICS.items() if name in used}
    return paged | {name: about for name, about in load_words().topics.items() if name not in paged}


def _topic_lines(topic: str, about: str, width: int) -> list[str]:
    """List a topic: a line for each of its pages and words."""
    from tuitrain.pages.page import load_pages  # noqa: PLC0415
    from tuitrain.pages.words import load_words  # noqa: PLC0415

    listed = [(page.names[0], page.meaning) for page in load_pages().values() if page.topic == topic]
    listed += [(word.name, word.meaning) for word in load_words().words if word.topic == topic]
    rows = [f"{name.replace('_', ' '):<20} {_first_sentence(meaning)}" for name, meaning in listed]
    return [f"{topic}: {about}", "", *(_cut(f"    {row}", width) for row in rows), ""]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1].rstrip()}…"


def _keys() -> Iterator[Explanation]:
    """Return what each key does, by its word in the footer."""
    from tuitrain.pages.lookup import Explanation  # noqa: PLC0415
    from tuitrain.ui.search.keys import SEARCH_ACTIONS  # noqa: PLC0415
    from tuitrain.ui.train.keys import TRAIN_ACTIONS  # noqa: PLC0415

    for screen, actions in ((_("Train"), TRAIN_ACTIONS), (_("Search"), SEARCH_ACTIONS)):
        for action in actions:
            if action.short:
                short, meaning = _(action.short), _(action.meaning)
                title = _("{action}  (key {key} on the {screen} screen)").format(
                    action=short, key=action.shown, screen=screen
                )
                yield Explanation(title, _paragraph(f"{meaning[0].upper()}{meaning[1:]}."), (short, action.short))


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".")


def _command_options(commands: dict[str, click.Command]) -> Iterator[Explanation]:
    """Return the options that only commands have, such as --model, from the commands' own help."""
    from tuitrain.pages.lookup import Explanation, explanations  # noqa: PLC0415

    declared = {name.replace("_", "-") for item in explanations() for name in item.names}
    found: dict[tuple[str, str], list[str]] = {}
    for name, one in commands.items():
        for parameter in one.params:
            flag = max(parameter.opts, key=len)
            if isinstance(parameter, click.Option) and flag.removeprefix("--") not in declared:
                found.setdefault((flag, parameter.help or ""), []).append(name)
    for (flag, text), names in found.items():
        title = _("{flag}  (an option of {commands})").format(flag=flag, commands=", ".join(names))
        yield Explanation(title, _paragraph(text), (flag.removeprefix("--"),))


def _paragraph(text: str) -> tuple[Section, ...]:
    from tuitrain.pages.markdown import Section, TextBlock  # noqa: PLC0415

    return (Section("", (TextBlock("paragraph", text),)),)
