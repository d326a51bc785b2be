"""Textual's terminal driver, with the Escape key answered sooner.

The driver waits up to a tenth of a second for input before it asks its parser whether an Escape that came alone has
waited long enough to be the key. Here it asks after `ESCAPE_SECONDS` when the last thing read was an Escape.
"""

from __future__ import annotations

import os
import selectors
import signal
from codecs import getincrementaldecoder

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

IDLE_SECONDS = 0.1
ESCAPE_SECONDS = 0.018
CHUNK = 4096


class PromptDriver(LinuxDriver):
    """Counts what is written, and reads keys as `LinuxDriver` does; an Escape alone is a key after `ESCAPE_SECONDS`."""

    bytes_written = 0  # as characters; what a slow link has to carry

    def write(self, data: str) -> None:
        if self._writer_thread is None or not self._writer_thread.is_alive():
            return  # the terminal is gone; what is queued for it would be waited for without end
        self.bytes_written += len(data)
        super().write(data)

    def start_application_mode(self) -> None:
        """Take the terminal, for the first time or again after Ctrl-Z: nothing of ours is on it."""
        painted = getattr(self._app, "painted", None)
        if painted is not None:
            painted.forget()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def _get_terminal_size(self) -> tuple[int, int]:
        """That of the terminal which is drawn on; standard output may be a file."""
        try:
            columns, rows = os.get_terminal_size(self.fileno)
        except (OSError, ValueError):
            return super()._get_terminal_size()
        return columns, rows

    def _hold(self) -> None:
        """Let training wait while what was typed is answered."""
        session = getattr(self._app, "session", None)
        if session is not None:
            session.hold()

    def _read(self) -> bytes:
        """What was typed; nothing if the terminal is gone."""
        try:
            return os.read(self.fileno, CHUNK)
        except OSError:
            return b""

    def _hang_up(self) -> None:
        """End as by the signal, which comes only to the terminal's own processes."""
        end_by = getattr(self._app, "end_by", None)
        if end_by is not None:
            end_by(signal.SIGHUP)

    def run_input_thread(self) -> None:
        """Wait for input and pass on what it means, until the application ends."""
        selector = selectors.SelectSelector()
        selector.register(self.fileno, selectors.EVENT_READ)
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        seconds = IDLE_SECONDS
        try:
            while not self.exit_event.is_set():
                if selector.select(seconds):
                    data = self._read()
                    if not data:
                        self._hang_up()
                        return
                    self._hold()
                    text = decode(data)
                    for message in parser.feed(text):
                        self.process_message(message)
                    seconds = ESCAPE_SECONDS if text.endswith("\x1b") else IDLE_SECONDS
                else:
                    seconds = IDLE_SECONDS
                for message in parser.tick():
                    self.process_message(message)
        finally:
            selector.close()
            try:
                for _ in parser.feed(""):
                    pass
            except (EOFError, ParseError):
                pass
