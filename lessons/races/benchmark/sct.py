"""Programs modelled on SCTBench, the benchmark of systematic concurrency testing.

Thomson, Donaldson and Betts collected it in 2014 from many earlier papers, in C.  These
are our own words in Python, with their titles, so that numbers can be compared:
https://github.com/mc-imperial/sctbench
"""

import threading
from operator import methodcaller
from typing import Any

from lessons.races.benchmark.program import Program, times

# ---- an update, or a check, that another thread comes between


class Account:
    """Money is paid in and drawn, both under the lock; then someone looks."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.balance = 10
        self.done: list[str] = []

    def deposit(self) -> None:
        with self.lock:
            self.balance += 5
            self.done.append("deposit")

    def withdraw(self) -> None:
        with self.lock:
            self.balance -= 3
            self.done.append("withdraw")

    def look(self) -> None:
        with self.lock:
            assert self.balance == 12, "looked before both had been done"


class AccountInOrder(Account):
    def look(self) -> None:
        with self.lock:
            if len(self.done) == 2:
                assert self.balance == 12


class Counter:
    """Each thread reads, and writes one more."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.n = 0

    def add(self) -> None:
        n = self.n
        self.n = n + 1


class CounterLocked(Counter):
    def add(self) -> None:
        with self.lock:
            self.n += 1


class Reorder:
    """Writers set `a`, then `b`; a reader must not see one without the other."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.a = self.b = 0

    def write(self) -> None:
        self.a = 1
        self.b = -1

    def read(self) -> None:
        with self.lock:
            assert (self.a, self.b) in ((0, 0), (1, -1)), "only half was written"


class ReorderLocked(Reorder):
    def write(self) -> None:
        with self.lock:
            self.a = 1
            self.b = -1


class TwoStage:
    """Two stages, each under a different lock; a reader comes between them."""

    def __init__(self) -> None:
        self.first, self.second = threading.Lock(), threading.Lock()
        self.a = self.b = 0

    def write(self) -> None:
        with self.first:
            self.a = 1
        with self.second:
            self.b = self.a + 1

    def read(self) -> None:
        with self.first:
            if self.a == 0:
                return
            a = self.a
        with self.second:
            assert self.b == a + 1, "the second stage is still to come"


class TwoStageLocked(TwoStage):
    def write(self) -> None:
        with self.first, self.second:
            self.a = 1
            self.b = self.a + 1


class WrongLock:
    """One thread guards the data with another lock than all others."""

    def __init__(self) -> None:
        self.data_lock, self.other_lock = threading.Lock(), threading.Lock()
        self.n = 0

    def add_and_compare(self) -> None:
        with self.data_lock:
            n = self.n
            self.n += 1
            assert self.n == n + 1, "someone else has changed n"

    def add(self) -> None:
        with self.other_lock:
            self.n += 1


class WrongLockRight(WrongLock):
    def add(self) -> None:
        with self.data_lock:
            self.n += 1


class TokenRing:
    """A token is passed from hand to hand, each time under the lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.hands = [1, 1, 1, 1]
        self.turn = 0

    def pass_on(self, giver: int) -> None:
        with self.lock:
            self.hands[(giver + 1) % 4] = (self.hands[giver] + 1) % 4

    def in_turn(self) -> bool:
        return self.hands in ([1, 2, 3, 0], [0, 2, 3, 0])


class TokenRingInTurn(TokenRing):
    def __init__(self) -> None:
        super().__init__()
        self.next = threading.Condition(self.lock)

    def pass_on(self, giver: int) -> None:
        with self.next:
            while self.turn != giver:
                self.next.wait()
            self.hands[(giver + 1) % 4] = (self.hands[giver] + 1) % 4
            self.turn += 1
            self.next.notify_all()


class Lazy:
    """Two threads add under the lock, and a third one expects to be the last."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.data = 0

    def add_one(self) -> None:
        with self.lock:
            self.data += 1

    def add_two(self) -> None:
        with self.lock:
            self.data += 2

    def look(self) -> None:
        with self.lock:
            assert self.data < 3, "both have been before it"


class LazyRight(Lazy):
    def look(self) -> None:
        with self.lock:
            assert self.data <= 3


class Stack:
    """Whoever takes looks first whether something is there, without the lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.items = [1]

    def pop(self) -> None:
        if self.items:
            with self.lock:
                self.items.pop()


