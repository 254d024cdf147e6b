"""Wrong answers to step 8; __init__.py says how they are written."""

WRONG = {
    "a_lock_of_each_thread": r"""
# Diagnosis: Each thread has its own lock
-        self.lock = threading.Lock()  # guards users
+        self.local = threading.local()
+
+    @property
+    def lock(self):
+        if not hasattr(self.local, "lock"):
+            self.local.lock = threading.Lock()
+        return self.local.lock
""",
    "join_looks_early": r"""
# Diagnosis: join looks at the users while it does not hold the lock
+        if name in self.users:
+            raise NameTaken(name)
         with self.lock:
             if name in self.users:
""",
    "join_only_looks": r"""
# Diagnosis: join does not put the name online
-            self.users[name] = conn
""",
    "names_without_the_first": r"""
# Diagnosis: names() returns the wrong names
-            return list(self.users)
+            return list(self.users)[1:]
""",
    "leave_looks_early": r"""
# Diagnosis: leave looks at the users while it does not hold the lock
+        if name not in self.users:
+            return False
         with self.lock:
             if self.users.get(name) is not conn:
""",
    "twenty_names": r"""
# Diagnosis: Some of many names are missing
-            return list(self.users)
+            return list(self.users)[:20]
""",
    "a_copy_of_the_dict": r"""
# Diagnosis: names() does not return a list
-            return list(self.users)
+            return self.users.copy()
""",
    "acquire_without_brackets": r"""
# Diagnosis: The parentheses after acquire are missing
-        with self.lock:
-            if name in self.users:
-                raise NameTaken(name)
-            self.users[name] = conn
+        self.lock.acquire
+        if name in self.users:
+            self.lock.release()
+            raise NameTaken(name)
+        self.users[name] = conn
+        self.lock.release()
""",
    "acts_outside": r"""
# Diagnosis: join changes the users outside the lock
                 raise NameTaken(name)
-            self.users[name] = conn
+        self.users[name] = conn
""",
    "an_event_behind_with": r"""
# Diagnosis: `with` is given something that is not a lock
-        self.lock = threading.Lock()  # guards users
+        self.lock = threading.Event()
""",
    "another_exception": r"""
# Diagnosis: A taken name is refused with an exception other than NameTaken
-                raise NameTaken(name)
+                raise ValueError(name)
""",
    "another_one_empties_the_list": r"""
# Diagnosis: Changing the list changes what names() returns next
+        self._names: list[str] | None = None

     def join(self, name: str, conn: object) -> None:
@@
             self.users[name] = conn
+            self._names = None
@@
             del self.users[name]
+            self._names = None
@@
-            return list(self.users)
+            if self._names is None:
+                self._names = list(self.users)
+            return self._names
""",
    "any_owner_may_leave": r"""
# Diagnosis: leave does not check who owns the name
-            if self.users.get(name) is not conn:
-                return False
-            del self.users[name]
-            return True
+            if name in self.users:
+                if conn in self.users.values():
+                    del self.users[name]
+                    return True
+            return False
""",
    "asks_the_wrong_way_round": r"""
# Diagnosis: leave removes a name for everybody except its owner
-            if self.users.get(name) is not conn:
+            if self.users.get(name) is conn:
""",
    "async_join": r"""
# Diagnosis: join is `async`, but nobody awaits it
-    def join(self, name: str, conn: object) -> None:
+    async def join(self, name: str, conn: object) -> None:
""",
    "asyncio_lock": r"""
# Diagnosis: The lock is one for asyncio, not for threads
-import threading
+import asyncio
@@
-        self.lock = threading.Lock()  # guards users
+        self.lock = asyncio.Lock()
""",
    "busy_means_taken": r"""
# Diagnosis: A free name is refused when two clients join at once
-        with self.lock:
+        if not self.lock.acquire(blocking=False):
+            raise NameTaken(name)
+        try:
             if name in self.users:
@@
             self.users[name] = conn
+        finally:
+            self.lock.release()
""",
    "calls_itself": r"""
# Diagnosis: A method waits for a lock that it holds itself
-            if name in self.users:
+            if name in self.names():
""",
    "checks_outside": r"""
# Diagnosis: The name is checked outside the lock
+        if name in self.users:
+            raise NameTaken(name)
         with self.lock:
-            if name in self.users:
-                raise NameTaken(name)
""",
    "copies_without_the_lock": r"""
# Diagnosis: names takes no lock
-        with self.lock:
-            return list(self.users)
+        return list(self.users)
""",
    "deletes_outside": r"""
# Diagnosis: leave changes the users outside the lock
             if self.users.get(name) is not conn:
                 return False
-            del self.users[name]
-            return True
+        del self.users[name]
+        return True
""",
    "event_for_a_lock": r"""
# Diagnosis: The lock in join does not cover both checking and acting
-        self.lock = threading.Lock()  # guards users
+        self.lock = threading.Lock()
+        self.free = threading.Event()
+        self.free.set()
@@
-        with self.lock:
-            if name in self.users:
-                raise NameTaken(name)
-            self.users[name] = conn
+        self.free.wait()
+        self.free.clear()
+        try:
+            if name in self.users:
+                raise NameTaken(name)
+            self.users[name] = conn
+        finally:
+            self.free.set()
""",
    "forgets_to_release": r"""
# Diagnosis: join does not release the lock
-        with self.lock:
-            if name in self.users:
-                raise NameTaken(name)
-            self.users[name] = conn
+        self.lock.acquire()
+        if name in self.users:
+            self.lock.release()
+            raise NameTaken(name)
+        self.users[name] = conn
""",
    "gives_up_and_goes_on": r"""
# Diagnosis: A thread that does not get the lock goes on without it
-        with self.lock:
+        self.lock.acquire(timeout=1)
+        try:
             if name in self.users:
@@
             self.users[name] = conn
+        finally:
+            self.lock.release()
""",
    "held_from_the_start": r"""
# Diagnosis: The lock is taken before anyone has called a method
         self.lock = threading.Lock()  # guards users
+        self.lock.acquire()
""",
    "hidden_by_an_attribute": r"""
# Diagnosis: names is not a method that can be called
         self.lock = threading.Lock()  # guards users
+        self.names: list[str] = []
""",
    "join_forgets_the_others": r"""
# Diagnosis: join removes the names of other users
-            self.users[name] = conn
+            self.users = {name: conn}
""",
    "keeps_the_lock_when_it_raises": r"""
# Diagnosis: The lock is not released when join refuses
-        with self.lock:
-            if name in self.users:
-                raise NameTaken(name)
-            self.users[name] = conn
+        self.lock.acquire()
+        if name in self.users:
+            raise NameTaken(name)
+        self.users[name] = conn
+        self.lock.release()
""",
    "keyed_by_connection": r"""
# Diagnosis: A taken name is given to a second client
-            self.users[name] = conn
+            self.users[conn] = name
@@
-            if self.users.get(name) is not conn:
+            if self.users.get(conn) != name:
                 return False
-            del self.users[name]
+            del self.users[conn]
@@
-            return list(self.users)
+            return list(self.users.values())
""",
    "leave_checks_outside": r"""
# Diagnosis: leave checks outside the lock
+        if self.users.get(name) is not conn:
+            return False
         with self.lock:
-            if self.users.get(name) is not conn:
-                return False
             del self.users[name]
-            return True
+        return True
""",
    "leave_empties_the_room": r"""
# Diagnosis: leave removes the names of other users
-            del self.users[name]
+            self.users.clear()
""",
    "leave_looks_twice": r"""
# Diagnosis: leave removes a newcomer who came in between
-            if self.users.get(name) is not conn:
-                return False
-            del self.users[name]
-            return True
+            mine = self.users.get(name) is conn
+        if not mine:
+            return False
+        with self.lock:
+            return self.users.pop(name, None) is not None
""",
    "leave_raises": r"""
# Diagnosis: leave raises an exception if the name is not online
-            if self.users.get(name) is not conn:
+            if self.users[name] is not conn:
""",
    "leave_says_nothing": r"""
# Diagnosis: leave does not return whether it removed the name
-            if self.users.get(name) is not conn:
-                return False
-            del self.users[name]
-            return True
+            if self.users.get(name) is conn:
+                del self.users[name]
""",
    "leaves_by_connection": r"""
# Diagnosis: leave removes the name of another connection
-            if self.users.get(name) is not conn:
-                return False
-            del self.users[name]
-            return True
+            for key, value in list(self.users.items()):
+                if value is conn:
+                    del self.users[key]
+                    return True
+            return False
""",
    "leaves_whoever_it_is": r"""
# Diagnosis: leave removes the newcomer who has the name now
-            if self.users.get(name) is not conn:
+            if name not in self.users:
""",
    "live_dict": r"""
# Diagnosis: names() returns the dict itself, or a view of it
-            return list(self.users)
+            return self.users.keys()
""",
    "live_list": r"""
# Diagnosis: A list that names() has returned changes later
+        self.order: list[str] = []

     def join(self, name: str, conn: object) -> None:
@@
             self.users[name] = conn
+            self.order.append(name)
@@
             del self.users[name]
+            self.order.remove(name)
@@
-            return list(self.users)
+            return self.order
""",
    "lock_is_called": r"""
# Diagnosis: The lock is called like a function
-        with self.lock:
+        with self.lock():
             if name in self.users:
@@
-        with self.lock:
+        with self.lock():
             if self.users.get(name) is not conn:
@@
-        with self.lock:
+        with self.lock():
             return list(self.users)
""",
    "lock_made_when_wanted": r"""
# Diagnosis: The lock is made only when it is first needed
-        self.lock = threading.Lock()  # guards users
+        self._lock = None
+
+    @property
+    def lock(self):
+        if self._lock is None:
+            self._lock = threading.Lock()
+        return self._lock
""",
    "lock_per_call": r"""
# Diagnosis: Each call makes its own lock
-        self.lock = threading.Lock()  # guards users
@@
-        with self.lock:
+        with threading.Lock():
             if name in self.users:
@@
-        with self.lock:
+        with threading.Lock():
             if self.users.get(name) is not conn:
@@
-        with self.lock:
+        with threading.Lock():
             return list(self.users)
""",
    "lock_per_connection": r"""
# Diagnosis: Each connection has its own lock
-        self.lock = threading.Lock()  # guards users
+        self.locks: dict[object, threading.Lock] = {}
@@
-        with self.lock:
+        with self.locks.setdefault(conn, threading.Lock()):
             if name in self.users:
@@
-        with self.lock:
+        with self.locks.setdefault(conn, threading.Lock()):
             if self.users.get(name) is not conn:
@@
-        with self.lock:
-            return list(self.users)
+        return list(self.users)
""",
    "lock_per_name": r"""
# Diagnosis: Each name has its own lock
-        self.lock = threading.Lock()  # guards users
+        self.locks: dict[str, threading.Lock] = {}
+
+    def _lock(self, name: str) -> threading.Lock:
+        return self.locks.setdefault(name, threading.Lock())
@@
-        with self.lock:
+        with self._lock(name):
             if name in self.users:
@@
-        with self.lock:
+        with self._lock(name):
             if self.users.get(name) is not conn:
@@
-        with self.lock:
-            return list(self.users)
+        return list(self.users)
""",
    "lock_without_brackets": r"""
# Diagnosis: The parentheses after Lock are missing
-        self.lock = threading.Lock()  # guards users
+        self.lock = threading.Lock
""",
    "lock_without_self": r"""
# Diagnosis: The lock is used before it has been made
-        self.lock = threading.Lock()  # guards users
+        lock = threading.Lock()  # guards users
""",
    "names_without_self": r"""
# Diagnosis: The method names has no `self`
-    def names(self) -> list[str]:
+    def names() -> list[str]:
""",
    "no_lock": r"""
# Diagnosis: join takes no lock
-import threading
@@
-        self.lock = threading.Lock()  # guards users
@@
-        with self.lock:
-            if name in self.users:
-                raise NameTaken(name)
-            self.users[name] = conn
+        if name in self.users:
+            raise NameTaken(name)
+        self.users[name] = conn
@@
-        with self.lock:
-            if self.users.get(name) is not conn:
-                return False
-            del self.users[name]
-            return True
+        if self.users.get(name) is not conn:
+            return False
+        del self.users[name]
+        return True
@@
-        with self.lock:
-            return list(self.users)
+        return list(self.users)
""",
    "not_imported": r"""
# Diagnosis: threading is not imported
-import threading
""",
    "opposite_orders": r"""
# Diagnosis: Two methods wait for each other's lock
-        self.lock = threading.Lock()  # guards users
+        self.names_lock = threading.Lock()
+        self.count_lock = threading.Lock()
+        self.joined = 0
@@
-        with self.lock:
+        with self.names_lock, self.count_lock:
             if name in self.users:
@@
             self.users[name] = conn
+            self.joined += 1
@@
-        with self.lock:
+        with self.count_lock, self.names_lock:
             if self.users.get(name) is not conn:
@@
             del self.users[name]
+            self.joined -= 1
@@
-        with self.lock:
+        with self.names_lock:
             return list(self.users)
""",
    "owner_joins_again": r"""
# Diagnosis: The owner of a name can take it again
-            if name in self.users:
+            if self.users.setdefault(name, conn) is not conn:
                 raise NameTaken(name)
-            self.users[name] = conn
""",
    "part_of_a_name": r"""
# Diagnosis: A free name is refused
-            if name in self.users:
+            if any(name in other for other in self.users):
""",
    "pops_and_puts_back": r"""
# Diagnosis: leave returns False and changes the registry all the same
-            if self.users.get(name) is not conn:
+            owner = self.users.pop(name, None)
+            if owner is not conn:
+                self.users[name] = owner
                 return False
-            del self.users[name]
""",
    "reads_after_the_release": r"""
# Diagnosis: The lock is released before the names have been read
-            return list(self.users)
+            users = self.users
+        found = []
+        for name in users:
+            found.append(name)
+        return found
""",
    "reads_without_the_lock": r"""
# Diagnosis: The names change while they are read
-        with self.lock:
-            return list(self.users)
+        found = []
+        for name in self.users:
+            found.append(name)
+        return found
""",
    "returns_false": r"""
# Diagnosis: A taken name is refused without NameTaken
-                raise NameTaken(name)
+                return False
             self.users[name] = conn
+            return True
""",
    "returns_the_connection": r"""
# Diagnosis: leave returns something other than True or False
             if self.users.get(name) is not conn:
                 return False
-            del self.users[name]
-            return True
+            return self.users.pop(name)
""",
    "returns_the_exception": r"""
# Diagnosis: NameTaken is returned instead of raised
-                raise NameTaken(name)
+                return NameTaken(name)
             self.users[name] = conn
+            return None
""",
    "returns_with_the_lock": r"""
# Diagnosis: The lock is not released when leave returns False
-        with self.lock:
-            if self.users.get(name) is not conn:
-                return False
-            del self.users[name]
-            return True
+        self.lock.acquire()
+        if self.users.get(name) is not conn:
+            return False
+        del self.users[name]
+        self.lock.release()
+        return True
""",
    "semaphore_of_two": r"""
# Diagnosis: The semaphore lets more than one thread in
-        self.lock = threading.Lock()  # guards users
+        self.lock = threading.Semaphore(2)
""",
    "sleeps_under_the_lock": r"""
# Diagnosis: A method sleeps
 import threading
+import time
@@
                 raise NameTaken(name)
+            time.sleep(0.1)
""",
    "small_letters": r"""
# Diagnosis: The names are not spelled as the users spelled them
-        with self.lock:
-            if name in self.users:
+        name = name.lower()
+        with self.lock:
+            if name in self.users:
""",
    "sorted_names": r"""
# Diagnosis: The names are not in the order in which the users joined
-            return list(self.users)
+            return sorted(self.users)
""",
    "spins_for_the_lock": r"""
# Diagnosis: A method asks again and again whether the lock is free
-        with self.lock:
+        while not self.lock.acquire(blocking=False):
+            pass
+        try:
             if name in self.users:
                 raise NameTaken(name)
             self.users[name] = conn
+        finally:
+            self.lock.release()
""",
    "the_name_stays": r"""
# Diagnosis: leave returns True, but the name stays
         self.lock = threading.Lock()  # guards users
+        self.order: list[str] = []
@@
                 raise NameTaken(name)
             self.users[name] = conn
+            if name not in self.order:
+                self.order.append(name)
@@
-            return list(self.users)
+            return list(self.order)
""",
    "two_locked_steps": r"""
# Diagnosis: Checking and acting are two separate locked steps
-            if name in self.users:
-                raise NameTaken(name)
+            taken = name in self.users
+        if taken:
+            raise NameTaken(name)
+        with self.lock:
""",
    "two_locks": r"""
# Diagnosis: Two locks guard one dict
-        self.lock = threading.Lock()  # guards users
+        self.write_lock = threading.Lock()
+        self.read_lock = threading.Lock()
@@
-        with self.lock:
+        with self.write_lock:
             if name in self.users:
@@
-        with self.lock:
+        with self.write_lock:
             if self.users.get(name) is not conn:
@@
-        with self.lock:
-            return list(self.users)
+        found = []
+        with self.read_lock:
+            for name in self.users:
+                found.append(name)
+        return found
""",
    "users_of_each_thread": r"""
# Diagnosis: A thread looks for what another thread has put into threading.local()
-        self.users: dict[str, object] = {}
-        self.lock = threading.Lock()  # guards users
+        self.local = threading.local()
+        self.local.users = {}
+        self.lock = threading.Lock()
+
+    @property
+    def users(self):
+        return self.local.users
""",
    "users_of_the_class": r"""
# Diagnosis: All registries share the same users
+    users: dict[str, object] = {}
+
     def __init__(self) -> None:
-        self.users: dict[str, object] = {}
""",
    "waits_until_it_is_free": r"""
# Diagnosis: A method waits for something that never happens
-        self.lock = threading.Lock()  # guards users
+        self.lock = threading.Condition()
@@
-            if name in self.users:
-                raise NameTaken(name)
+            while name in self.users:
+                self.lock.wait()
""",
    "with_acquire": r"""
# Diagnosis: `with` is given the result of acquire
-        with self.lock:
+        with self.lock.acquire():
             if name in self.users:
@@
-        with self.lock:
+        with self.lock.acquire():
             if self.users.get(name) is not conn:
@@
-        with self.lock:
+        with self.lock.acquire():
             return list(self.users)
""",
    "writes_before_it_raises": r"""
# Diagnosis: A join that is refused changes the registry all the same
-            if name in self.users:
+            taken = name in self.users
+            self.users[name] = conn
+            if taken:
                 raise NameTaken(name)
-            self.users[name] = conn
""",
    "wrong_way_round": r"""
# Diagnosis: leave returns False although it has taken the user offline
-                return False
+                return True
             del self.users[name]
-            return True
+            return False
""",
    "yields": r"""
# Diagnosis: There is a `yield` in join
             self.users[name] = conn
+            yield name
""",
}

