"""L1, L2, weight decay and gradient clipping: what acts on a step besides the gradient of the loss.

`M` members, `P` parameters. Penalties act on weights and leave biases alone. A member whose penalty is 0 gets the same
bits as if there were none in the stack.
"""

from __future__ import annotations

from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuitrain.engine.floating_point import row_norms

Array = NDArray[Any]
Piece = tuple[slice, slice] | EllipsisType


class Penalties:
    """The penalties of a stack; each setting is (M,) float64.

    `mask` (1, P) is 1 for weights. The gradient gets l2·w; where its norm exceeds `clip` (and `clip` is not 0) it is
    scaled down to it; then the weights are multiplied by 1 - learning_rate·weight_decay, the optimizer makes its step,
    and L1 takes s·l1 off the size of each weight, down to 0 and no further: forward-backward splitting (Duchi &
    Singer, 2009, eq. 19), the proximal step of l1·|w|₁ (Parikh & Boyd, 2014, sec. 6.5.2). s is the optimizer's own
    step size for that weight: the learning rate under plain gradient descent, η / (√v + ε) under Adam, as a proximal
    step in the optimizer's metric asks for (Duchi, Hazan & Singer, 2011, eq. 4); see `Optimizer._step_sizes`.

    An optimizer calls `change` and `shrink` for each of its pieces, which are in the cache then; clipping needs the
    whole gradient before that.
    """

    def __init__(self, mask: Array, l1: Array, l2: Array, weight_decay: Array, clip: Array) -> None:
        dtype = mask.dtype
        self._l1 = (l1[:, None] * mask).astype(dtype) if l1.any() else None
        self._l2 = (l2[:, None] * mask).astype(dtype) if l2.any() else None
        self._decay = weight_decay[:, None] if weight_decay.any() else None
        self._mask = np.broadcast_to(mask, (len(l1), mask.shape[1]))
        self._clip = np.where(clip > 0, clip, np.inf) if clip.any() else None
        adds = self._l2 is not None
        self._scratch = np.empty_like(mask, shape=self._mask.shape if self._clip is not None and adds else 0)
        self._share = np.zeros((len(l1), 1), dtype)
        self.shrinks = self._l1 is not None  # whether there is an L1
        self.has_pieces = self.shrinks or self._decay is not None or (adds and self._clip is None)

    def begin(self, parameters: Array, gradients: Array, learning_rate: Array) -> None:
        """Prepare a step at `learning_rate` (M, 1); where `gradients` (M, P) are clipped, add and clip, in place."""
        if self._decay is not None:
            self._share = (learning_rate * self._decay).astype(parameters.dtype)
        if self._clip is not None:
            self._add(parameters, gradients, self._scratch, ...)
            scale = np.minimum(1.0, self._clip / (row_norms(gradients) + 1e-6))
            np.multiply(gradients, scale.astype(gradients.dtype)[:, None], gradients)

    def change(self, p: Array, g: Array, scratch: Array, piece: Piece) -> None:
        """Do what remains for one piece of the parameters and of the gradients, in place; `scratch` has its shape."""
        if self._clip is None:
            self._add(p, g, scratch, piece)
        if self._decay is not None:
            share = self._share if isinstance(piece, EllipsisType) else self._share[piece[0]]
            np.multiply(self._mask[piece], share, scratch)
            np.subtract(1, scratch, scratch)
            np.multiply(p, scratch, p)

    def shrink(self, p: Array, sizes: Array, scratch: Array, piece: Piece) -> None:
        """Soft-threshold a piece of the parameters in place, after the optimizer's step of these `sizes`.

        `sizes` are for each parameter, for each member (M, 1), or one for all; they may lie in `scratch`.
        """
        assert self._l1 is not None
        limit = np.multiply(sizes, self._l1[piece], scratch)
        np.subtract(p, np.clip(p, -limit, limit), p)  # where the limit is 0, the same bits

    def _add(self, p: Array, g: Array, scratch: Array, piece: Piece) -> None:
        if self._l2 is not None:
            np.multiply(p, self._l2[piece], scratch)
            np.add(g, scratch, g)