class StackLocked(Stack):
    def pop(self) -> None:
        with self.lock:
            if self.items:
                self.items.pop()


class CircularBuffer:
    """A ring for one sender and one receiver; both move `used` without a lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.ring = [0, 0, 0]
        self.used = 0
        self.got: list[int] = []

    def send(self) -> None:
        for item in (1, 2):
            self.ring[item] = item
            used = self.used
            self.used = used + 1

    def receive(self) -> None:
        for item in (1, 2):
            if self.used == 0:
                return
            self.got.append(self.ring[item])
            used = self.used
            self.used = used - 1

    def in_order(self) -> bool:
        return self.used == 2 - len(self.got)


class CircularBufferLocked(CircularBuffer):
    def send(self) -> None:
        for item in (1, 2):
            with self.lock:
                self.ring[item] = item
                self.used += 1

    def receive(self) -> None:
        for item in (1, 2):
            with self.lock:
                if self.used == 0:
                    return
                self.got.append(self.ring[item])
                self.used -= 1


class Bluetooth:
    """A driver is stopped while a request has looked, but has not begun."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stopping = self.stopped = False
        self.busy = 0

    def request(self) -> None:
        if not self.stopping:
            self.busy += 1
            assert not self.stopped, "a request runs in a driver that has stopped"
            self.busy -= 1

    def stop(self) -> None:
        self.stopping = True
        if self.busy == 0:
            self.stopped = True


class BluetoothLocked(Bluetooth):
    def request(self) -> None:
        with self.lock:
            super().request()

    def stop(self) -> None:
        with self.lock:
            super().stop()


class StringBuffer:
    """`append` asks the other one for its length, then for its text."""

    def __init__(self, text: str = "abc") -> None:
        self.lock = threading.Lock()
        self.text = text

    def length(self) -> int:
        with self.lock:
            return len(self.text)

    def chars(self, count: int) -> str:
        with self.lock:
            if count > len(self.text):
                raise IndexError("the text has become shorter")
            return self.text[:count]

    def clear(self) -> None:
        with self.lock:
            self.text = ""

    def copy(self) -> str:
        return self.chars(self.length())


class StringBufferLocked(StringBuffer):
    def copy(self) -> str:
        with self.lock:
            return self.text


class QuickSort:
    """Workers count those that are idle, and the last one is to say so."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.idle = 0
        self.said = 0

    def rest(self) -> None:
        with self.lock:
            self.idle += 1
        if self.idle == 2:
            self.said += 1


class QuickSortLocked(QuickSort):
    def rest(self) -> None:
        with self.lock:
            self.idle += 1
            if self.idle == 2:
                self.said += 1


class Log:
    """A trace buffer: take a slot, then write into it (ctrace)."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.slots = ["", ""]
        self.used = 0

    def write(self, text: str) -> None:
        slot = self.used
        self.used = slot + 1
        self.slots[slot] = text


class LogLocked(Log):
    def write(self, text: str) -> None:
        with self.lock:
            slot = self.used
            self.used += 1
        self.slots[slot] = text


class Download:
    """A signal handler saves how far the download is, in two parts (aget)."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.bytes = self.written = 0
        self.saved: tuple[int, int] = (0, 0)

    def get(self) -> None:
        self.bytes += 10
        self.written += 10

    def save(self) -> None:
        self.saved = self.bytes, self.written


class DownloadLocked(Download):
    def get(self) -> None:
        with self.lock:
            self.bytes += 10
            self.written += 10

    def save(self) -> None:
        with self.lock:
            self.saved = self.bytes, self.written


class Compressor:
    """The main thread clears the queue while a worker still uses it (pbzip2)."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.queue: list[int] | None = [1]
        self.done = threading.Event()

    def work(self) -> None:
        if self.queue is not None:
            self.queue.pop()
        self.done.set()

    def main(self) -> None:
        self.queue = None


class CompressorWaits(Compressor):
    def main(self) -> None:
        self.done.wait()
        self.queue = None


# ---- waiting


class Deadlock:
    """Two locks in two orders."""

    def __init__(self) -> None:
        self.a, self.b = threading.Lock(), threading.Lock()
        self.n = 0

    def forwards(self) -> None:
        with self.a, self.b:
            self.n += 1

    def backwards(self) -> None:
        with self.b, self.a:
            self.n -= 1


