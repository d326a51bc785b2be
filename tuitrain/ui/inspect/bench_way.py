"""Where the bench is on the way forward and back: by layer, or by unit of a layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tuitrain.translation import gettext as _


@dataclass(frozen=True)
class Phase:
    """A step of the way: 0 the input, then the layers forward, the loss, the layers back, and the new weights.

    `reached` are the units of the step's layer that have their numbers; None: all of them.
    """

    number: int
    layers: int
    reached: frozenset[int] | None = None

    @staticmethod
    def last(layers: int) -> int:
        """The number of the last one."""
        return 2 * layers + 2

    @property
    def is_last(self) -> bool:
        """Whether the new weights are there."""
        return self.number == self.last(self.layers)

    @property
    def has_loss(self) -> bool:
        """Whether the loss has been computed."""
        return self.number > self.layers

    @property
    def is_back(self) -> bool:
        """Whether the error is on its way back, or has arrived."""
        return self.number > self.layers + 1

    @property
    def layer(self) -> int | None:
        """The weight layer that this step computes; None at the input, the loss and the new weights."""
        if 1 <= self.number <= self.layers:
            return self.number - 1
        return 2 * self.layers + 1 - self.number if self.is_back and not self.is_last else None

    @property
    def column(self) -> int | None:
        """The column of units that this step fills, 0 the inputs; None at the new weights."""
        if self.is_last:
            return None
        return self.number if self.number <= self.layers else min(2 * self.layers + 2 - self.number, self.layers)

    def has_sum(self, layer: int, unit: int | None = None) -> bool:
        """Whether the way forward has reached `unit` of weight layer `layer`; None: all of its units."""
        return self._has_passed(self.number - layer - 1, unit)

    def has_delta(self, layer: int, unit: int | None = None) -> bool:
        """Whether the error has come back to `unit` of weight layer `layer`; None: to all of its units."""
        return self._has_passed(self.number - (2 * self.layers - layer + 1), unit)

    def _has_passed(self, steps: int, unit: int | None) -> bool:
        return steps > 0 or (steps == 0 and (self.reached is None or unit in self.reached))

    def text(self) -> str:
        """Where the way is, in words."""
        if self.is_last:
            return _("new weights")
        if self.is_back:
            return _("back")
        return _("loss") if self.has_loss else _("forward")


class Way:
    """Goes forward and back, a layer or a unit at a time.

    `units_of` returns the units of a weight layer in their order, and whether there are more, which are one step.
    """

    def __init__(self, units_of: Callable[[int], tuple[tuple[int, ...], bool]]) -> None:
        self.by_unit = False
        self._units_of = units_of
        self._number: int | None = None  # None: the last
        self._units: tuple[int, ...] = ()
        self._reached = self._stops = 0  # of `_units` and the rest; all where there are none

    def phase(self, layers: int) -> Phase:
        """Where it is, in a network of so many weight layers."""
        last = Phase.last(layers)
        number = last if self._number is None else min(self._number, last)
        reached = frozenset(self._units[: self._reached]) if self._units else None
        return Phase(number, layers, reached)

    @property
    def units(self) -> tuple[int, int]:
        """How many steps of the running layer are done, and how many it has; (0, 0) where all of it is."""
        return (self._reached, self._stops) if self._units else (0, 0)

    def go_to(self, number: int | None) -> None:
        """Be at this step, with all of its units; None: at the last."""
        self._number, self._units = number, ()

    def on(self, layers: int) -> int | None:
        """Go one step on; return the unit that has been reached, if it is one."""
        if self._units:
            self._reached += 1
            unit = self._units[self._reached - 1] if self._reached <= len(self._units) else None
            if self._reached == self._stops:
                self._units = ()
            return unit
        self.go_to(min(self.phase(layers).number + 1, Phase.last(layers)))
        if not self._enter(layers):
            return None
        self._reached = 1
        return self._units[0]

    def back(self, layers: int) -> int | None:
        """Go one step back; return the unit that is the last one reached then, if it is one."""
        if not self._units:
            if self._enter(layers):
                self._reached = self._stops - 1
                return self._units[self._reached - 1]
        elif self._reached > 1:
            self._reached -= 1
            return self._units[self._reached - 1]
        self.go_to(max(self.phase(layers).number - 1, 0))
        return None

    def _enter(self, layers: int) -> bool:
        """Take the units of the layer that this step computes, if it goes by unit and there are several."""
        layer = self.phase(layers).layer
        if not self.by_unit or layer is None:
            return False
        units, has_more = self._units_of(layer)
        stops = len(units) + has_more
        if stops > 1:
            self._units, self._stops = units, stops
        return stops > 1
