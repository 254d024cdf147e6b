"""Wrong answers to step 10; __init__.py says how they are written."""

WRONG = {
    "a_post_for_each": r"""
# Diagnosis: Two people read the lines in different orders
-        self._queue.put((receivers, data))
+        for client in receivers:
+            self._queue.put((client, data))
@@
-            receivers, data = posted
-            for client in receivers:
-                self._hand_out(client, data)
+            client, data = posted
+            self._hand_out(client, data)
""",
    "an_empty_post_means_stop": r"""
# Diagnosis: An empty post ends the postman
-        while (posted := self._queue.get()) is not None:
-            receivers, data = posted
+        while True:
+            receivers, data = self._queue.get()
+            if not data:
+                return
@@
-        self._queue.put(None)
+        self._queue.put(([], b""))
""",
    "async_run": r"""
# Diagnosis: run is `async`, but nobody awaits it
-    def run(self) -> None:
+    async def run(self) -> None:
""",
    "a_queue_of_asyncio": r"""
# Diagnosis: A coroutine is made, but never awaited
+import asyncio
 import contextlib
@@
-        self._queue: queue.Queue[tuple[list[Client], bytes] | None] = queue.Queue(size)
+        self._queue = asyncio.Queue(size)
""",
    "another_bound": r"""
# Diagnosis: The bound of the queue is not `size`
-        self._queue: queue.Queue[tuple[list[Client], bytes] | None] = queue.Queue(size)
+        self._queue = queue.Queue(1000)
""",
    "cuts_off_the_wrong_ones": r"""
# Diagnosis: A client that takes everything is cut off
# Base: plain
-                    if client.take(data) < len(data):
+                    if client.take(data) >= len(data):
""",
    "direct_when_empty": r"""
# Diagnosis: Two threads write to one socket
-        self._queue.put((receivers, data))
+        if self._queue.empty():
+            for client in receivers:
+                self._hand_out(client, data)
+        else:
+            self._queue.put((receivers, data))
""",
    "drops_if_woken_in_vain": r"""
# Diagnosis: When several posts wait for space, some are lost
# Base: condition
-            while len(self._posts) >= self._size:
+            if len(self._posts) >= self._size:
                 self._changed.wait()
+            if len(self._posts) >= self._size:
+                return
""",
    "dropped": r"""
# Diagnosis: Lines are dropped when the queue is full
-        self._queue.put((receivers, data))
+        try:
+            self._queue.put_nowait((receivers, data))
+        except queue.Full:
+            pass
""",
    "eats_the_data": r"""
# Diagnosis: Only the first receiver gets the whole post
# Base: plain
-                    if client.take(data) < len(data):
-                        client.cut_off()
+                    while data:
+                        data = data[client.take(data):]
""",
    "ends_at_the_first_sleeper": r"""
# Diagnosis: One client that does not read makes the others miss lines
# Base: plain
                         client.cut_off()
+                        return
""",
    "ends_when_empty": r"""
# Diagnosis: The postman ends when its queue is empty
-        while (posted := self._queue.get()) is not None:
+        while not self._queue.empty():
+            posted = self._queue.get()
+            if posted is None:
+                break
""",
    "fails_if_woken_in_vain": r"""
# Diagnosis: The thread that posts ends with AssertionError when several posts wait
# Base: condition
-            while len(self._posts) >= self._size:
+            if len(self._posts) >= self._size:
                 self._changed.wait()
+            assert len(self._posts) < self._size
""",
    "forgets_the_receivers": r"""
# Diagnosis: The postman ends with ValueError
-        self._queue.put((receivers, data))
+        self._queue.put(data)
""",
    "full_is_an_error": r"""
# Diagnosis: post raises an exception when the queue is full
-        self._queue.put((receivers, data))
+        self._queue.put((receivers, data), block=False)
""",
    "gives_up_after_a_second": r"""
# Diagnosis: The postman ends when nothing happens for a while
-        while (posted := self._queue.get()) is not None:
-            receivers, data = posted
-            for client in receivers:
-                self._hand_out(client, data)
+        try:
+            while (posted := self._queue.get(timeout=1.0)) is not None:
+                receivers, data = posted
+                for client in receivers:
+                    self._hand_out(client, data)
+        except queue.Empty:
+            return
""",
    "half_a_line": r"""
# Diagnosis: A client that misses bytes is not cut off
-            whole = client.take(data) == len(data)
+            client.take(data)
         except OSError:
-            whole = False
-        if not whole:
""",
    "if_for_while": r"""
# Diagnosis: When several posts wait for space, more than `size` get in
# Base: condition
-            while len(self._posts) >= self._size:
+            if len(self._posts) >= self._size:
""",
    "last_first": r"""
# Diagnosis: The posts are sent in the wrong order
# Base: condition
-                receivers, data = self._posts.popleft()
+                receivers, data = self._posts.pop()
""",
    "looks_often": r"""
# Diagnosis: The postman wakes up again and again while nothing happens
-        while (posted := self._queue.get()) is not None:
+        while True:
+            try:
+                posted = self._queue.get(timeout=0.1)
+            except queue.Empty:
+                continue
+            if posted is None:
+                break
""",
    "looks_often_for_space": r"""
# Diagnosis: post wakes up again and again while the queue is full
-        self._queue.put((receivers, data))
+        while True:
+            try:
+                return self._queue.put((receivers, data), timeout=0.05)
+            except queue.Full:
+                continue
""",
    "makes_space_and_tells_nobody": r"""
# Diagnosis: A post that waits for space never gets in
# Base: condition
                 receivers, data = self._posts.popleft()
-                self._changed.notify_all()
""",
    "naps": r"""
# Diagnosis: The postman sleeps for a fixed time
 import threading
+import time
@@
-        while (posted := self._queue.get()) is not None:
+        while True:
+            if self._queue.empty():
+                time.sleep(0.01)
+                continue
+            posted = self._queue.get()
+            if posted is None:
+                return
""",
    "never_started": r"""
# Diagnosis: What is posted in the server does not arrive
     writer = threading.Thread(target=postman.run, daemon=True)
-    writer.start()
     serving.run(Room(postman), commands.parse)
     postman.stop()
-    writer.join()
""",
    "no_except": r"""
# Diagnosis: One client that has gone ends the postman
-        try:
-            whole = client.take(data) == len(data)
-        except OSError:
-            whole = False
-        if not whole:
+        if client.take(data) < len(data):
""",
    "no_look_at_the_sentinel": r"""
# Diagnosis: The sentinel is treated like a post
-        while (posted := self._queue.get()) is not None:
-            receivers, data = posted
+        while True:
+            receivers, data = self._queue.get()
""",
    "no_socket_waits": r"""
# Diagnosis: A client that reads every line is cut off
-            whole = client.take(data) == len(data)
+            client.sock.setblocking(False)
+            whole = client.sock.send(data) == len(data)
""",
    "nobody_means_stop": r"""
# Diagnosis: A post without receivers ends the postman
-        while (posted := self._queue.get()) is not None:
-            receivers, data = posted
+        while True:
+            receivers, data = self._queue.get()
+            if not receivers:
+                return
@@
-        self._queue.put(None)
+        self._queue.put(([], b""))
""",
    "notifies_without_the_lock": r"""
# Diagnosis: A condition is used without its lock
# Base: condition
             self._posts.append((receivers, data))
-            self._changed.notify_all()
+        self._changed.notify_all()
""",
    "notifies_one": r"""
# Diagnosis: When several posts wait for space, no thread is woken
# Base: condition
             self._posts.append((receivers, data))
-            self._changed.notify_all()
+            self._changed.notify()
@@
                 receivers, data = self._posts.popleft()
-                self._changed.notify_all()
+                self._changed.notify()
""",
    "passes_over_the_dead": r"""
# Diagnosis: A client that has gone is not cut off
# Base: plain
-                    client.cut_off()
+                    pass
""",
    "post_waits_for_an_event": r"""
# Diagnosis: post never returns
         self._queue.put((receivers, data))
+        threading.Event().wait()
""",
    "posts_under_the_rooms_lock": r"""
# Diagnosis: The room's lock is held while a post waits for space
             others = [c for name, c in self._clients.items() if name != sender]
-        self._postman.post(others, data)
+            self._postman.post(others, data)
""",
    "posts_with_the_lock": r"""
# Diagnosis: post waits for space while it holds a lock
         self._queue: queue.Queue[tuple[list[Client], bytes] | None] = queue.Queue(size)
+        self._lock = threading.Lock()
+        self.posted = 0
+        self.handed_out = 0
@@
-        self._queue.put((receivers, data))
+        with self._lock:
+            self._queue.put((receivers, data))
+            self.posted += 1
@@
                 self._hand_out(client, data)
+            with self._lock:
+                self.handed_out += 1
""",
    "put_for_post": r"""
# Diagnosis: A part of the exercise is missing
-    def post(self, receivers: list[Client], data: bytes) -> None:
+    def put(self, receivers: list[Client], data: bytes) -> None:
""",
    "post_without_self": r"""
# Diagnosis: The method post has no `self`
-    def post(self, receivers: list[Client], data: bytes) -> None:
+    def post(receivers, data):
""",
    "queue_not_imported": r"""
# Diagnosis: queue is not imported
-import queue
""",
    "queue_of_the_class": r"""
# Diagnosis: Two Postman objects share the same posts
+    _queue: queue.Queue = queue.Queue(2)

     def __init__(self, size: int = 1000) -> None:
@@
-        self._queue: queue.Queue[tuple[list[Client], bytes] | None] = queue.Queue(size)
+        self.size = size
""",
    "send_posts_nothing": r"""
# Diagnosis: The room's send posts nothing
-        self._postman.post([client], data)
         return True
""",
    "sendall": r"""
# Diagnosis: One client that does not read stops the postman
-            whole = client.take(data) == len(data)
+            client.sock.sendall(data)
         except OSError:
-            whole = False
-        if not whole:
""",
    "sends_under_the_lock": r"""
# Diagnosis: The lock is held while the postman sends
# Base: condition
-            for client in receivers:
-                self._hand_out(client, data)
+                for client in receivers:
+                    self._hand_out(client, data)
""",
    "spins": r"""
# Diagnosis: The postman spins while there is nothing to do
-        while (posted := self._queue.get()) is not None:
+        while True:
+            if self._queue.empty():
+                continue
+            posted = self._queue.get()
+            if posted is None:
+                break
""",
    "spins_for_space": r"""
# Diagnosis: post spins while the queue is full
+        while self._queue.full():
+            pass
         self._queue.put((receivers, data))
""",
    "starts_itself": r"""
# Diagnosis: Two threads call run
         self._queue: queue.Queue[tuple[list[Client], bytes] | None] = queue.Queue(size)
+        threading.Thread(target=self.run, daemon=True).start()
""",
    "stop_at_once": r"""
# Diagnosis: What was posted before stop is not sent
         self._queue: queue.Queue[tuple[list[Client], bytes] | None] = queue.Queue(size)
+        self._stopped = False
@@
-        while (posted := self._queue.get()) is not None:
-            receivers, data = posted
+        while not self._stopped:
+            try:
+                receivers, data = self._queue.get(timeout=0.1)
+            except queue.Empty:
+                continue
@@
-        self._queue.put(None)
+        self._stopped = True
""",
    "stop_does_not_wait": r"""
# Diagnosis: stop raises an exception when the queue is full
-        self._queue.put(None)
+        self._queue.put_nowait(None)
""",
    "stop_flag": r"""
# Diagnosis: The call of stop does not reach the postman
         self._queue: queue.Queue[tuple[list[Client], bytes] | None] = queue.Queue(size)
+        self._stopped = False
@@
-        while (posted := self._queue.get()) is not None:
-            receivers, data = posted
+        while not (self._stopped and self._queue.empty()):
+            receivers, data = self._queue.get()
@@
-        self._queue.put(None)
+        self._stopped = True
""",
    "stop_joins_the_queue": r"""
# Diagnosis: stop never returns
# Base: plain
         self.box.put(None)
+        self.box.join()
""",
    "stop_lost": r"""
# Diagnosis: stop is lost when the queue is full
-        self._queue.put(None)
+        with contextlib.suppress(queue.Full):
+            self._queue.put_nowait(None)
""",
    "takes_twice": r"""
# Diagnosis: Bytes that a client has taken are sent to it again
             whole = client.take(data) == len(data)
+            whole = whole or client.take(data) == len(data)
""",
    "text_for_bytes": r"""
# Diagnosis: Text and bytes are mixed up
-            whole = client.take(data) == len(data)
+            whole = client.take(data.decode()) == len(data)
""",
    "tries_again_with_the_rest": r"""
# Diagnosis: A client that does not take everything at once gets another try
-            whole = client.take(data) == len(data)
+            rest = data[client.take(data) :]
+            whole = client.take(rest) == len(rest)
""",
    "try_around_the_loop": r"""
# Diagnosis: One client that has gone makes the others miss lines
# Base: plain
-            for client in receivers:
-                try:
+            try:
+                for client in receivers:
                     if client.take(data) < len(data):
                         client.cut_off()
-                except OSError:
-                    client.cut_off()
+            except OSError:
+                client.cut_off()
""",
    "turns_before_it_takes": r"""
# Diagnosis: A thread goes on forever without sending anything
-            whole = client.take(data) == len(data)
+            while len(data) > 0:
+                pass
+            whole = client.take(data) == len(data)
""",
    "two_puts": r"""
# Diagnosis: Two posts at the same time get mixed up
-        self._queue.put((receivers, data))
+        self._queue.put(receivers)
+        self._queue.put(data)
@@
-        while (posted := self._queue.get()) is not None:
-            receivers, data = posted
+        while (receivers := self._queue.get()) is not None:
+            data = self._queue.get()
""",
    "unbounded": r"""
# Diagnosis: The queue has no bound
-        self._queue: queue.Queue[tuple[list[Client], bytes] | None] = queue.Queue(size)
+        self._queue = queue.Queue()
""",
    "until_all_is_taken": r"""
# Diagnosis: The postman spins until a client has taken everything
-            whole = client.take(data) == len(data)
+            while data:
+                data = data[client.take(data) :]
         except OSError:
-            whole = False
-        if not whole:
""",
    "waits_for_an_event": r"""
# Diagnosis: The postman waits for something other than a post
-            whole = client.take(data) == len(data)
+            threading.Event().wait()
+            whole = client.take(data) == len(data)
""",
    "waits_for_a_slow_client": r"""
# Diagnosis: The postman waits for room in the socket of a client that does not read
-            whole = client.take(data) == len(data)
+            client.sock.settimeout(0.1)
+            client.sock.sendall(data)
+            whole = True
""",
    "waits_a_second_for_space": r"""
# Diagnosis: post waits for space only for a while
# Base: condition
-            while len(self._posts) >= self._size:
-                self._changed.wait()
+            if len(self._posts) >= self._size:
+                self._changed.wait(1)
""",
    "waits_until_it_is_sent": r"""
# Diagnosis: post waits although there is space
         self._queue.put((receivers, data))
+        self._queue.join()
@@
                 self._hand_out(client, data)
+            self._queue.task_done()
""",
    "waits_with_the_lock": r"""
# Diagnosis: The postman waits for a post while it holds the lock
         self._queue: queue.Queue[tuple[list[Client], bytes] | None] = queue.Queue(size)
+        self._lock = threading.Lock()
@@
-        self._queue.put((receivers, data))
+        with self._lock:
+            self._queue.put((receivers, data))
@@
-        while (posted := self._queue.get()) is not None:
+        while True:
+            with self._lock:
+                posted = self._queue.get()
+            if posted is None:
+                return
""",
    "wakes_nobody": r"""
# Diagnosis: A post does not wake the postman
# Base: condition
             self._posts.append((receivers, data))
-            self._changed.notify_all()
@@
             self._stopped = True
-            self._changed.notify_all()
""",
}

