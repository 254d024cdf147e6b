"""The server's program: options, signals and exit status.

The main thread starts the room and then only waits for the signal to stop.
"""

import argparse
import contextlib
import errno
import logging
import queue
import signal
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import chat
from chat import config, options
from chat.server import console
from chat.server.addresses import format_address
from chat.server.admission import clamp
from chat.server.history import History
from chat.server.listener import ChatServer
from chat.server.log import end_log, start_log
from chat.server.owners import Owners
from chat.server.teacher_commands import TeacherCommands
from chat.server.web import WebDoor
from chat.wire.text import clean

if TYPE_CHECKING:
    from chat.server.store import Store

STACK_BYTES = 256 * 1024  # per thread; the usual 8 MB would be 4 GB for 512 clients

_log = logging.getLogger("chat")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the server until it is told to stop; return the exit status.

    0: a signal or the teacher asked for it.  1: it could not start, or an error of
    our own ended it.  A bad option is a SystemExit with status 2.
    """
    arguments = _parse(argv)
    level = logging.DEBUG if arguments.verbose else logging.INFO
    has_console = console.has_terminal()
    prompt = console.open_prompt() if has_console else None
    on_terminal = has_console and console.log_handler(prompt)
    log = start_log(level, on_terminal or logging.StreamHandler())
    threading.stack_size(STACK_BYTES)
    stop = _stop_queue()
    limits = clamp(options.chosen(arguments))
    store, history, owners = _open_store(arguments.store, limits.history)
    try:
        server = ChatServer(
            arguments.host,
            arguments.port,
            limits,
            on_death=lambda: stop.put(1),
            history=history,
            key=arguments.key or "",
            owners=owners,
        )
    except (OSError, ValueError) as error:
        if store:
            store.close()
        return _explain(error, arguments, arguments.port)
    web = None
    try:
        if arguments.web is not None:
            web = WebDoor(server, arguments.host, arguments.web)
    except (OSError, ValueError) as error:
        server.server_close()
        if store:
            store.close()
        return _explain(error, arguments, arguments.web)
    with contextlib.ExitStack() as stopping:
        _start(server, web, store, stopping)
        if has_console:
            commands = TeacherCommands(
                server.teacher, server.set_rate, lambda: stop.put(0)
            )
            teaching = console.Console(commands.run, prompt)
            teaching.start()
            stopping.callback(teaching.close)
        status = _wait(stop)
    end_log(log, status)
    return status


def _start(
    server: ChatServer,
    web: WebDoor | None,
    store: "Store | None",
    stopping: contextlib.ExitStack,
) -> None:
    """Start all that serves; `stopping` ends it, the last one first."""
    if store:
        store.start()
        stopping.callback(store.close)
    server.start()
    stopping.callback(server.stop)
    _announce(f"Listening on {server.where}")
    if web:
        web.open()
        stopping.callback(web.close)
        _announce(f"Browsers: {web.url}")
    if store:
        stopping.callback(store.hurry)


def _wait(stop: "queue.SimpleQueue[int]") -> int:
    """Return the exit status, once somebody has asked for the end."""
    while True:
        with contextlib.suppress(queue.Empty):
            # Windows runs signal handlers only between two waits.
            return stop.get(timeout=1)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m chat.server",
        usage="%(prog)s [OPTION]... or --version (a limit of 0 means none)",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "--host",
        type=options.host,
        default=config.HOST,
        help="address to listen on (default %(default)s)",
    )
    add(
        "--port",
        type=options.port(0),
        default=config.PORT,
        help="port to listen on; 0: any free one (default %(default)s)",
    )
    add(
        "--web",
        type=options.port(0),
        metavar="PORT",
        help="serve browsers, too; 0: any free port (default: none)",
    )
    add("--store", metavar="FILE", help="keep messages and registered names in FILE")
    options.add_key(parser, "the key to the room; ps shows it, so CHAT_KEY is safer")
    options.add_options(parser)
    add("-v", "--verbose", action="store_true", help="also log what is refused")
    version = f"chat {chat.__version__}"
    # The usage line names it, because the other options already fill a screen.
    add("--version", action="version", version=version, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def _open_store(
    path: str | None, kept: int
) -> "tuple[Store | None, History, Owners | None]":
    """Return the file that is asked for, and what is in it; exit if that fails."""
    if path is None:
        return None, History(kept), None
    try:
        from chat.server.database import StoreError
        from chat.server.store import Store, StoredHistory
    except ImportError:
        sys.exit("--store needs a Python that was built with SQLite")
    try:
        store = Store(path)
        return store, StoredHistory(kept, store), Owners(store)
    except StoreError as error:
        sys.exit(clean(str(error)))


def _stop_queue() -> "queue.SimpleQueue[int]":
    """Return the queue in which the exit status arrives when it is time to stop.

    The first SIGINT or SIGTERM puts 0 there; a second one ends the process at once.

    A handler interrupts the main thread anywhere.  `shutdown` in it would wait for
    the very thread that it runs in, and an Event's `set` for the lock that the `wait`
    below it may hold; SimpleQueue's `put` is made to be called there.
    """
    stop: queue.SimpleQueue[int] = queue.SimpleQueue()

    def request_stop(_number: int, _frame: object) -> None:
        for number in heard:
            signal.signal(number, signal.SIG_DFL)
        stop.put(0)

    # A shell script that starts us in the background lets us ignore ctrl-c.
    ends = (signal.SIGINT, signal.SIGTERM)
    heard = [n for n in ends if signal.getsignal(n) is not signal.SIG_IGN]
    for number in heard:
        signal.signal(number, request_stop)
    return stop


def _explain(error: Exception, arguments: argparse.Namespace, port: int) -> int:
    where = format_address((arguments.host, port))
    reason = getattr(error, "strerror", None) or error
    in_use = getattr(error, "errno", None) == errno.EADDRINUSE
    option = "--web" if port == arguments.web else "--port"
    advice = f"; is a server running there already? See {option}" if in_use else ""
    print(clean(f"Cannot listen on {where}: {reason}{advice}"), file=sys.stderr)
    return 1


def _announce(line: str) -> None:
    try:
        print(line, flush=True)
    except OSError as error:
        _log.warning("Cannot write to standard output: %s", error)
