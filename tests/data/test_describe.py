"""What is told of a dataset: the list, the columns, the classes, in lines that fit the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuitrain.data.catalog import BUNDLED
from tuitrain.data.cells.objects import from_objects
from tuitrain.data.describe import PREVIEW_ROWS, describe_lines, list_datasets, preview, summarize
from tuitrain.data.generators import RECIPES
from tuitrain.options.data_options import DataOptions
from tuitrain.text import cells


def test_the_list_has_every_dataset_with_its_size_and_task() -> None:
    listed = {item.name: item for item in list_datasets()}
    assert set(listed) == {*BUNDLED, *RECIPES}
    assert (listed["iris"].rows, listed["iris"].columns, listed["iris"].task) == (150, 5, "classification")
    assert (listed["sine"].rows, listed["sine"].columns, listed["sine"].task) == (400, 2, "regression")
    assert all(item.meaning for item in listed.values())


def test_iris_is_described_with_types_ranges_and_balance() -> None:
    found = preview("iris")
    assert (found.rows, found.is_whole, found.target, found.task) == (150, True, "species", "classification")
    assert found.columns[0].summary == "4.3 to 7.9, mean 5.843"
    assert found.columns[4].summary == "setosa (50), versicolor (50), virginica (50)"
    assert found.balance == (("setosa", 50), ("versicolor", 50), ("virginica", 50))
    assert found.first_rows[0] == ("5.1", "3.5", "1.4", "0.2", "setosa")
    lines = describe_lines(found)
    assert lines[0] == "iris: 150 rows × 5 columns; predicts species (classification)"
    assert "▸ species          text          setosa (50), versicolor (50), virginica (50)" in lines
    assert "  virginica         50   33.3%" in lines


def test_gaps_are_counted() -> None:
    found = {column.name: column for column in preview("mixed").columns}
    assert found["age"].missing > 0
    assert found["age"].kind == "whole number"
    assert found["size"].missing == 0
    assert any(f"{found['age'].missing} missing  " in line for line in describe_lines(preview("mixed")))


def test_columns_without_values_and_huge_ones_can_be_described() -> None:
    assert summarize(from_objects("x", [None, None])).summary == "no values"
    assert summarize(from_objects("x", [1.7e308, 1.7e308, -1.0])).summary == "-1 to 1.7e+308, mean 1.133e+308"


def test_prices_are_written_as_people_write_them() -> None:
    assert summarize(from_objects("x", [166_000, 1_055_300, 200_000])).summary == "166000 to 1055300, mean 473767"
    assert summarize(from_objects("x", [0.5, 2_003.75])).summary == "0.5 to 2004, mean 1002"


@pytest.mark.parametrize("source", [*BUNDLED, *RECIPES])
@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.long
def test_lines_fit_the_width(source: str, width: int) -> None:
    lines = describe_lines(preview(source), width)
    assert max(map(len, lines)) <= max(width, 49)
    assert max(map(len, describe_lines(preview(source), 80))) <= 80


def test_names_and_cells_of_a_file_are_shown_and_notices_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    odd = "\x1b]0;x"
    path.write_text("\x1b[2Ja,b,,y\n" + "".join(f"{n},7,{n},{odd if n % 2 else 'v'}\n" for n in range(9)))
    lines = describe_lines(preview(str(path)))
    assert all(line.isprintable() for line in lines)
    assert 'note: column 3 has a blank header; it is now called "column 3"' in lines
    assert 'note: column "b" is left out: always 7' in lines


def test_a_preview_is_of_the_first_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,y\n" + "".join(f"{n},{n % 3}\n" for n in range(3 * PREVIEW_ROWS)))
    found = preview(str(path), most_rows=PREVIEW_ROWS)
    assert (found.rows, found.is_whole, found.task) == (PREVIEW_ROWS, False, "classification")
    assert describe_lines(found)[0].startswith("t.csv: more than 2,000 rows × 2 columns")
    assert not preview("moons?n=5000", most_rows=PREVIEW_ROWS).is_whole


def test_another_target_can_be_looked_at() -> None:
    found = preview("iris", DataOptions(target="petal width cm"))
    assert (found.target, found.task, found.balance) == ("petal width cm", "regression", ())


def test_columns_of_wide_names_stand_below_each_other(tmp_path: Path) -> None:
    path = tmp_path / "집.csv"
    path.write_text(
        "아파트가격,층,구역\n1.5,3,강남구의아주아주긴이름을가진구역이라서잘려야하는이름\n2.5,4,a\n3.5,5,a\n", "utf-8"
    )
    lines = describe_lines(preview(str(path), DataOptions(target="구역")), 70)
    starts = {cells(line[: line.index(f"  {kind}")]) for line in lines[2:] for kind in ("text", "whole number")
              if f"  {kind}  " in line}  # fmt: skip
    counts = {cells(line[: line.rindex("%")]) for line in lines if line.endswith("%")}
    assert len(starts) == 1 and len(counts) == 1
    assert max(map(cells, lines)) <= 70
