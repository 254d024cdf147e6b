"""Small programs that go wrong, and the same made right."""

import contextlib
import queue
import threading


class Registry:
    """Two may join at once and both take one name: check, then act."""

    def __init__(self) -> None:
        self.users: dict[str, int] = {}
        self.welcomed: list[int] = []

    def join(self, name: str, number: int) -> bool:
        """Put `name` online unless it is taken."""
        if name in self.users:
            return False
        self.users[name] = number
        self.welcomed.append(number)
        return True


class LockedRegistry(Registry):
    """Check and act in one locked step."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def join(self, name: str, number: int) -> bool:
        """Put `name` online unless it is taken."""
        with self.lock:
            if name in self.users:
                return False
            self.users[name] = number
            self.welcomed.append(number)
            return True

    def leave(self, name: str) -> None:
        """Take `name` offline, whoever has it now."""
        with self.lock:
            self.users.pop(name, None)

    def leave_as(self, name: str, number: int) -> None:
        """Take `name` offline if it still belongs to `number`."""
        with self.lock:
            if self.users.get(name) == number:
                del self.users[name]

    def names(self) -> list[str]:
        """Return who is online."""
        with self.lock:
            return list(self.users)


class Counter:
    """One more, in one line."""

    def __init__(self) -> None:
        self.value = 0
        self.lock = threading.Lock()

    def add(self) -> None:
        """Read, add and write, with room between them."""
        self.value += 1

    def add_locked(self) -> None:
        """Do all three under the lock."""
        with self.lock:
            self.value += 1


class Broadcast:
    """A loop over what another thread changes."""

    def __init__(self) -> None:
        self.users: dict[str, list[str]] = {"ann": [], "bob": []}
        self.lock = threading.Lock()

    def send_all(self, text: str) -> None:
        """Give everyone `text`, from the live dictionary."""
        for inbox in self.users.values():
            inbox.append(text)

    def send_copy(self, text: str) -> None:
        """Give everyone `text`, from a snapshot taken under the lock."""
        with self.lock:
            inboxes = list(self.users.values())
        for inbox in inboxes:
            inbox.append(text)

    def leave(self, name: str) -> None:
        """Take `name` out."""
        with self.lock:
            del self.users[name]


class TwoLocks:
    """Two locks, taken in two orders."""

    def __init__(self) -> None:
        self.users_lock = threading.Lock()
        self.rooms_lock = threading.Lock()
        self.log: list[str] = []

    def kick(self) -> None:
        """Take users before rooms."""
        with self.users_lock:
            self.log.append("kick")
            with self.rooms_lock:
                self.log.append("kicked")

    def close(self) -> None:
        """Take rooms before users."""
        with self.rooms_lock:
            self.log.append("close")
            with self.users_lock:
                self.log.append("closed")

    def close_in_order(self) -> None:
        """Take users before rooms, as everyone else."""
        with self.users_lock, self.rooms_lock:
            self.log.append("closed")


class Mailbox:
    """Waits with `if`, so it may wake up and find nothing."""

    def __init__(self) -> None:
        self.news = threading.Condition()
        self.items: list[int] = []

    def put(self, item: int) -> None:
        """Add an item and wake one."""
        with self.news:
            self.items.append(item)
            self.news.notify()

    def get(self) -> int:
        """Take an item; wrong."""
        with self.news:
            if not self.items:
                self.news.wait()
            return self.items.pop(0)

    def get_again(self) -> int:
        """Take an item; looks again after each wake-up."""
        with self.news:
            while not self.items:
                self.news.wait()
            return self.items.pop(0)


class NotReleased(LockedRegistry):
    """Locks by hand, and some ways lead past the release."""

    def remove(self, name: str) -> None:
        """Raise KeyError with the lock held."""
        self.lock.acquire()
        del self.users[name]
        self.lock.release()

    def remove_or_list(self, name: str) -> None:
        """Remove; when that fails, look who is there."""
        try:
            self.remove(name)
        except KeyError:
            self.names()

    def join(self, name: str, number: int) -> bool:
        """Return early with the lock held."""
        self.lock.acquire()
        if name in self.users:
            return False
        self.users[name] = number
        self.lock.release()
        return True


class Writer:
    """A thread that writes what comes through a short queue until it is stopped."""

    def __init__(self) -> None:
        self.queue: queue.Queue[str | None] = queue.Queue(maxsize=1)
        self.written: list[str] = []

    def run(self) -> None:
        """Write until told to stop."""
        while (line := self.queue.get()) is not None:
            self.written.append(line)

    def offer(self, line: str | None) -> None:
        """Queue a line, or drop it when there is no space; also the stop."""
        with contextlib.suppress(queue.Full):
            self.queue.put_nowait(line)

    def stop(self) -> None:
        """Queue the stop, and wait for space."""
        self.queue.put(None)


class Flicker:
    """Goes wrong only if two narrow windows meet, in a run of about 50 steps."""

    def __init__(self) -> None:
        self.work = 0
        self.lit = False
        self.seen_both = False

    def blink(self) -> None:
        """Light up for one step."""
        self.busy()
        self.lit = True
        self.lit = False
        self.busy()

    def look(self) -> None:
        """See the light on, and off a step later."""
        self.busy()
        lit = self.lit
        if lit and not self.lit:
            self.seen_both = True
        self.busy()

    def busy(self) -> None:
        """Do something that others could notice, five times."""
        for _ in range(5):
            self.work = 1


class TenLines:
    """Ten lines that another thread could notice, to measure how fast runs are."""

    def __init__(self) -> None:
        self.first = self.second = 0

    def run(self) -> None:
        """Write ten times."""
        self.first = 1
        self.second = 1
        self.first = 2
        self.second = 2
        self.first = 3
        self.second = 3
        self.first = 4
        self.second = 4
        self.first = 5
        self.second = 5
