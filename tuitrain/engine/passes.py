"""Forward and backward propagation of a stack through buffers that are allocated once.

`M` members, `B` rows of the batch, `D` features, `H` units of a layer, `K` outputs. Within a pass, activations lie
units first, (M, H, B), and every input of a layer has a last row of ones: a layer's weights and biases are then one
matrix, (fan_in + 1, fan_out), so that one product adds the biases too, one product gives both their gradients, and
softmax and losses run along the rows of the batch. Nothing is allocated and nothing is copied while training.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.activations import Activation, Room
from tuitrain.engine.dropout import Dropout
from tuitrain.engine.losses import Loss

Array = NDArray[Any]


class Pass:
    """The buffers of one batch size, and the passes through them.

    `blocks` and `gradient_blocks` are views (M, fan_in + 1, fan_out) into the flat arrays, a pair for each layer.
    `activations` are those of the hidden layers in the last pass, (M, H, B) each and before dropout; `outputs` is
    (M, K, B), after `train` or `loss` the gradient at the outputs.
    """

    def __init__(
        self,
        blocks: Sequence[Array],
        gradient_blocks: Sequence[Array],
        activation: Activation,
        loss: type[Loss],
        *,
        batch: int,
        leaky_slope: float,
        huber_delta: float,
        dropout: Dropout | None = None,
    ) -> None:
        members, dtype = blocks[0].shape[0], blocks[0].dtype
        units = [block.shape[2] for block in blocks]
        self._activation, self._dropout = activation, dropout
        self._gradients = gradient_blocks
        self._transposed = [block.transpose(0, 2, 1) for block in blocks]
        self._weights = [block[:, :-1] for block in blocks]
        hidden = units[:-1]
        self._inputs = [np.ones((members, width + 1, batch), dtype) for width in hidden]
        self._passed_on = [layer[:, :-1] for layer in self._inputs]
        self._masks = [np.empty((members, width, batch), dtype) for width in hidden] if dropout else []
        self.activations = [np.empty_like(mask) for mask in self._masks] or self._passed_on
        largest = members * max(hidden, default=0) * batch
        scratch, mask = np.empty(largest, dtype), np.empty(largest, bool)
        self._rooms = []
        for width in hidden:
            shape, size = (members, width, batch), members * width * batch
            kept = np.empty(shape, dtype) if activation.keeps else None
            self._rooms.append(Room(scratch[:size].reshape(shape), mask[:size].reshape(shape), kept, leaky_slope))
        self.outputs = np.empty((members, units[-1], batch), dtype)
        self._deltas: list[Array] = []
        self._deltas_transposed: list[Array] = []
        self._loss = loss((members, units[-1], batch), dtype, huber_delta=huber_delta)
        self._layers = list(zip(self._transposed, self.activations, self._passed_on, self._rooms, strict=False))

    def forward(self, rows: Array) -> Array:
        """Propagate `rows` (D + 1, B) or (M, D + 1, B), the last row ones; return the outputs (M, K, B)."""
        source, activate = rows, self._activation.forward
        for index, (transposed, out, passed_on, room) in enumerate(self._layers):
            np.matmul(transposed, source, out)
            activate(out, room)
            if self._dropout is not None:
                self._dropout.draw(self._masks[index])
                np.multiply(out, self._masks[index], passed_on)
            source = self._inputs[index]
        return np.matmul(self._transposed[-1], source, self.outputs)

    def train(self, rows: Array, target: Array, share: Array) -> Array:
        """Run forward, loss and backward: fill the gradient blocks and return the losses, (M,).

        `rows` are as in `forward`. `target` (K, B) or (M, K, B) is what the loss's `weigh` returned; `share` (1, B) or
        (M, 1, B) is each row's part of the mean.
        """
        loss = self._loss(self.forward(rows), target, share)
        self._backward(rows)
        return loss

    def row_squares(self, rows: Array) -> list[Array]:
        """Return the squared length of each row's part in the last `train`'s gradients, by layer, (M, B) each."""
        inputs = [rows, *self._inputs]
        return [
            np.square(source).sum(axis=-2) * np.square(delta).sum(axis=-2)
            for source, delta in zip(inputs, self._deltas, strict=True)
        ]

    def loss(self, target: Array, share: Array) -> Array:
        """Return the losses (M,) of the last forward pass, consuming its outputs; arguments as in `train`."""
        return self._loss(self.outputs, target, share)

    def _backward(self, rows: Array) -> None:
        """Propagate the gradient at the outputs back, layer by layer, by the chain rule."""
        if not self._deltas:
            self._deltas = [np.empty_like(layer) for layer in self.activations] + [self.outputs]
            self._deltas_transposed = [delta.transpose(0, 2, 1) for delta in self._deltas]
        derive, deltas = self._activation.backward, self._deltas
        for layer in range(len(deltas) - 1, 0, -1):
            below = layer - 1
            np.matmul(self._inputs[below], self._deltas_transposed[layer], self._gradients[layer])
            np.matmul(self._weights[layer], deltas[layer], deltas[below])
            if self._dropout is not None:
                np.multiply(deltas[below], self._masks[below], deltas[below])
            derive(deltas[below], self.activations[below], self._rooms[below])
        np.matmul(rows, self._deltas_transposed[0], self._gradients[0])
