"""Notices to the user that know the column they are about."""

from __future__ import annotations

from tuitrain.text import listed, quoted
from tuitrain.translation import gettext as _


class Notice(str):
    """A notice; `columns` are the names of the columns that it is about, so that it can be shown beside them."""

    __slots__ = ("columns",)
    columns: tuple[str, ...]

    def __new__(cls, text: str, columns: tuple[str, ...] = ()) -> Notice:
        made = super().__new__(cls, text)
        made.columns = columns
        return made


def about(names: str | list[str], remark: str) -> Notice:
    """``column "a": remark``, or ``columns "a", "b": remark``."""
    names = [names] if isinstance(names, str) else names
    where = _("column {name}").format(name=quoted(names[0])) if len(names) == 1 else listed("column", names)
    return Notice(_("{where}: {remark}").format(where=where, remark=remark), tuple(names))
