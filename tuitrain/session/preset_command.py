"""What a preset changes of a training: hyperparameters, and how numbers are encoded; and what is told of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

from tuitrain.data.dataset import Dataset
from tuitrain.data.encoded_as import encoded_as, encoding_of
from tuitrain.options.data_options import EncodeNumbers
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.options.presets import PRESETS, preset_of, set_by_hand
from tuitrain.translation import gettext as _

ENCODE = "encode_numbers"


def encoded_for(dataset: Dataset, preset: str, before: Hyperparameters) -> Dataset:
    """Return the dataset with its numbers encoded as a preset has them, unless the user has said how."""
    old = PRESETS[preset_of(before)].data.get(ENCODE, "auto")
    if encoding_of(dataset) != old:
        return dataset
    return encoded_as(dataset, cast("EncodeNumbers", PRESETS[preset].data.get(ENCODE, "auto")))


def told(
    preset: str, after: Hyperparameters, changes: Mapping[str, Any], waiting: Collection[str], *, has_new_bins: bool
) -> str:  # fmt: skip
    """Say what a preset has set, what of it waits for the reset, and what stays as it was set by hand."""
    if not changes and not has_new_bins:
        return _("preset {name}: all is so already").format(name=preset)

    def listed(names: Collection[str]) -> str:
        return ", ".join(f"{_(FIELDS[name].label)} {FIELDS[name].format(getattr(after, name))}" for name in names)

    parts = [listed([name for name in changes if name not in waiting])]
    parts += [_("numbers as they are") if preset == "textbook" else _("numbers in bins")] * has_new_bins
    text = _("preset {name}: {values}").format(name=preset, values=", ".join(filter(None, parts)) or _("later"))
    if at_reset := [name for name in changes if name in waiting]:
        text += "; " + _("at the reset (r): {values}").format(values=listed(at_reset))
    if kept := set_by_hand(preset, after):
        text += "; " + _("as you set it: {values}").format(values=listed(kept))
    return text
