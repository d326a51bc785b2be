"""A session: commands in, snapshots out; here in a thread, later in another process.

A client sends commands, which take effect in order, and reads the snapshot, which is replaced as a whole. Nothing is
pushed to the screen; it reads when it wants to draw. `LocalSession` is the one loop for training and for
search: thread, queue, numbers, journal, hold, publish. What is done between the commands is its `Work`, which has
a method ``on_<kind>`` for each command that it knows.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from tuitrain.errors import RunError, error_line
from tuitrain.runs.awake import AWAKE
from tuitrain.session.commands import Command, JournalEntry, Reset, Stop
from tuitrain.session.questions import Question
from tuitrain.translation import gettext as _

HOLD_SECONDS = 0.03
CLOSE_SECONDS = 30.0


class SomeSnapshot(Protocol):
    """What every snapshot holds: its version, the number of the last command answered, and what that led to."""

    @property
    def version(self) -> int: ...
    @property
    def answered(self) -> int: ...
    @property
    def is_running(self) -> bool: ...
    @property
    def message(self) -> str: ...


S = TypeVar("S", bound=SomeSnapshot)
S_co = TypeVar("S_co", bound=SomeSnapshot, covariant=True)


class Session(Protocol[S_co]):
    """What a screen needs of a training or a search, here or far away."""

    @property
    def snapshot(self) -> S_co:
        """The newest moment; never changed after it was made."""

    @property
    def journal(self) -> Sequence[JournalEntry]:
        """The commands obeyed, in order; the entry of command `n` is the `n`-th."""

    def send(self, command: Command) -> int:
        """Hand over a command and return its number; never waits.

        It has been obeyed, or refused, when `snapshot.answered` has reached the number. After the end of the session
        no command is answered any more.
        """

    def wait(self, version: int, timeout: float | None = None) -> S_co:
        """Return the first snapshot of another version, or the newest after `timeout` seconds or the end."""

    def wait_for_answer(self, number: int, timeout: float | None = None) -> S_co:
        """Return the first snapshot that answers command `number`, or the newest after `timeout` seconds or the end."""

    def watch(
        self, views: Collection[str], boundary_shape: tuple[int, int] | None = None, column: str | None = None,
        member: int | None = None,
    ) -> None:  # fmt: skip
        """Say which costly views are looked at; no other is computed.

        A training has ``parameters``, ``metric``, ``metric_detail`` (its intervals and curves) and ``boundary`` of a
        shape (rows, columns), of an ensemble those of one `member`; a search ``surrogate`` along a column.
        """

    def look_back(self, epoch: int | None, *, is_forward: bool = False) -> None:
        """Show a training as it was after an epoch, in the snapshot's `past`, or the nearest before it, or after it.

        None shows the present again.
        """

    def ask(self, question: Question | None) -> None:
        """Ask a page's question, which the snapshot's `answer` is about; None when no page is open."""

    def hold(self, seconds: float = HOLD_SECONDS) -> None:
        """Let training wait after the running batch until `release`, or for so long: a key is answered meanwhile."""

    def release(self) -> None:
        """Take one hold back."""

    def close(self) -> None:
        """End after the running batch; what has ended stays ended."""


@dataclass(frozen=True)
class Look:
    """What is looked at; see `Session.watch`, `Session.ask` and `Session.look_back`."""

    views: frozenset[str] = frozenset()
    boundary_shape: tuple[int, int] = (24, 48)
    column: str = ""
    question: Question | None = None
    epoch: int | None = None
    is_forward: bool = False
    member: int = 0


class Clock:
    """Seconds as they pass; a test has one that only waiting moves."""

    def now(self) -> float:
        """Seconds since some moment."""
        return AWAKE.seconds()

    def wait(self, condition: threading.Condition, holds: Callable[[], object], seconds: float) -> None:
        """Wait on a condition that the caller owns until something holds, for so long at most."""
        condition.wait_for(holds, seconds)


class Turn(Protocol):
    """What a work may ask of its session while it has its turn."""

    @property
    def is_interrupted(self) -> bool:
        """Whether a command waits; the turn should then end soon."""

    @property
    def look(self) -> Look:
        """What is looked at now."""

    def take_new_look(self) -> bool:
        """Return whether something else is looked at since the last call."""

    @property
    def has_answers(self) -> bool:
        """Whether a command was obeyed or refused since the last snapshot."""

    def give_way(self) -> None:
        """Wait while training is held."""

    def publish(self) -> None:
        """Make a new snapshot."""

    def rest(self, seconds: float) -> None:
        """Wait; a command, or another look, ends the waiting."""


class Work(ABC, Generic[S]):
    """What a session's thread does. Every method but `interrupt` is called from that thread alone.

    A command is carried out by the method ``on_<kind>`` of its kind, as `on_start`; an exception there refuses the
    command and ends nothing. `message` is what the last command led to, or why it was refused.
    """

    message: str = ""

    @property
    @abstractmethod
    def is_busy(self) -> bool:
        """Whether there is something to do between commands."""

    @property
    def is_unseen(self) -> bool:
        """Whether what is looked at has to be computed anew, though nothing is to be done."""
        return False

    @property
    @abstractmethod
    def step(self) -> int:
        """Where the work stands, for the journal."""

    def refuse(self, command: Command, why: str) -> None:
        """Take note that a command was refused."""

    def note(self, entry: JournalEntry) -> None:
        """Take note of a command that was obeyed or refused, after it."""

    @abstractmethod
    def advance(self, turn: Turn) -> None:
        """Work until the turn is interrupted, or nothing is left to do, or for a moment."""

    def see(self, look: Look) -> None:
        """Compute what is looked at, while nothing else is to be done."""

    @abstractmethod
    def make_snapshot(self, version: int, answered: int) -> S:
        """Make a snapshot of this moment."""

    @abstractmethod
    def fail(self, error: Exception) -> dict[str, Any]:
        """Record an unexpected error; return what changes in the last snapshot."""

    def interrupt(self) -> None:
        """End soon; another thread calls this."""

    def close(self) -> None:
        """Finish what is open, before the last snapshot."""


class LocalSession(Generic[S]):
    """A session whose work is done by a thread of this process; `close` ends it.

    `name` says in messages what it is a session of, and names its thread. `failure` is an unexpected error that
    interrupted the work; the thread keeps obeying commands.
    """

    def __init__(self, work: Work[S], *, name: str, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.journal: list[JournalEntry] = []
        self.failure: Exception | None = None
        self._name, self._work = name, work
        self._sent = 0
        self._is_open, self._has_ended = True, False
        self._version = 0
        self._commands: deque[Command] = deque()
        self._wake = threading.Condition()
        self._look, self._is_look_new = Look(), False
        self._holds, self._held_until = 0, 0.0  # the time counts while somebody holds
        self._released = threading.Event()
        self.snapshot = self._next_snapshot()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    # From any thread

    def send(self, command: Command) -> int:
        """Hand over a command and return its number; see `Session.send`."""
        with self._wake:
            self._sent += 1
            numbered = replace(command, number=self._sent)
            if not self._has_ended:
                self._commands.append(numbered)
            self._wake.notify_all()
        self._released.set()  # a command is obeyed even while training is held
        return numbered.number

    def wait(self, version: int, timeout: float | None = None) -> S:
        """Return the next snapshot; see `Session.wait`."""
        with self._wake:
            self._wake.wait_for(lambda: self._has_ended or self.snapshot.version != version, timeout)
        return self.snapshot

    def wait_for_answer(self, number: int, timeout: float | None = None) -> S:
        """Return the snapshot that answers a command; see `Session.wait_for_answer`."""
        with self._wake:
            self._wake.wait_for(lambda: self._has_ended or self.snapshot.answered >= number, timeout)
        return self.snapshot

    def watch(
        self, views: Collection[str], boundary_shape: tuple[int, int] | None = None, column: str | None = None,
        member: int | None = None,
    ) -> None:  # fmt: skip
        """Say which costly views are looked at; see `Session.watch`."""
        with self._wake:
            before = self._look
            self._see(replace(
                before, views=frozenset(views), boundary_shape=boundary_shape or before.boundary_shape,
                column=before.column if column is None else column,
                member=before.member if member is None else member,
            ))  # fmt: skip

    def look_back(self, epoch: int | None, *, is_forward: bool = False) -> None:
        """Show an earlier epoch; see `Session.look_back`."""
        with self._wake:
            self._see(replace(self._look, epoch=epoch, is_forward=is_forward))

    def _see(self, look: Look) -> None:
        if look != self._look:
            self._look, self._is_look_new = look, True
            self._wake.notify_all()

    def ask(self, question: Question | None) -> None:
        """Ask a page's question; see `Session.ask`."""
        with self._wake:
            self._see(replace(self._look, question=question))

    def hold(self, seconds: float = HOLD_SECONDS) -> None:
        """Let training wait after the running batch until `release`, or for so long: a key is answered meanwhile.

        Whoever holds releases, or lets the time run out; training continues when nobody holds it any more. Python lets
        one thread run at a time; beside a running training the drawing thread would have to wait for every turn.
        """
        with self._wake:
            self._released.clear()
            until = self.clock.now() + seconds
            self._held_until = max(self._held_until, until) if self._holds else until
            self._holds += 1

    def release(self) -> None:
        """Take one hold back."""
        with self._wake:
            self._holds = max(0, self._holds - 1)  # the time may have run out before
            if not self._holds:
                self._released.set()

    def close(self) -> None:
        """End the thread after the running batch."""
        self.send(Stop())
        self._work.interrupt()
        self._thread.join(timeout=CLOSE_SECONDS)

    # What the work asks for during its turn

    @property
    def is_interrupted(self) -> bool:
        """Whether a command waits."""
        return bool(self._commands)

    @property
    def look(self) -> Look:
        """What is looked at now."""
        return self._look

    def take_new_look(self) -> bool:
        """Return whether something else is looked at since the last call."""
        if not self._is_look_new:
            return False
        with self._wake:
            self._is_look_new = False
        return True

    @property
    def has_answers(self) -> bool:
        """Whether a command was obeyed or refused since the last snapshot."""
        return self.snapshot.answered < len(self.journal)

    def give_way(self) -> None:
        """Wait while training is held."""
        if self._holds:
            self._released.wait(max(0.0, self._held_until - self.clock.now()))
            with self._wake:
                self._holds = 0

    def publish(self) -> None:
        """Make a new snapshot."""
        self._show(self._next_snapshot())

    def rest(self, seconds: float) -> None:
        """Wait; a command, or another look, ends the waiting."""
        with self._wake:
            self.clock.wait(self._wake, self._is_wanted, seconds)

    # The thread

    def _run(self) -> None:
        try:
            while self._is_open:
                try:
                    self._round()
                except Exception as error:  # whatever it is: the screen says so, and what was trained is kept
                    self._fail(error)
        finally:
            with self._wake:
                self._has_ended = True
                self._commands.clear()
                self._wake.notify_all()

    def _round(self) -> None:
        """Obey, then work while no command waits."""
        while self._commands:
            command = self._commands.popleft()
            if isinstance(command, Stop):
                self._is_open = False  # first: whatever breaks from here on, the thread ends
                self.journal.append(JournalEntry(self._work.step, command))
                self._work.close()
                self.publish()
                return
            self._obey(command)
        if self._work.is_busy:
            self._work.advance(self)
        else:
            if self._work.is_unseen:
                self._work.see(self._look)
            self.publish()
            self._idle()

    def _obey(self, command: Command) -> None:
        """Carry out a command, or refuse it, and note it in the journal; the next snapshot answers it."""
        self._work.message = refused = ""
        try:
            self._method(command)(command)
        except Exception as error:  # a command that does not succeed ends no training
            refused = self._work.message = error_line(error)
        entry = JournalEntry(self._work.step, command, refused)
        self.journal.append(entry)
        self._work.note(entry)
        if refused:
            self._work.refuse(command, refused)
        elif isinstance(command, Reset):
            self.failure = None

    def _method(self, command: Command) -> Callable[[Command], None]:
        method: Callable[[Command], None] | None = getattr(self._work, f"on_{command.kind}", None)
        if method is None:
            raise RunError(_("a {name} does not know the command {kind}").format(name=_(self._name), kind=command.kind))
        return method

    def _idle(self) -> None:
        with self._wake:
            self._wake.wait_for(self._is_wanted)
        if self.take_new_look():
            self._work.see(self._look)

    def _is_wanted(self) -> bool:
        return bool(self._commands) or self._is_look_new

    def _fail(self, error: Exception) -> None:
        """Report what broke, then wait for a command: what failed once is not retried unasked."""
        self.failure = error
        self._work.message = error_line(error)
        changes = self._work.fail(error)
        self._version += 1
        failed = replace(self.snapshot, version=self._version, answered=len(self.journal), **changes)  # type: ignore[type-var]
        self._show(failed)
        with self._wake:
            self._wake.wait_for(lambda: self._commands or not self._is_open)

    def _next_snapshot(self) -> S:
        self._version += 1
        return self._work.make_snapshot(self._version, len(self.journal))

    def _show(self, snapshot: S) -> None:
        with self._wake:
            self.snapshot = snapshot
            self._wake.notify_all()
