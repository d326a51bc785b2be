"""The bundled tables, inside the installed package or at the top of a checkout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tuitrain.errors import DataError
from tuitrain.translation import N_
from tuitrain.translation import gettext as _


@dataclass(frozen=True)
class Bundled:
    """A table that comes with tuitrain."""

    file: str
    target: str
    task: str
    meaning: str


BUNDLED: dict[str, Bundled] = {
    "iris": Bundled("iris.csv", "species", "classification", N_("three species of iris, measured (Fisher, 1936)")),
    "wine": Bundled("wine.csv", "cultivar", "classification", N_("chemistry of wines from three cultivars")),
    "breast_cancer": Bundled(
        "breast_cancer.csv", "diagnosis", "classification", N_("cell nuclei, benign or malignant (Wisconsin)")
    ),
    "digits": Bundled("digits.csv", "digit", "classification", N_("handwritten digits, 8×8 pixels")),
    "diabetes": Bundled("diabetes.csv", "progression", "regression", N_("disease progression after one year")),
}


def bundled_path(name: str) -> Path:
    """Return the path of a bundled table.

    Raises
    ------
    DataError
        if the file is missing from this installation.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "datasets", package.parent / "datasets"):
        path = folder / BUNDLED[name].file
        if path.is_file():
            return path
    raise DataError(
        _("{name}: {file} is missing from this installation; reinstall tuitrain").format(
            name=name, file=BUNDLED[name].file
        )
    )
