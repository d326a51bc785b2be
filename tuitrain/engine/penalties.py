"""What is added to the gradient or taken off the weights besides the loss: L1, L2, weight decay, clipping.

`M` members, `P` parameters. Penalties act on weights and leave biases alone. A member whose penalty is 0 gets the same
bits as if there were none in the stack.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Penalties:
    """The penalties of a stack; each setting is (M,) float64.

    `mask` (1, P) is 1 for weights. The gradient gets l1·sign(w) + l2·w; where its norm exceeds `clip` (and `clip` is
    not 0) it is scaled down to it; then the weights are multiplied by 1 - learning_rate·weight_decay.
    """

    def __init__(self, mask: Array, l1: Array, l2: Array, weight_decay: Array, clip: Array) -> None:
        dtype = mask.dtype
        self._l1 = (l1[:, None] * mask).astype(dtype) if l1.any() else None
        self._l2 = (l2[:, None] * mask).astype(dtype) if l2.any() else None
        self._decay = weight_decay[:, None] if weight_decay.any() else None
        self._mask = mask
        self._clip = np.where(clip > 0, clip, np.inf) if clip.any() else None
        needs_room = any(part is not None for part in (self._l1, self._l2, self._decay))
        self._scratch = np.empty((len(l1), mask.shape[1] if needs_room else 0), dtype)

    def change_gradients(self, parameters: Array, gradients: Array) -> None:
        """Add the penalties' gradients to `gradients` (M, P) and clip them, in place."""
        if self._l2 is not None:
            np.multiply(parameters, self._l2, self._scratch)
            np.add(gradients, self._scratch, gradients)
        if self._l1 is not None:
            np.sign(parameters, self._scratch)
            np.multiply(self._scratch, self._l1, self._scratch)
            np.add(gradients, self._scratch, gradients)
        if self._clip is not None:
            norm = np.sqrt(np.vecdot(gradients, gradients).astype(np.float64))
            scale = np.minimum(1.0, self._clip / (norm + 1e-6))
            np.multiply(gradients, scale.astype(gradients.dtype)[:, None], gradients)

    def decay(self, parameters: Array, learning_rate: Array) -> None:
        """Multiply the weights in `parameters` (M, P) by 1 - learning_rate (M, 1) · weight_decay, in place."""
        if self._decay is not None:
            share = (learning_rate * self._decay).astype(parameters.dtype)
            np.multiply(self._mask, share, self._scratch)
            np.subtract(1, self._scratch, self._scratch)
            np.multiply(parameters, self._scratch, parameters)
