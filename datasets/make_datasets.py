"""Write the bundled tables from scikit-learn's distribution (which it needs): `python datasets/make_datasets.py`."""

from __future__ import annotations

import csv
from pathlib import Path

from sklearn import datasets

HERE = Path(__file__).parent


def write(name: str, bunch: object, target: str, labels: list[str] | None = None) -> None:
    """Write one table: its features, then the target, with class names where there are any."""
    header = [str(column).replace(" (cm)", " cm") for column in bunch.feature_names]  # type: ignore[attr-defined]
    with (HERE / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow([*header, target])
        for x, y in zip(bunch.data, bunch.target, strict=True):  # type: ignore[attr-defined]
            rows.writerow([*(f"{value:.10g}" for value in x), labels[y] if labels else f"{y:.10g}"])


if __name__ == "__main__":
    iris, wine, cancer = datasets.load_iris(), datasets.load_wine(), datasets.load_breast_cancer()
    write("iris", iris, "species", list(iris.target_names))
    write("wine", wine, "cultivar", ["cultivar 1", "cultivar 2", "cultivar 3"])
    write("breast_cancer", cancer, "diagnosis", list(cancer.target_names))
    write("digits", datasets.load_digits(), "digit")
    write("diabetes", datasets.load_diabetes(scaled=False), "progression")
