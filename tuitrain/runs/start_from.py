"""Begin a training where a model ended: its weights, adapted to how the new data is scaled.

`D` features, `P` parameters. With z₁ = (x - m₁) / s₁ the inputs that the model was trained on, and z₂ those of the new
data, the first layer gives the same for z₂ with weights W s₂/s₁ and biases b + Wᵀ (m₂ - m₁) / s₁; the last layer of a
regression is adapted likewise to the new mean and deviation of the target.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.data.dataset import Dataset
from tuitrain.data.preprocessing import Preprocessing
from tuitrain.engine.build import build_network
from tuitrain.engine.network import Network
from tuitrain.errors import ModelError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.runs.model import Model
from tuitrain.text import listed, visible
from tuitrain.translation import gettext as _


def first_parameters(model: Model, dataset: Dataset, hyperparameters: Hyperparameters) -> NDArray[Any]:
    """Return the parameters (P,) that a training on `dataset` begins with to predict as `model` does.

    Where number columns have bins, these are the new data's: between their edges the predictions may differ.

    Raises
    ------
    ModelError
        if columns, classes or the shape of the network differ, or there are several networks.
    """
    hyperparameters = hyperparameters.settled(len(dataset.train), has_bins=dataset.has_bins)
    _check_fits(model, dataset, hyperparameters)
    network = build_network(dataset, hyperparameters, 1)
    if network.layer_sizes != model.network.layer_sizes:
        raise ModelError(
            _("the model has layers {found}, and the new network {wanted}").format(
                found="-".join(map(str, model.network.layer_sizes)), wanted="-".join(map(str, network.layer_sizes))
            )
        )
    _check_bins(model, dataset, network)
    network.parameters[0] = model.network.parameters[0]
    (shift, scale), (new_shift, new_scale) = (_scaling(p) for p in (model.preprocessing, dataset.preprocessing))
    weights, biases = network.weights[0][0], network.biases[0][0]
    of_columns = weights[: len(scale)]  # the others are those of bins
    biases += ((new_shift - shift) / scale) @ of_columns.astype(np.float64)
    of_columns *= (new_scale / scale)[:, None]
    if not dataset.n_classes:
        ratio = model.target_scale / dataset.target_scale
        weights, biases = network.weights[-1][0], network.biases[-1][0]
        weights *= ratio
        biases *= ratio
        biases += (model.target_mean - dataset.target_mean) / dataset.target_scale
    found: NDArray[Any] = network.parameters[0].copy()
    return found


def _scaling(preprocessing: Preprocessing) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return shift and scale of each feature, (D,) each; those of categories are 0 and 1."""
    pairs = [(column.shift, column.scale) for column in preprocessing.numbers]
    pairs += [(column.flag_shift, column.flag_scale) for column in preprocessing.numbers if column.flag]
    pairs += [(0.0, 1.0)] * (len(preprocessing.encoded_names) - len(pairs))
    shift, scale = np.array(pairs, np.float64).reshape(-1, 2).T
    return shift, scale


def _check_bins(model: Model, dataset: Dataset, network: Network) -> None:
    """Refuse weights of bins that would be those of another column's."""
    new = dataset.preprocessing.bins if network.bins is not None else {}
    counts = [{name: len(edges) - 1 for name, edges in bins.items()} for bins in (model.preprocessing.bins, new)]
    odd = [name for name in {**counts[0], **counts[1]} if counts[0].get(name) != counts[1].get(name)]
    if odd:
        raise ModelError(_("the numbers have other bins in the model than in {data}: {told}").format(
            data=visible(dataset.name), told=listed("column", odd)))  # fmt: skip


def _check_fits(model: Model, dataset: Dataset, hyperparameters: Hyperparameters) -> None:
    if max(model.n_networks, hyperparameters.ensemble) > 1:
        raise ModelError(_("an ensemble begins anew: its members cannot begin with the weights of a model"))
    old, new = list(model.preprocessing.encoded_names), list(dataset.preprocessing.encoded_names)
    if model.task != dataset.task or model.class_names != dataset.class_names:
        gone = [name for name in model.class_names if name not in dataset.class_names]
        new_ones = [name for name in dataset.class_names if name not in model.class_names]
        told = listed("class", gone or new_ones, "classes") if gone or new_ones else visible(dataset.task)
        raise ModelError(_("the model predicts other classes than {data} holds: {told}").format(
            data=visible(dataset.name), told=told))  # fmt: skip
    if old != new:
        odd = [name for name in (*old, *new) if (name in old) != (name in new)]
        raise ModelError(_("the model was trained on other columns than {data} has: {told}").format(
            data=visible(dataset.name), told=listed("column", odd) if odd else _("another order")))  # fmt: skip
    for name in ("hidden_layers", "activation"):
        before, after = getattr(model.hyperparameters, name), getattr(hyperparameters, name)
        if before != after:
            raise ModelError(_("{name} cannot change with --from: it is {before} in the model, not {after}").format(
                name=name.replace("_", " "), before=visible(before), after=visible(after)))  # fmt: skip
