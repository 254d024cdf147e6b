"""A session on a terminal.

On a terminal, three kinds of things can happen at any time: a key is pressed, a line
comes from the server, or a signal arrives (the window has a new size, or the shell
stops the program).  For each kind there is a thread that does nothing but wait for it.
The threads put what they find into one inbox (see inbox.py), and the main thread takes
it out, one event after the other.

So everything that a `Chat` knows belongs to the main thread alone, and so does the
screen.  No lock is needed.  A line that arrives cannot tear the line that is being
typed, because the same thread prints the one and draws the other again below it.

This works only if the main thread never waits for anything but the inbox.  A server may
read nothing for a while, so a fourth thread, the Sender, writes to the socket.

If the input is not a terminal, there is no screen to share: see piped.py.
"""

import queue
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator

from chat import config
from chat.client.connection import (
    DOUBT_S,
    GONE,
    SILENT,
    SILENT_S,
    Lost,
    Sender,
    connect,
    encode,
    received_or_lost,
)
from chat.client.inbox import Ended, Event, Failed, Inbox, Received, Typed
from chat.client.secrets import Secrets, is_for_key
from chat.client.seen import Seen
from chat.client.waiting import Waiting
from chat.terminal import screen
from chat.terminal.editor import Editor, UnseenEditor
from chat.terminal.keys import Key
from chat.terminal.screen import Line, Terminal, signals_stay_here
from chat.wire import answers
from chat.wire.answers import Shown, accepted_name, read_line
from chat.wire.commands import as_typed, asks_for_secret, is_exit, is_for_one
from chat.wire.names import LOBBY

DOUBTED_LINES = 20
LEAVE_TIMEOUT_S = 1.0  # how long to wait for the last answers
COMPLETED = (*answers.WORDS, "@exit")  # commands that Tab completes
_COLOURS = {
    "info": screen.INFO,
    "online": screen.INFO,
    "rooms": screen.INFO,
    "earlier": screen.INFO,
    "error": screen.ERROR,
    "private": screen.PRIVATE,
    "secret": screen.TEACHER,
    "teacher": screen.TEACHER,
}


