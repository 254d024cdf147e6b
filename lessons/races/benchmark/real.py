"""Real bugs from public trackers, each cut down to the lines that matter.

The words are ours: the classes keep the shape of the code that went wrong, and of its
repair, and nothing else.  The address beside each says where it was reported.
"""

import contextlib
import queue
import threading
from typing import Any

from lessons.races.benchmark.program import Program

GITHUB = "https://github.com/"


class PoolByKey:
    """Two threads find no pool, and the second one's closes that of the first."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pools: dict[str, list[str]] = {}

    def request(self) -> None:
        pool = self.pool("host")
        assert pool[0] == "open", "the pool was closed by another thread"

    def pool(self, key: str) -> list[str]:
        if key in self.pools:
            return self.pools[key]
        pool = ["open"]
        if old := self.pools.get(key):
            old[0] = "closed"
        self.pools[key] = pool
        return pool


class PoolByKeyLocked(PoolByKey):
    def pool(self, key: str) -> list[str]:
        with self.lock:
            return super().pool(key)


class FreeConnections:
    """Whether a connection is free is asked first, and one is taken then."""

    def __init__(self) -> None:
        self.free = ["c1"]
        self.made = 0

    def get(self) -> None:
        if self.free:
            self.free.pop()
        else:
            self.made += 1


class FreeConnectionsTry(FreeConnections):
    def get(self) -> None:
        try:
            self.free.pop()
        except IndexError:
            self.made += 1


class QueueOfConnections:
    """A queue is asked whether it is empty, and then for an item."""

    def __init__(self) -> None:
        self.queue: queue.Queue[str] = queue.Queue()
        self.queue.put("c1")

    def get(self) -> None:
        if not self.queue.empty():
            self.queue.get_nowait()


class QueueOfConnectionsTry(QueueOfConnections):
    def get(self) -> None:
        with contextlib.suppress(queue.Empty):
            self.queue.get_nowait()


class LiveHosts:
    """The last host is marked dead after the list was found not to be empty."""

    def __init__(self) -> None:
        self.hosts = ["h1"]

    def get(self) -> None:
        if not self.hosts:
            return
        self.hosts[0].upper()

    def mark_dead(self) -> None:
        self.hosts.remove("h1")


class LiveHostsCopy(LiveHosts):
    def get(self) -> None:
        hosts = list(self.hosts)
        if hosts:
            hosts[0].upper()


class PublishedTooSoon:
    """An object is put where others find it before it is complete."""

    def __init__(self) -> None:
        self.pools: dict[str, dict[str, str]] = {}

    def make(self) -> None:
        pool: dict[str, str] = {}
        self.pools["a"] = pool
        pool["identifier"] = "a"

    def use(self) -> None:
        for pool in list(self.pools.values()):
            assert pool["identifier"] == "a"


class PublishedWhenDone(PublishedTooSoon):
    def make(self) -> None:
        pool = {"identifier": "a"}
        self.pools["a"] = pool


class RoutingTables:
    """A table is made sure of, and purged by another thread before it is read."""

    def __init__(self) -> None:
        self.tables: dict[str, str] = {}
        self.lock = threading.Lock()

    def route(self) -> None:
        with self.lock:
            if "db" not in self.tables:
                self.tables["db"] = "table"
        self.tables["db"].upper()

    def purge(self) -> None:
        with self.lock:
            self.tables.pop("db", None)


class RoutingTablesLocked(RoutingTables):
    def route(self) -> None:
        with self.lock:
            self.tables.setdefault("db", "table")
            self.tables["db"].upper()


class IdleConnection:
    """Two requests find one connection idle, and both use it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.idle = True
        self.used = 0

    def request(self) -> None:
        with self.lock:
            found = self.idle
        if found:
            self.idle = False
            self.used += 1

    def used_once(self) -> bool:
        return self.used == 1


class IdleConnectionLocked(IdleConnection):
    def request(self) -> None:
        with self.lock:
            if self.idle:
                self.idle = False
                self.used += 1