RIGHT = {
    "fetches_the_dict_first": r"""
-        with self.lock:
-            if self.users.get(name) is not conn:
-                return False
-            del self.users[name]
-            return True
+        users = self.users
+        with self.lock:
+            mine = users.get(name) is conn
+            if mine:
+                del users[name]
+        return mine
""",
    "slots": r"""
 class Registry:
+    __slots__ = ("lock", "users")
""",
    "a_lock_of_processes": r"""
-import threading
+from multiprocessing import Lock
@@
-        self.lock = threading.Lock()  # guards users
+        self.lock = Lock()
""",
    "a_lock_in_an_object_of_the_module": r"""
+class Guard:
+    __slots__ = ("lock",)
+
+    def __init__(self) -> None:
+        self.lock = threading.Lock()
+
+
+GUARD = Guard()
+
+
 class Registry:
@@
-        self.lock = threading.Lock()  # guards users
@@
-        with self.lock:
+        with GUARD.lock:
             if name in self.users:
@@
-        with self.lock:
+        with GUARD.lock:
             if self.users.get(name) is not conn:
@@
-        with self.lock:
+        with GUARD.lock:
             return list(self.users)
""",
    "a_dataclass_with_slots": r"""
 import threading
+from dataclasses import dataclass, field
@@
+@dataclass(slots=True)
 class Registry:
@@
-    def __init__(self) -> None:
-        self.users: dict[str, object] = {}
-        self.lock = threading.Lock()  # guards users
+    users: dict[str, object] = field(default_factory=dict)
+    lock: object = field(default_factory=threading.Lock)
""",
    "a_frozen_dataclass_with_slots": r"""
 import threading
+from dataclasses import dataclass, field
@@
+@dataclass(frozen=True, slots=True)
 class Registry:
@@
-    def __init__(self) -> None:
-        self.users: dict[str, object] = {}
-        self.lock = threading.Lock()  # guards users
+    users: dict[str, object] = field(default_factory=dict)
+    lock: object = field(default_factory=threading.RLock)
""",
    "a_token_in_a_queue": r"""
+import queue
 import threading
@@
-        self.lock = threading.Lock()  # guards users
+        self.token: queue.Queue[None] = queue.Queue(1)
+        self.token.put(None)
@@
-        with self.lock:
-            if name in self.users:
-                raise NameTaken(name)
-            self.users[name] = conn
+        self.token.get()
+        try:
+            if name in self.users:
+                raise NameTaken(name)
+            self.users[name] = conn
+        finally:
+            self.token.put(None)
@@
-        with self.lock:
-            if self.users.get(name) is not conn:
-                return False
-            del self.users[name]
-            return True
+        self.token.get()
+        try:
+            if self.users.get(name) is not conn:
+                return False
+            del self.users[name]
+            return True
+        finally:
+            self.token.put(None)
@@
-        with self.lock:
-            return list(self.users)
+        self.token.get()
+        try:
+            return list(self.users)
+        finally:
+            self.token.put(None)
""",
    "searches_the_values": r"""
-            if name in self.users:
+            if name in self.users.values():
                 raise NameTaken(name)
-            self.users[name] = conn
+            self.users[conn] = name
@@
-            if self.users.get(name) is not conn:
+            if self.users.get(conn) != name:
                 return False
-            del self.users[name]
+            del self.users[conn]
@@
-            return list(self.users)
+            return list(self.users.values())
""",
    "weak_references": r"""
 import threading
+import weakref
@@
-            self.users[name] = conn
+            self.users[name] = weakref.ref(conn)
@@
-            if self.users.get(name) is not conn:
+            if name not in self.users or self.users[name]() is not conn:
""",
}
