"""The one declaration of every option about data: how a table is read, what is predicted, how rows are split.

`load_dataset`, the command line, the TOML file's ``[data]``, their messages and the help are made from it. To add one:
add a field here, and use it where the table is read (`data/readers`) or prepared (`data/dataset.py`).
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tuitrain.errors import DataOptionError
from tuitrain.options.option import Option, check_all, declare, declared, read_all
from tuitrain.options.split_rule import RANDOM, SplitRule
from tuitrain.text import suggest
from tuitrain.translation import gettext as _

TASKS = ("classification", "regression")
SCALES = ("standard", "minmax", "none")
EncodeNumbers = Literal["auto", "standard", "bins"]
ENCODE_NUMBERS = ("auto", "standard", "bins")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " "}
DECIMALS = {"point": ".", "comma": ","}
THOUSANDS = {"none": "", "comma": ",", "point": ".", "space": " ", "apostrophe": "'"}
DATE_ORDERS = ("ymd", "dmy", "mdy")
IGNORE = "ignore"
COLUMN_KINDS = ("number", "text", "date", "time", "boolean", IGNORE)
READING, PREDICTING, SPLITTING = "reading", "predicting", "splitting"  # groups: READING acts on any table that is read
DATA_GROUPS = (READING, PREDICTING, SPLITTING)


ENCODINGS = (
    "utf-8", "utf-16", "utf-32", "cp949", "euc-kr", "shift_jis", "euc_jp", "iso2022_jp", "gb18030", "gbk", "gb2312",
    "big5", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "latin-1",
    "iso8859-2", "iso8859-7", "iso8859-9", "iso8859-15", "koi8-r", "mac_roman", "cp437", "cp850", "cp866", "ascii",
)  # fmt: skip


def encoding_problem(name: str) -> str:
    """Say what is wrong with the name of an encoding; empty if Python knows it."""
    try:
        known = codecs.lookup(name)
    except (LookupError, ValueError):
        return suggest(name, ENCODINGS)
    return "" if known._is_text_encoding else _("{name} is no encoding of texts").format(name=name)


def one_sign_problem(sign: str) -> str:
    """Say what is wrong with a sign for quotes; empty if nothing is."""
    return "" if len(sign) == 1 and sign.isprintable() and not sign.isalnum() else _("expected a single sign, or none")


@dataclass(frozen=True, kw_only=True)
class DataOptions:
    """What the user says about a table; frozen, valid by construction.

    Raises
    ------
    DataOptionError
        if any value is not allowed: one line for each, all at once.
    """

    target: str | None = declare(
        None, "target", "text", "column to predict", "A column's name.", group=PREDICTING,
        unset="guessed from names such as target, label, survived, class; else the last", example="species",
    )  # fmt: skip
    task: str | None = declare(
        None, "task", "choice", "what is predicted",
        "classification: one of several classes. regression: a number.", group=PREDICTING, choices=TASKS,
        unset="found from the target's values", example="regression",
    )  # fmt: skip
    positive: str | None = declare(
        None, "positive", "text", "class that is looked for",
        "Such as churned, ill or fraud: precision, recall, F1 and the areas are of this class, and --threshold is its "
        "probability.", group=PREDICTING, unset="none; metrics are means over the classes", example="yes",
    )  # fmt: skip
    validation: float = declare(
        0.15, "validation", "number", "share of the rows for validation",
        "These rows are not trained on: they say which epoch and which trial is best, and when to stop. 0: none.",
        group=SPLITTING, minimum=0, maximum=1, below_maximum=True,
    )  # fmt: skip
    test: float = declare(
        0.15, "test", "number", "share of the rows for the test",
        "These rows are neither trained on nor used for choosing: they say how well new rows will do. 0: none.",
        group=SPLITTING, minimum=0, maximum=1, below_maximum=True,
    )  # fmt: skip
    test_file: str | None = declare(
        None, "test file", "text", "file of its own as the test part", "It takes the place of the share for the test.",
        group=SPLITTING, unset="none", example="test.csv",
    )  # fmt: skip
    split: str = declare(
        RANDOM, "split", "text", "how rows are divided into parts (random, group:COLUMN or time:COLUMN)",
        "group: rows with the same value of the column (a patient, a customer) stay in one part, and the column is no "
        "input. time: validation rows are later than those trained on, and test rows later still.",
        group=SPLITTING, example="group:patient",
    )  # fmt: skip
    split_seed: int = declare(
        0, "split seed", "whole", "seed of the split",
        "Another seed gives other rows to validation and test: how far a result moves then is luck of the split.",
        group=SPLITTING, minimum=0, maximum=2**128,
    )  # fmt: skip
    scale: Literal["standard", "minmax", "none"] = declare(
        "standard", "scale", "choice", "how number columns are scaled",
        "standard: mean 0 and standard deviation 1; minmax: 0 to 1; both by the training rows alone.",
        group=PREDICTING, choices=SCALES,
    )  # fmt: skip
    encode_numbers: Literal["auto", "standard", "bins"] = declare(
        "auto", "encode numbers", "choice", "how a network reads number columns",
        "standard: each as one input. bins: beside it also the place within each of 16 bins (8 below 400 rows) that "
        "hold equally many training rows, so that the network can bend at each edge, as trees do. auto: bins, but "
        "none without hidden layers, for images, generated datasets and tables of more than 60 number columns.",
        group=PREDICTING, choices=ENCODE_NUMBERS,
    )  # fmt: skip
    delimiter: str | None = declare(
        None, "delimiter", "choice", "what separates the fields of a text table",
        "The sign itself may be given too.", group=READING, choices=tuple(DELIMITERS),
        aliases={sign: name for name, sign in DELIMITERS.items()}, unset="found from the text",
        example="semicolon",
    )  # fmt: skip
    header: str | None = declare(
        None, "header", "choice", "whether the first row names the columns",
        "no: it is a row like the others, and the columns are numbered.", group=READING, choices=("yes", "no"),
        unset="found by comparing it with the rows below", example="no",
    )  # fmt: skip
    encoding: str | None = declare(
        None, "encoding", "text", "encoding of a text table",
        "Such as utf-8, cp949 (Korean), shift_jis, gbk, big5, cp1252 (Western European) or cp1251 (Cyrillic).",
        group=READING, problem=encoding_problem, unset="found by which letters are plausible", example="cp949",
    )  # fmt: skip
    quote: str | None = declare(
        None, "quote", "text", "sign that stands around fields",
        "Within it a delimiter is a part of the text; none: no sign does, so that quotes are a part of it.",
        group=READING, special={"none": ""}, problem=one_sign_problem, unset='" or, where only it is used so, \'',
        example="'",
    )  # fmt: skip
    comment: str | None = declare(
        None, "comment", "text", "sign at the start of lines to skip",
        "none: no line is a comment.", group=READING, special={"none": ""},
        unset="#, %, // or !, where such lines are no rows", example="#",
    )  # fmt: skip
    skip_lines: int | None = declare(
        None, "skip lines", "whole", "lines to skip at the top",
        "Such as titles above the header. With 0, all lines are read.", group=READING, minimum=0, maximum=1_000_000,
        unset="those with fewer fields than a header and the rows below", example="3",
    )  # fmt: skip
    decimal: str | None = declare(
        None, "decimal", "choice", "decimal sign of the numbers",
        "point: 1234.5; comma: 1234,5. It holds for all columns of numbers.", group=READING, choices=tuple(DECIMALS),
        unset="found from each column and the others", example="comma",
    )  # fmt: skip
    thousands: str | None = declare(
        None, "thousands", "choice", "sign that separates thousands",
        "comma: 1,234; point: 1.234; none: no sign does, so that 1,234 has a decimal comma or is a text.",
        group=READING, choices=tuple(THOUSANDS), unset="found from each column and the others", example="comma",
    )  # fmt: skip
    date_order: str | None = declare(
        None, "date order", "choice", "order of day, month and year in dates of numbers alone",
        "dmy: 5/1/2024 is the fifth of January; mdy: it is the first of May.", group=READING, choices=DATE_ORDERS,
        unset="found from each column; asked where nothing settles it", example="dmy",
    )  # fmt: skip
    missing: tuple[str, ...] | None = declare(
        None, "missing", "list", "words that stand for a missing value",
        "Beside the usual ones, which are NA, N/A, NaN, null, ?, and, among numbers, none, -, --, . and missing. none: "
        "only an empty cell is; none before others, as in none,-999: these and no usual ones.", group=READING,
        separator=",", special={"none": ()}, unset="the usual ones", example="-999,unknown",
    )  # fmt: skip
    types: tuple[tuple[str, str], ...] = declare(
        (), "type", "mapping", "how a column is read",
        "number, text, date, time, boolean, or ignore to leave it out. A cell that does not fit is an error.",
        group=READING, choices=COLUMN_KINDS, flag_name="type", example="zip=text",
    )  # fmt: skip
    sheet: str | None = declare(
        None, "sheet", "text", "sheet of an Excel workbook", "Its name.", group=READING,
        unset="the first that has a table; the others are named", example="2024",
    )  # fmt: skip
    drop: tuple[str, ...] = declare(
        (), "drop", "list", "column to leave out", "Such as one that counts the rows, or tells the answer.",
        group=PREDICTING, example="id",
    )  # fmt: skip

    def __post_init__(self) -> None:
        problems = check_all(self, DATA_FIELDS)
        try:
            object.__setattr__(self, "split", str(SplitRule.parse(str(self.split))))
        except ValueError as error:
            problems.append(str(error))
        if problems:
            raise DataOptionError("\n".join(problems))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> DataOptions:
        """Make them from names to values, where a text is read as a person would type it.

        Raises
        ------
        DataOptionError
            with a line for each unknown name and each value that is not allowed.
        """
        read, problems = read_all(DATA_FIELDS, values, _("data option"))
        if problems:
            raise DataOptionError("\n".join(problems))
        return cls(**read)

    def to_mapping(self) -> dict[str, Any]:
        """Names to values, fit for JSON and TOML, without those that are not set."""
        values = {name: (spec, getattr(self, name)) for name, spec in DATA_FIELDS.items()}
        return {name: spec.plain(value) for name, (spec, value) in values.items() if value not in (None, ())}


DATA_FIELDS: dict[str, Option] = declared(DataOptions, Option)

DATASET = Option(
    name="dataset", label="dataset", kind="text", default=None, meaning="what is trained on",
    explanation="A bundled or generated name, a file, or - for standard input; `tuitrain datasets` lists the names.",
    example="iris",
)  # fmt: skip

# Written behind the name of a generated dataset: moons?n=1000&noise=0.2&seed=1. The defaults of n and noise are the
# dataset's own.
GENERATOR_FIELDS: dict[str, Option] = {
    spec.name: spec
    for spec in (
        Option(
            name="n", label="n", kind="whole", default=None, minimum=8, maximum=10_000_000, meaning="rows to generate",
            unset="the dataset's own",
        ),
        Option(
            name="noise", label="noise", kind="number", default=None, minimum=0, maximum=1000,
            unset="the dataset's own", meaning="standard deviation of what is added to each point",
        ),
        Option(
            name="seed", label="seed", kind="whole", default=0, minimum=0, maximum=2**53,
            meaning="seed of the generated rows",
        ),
    )
}  # fmt: skip
