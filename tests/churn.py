"""A table of customers as people send them, with everything in it that a reader can stumble over."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import numpy as np

HEADER = ("customer_id", "signup", "plan", "monthly", "discount", "visits", "senior", "city", "refund", "status_code",
          "left")  # fmt: skip
CITIES = ("서울", "부산", "대구", "인천", "광주", "대전")
PLANS = ("monthly", "one year", "two years")


def churn_rows(count: int = 400, seed: int = 3) -> list[tuple[str, ...]]:
    """Return rows of cells as they are written: one in twenty has left, and `status_code` alone tells which."""
    rng = random.Random(seed)
    left = set(rng.sample(range(count), count // 20))
    rows = []
    for number in range(count):
        has_left = number in left
        rows.append((
            f"{number:04d}-{''.join(rng.choices('BCDFGHJK', k=5))}",
            f"{rng.randint(2017, 2024)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
            rng.choice(PLANS), f"${rng.randint(73, 34739) / 4:,.2f}",
            "" if rng.random() < 0.07 else f"{rng.randint(0, 55)}%", f"{rng.randint(1, 72311):,}".replace(",", " "),
            rng.choice(("no", "no", "no", "yes")), "" if rng.random() < 0.02 else rng.choice(CITIES),
            f"({rng.randint(2, 824) / 2:.2f})" if rng.random() < 0.08 else "",
            str(rng.choice((3, 4) if has_left else (1, 2))), "yes" if has_left else "no",
        ))  # fmt: skip
    return rows


def write_churn(path: Path, encoding: str = "cp949", count: int = 400) -> Path:
    """Write the table, its fields apart by semicolons."""
    lines = [";".join(HEADER), *map(";".join, churn_rows(count))]
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return path


def write_learnable_churn(path: Path, count: int = 1200, seed: int = 3) -> Path:
    """Write a clean table of customers of whom one in twenty leaves, which their months, calls and fee can tell."""
    rng = np.random.default_rng(seed)
    months, calls, fee = rng.integers(1, 72, count), rng.poisson(2, count), rng.normal(50, 15, count)
    z = 0.8 * calls - 0.05 * months + 0.03 * fee + rng.normal(0, 0.7, count)
    left = z > np.quantile(z, 0.95)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["months", "calls", "fee", "left"])
        writer.writerows(
            [m, c, f"{f:.2f}", "yes" if gone else "no"] for m, c, f, gone in zip(months, calls, fee, left, strict=True)
        )
    return path
