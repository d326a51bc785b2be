"""Make the figures that the engine is compared with, by PyTorch in float64.

Run `python tests/engine/reference/make_reference.py` (needs torch); it writes gradients.npz and optimizers.npz.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

HERE = Path(__file__).parent
ACTIVATIONS = {
    "identity": lambda z: z, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu,
    "leaky_relu": lambda z: F.leaky_relu(z, 0.01), "elu": F.elu, "gelu": F.gelu, "silu": F.silu,
    "softplus": F.softplus,
}  # fmt: skip


def hinge(z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Crammer & Singer (2001), written out independently of the engine."""
    rows = torch.arange(len(y))
    margins = z - z[rows, y][:, None] + 1
    margins[rows, y] = 0
    return margins.max(dim=1).values.mean()


LOSSES = {
    "mse": (F.mse_loss, "values"), "mae": (F.l1_loss, "values"), "huber": (F.huber_loss, "values"),
    "binary_cross_entropy": (F.binary_cross_entropy_with_logits, "shares"),
    "cross_entropy": (F.cross_entropy, "classes"), "hinge": (hinge, "classes"),
}  # fmt: skip
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.05),
    "adadelta": lambda p: torch.optim.Adadelta(p, lr=0.05, rho=0.85),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.05, alpha=0.9),
    "adam": lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.8, 0.95)),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.1),
    "adamax": lambda p: torch.optim.Adamax(p, lr=0.05, betas=(0.8, 0.95)),
    "nadam": lambda p: torch.optim.NAdam(p, lr=0.05, betas=(0.8, 0.95)),
}  # fmt: skip


def make_gradients() -> None:
    rng = np.random.default_rng(7)
    sizes = [5, 7, 6, 3]
    X = rng.standard_normal((11, 5))
    targets = {"classes": rng.integers(0, 3, 11), "values": rng.standard_normal((11, 3)), "shares": rng.random((11, 3))}
    layers = [nn.Linear(a, b) for a, b in pairwise(sizes)]
    arrays = {"X": X, **targets}
    for index, layer in enumerate(layers):
        arrays[f"weights{index}"] = layer.weight.detach().numpy().T.copy()
        arrays[f"biases{index}"] = layer.bias.detach().numpy().copy()
    for activation, function in ACTIVATIONS.items():
        for loss, (criterion, kind) in LOSSES.items():
            for layer in layers:
                layer.zero_grad()
            z = torch.tensor(X)
            for layer in layers[:-1]:
                z = function(layer(z))
            value = criterion(layers[-1](z), torch.tensor(targets[kind]))
            value.backward()
            flat = [g for layer in layers for g in (layer.weight.grad.numpy().T, layer.bias.grad.numpy())]
            arrays[f"{activation}-{loss}"] = np.concatenate([g.ravel() for g in flat])
            arrays[f"{activation}-{loss}-value"] = np.array(value.item())
    np.savez_compressed(HERE / "gradients.npz", **arrays)


def make_optimizers() -> None:
    rng = np.random.default_rng(3)
    start, matrix = rng.standard_normal((1, 40)), rng.standard_normal((40, 40)) / 6
    arrays = {"start": start, "matrix": matrix}
    for name, make in OPTIMIZERS.items():
        p = torch.tensor(start, requires_grad=True)
        optimizer = make([p])
        for step in range(200):
            with torch.no_grad():
                p.grad = torch.tanh(p @ torch.tensor(matrix)) + 0.1 * np.sin(step)
            optimizer.step()
        arrays[name] = p.detach().numpy()
    np.savez_compressed(HERE / "optimizers.npz", **arrays)


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    make_gradients()
    make_optimizers()
