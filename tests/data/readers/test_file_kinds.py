"""Files that are no tables are named for what they are, with what to do."""

from __future__ import annotations

import pytest

from tuitrain.data.readers.text import read_text_table
from tuitrain.errors import DataError


@pytest.mark.parametrize(
    ("data", "kind", "advice"),
    [
        (b"\x1f\x8b\x08\x00", "gzip archive", "unpack it"),
        (b"PK\x03\x04\x14\x00[Content_Types].xmlxl/workbook.xml", r"spreadsheet of Excel \(.xlsx\)", "save it as CSV"),
        (
            b"PK\x03\x04\x14\x00mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            r"spreadsheet \(.ods\)",
            "save it as CSV",
        ),
        (b"PK\x03\x04\x14\x00a.csv", "zip archive", "unpack it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", r"spreadsheet of Excel \(.xls\)", "save it as CSV"),
        (b"%PDF-1.7\n", "PDF document", "save it as CSV"),
        (b"<!DOCTYPE html>\n<html>", "web page", "raw file"),
        (b"\n\n  <HTML lang='en'>", "web page", "raw file"),
        (b"\xef\xbb\xbf\n<!doctype HTML>", "web page", "raw file"),
        (b"<!-- saved --><html>", "web page", "raw file"),
        (b"<?xml version='1.0'?>", "XML file", "CSV"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 1\n", "Git LFS pointer", "git lfs pull"),
        (b'{"a": 1}', "JSON file", "CSV"),
        (b'[\n  {"a": 1}]', "JSON file", "CSV"),
        (b"{\\rtf1", r"document \(RTF\)", "CSV"),
        (b"PAR1\x15\x04", "Parquet file", "name it .parquet"),
        (b"@relation iris\n@attribute a numeric\n", "ARFF file", "name it .arff"),
    ],
)
def test_a_file_that_is_no_table_is_named_for_what_it_is(data: bytes, kind: str, advice: str) -> None:
    with pytest.raises(DataError, match=rf"^t.csv: this is a {kind}; .*{advice}"):
        read_text_table(data, "t.csv")


@pytest.mark.parametrize("text", ["{a},b\n1,2\n", "<a>,<b>\n1,2\n", "version,b\n1,2\n", "[a],[b]\n1,2\n"])
def test_a_table_that_begins_with_brackets_is_a_table(text: str) -> None:
    assert len(read_text_table(text.encode(), "t.csv").names) == 2
