"""What the environment says of the terminal decides the signs that are written."""

import pytest

from tuitrain.ui.theme import is_ascii_only


@pytest.mark.parametrize(
    ("environment", "is_ascii"),
    [
        ({}, False),
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8", "PYTHONIOENCODING": "ascii:replace"}, True),
        ({"LC_ALL": "C", "PYTHONIOENCODING": "UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "PYTHONIOENCODING": ":replace"}, False),
    ],
)
def test_only_ascii_is_written_where_no_more_can_be(environment: dict[str, str], is_ascii: bool) -> None:
    assert is_ascii_only(environment) is is_ascii
