"""Excel workbooks: the values that a person sees, with what is around the table left out and told."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.data.readers.damage import TRIES, refused
from tuitrain.data.loading import load_dataset, load_tables
from tuitrain.data.readers import FileContent, compressed
from tuitrain.data.readers.excel import read_excel_file
from tuitrain.data.readers.excel_parts import kind_of, moment
from tuitrain.data.table import Table
from tuitrain.errors import DataError
from tuitrain.options.data_options import DataOptions

KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def relations(**targets: str) -> str:
    rows = "".join(
        f'<Relationship Id="{key}" Type="{KIND}/{target.split("|")[0]}" Target="{target.split("|")[1]}"/>'
        for key, target in targets.items()
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def workbook(*sheets: str, names: Sequence[str] = (), book: str = "", **parts: str) -> bytes:
    """A workbook by hand, of the XML within each sheet's element, independent of any library."""
    names = names or [f"Sheet{number}" for number in range(1, len(sheets) + 1)]
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="s{n}"/>' for n, name in enumerate(names))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", relations(a="officeDocument|xl/workbook.xml"))
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{KIND}">{book}<sheets>{listed}</sheets></workbook>'
        )
        targets = {f"s{n}": f"worksheet|worksheets/sheet{n}.xml" for n in range(len(sheets))}
        targets |= {name: f"{name}|{name}.xml" for name in parts}
        archive.writestr("xl/_rels/workbook.xml.rels", relations(**targets))
        for n, sheet in enumerate(sheets):
            archive.writestr(f"xl/worksheets/sheet{n}.xml", f'<worksheet xmlns="{MAIN}">{sheet}</worksheet>')
        for name, part in parts.items():
            archive.writestr(f"xl/{name}.xml", part)
    return file.getvalue()


def sheet(*rows: Sequence[Any], first: int = 1, column: str = "A") -> str:
    """The XML of rows of texts, numbers and None."""
    made = []
    for number, row in enumerate(rows, first):
        cells = []
        for place, value in enumerate(row):
            where = f'r="{chr(ord(column) + place)}{number}"'
            if isinstance(value, str) and value.startswith("<"):
                cells.append(value.replace("<c", f"<c {where}", 1))
            elif isinstance(value, str):
                cells.append(f'<c {where} t="inlineStr"><is><t>{value}</t></is></c>')
            elif value is not None:
                cells.append(f"<c {where}><v>{value}</v></c>")
        made.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f"<sheetData>{''.join(made)}</sheetData>"


STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="170" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="171" formatCode="[h]:mm"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>'
    '<xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="20"/><xf numFmtId="171"/><xf numFmtId="9"/></cellXfs>'
    "</styleSheet>"
)
HEADER, ROWS = ["a", "b"], [[n, n * n] for n in range(5)]


def read(data: bytes, *, most_rows: int | None = None, **options: Any) -> Table:
    return read_excel_file(FileContent(data, "t.xlsx", ".xlsx", most_rows), DataOptions(**options))[0]


def labels(table: Table) -> dict[str, list[str | None]]:
    return {column.name: column.labels() for column in table.columns}


def test_numbers_texts_dates_and_times_are_what_a_person_sees() -> None:
    rich = "<si><r><t>bl</t></r><r><t>ue</t></r><rPh><t>ぶるー</t></rPh></si>"
    shared = f'<sst xmlns="{MAIN}"><si><t>red</t></si>{rich}</sst>'
    data = workbook(
        sheet(
            ["n", "share", "day", "clock", "took", "colour", "ok", "sum"],
            [1.5, '<c s="4"><v>0.15</v></c>', '<c s="1"><v>45293</v></c>', '<c s="2"><v>0.5</v></c>',
             '<c s="3"><v>1.25</v></c>', '<c t="s"><v>0</v></c>', '<c t="b"><v>1</v></c>',
             "<c><f>A2*2</f><v>3</v></c>"],
            ["1e3", '<c s="4"><v>1</v></c>', '<c s="1"><v>45293.75</v></c>', '<c s="2"><v>0.999988425925926</v></c>',
             '<c s="3"><v>0</v></c>', '<c t="s"><v>1</v></c>', '<c t="b"><v>0</v></c>',
             '<c t="str"><f>X</f><v>4</v></c>'],
        ),
        styles=STYLES, sharedStrings=shared,
    )  # fmt: skip
    table = read(data)
    assert labels(table) == {
        "n": ["1.5", "1000"], "share": ["0.15", "1"], "day": ["2024-01-02", "2024-01-02 18:00"],
        "clock": ["12:00", "23:59:59"], "took": ["30:00", "00:00"], "colour": ["red", "blue"], "ok": ["True", "False"],
        "sum": ["3", "4"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", ""), ("0.00", ""), ("0.00E+00", ""), ("0%", ""), ("#,##0.00\\ [$€-407]", ""), ('0 "days"', ""),
        ("[Red]0;[Blue]-0", ""), ("_-* #,##0_-", ""), ("@", ""), ("[$-409]d-mmm-yy;@", "date"), ("yyyy/mm/dd", "date"),
        ("mmm", "date"), ("m/d/yy h:mm", "date"), ('yyyy"년" m"월" d"일"', "date"), ("h:mm AM/PM", "time"),
        ("mm:ss.0", "time"), ("[h]:mm:ss", "elapsed"), ("[mm]:ss", "elapsed"),
    ],
)  # fmt: skip
def test_a_number_format_says_whether_a_number_is_a_date(code: str, kind: str) -> None:
    assert kind_of(code) == kind


