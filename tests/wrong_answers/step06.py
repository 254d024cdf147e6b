"""Wrong answers to step 6; __init__.py says how they are written."""

WRONG = {
    "an_empty_line_ends_it": r"""
# Diagnosis: An empty line ends the connection
             for line in self.rfile:
+                if line == b"\n":
+                    break
""",
    "shuts_down_at_a_word": r"""
# Diagnosis: A word in a line ends the whole server
             for line in self.rfile:
+                if line.strip() == b"exit":
+                    self.server.shutdown()
""",
    "shuts_down_at_any_line": r"""
# Diagnosis: Something that a client sends ends the whole server
             for line in self.rfile:
+                if line == b"and on\n":
+                    self.server.shutdown()
""",
    "a_minute_of_patience": r"""
# Diagnosis: A silent client is treated as if it had left
+    timeout = 60
+
     def setup(self) -> None:
""",
    "a_thread_in_the_handler": r"""
# Diagnosis: `handle` returns while the client is still there
 import sys
+import threading
@@
+        threading.Thread(target=self.talk).start()
+
+    def talk(self) -> None:
+        rest = b""
         with contextlib.suppress(OSError):
-            for line in self.rfile:
-                self.number += 1
-                self.wfile.write(b"%d %s" % (self.number, line))
+            while data := self.connection.recv(4096):
+                *lines, rest = (rest + data).split(b"\n")
+                for line in lines:
+                    self.number += 1
+                    self.connection.sendall(b"%d %s\n" % (self.number, line))
""",
    "breaking_off_is_an_error": r"""
# Diagnosis: A connection that breaks off raises an exception in the server
-        with contextlib.suppress(OSError):
-            for line in self.rfile:
-                self.number += 1
-                self.wfile.write(b"%d %s" % (self.number, line))
+        for line in self.rfile:
+            self.number += 1
+            self.wfile.write(b"%d %s" % (self.number, line))
""",
    "bytes_in_an_f_string": r"""
# Diagnosis: The answer is Python's way of showing bytes: b'...'
-                self.wfile.write(b"%d %s" % (self.number, line))
+                self.wfile.write(f"{self.number} {line}".encode())
""",
    "counts_from_one": r"""
# Diagnosis: The answer has the wrong number
-        self.number = 0
+        self.number = 1
""",
    "counts_on_its_own": r"""
# Diagnosis: The number of lines printed at the end is wrong
-        with contextlib.suppress(OSError):
-            for line in self.rfile:
-                self.number += 1
-                self.wfile.write(b"%d %s" % (self.number, line))
+        number, rest = 0, b""
+        with self.connection as connection:
+            try:
+                while data := connection.recv(4096):
+                    *lines, rest = (rest + data).split(b"\n")
+                    for line in lines:
+                        number += 1
+                        connection.sendall(b"%d %s\n" % (number, line))
+            except OSError:
+                pass
""",
    "counts_too_late": r"""
# Diagnosis: The answer is not the line with its number
-                self.number += 1
                 self.wfile.write(b"%d %s" % (self.number, line))
+                self.number += 1
""",
    "daemon_threads": r"""
# Diagnosis: Threads are cut off in the middle of their work
     allow_reuse_address = True
+    daemon_threads = True
""",
    "ends_at_a_word": r"""
# Diagnosis: A word in a line ends the connection
             for line in self.rfile:
+                if line.strip() == b"exit":
+                    break
""",
    "handle_misspelt": r"""
# Diagnosis: The handler has no method `handle`
-    def handle(self) -> None:
+    def handel(self):
""",
    "handle_without_self": r"""
# Diagnosis: The method handle has no `self`
-    def handle(self) -> None:
+    def handle() -> None:
""",
    "init_overridden": r"""
# Diagnosis: The handler never runs, because `__init__` is replaced
+    def __init__(self, request: Any, client_address: Any, server: Any) -> None:
+        self.number = 0
+
     def setup(self) -> None:
@@
-        self.number = 0
""",
    "no_end_of_file": r"""
# Diagnosis: A thread does not end with its client
-            for line in self.rfile:
+            while True:
+                line = self.rfile.readline()
""",
    "no_reuse_address": r"""
# Diagnosis: The server cannot use its port again right after it has ended
# On Windows: right
-    allow_reuse_address = True
""",
    "no_threads": r"""
# Diagnosis: The main thread serves the clients itself
-class Server(socketserver.ThreadingTCPServer):
+class Server(socketserver.TCPServer):
""",
    "number_without_self": r"""
# Diagnosis: `number` is set without self
-        self.number = 0
+        number = 0
""",
    "one_line_and_out": r"""
# Diagnosis: The connection is closed after one line
-        with contextlib.suppress(OSError):
-            for line in self.rfile:
-                self.number += 1
-                self.wfile.write(b"%d %s" % (self.number, line))
+        line = self.rfile.readline()
+        self.number += 1
+        self.wfile.write(b"%d %s" % (self.number, line))
""",
    "reads_to_the_end": r"""
# Diagnosis: Nothing comes back until the client has finished sending
-            for line in self.rfile:
+            for line in self.rfile.read().splitlines(keepends=True):
""",
    "sends_text": r"""
# Diagnosis: Text and bytes are mixed up
-                self.wfile.write(b"%d %s" % (self.number, line))
+                self.wfile.write(f"{self.number} {line.decode()}")
""",
    "setup_replaced": r"""
# Diagnosis: `setup` replaces the inherited one
-        super().setup()
""",
    "shutdown_in_the_handler": r"""
# Diagnosis: When one client leaves, nobody is served any more
         print(f"A client has gone after {self.number} lines\n", end="", flush=True)
+        self.server.shutdown()
""",
    "silent_about_the_silent": r"""
# Diagnosis: No line is printed about a client that has sent no line
-        print(f"A client has gone after {self.number} lines\n", end="", flush=True)
+        if self.number:
+            print(f"A client has gone after {self.number} lines\n", end="", flush=True)
""",
    "silent_finish": r"""
# Diagnosis: No line is printed about the end of a client
-        print(f"A client has gone after {self.number} lines\n", end="", flush=True)
""",
    "state_in_init": r"""
# Diagnosis: `__init__` prepares something only after handle() has run
+    def __init__(self, request: Any, client_address: Any, server: Any) -> None:
+        super().__init__(request, client_address, server)
+        self.number = 0
+
     def setup(self) -> None:
@@
-        self.number = 0
""",
    "state_on_the_class": r"""
# Diagnosis: The clients share one count
+    lines: list[bytes] = []

     def setup(self) -> None:
@@
-        self.number = 0
@@
-                self.number += 1
-                self.wfile.write(b"%d %s" % (self.number, line))
+                self.lines.append(line)
+                self.wfile.write(b"%d %s" % (len(self.lines), line))
@@
-        print(f"A client has gone after {self.number} lines\n", end="", flush=True)
+        print(f"A client has gone after {len(self.lines)} lines\n", end="", flush=True)
""",
    "strips_the_end": r"""
# Diagnosis: The answer does not end with a line feed
-                self.wfile.write(b"%d %s" % (self.number, line))
+                self.wfile.write(b"%d %s" % (self.number, line.strip()))
""",
    "super_without_brackets": r"""
# Diagnosis: The parentheses after super are missing
-        super().setup()
+        super.setup()
""",
    "told_in_handle": r"""
# Diagnosis: The line about a client's end is printed only if all went well
                 self.wfile.write(b"%d %s" % (self.number, line))
+        print(f"A client has gone after {self.number} lines\n", end="", flush=True)
@@
-        print(f"A client has gone after {self.number} lines\n", end="", flush=True)
""",
    "told_in_pieces": r"""
# Diagnosis: The line about a client's end is printed in pieces
-        print(f"A client has gone after {self.number} lines\n", end="", flush=True)
+        print("A client has gone after", self.number, "lines\n", end="", flush=True)
""",
    "told_twice": r"""
# Diagnosis: The line about a client's end is printed more than once
                 self.wfile.write(b"%d %s" % (self.number, line))
+        print(f"A client has gone after {self.number} lines\n", end="", flush=True)
""",
    "two_line_ends": r"""
# Diagnosis: The answer ends with one line feed too many
-                self.wfile.write(b"%d %s" % (self.number, line))
+                self.wfile.write(b"%d %s\n" % (self.number, line))
""",
    "decodes_strictly": r"""
# Diagnosis: Bytes that are not valid text, or not yet complete, are decoded
-                self.wfile.write(b"%d %s" % (self.number, line))
+                self.wfile.write(f"{self.number} {line.decode()}".encode())
""",
    "strips_the_blanks": r"""
# Diagnosis: Spaces or tabs in a line are lost
-                self.wfile.write(b"%d %s" % (self.number, line))
+                self.wfile.write(b"%d %s\n" % (self.number, line.strip()))
""",
    "reads_part_of_a_long_line": r"""
# Diagnosis: Some of many lines sent at once are lost or wrong
-            for line in self.rfile:
+            for line in iter(lambda: self.rfile.readline(1024), b""):
""",
    "looks_for_the_stop_when_idle": r"""
# Diagnosis: Stopping waits for clients that are busy
         with contextlib.suppress(OSError):
-            for line in self.rfile:
-                self.number += 1
-                self.wfile.write(b"%d %s" % (self.number, line))
+            import select
+            rest = b""
+            while True:
+                while not select.select([self.request], [], [], 0.2)[0]:
+                    if self.server.stopping:
+                        return
+                if not (data := self.request.recv(4096)):
+                    return
+                *lines, rest = (rest + data).split(b"\n")
+                for line in lines:
+                    self.number += 1
+                    self.wfile.write(b"%d %s\n" % (self.number, line))
@@
-        for connection in self._connections:
-            with contextlib.suppress(OSError):  # it has gone before
-                connection.shutdown(socket.SHUT_RDWR)
-                if sys.platform == "win32":  # close() would wait there for `rfile`
-                    socket.close(connection.detach())
+        self.stopping = True
         self.server_close()  # closes the listening socket, and joins the threads
+
+    stopping = False
""",
    "udp": r"""
# Diagnosis: The server does not listen on the port that it prints
-class Server(socketserver.ThreadingTCPServer):
+class Server(socketserver.ThreadingUDPServer):
""",
    "verifies_nobody": r"""
# Diagnosis: `verify_request` lets nobody in
+    def verify_request(self, request, client_address):
+        print(client_address)
+
     def stop(self) -> None:
""",
    "waits_with_a_client": r"""
# Diagnosis: `process_request` does not return at once
-        self._connections = [c for c in self._connections if c.fileno() >= 0]
+        __import__("threading").Event().wait()
""",
    "sends_by_the_socket": r"""
# Diagnosis: Part of a line can be lost
-                self.wfile.write(b"%d %s" % (self.number, line))
+                self.request.send(b"%d %s" % (self.number, line))
""",
    "setup_without_brackets": r"""
# Diagnosis: `super().setup` is named but not called
-        super().setup()
+        super().setup
""",
    "prints_for_writes": r"""
# Diagnosis: Nothing is sent back
-                self.wfile.write(b"%d %s" % (self.number, line))
+                print(b"%d %s" % (self.number, line))
""",
    "one_lock_for_all_who_send": r"""
# Diagnosis: A client that does not read makes the others wait
 import sys
+import threading
@@
-                self.wfile.write(b"%d %s" % (self.number, line))
+                with sending:
+                    self.wfile.write(b"%d %s" % (self.number, line))
@@
-def main() -> None:
+sending = threading.Lock()
+
+
+def main() -> None:
""",
    "suppresses_the_reset_only": r"""
# Diagnosis: A connection that the server ends raises an exception in its thread
-        with contextlib.suppress(OSError):
+        with contextlib.suppress(ConnectionResetError):
""",
}

RIGHT = {
    "a_lock_for_the_screen": r"""
 import sys
+import threading
@@
-        print(f"A client has gone after {self.number} lines\n", end="", flush=True)
+        with screen:
+            print("A client has gone after", self.number, "lines")
@@
-def main() -> None:
+screen = threading.Lock()
+
+
+def main() -> None:
""",
}
