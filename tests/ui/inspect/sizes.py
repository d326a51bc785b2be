"""The sizes at which a page is looked at: the small one always, the large one where there is time."""

import pytest

SIZES = [(80, 24), pytest.param((120, 40), marks=pytest.mark.long)]