def test_day_numbers_are_those_of_both_calendars() -> None:
    assert moment(1, "date", is_1904=False) == datetime(1900, 1, 1)
    assert moment(59, "date", is_1904=False) == datetime(1900, 2, 28)
    assert moment(61, "date", is_1904=False) == datetime(1900, 3, 1)
    assert moment(0, "date", is_1904=True) == datetime(1904, 1, 1)
    assert moment(45293.5, "time", is_1904=False) == datetime(2024, 1, 2, 12)  # a date of which the time is shown
    assert moment(1e15, "date", is_1904=False) == 1e15
    assert moment(-0.5, "elapsed", is_1904=False) == timedelta(hours=-12)


def test_a_title_empty_edges_and_remarks_are_left_out_and_told() -> None:
    data = workbook(
        sheet(["Sales of 2024"], [None], [None, "a", "b", "c"], *([None, n, n * n, n] for n in range(4)), [None],
              [None, "Source: the house"], first=2, column="C")
    )  # fmt: skip
    table = read(data)
    assert labels(table) == {"a": ["0", "1", "2", "3"], "b": ["0", "1", "4", "9"], "c": ["0", "1", "2", "3"]}
    assert table.notices == ("row 2 above the header skipped", "row 10 below the table skipped")


def test_two_rows_that_name_the_columns_together_are_one_header() -> None:
    rows = [[f"x{n % 3}", n, n * 0.5, -n, n * n] for n in range(20)]
    groups, names = [None, "2023", None, "2024", None], ["city", "min", "max", "min", "max"]
    for above in ([], [["a title"], []]):
        table = read(workbook(sheet(*above, groups, names, *rows)))
        assert table.names == ["city", "2023 min", "2023 max", "2024 min", "2024 max"]
        assert labels(table)["2024 max"][:4] == ["0", "1", "4", "9"]
        first = len(above) + 1
        assert any(n.startswith(f"rows {first} to {first + 1} are taken together") for n in table.notices)
        assert any(f"--skip-lines {first - 1} " in notice for notice in table.notices)


def test_a_last_row_with_one_cell_belongs_to_the_table_unless_a_blank_row_is_above_it() -> None:
    assert len(read(workbook(sheet(["a", "b", "c"], [1, 2, 3], [4, 5, 6], [7])))) == 3


def test_blank_rows_within_are_skipped_and_told() -> None:
    table = read(workbook(sheet(HEADER, *ROWS[:2], [], *ROWS[2:])))
    assert (len(table), table.notices) == (5, ("1 blank row skipped",))


def test_cells_without_references_go_on_from_the_one_before() -> None:
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row>" * 3
    header = '<row><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is></c></row>'
    assert labels(read(workbook(f"<sheetData>{header}{rows}</sheetData>"))) == {"a": ["1"] * 3, "b": ["2"] * 3}


def test_names_with_a_prefix_are_read() -> None:
    data = workbook(sheet(HEADER, *ROWS))
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name.endswith("sheet0.xml"):
                text = text.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
            new.writestr(name, text)
    assert labels(read(file.getvalue()))["b"] == ["0", "1", "4", "9", "16"]


def test_a_sheet_without_a_header_says_so() -> None:
    table = read(workbook(sheet(*ROWS)))
    assert (table.names, len(table), table.is_nameless) == (["column 1", "column 2"], 5, True)
    assert table.notices == (
        'no header found; the columns are called "column 1" to "column 2" (--header yes decides otherwise)',
    )


def test_the_user_says_what_is_the_header_and_what_stands_above() -> None:
    data = workbook(sheet(["Note", 1], [2020, 2021], *ROWS))
    assert read(data, header="yes", skip_lines=1).names == ["2020", "2021"]
    assert len(read(data, header="no", skip_lines=1)) == 6
    assert read(data, header="yes", skip_lines=0).names == ["Note", "1"]


def test_errors_are_missing_and_told_and_formulas_without_values_too() -> None:
    data = workbook(sheet(["a", "b"], ['<c t="e"><v>#DIV/0!</v></c>', "<c><f>1+1</f><v></v></c>"], [1, 2], [3, 4]))
    table = read(data)
    assert labels(table) == {"a": [None, "1", "3"], "b": [None, "2", "4"]}
    assert table.notices == (
        'column "b": 1 formula without a value, taken as missing; open the file in a spreadsheet program and save it',
        'column "a": "#DIV/0!" (1 cell) is taken as missing; --missing none keeps it as a value',
    )


