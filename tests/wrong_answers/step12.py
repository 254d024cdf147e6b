"""Wrong answers to step 12; __init__.py says how they are written."""

WRONG = {
    "a_bare_socket": r"""
# Diagnosis: A bare socket is used as if it were a Client
-            if isinstance(one, Client):
-                self.read(one)
-            else:
-                self.accept()
+            self.read(one)
""",
    "a_thread_that_writes": r"""
# Diagnosis: The server has more than one thread
# Base: plain
+import queue
 import select
 import socket
+import threading
@@
         self.clients = Clients(limits)
+        self.jobs = queue.Queue()
+        threading.Thread(target=self.write_all, daemon=True).start()
@@
-        for client in writable:
-            self.write(client)
+        if writable:
+            self.jobs.put(writable)
+            self.jobs.join()
+
+    def write_all(self):
+        while True:
+            for client in self.jobs.get():
+                self.write(client)
+            self.jobs.task_done()
""",
    "accepts_once": r"""
# Diagnosis: Only the first client is greeted
# Base: plain
-        reading = [self.listener]
-        for client in self.clients:
-            if not client.ended:
-                reading.append(client)
+        reading = [client for client in self.clients if not client.ended]
+        if not reading:
+            reading.append(self.listener)
""",
    "always_writable": r"""
# Diagnosis: The loop waits for room although nothing waits to be sent
# Base: plain
-        writing = [client for client in self.clients if client.backlog]
+        writing = list(self.clients)
""",
    "answers_lost": r"""
# Diagnosis: A client's last answers are lost when it has no more to send
# Base: plain
-            self.clients.end(client)
+            self.clients.drop(client)
""",
    "async_read": r"""
# Diagnosis: read is `async`, but nobody awaits it
-    def read(self, client: Client) -> None:
+    async def read(self, client: Client) -> None:
""",
    "backlog_cut_by_hand": r"""
# Diagnosis: The loop does not record that a slow client has taken something
-            client.took(client.sock.send(client.backlog))
+            del client.backlog[: client.sock.send(client.backlog)]
""",
    "blocking_again": r"""
# Diagnosis: A client that reads slowly stops everyone
# Base: plain
+        client.sock.setblocking(True)
         try:
-            count = client.sock.send(client.backlog)
+            client.sock.sendall(client.backlog)
         except OSError:
             self.clients.drop(client)
-        else:
-            client.took(count)
+        client.took(len(client.backlog))
+        client.sock.setblocking(False)
""",
    "broken_pipe_unhandled": r"""
# Diagnosis: Writing to a client that has gone ends the server for everyone
# Base: plain
-        try:
-            count = client.sock.send(client.backlog)
-        except OSError:
-            self.clients.drop(client)
-        else:
-            client.took(count)
+        count = client.sock.send(client.backlog)
+        client.took(count)
""",
    "buffers_by_number": r"""
# Diagnosis: A client gets what another one has left unfinished
+from chat.wire.framing import LineBuffer
 from chat.config import Limits
@@
         self.clients = Clients(limits)
+        self.lines = {}
@@
-        for line in client.lines.feed(data):
+        lines = self.lines.setdefault(client.fileno(), LineBuffer())
+        for line in lines.feed(data):
""",
    "bytes_for_lines": r"""
# Diagnosis: Text and bytes are mixed up
# Base: plain
-        for line in client.lines.feed(data):
+        for line in data.split(b"\n"):
""",
    "catches_one_kind_of_error": r"""
# Diagnosis: Some errors of a connection end the server for everyone
             client.took(client.sock.send(client.backlog))
-        except OSError:
+        except ConnectionError:
""",
    "closed_left_in_the_set": r"""
# Diagnosis: The loop still waits for a closed socket
# Base: plain
-            self.clients.end(client)
+            client.sock.close()
+            return
""",
    "end_not_noticed": r"""
# Diagnosis: The end of file is not noticed
# Base: plain
         except OSError:
             self.clients.drop(client)
             return
-        if data == b"":
-            self.clients.end(client)
""",
    "ended_by_hand": r"""
# Diagnosis: At the end of file the others are not told that the client has left
-            self.clients.end(client)
+            client.ended = True
""",
    "ends_and_keeps_the_backlog": r"""
# Diagnosis: The loop tries again and again to send to a client that has gone
             client.took(client.sock.send(client.backlog))
         except OSError:
-            self.clients.drop(client)
+            self.clients.end(client)
""",
    "exits_at_a_reset": r"""
# Diagnosis: A reset ends the whole program
         try:
             data = client.sock.recv(READ_BYTES)
         except OSError:
-            self.clients.drop(client)
-            return
+            raise SystemExit(1)
""",
    "exits_at_the_end_of_file": r"""
# Diagnosis: The server ends too early
+import sys
 import contextlib
@@
         if not data:
-            self.clients.end(client)
+            sys.exit()
""",
    "exits_when_it_writes": r"""
# Diagnosis: Writing to a client that has gone ends the whole program
+import os
 import contextlib
@@
             client.took(client.sock.send(client.backlog))
         except OSError:
-            self.clients.drop(client)
+            os._exit(1)
""",
    "first_ready_only": r"""
# Diagnosis: Not everyone whose socket is ready is served
-        for one in readable:
+        for one in readable[:1]:
""",
    "listener_forgotten": r"""
# Diagnosis: The loop does not look at the listener
# Base: plain
-        reading = [self.listener]
-        for client in self.clients:
-            if not client.ended:
-                reading.append(client)
+        reading = [client for client in self.clients if not client.ended]
@@
-        for one in readable:
-            if one is self.listener:
-                self.accept()
-            else:
-                self.read(one)
+        for client in readable:
+            self.read(client)
""",
    "never_unregisters": r"""
# Diagnosis: A selector keeps a socket that has been closed
 import select
+import selectors
 import socket
@@
         self.clients = Clients(limits)
+        self.selector = selectors.DefaultSelector()
+        self.selector.register(self.listener, selectors.EVENT_READ)
+        self.known = set()
@@
-        reading: list[socket.socket | Client] = [self.listener]
-        reading += [client for client in self.clients if not client.ended]
-        writing = [client for client in self.clients if client.backlog]
-        patience_s = self.clients.patience_s()
-        readable, writable, _ = select.select(reading, writing, [], patience_s)
-        for one in readable:
-            if isinstance(one, Client):
-                self.read(one)
-            else:
-                self.accept()
-        for client in writable:
-            self.write(client)
+        for client in self.clients:
+            events = 0 if client.ended else selectors.EVENT_READ
+            if client.backlog:
+                events |= selectors.EVENT_WRITE
+            if client not in self.known:
+                self.selector.register(client, selectors.EVENT_READ)
+                self.known.add(client)
+            if events:
+                self.selector.modify(client, events)
+        for key, mask in self.selector.select(self.clients.patience_s()):
+            if key.fileobj is self.listener:
+                self.accept()
+                continue
+            if mask & selectors.EVENT_READ:
+                self.read(key.fileobj)
+            if mask & selectors.EVENT_WRITE:
+                self.write(key.fileobj)
""",
    "no_ear_for_those_sent_away": r"""
# Diagnosis: A client that is sent away is not read from
-        reading += [client for client in self.clients if not client.ended]
+        reading += [c for c in self.clients if not c.ended and not c.closing]
""",
    "no_input_buffer": r"""
# Diagnosis: A line that comes in pieces is not put together
# Base: plain
-        for line in client.lines.feed(data):
+        for line in data.decode(errors="replace").splitlines():
""",
    "no_output_buffer": r"""
# Diagnosis: The bytes that the socket does not take are lost
# Base: plain
-            count = client.sock.send(client.backlog)
+            client.sock.send(client.backlog)
@@
-            client.took(count)
+            client.took(len(client.backlog))
""",
    "one_line_per_wake_up": r"""
# Diagnosis: Only one line is handled at each wake-up
# Base: plain
-        for line in client.lines.feed(data):
-            self.clients.receive(client, line)
+        lines = client.lines.feed(data)
+        if lines:
+            self.clients.receive(client, lines[0])
""",
    "polls": r"""
# Diagnosis: The loop checks again and again, and does not wait
# Base: plain
-        wait = self.clients.patience_s()
-        readable, writable, _ = select.select(reading, writing, [], wait)
+        readable, writable, _ = select.select(reading, writing, [], 0)
""",
    "reads_and_writes_nothing_back": r"""
# Diagnosis: No client is greeted
# Base: plain
-        writing = [client for client in self.clients if client.backlog]
         wait = self.clients.patience_s()
-        readable, writable, _ = select.select(reading, writing, [], wait)
+        readable, _, _ = select.select(reading, [], [], wait)
@@
-        for client in writable:
-            self.write(client)
+                self.write(one)
""",
    "reads_or_writes": r"""
# Diagnosis: A client with a backlog is not read from
-        reading += [client for client in self.clients if not client.ended]
+        reading += [
+            client
+            for client in self.clients
+            if not client.ended and not client.backlog
+        ]
""",
    "reads_twice": r"""
# Diagnosis: A client is dropped although its connection is not broken
-            data = client.sock.recv(READ_BYTES)
+            data = client.sock.recv(READ_BYTES) + client.sock.recv(READ_BYTES)
""",
    "reads_until_empty": r"""
# Diagnosis: A socket is read although nothing has arrived
# Base: plain
-        try:
-            data = client.sock.recv(READ_BYTES)
-        except OSError:
-            self.clients.drop(client)
-            return
-        if data == b"":
-            self.clients.end(client)
+        data = b""
+        while piece := client.sock.recv(READ_BYTES):
+            data += piece
         for line in client.lines.feed(data):
             self.clients.receive(client, line)
+        self.clients.end(client)
""",
    "reads_when_it_accepts": r"""
# Diagnosis: Some of a client's first bytes are lost
             self.clients.add(sock)
+            sock.recv(1)
""",
    "reset_passed_over": r"""
# Diagnosis: A client whose connection is broken stays in the room
             data = client.sock.recv(READ_BYTES)
         except OSError:
-            self.clients.drop(client)
             return
""",
    "reset_unhandled": r"""
# Diagnosis: A reset ends the server for everyone
# Base: plain
-        try:
-            data = client.sock.recv(READ_BYTES)
-        except OSError:
-            self.clients.drop(client)
-            return
-        if data == b"":
+        data = client.sock.recv(READ_BYTES)
+        if not data:
""",
    "reads_or_else_writes": r"""
# Diagnosis: While something comes, nothing is sent
-        for client in writable:
-            self.write(client)
+        if not readable:
+            for client in writable:
+                self.write(client)
""",
    "sendall": r"""
# Diagnosis: A full socket ends the server
# Base: plain
-            count = client.sock.send(client.backlog)
+            client.sock.sendall(client.backlog)
-        except OSError:
+        except ConnectionError:
             self.clients.drop(client)
-        else:
-            client.took(count)
+        client.took(len(client.backlog))
""",
    "sendall_and_drop": r"""
# Diagnosis: A client that reads slowly is disconnected
# Base: plain
-            count = client.sock.send(client.backlog)
+            client.sock.sendall(client.backlog)
         except OSError:
             self.clients.drop(client)
-        else:
-            client.took(count)
+        client.took(len(client.backlog))
""",
    "takes_what_was_given_for_taken": r"""
# Diagnosis: What a socket does not take at once is lost
-            client.took(client.sock.send(client.backlog))
+            piece = client.backlog[:100]
+            client.sock.send(piece)
+            client.took(len(piece))
""",
    "sends_again": r"""
# Diagnosis: Bytes that were sent are sent again
# Base: plain
-            count = client.sock.send(client.backlog)
+            client.sock.send(client.backlog)
         except OSError:
             self.clients.drop(client)
-        else:
-            client.took(count)
""",
    "sleeps_between_looks": r"""
# Diagnosis: The loop sleeps instead of waiting in select
# Base: plain
 import socket
+import time
@@
-        wait = self.clients.patience_s()
-        readable, writable, _ = select.select(reading, writing, [], wait)
+        readable, writable, _ = select.select(reading, writing, [], 0)
@@
             self.write(client)
+        time.sleep(0.03)
""",
    "strips_lines": r"""
# Diagnosis: A test in the room's suite fails: errors reach only their sender
# Base: plain
         for line in client.lines.feed(data):
+            if isinstance(line, str):
+                line = line.strip()
""",
    "turns_for_ever": r"""
# Diagnosis: turn does not return
# Base: plain
-        reading = [self.listener]
-        for client in self.clients:
-            if not client.ended:
-                reading.append(client)
-        writing = [client for client in self.clients if client.backlog]
-        wait = self.clients.patience_s()
-        readable, writable, _ = select.select(reading, writing, [], wait)
-        for one in readable:
-            if one is self.listener:
-                self.accept()
-            else:
-                self.read(one)
-        for client in writable:
-            self.write(client)
+        while True:
+            reading = [self.listener] + [c for c in self.clients if not c.ended]
+            writing = [c for c in self.clients if c.backlog]
+            wait = self.clients.patience_s()
+            readable, writable, _ = select.select(reading, writing, [], wait)
+            for one in readable:
+                if one is self.listener:
+                    self.accept()
+                else:
+                    self.read(one)
+            for client in writable:
+                self.write(client)
""",
    "waits_after_the_end": r"""
# Diagnosis: The loop still waits for bytes after the end of file
# Base: plain
-            if not client.ended:
-                reading.append(client)
+            reading.append(client)
""",
    "waits_not_for_room": r"""
# Diagnosis: The loop does not notice that a client has read
-        writing = [client for client in self.clients if client.backlog]
         patience_s = self.clients.patience_s()
-        readable, writable, _ = select.select(reading, writing, [], patience_s)
+        readable, _, _ = select.select(reading, [], [], patience_s)
@@
-        for client in writable:
-            self.write(client)
+        for client in self.clients:
+            if client.backlog:
+                self.write(client)
@@
             client.took(client.sock.send(client.backlog))
+        except BlockingIOError:
+            pass
""",
    "waits_without_a_limit": r"""
# Diagnosis: select waits longer than it may
# Base: plain
-        wait = self.clients.patience_s()
-        readable, writable, _ = select.select(reading, writing, [], wait)
+        readable, writable, _ = select.select(reading, writing, [])
""",
}

