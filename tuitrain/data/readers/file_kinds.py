"""Name what a file is that is no text table, by how it begins, and say what to do."""

from __future__ import annotations

import re

from tuitrain.errors import DataError
from tuitrain.translation import N_
from tuitrain.translation import gettext as _

DOS_END = b"\x1a"  # with which DOS ended a text
UNPACK = N_("unpack it and name the table in it")
EXPORT = N_("save it as CSV in the program that made it")
NO_TABLE = N_("expected CSV or TSV text, .npy, .npz or .parquet")
DOWNLOAD = N_("the download gave a page in place of the file; look for the link to the raw file")
GIT_LFS = N_("it only names the table, which Git keeps elsewhere; fetch it by: git lfs pull")
KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", N_("gzip archive"), UNPACK), (b"\xfd7zXZ", N_("xz archive"), UNPACK),
    (b"BZh", N_("bzip2 archive"), UNPACK), (b"\x28\xb5\x2f\xfd", N_("zstandard archive"), UNPACK),
    (b"7z\xbc\xaf", N_("7z archive"), UNPACK), (b"Rar!", N_("RAR archive"), UNPACK),
    (b"PK\x03\x04", N_("zip archive"), UNPACK),
    (b"\xd0\xcf\x11\xe0", N_("spreadsheet of Excel (.xls)"), EXPORT), (b"%PDF", N_("PDF document"), EXPORT),
    (b"{\\rtf", N_("document (RTF)"), EXPORT), (b"SQLite format 3", N_("SQLite database"), EXPORT),
    (b"\x89HDF", N_("HDF5 file"), EXPORT), (b"RDX", N_("file of R (.rda)"), EXPORT),
    (b"CDF", N_("NetCDF file"), EXPORT),
    (b"$FL2", N_("file of SPSS (.sav)"), EXPORT), (b"<stata_dta>", N_("file of Stata (.dta)"), EXPORT),
    (b"\x89PNG", N_("PNG image"), NO_TABLE), (b"\xff\xd8\xff", N_("JPEG image"), NO_TABLE),
    (b"GIF8", N_("GIF image"), NO_TABLE), (b"\x7fELF", N_("program"), NO_TABLE),
    (b"PAR1", N_("Parquet file"), N_("name it .parquet")), (b"\x93NUMPY", N_("NumPy file"), N_("name it .npy")),
)  # fmt: skip
TEXT_KINDS: tuple[tuple[bytes, str, str], ...] = (  # in small letters, behind blanks
    (b"version https://git-lfs", N_("Git LFS pointer"), GIT_LFS),
    (b"<!doctype html", N_("web page"), DOWNLOAD), (b"<html", N_("web page"), DOWNLOAD),
    (b"<head", N_("web page"), DOWNLOAD), (b"<body", N_("web page"), DOWNLOAD),
    (b"<?xml", N_("XML file"), EXPORT), (b"<svg", N_("SVG image"), NO_TABLE),
    (b'{"', N_("JSON file"), EXPORT), (b"[{", N_("JSON file"), EXPORT), (b"[[", N_("JSON file"), EXPORT),
    (b"@relation", N_("ARFF file"), N_("name it .arff")), (b"%!ps", N_("PostScript document"), EXPORT),
)  # fmt: skip
SPREADSHEETS = (
    (b"xl/", N_("spreadsheet of Excel (.xlsx)")), (b"opendocument.spreadsheet", N_("spreadsheet (.ods)")),
    (b"word/", N_("document of Word (.docx)")),
)  # fmt: skip
SPARSE_LINE = re.compile(rb"(?m)^[-+]?[0-9.]+(?: [0-9]+:[-+.0-9e]+){2,} *\r?$")  # 1 3:0.5 7:1
LEAST_SPARSE_LINES = 3


def refuse_other_kinds(data: bytes, name: str) -> None:
    """Refuse the bytes of a file that is no text table.

    Raises
    ------
    DataError
        that says what the file is and what to do.
    """
    found = next(((kind, advice) for magic, kind, advice in KINDS if data.startswith(magic)), None)
    if found is not None and data.startswith(b"PK"):
        kind = next((kind for sign, kind in SPREADSHEETS if sign in data[:4000] or sign in data[-4000:]), None)
        found = found if kind is None else (kind, EXPORT)
    if found is None:
        head = data[:2000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
        found = next(((kind, advice) for start, kind, advice in TEXT_KINDS if head.startswith(start)), None)
        if found is None and head[:1] in (b"[", b"{") and head[1:].lstrip()[:1] in (b'"', b"{", b"["):
            found = (N_("JSON file"), EXPORT)
        if found is None and head.startswith(b"<!--") and b"<html" in head:
            found = (N_("web page"), DOWNLOAD)
        if found is None and len(SPARSE_LINE.findall(head)) >= LEAST_SPARSE_LINES:
            found = (N_("file in the format of LIBSVM"), EXPORT)
    if found is not None:
        kind, advice = found
        raise DataError(_("{name}: this is a {kind}; {advice}").format(name=name, kind=_(kind), advice=_(advice)))