class DeadlockInOrder(Deadlock):
    def backwards(self) -> None:
        with self.a, self.b:
            self.n -= 1


class Carter:
    """Two locks in two orders, but only if a third thread has been there."""

    def __init__(self) -> None:
        self.a, self.b = threading.Lock(), threading.Lock()
        self.open = False

    def unlock(self) -> None:
        self.open = True

    def one(self) -> None:
        with self.a:
            if self.open:
                with self.b:
                    self.open = True

    def two(self) -> None:
        with self.b:
            if self.open:
                with self.a:
                    self.open = True


class CarterInOrder(Carter):
    def two(self) -> None:
        with self.a, self.b:
            if self.open:
                self.open = True


class Philosophers:
    """Each takes the left fork, then the right one."""

    def __init__(self, count: int) -> None:
        self.forks = [threading.Lock() for _ in range(count)]
        self.meals = 0

    def eat(self, seat: int) -> None:
        left, right = self.forks[seat], self.forks[(seat + 1) % len(self.forks)]
        with left, right:
            self.meals += 1


class PoliteOnes(Philosophers):
    def eat(self, seat: int) -> None:
        low, high = sorted([seat, (seat + 1) % len(self.forks)])
        with self.forks[low], self.forks[high]:
            self.meals += 1


class Phase:
    """The second thread waits for what the first one has announced before."""

    def __init__(self) -> None:
        self.news = threading.Condition()
        self.ready = False

    def first(self) -> None:
        self.ready = True
        with self.news:
            self.news.notify()

    def second(self) -> None:
        if not self.ready:
            with self.news:
                self.news.wait()


class PhaseLocked(Phase):
    def first(self) -> None:
        with self.news:
            self.ready = True
            self.news.notify()

    def second(self) -> None:
        with self.news:
            while not self.ready:
                self.news.wait()


class Sync:
    """A producer and a consumer with one slot, and `if` where `while` is needed."""

    def __init__(self) -> None:
        self.news = threading.Condition()
        self.slot: list[int] = []

    def put(self) -> None:
        with self.news:
            self.slot.append(1)
            self.news.notify()

    def get(self) -> None:
        with self.news:
            if not self.slot:
                self.news.wait()
            self.slot.pop()


class SyncWhile(Sync):
    def get(self) -> None:
        with self.news:
            while not self.slot:
                self.news.wait()
            self.slot.pop()


class SyncLost(Sync):
    """The consumer always waits first, even if the producer has been there."""

    def get(self) -> None:
        with self.news:
            self.news.wait()
            self.slot.pop()


class BoundedBuffer:
    """One condition for two kinds of waiting, and `notify` wakes the wrong kind."""

    def __init__(self) -> None:
        self.news = threading.Condition()
        self.items: list[int] = []

    def put(self) -> None:
        with self.news:
            while len(self.items) == 1:
                self.news.wait()
            self.items.append(1)
            self.wake()

    def get(self) -> None:
        with self.news:
            while not self.items:
                self.news.wait()
            self.items.pop()
            self.wake()

    def wake(self) -> None:
        self.news.notify()


class BoundedBufferAll(BoundedBuffer):
    def wake(self) -> None:
        self.news.notify_all()


class FileSystem:
    """Blocks are handed out to inodes; one lock for each, and one block too few."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.locks = [threading.Lock() for _ in range(27)]
        self.free = 26

    def allocate(self, inode: int) -> None:
        with self.locks[inode], self.lock:
            self.free -= 1
            assert self.free >= 0, "no block is free"


class LargerFileSystem(FileSystem):
    def __init__(self) -> None:
        super().__init__()
        self.free = 27


class WorkStealing:
    """The owner takes at the tail, thieves at the head: both may take the last."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.tasks = [1, 2]
        self.head, self.tail = 0, 2
        self.taken: list[int] = []

    def take(self) -> None:
        tail = self.tail - 1
        self.tail = tail
        if self.head <= tail:
            self.taken.append(self.tasks[tail])
            return
        self.tail = tail + 1

    def steal(self) -> None:
        with self.lock:
            head = self.head
            if head < self.tail:
                self.head = head + 1
                self.taken.append(self.tasks[head])

    def once_each(self) -> bool:
        return len(set(self.taken)) == len(self.taken)


