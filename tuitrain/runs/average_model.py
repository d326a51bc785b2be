"""Several trained networks as one model, which answers with their weighted average; one safetensors file.

The networks are of one dataset and one loss; their layers, activations and whether they read bins may differ.

`M` members of all networks together, `N` rows, `K` outputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.average import average
from tuitrain.runs import model_file
from tuitrain.runs.model import Model, built
from tuitrain.translation import gettext as _

Array = NDArray[Any]


@dataclass(frozen=True)
class AverageModel(Model):
    """The weighted average of the answers of `networks`; `weights` are above 0 and add up to 1.

    What it shares with a single model is that of the first network, but for `preprocessing`, which has bins where any
    network reads them.
    """

    networks: tuple[Model, ...] = ()
    weights: tuple[float, ...] = ()

    @classmethod
    def of_models(cls, models: Sequence[Model], weights: Sequence[float]) -> AverageModel:
        """Make a model of models of one dataset.

        Raises
        ------
        ValueError
            if they do not answer alike: another loss, other classes, columns or scales; or the weights are not shares.
        """
        first = models[0]
        if any(_answers(one) != _answers(first) for one in models):
            raise ValueError(_("the networks do not answer alike: another loss, or other classes, columns or scales"))
        if len(weights) != len(models) or min(weights) <= 0 or abs(sum(weights) - 1) > 1e-6:
            raise ValueError(_("weights: expected one above 0 for each network, which add up to 1"))
        preprocessing = next((one.preprocessing for one in models if one.preprocessing.bins), first.preprocessing)
        shared = {field.name: getattr(first, field.name) for field in fields(Model)}
        return cls(**{**shared, "preprocessing": preprocessing}, networks=tuple(models), weights=tuple(weights))

    @property
    def member_weights(self) -> Array:
        """How much each member counts, (M,); those of an ensemble share its weight."""
        pairs = zip(self.networks, self.weights, strict=True)
        return np.concatenate([np.full(one.n_networks, weight / one.n_networks) for one, weight in pairs])

    @property
    def n_networks(self) -> int:
        return sum(one.n_networks for one in self.networks)

    def member_logits(self, X: Array) -> Array:
        return np.concatenate([one.member_logits(X) for one in self.networks])

    def combined(self, logits: Array, weights: Array | None = None) -> Array:
        shares = np.broadcast_to(self.member_weights[:, None], logits.shape[:2])
        shares = shares if weights is None else shares * weights
        return average(logits, self.network.loss.name, shares).astype(self.network.dtype)

    def _tensors(self) -> dict[str, Array]:
        return {
            f"{place}.{name}": tensor
            for place, one in enumerate(self.networks)
            for name, tensor in one._tensors().items()
        }

    def _description(self) -> dict[str, Any]:
        own = [
            {
                **{name: one._description()[name] for name in model_file.OF_A_NETWORK}, "members": one.n_networks,
                "has_bins": bool(one.preprocessing.bins), "weight": weight,
            }
            for one, weight in zip(self.networks, self.weights, strict=True)
        ]  # fmt: skip
        shared = super()._description().items()
        kept = {name: value for name, value in shared if name not in {*model_file.OF_A_NETWORK, "members"}}
        return {**kept, "format": model_file.AVERAGE_FORMAT, "networks": own}


def _answers(model: Model) -> tuple[object, ...]:
    """What models must have in common to be averaged."""
    return (
        model.network.loss.name, model.class_names, model.target_name, model.target_mean, model.target_scale,
        model.preprocessing.without_bins(),
    )  # fmt: skip


def read_average(description: Mapping[str, Any], tensors: Mapping[str, Array]) -> AverageModel:
    """Make a model from the description and tensors of an average's file, which are checked against each other.

    Raises
    ------
    ValueError
        saying which part does not fit.
    """
    parts, weights = model_file.parts_of(dict(description), tensors)
    return AverageModel.of_models([built(model_file.checked(*part), part[1]) for part in parts], weights)
