"""The public tables of benchmarks/quality.py: where they come from, and what is predicted.

    git clone https://github.com/renatopp/arff-datasets CLONES/renatopp+arff-datasets      and so on: see SOURCES
    python benchmarks/quality_tables.py CLONES TABLES
    python benchmarks/quality.py --tables TABLES --peers

Nothing of them is kept with tuitrain. CHOSEN_ON are those on which changes of the defaults were tried, JUDGED_ON those
that only the result was measured on, WIDE those by which the width up to which numbers get bins was set.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path
from typing import Any, NamedTuple


class PublicTable(NamedTuple):
    """A file of a public repository; ``options`` are data options, by name."""

    repository: str
    path: str
    options: dict[str, Any]


ARFF = "renatopp/arff-datasets"  # collections of UCI, StatLib and Luis Torgo's regression sets
YBI, SELVA, SEABORN = "YBIFoundation/Dataset", "selva86/datasets", "mwaskom/seaborn-data"
R_SETS, JASON, DAT8 = "vincentarelbundock/Rdatasets", "jbrownlee/Datasets", "justmarkham/DAT8"
NUMBER, CLASSES = {"task": "regression"}, {"task": "classification"}

JUDGED_ON = {
    "pol": PublicTable(ARFF, "regression/pol.arff", NUMBER),
    "house_8l": PublicTable(ARFF, "regression/house8L.arff", NUMBER),
    "puma32h": PublicTable(ARFF, "regression/puma32H.arff", NUMBER),
    "kin8nm": PublicTable(ARFF, "regression/kin8nm.arff", NUMBER),
    "ailerons": PublicTable(ARFF, "regression/ailerons.arff", NUMBER),
    "king_county": PublicTable(YBI, "House Prices.csv", NUMBER | {"target": "Price", "drop": "ID"}),
    "melbourne": PublicTable(YBI, "Melbourne Housing Market.csv", NUMBER | {"target": "Price", "drop": "Address"}),
    "bikes": PublicTable(DAT8, "data/bikeshare.csv", NUMBER | {"target": "count", "drop": ["casual", "registered"]}),
    "beijing_air": PublicTable(JASON, "pollution.csv", NUMBER | {"target": "pm2.5", "drop": "No"}),
    "sacramento": PublicTable(SELVA, "Sacramento.csv", NUMBER | {"target": "price"}),
    "taxi_tips": PublicTable(SEABORN, "taxis.csv", NUMBER | {"target": "tip", "drop": "total"}),
    "pendigits": PublicTable(ARFF, "classification/pendigits.arff", CLASSES),
    "vehicle": PublicTable(ARFF, "classification/vehicle.arff", CLASSES),
    "hypothyroid": PublicTable(ARFF, "classification/hypothyroid.arff", CLASSES),
    "soybean": PublicTable(ARFF, "classification/soybean.arff", CLASSES),
    "eucalyptus": PublicTable(ARFF, "agridata/eucalyptus.arff", CLASSES),
    "mammography": PublicTable(JASON, "mammography.csv", CLASSES),
    "telecom_churn": PublicTable(YBI, "TelecomCustomerChurn.csv", CLASSES | {"target": "Churn", "drop": "customerID"}),
    "storms": PublicTable(
        R_SETS, "csv/dplyr/storms.csv", CLASSES | {"target": "status", "drop": ["rownames", "category"]}
    ),
    "bank_marketing": PublicTable(SELVA, "bank_marketing_test.csv", CLASSES | {"target": "y"}),
}  # fmt: skip
CHOSEN_ON = {
    "elevators": PublicTable(ARFF, "regression/elevators.arff", NUMBER),
    "cpu_act": PublicTable(ARFF, "regression/cpu.act.arff", NUMBER),
    "space_ga": PublicTable(ARFF, "statlib/numeric/space_ga.arff", NUMBER | {"target": "LN(VOTES/POP)"}),
    "stock": PublicTable(ARFF, "regression/stock.arff", NUMBER),
    "diamonds": PublicTable(SEABORN, "diamonds.csv", NUMBER | {"target": "price"}),
    "car_prices": PublicTable(YBI, "Car Selling Price.csv", NUMBER | {"target": "Selling_Price"}),
    "life_expectancy": PublicTable(SELVA, "Life_Expectancy_Data.csv", NUMBER | {"target": "Life expectancy"}),
    "letter": PublicTable(ARFF, "classification/letter.arff", CLASSES),
    "adult": PublicTable(SELVA, "adult_train.csv", CLASSES | {"target": "class"}),
    "nursery": PublicTable(ARFF, "classification/nursery.arff", CLASSES),
    "page_blocks": PublicTable(ARFF, "classification/page.blocks.arff", CLASSES),
    "segment": PublicTable(ARFF, "classification/segment.arff", CLASSES),
    "attrition": PublicTable(YBI, "EmployeeAttrition.csv", CLASSES | {"target": "Attrition", "drop": "EmployeeNumber"}),
}
WIDE = {
    "waveform": PublicTable(ARFF, "classification/waveform5000.arff", CLASSES),
    "har": PublicTable(SELVA, "har_validate.csv", CLASSES | {"target": "classe"}),
    "spambase": PublicTable(ARFF, "classification/spambase.arff", CLASSES),
    "optdigits": PublicTable(ARFF, "classification/optdigits.arff", CLASSES),
    "authorship": PublicTable(ARFF, "statlib/nominal/analcatdata_authorship.arff", CLASSES),
    "spectrometer": PublicTable(ARFF, "classification/spectrometer.arff", NUMBER),
    "segmentation": PublicTable(SELVA, "segmentationData.csv", CLASSES | {"target": "Class", "drop": ["Cell", "Case"]}),
    "tecator": PublicTable(ARFF, "statlib/numeric/tecator.arff", NUMBER),
    "musk": PublicTable(SELVA, "musk.csv", CLASSES),
    "arrhythmia": PublicTable(ARFF, "classification/arrhythmia.arff", CLASSES),
}
GROUPS = {"judged": JUDGED_ON, "chosen": CHOSEN_ON, "wide": WIDE}
SOURCES = sorted({table.repository for group in GROUPS.values() for table in group.values()})


def write(clones: Path, tables: Path) -> None:
    """Copy each table from the clone of its repository into a folder of its group, with a meta.json."""
    for group, members in GROUPS.items():
        for name, (repository, path, options) in members.items():
            clone = clones / repository.replace("/", "+")
            clone = clone / "repo" if (clone / "repo").is_dir() else clone
            content = subprocess.run(
                ["git", "-C", str(clone), "cat-file", "blob", f"HEAD:{path}"], capture_output=True, check=True
            ).stdout
            folder = tables / group / name
            folder.mkdir(parents=True, exist_ok=True)
            file = f"table{Path(path).suffix}"
            (folder / file).write_bytes(content)
            about = {"file": file, "options": options, "source": f"{repository}:{path}"}
            (folder / "meta.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path)
    parser.add_argument("tables", type=Path)
    asked = parser.parse_args()
    write(asked.clones, asked.tables)
