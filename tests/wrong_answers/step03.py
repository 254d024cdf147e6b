"""Wrong answers to step 3; __init__.py says how they are written."""

WRONG = {
    "a_buffer_for_each_recv": r"""
# Diagnosis: The start of a line is forgotten before its rest comes
-    buffer = LineBuffer()
     try:
         while data := connection.recv(4096):
+            buffer = LineBuffer()
""",
    "a_full_recv_waits_for_more": r"""
# Diagnosis: Lines wait until recv() returns less than it could
# Base: plain
-        while data := connection.recv(4096):
+        while True:
+            data = b""
+            while True:
+                part = connection.recv(4096)
+                data += part
+                if len(part) < 4096:
+                    break
+            if not data:
+                return "left"
@@
     except ConnectionError:
         return "lost"
-    return "left"
""",
    "a_short_recv_is_the_end": r"""
# Diagnosis: The connection is closed while the client may still send
# Base: plain
-        while data := connection.recv(4096):
+        while True:
+            data = connection.recv(4096)
@@
+            if len(data) < 4096:
+                return "left"
     except ConnectionError:
         return "lost"
-    return "left"
""",
    "always_left": r"""
# Diagnosis: A reset is reported as an ordinary goodbye
# Base: plain
-        return "lost"
+        pass
""",
    "answers_in_ascii": r"""
# Diagnosis: The text of a line is changed
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+                line = TOO_LONG.decode() if line is None else f"{line}\n"
+                connection.sendall(line.encode("ascii", "ignore"))
""",
    "bare_except": r"""
# Diagnosis: Ctrl-c does not end the server
# Base: plain
-    except ConnectionError:
+    except:
""",
    "breaks_at_a_long_line": r"""
# Diagnosis: A line that arrives right after a long one is not answered
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+                if line is None:
+                    connection.sendall(TOO_LONG)
+                    break
+                connection.sendall(f"{line}\n".encode())
""",
    "catches_every_exception": r"""
# Diagnosis: A bug is hidden as a lost connection
# Base: plain
-    except ConnectionError:
+    except Exception:
""",
    "calls_itself": r"""
# Diagnosis: A function that calls itself fails when many lines come at once
-        lines: list[str | None] = []
-        *ended, rest = data.split(b"\n")
-        for piece in ended:
-            self._add(piece, lines)
-            if not self._is_too_long:
-                text = self._tail.removesuffix(b"\r").decode(errors="replace")
-                lines.append(text)
-            self._tail.clear()
-            self._is_too_long = False
-        self._add(rest, lines)
-        return lines
+        lines = []
+        first, end, rest = data.partition(b"\n")
+        self._add(first, lines)
+        if not end:
+            return lines
+        if not self._is_too_long:
+            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
+        self._tail.clear()
+        self._is_too_long = False
+        return lines + self.feed(rest)
""",
    "catches_a_reset_in_serve": r"""
# Diagnosis: talk() does not handle a reset
-    try:
-        while data := connection.recv(4096):
-            for line in buffer.feed(data):
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
-    except ConnectionError:
-        return "lost"
-    return "left"
+    while data := connection.recv(4096):
+        for line in buffer.feed(data):
+            connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+    return "left"
@@
-            print(f"The last client: {talk(connection)}", flush=True)
+            try:
+                how = talk(connection)
+            except ConnectionError:
+                how = "lost"
+            print(f"The last client: {how}", flush=True)
""",
    "closes_on_a_long_line": r"""
# Diagnosis: A long line ends the connection
# Base: plain
                     connection.sendall(TOO_LONG)
+                    return "left"
""",
    "counts_a_cr_by_chance": r"""
# Diagnosis: The lines depend on where the bytes are cut
-            self._add(piece, lines)
+            self._add(piece.removesuffix(b"\r"), lines)
@@
-                text = self._tail.removesuffix(b"\r").decode(errors="replace")
+                line = self._tail if piece else self._tail.removesuffix(b"\r")
+                text = line.decode(errors="replace")
""",
    "counts_characters": r"""
# Diagnosis: The limit counts characters, not bytes
# Base: inline
             self.tail += piece
+            text = self.tail.removesuffix(b"\r").decode(errors="replace")
             if self.too_long:
                 self.too_long = False
-            elif len(self.tail) > LIMIT:
+            elif len(text) > LIMIT:
                 lines.append(None)
             else:
-                lines.append(self.tail.removesuffix(b"\r").decode(errors="replace"))
+                lines.append(text)
""",
    "empty_is_too_long": r"""
# Diagnosis: An empty line is treated like one that is too long
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+                connection.sendall(f"{line}\n".encode() if line else TOO_LONG)
""",
    "encodes_strictly": r"""
# Diagnosis: Text is encoded with an encoding that lacks some characters
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+                line = TOO_LONG.decode() if line is None else f"{line}\n"
+                connection.sendall(line.encode("ascii"))
""",
    "endless_loop": r"""
# Diagnosis: The loop spins after the client has left
# Base: plain
-        while data := connection.recv(4096):
+        while True:
+            data = connection.recv(4096)
@@
-    return "left"
""",
    "ends_at_a_word": r"""
# Diagnosis: A word in a line ends the connection
             for line in buffer.feed(data):
+                if line == "quit":
+                    return "left"
""",
    "error_for_each_piece": r"""
# Diagnosis: One long line gets many errors
# Base: inline
-            if self.too_long:
-                self.too_long = False
-            elif len(self.tail) > LIMIT:
+            if self.too_long or len(self.tail) > LIMIT:
@@
+            self.too_long = False
         self.tail += rest
-        if self.too_long:
-            self.tail.clear()
-        elif len(self.tail) > LIMIT:
+        if self.too_long or len(self.tail) > LIMIT:
""",
    "exits_at_a_reset": r"""
# Diagnosis: A reset ends the whole program
-        return "lost"
+        exit()
""",
    "forgets_the_lf": r"""
# Diagnosis: The lines that come back are not those that were sent
# Base: plain
-                    connection.sendall(line.encode() + b"\n")
+                    connection.sendall(line.encode())
""",
    "aborted_is_no_loss": r"""
# Diagnosis: Not every ConnectionError is taken for a lost connection
-    except ConnectionError:
+    except (ConnectionResetError, BrokenPipeError):
""",
    "guards_recv_only": r"""
# Diagnosis: A connection that breaks while talk() sends is not handled
# Base: plain
-    try:
-        while data := connection.recv(4096):
-            for line in buffer.feed(data):
-                if line is None:
-                    connection.sendall(TOO_LONG)
-                else:
-                    connection.sendall(line.encode() + b"\n")
-    except ConnectionError:
-        return "lost"
-    return "left"
+    while True:
+        try:
+            data = connection.recv(4096)
+        except ConnectionResetError:
+            return "lost"
+        if not data:
+            return "left"
+        for line in buffer.feed(data):
+            if line is None:
+                connection.sendall(TOO_LONG)
+            else:
+                connection.sendall(line.encode() + b"\n")
""",
    "half_a_line_answered": r"""
# Diagnosis: Half a line is answered
# Base: plain
                     connection.sendall(line.encode() + b"\n")
+        for line in buffer.feed(b"\n"):
+            if line:
+                connection.sendall(line.encode() + b"\n")
""",
    "keeps_the_bytes": r"""
# Diagnosis: The bytes of a line that is too long are kept
# Base: inline
-            if self.too_long:
-                self.too_long = False
-            elif len(self.tail) > LIMIT:
+            if len(self.tail) <= LIMIT:
+                lines.append(self.tail.removesuffix(b"\r").decode(errors="replace"))
+            elif not self.too_long:
                 lines.append(None)
-            else:
-                lines.append(self.tail.removesuffix(b"\r").decode(errors="replace"))
             self.tail.clear()
+            self.too_long = False
         self.tail += rest
-        if self.too_long:
-            self.tail.clear()
-        elif len(self.tail) > LIMIT:
+        if len(self.tail) > LIMIT and not self.too_long:
             self.too_long = True
-            self.tail.clear()
""",
    "left_while_it_sends": r"""
# Diagnosis: A reset while talk() sends is reported as an ordinary goodbye
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+                answer = TOO_LONG if line is None else f"{line}\n".encode()
+                try:
+                    connection.sendall(answer)
+                except ConnectionError:
+                    return "left"
""",
    "limit_at_the_lf": r"""
# Diagnosis: The limit is checked only when the LF comes
# Base: inline
-        self.too_long = False
@@
-            if self.too_long:
-                self.too_long = False
-            elif len(self.tail) > LIMIT:
+            if len(self.tail) > LIMIT:
@@
-        if self.too_long:
-            self.tail.clear()
-        elif len(self.tail) > LIMIT:
-            self.too_long = True
-            self.tail.clear()
-            lines.append(None)
""",
    "limit_at_the_rest_only": r"""
# Diagnosis: The limit is checked only while no LF has come
# Base: inline
-            self.tail += piece
             if self.too_long:
                 self.too_long = False
-            elif len(self.tail) > LIMIT:
-                lines.append(None)
-            else:
-                lines.append(self.tail.removesuffix(b"\r").decode(errors="replace"))
+                continue
+            self.tail += piece
+            lines.append(self.tail.removesuffix(b"\r").decode(errors="replace"))
             self.tail.clear()
         self.tail += rest
-        if self.too_long:
-            self.tail.clear()
-        elif len(self.tail) > LIMIT:
+        if len(self.tail) > LIMIT:
""",
    "limit_of_the_piece": r"""
# Diagnosis: Short lines are taken for one that is too long
         lines: list[str | None] = []
+        if len(self._tail) + len(data) > LIMIT:
+            self._tail.clear()
+            return [None]
""",
    "lines_of_a_file": r"""
# Diagnosis: A long line is collected until its LF comes
-        while data := connection.recv(4096):
+        for data in connection.makefile("rb"):
""",
    "line_cut_at_the_limit": r"""
# Diagnosis: The start of a long line is kept as a line
# Base: inline
-        self.too_long = False
@@
-            if self.too_long:
-                self.too_long = False
-            elif len(self.tail) > LIMIT:
-                lines.append(None)
-            else:
-                lines.append(self.tail.removesuffix(b"\r").decode(errors="replace"))
+            if len(self.tail) > LIMIT:
+                del self.tail[LIMIT:]
+            lines.append(self.tail.removesuffix(b"\r").decode(errors="replace"))
             self.tail.clear()
         self.tail += rest
-        if self.too_long:
-            self.tail.clear()
-        elif len(self.tail) > LIMIT:
-            self.too_long = True
-            self.tail.clear()
-            lines.append(None)
+        del self.tail[LIMIT:]
""",
    "no_except": r"""
# Diagnosis: A reset raises an exception that ends the server
# Base: plain
-    try:
-        while data := connection.recv(4096):
-            for line in buffer.feed(data):
-                if line is None:
-                    connection.sendall(TOO_LONG)
-                else:
-                    connection.sendall(line.encode() + b"\n")
-    except ConnectionError:
-        return "lost"
+    while data := connection.recv(4096):
+        for line in buffer.feed(data):
+            if line is None:
+                connection.sendall(TOO_LONG)
+            else:
+                connection.sendall(line.encode() + b"\n")
""",
    "no_limit": r"""
# Diagnosis: There is no limit
# Base: inline
-        self.too_long = False
@@
-            if self.too_long:
-                self.too_long = False
-            elif len(self.tail) > LIMIT:
-                lines.append(None)
-            else:
-                lines.append(self.tail.removesuffix(b"\r").decode(errors="replace"))
+            lines.append(self.tail.removesuffix(b"\r").decode(errors="replace"))
             self.tail.clear()
         self.tail += rest
-        if self.too_long:
-            self.tail.clear()
-        elif len(self.tail) > LIMIT:
-            self.too_long = True
-            self.tail.clear()
-            lines.append(None)
""",
    "off_by_one": r"""
# Diagnosis: A line of exactly LIMIT bytes is refused
# Base: plain
-        if len(self.tail) <= LIMIT:
+        if len(self.tail) < LIMIT:
""",
    "one_lf_too_many": r"""
# Diagnosis: One LF too many is sent after TOO_LONG
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+                answer = TOO_LONG if line is None else line.encode()
+                connection.sendall(answer + b"\n")
""",
    "one_buffer_for_all": r"""
# Diagnosis: A client's unfinished line is joined to the next client's line
-def talk(connection: socket.socket) -> str:
+def talk(connection, buffer=LineBuffer()):
@@
-    buffer = LineBuffer()
""",
    "one_byte_too_many": r"""
# Diagnosis: The limit is higher than LIMIT
-        if len(self._tail) > LIMIT:
+        if len(self._tail) > LIMIT + 1:
""",
    "only_exit_ends_it": r"""
# Diagnosis: The connection is closed only after @exit
# Base: plain
-        while data := connection.recv(4096):
-            for line in buffer.feed(data):
+        while True:
+            for line in buffer.feed(connection.recv(4096)):
+                if line == "@exit":
+                    return "left"
@@
-    return "left"
""",
    "only_the_first_is_told": r"""
# Diagnosis: Only the first long line gets an error
             self._is_too_long = True
             self._tail.clear()
-            lines.append(None)
+            if not self._is_told:
+                self._is_told = True
+                lines.append(None)
+
+    _is_told = False
""",
    "sleeps_between_two_looks": r"""
# Diagnosis: The server sleeps between two checks
+import time
 import socket
@@
-        while data := connection.recv(4096):
+        while True:
+            connection.setblocking(False)
+            try:
+                data = connection.recv(4096)
+            except BlockingIOError:
+                time.sleep(0.01)
+                continue
+            connection.setblocking(True)
+            if not data:
+                break
""",
    "sleeps_before_it_answers": r"""
# Diagnosis: The server sleeps before it answers
+import time
 import socket
@@
             for line in buffer.feed(data):
+                time.sleep(0.5)
""",
    "polls": r"""
# Diagnosis: The server uses the processor while nothing happens
# Base: plain
-    try:
-        while data := connection.recv(4096):
+    connection.setblocking(False)
+    while True:
+        try:
+            data = connection.recv(4096)
+            if not data:
+                return "left"
@@
-    except ConnectionError:
-        return "lost"
-    return "left"
+        except BlockingIOError:
+            continue
+        except ConnectionError:
+            return "lost"
""",
    "prints_how": r"""
# Diagnosis: talk() does not say how the client went
# Base: plain
-        return "lost"
-    return "left"
+        print("lost")
+    print("left")
""",
    "prints_the_lines": r"""
# Diagnosis: Nothing is sent back
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+                print(TOO_LONG if line is None else line)
""",
    "raises_at_a_long_line": r"""
# Diagnosis: feed raises an exception instead of returning a list
             self._tail.clear()
-            lines.append(None)
+            raise ValueError("too long")
""",
    "rest_is_the_next": r"""
# Diagnosis: The rest of a long line is taken for a new line
# Base: inline
-        self.too_long = False
@@
-            if self.too_long:
-                self.too_long = False
-            elif len(self.tail) > LIMIT:
+            if len(self.tail) > LIMIT:
@@
-        if self.too_long:
-            self.tail.clear()
-        elif len(self.tail) > LIMIT:
-            self.too_long = True
-            self.tail.clear()
+        if len(self.tail) > LIMIT:
             lines.append(None)
+            self.tail.clear()
""",
    "returns_in_finally": r"""
# Diagnosis: A `return` in `finally` swallows every exception
-    return "left"
+    finally:
+        return "left"
""",
    "returns_none": r"""
# Diagnosis: feed does not return a list
             self._add(piece, lines)
+            if self._is_too_long:
+                self._tail.clear()
+                self._is_too_long = False
+                return None
""",
    "send_for_sendall": r"""
# Diagnosis: Part of a line can be lost
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+                connection.send(TOO_LONG if line is None else f"{line}\n".encode())
""",
    "sends_none": r"""
# Diagnosis: The client is not told that its line is too long
# Base: plain
-                if line is None:
-                    connection.sendall(TOO_LONG)
-                else:
-                    connection.sendall(line.encode() + b"\n")
+                connection.sendall(f"{line}\n".encode())
""",
    "sends_text": r"""
# Diagnosis: Text and bytes are mixed up
# Base: plain
-                    connection.sendall(line.encode() + b"\n")
+                    connection.sendall(line + "\n")
""",
    "sends_the_piece": r"""
# Diagnosis: The piece from recv() is sent back instead of the lines in it
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+                connection.sendall(TOO_LONG if line is None else data)
""",
    "settimeout": r"""
# Diagnosis: A silent client is treated as if it had left
     buffer = LineBuffer()
+    connection.settimeout(60)
""",
    "skips_what_is_empty": r"""
# Diagnosis: An empty line, or one with only spaces, is not answered
             for line in buffer.feed(data):
+                if line == "":
+                    continue
""",
    "strips_what_it_answers": r"""
# Diagnosis: Spaces or tabs in a line are lost
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+                line = TOO_LONG if line is None else f"{line.strip()}\n".encode()
+                connection.sendall(line)
""",
    "takes_away_every_cr": r"""
# Diagnosis: The buffer no longer does what it did in step 2
-                text = self._tail.removesuffix(b"\r").decode(errors="replace")
+                text = self._tail.rstrip(b"\r").decode(errors="replace")
""",
    "too_long_for_ever": r"""
# Diagnosis: No more lines come after a long one
# Base: plain
-            self.too_long = False
""",
    "two_errors": r"""
# Diagnosis: One long line gets two errors
-        if self._is_too_long:
-            return
""",
    "waits_for_a_last_lf": r"""
# Diagnosis: A line is not answered while half of the next one is there
         while data := connection.recv(4096):
+            while not data.endswith(b"\n"):
+                more = connection.recv(4096)
+                if not more:
+                    return "left"
+                data += more
""",
    "waits_for_the_end": r"""
# Diagnosis: No line is answered until the client has left
# Base: plain
+    lines = []
     try:
         while data := connection.recv(4096):
-            for line in buffer.feed(data):
-                if line is None:
-                    connection.sendall(TOO_LONG)
-                else:
-                    connection.sendall(line.encode() + b"\n")
+            lines += buffer.feed(data)
+        for line in lines:
+            if line is None:
+                connection.sendall(TOO_LONG)
+            else:
+                connection.sendall(line.encode() + b"\n")
""",
    "counts_the_bytes_of_the_text": r"""
# Diagnosis: The limit counts the bytes of the text, not those that came
                 text = self._tail.removesuffix(b"\r").decode(errors="replace")
-                lines.append(text)
+                lines.append(text if len(text.encode()) <= LIMIT else None)
""",
    "drains_full_pieces": r"""
# Diagnosis: The end of file right after a long message is missed
         while data := connection.recv(4096):
+            while len(data) % 4096 == 0:
+                data += connection.recv(4096)
""",
    "ends_at_an_empty_line": r"""
# Diagnosis: An empty line ends the connection
             for line in buffer.feed(data):
+                if line == "":
+                    return "left"
""",
    "catches_any_oserror": r"""
# Diagnosis: Any OSError is taken for a lost connection
-    except ConnectionError:
+    except OSError:
""",
    "reads_once_more": r"""
# Diagnosis: Part of a long message is not answered
-        while data := connection.recv(4096):
+        for _ in range(3):
+            data = connection.recv(4096)
+            if not data:
+                break
""",
}

