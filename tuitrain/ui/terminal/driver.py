"""Textual's terminal driver, with the Escape key told sooner and always, and a job that can be suspended whole.

The driver waits up to a tenth of a second for input before it asks its parser whether an Escape that came alone has
waited long enough to be the key. Here it asks after `ESCAPE_SECONDS` when what was read may end in one.
"""

from __future__ import annotations

import os
import selectors
import signal
import sys
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable
from typing import Any

from textual import events
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.app import ScreenStackError
from textual.drivers.linux_driver import LinuxDriver

from tuitrain.runs.awake import AWAKE
from tuitrain.ui.terminal.escape import ESCAPE, EscapeKey

IDLE_SECONDS = 0.1
ESCAPE_SECONDS = 0.018
SETTLE_SECONDS = 0.2  # that the next key waits at most for what an Escape closes; often that is nothing
LOOK_SECONDS = 0.002
CHUNK = 4096


class PromptDriver(LinuxDriver):
    """Count what is written, and read keys as `LinuxDriver` does; an Escape alone is a key after `ESCAPE_SECONDS`.

    Draw on standard error, or on standard output where the other is no terminal.
    """

    bytes_written = 0  # as characters; what a slow link has to carry

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._is_on_terminal = False
        self._escaped: tuple[tuple[object, object], float] | None = None
        shown_on = [stream for stream in (sys.__stderr__, sys.__stdout__) if stream is not None and stream.isatty()]
        if shown_on:
            self._file = shown_on[0]

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
        self._is_on_terminal = True

    def stop_application_mode(self) -> None:
        """Give the terminal back, unless that was done: while suspended it belongs to the shell."""
        if self._is_on_terminal:
            super().stop_application_mode()
            self._is_on_terminal = False

    def disable_input(self) -> None:
        """Read no more; the shell's terminal is left alone, or the job would be stopped for touching it."""
        if self._is_on_terminal:
            super().disable_input()

    def _sigtstp_application(self, *_: object) -> None:
        self._soon(self._suspend)

    def _sigcont_application(self, *_: object) -> None:
        self._soon(self._take_terminal_again)

    def _soon(self, do: Callable[[], None]) -> None:
        """Do it between two events: a signal may come while this very thread holds a lock that is needed for it."""
        loop = self._app._loop
        if loop is not None and loop.is_running():
            loop.call_soon_threadsafe(do)

    def _suspend(self) -> None:
        """Give the terminal back and stop, with the processes that search, until `fg`; then draw again.

        Nobody could continue a job without a shell that controls it, so that is not stopped: the system sees to it.
        """
        if not self._is_on_terminal:
            return
        self.suspend_application_mode()
        with AWAKE.asleep():
            self._stop_job(signal.SIGTSTP)
            while self._is_in_background() and not getattr(self._app, "ended_by_signal", 0):
                self._stop_job(signal.SIGSTOP)  # after `bg`: there is nothing to draw on
        if not getattr(self._app, "ended_by_signal", 0):
            self._draw_again()

    @staticmethod
    def _stop_job(number: signal.Signals) -> None:
        """Stop here by the signal's own effect, and go on by SIGCONT's."""
        numbers = (signal.SIGTSTP, signal.SIGCONT)
        before = [signal.signal(each, signal.SIG_DFL) for each in numbers]
        os.killpg(0, number)
        for each, handler in zip(numbers, before, strict=True):
            signal.signal(each, handler)

    def _is_in_background(self) -> bool:
        try:
            return os.tcgetpgrp(self.fileno) != os.getpgrp()
        except OSError:
            return False  # the terminal is gone

    def _take_terminal_again(self) -> None:
        """After SIGSTOP, which gives no time to give it back: the shell has changed its modes since."""
        if self._is_on_terminal and not self._is_in_background():
            self.suspend_application_mode()
            self._draw_again()

    def _draw_again(self) -> None:
        self.resume_application_mode()
        paint_all = getattr(self._app, "paint_all", None)
        if paint_all is not None:
            self._app.call_later(paint_all)

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
        parser, escape = XTermParser(self._debug), EscapeKey()
        decode = getincrementaldecoder("utf-8")("replace").decode
        try:
            while not self.exit_event.is_set():
                if selector.select(ESCAPE_SECONDS if escape.is_waiting else IDLE_SECONDS):
                    data = self._read()
                    if not data:
                        self._hang_up()
                        return
                    self._hold()
                    self._process(escape.feed(decode(data)), parser)
                else:
                    self._process(escape.flush(), parser)
                for message in parser.tick():
                    self.process_message(message)
        finally:
            selector.close()
            try:
                for _ in parser.feed(""):
                    pass
            except (EOFError, ParseError):
                pass

    def _process(self, pieces: Iterable[str], parser: XTermParser) -> None:
        for piece in pieces:
            self._wait_for_escape()
            if piece == ESCAPE:
                self._escaped = (self._place(), time.monotonic() + SETTLE_SECONDS)
            for message in [events.Key("escape", ESCAPE)] if piece == ESCAPE else parser.feed(piece):
                self.process_message(message)

    def _wait_for_escape(self) -> None:
        """Let what an Escape closes be closed before the next key: it would be typed into that instead."""
        if self._escaped is not None:
            place, until = self._escaped
            while self._place() == place and time.monotonic() < until:
                time.sleep(LOOK_SECONDS)
            self._escaped = None

    def _place(self) -> tuple[object, object]:
        """Return the screen and the widget that keys go to."""
        try:
            return self._app.screen, self._app.focused
        except ScreenStackError:
            return None, None