class Looped:
    """A dictionary is read in a loop while another thread changes it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.store = {"a": 1, "b": 2}
        self.total = 0

    def read(self) -> None:
        for value in self.store.values():
            self.total += value

    def change(self) -> None:
        self.store["c"] = 3


class LoopedCopy(Looped):
    def read(self) -> None:
        for value in list(self.store.values()):
            self.total += value


class LoopedLocked(Looped):
    """One place takes the lock; the loop did not, before it was repaired."""

    def read(self) -> None:
        with self.lock:
            super().read()

    def change(self) -> None:
        with self.lock:
            super().change()


class LoopedHalfLocked(LoopedLocked):
    def read(self) -> None:
        for value in self.store.values():
            self.total += value


class Timeouts:
    """A watcher goes through the children, and one of them ends."""

    def __init__(self) -> None:
        self.started = {1: 0, 2: 0}
        self.late: list[int] = []

    def watch(self) -> None:
        for pid, started in self.started.items():
            if started > 5:
                self.late.append(pid)

    def ends(self) -> None:
        del self.started[1]


class TimeoutsCopy(Timeouts):
    def watch(self) -> None:
        for pid, started in dict(self.started).items():
            if started > 5:
                self.late.append(pid)


class Connection:
    """Connecting locks reading, then writing; a request the other way round."""

    def __init__(self) -> None:
        self.read_lock, self.write_lock = threading.RLock(), threading.RLock()
        self.streams = 0

    def connect(self) -> None:
        with self.read_lock, self.write_lock:
            self.streams = 1

    def request(self) -> None:
        with self.write_lock, self.read_lock:
            self.streams += 1


class ConnectionInOrder(Connection):
    def request(self) -> None:
        with self.read_lock, self.write_lock:
            self.streams += 1


class Index:
    """The index locks its database, then memory; a job memory, then the database."""

    def __init__(self) -> None:
        self.db, self.memory = threading.Lock(), threading.RLock()
        self.paths = 0

    def update_index(self) -> None:
        with self.db:
            self.list_paths()

    def list_paths(self) -> None:
        with self.memory:
            self.paths += 1

    def job(self) -> None:
        with self.memory, self.db:
            self.paths -= 1


class IndexInOrder(Index):
    def update_index(self) -> None:
        with self.memory, self.db:
            self.list_paths()


class ArrayCache:
    """Memory is freed under two locks, and allocated under the same, turned round."""

    def __init__(self) -> None:
        self.lock, self.cache_lock = threading.Lock(), threading.Lock()
        self.cache: list[int] = []

    def free(self) -> None:
        with self.cache_lock, self.lock:
            self.cache.clear()

    def set_up(self) -> None:
        with self.lock:
            self.allocate()

    def allocate(self) -> None:
        with self.cache_lock:
            self.cache.append(1)


class ArrayCacheInOrder(ArrayCache):
    def free(self) -> None:
        with self.lock, self.cache_lock:
            self.cache.clear()


class Blocks:
    """Three locks, and three methods that take two of them each, in a ring."""

    def __init__(self) -> None:
        self.references, self.blocks, self.stores = (
            threading.Lock(),
            threading.Lock(),
            threading.Lock(),
        )
        self.count = 0

    def put(self) -> None:
        with self.references, self.blocks:
            self.count += 1

    def get(self) -> None:
        with self.blocks, self.stores:
            self.count += 1

    def persist(self) -> None:
        with self.stores, self.references:
            self.count += 1


class BlocksInOrder(Blocks):
    def persist(self) -> None:
        with self.references, self.stores:
            self.count += 1


class Singleton:
    """Two threads find no instance, and each makes one."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.instance: object = None
        self.made = 0

    def get(self) -> object:
        if self.instance is None:
            self.made += 1
            self.instance = object()
        return self.instance

    def made_once(self) -> bool:
        return self.made == 1


class SingletonLocked(Singleton):
    def get(self) -> object:
        with self.lock:
            return super().get()


