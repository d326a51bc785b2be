"""The floating-point mode that training runs in, without warnings and subnormal numbers; norms that do not overflow.

A gradient that fades (a memorised table, a dead unit's momentum) passes through the subnormal numbers, below 1.2e-38
in float32. Many processors compute with those in microcode: measured on one of Intel's, a step of 784-512-256-10 took
40 times as long once the training rows were memorised. So training sets the two bits of the SSE control register that
take subnormal numbers as zero (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, section 10.2.3).
The C library's ``fesetenv`` reaches them: on x86-64 Linux, glibc's and musl's ``fenv_t`` both hold the register at byte
28. Elsewhere nothing is set; ARM processors take subnormal numbers at nearly full speed. Nor is anything set in the
threads that OpenBLAS keeps for the products of wide networks: they had their mode before.

`M` members, `P` values of each.
"""

from __future__ import annotations

import ctypes
import platform
import sys
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_REGISTER_AT = 28  # bytes into fenv_t
_BITS = 0x8000 | 0x0040  # flush to zero, denormals are zero


class _Environments:
    """The calling thread's floating-point environment as it was found, and the same without subnormal numbers."""

    def __init__(self) -> None:
        library = ctypes.PyDLL(None)  # keeps the interpreter lock: the calls are too short to hand it over
        self._set = library.fesetenv
        self._set.argtypes = library.fegetenv.argtypes = [ctypes.c_void_p]
        self._found, self._flushing = (ctypes.create_string_buffer(64) for _ in range(2))
        for buffer in (self._found, self._flushing):
            library.fegetenv(ctypes.addressof(buffer))
        found, flushing = (ctypes.c_uint32.from_buffer(b, _REGISTER_AT) for b in (self._found, self._flushing))
        found.value &= ~_BITS  # a thread begins as the one that started it was
        flushing.value |= _BITS
        self._addresses = ctypes.addressof(self._found), ctypes.addressof(self._flushing)

    def flush(self, is_on: bool) -> None:
        """Take subnormal numbers as zero from now on, or as they are."""
        self._set(self._addresses[is_on])


def _find_environments() -> _Environments | None:
    if sys.platform != "linux" or platform.machine() != "x86_64" or sys.maxsize < 2**32:
        return None
    try:
        return _Environments()
    except (OSError, AttributeError):
        return None


class _TrainingArithmetic(threading.local):
    """One for each thread; entering it again inside itself costs next to nothing."""

    def __init__(self) -> None:
        self._depth = 0
        self._environments = _find_environments()

    def __enter__(self) -> None:
        if not self._depth:
            self._ignored = np.errstate(all="ignore")  # what overflows ends as a loss that is not finite
            self._ignored.__enter__()
            if self._environments is not None:
                self._environments.flush(True)
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            if self._environments is not None:
                self._environments.flush(False)
            self._ignored.__exit__(None, None, None)


training_arithmetic = _TrainingArithmetic()
"""A context, per thread, in which subnormal numbers are zero and NumPy does not warn; it may be nested."""


def row_norms(rows: Array) -> Array:
    """Return the Euclidean norm of each row of `rows` (M, P), (M,) float64, at the cost of a product.

    It is infinite only where a value is, or where the sum of squares overflows in float64.
    """
    with np.errstate(over="ignore"):
        squares = np.vecdot(rows, rows).astype(np.float64)
    for row in np.flatnonzero(np.isinf(squares)):  # above 1e19 a square overflows in float32
        values = rows[row].astype(np.float64)
        squares[row] = np.vecdot(values, values)
    norms: Array = np.sqrt(squares)
    return norms
