"""A language of longer words in other letters: what stands in English beside it was not translated."""

from __future__ import annotations

import math
import re
from gettext import NullTranslations
from string import ascii_letters

OTHER_LETTERS = "áḃćďéḟǵĥíĵḱĺḿńóṕɋŕśťúṽẃẍýźÁḂĆĎÉḞǴĤÍĴḰĹḾŃÓṔɊŔŚŤÚṼẂẌÝŹ"
_TO_OTHER = str.maketrans(ascii_letters, OTHER_LETTERS)
_FIGURE = re.compile(r"(\{[^{}]*\})")


class Pseudo(NullTranslations):
    """Writes each text in other letters, longer by two fifths; spaces at its ends and the names of figures stay."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def gettext(self, message: str) -> str:
        self.asked.add(message)
        parts = _FIGURE.split(message)
        letters = sum(len(part) for part in parts[::2])
        written = "".join(part if at % 2 else part.translate(_TO_OTHER) for at, part in enumerate(parts))
        end = len(written.rstrip())
        return written[:end] + "·" * math.ceil(0.4 * letters) * bool(message.strip()) + written[end:]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)