class Chat:
    """A session on a terminal.  Only the main thread may use it.

    It ends with a SystemExit that has the status or the reason.
    """

    def __init__(
        self, address: tuple[str, int], term: Terminal, secrets: Secrets
    ) -> None:
        self._address = address
        self._secrets = secrets
        self._inbox = Inbox()
        self._terminal = term
        self._sender: Sender | None = None
        self._editor = Editor()
        self._unseen: UnseenEditor | None = None  # while a secret is typed
        self._wants_secret = False  # the server does, and has not got it yet
        self._registers = False  # a name, and the server has not answered
        self._took_name = False  # for the key: do not show the error that follows
        self._held = ""  # a name, while the server asks for something else
        self._name = ""
        self._may_greet = False  # connected, and the server has said nothing yet
        self._asked = False  # a name was sent, and not answered yet
        self._refused = 0
        self._leave_at: float | None = None  # when to leave, whatever is unanswered
        self._silent_at: float | None = None  # when to say that the server is silent
        # What may be lost if the network turns out to be dead, and when it was sent.
        self._sent: deque[tuple[float, str]] = deque(maxlen=DOUBTED_LINES)
        self._failed = ""  # how the connection has failed
        self._typed: deque[str] = deque()  # lines; they wait for the name's answer
        self._seen = Seen()
        self._above = Waiting()  # to be printed

    def run(self, name: str) -> None:
        """Take part under `name`, or ask for one."""
        self._connect()
        with signals_stay_here():
            self._inbox.pump(map(Typed, self._terminal.keys()), Ended("terminal"))
            self._inbox.pump(self._terminal.signals(), Ended("signals"))
        if name and not self._secrets.key:
            self._say_name(name)
        self._held = name  # with a key, the server says what is to be sent first
        while True:
            self._draw()
            self._handle(self._next())

    def _connect(self) -> None:
        sock = connect(*self._address)
        with signals_stay_here():
            self._sender = Sender(sock)
            self._inbox.pump(_events(sock), Ended("server"))
        self._may_greet = True
        self._wants_secret = self._took_name = False
        self._silent_at = time.monotonic() + SILENT_S

    def _next(self) -> Event | None:
        """Wait for the next event, but not if there are lines to print.

        Leave if it is time to.
        """
        now = time.monotonic()
        due = [at for at in (self._leave_at, self._silent_at) if at is not None]
        if self._above:
            due = [now]
        try:
            return self._inbox.get(max(0, min(due) - now) if due else None)
        except queue.Empty:
            if not self._above:
                self._run_out_of_time()
            return None

    def _run_out_of_time(self) -> None:
        """Do what is due because nothing has happened."""
        if self._leave_at is not None and time.monotonic() >= self._leave_at:
            sys.exit(0)
        if self._silent_at is not None and time.monotonic() >= self._silent_at:
            self._silent_at = None
            host, port = self._address
            self._complain(SILENT.format(where=f"{host}:{port}"))

    def _handle(self, event: Event | None) -> None:
        match event:
            case Typed(keys):
                for key in keys:
                    self._press(key)
            case Received(lines):
                self._silent_at = None
                for line in lines:
                    self._receive(line)
            case Failed(reason):
                self._failed = reason
            case Ended("server"):
                self._silent_at = None
                self._lose_server()
            case Ended("terminal"):
                sys.exit(screen.HANGUP)
            case signal.Signals():
                self._terminal.obey(event)

    def _draw(self) -> None:
        editor = self._unseen or self._editor
        self._terminal.show(self._above.take(), self._prompt, editor)

    def _draw_all(self) -> None:
        """Print all that waits, because this is the end."""
        while self._above:
            self._draw()

    @property
    def _prompt(self) -> str:
        if self._unseen:
            return "secret> "
        if self._seen.room == LOBBY:
            return f"{self._name or 'name'}> "
        return f"{self._name} ({self._seen.room})> "

    # ---- keys

    def _press(self, key: Key | str) -> None:
        if self._leave_at is not None:
            return
        if key is Key.INTERRUPT:
            sys.exit(130)
        editor = self._unseen or self._editor
        if key is Key.DELETE_OR_LEAVE and not editor.text:
            self._leave()
        elif self._unseen:
            if (secret := self._unseen.press(key)) is not None:
                self._send_secret(secret)
        elif key is Key.TAB or (key is Key.ENTER and self._editor.text == "@"):
            self._complete()
        elif (line := self._editor.press(key)) is not None:
            self._echo(line)
            self._typed.append(line.strip())
            self._submit()

    def _echo(self, line: str) -> None:
        """Print what was typed, to show whom it is for."""
        if self._name and line.strip():
            line = as_typed(line)
        is_private = self._name and is_for_one(line)
        self._above.add_own(self._prompt + line, screen.PRIVATE if is_private else "")

    def _complete(self) -> None:
        names = ("@" + name for name in self._seen.names)
        first = [*self._seen.commands, "@exit", *names]
        is_room = self._editor.text.lower().startswith("@room ")
        later = self._seen.rooms if is_room else self._seen.names
        choices = self._editor.complete(first, later)
        if choices:
            names_first = sorted(choices, key=COMPLETED.__contains__)
            self._above.add_own("  ".join(names_first))

    def _submit(self) -> None:
        """Do what the typed lines say, as far as that is possible now.

        After a name its answer must come first: if the name is refused, the next line
        is another name, and if it is accepted, the next line is a message.
        """
        while self._typed and not self._must_wait():
            line = self._typed.popleft()
            if is_exit(line):
                self._leave()
            elif line and self._name:
                self._send(as_typed(line))
            elif line:
                self._say_name(line)

    def _must_wait(self) -> bool:
        # The line after @register would be taken for the password.
        waits = self._asked or self._registers or self._wants_secret
        return waits or self._leave_at is not None

    def _say_name(self, name: str) -> None:
        if self._sender is None:
            self._connect()
        self._asked = self._send(name)
        self._held = name if self._asked else ""

    def _send_secret(self, secret: str) -> None:
        """Send what was typed unseen, if it is still wanted.

        Otherwise it is forgotten.  It must not be taken for a name or a message.
        """
        self._above.add_own(self._prompt)
        self._unseen = None
        if self._wants_secret:
            self._answer(secret.strip())
        else:
            self._complain("Not sent: the server does not wait for it any more")
        self._submit()

    def _answer(self, secret: str) -> None:
        self._wants_secret = False
        self._put(secret)

    def _send(self, line: str) -> bool:
        """Send a name or a message; tell whether that was possible."""
        is_sent = self._put(line)
        if is_sent and self._name:
            self._sent.append((time.monotonic(), line))
            self._registers = asks_for_secret(line)
        return is_sent

    def _put(self, line: str) -> bool:
        """Queue a line for the server; if that is not possible, say why."""
        assert self._sender
        try:
            self._sender.put(encode(line))
        except ValueError as error:  # it says nothing of what is in the line
            self._complain(str(error))
            return False
        except queue.Full:
            self._complain("Not sent: the server takes no more; try again later")
            return False
        return True

    def _leave(self) -> None:
        """Tell the server, and wait a little for its last answers."""
        self._leave_at = time.monotonic() + LEAVE_TIMEOUT_S
        if self._sender is None:
            sys.exit(0)
        try:
            self._sender.put(b"")
        except queue.Full:
            sys.exit(0)

    # ---- the server

    def _receive(self, line: str) -> None:
        shown = read_line(line)
        may_greet, self._may_greet = self._may_greet, False
        if shown.kind in ("secret", "error"):
            self._registers = False
        if shown.kind == "secret":
            if self._hear_question(shown):
                return
        elif shown.kind == "error" and self._took_name:
            self._took_name = False
            return
        elif not self._asked:
            if shown.kind == "info" and self._held and not self._name:
                self._say_name(self._held)  # now it is asked for
                return
            self._seen.note(shown)
        elif name := accepted_name(shown):
            self._join(name)
        elif shown.kind == "error":
            self._asked, self._held = False, ""
            self._refused += 1
        elif may_greet and shown.kind == "info":
            return  # it asks for a name, and that is already under way
        self._above.add(_coloured(line, shown))
        self._submit()

    def _hear_question(self, question: Shown) -> bool:
        """Send the secret that the server wants, or let it be typed unseen.

        Tell whether there is nothing for the user to see of it.
        """
        self._wants_secret = True
        if is_for_key(question) and self._asked:
            self._asked, self._took_name = False, True
        secret = "" if self._name else self._secrets.take(question)
        if secret:
            self._answer(secret)
        if secret or self._unseen:
            return True
        self._unseen = UnseenEditor()
        return False

    def _join(self, name: str) -> None:
        self._name = self._seen.me = name
        self._asked, self._held = False, ""
        self._editor.forget()  # the names tried are not messages

    def _lose_server(self) -> None:
        self._wants_secret = False
        if self._failed and self._leave_at is None and self._name:
            self._lose_network()
        self._draw_all()
        if self._leave_at is not None:
            sys.exit(0)
        if self._refused >= config.NAME_TRIES:
            sys.exit(f"{GONE} after {self._refused} names; start again to try another")
        if self._name or self._asked:
            sys.exit(GONE)
        assert self._sender
        # The server does not wait forever for a name, but its user may think for long.
        self._sender.put(b"")  # ends its thread; without a name nothing else waits
        self._sender = None
        self._above.add(Line("[INFO] Type a name to connect again", screen.INFO))

    def _lose_network(self) -> None:
        """Say what may not have arrived, and end."""
        since = time.monotonic() - DOUBT_S
        for at, line in self._sent:
            if at > since:
                self._complain(f"This may be lost: {line}")
        self._draw_all()
        sys.exit(self._failed)

    def _complain(self, reason: str) -> None:
        self._above.add_own(f"[ERROR] {reason}", screen.ERROR)


def _events(sock: socket.socket) -> Iterator[Event]:
    try:
        yield from map(Received, received_or_lost(sock))
    except Lost as error:
        yield Failed(str(error))


def _coloured(line: str, shown: Shown) -> Line:
    """Return a line from the server in the colour of its kind, or of its sender."""
    if not shown.sender or shown.kind == "private":
        rings = shown.kind == "teacher"
        return Line(line, _COLOURS.get(shown.kind, ""), rings=rings)
    colour = screen.name_colour(shown.sender)
    return Line(shown.sender, colour, line.removeprefix(shown.sender))