def test_merged_cells_of_the_table_are_told() -> None:
    body = sheet(["Title"], ["a", "b", "c"], ["x", 1, 2], [None, 3, 4], ["y", 5, 6])
    table = read(workbook(body + '<mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="A3:A4"/></mergeCells>'))
    assert "cells A3:A4 are merged: the first has the value, the others are missing" in table.notices
    assert labels(table)["a"] == ["x", None, "y"]


def test_the_first_sheet_with_a_table_is_read_and_the_others_named() -> None:
    data = workbook(
        sheet(["Read me"]), sheet(HEADER, *ROWS), sheet(["c", "d"], [1, 2], [3, 4]), names=["Notes", "Data", "Old"]
    )
    table = read(data)
    assert (table.names, table.notices) == (["a", "b"], (
        'sheet "Data" is read; --sheet NAME reads another: "Notes", "Old"',
    ))  # fmt: skip
    assert read(data, sheet="old").names == ["c", "d"]
    with pytest.raises(DataError, match=r't\.xlsx: has no sheet "Dta"; did you mean Data\?'):
        read(data, sheet="Dta")


def test_a_sheet_of_a_text_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r't\.csv: has no sheets, so --sheet "x" says nothing'):
        load_dataset(str(tmp_path / "t.csv"), sheet="x")


def test_a_preview_reads_the_first_rows() -> None:
    table = read(workbook(sheet(HEADER, *([n, n] for n in range(500)))), most_rows=9)
    assert (len(table), table.is_partial) == (9, True)


def test_a_workbook_gives_the_model_of_the_same_csv(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["size", "town", "sold", "price"])
    lines = ["size,town,sold,price"]
    for n in range(40):
        row = [n * 37 % 23 / 7, ["서울", "Bonn", None][n % 3], datetime(2024, 1, 1) + timedelta(hours=55 * n), n * 1.5]
        book.active.append(row)
        lines.append(",".join("" if value is None else str(value) for value in row))
    book.active["D2"].number_format = '"$"#,##0.00'
    book.save(tmp_path / "t.xlsx")
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    assert load_dataset(str(tmp_path / "t.xlsx")).fingerprint == load_dataset(str(tmp_path / "t.csv")).fingerprint


def other(**members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
            r"t\.xlsx: is an old Excel file \(\.xls\) or one with a pass",
        ),
        (
            other(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
            r"is an OpenDocument file \(\.ods\); open it",
        ),
        (other(**{"xl/workbook.bin": ""}), r"is a binary Excel workbook \(\.xlsb\); open it and save it as \.xlsx"),
        (other(a="b"), "is a zip archive without an Excel workbook"),
        (b"PK\x03\x04 rubbish", "cannot be read as an Excel workbook"),
        (workbook(sheet(["Read me"])), 'found no table in sheet "Sheet1"'),
        (workbook(sheet(HEADER).replace("<sheetData>", "<sheetData><x>")), "cannot be read as an Excel workbook"),
    ],
    ids=["xls", "ods", "xlsb", "zip", "rubbish", "no table", "wrong XML"],
)
def test_what_is_no_workbook_with_a_table_is_named(data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(data)


def test_a_text_under_the_suffix_of_a_workbook_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.xls").write_text("a\tb\n1\t2\n3\t4\n")
    assert load_tables(str(tmp_path / "t.xls"))[0].names == ["a", "b"]


def test_entities_are_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    data = workbook(sheet(HEADER, *ROWS), sharedStrings=f"{bomb}<sst><si><t>&a;</t></si></sst>")
    with pytest.raises(DataError, match=r"cannot be read as an Excel workbook \(declares entities\)"):
        read(data)


def test_large_sheets_are_refused_before_they_take_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "LEAST_LIMIT", 800_000)
    monkeypatch.setattr(compressed, "LARGEST_RATIO", 1)
    with pytest.raises(DataError, match=r"t\.xlsx: unpacks to .* MB; the most for a file of this size is 0\.2 MB"):
        read(workbook(sheet(HEADER, *([1, 1] for _ in range(5000)))))
    corners = "".join(
        f'<row r="{n}"><c r="{chr(65 + n % 26)}{chr(65 + n % 25)}{n}"><v>1</v></c></row>' for n in range(1, 2000)
    )
    with pytest.raises(DataError, match=r"t\.xlsx: unpacks to more than 0\.2 MB"):
        read(workbook(f"<sheetData>{corners}</sheetData>"))


def test_damage_anywhere_is_one_clear_error() -> None:
    data = workbook(sheet(HEADER, *([n, f"t{n % 7}"] for n in range(60))), styles=STYLES)
    whole = labels(read(data))
    assert refused(data, lambda copy: labels(read(copy)), whole) > 0.7 * TRIES


def test_damage_to_the_xml_itself_is_one_clear_error() -> None:
    body = sheet(HEADER, *([n, f"t{n % 7}"] for n in range(9))).encode()
    refused(body, lambda copy: read(workbook(copy.decode("latin-1"))))
    refused(STYLES.encode(), lambda copy: read(workbook(body.decode(), styles=copy.decode("latin-1"))))
