"""Wrong answers to step 5; __init__.py says how they are written."""

WRONG = {
    "sleeps_after_each_line": r"""
# Diagnosis: The server sleeps before it answers
                     number += 1
                     connection.sendall(b"%d %s\n" % (number, line))
+                    time.sleep(0.5)
@@
+import time
+
+
 def welcome(connection: socket.socket) -> threading.Thread:
""",
    "sleeps_between_two_looks": r"""
# Diagnosis: The server sleeps between two checks
-            while data := connection.recv(4096):
+            connection.setblocking(False)
+            while True:
+                try:
+                    data = connection.recv(4096)
+                except BlockingIOError:
+                    time.sleep(0.05)
+                    continue
+                if not data:
+                    break
@@
+import time
+
+
 def welcome(connection: socket.socket) -> threading.Thread:
""",
    "an_empty_line_ends_it": r"""
# Diagnosis: An empty line ends the connection
                 for line in lines:
+                    if not line.strip():
+                        return
""",
    "five_lines_and_out": r"""
# Diagnosis: A line ends the connection
                 for line in lines:
+                    if number == 5:
+                        return
""",
    "a_timer": r"""
# Diagnosis: The server waits before it answers
-    thread = threading.Thread(target=talk, args=(connection,))
+    thread = threading.Timer(1.3, talk, [connection])
""",
    "args_is_no_tuple": r"""
# Diagnosis: `args` is not a tuple
-    thread = threading.Thread(target=talk, args=(connection,))
+    thread = threading.Thread(target=talk, args=(connection))
""",
    "calls_the_target": r"""
# Diagnosis: The target function is called instead of being passed on
-    thread = threading.Thread(target=talk, args=(connection,))
+    thread = threading.Thread(target=talk(connection))
""",
    "closes_for_shutdown": r"""
# Diagnosis: `close` does not wake a thread that reads
# On Windows: right
-    for connection, _ in clients:
-        with contextlib.suppress(OSError):  # it has gone before
-            connection.shutdown(socket.SHUT_RDWR)  # wakes its thread on Linux, macOS
-        connection.close()  # and this on Windows
-    for _, thread in clients:
+    for connection, thread in clients:
+        connection.close()
""",
    "daemons": r"""
# Diagnosis: Threads are cut off in the middle of their work
-    thread = threading.Thread(target=talk, args=(connection,))
+    thread = threading.Thread(target=talk, args=(connection,), daemon=True)
@@
-    for _, thread in clients:
-        thread.join()
""",
    "fails_at_the_gone": r"""
# Diagnosis: Stopping fails at a client that has gone
-        with contextlib.suppress(OSError):  # it has gone before
-            connection.shutdown(socket.SHUT_RDWR)  # wakes its thread on Linux, macOS
+        connection.shutdown(socket.SHUT_RDWR)
""",
    "twenty_threads": r"""
# Diagnosis: Only some of the clients are served at the same time
 Client = tuple[socket.socket, threading.Thread]
+places = threading.Semaphore(20)
+
+
+def wait_and_talk(connection: socket.socket) -> None:
+    with places:
+        talk(connection)
@@
-    thread = threading.Thread(target=talk, args=(connection,))
+    thread = threading.Thread(target=wait_and_talk, args=(connection,))
""",
    "gives_up_at_the_gone": r"""
# Diagnosis: Stopping ends only some of the connections
-    for connection, _ in clients:
-        with contextlib.suppress(OSError):  # it has gone before
+    try:
+        for connection, _ in clients:
             connection.shutdown(socket.SHUT_RDWR)  # wakes its thread on Linux, macOS
-        connection.close()  # and this on Windows
+            connection.close()
+    except OSError:
+        pass
""",
    "join_after_start": r"""
# Diagnosis: `join` is called right after `start`
     thread.start()
+    thread.join()
""",
    "join_without_brackets": r"""
# Diagnosis: stop() returns before the threads have ended
-        thread.join()
+        thread.join
""",
    "joins_all_threads": r"""
# Diagnosis: A thread waits for its own end
-    for _, thread in clients:
+    for thread in threading.enumerate():
""",
    "joins_only": r"""
# Diagnosis: Stopping waits until the clients leave
-    for connection, _ in clients:
-        with contextlib.suppress(OSError):  # it has gone before
-            connection.shutdown(socket.SHUT_RDWR)  # wakes its thread on Linux, macOS
-        connection.close()  # and this on Windows
""",
    "never_ends": r"""
# Diagnosis: A thread does not end with its client
-            while data := connection.recv(4096):
+            while True:
+                data = connection.recv(4096)
""",
    "never_started": r"""
# Diagnosis: No thread serves the client
-    thread.start()
""",
    "no_args": r"""
# Diagnosis: `args=` is missing
-    thread = threading.Thread(target=talk, args=(connection,))
+    thread = threading.Thread(target=talk)
""",
    "no_shutdown": r"""
# Diagnosis: The program waits for threads that nobody ends
-    for connection, _ in clients:
-        with contextlib.suppress(OSError):  # it has gone before
-            connection.shutdown(socket.SHUT_RDWR)  # wakes its thread on Linux, macOS
-        connection.close()  # and this on Windows
-    for _, thread in clients:
-        thread.join()
+    clients.clear()
""",
    "one_count": r"""
# Diagnosis: The clients share one count
 Client = tuple[socket.socket, threading.Thread]
+number = 0
@@
-    number, rest = 0, b""
+    global number
+    rest = b""
""",
    "one_direction": r"""
# Diagnosis: The connections are shut down in one direction only
-            connection.shutdown(socket.SHUT_RDWR)  # wakes its thread on Linux, macOS
-        connection.close()  # and this on Windows
+            connection.shutdown(socket.SHUT_WR)
""",
    "one_leaves_all_leave": r"""
# Diagnosis: When one client leaves, nobody is served any more
+import _thread
 import contextlib
@@
             pass  # it went without a goodbye, or `stop` has closed the connection
+    _thread.interrupt_main()
""",
    "pair_for_connection": r"""
# Diagnosis: A pair is used as if it were one of its parts
-    for connection, _ in clients:
+    for connection in clients:
""",
    "returns_nothing": r"""
# Diagnosis: `welcome` does not return the thread
-    return thread
""",
    "run_for_start": r"""
# Diagnosis: `run` is called instead of `start`
-    thread.start()
+    thread.run()
""",
    "settimeout": r"""
# Diagnosis: A silent client is treated as if it had left
     number, rest = 0, b""
+    connection.settimeout(60)
""",
    "shared_variable": r"""
# Diagnosis: An answer goes to the wrong client
-def talk(connection: socket.socket) -> None:
+def talk() -> None:
@@
-    with connection:
+    with current:
         try:
-            while data := connection.recv(4096):
+            while data := current.recv(4096):
@@
-                    connection.sendall(b"%d %s\n" % (number, line))
+                    current.sendall(b"%d %s\n" % (number, line))
@@
-    thread = threading.Thread(target=talk, args=(connection,))
+    global current
+    current = connection
+    thread = threading.Thread(target=talk)
""",
    "skips_empty_lines": r"""
# Diagnosis: An empty line, or one with only spaces, is not answered
                 for line in lines:
+                    if not line:
+                        continue
""",
    "sleeps_in_stop": r"""
# Diagnosis: Stopping takes longer than it has to
 import threading
+import time
@@
-    for _, thread in clients:
-        thread.join()
+    time.sleep(60)
""",
    "started_twice": r"""
# Diagnosis: A thread is started a second time
     thread.start()
+    thread.start()
""",
    "stops_a_thread": r"""
# Diagnosis: A Thread has no `stop`
-    for connection, _ in clients:
-        with contextlib.suppress(OSError):  # it has gone before
-            connection.shutdown(socket.SHUT_RDWR)  # wakes its thread on Linux, macOS
-        connection.close()  # and this on Windows
-    for _, thread in clients:
-        thread.join()
+    for connection, thread in clients:
+        thread.stop()
""",
    "swaps_the_pair": r"""
# Diagnosis: A connection and its thread are mixed up
-    for connection, _ in clients:
+    for thread, connection in clients:
         with contextlib.suppress(OSError):  # it has gone before
             connection.shutdown(socket.SHUT_RDWR)  # wakes its thread on Linux, macOS
         connection.close()  # and this on Windows
-    for _, thread in clients:
+    for thread, connection in clients:
""",
    "target_in_quotes": r"""
# Diagnosis: `target=` is not given a function
-    thread = threading.Thread(target=talk, args=(connection,))
+    thread = threading.Thread(target="talk", args=(connection,))
""",
    "thread_by_position": r"""
# Diagnosis: `target=` is missing
-    thread = threading.Thread(target=talk, args=(connection,))
+    thread = threading.Thread(talk, (connection,))
""",
    "waits_for_an_event": r"""
# Diagnosis: Stopping never comes to an end
     for connection, _ in clients:
+        threading.Event().wait()
         with contextlib.suppress(OSError):  # it has gone before
""",
    "waits_in_welcome": r"""
# Diagnosis: `welcome` does not return at once
     thread.start()
+    while thread.is_alive():
+        pass
""",
    "with_connection": r"""
# Diagnosis: The connection is closed while its thread still needs it
-    thread = threading.Thread(target=talk, args=(connection,))
-    thread.start()
-    return thread
+    with connection:
+        thread = threading.Thread(target=talk, args=(connection,))
+        thread.start()
+        return thread
""",
    "a_process_for_each": r"""
# Diagnosis: The clients are served by processes, not by threads
 import sys
-import threading
+import multiprocessing
+import threading
@@
-    thread = threading.Thread(target=talk, args=(connection,))
+    thread = multiprocessing.Process(target=talk, args=(connection,))
""",
    "looks_for_the_stop_when_idle": r"""
# Diagnosis: Stopping waits for clients that are busy
     with connection:
         try:
-            while data := connection.recv(4096):
+            connection.settimeout(0.2)
+            while not (stopping and not is_ready(connection)):
+                if not is_ready(connection):
+                    continue
+                data = connection.recv(4096)
+                if not data:
+                    break
@@
-    for connection, _ in clients:
-        with contextlib.suppress(OSError):  # it has gone before
-            connection.shutdown(socket.SHUT_RDWR)  # wakes its thread on Linux, macOS
-        connection.close()  # and this on Windows
+    stopping.append(True)
     for _, thread in clients:
         thread.join()
+
+
+stopping = []
+
+
+def is_ready(connection):
+    import select
+    return select.select([connection], [], [], 0.2)[0]
""",
    "one_lock_for_all_who_send": r"""
# Diagnosis: A client that does not read makes the others wait
 Client = tuple[socket.socket, threading.Thread]
+sending = threading.Lock()
@@
-                    connection.sendall(b"%d %s\n" % (number, line))
+                    with sending:
+                        connection.sendall(b"%d %s\n" % (number, line))
""",
    "prints_in_pieces": r"""
# Diagnosis: The line about a client's end is printed in pieces
-    print(f"A client has gone after {number} lines\n", end="", flush=True)
+    print(f"A client has gone after {number} lines")
""",
    "a_class_with_run_misspelt": r"""
# Diagnosis: The class of the thread has no method `run`
-    thread = threading.Thread(target=talk, args=(connection,))
+    thread = ClientThread(connection)
     thread.start()
     return thread
+
+
+class ClientThread(threading.Thread):
+    def __init__(self, connection):
+        super().__init__()
+        self.connection = connection
+
+    def runs(self):
+        talk(self.connection)
""",
    "a_class_without_init_of_its_base": r"""
# Diagnosis: `__init__` of a thread replaces the inherited one
-    thread = threading.Thread(target=talk, args=(connection,))
+    thread = ClientThread(connection)
     thread.start()
     return thread
+
+
+class ClientThread(threading.Thread):
+    def __init__(self, connection):
+        self.connection = connection
+
+    def run(self):
+        talk(self.connection)
""",
    "a_run_with_an_argument": r"""
# Diagnosis: `run` has an argument that nobody passes
-    thread = threading.Thread(target=talk, args=(connection,))
+    thread = ClientThread()
     thread.start()
     return thread
+
+
+class ClientThread(threading.Thread):
+    def run(self, connection):
+        talk(connection)
""",
    "closes_first": r"""
# Diagnosis: A socket is shut down after it was closed
-        with contextlib.suppress(OSError):  # it has gone before
-            connection.shutdown(socket.SHUT_RDWR)  # wakes its thread on Linux, macOS
-        connection.close()  # and this on Windows
+        connection.close()
+        connection.shutdown(socket.SHUT_RDWR)
""",
    "send_for_sendall": r"""
# Diagnosis: Part of a line can be lost
-                    connection.sendall(b"%d %s\n" % (number, line))
+                    connection.send(b"%d %s\n" % (number, line))
""",
    "yields_in_stop": r"""
# Diagnosis: There is a `yield` in stop
-        thread.join()
+        yield thread.join()
""",
}

RIGHT = {
    "a_lock_for_the_screen": r"""
 Client = tuple[socket.socket, threading.Thread]
+screen = threading.Lock()
@@
-    print(f"A client has gone after {number} lines\n", end="", flush=True)
+    with screen:
+        print(f"A client has gone after {number} lines")
""",
    "a_thread_that_looks_after_the_house": r"""
     clients: list[Client] = []
+    threading.Thread(target=keep_house, daemon=True).start()
@@
+def keep_house() -> None:
+    import time
+
+    while True:
+        time.sleep(0.1)
+
+
 if __name__ == "__main__":
""",
}
