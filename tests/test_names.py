"""Names that a reader can rely on: one class, one name."""

import re
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "tuitrain"
CLASS = re.compile(r"^ *class (\w+)[:(\[]", re.MULTILINE)


def test_no_two_classes_share_a_name() -> None:
    files = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for name in CLASS.findall(path.read_text(encoding="utf-8")):
            files[name].append(str(path.relative_to(PACKAGE)))
    shared = {name: found for name, found in files.items() if len(found) > 1}
    assert len(files) > 100
    assert shared == {}