RIGHT = {
    "a_method_called_sleep": r"""
-        self._queue: queue.Queue[tuple[list[Client], bytes] | None] = queue.Queue(size)
+        self._size, self._posts, self._stopped = size, [], False
+        self._changed = threading.Condition()
+
+    def sleep(self):
+        self._changed.wait()
@@
-        self._queue.put((receivers, data))
+        with self._changed:
+            while len(self._posts) >= self._size:
+                self.sleep()
+            self._posts.append((receivers, data))
+            self._changed.notify_all()
@@
-        while (posted := self._queue.get()) is not None:
-            receivers, data = posted
+        while True:
+            with self._changed:
+                while not (self._posts or self._stopped):
+                    self.sleep()
+                if not self._posts:
+                    return
+                receivers, data = self._posts.pop(0)
+                self._changed.notify_all()
@@
-        self._queue.put(None)
+        with self._changed:
+            self._stopped = True
+            self._changed.notify_all()
""",
    "a_client_that_can_do_more": r"""
         self.sock = sock
+        self.has_gone = False
+
+    def deliver(self, data: bytes) -> None:
+        try:
+            if self.has_gone or self.take(data) == len(data):
+                return
+        except OSError:
+            pass
+        self.has_gone = True
+        self.cut_off()
@@
-                self._hand_out(client, data)
+                client.deliver(data)
""",
    "a_set_of_clients": r"""
-            for client in receivers:
+            for client in set(receivers):
""",
    "a_limit_and_again": r"""
-        self._queue.put((receivers, data))
+        while True:
+            try:
+                return self._queue.put((receivers, data), timeout=0.5)
+            except queue.Full:
+                pass
@@
-        while (posted := self._queue.get()) is not None:
+        while True:
+            try:
+                posted = self._queue.get(timeout=1)
+            except queue.Empty:
+                continue
+            if posted is None:
+                return
""",
    "a_frozen_client_with_a_name": r"""
 import contextlib
+from dataclasses import dataclass
@@
+@dataclass(frozen=True, slots=True)
 class Client:
@@
-    def __init__(self, sock: socket.socket) -> None:
-        self.sock = sock
+    name: str
+    sock: socket.socket
@@
         if not whole:
+            print(client.name, "is too slow")
             client.cut_off()
@@
-            self._clients[name] = Client(sock)
+            self._clients[name] = Client(name, sock)
""",
    "dataclass_with_slots": r"""
 import contextlib
+from dataclasses import dataclass, field
@@
+@dataclass(slots=True)
 class Postman:
@@
-    def __init__(self, size: int = 1000) -> None:
-        # No more than `size` posts wait at a time.
-        self._queue: queue.Queue[tuple[list[Client], bytes] | None] = queue.Queue(size)
+    size: int = 1000
+    _queue: queue.Queue = field(init=False)
+
+    def __post_init__(self) -> None:
+        self._queue = queue.Queue(self.size)
""",
    "semaphores": r"""
+import collections
 import contextlib
@@
-        self._queue: queue.Queue[tuple[list[Client], bytes] | None] = queue.Queue(size)
+        self._posts = collections.deque()
+        self._space = threading.Semaphore(size)
+        self._mail = threading.Semaphore(0)
@@
-        self._queue.put((receivers, data))
+        self._space.acquire()
+        self._posts.append((receivers, data))
+        self._mail.release()
@@
-        while (posted := self._queue.get()) is not None:
-            receivers, data = posted
+        while True:
+            self._mail.acquire()
+            if not self._posts:
+                return
+            receivers, data = self._posts[0]
             for client in receivers:
                 self._hand_out(client, data)
+            self._posts.popleft()
+            self._space.release()
@@
-        self._queue.put(None)
+        self._mail.release()
""",
}
