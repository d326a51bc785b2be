"""What stands above, between and around the rows of a table is found and told; what is ambiguous is refused."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuitrain.data.readers.dialect import Wanted
from tuitrain.data.readers.text import read_text_table
from tuitrain.data.table import Table
from tuitrain.errors import DataError


def read(text: str, **wanted: object) -> Table:
    return read_text_table(text.encode(), "t.csv", wanted=Wanted(**wanted))  # type: ignore[arg-type]


def told(table: Table) -> str:
    return "\n".join(table.notices)


def labels(table: Table, name: str) -> list[str | None]:
    return table.column(name).labels()


NUMBERED = [f"{n},{n * n % 7}.5,{'pqr'[n % 3]}" for n in range(12)]
BODY = "a,b,y\n" + "\n".join(NUMBERED) + "\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("City, State;region\nAda, TX;south\nBo, CA;west\n", ["City, State", "region"]),
        ("region;City, State\nsouth;Ada, TX\nwest;Bo, CA\n", ["region", "City, State"]),
        ("a; b,c\nx; y,3\nz; u,6\n", ["a; b", "c"]),
        ("x|a,b\np|c,d\nq|e,f\n", ["x", "a,b"]),
        ("x\ta;b\np\tc;d\nq\te;f\n", ["x", "a;b"]),
        ("when;v\n2024-01-05, noon;3\n2024-01-06, noon;4\n", ["when", "v"]),
    ],
)
def test_of_two_delimiters_that_split_alike_the_one_without_blanks_or_seldom_in_texts_is_taken_and_told(
    text: str, names: list[str]
) -> None:
    table = read(text)
    assert table.names == names
    assert table.layout is not None and "split at each" in table.layout.evidence["delimiter"]


@pytest.mark.parametrize("text", ["c,d;e\nx,y;z\nu,v;w\n", "a;b,c\nd;e,f\n", "k;l;m,n,o\np;q;r,s,t\n"])
def test_two_delimiters_that_split_alike_without_any_sign_are_refused_with_both(text: str) -> None:
    with pytest.raises(DataError, match="--delimiter comma or --delimiter semicolon"):
        read(text)
    assert len(read(text, delimiter=",").names) in {2, 3}
    assert len(read(text, delimiter=";").names) in {2, 3}


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ('"name", "height", "weight"', '"p{n}", "65.15", "12{n}"'),
        ("name, height, weight", '"p{n}", 65.15, 12{n}'),
        ('"name" ,"height" ,"weight"', '"p{n}" ,65.15 ,12{n}'),
        ('"name"; "height"; "weight"', '"p, {n}"; "65.15"; "12{n}"'),
        ("'name','height','weight'", "'p, {n}',65.15,12{n}"),
        ("'name', 'height', 'weight'", "'p{n}', 65.15, 12{n}"),
        ("'name'\t'height'\t'weight'", "'p{n}'\t65.15\t12{n}"),
    ],
)
def test_blanks_around_quotes_and_single_quotes_belong_to_no_field(header: str, row: str) -> None:
    table = read("\n".join([header, *(row.format(n=n) for n in range(9))]))
    assert table.names == ["name", "height", "weight"]
    assert [column.kind for column in table.columns] == ["text", "number", "number"]
    assert labels(table, "name")[0] in {"p0", "p, 0"}
    assert ("single quotes are taken off" in told(table)) == ("'" in header)


@pytest.mark.parametrize(
    ("text", "quote", "value"),
    [
        ("a,b\n'x',1\n'y',2\n'z',3\n", "", "'x'"),
        ('a\tb\n"x,1\n\ty\t2\n'.replace("\n\t", "\t9\n"), "", '"x,1'),
        ("a,b\n~x,y~,1\n~z~,2\n", "~", "x,y"),
    ],
)
def test_the_sign_for_quotes_can_be_told(text: str, quote: str, value: str) -> None:
    assert labels(read(text, quote=quote), "a")[0] == value


def test_an_apostrophe_within_texts_is_no_quote() -> None:
    table = read("a,b\nit's,1\nthat's,2\n'tis,3\no'clock,4\n")
    assert labels(table, "a") == ["it's", "that's", "'tis", "o'clock"]
    assert table.notices == ()


HEADERLESS_TEXTS = [
    "overcast,hot,yes",
    "sunny,mild,yes",
    "rain,cool,no",
    "sunny,hot,no",
    "overcast,mild,no",
    "rain,hot,yes",
]


@pytest.mark.parametrize(
    ("rows", "is_header"),
    [
        (HEADERLESS_TEXTS, False),
        (["sky,heat,play", *HEADERLESS_TEXTS], True),
        (["ann,f,yes", "bob,m,no", "cy,m,yes", "di,f,no", "ed,m,no", "flo,f,yes"], False),
        (["A001,ann", "A002,bob", "A003,cy", "A004,di", "A005,ed", "A006,flo"], False),
        (["A001,x", "A002,y", "A003,x", "A004,y", "A005,x", "A006,z"], False),
        (["2024-01-05,cold", *(f"2024-01-1{n},{'cold' if n % 2 else 'warm'}" for n in range(8))], False),
        (["1100,1102,1104,class", *(f"0.3{n},0.4{n},0.5{n},{'rye' if n % 2 else 'oat'}" for n in range(9))], True),
        (["0,1,2,3,class", *(f"0.3{n},0.4{n},0.5{n},{n}.5,{'rye' if n % 2 else 'oat'}" for n in range(9))], True),
        (["400.5,401,401.5,402", *(f"0.3{n},0.4{n},0.5{n},0.1{n}" for n in range(9))], True),
        (["2019,2020,2021", *(f"{n},{n * 3 % 7},5{n}" for n in range(9))], True),
        (["country,1960,1961", *(f"c{n % 3},{n}.5,{n * 3 % 7}" for n in range(9))], True),
        (["850,920,1410,y", *(f"0.3{n},0.4{n},0.5{n},{'rye' if n % 2 else 'oat'}" for n in range(9))], True),
        ([",2002", "Fiji,3", "Mali,4", "Oman,5", "Peru,6", "Cuba,1"], True),
        (["5.1,3.5,1.4,rye", *(f"5.{n},3.{n},1.{n},{'rye' if n % 2 else 'oat'}" for n in range(9))], False),
        (["1,2,3,4", *(f"{n},{n + 1},{n + 2},{n + 3}" for n in range(9))], False),
        (["1990,2000", *(f"19{n}1,20{n}2" for n in range(9))], False),
        (["1,1.17,9.67", *(f"{n % 3},{n}.17,{9 - n}.67" for n in range(9))], False),
    ],
)
def test_a_first_row_is_a_header_if_it_is_not_like_the_rows_below(rows: list[str], is_header: bool) -> None:
    table = read("\n".join(rows) + "\n")
    assert table.layout is not None and table.layout.has_header is is_header
    assert len(table) == len(rows) - is_header
    if not is_header or rows[0][0].isdigit():
        assert f"--header {'no' if is_header else 'yes'} decides otherwise" in told(table)
    for said in (True, False):
        assert len(read("\n".join(rows) + "\n", header=said)) == len(rows) - said


def test_a_first_row_that_is_half_like_the_others_is_refused_with_both_readings() -> None:
    rows = ["hot,play", *(f"{'hot' if n % 2 else 'mild'},{'yes' if n % 3 else 'no'}" for n in range(12))]
    with pytest.raises(DataError, match=r'line 1: .*"hot" stands .*"play" does not.*--header yes or --header no'):
        read("\n".join(rows))


@pytest.mark.parametrize("places", [(4,), (1,), (3, 7), (12,), (1, 2)])
def test_the_header_among_the_rows_is_skipped_and_told(places: tuple[int, ...]) -> None:
    lines = BODY.splitlines()
    for count, place in enumerate(places):
        lines.insert(place + count, "a,b,y")
    table = read("\n".join(lines))
    assert len(table) == len(NUMBERED)
    assert [column.kind for column in table.columns] == ["number", "number", "text"]
    assert set(labels(table, "y")) == {"p", "q", "r"}
    assert "skipped: the header again" in told(table)
    assert all(str(place + count + 1) in told(table) for count, place in enumerate(places))


@pytest.mark.parametrize("sign", ["#", "%", "//", "!"])
@pytest.mark.parametrize(
    "comment",
    ["{s} exported by tool", "{s} exported by tool, version 2, 2024-01-05", "{s}5,9,p", '{s} with "one quote', "{s}"],
)
@pytest.mark.parametrize("places", [(0,), (0, 0), (4,), (1, 6)])
def test_comments_above_and_among_rows_are_skipped_and_told(sign: str, comment: str, places: tuple[int, ...]) -> None:
    lines = BODY.splitlines()
    for place in places:
        lines.insert(place, comment.format(s=sign))
    table = read("\n".join(lines))
    assert table.names == ["a", "b", "y"]
    assert len(table) == len(NUMBERED)
    assert f"begin with {sign}" in told(table) or f"begins with {sign}" in told(table)


@pytest.mark.parametrize(
    ("text", "names", "rows"),
    [
        ("#,name,y\n1,ann,p\n2,bob,q\n", ["#", "name", "y"], 2),
        ("tag,y\n#red,1\n#blue,2\n#red,3\n", ["tag", "y"], 3),
        ("colour\n#ff0000\n#00ff00\n", ["colour"], 2),
        ("#id,name,y\n1,ann,p\n2,bob,q\n3,cy,p\n", ["id", "name", "y"], 3),
        ("# x y z\n1.5 2 3\n4 5.5 6\n", ["x", "y", "z"], 2),
        ("# made by hand\n#id,v\n1,2\n3,4\n", ["id", "v"], 2),
    ],
)
def test_a_sign_before_names_or_values_makes_no_comment(text: str, names: list[str], rows: int) -> None:
    table = read(text)
    assert table.names == names
    assert len(table) == rows


def test_comments_can_be_told() -> None:
    assert len(read(BODY + "note,of,hand\n", comment="note")) == len(NUMBERED)
    assert len(read("a,y\n1,p\n# x,q\n3,p\n", comment="")) == 3
    assert read("a,y\n1,p\n" + "2,q\n" * 17_000 + "# late, note\n3,p\n").column("a").kind == "number"


@pytest.mark.parametrize(
    ("titles", "skipped"),
    [
        (["Vendor;Test", "From;06/02/2024"], 2),
        (["Report of 2024", ""], 2),
        (["Report of 2024"], 1),
        (["Sales, by month", "in thousands, net"], 2),
        (["Report;;", ";;"], 2),
        (["Source: office", "Made: 2024-01-05", "Unit: mm"], 3),
    ],
)
def test_titles_above_the_header_are_skipped_and_told(titles: list[str], skipped: int) -> None:
    lines = [*titles, "Tx;Settled;Amount", *(f"{n};{n * 3 % 7};{2 * n}" for n in range(9))]
    table = read("\n".join(lines))
    assert table.names == ["Tx", "Settled", "Amount"]
    assert len(table) == 9
    assert ("line 1 skipped" if skipped == 1 else f"lines 1 to {skipped} skipped") in told(table)
    again = read("\n".join(lines), skip_lines=len(titles))
    assert again.names == table.names and "skipped" not in told(again)


def test_an_error_below_titles_names_the_line_in_the_file() -> None:
    with pytest.raises(DataError, match="line 8: found 2 fields, expected 3"):
        read("Report\nof 2024\n\na,b,y\n1,2,p\n3,4,q\n5,6,p\n7,8\n" + "9,1,q\n" * 200)


@pytest.mark.parametrize(
    ("units", "is_skipped"),
    [
        ("(s),(C),", True), ("[s],[C],[-]", True), ("s,°C,class", True), ("seconds,degrees,", True), ("ms,%,-", True),
        ("1,2,p", False), ("none,NA,p", False), ("3,cold,p", False),
    ],
)  # fmt: skip
def test_a_row_of_units_below_the_header_is_skipped_and_named(units: str, is_skipped: bool) -> None:
    table = read("\n".join(["time,temp,y", units, *NUMBERED]))
    assert ("line 2 skipped" in told(table)) is is_skipped
    assert len(table) == len(NUMBERED) + (not is_skipped)
    assert len(read("\n".join(["time,temp,y", units, *NUMBERED]), skip_lines=0)) == len(NUMBERED) + 1


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ('"len","species"', '"{n}",0.{n},"a"'),
        ("len species", '"{n}" 0.{n} "a"'),
        ("len\tspecies", "r{n}\t0.{n}\ta"),
        ("len  species", "r{n}  0.{n}  a"),
        ("len;species", "{n};0,{n};a"),
    ],
)
def test_a_header_one_name_short_leaves_out_names_of_rows(header: str, row: str) -> None:
    table = read("\n".join([header, *(row.format(n=n) for n in range(1, 9))]))
    assert table.names == ["len", "species"]
    assert labels(table, "species") == ["a"] * 8
    assert "the header has 2 names and each row one field more" in told(table)


def test_a_short_header_above_a_first_column_with_repeats_is_an_error() -> None:
    with pytest.raises(DataError, match="line 2: found 3 fields, expected 2"):
        read("len,species\n1,0.5,a\n1,0.6,b\n2,0.7,a\n")


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ('c,t,y\n"NA",1,p\n"ZA",2,q\n,3,p\n', "NA"),
        ('c,t,y\n"null",1,p\n"x",2,q\n,3,p\n', "null"),
        ('t,c\n1,"NA"\n2,"ZA"\n3,\n', "NA"),
        ('c;t\n"None";1\n"some";2\n;3\n', "None"),
        ('c\tt\n"-"\t1\n"+"\t2\n\t3\n', "-"),
    ],
)
def test_a_quoted_word_is_a_text_beside_an_empty_cell(text: str, level: str) -> None:
    table = read(text)
    assert level in labels(table, "c")
    assert None in labels(table, "c")


def test_quotes_around_everything_tell_nothing_of_a_word() -> None:
    table = read('"c","t"\n"NA","1"\n"x","2"\n"yy","3"\n')
    assert labels(table, "c")[0] is None


SIGNS = st.sampled_from(["a,b", "c;d", 'say "x"', "two\tx", "o'clock", "x|y", "line\nbreak", "é", "서울", "x y"])
WORDS = st.one_of(SIGNS, st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=5))


@given(
    st.lists(st.tuples(WORDS, WORDS), min_size=3, max_size=8),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_written_in_any_way_is_read(
    rows: list[tuple[str, str]], delimiter: str, quoting: int, encoding: str, ending: str
) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator=ending)  # type: ignore[arg-type]
    numbered = [(number, first, number * 2.5, second) for number, (first, second) in enumerate(rows)]
    writer.writerows([("n", "first", "v", "second"), *numbered])
    table = read_text_table(
        file.getvalue().encode(encoding),
        "t.csv",
        wanted=Wanted(delimiter=delimiter, header=True, quote='"', comment=""),
    )
    assert table.names == ["n", "first", "v", "second"]
    assert list(table.column("v").values) == [row[2] for row in numbered]
    expected = {(row[1].strip() or None) for row in numbered}
    assert len(set(labels(table, "first"))) <= len(expected)
    found = read_text_table(file.getvalue().encode(encoding), "t.csv", wanted=Wanted(comment=""))
    assert found.names == table.names


@pytest.mark.parametrize(
    ("text", "names", "rows"),
    [
        ("a  b\tc\n1  2\t3\n4  5\t6\n", ["a", "b", "c"], 2),
        ('18.0   8   307.0\t"chev x"\n15.0   8   350.0\t"buick y"\n', [f"column {n}" for n in range(1, 5)], 2),
        ("word\nalpha beta\ngamma delta\nfoo bar\n", ["word"], 3),
        ("a,b\n1,2\n3,4\n\x1a", ["a", "b"], 2),
        ('"1","2","y"\n0.5,0.6,"a"\n0.7,0.8,"b"\n', ["1", "2", "y"], 2),
        ("Made by lab\nx y z\n1 2 3\n4 5 6\n", ["x", "y", "z"], 2),
        ("a,b\n1,2\n A , B \n3,4\n", ["a", "b"], 2),
        ("a,b\na,b\n1,2\n3,4\n", ["a", "b"], 2),
        ("a,b,y\nunknown,unknown,p\n3,6,q\n4,7,p\n5,8,q\n", ["a", "b", "y"], 4),
        ("tag,n\n#a,1\n#b,2\nc,3\n", ["tag", "n"], 3),
        ('tag,n\n# a,1\n"# b",2\nc,3\nd,4\n', ["tag", "n"], 4),
        ("name,temp\n,(C)\na,20\nb,21\nc,22\n", ["name", "temp"], 3),
        ("a,b\n1,2,\n3,4,\n5,6,\n", ["a", "b"], 3),
        ("Report\n\nx,y\n1,2,\n3,4,\n5,6,\n", ["x", "y"], 3),
        ("CO2 in kt,,\n,,\nYear,2000,2001\nTimber,26,22\nSteel,98,53\nClay,10,11\n", ["Year", "2000", "2001"], 3),
    ],
)
def test_tables_that_others_wrote_in_odd_ways_are_read(text: str, names: list[str], rows: int) -> None:
    table = read(text)
    assert (table.names, len(table)) == (names, rows)


def test_a_note_below_the_rows_is_named_with_what_skips_it() -> None:
    text = "a,b,c\n1,2,3\n4,5,6\nRegards: office\n"
    with pytest.raises(DataError, match=r'line 4: found 1 field, expected 3 .*--comment "Regards:" skips such lines'):
        read(text)
    assert len(read(text, comment="Regards:")) == 2


def test_missing_values_with_a_sign_of_comments_are_rows() -> None:
    table = read("v,y\n#N/A,p\n1,q\n#NV,p\n2,q\n#DIV/0!,p\n")
    assert labels(table, "v") == [None, "1", None, "2", None]


@pytest.mark.parametrize("groups", ["Size,,Kind", "Size,Size,Kind", "Size,Size,"])
def test_names_of_groups_above_the_header_are_skipped_and_told(groups: str) -> None:
    table = read("\n".join([groups, BODY]))
    assert table.names == ["a", "b", "y"]
    assert "line 1 skipped" in told(table)


@pytest.mark.parametrize("rule", ["--,---,-----", "==,==,=="])
def test_a_rule_below_the_header_is_skipped_and_told(rule: str) -> None:
    header, *rows = BODY.splitlines()
    table = read("\n".join([header, rule, *rows]))
    assert len(table) == len(NUMBERED)
    assert "line 2 skipped" in told(table)


def test_marks_of_byte_order_between_joined_files_are_no_letters() -> None:
    table = read("\ufeff" + BODY.rstrip() + "\n\ufeff" + BODY)
    assert len(table) == 2 * len(NUMBERED)
    assert table.column("a").kind == "number"


@pytest.mark.parametrize(
    ("head", "names"),
    [
        (",2019,,2020,\nname,sales,cost,sales,cost\n", ["name", "2019 sales", "2019 cost", "2020 sales", "2020 cost"]),
        ("city,t,t,r,r\n,min,max,min,max\n", ["city", "t min", "t max", "r min", "r max"]),
        (",p,p,v,v\n,open,close,sum,mean\nday,,,,\n", ["day", "p open", "p close", "v sum", "v mean"]),
        ("Price,Open,High,Low,Close\nTicker,A,A,A,A\nDate,,,,\n", ["Date", "Open", "High", "Low", "Close"]),
        ("city,a,,b,\n,m,s,m,s\n", ["city", "a", "column 3", "b", "column 5"]),  # units
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_two_rows_that_name_the_columns_together_are_one_header(head: str, names: list[str], ending: str) -> None:
    rows = "".join(f"x{n % 3},{n},{n + 0.5},{n * n},{-n}\n" for n in range(20))
    table = read_text_table((head + rows).replace("\n", ending).encode(), "t.csv")
    assert table.names == names
    assert [column.kind for column in table.columns] == ["text", "number", "number", "number", "number"]
    assert table.place_of(0) == f"line {head.count(chr(10)) + 1}"
    shown = head.count("\n")
    assert any(notice.startswith((f"lines 1 to {shown} are taken", "line 2 skipped")) for notice in table.notices)


def test_a_title_above_such_a_header_is_skipped() -> None:
    rows = "".join(f"x{n % 3},{n},{n + 0.5},{n * n},{-n}\n" for n in range(20))
    table = read_text_table(("A report\n\n,2019,,2020,\nname,low,top,low,top\n" + rows).encode(), "t.csv")
    assert table.names == ["name", "2019 low", "2019 top", "2020 low", "2020 top"]
    assert table.place_of(0) == "line 5"
    assert any("lines 3 to 4 are taken together" in n and "--skip-lines 2 " in n for n in table.notices)


def test_several_rows_that_describe_the_columns_are_skipped() -> None:
    head = 'Q1,Q2,Q3\nHow old are you?,"Weight, in kg?",Choose\nimport_1,import_2,import_3\n'
    table = read_text_table((head + "".join(f"{n},{n * 2},{'ab'[n % 2]}\n" for n in range(20))).encode(), "t.csv")
    assert [column.kind for column in table.columns] == ["number", "number", "text"]
    assert any(notice.startswith("lines 2 to 3 skipped") for notice in table.notices)
