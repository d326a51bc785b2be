"""Make tables as people write them, small and large, from a seed: each with the text and what its cells are."""

from __future__ import annotations

import bz2
import gzip
import lzma
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

PACKERS = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}
TOWNS = ["Ulm", "Köln", "Bonn", "St. Ives", "Aix"]
WORDS = [
    "plain",
    "2 words",
    "with, comma",
    "semi; colon",
    "tab\there",
    "pipe|d",
    'a "word"',
    "two\nlines",
    "a\n\nb",
    "é",
]
NUMBERS = 6  # columns, where all are plain numbers
NAMES = ["size", "income", "share", "day", "town", "member", "note", "y"]


@dataclass
class Style:
    """How one kind of table is written."""

    random: Random
    delimiter: str = ","
    end: str = "\n"
    encoding: str = "utf-8"
    suffix: str = ".csv"
    decimal: str = "."
    quotes_all: bool = False
    has_words: bool = True  # a column of texts with line ends and delimiters, in quotes
    has_header: bool = True
    is_numeric: bool = False  # nothing but plain numbers
    extras: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, seed: int) -> Style:
        random = Random(seed)
        delimiter = random.choice(",;\t|")
        style = cls(
            random, delimiter, random.choice(["\n", "\n", "\r\n", "\r"]),
            random.choice(["utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16"]),
            random.choice([".csv", ".tsv" if delimiter == "\t" else ".txt"]) + random.choice([*PACKERS]),
            "," if delimiter != "," and random.random() < 0.4 else ".",
            random.random() < 0.2, random.random() < 0.6, random.random() < 0.9, random.random() < 0.3,
        )  # fmt: skip
        offered = ["blank lines", "comments", "late comments", "headers again", "units", "row names", "blank end",
                   "titles", "blanks around", "marks", "quoted NA", "late letters"]  # fmt: skip
        style.extras = {extra for extra in offered if random.random() < 0.25}
        if "row names" in style.extras:
            style.extras -= {"blank end", "titles", "units", "comments"}
        if not style.has_header:
            style.extras -= {"row names", "blank end", "units", "titles", "headers again", "comments"}
        if style.encoding != "utf-8" or style.end == "\r":
            style.extras -= {"late letters", "marks"}
        if style.is_numeric:
            style.decimal, style.quotes_all = ".", False
        elif "units" in style.extras:
            style.extras -= {"units"}  # which stand above plain numbers
        return style

    def rows(self, count: int, *, is_new: bool) -> list[list[str]]:
        """Rows of cells; those of a new table may hold what training did not."""
        random = self.random
        rows = []
        for number in range(count):
            odd = is_new and random.random() < 0.02
            income = random.randrange(1000, 90000) * (7 if odd else 1)
            town = "Rom" if odd else random.choice(TOWNS)
            row = [
                f"{random.uniform(-9, 9) * (5 if odd else 1):.{random.choice([1, 3])}f}".replace(".", self.decimal),
                f"${income}" if self.decimal == "," else f"${income:,}",
                f"{random.randrange(0, 1000) / 10}".replace(".", self.decimal) + "%",
                f"20{random.randrange(10, 25)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}",
                town if "late letters" not in self.extras or number > count * 0.8 else town.replace("ö", "oe"),
                random.choice(["yes", "no"]),
                random.choice(WORDS if self.has_words else ["a", "b", "c d", "x1"]),
                random.choice(["alpha", "beta"]),
            ]
            if self.is_numeric:
                rows.append(self._numbers(odd=odd))
                continue
            if "late letters" in self.extras and number <= count * 0.8:
                row[6] = row[6].replace("é", "e")
            if random.random() < 0.03:
                row[random.randrange(6)] = random.choice(["", "NA", "n/a"])
            if is_new and random.random() < 0.01:
                row[0] = random.choice(["inf", "1e3", "-" if not odd else "+4"])
            rows.append(row)
        return rows

    def _numbers(self, *, odd: bool) -> list[str]:
        random = self.random
        row = [f"{random.gauss(0, 20 if odd else 3):.{random.randrange(5)}f}" for _column in range(NUMBERS)]
        if random.random() < 0.05:
            row[random.randrange(NUMBERS - 1)] = random.choice(["", "", "-0.0", "12345678.125"])
        if odd and "blank lines" in self.extras:
            row[random.randrange(NUMBERS - 1)] = random.choice(["NA", "1e3", "-", "007"])
        return row

    @property
    def names(self) -> list[str]:
        """The columns, the target last."""
        return [*(f"x{number}" for number in range(1, NUMBERS)), "y"] if self.is_numeric else NAMES

    def text(self, rows: list[list[str]], *, is_large: bool = False) -> str:
        """The text of a table with these rows."""
        lines, extras = [], self.extras
        header = self.names
        if "titles" in extras:
            lines += ["A table of people"]
        if "comments" in extras:
            lines += ["# made by hand", "# and not checked"]
        if self.has_header:
            lines.append(self.line(header))
        if "units" in extras:
            lines.append(self.line(["cm", "kg", "%", "mm", "s", "g"]))
        for number, row in enumerate(rows):
            cells = [str(number), *row] if "row names" in extras else row
            line = self.line(cells) + (self.delimiter if "blank end" in extras else "")
            lines.append(line)
            if self.random.random() < 0.01 and "blank lines" in extras:
                lines.append("")
            if self.random.random() < 0.01 and "headers again" in extras:
                lines.append(self.line(header))
            if "late comments" in extras and is_large and number > 0.9 * len(rows) and number % 50 == 0:
                lines.append("# changed here")
            if "marks" in extras and self.random.random() < 0.01:
                lines.append("\ufeff" + lines.pop())
        return self.end.join(lines) + self.end * self.random.randrange(2)

    def line(self, cells: list[str]) -> str:
        """One row as it is written."""
        written = []
        for cell in cells:
            must = any(sign in cell for sign in [self.delimiter, '"', "\n", "\r"])
            if must or self.quotes_all or (cell == "NA" and "quoted NA" in self.extras):
                written.append('"' + cell.replace('"', '""') + '"')
            else:
                written.append(cell)
        between = self.delimiter + " " if "blanks around" in self.extras and self.delimiter in ",;" else self.delimiter
        return between.join(written)

    def write(self, path: Path, text: str) -> Path:
        """Write it under a name with the suffix of its kind."""
        path = path.with_name(path.name + self.suffix)
        pack = PACKERS[next((packed for packed in PACKERS if packed and self.suffix.endswith(packed)), "")]
        path.write_bytes(pack(text.encode(self.encoding)))
        return path
