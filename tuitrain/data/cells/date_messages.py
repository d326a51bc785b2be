"""What is said of a column of dates: why they are read in an order, why they are texts, and which order is meant."""

from __future__ import annotations

from collections.abc import Sequence

from tuitrain.data.cells import date_cells
from tuitrain.data.cells.looked import Looked
from tuitrain.text import quoted
from tuitrain.translation import gettext as _


def order_name(order: str) -> str:
    """An order in words."""
    return {"ymd": _("year, month, day"), "dmy": _("day, month, year"), "mdy": _("month, day, year")}[order]


def why_order(order: str, evidence: str) -> str:
    """Say why dates are read in this order."""
    reasons = {
        "fits": _("only {order} fits all cells"), "habit": _("{order}, as in another column"),
        "varied": _("{order}, since the days then vary more than the years"),
        "points": _("{order}, as is usual with points"), "sorted": _("the rows are then in the order of time"),
    }  # fmt: skip
    return reasons[evidence].format(order=order_name(order))


def why_no_dates(found: Looked) -> str:
    """Say why cells that are written as dates are texts: one is no day, or no order fits all."""
    dates = found.dates or {}
    odd = next((cell for cell, written in dates.items() if not date_cells.fitting_orders([written])), None)
    if odd is not None:
        line = found.line_of(odd) if found.line_of is not None else 0
        at = _(" in line {line}").format(line=line) if line else ""
        return _(
            "taken as text, since {cell}{at} is no day of the calendar; --missing {cell} reads it as missing"
        ).format(cell=quoted(odd), at=at)
    fitting = {cell: date_cells.fitting_orders([written]) for cell, written in dates.items()}
    first = min(fitting, key=lambda cell: len(fitting[cell]))
    other = next((cell for cell in fitting if not {*fitting[cell]} & {*fitting[first]}), first)
    return _("taken as text, since no order of day, month and year fits {first} as well as {other}").format(
        first=quoted(first), other=quoted(other)
    )


def order_question(name: str, cell: str, dates: dict[str, date_cells.Written], orders: Sequence[str]) -> str:
    """Ask for the order of dates, with both readings of a cell that differ."""
    for text, written in {cell: dates[cell], **dates}.items():
        days = {order: date_cells.day_number(written, order) for order in orders}
        if len(set(days.values())) > 1:
            cell = text
            break
    readings = _(" or ").join(date_cells.date_of(float(day)) for day in dict.fromkeys(days.values()) if day is not None)
    return _(
        "column {name}: {cell} may be {readings}; say which by --date-order {orders}, or --type {option} if it is none"
    ).format(
        name=quoted(name), cell=quoted(cell), readings=readings, orders=_(" or ").join(orders),
        option=quoted(f"{name}=text"),
    )  # fmt: skip
