"""Wrong answers to step 3; __init__.py says how they are written."""

WRONG = {
    "a_buffer_for_each_recv": r"""
# Diagnosis: The start of a line is forgotten between two recv()
-    buffer = LineBuffer()
     try:
         while data := connection.recv(4096):
+            buffer = LineBuffer()
""",
    "a_short_recv_is_the_end": r"""
# Diagnosis: The client is let go while it may still send
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
# Diagnosis: Ctrl-c cannot end it
# Base: plain
-    except ConnectionError:
+    except:
""",
    "breaks_at_a_long_line": r"""
# Diagnosis: What comes behind a long line is forgotten
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
    "closes_on_a_long_line": r"""
# Diagnosis: A long line ends the connection
# Base: plain
                     connection.sendall(TOO_LONG)
+                    return "left"
""",
    "counts_a_cr_by_chance": r"""
# Diagnosis: Where the bytes are cut changes the lines
-            self._add(piece, lines)
+            self._add(piece.removesuffix(b"\r"), lines)
@@
-                text = self._tail.removesuffix(b"\r").decode(errors="replace")
+                line = self._tail if piece else self._tail.removesuffix(b"\r")
+                text = line.decode(errors="replace")
""",
    "counts_characters": r"""
# Diagnosis: Characters are counted in place of bytes
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
# Diagnosis: An empty line is taken for one that is too long
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+                connection.sendall(f"{line}\n".encode() if line else TOO_LONG)
""",
    "encodes_strictly": r"""
# Diagnosis: Text is encoded by a rule that does not know all characters
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+                line = TOO_LONG.decode() if line is None else f"{line}\n"
+                connection.sendall(line.encode("ascii"))
""",
    "endless_loop": r"""
# Diagnosis: It spins after the client has left
# Base: plain
-        while data := connection.recv(4096):
+        while True:
+            data = connection.recv(4096)
@@
-    return "left"
""",
    "ends_at_a_word": r"""
# Diagnosis: A word ends the connection
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
# Diagnosis: After a reset the whole program ends
-        return "lost"
+        exit()
""",
    "forgets_the_lf": r"""
# Diagnosis: The lines that come back are not those that were sent
# Base: plain
-                    connection.sendall(line.encode() + b"\n")
+                    connection.sendall(line.encode())
""",
    "guards_recv_only": r"""
# Diagnosis: A connection that breaks in sendall is not expected
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
# Diagnosis: The bytes of a long line are kept all the same
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
    "limit_at_the_lf": r"""
# Diagnosis: The limit is looked at only at the LF
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
# Diagnosis: The limit is looked at only where no LF has come
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
    "line_cut_at_the_limit": r"""
# Diagnosis: A long line is cut, and its start taken all the same
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
# Diagnosis: A reset ends the server
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
    "one_buffer_for_all": r"""
# Diagnosis: The next client continues the last one's line
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
# Diagnosis: Only @exit ends it
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
    "polls": r"""
# Diagnosis: It needs processor time while nothing happens
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
    "rest_is_the_next": r"""
# Diagnosis: The rest of a long line is taken as the next
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
# Diagnosis: A return in finally swallows every exception
-    return "left"
+    finally:
+        return "left"
""",
    "returns_none": r"""
# Diagnosis: feed returns no list
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
# Diagnosis: What recv() returned is sent back for each line in it
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+                connection.sendall(TOO_LONG if line is None else data)
""",
    "settimeout": r"""
# Diagnosis: A client that is silent is taken for gone
     buffer = LineBuffer()
+    connection.settimeout(60)
""",
    "skips_what_is_empty": r"""
# Diagnosis: A line that has nothing to read is not answered
             for line in buffer.feed(data):
+                if line == "":
+                    continue
""",
    "strips_what_it_answers": r"""
# Diagnosis: Blanks of the line are lost
-                connection.sendall(TOO_LONG if line is None else f"{line}\n".encode())
+                line = TOO_LONG if line is None else f"{line.strip()}\n".encode()
+                connection.sendall(line)
""",
    "takes_away_every_cr": r"""
# Diagnosis: The buffer does no longer what it did in step 2
-                text = self._tail.removesuffix(b"\r").decode(errors="replace")
+                text = self._tail.rstrip(b"\r").decode(errors="replace")
""",
    "too_long_for_ever": r"""
# Diagnosis: After a long line nothing comes any more
# Base: plain
-            self.too_long = False
""",
    "two_errors": r"""
# Diagnosis: One long line gets two errors
-        if self._is_too_long:
-            return
""",
    "waits_for_the_end": r"""
# Diagnosis: Nothing is answered before the client leaves
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
# Diagnosis: The bytes of the text are counted, and not those that came
                 text = self._tail.removesuffix(b"\r").decode(errors="replace")
-                lines.append(text)
+                lines.append(text if len(text.encode()) <= LIMIT else None)
""",
    "drains_full_pieces": r"""
# Diagnosis: The end is missed after a long message
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
