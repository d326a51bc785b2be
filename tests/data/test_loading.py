"""From what a user types to a table: names, paths, standard input, and what a mistake is answered with."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from tuitrain.data import loading
from tuitrain.data.catalog import BUNDLED, bundled_path
from tuitrain.data.describe import preview
from tuitrain.data.loading import load_dataset, load_tables
from tuitrain.errors import DataError, DataOptionError
from tuitrain.options.data_options import DataOptions

REPOSITORY = Path(__file__).parent.parent.parent
CSV = "a,b,y\n" + "".join(f"{n},{n * n % 7},{'uv'[n % 2]}\n" for n in range(40))


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_table_holds_what_scikit_learn_distributes(name: str) -> None:
    options = {"scaled": False} if name == "diabetes" else {}
    theirs = getattr(sklearn_datasets, f"load_{name}")(**options)
    table, _ = load_tables(name)
    features = [column for column in table.columns if column.name != BUNDLED[name].target]
    np.testing.assert_allclose(np.stack([column.values for column in features], axis=1), theirs.data, rtol=1e-9)
    labels = table.column(BUNDLED[name].target).labels()
    if name in {"iris", "breast_cancer"}:
        assert labels == [str(theirs.target_names[number]) for number in theirs.target]
    else:
        numbers = [float(str(label).removeprefix("cultivar ")) - (name == "wine") for label in labels]
        np.testing.assert_array_equal(numbers, theirs.target)


def test_the_targets_of_the_bundled_tables_are_found_without_their_names(tmp_path: Path) -> None:
    for name, bundled in BUNDLED.items():
        copy = tmp_path / f"{name}.csv"
        copy.write_bytes(bundled_path(name).read_bytes())
        dataset = load_dataset(str(copy))
        assert (dataset.target_name, dataset.task) == (bundled.target, bundled.task)
        assert dataset.fingerprint == load_dataset(name).fingerprint


def test_bundled_names_work_from_any_directory_and_nothing_heavy_is_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from tuitrain.data.loading import load_dataset; print(load_dataset('iris').n_rows);"
        "print([name for name in ('polars', 'sklearn', 'textual', 'pandas') if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert found.stdout.decode().split("\n")[:2] == ["150", "[]"]


def test_the_installed_package_has_its_tables_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "tuitrain"
    (package / "datasets").mkdir(parents=True)
    (package / "datasets" / "iris.csv").write_text("here")
    monkeypatch.setattr("tuitrain.data.catalog.__file__", str(package / "data" / "catalog.py"))
    assert bundled_path("iris").read_text() == "here"
    with pytest.raises(DataError, match=r"wine: wine\.csv is missing from this installation; reinstall tuitrain"):
        bundled_path("wine")


def test_a_path_has_a_suffix_or_a_slash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("t.csv", "t.dat", "plain", "moons"):
        Path(name).write_text(CSV)
    assert load_dataset("t.csv").name == "t.csv"
    assert load_dataset("t.dat").n_rows == load_dataset("./plain").n_rows == load_dataset("plain").n_rows == 40
    assert load_dataset("moons").n_rows == 500
    assert load_dataset("./moons").n_rows == 40
    assert load_dataset(str(tmp_path / "t.csv")).source == str(tmp_path / "t.csv")


def test_a_tsv_file_is_split_at_tabs(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("a\tb,c\ty\n" + "".join(f"{n}\t1,{n % 3}\t{n % 2}\n" for n in range(40)))
    assert load_dataset(str(path)).feature_names == ("a", "b,c")
    path.write_text(CSV)
    assert load_dataset(str(path)).feature_names == ("a", "b")


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(CSV.encode())))
    dataset = load_dataset("-")
    assert (dataset.name, dataset.source, dataset.n_rows) == ("standard input", "-", 40)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "mons",
            r'dataset "mons": did you mean moons\? To name a file, include its suffix or a slash: data.csv, ./data',
        ),
        ("mons?noise=0.2", r'dataset "mons\?noise=0.2": did you mean moons\?'),
        ("breast-cancer", r"did you mean breast_cancer\?"),
        ("Iris", r"did you mean iris\?"),
        ("iris?n=3", r'dataset "iris\?n=3": iris takes no options'),
        ("zzzzzz", r"allowed: iris, wine, .*, mixed; to name a file, include"),
        ("", "the name is empty; to name a file, include"),
        ("nope.csv", r"nope\.csv: no such file"),
        ("./nope", "nope: no such file"),
        ("/", "/: is a directory; expected a file"),
        ("x" * 300, "is not a valid path: File name too long"),
        ("a\0b.csv", r'"a\\x00b\.csv" is not a valid path'),
        ("~nobody-of-this-name/t.csv", "is not a valid path"),
        ("\x1b[31m.csv", r"\\x1b\[31m\.csv: no such file"),
    ],
)
def test_a_mistake_is_answered_with_what_to_do(source: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        load_dataset(source)
    assert str(caught.value).isprintable()


def test_a_preview_reads_the_head_of_a_large_file_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "HEAD_BYTES", 100)
    path = tmp_path / "t.csv"
    path.write_text(CSV)
    table, _ = load_tables(str(path), most_rows=1000)
    assert table.is_partial
    assert 5 < len(table) < 20
    assert not load_tables(str(path))[0].is_partial


def test_a_path_object_is_always_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("own.csv", "iris", "-"):
        Path(name).write_text(CSV)
        assert load_dataset(Path(name), test_file=Path(name)).feature_names == ("a", "b")
    with pytest.raises(DataError, match="no such file"):
        load_dataset(Path("wine"))


def test_a_delimiter_is_obeyed_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a|b;c;y\n" + "".join(f"{n}|{n % 3};{n * n};{n}\n" for n in range(30)))
    path = str(tmp_path / "t.csv")
    assert load_tables(path, DataOptions(delimiter="pipe"))[0].names == ["a", "b;c;y"]
    dataset = load_dataset(path, delimiter="semicolon", test_file=path)
    assert (dataset.target_name, dataset.options["delimiter"]) == ("y", "semicolon")
    with pytest.raises(DataOptionError, match="did you mean semicolon"):
        load_dataset(path, delimiter="semicolons")


def test_standard_input_can_be_refused() -> None:
    for read in (load_dataset, preview):
        with pytest.raises(DataError, match="standard input cannot be read here"):
            read("-", allow_stdin=False)
    with pytest.raises(DataError, match="standard input cannot be read here"):
        load_dataset("iris", test_file="-", allow_stdin=False)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused(device: str) -> None:
    with pytest.raises(DataError, match=f"{device}: is not a regular file"):
        load_dataset(device)
    with pytest.raises(DataError, match=f"{device}: is not a regular file"):
        load_dataset("iris", test_file=device)


def test_a_pipe_that_is_named_is_read(tmp_path: Path) -> None:
    """As the shell's ``<(command)`` is, whose name is that of a pipe, and standard input by its path."""
    (tmp_path / "a.csv").write_text(CSV)
    program = "import sys; from tuitrain.data.loading import load_dataset; print(load_dataset(sys.argv[1]).n_rows)"
    script = 'python=$1 program=$2 file=$3; $python -c "$program" <(cat "$file"); cat "$file" | $python -c "$program" '
    done = subprocess.run(
        ["bash", "-c", f"{script} /dev/stdin", "-", sys.executable, program, str(tmp_path / "a.csv")],
        capture_output=True, text=True, timeout=120, check=False, cwd=REPOSITORY,
    )  # fmt: skip
    assert done.stdout.split() == ["40", "40"], done.stderr