RIGHT = {
    "feed_is_set_in_init": r"""
         self._is_too_long = False  # it is, and None has been given for it
+        self.feed = self._feed
@@
-    def feed(self, data: bytes) -> list[str | None]:
+    def _feed(self, data: bytes) -> list[str | None]:
""",
    "names_its_peer": r"""
     buffer = LineBuffer()
     try:
+        host, port = connection.getpeername()
""",
    "receives_into_a_room_of_its_own": r"""
-        while data := connection.recv(4096):
+        room = bytearray(4096)
+        while data := bytes(room[: connection.recv_into(room)]):
""",
    "uses_makefile_to_read": r"""
     try:
-        while data := connection.recv(4096):
+        pieces = connection.makefile("rb")
+        while data := pieces.read1(4096):
""",
    "uses_makefile_to_write": r"""
     try:
+        out = connection.makefile("wb")
         while data := connection.recv(4096):
             for line in buffer.feed(data):
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+                out.write(TOO_LONG if line is None else f"{line}\n".encode())
+                out.flush()
""",
    "waits_in_select": r"""
     buffer = LineBuffer()
     try:
-        while data := connection.recv(4096):
+        import select
+        while select.select([connection.fileno()], [], []) and (
+            data := connection.recv(4096)
+        ):
""",
    "goes_on_after_a_timeout": r"""
     buffer = LineBuffer()
+    connection.settimeout(0.5)
     try:
-        while data := connection.recv(4096):
+        while True:
+            try:
+                data = connection.recv(4096)
+            except TimeoutError:
+                continue
+            if not data:
+                break
""",
    "closes_its_connection": r"""
     buffer = LineBuffer()
     try:
+      with connection:
         while data := connection.recv(4096):
""",
}