class ResetProvider:
    """What was made is reset between the check and the return: None comes out."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.storage: str | None = None

    def provide(self) -> None:
        assert self.get() is not None, "the provider has provided None"

    def get(self) -> str | None:
        with self.lock:
            if self.storage is None:
                self.storage = "instance"
        return self.storage

    def reset(self) -> None:
        self.storage = None


class ResetProviderLocked(ResetProvider):
    def get(self) -> str | None:
        with self.lock:
            if self.storage is None:
                self.storage = "instance"
            return self.storage

    def reset(self) -> None:
        with self.lock:
            self.storage = None


class Executor:
    """A worker is added after the exit has made its list: nobody joins it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.closed = False
        self.workers: list[str] = []
        self.joined: list[str] = []

    def submit(self) -> None:
        if not self.closed:
            self.workers.append("worker")

    def exit(self) -> None:
        self.closed = True
        self.joined += self.workers

    def all_joined(self) -> bool:
        return self.joined == self.workers


class ExecutorLocked(Executor):
    def submit(self) -> None:
        with self.lock:
            super().submit()

    def exit(self) -> None:
        with self.lock:
            super().exit()


class JoinUnderLock:
    """A manager waits for a thread under the lock that the thread needs to end."""

    def __init__(self) -> None:
        self.shutdown_lock = threading.Lock()
        self.feeder_ended = threading.Event()
        self.open = True

    def manage(self) -> None:
        with self.shutdown_lock:
            self.feeder_ended.wait()
            self.open = False

    def feed(self) -> None:
        with self.shutdown_lock:
            self.open = True
        self.feeder_ended.set()


class JoinOutside(JoinUnderLock):
    def manage(self) -> None:
        self.feeder_ended.wait()
        with self.shutdown_lock:
            self.open = False


class WakeupPipe:
    """A full pipe is written to under the lock that its reader has to take."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pipe: queue.Queue[bytes] = queue.Queue(1)

    def submit(self) -> None:
        for _ in range(2):
            with self.lock:
                self.pipe.put(b"")

    def read(self) -> None:
        for _ in range(2):
            with self.lock:
                if not self.pipe.empty():
                    self.pipe.get_nowait()


class WakeupPipeOnce(WakeupPipe):
    def submit(self) -> None:
        for _ in range(2):
            with self.lock:
                if self.pipe.empty():
                    self.pipe.put(b"")


class InitOnce:
    """A pool is made at first use; two first uses make two pools."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pool: list[str] | None = None

    def use(self) -> None:
        pool = self.provide()
        pool.append("connection")
        assert self.provide() is pool, "released into another pool"

    def provide(self) -> list[str]:
        if self.pool is None:
            made: list[str] = []
            self.pool = made
        return self.pool


class InitOnceLocked(InitOnce):
    def provide(self) -> list[str]:
        with self.lock:
            return super().provide()


def _twice(call: Any) -> dict[str, Any]:
    return {"one": call, "two": call}