class WorkStealingLocked(WorkStealing):
    def take(self) -> None:
        with self.lock:
            super().take()


class SafeStack:
    """A stack without locks, in a ring of indexes; it needs five preemptions."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.next = [1, 2, -1]
        self.head, self.count = 0, 3
        self.owner = [0, 0, 0]

    def pop(self) -> int:
        while self.count > 1:
            head = self.head
            following = self.swap(head, -2)
            if following != -2:
                if self.compare_and_swap(head, following):
                    self.count -= 1
                    return head
                self.swap(head, following)
        return -1

    def swap(self, index: int, value: int) -> int:
        with self.lock:
            before, self.next[index] = self.next[index], value
            return before

    def compare_and_swap(self, expected: int, value: int) -> bool:
        with self.lock:
            if self.head == expected:
                self.head = value
                return True
            return False

    def push(self, index: int) -> None:
        while True:
            head = self.head
            self.next[index] = head
            if self.compare_and_swap(head, index):
                break
        self.count += 1

    def use(self, number: int) -> None:
        for _ in range(2):
            index = self.pop()
            if index >= 0:
                self.owner[index] = number
                assert self.owner[index] == number, "two have the same"
                self.push(index)


class SafeStackLocked(SafeStack):
    def __init__(self) -> None:
        super().__init__()
        self.whole = threading.Lock()

    def pop(self) -> int:
        with self.whole:
            return super().pop()

    def push(self, index: int) -> None:
        with self.whole:
            super().push(index)


def _total(count: int) -> Any:
    def check(counter: Counter) -> None:
        assert counter.n == count, f"{count} additions, but n is {counter.n}"

    return check


def _read_one(writers: int) -> dict[str, Any]:
    return {
        **times(writers, "writer", lambda s: s.write()),
        "reader": lambda s: s.read(),
    }


def _wrong_lock(others: int) -> dict[str, Any]:
    return {
        "data": lambda w: w.add_and_compare(),
        **times(others, "other", lambda w: w.add()),
    }


def _seats(count: int) -> dict[str, Any]:
    return {f"seat-{i}": methodcaller("eat", i) for i in range(count)}


def _philosophers(count: int) -> Program:
    return Program(
        f"din_phil{count}",
        lambda: Philosophers(count),
        lambda: PoliteOnes(count),
        _seats(count),
        cause="lock order",
        settings={"code": [Philosophers]},
    )


def _said_once(sort: QuickSort) -> bool:
    return sort.said == 1


def _all_logged(log: Log) -> bool:
    return sorted(log.slots) == ["one", "two"]


def _saved_whole(download: Download) -> bool:
    return download.saved[0] == download.saved[1]


_TWO_WAYS = {"one": lambda d: d.forwards(), "two": lambda d: d.backwards()}

PROGRAMS = [
    Program(
        "account",
        Account,
        AccountInOrder,
        {
            "deposit": lambda a: a.deposit(),
            "withdraw": lambda a: a.withdraw(),
            "look": lambda a: a.look(),
        },
        cause="order violation",
    ),
    Program(
        "lost update, 2 threads",
        Counter,
        CounterLocked,
        times(2, "adder", lambda c: c.add()),
        _total(2),
        cause="lost update",
    ),
    Program(
        "lost update, 10 threads",
        Counter,
        CounterLocked,
        times(10, "adder", lambda c: c.add()),
        _total(10),
        cause="lost update",
    ),
    Program(
        "reorder_3",
        Reorder,
        ReorderLocked,
        _read_one(2),
        cause="half a change was seen",
    ),
    Program(
        "reorder_10",
        Reorder,
        ReorderLocked,
        _read_one(9),
        cause="half a change was seen",
    ),
    Program(
        "reorder_20",
        Reorder,
        ReorderLocked,
        _read_one(19),
        cause="half a change was seen",
    ),
    Program(
        "twostage",
        TwoStage,
        TwoStageLocked,
        _read_one(1),
        cause="half a change was seen",
    ),
    Program(
        "twostage_20",
        TwoStage,
        TwoStageLocked,
        _read_one(19),
        cause="half a change was seen",
    ),
    Program(
        "wronglock_3",
        WrongLock,
        WrongLockRight,
        _wrong_lock(3),
        cause="wrong lock",
    ),
    Program(
        "wronglock",
        WrongLock,
        WrongLockRight,
        _wrong_lock(7),
        cause="wrong lock",
    ),
    Program(
        "token_ring",
        TokenRing,
        TokenRingInTurn,
        {f"hand-{i}": methodcaller("pass_on", i) for i in range(4)},
        TokenRing.in_turn,
        cause="order violation",
    ),
    Program(
        "lazy01",
        Lazy,
        LazyRight,
        {
            "one": lambda s: s.add_one(),
            "two": lambda s: s.add_two(),
            "look": lambda s: s.look(),
        },
        cause="order violation",
    ),
    Program(
        "stack",
        Stack,
        StackLocked,
        times(2, "taker", lambda s: s.pop()),
        cause="check-then-act",
    ),
    Program(
        "circular_buffer",
        CircularBuffer,
        CircularBufferLocked,
        {"sender": lambda b: b.send(), "receiver": lambda b: b.receive()},
        CircularBuffer.in_order,
        cause="lost update",
    ),
    Program(
        "bluetooth_driver",
        Bluetooth,
        BluetoothLocked,
        {"request": lambda b: b.request(), "stop": lambda b: b.stop()},
        cause="check-then-act",
    ),
    Program(
        "stringbuffer",
        StringBuffer,
        StringBufferLocked,
        {"copier": lambda b: b.copy(), "clearer": lambda b: b.clear()},
        cause="lock released too soon",
    ),
    Program(
        "qsort_mt",
        QuickSort,
        QuickSortLocked,
        times(2, "worker", lambda q: q.rest()),
        _said_once,
        cause="lock released too soon",
    ),
    Program(
        "ctrace",
        Log,
        LogLocked,
        {"one": lambda s: s.write("one"), "two": lambda s: s.write("two")},
        _all_logged,
        cause="lost update",
    ),
    Program(
        "aget",
        Download,
        DownloadLocked,
        {"get": lambda d: d.get(), "signal": lambda d: d.save()},
        _saved_whole,
        cause="half a change was seen",
    ),
    Program(
        "pbzip2",
        Compressor,
        CompressorWaits,
        {"worker": lambda c: c.work(), "main": lambda c: c.main()},
        cause="check-then-act",
        operations=True,
    ),
    Program("deadlock01", Deadlock, DeadlockInOrder, _TWO_WAYS, cause="lock order"),
    Program(
        "carter01",
        Carter,
        CarterInOrder,
        {
            "unlock": lambda c: c.unlock(),
            "one": lambda c: c.one(),
            "two": lambda c: c.two(),
        },
        cause="lock order",
    ),
    _philosophers(2),
    _philosophers(3),
    _philosophers(5),
    Program(
        "phase01",
        Phase,
        PhaseLocked,
        {"second": lambda p: p.second(), "first": lambda p: p.first()},
        cause="lost wake-up",
    ),
    Program(
        "sync01",
        SyncLost,
        SyncWhile,
        {"get": lambda s: s.get(), "put": lambda s: s.put()},
        cause="lost wake-up",
    ),
    Program(
        "sync02",
        Sync,
        SyncWhile,
        {
            "get-1": lambda s: s.get(),
            "put-1": lambda s: s.put(),
            "get-2": lambda s: s.get(),
            "put-2": lambda s: s.put(),
        },
        cause="no check after the wait",
    ),
    Program(
        "boundedBuffer",
        BoundedBuffer,
        BoundedBufferAll,
        {
            **times(2, "get", lambda b: b.get()),
            **times(2, "put", lambda b: b.put()),
        },
        cause="the wrong thread woken",
    ),
    Program(
        "fsbench",
        FileSystem,
        LargerFileSystem,
        {f"inode-{i}": methodcaller("allocate", i) for i in range(27)},
    ),
    Program(
        "work-stealing queue",
        WorkStealing,
        WorkStealingLocked,
        {
            "owner": lambda w: (w.take(), w.take()),
            "thief-1": lambda w: w.steal(),
            "thief-2": lambda w: w.steal(),
        },
        WorkStealing.once_each,
        cause="check-then-act",
    ),
    Program(
        "twostage_100",
        TwoStage,
        TwoStageLocked,
        _read_one(99),
        cause="half a change was seen",
    ),
    Program(
        "safestack",
        SafeStack,
        SafeStackLocked,
        {f"user-{i}": methodcaller("use", i) for i in range(1, 4)},
    ),
]
