"""Tell the Escape key from the escape sequences that start with the same character."""

from __future__ import annotations

import re
from collections.abc import Iterator

ESCAPE = "\x1b"
PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"
# Sequences of keys and replies start with ESC [ or ESC O; ESC DEL is alt+backspace, which deletes a word.
_KEY_OR_PASTE = re.compile(r"\x1b\[200~|\x1b(?:O|\[(?:20{0,2})?)?\Z|\x1b(?![\[O\x7f])")
_PASTE_END_BEGUN = re.compile(r"\x1b(\[(2(0(1)?)?)?)?\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # all but tab and the ends of lines


class EscapeKey:
    """Split what was typed into the Escape keys and the texts between them.

    Escape followed by a letter is what a terminal sends for alt and the letter as well, and tmux, which waits for half
    a second after an Escape, sends them together. No key here is pressed with alt, so both keys count, one by one.

    Control characters are taken out of what is pasted: an Escape there would end the paste for Textual's parser, and
    the rest of it would act as keys.
    """

    def __init__(self) -> None:
        self._held = ""
        self._is_pasting = False

    @property
    def is_waiting(self) -> bool:
        """Whether what was typed ends in what may be an Escape key or the start of a sequence."""
        return bool(self._held) and not self._is_pasting

    def feed(self, text: str) -> Iterator[str]:
        """Yield `ESCAPE` alone for each key, and the texts between; hold back an end that may become a sequence."""
        text, self._held = self._held + text, ""
        while text:
            if self._is_pasting:
                before, end, text = text.partition(PASTE_END)
                self._is_pasting = not end
                if not end and (begun := _PASTE_END_BEGUN.search(before)):
                    before, self._held = before[: begun.start()], begun[0]
                if pasted := _CONTROL.sub("", before) + end:
                    yield pasted
            elif (found := _KEY_OR_PASTE.search(text)) is None:
                yield text
                return
            else:
                if found.start():
                    yield text[: found.start()]
                text = text[found.end() :]
                if not text and found[0] != PASTE_START:
                    self._held = found[0]
                    return
                self._is_pasting = found[0] == PASTE_START
                yield found[0]

    def flush(self) -> Iterator[str]:
        """Yield what was held back: nothing has followed for so long that it is no sequence. A paste is waited for."""
        if self._is_pasting:
            return
        held, self._held = self._held, ""
        at = 1 if len(held) <= len("\x1b[") else len(held)  # a longer one is a sequence, whose end is late
        yield from filter(None, (held[:at], held[at:]))
