"""What the environment says of the terminal decides the signs that are written."""

import pytest

from tuitrain.ui.theme import is_ascii_only, theme_for


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


def test_a_number_that_is_not_known_is_a_dot_also_in_ascii() -> None:
    """Between two words the sign is a line; alone in a column it would read as one of the frame."""
    theme = theme_for("none", ascii_only=True)
    assert theme.plain("   1     ·    ·  0.090     ·") == "   1     .    .  0.090     ."
    assert (
        theme.plain("moons · epoch 3 · best") == "moons | epoch 3 | best"
        and theme.formula("w·a = 2 · 3") == "w*a = 2 * 3"
    )