RIGHT = {
    "keeps_a_method": r"""
         self.clients = Clients(limits)
+        self.patience_s = self.clients.patience_s
@@
-        patience_s = self.clients.patience_s()
+        patience_s = self.patience_s()
""",
    "sends_until_it_is_full": r"""
         try:
-            client.took(client.sock.send(client.backlog))
+            while client.backlog:
+                with memoryview(client.backlog) as view:
+                    count = client.sock.send(view[:4096])
+                client.took(count)
+        except BlockingIOError:
+            pass
""",
    "a_selector_for_each_turn": r"""
 import select
+import selectors
@@
         reading: list[socket.socket | Client] = [self.listener]
-        reading += [client for client in self.clients if not client.ended]
-        writing = [client for client in self.clients if client.backlog]
-        patience_s = self.clients.patience_s()
-        readable, writable, _ = select.select(reading, writing, [], patience_s)
-        for one in readable:
-            if isinstance(one, Client):
-                self.read(one)
-            else:
-                self.accept()
-        for client in writable:
-            self.write(client)
+        with selectors.DefaultSelector() as selector:
+            selector.register(reading[0], selectors.EVENT_READ)
+            for client in self.clients:
+                wanted = 0 if client.ended else selectors.EVENT_READ
+                wanted |= selectors.EVENT_WRITE if client.backlog else 0
+                if wanted:
+                    selector.register(client, wanted)
+            ready = selector.select(self.clients.patience_s())
+        for key, mask in ready:
+            if key.fileobj is self.listener:
+                self.accept()
+                continue
+            if mask & selectors.EVENT_READ:
+                self.read(key.fileobj)
+            if mask & selectors.EVENT_WRITE:
+                self.write(key.fileobj)
""",
    "slow_to_load": r"""
 import select
 import socket
+import time
@@
 READ_BYTES = 8192
+time.sleep(0.2)
""",
    "reads_little": r"""
         try:
-            data = client.sock.recv(READ_BYTES)
+            data = client.sock.recv(16)
""",
}
