"""Code that is hard on a scheduler; test_hostile.py runs it."""

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


class Hostile:
    """What the threads of one run share."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.other = threading.Lock()
        self.rlock = threading.RLock()
        self.news = threading.Condition()
        self.event = threading.Event()
        self.semaphore = threading.Semaphore(1)
        self.barrier = threading.Barrier(2)
        self.queue: queue.Queue[int] = queue.Queue(maxsize=1)
        self.simple: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.log: list[object] = []

    # ---- what is right, but unusual

    def recursive(self, depth: int) -> None:
        self.log.append(depth)
        if depth:
            self.recursive(depth - 1)

    def too_deep(self) -> None:
        with contextlib.suppress(RecursionError):
            self.endlessly()
        self.log.append("back")

    def endlessly(self) -> None:
        self.deeper = True
        self.endlessly()

    def generator(self) -> Iterator[int]:
        for i in range(2):
            self.log.append(i)
            yield i

    def consume(self) -> None:
        for i in self.generator():
            self.log.append(-i)

    @contextlib.contextmanager
    def manager(self) -> Iterator[None]:
        self.log.append("in")
        try:
            yield
        finally:
            self.log.append("out")

    def managed(self) -> None:
        with self.manager():
            self.log.append("inside")

    def bad_exit(self) -> None:
        with contextlib.suppress(ValueError), self.lock, BadExit():
            self.log.append("inside")

    def both(self) -> None:
        with self.lock, self.other:
            self.log.append("both")

    def both_reversed(self) -> None:
        with self.other, self.lock:
            self.log.append("both")

    def reenter(self) -> None:
        with self.rlock, self.rlock:
            self.log.append("twice")

    def wait_for_event(self) -> None:
        self.event.wait()
        self.log.append("event")

    def set_event(self) -> None:
        self.event.set()

    def wait_for_news(self) -> None:
        with self.news:
            self.log.append(self.news.wait_for(lambda: bool(self.log), 5))

    def make_news(self) -> None:
        with self.news:
            self.log.append("news")
            self.news.notify_all()

    def limited(self) -> None:
        with self.semaphore:
            self.log.append("in")
            self.log.append("out")

    def meet(self) -> None:
        self.barrier.wait()
        self.log.append("met")

    def put_all(self) -> None:
        for i in range(3):
            self.queue.put(i)

    def get_all(self) -> None:
        for _ in range(3):
            self.log.append(self.queue.get())

    def put_simple(self) -> None:
        self.simple.put(1)

    def get_simple(self) -> None:
        self.log.append(self.simple.get())

    def get_in_time(self) -> None:
        try:
            self.log.append(self.queue.get(timeout=5))
        except queue.Empty:
            self.log.append("empty")

    def put_one(self) -> None:
        self.queue.put(1)

    def nap(self) -> None:
        time.sleep(1000)
        self.log.append("rested")

    def measure(self) -> None:
        start_s = time.monotonic()
        time.sleep(1000)
        self.log.append(time.monotonic() - start_s)

    def try_lock(self) -> None:
        if self.lock.acquire(timeout=5):
            self.lock.release()
            self.log.append("got it")
        else:
            self.log.append("gave up")

    def hold(self) -> None:
        with self.lock:
            self.log.append("hold")
            self.log.append("held")

    # ---- what never ends by itself

    def keep_all(self) -> None:
        while True:
            try:
                self.event.wait()
            except:  # noqa: E722
                self.log.append("kept")

    def keep_all_and_retry(self) -> None:
        while True:
            try:
                with self.lock:
                    self.log.append("kept")
                self.event.wait()
            except BaseException:
                continue
            finally:
                self.log.append("finally")

    def spin(self) -> None:
        while not self.log:
            pass

    def spin_alone(self) -> None:
        while True:
            self.log.append(1)

    def compute(self) -> None:
        x = 1
        while x:
            x += 1

    def fail(self) -> None:
        raise ValueError("on purpose")

    def exit(self) -> None:
        raise SystemExit


class BadExit:
    """Raises when it is left."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        raise ValueError("on the way out")


class Reader:
    """Blocks in C, out of the scheduler's sight."""

    def __init__(self) -> None:
        self.log: list[bytes] = []
        self.ours, self.theirs = socket.socketpair()

    def read(self) -> None:
        self.log.append(self.ours.recv(1))


class Starter:
    """Starts threads of its own."""

    def __init__(self) -> None:
        self.value = 0
        self.log: list[object] = []

    def add(self) -> None:
        value = self.value
        self.value = value + 1

    def start_two(self) -> None:
        threads = [threading.Thread(target=self.add, name=n) for n in ("x", "y")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
            self.log.append(thread.is_alive())
        self.log.append(self.value)

    def start_nameless(self) -> None:
        thread = threading.Thread(target=self.add)
        thread.start()
        thread.join()

    def start_one_after_the_other(self) -> None:
        for _ in range(2):
            thread = threading.Thread(target=self.add)
            thread.start()
            thread.join()

    def start_too_many(self) -> None:
        for _ in range(20):
            threading.Thread(target=self.add).start()

    def start_twice(self) -> None:
        thread = threading.Thread(target=self.add)
        thread.start()
        try:
            thread.start()
        except RuntimeError as error:
            self.log.append(str(error))

    def who_am_i(self) -> None:
        class Own(threading.Thread):
            def run(own) -> None:
                self.log.append(threading.current_thread() is own)

        thread = Own()
        self.log.append(thread.is_alive())
        thread.start()
        thread.join()

    def join_in_time(self) -> None:
        thread = threading.Thread(target=time.sleep, args=(1000,), daemon=True)
        thread.start()
        thread.join(timeout=1)
        self.log.append(thread.is_alive())

    def start_failing(self) -> None:
        threading.Thread(target=self.fail, name="child").start()

    def fail(self) -> None:
        raise ValueError("on purpose")

    def start_daemon(self) -> None:
        self.queue: queue.Queue[int] = queue.Queue()
        threading.Thread(target=self.serve, daemon=True).start()
        self.queue.put(1)

    def serve(self) -> None:
        while True:
            self.log.append(self.queue.get())


@dataclass
class Made:
    """Its lock is made by a function that the dataclass keeps for itself."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    value: int = 0

    def add(self) -> None:
        with self.lock:
            before = self.value
            self.value = before + 1