PROGRAMS = [
    Program(
        "urllib3: two pools for one key",
        PoolByKey,
        PoolByKeyLocked,
        _twice(lambda p: p.request()),
        source=GITHUB + "urllib3/urllib3/pull/204",
        cause="check-then-act",
    ),
    Program(
        "redis-py: asks, then pops",
        FreeConnections,
        FreeConnectionsTry,
        _twice(lambda p: p.get()),
        source=GITHUB + "redis/redis-py/pull/742",
        cause="check-then-act",
    ),
    Program(
        "cqlengine: empty, then get",
        QueueOfConnections,
        QueueOfConnectionsTry,
        _twice(lambda p: p.get()),
        source=GITHUB + "cqlengine/cqlengine/pull/155",
        cause="check-then-act",
    ),
    Program(
        "elasticsearch-py: the last host dies",
        LiveHosts,
        LiveHostsCopy,
        {"get": lambda p: p.get(), "mark_dead": lambda p: p.mark_dead()},
        source=GITHUB + "elastic/elasticsearch-py/issues/158",
        cause="check-then-act",
    ),
    Program(
        "django-redis-cache: published too soon",
        PublishedTooSoon,
        PublishedWhenDone,
        {"make": lambda p: p.make(), "use": lambda p: p.use()},
        source=GITHUB + "sebleier/django-redis-cache/issues/213",
        cause="half a change was seen",
    ),
    Program(
        "neo4j: routing table purged",
        RoutingTables,
        RoutingTablesLocked,
        {"route": lambda p: p.route(), "purge": lambda p: p.purge()},
        source=GITHUB + "neo4j/neo4j-python-driver/pull/852",
        cause="check-then-act",
    ),
    Program(
        "httpcore: one idle connection for two",
        IdleConnection,
        IdleConnectionLocked,
        _twice(lambda p: p.request()),
        IdleConnection.used_once,
        source=GITHUB + "encode/httpcore/issues/613",
        cause="check-then-act",
    ),
    Program(
        "fsspec: store changed in a loop",
        Looped,
        LoopedCopy,
        {"read": lambda p: p.read(), "change": lambda p: p.change()},
        source=GITHUB + "fsspec/filesystem_spec/pull/893",
        cause="changed during a loop",
    ),
    Program(
        "caproto: one of two takes the lock",
        LoopedHalfLocked,
        LoopedLocked,
        {"read": lambda p: p.read(), "change": lambda p: p.change()},
        source=GITHUB + "caproto/caproto/pull/214",
        cause="changed during a loop",
    ),
    Program(
        "mutmut: a child ends in the loop",
        Timeouts,
        TimeoutsCopy,
        {"watch": lambda p: p.watch(), "ends": lambda p: p.ends()},
        source=GITHUB + "boxed/mutmut/issues/410",
        cause="changed during a loop",
    ),
    Program(
        "hyper: read and write lock",
        Connection,
        ConnectionInOrder,
        {"connect": lambda p: p.connect(), "request": lambda p: p.request()},
        source=GITHUB + "python-hyper/hyper/pull/280",
        cause="lock order",
    ),
    Program(
        "ormah: index and jobs",
        Index,
        IndexInOrder,
        {"index": lambda p: p.update_index(), "job": lambda p: p.job()},
        source=GITHUB + "r-spade/ormah/issues/207",
        cause="lock order",
    ),
    Program(
        "lazyflow: free and allocate",
        ArrayCache,
        ArrayCacheInOrder,
        {"free": lambda p: p.free(), "set_up": lambda p: p.set_up()},
        source=GITHUB + "ilastik/lazyflow/issues/79",
        cause="lock order",
    ),
    Program(
        "sawtooth: three locks in a ring",
        Blocks,
        BlocksInOrder,
        {
            "put": lambda p: p.put(),
            "get": lambda p: p.get(),
            "persist": lambda p: p.persist(),
        },
        source=GITHUB + "hyperledger-archives/sawtooth-core/pull/1896",
        cause="lock order",
    ),
    Program(
        "quantarhei: singleton made twice",
        Singleton,
        SingletonLocked,
        _twice(lambda p: p.get()),
        Singleton.made_once,
        source=GITHUB + "tmancal74/quantarhei/issues/219",
        cause="check-then-act",
    ),
    Program(
        "dependency-injector: reset in between",
        ResetProvider,
        ResetProviderLocked,
        {"provide": lambda p: p.provide(), "reset": lambda p: p.reset()},
        source=GITHUB + "ets-labs/python-dependency-injector/pull/322",
        cause="changed in between",
    ),
    Program(
        "CPython: worker that nobody joins",
        Executor,
        ExecutorLocked,
        {"submit": lambda p: p.submit(), "exit": lambda p: p.exit()},
        Executor.all_joined,
        source=GITHUB + "python/cpython/pull/13171",
        cause="check-then-act",
    ),
    Program(
        "CPython: join under a lock",
        JoinUnderLock,
        JoinOutside,
        {"feed": lambda p: p.feed(), "manage": lambda p: p.manage()},
        source=GITHUB + "python/cpython/pull/125492",
        cause="a lock held while it waits",
    ),
    Program(
        "CPython: full wake-up pipe",
        WakeupPipe,
        WakeupPipeOnce,
        {"read": lambda p: p.read(), "submit": lambda p: p.submit()},
        source=GITHUB + "python/cpython/issues/105829",
        cause="full queue",
    ),
    Program(
        "sqlspec: two pools at first use",
        InitOnce,
        InitOnceLocked,
        _twice(lambda p: p.use()),
        source=GITHUB + "litestar-org/sqlspec/issues/346",
        cause="check-then-act",
    ),
]
