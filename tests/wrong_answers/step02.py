"""Wrong answers to step 2; __init__.py says how they are written."""

WRONG = {
    "another_encoding": r"""
# Diagnosis: The bytes are not decoded as UTF-8
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
+            lines.append(self._tail.removesuffix(b"\r").decode("latin-1"))
""",
    "appends_a_piece": r"""
# Diagnosis: append() is given more than one byte
-            self._tail += piece
+            self._tail.append(piece)
             lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
             self._tail.clear()
-        self._tail += rest
+        self._tail.append(rest)
""",
    "bytes_for_bytearray": r"""
# Diagnosis: `bytes` are used as if they could be changed
-        self._tail += rest
+        self._tail = rest
""",
    "cr_lf_replaced_in_pieces": r"""
# Diagnosis: A CR stays in the line if its LF comes in the next piece
-        self._tail = bytearray()  # of the line whose end has not come yet
+        self._tail = b""
@@
-        lines = []
-        *ended, rest = data.split(b"\n")
-        for piece in ended:
-            self._tail += piece
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
-            self._tail.clear()
-        self._tail += rest
-        return lines
+        data = data.replace(b"\r\n", b"\n")
+        *lines, self._tail = (self._tail + data).split(b"\n")
+        return [line.decode(errors="replace") for line in lines]
""",
    "cr_looked_for_in_pieces": r"""
# Diagnosis: The lines depend on where the bytes are cut
-            self._tail += piece
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
+            self._tail += piece.removesuffix(b"\r")
+            lines.append(self._tail.decode(errors="replace"))
             self._tail.clear()
-        self._tail += rest
+        self._tail += rest.removesuffix(b"\r")
""",
    "cuts_from_the_front": r"""
# Diagnosis: Each line costs as much time as all the other lines
-        self._tail = bytearray()  # of the line whose end has not come yet
+        self._tail = b""
@@
+        self._tail += data
         lines = []
-        *ended, rest = data.split(b"\n")
-        for piece in ended:
-            self._tail += piece
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
-            self._tail.clear()
-        self._tail += rest
+        while b"\n" in self._tail:
+            line, self._tail = self._tail.split(b"\n", 1)
+            lines.append(line.removesuffix(b"\r").decode(errors="replace"))
""",
    "cuts_the_last_byte": r"""
# Diagnosis: The last character of a line is lost
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
+            lines.append(self._tail[:-1].decode(errors="replace"))
""",
    "decodes_pieces": r"""
# Diagnosis: A character that arrives in two pieces is broken
-        self._tail = bytearray()  # of the line whose end has not come yet
+        self._tail = ""
@@
-        lines = []
-        *ended, rest = data.split(b"\n")
-        for piece in ended:
-            self._tail += piece
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
-            self._tail.clear()
-        self._tail += rest
-        return lines
+        *lines, self._tail = (self._tail + data.decode()).split("\n")
+        return [line.removesuffix("\r") for line in lines]
""",
    "empty_lines_lost": r"""
# Diagnosis: Empty lines are lost
# Base: pieces
-        return [line.removesuffix(b"\r").decode(errors="replace") for line in lines]
+        lines = [line.removesuffix(b"\r") for line in lines]
+        return [line.decode(errors="replace") for line in lines if line]
""",
    "gives_bytes": r"""
# Diagnosis: The lines are bytes, not text
# Base: pieces
-        return [line.removesuffix(b"\r").decode(errors="replace") for line in lines]
+        return [line.removesuffix(b"\r") for line in lines]
""",
    "ignores_bad_bytes": r"""
# Diagnosis: Bytes that are not UTF-8 are dropped
# Base: pieces
-        return [line.removesuffix(b"\r").decode(errors="replace") for line in lines]
+        return [line.removesuffix(b"\r").decode(errors="ignore") for line in lines]
""",
    "init_returns": r"""
# Diagnosis: `__init__` returns a value
-        self._tail = bytearray()  # of the line whose end has not come yet
+        return bytearray()
""",
    "joins_with_all_that_waits": r"""
# Diagnosis: Each new piece costs as much time as all that waits
# Base: pieces
-        self.pieces: list[bytes] = []
+        self.tail = b""
@@
-        first, *others = data.split(b"\n")
-        self.pieces.append(first)
-        if not others:
-            return []
-        *lines, rest = b"".join(self.pieces), *others
-        self.pieces = [rest]
+        *lines, self.tail = (self.tail + data).split(b"\n")
""",
    "keeps_old_lines": r"""
# Diagnosis: A line is returned twice
# Base: pieces
         self.pieces: list[bytes] = []
+        self.lines = []
@@
-            return []
+            return self.lines
         *lines, rest = b"".join(self.pieces), *others
         self.pieces = [rest]
-        return [line.removesuffix(b"\r").decode(errors="replace") for line in lines]
+        for line in lines:
+            self.lines.append(line.removesuffix(b"\r").decode(errors="replace"))
+        return self.lines
""",
    "keeps_the_cr": r"""
# Diagnosis: The CR of CR LF stays in the line
# Base: pieces
-        return [line.removesuffix(b"\r").decode(errors="replace") for line in lines]
+        return [line.decode(errors="replace") for line in lines]
""",
    "keeps_the_lf": r"""
# Diagnosis: The LF stays in the line
# Base: pieces
-        return [line.removesuffix(b"\r").decode(errors="replace") for line in lines]
+        return [line.decode(errors="replace") + "\n" for line in lines]
""",
    "loses_a_mark": r"""
# Diagnosis: The character U+FEFF at the start of a line is lost
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
+            ended = self._tail.removesuffix(b"\r")
+            lines.append(ended.decode("utf-8-sig", errors="replace"))
""",
    "never_cleared": r"""
# Diagnosis: A line begins with the text of the line before it
-            self._tail.clear()
""",
    "never_cut_off": r"""
# Diagnosis: Your code does not come to an end
-        *ended, rest = data.split(b"\n")
-        for piece in ended:
-            self._tail += piece
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
-            self._tail.clear()
-        self._tail += rest
+        self._tail += data
+        while b"\n" in self._tail:
+            end = self._tail.find(b"\n")
+            lines.append(self._tail[:end].decode(errors="replace"))
""",
    "nothing_is_the_end": r"""
# Diagnosis: feed(b'') ends a line whose LF has not come
         lines = []
+        if not data and self._tail:
+            data = b"\n"
""",
    "one_recv_one_line": r"""
# Diagnosis: All that arrives together is returned as one line
-        self._tail = bytearray()  # of the line whose end has not come yet
+        pass
@@
-        lines = []
-        *ended, rest = data.split(b"\n")
-        for piece in ended:
-            self._tail += piece
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
-            self._tail.clear()
-        self._tail += rest
-        return lines
+        return [data.decode().strip()]
""",
    "one_tail_for_all": r"""
# Diagnosis: Two clients share one unfinished line
+    _tail = bytearray()
+
     def __init__(self) -> None:
@@
-        self._tail = bytearray()  # of the line whose end has not come yet
@@
-            self._tail += piece
+            self._tail.extend(piece)
@@
-        self._tail += rest
+        self._tail.extend(rest)
""",
    "one_tail_only": r"""
# Diagnosis: A line that came in more than two pieces is not put together
# Base: pieces
-        self.pieces: list[bytes] = []
+        self.tail = b""
@@
-        first, *others = data.split(b"\n")
-        self.pieces.append(first)
-        if not others:
-            return []
-        *lines, rest = b"".join(self.pieces), *others
-        self.pieces = [rest]
+        *lines, rest = data.split(b"\n")
+        if lines:
+            lines[0] = self.tail + lines[0]
+        self.tail = rest
""",
    "only_the_first": r"""
# Diagnosis: Only the first line of a piece comes out
# Base: pieces
-        self.pieces: list[bytes] = []
+        self.tail = b""
@@
-        first, *others = data.split(b"\n")
-        self.pieces.append(first)
-        if not others:
+        self.tail += data
+        if b"\n" not in self.tail:
             return []
-        *lines, rest = b"".join(self.pieces), *others
-        self.pieces = [rest]
-        return [line.removesuffix(b"\r").decode(errors="replace") for line in lines]
+        line, self.tail = self.tail.split(b"\n", 1)
+        return [line.removesuffix(b"\r").decode(errors="replace")]
""",
    "removes_crs": r"""
# Diagnosis: A CR inside a line is lost
-        self._tail = bytearray()  # of the line whose end has not come yet
+        self.pieces = []
@@
-        *ended, rest = data.split(b"\n")
+        *ended, rest = data.replace(b"\r", b"").split(b"\n")
         for piece in ended:
-            self._tail += piece
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
-            self._tail.clear()
-        self._tail += rest
+            self.pieces.append(piece)
+            lines.append(b"".join(self.pieces).decode(errors="replace"))
+            self.pieces = []
+        self.pieces.append(rest)
""",
    "searches_a_piece_from_each_byte": r"""
# Diagnosis: Each byte costs as much time as the piece that it comes in
+import re
+
+
 class LineBuffer:
@@
-        *ended, rest = data.split(b"\n")
-        for piece in ended:
-            self._tail += piece
+        end = 0
+        for found in re.finditer(rb"([^\n]*)\n", data):
+            self._tail += found[1]
+            end = found.end()
             lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
             self._tail.clear()
-        self._tail += rest
+        self._tail += data[end:]
""",
    "searches_at_each_byte": r"""
# Diagnosis: Each new byte costs as much time as all that waits
-        self._tail = bytearray()  # of the line whose end has not come yet
+        self._tail = []
@@
-        *ended, rest = data.split(b"\n")
-        for piece in ended:
-            self._tail += piece
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
-            self._tail.clear()
-        self._tail += rest
+        for byte in data:
+            self._tail.append(byte)
+            if 10 in self._tail:
+                raw = bytes(self._tail[:-1]).removesuffix(b"\r")
+                lines.append(raw.decode(errors="replace"))
+                self._tail = []
""",
    "shows_the_bytes": r"""
# Diagnosis: The lines are Python's way of showing bytes, not text
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
+            lines.append(str(self._tail))
""",
    "splitlines": r"""
# Diagnosis: A line ends where there is no LF
-        self._tail = bytearray()  # of the line whose end has not come yet
+        self._tail = b""
@@
-        lines = []
-        *ended, rest = data.split(b"\n")
-        for piece in ended:
-            self._tail += piece
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
-            self._tail.clear()
-        self._tail += rest
-        return lines
+        self._tail += data
+        lines = self._tail.splitlines(keepends=True)
+        self._tail = b""
+        if lines and not lines[-1].endswith(b"\n"):
+            self._tail = lines.pop()
+        return [
+            line.removesuffix(b"\n").removesuffix(b"\r").decode(errors="replace")
+            for line in lines
+        ]
""",
    "splits_all_and_keeps": r"""
# Diagnosis: An empty line is added that nobody sent
-        *ended, rest = data.split(b"\n")
-        for piece in ended:
-            self._tail += piece
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
-            self._tail.clear()
-        self._tail += rest
+        self._tail += data
+        for line in self._tail.decode(errors="replace").split("\n"):
+            lines.append(line)
""",
    "splits_at_text": r"""
# Diagnosis: Text and bytes are mixed up
-        *ended, rest = data.split(b"\n")
+        *ended, rest = data.split("\n")
""",
    "strict_decoding": r"""
# Diagnosis: Bytes that are not UTF-8 raise an exception
# Base: pieces
-        return [line.removesuffix(b"\r").decode(errors="replace") for line in lines]
+        return [line.removesuffix(b"\r").decode() for line in lines]
""",
    "strips_every_cr": r"""
# Diagnosis: More than one CR before the LF is removed
# Base: pieces
-        return [line.removesuffix(b"\r").decode(errors="replace") for line in lines]
+        return [line.rstrip(b"\r").decode(errors="replace") for line in lines]
""",
    "strips_spaces": r"""
# Diagnosis: Spaces at the ends of a line are lost
# Base: pieces
-        return [line.removesuffix(b"\r").decode(errors="replace") for line in lines]
+        return [line.decode(errors="replace").strip() for line in lines]
""",
    "tail_dropped": r"""
# Diagnosis: The start of a line is lost
-        self._tail = bytearray()  # of the line whose end has not come yet
+        pass
@@
-        lines = []
-        *ended, rest = data.split(b"\n")
-        for piece in ended:
-            self._tail += piece
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
-            self._tail.clear()
-        self._tail += rest
-        return lines
+        lines = data.split(b"\n")[:-1]
+        return [line.removesuffix(b"\r").decode(errors="replace") for line in lines]
""",
    "tail_without_self": r"""
# Diagnosis: The variable tail is used before it has a value
-            self._tail += piece
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
-            self._tail.clear()
-        self._tail += rest
+            tail += piece
+            lines.append(tail.removesuffix(b"\r").decode(errors="replace"))
+            tail.clear()
+        tail += rest
""",
    "unfinished_given_out": r"""
# Diagnosis: A line is returned before its LF has come
# Base: pieces
-        self.pieces: list[bytes] = []
+        pass
@@
-        first, *others = data.split(b"\n")
-        self.pieces.append(first)
-        if not others:
-            return []
-        *lines, rest = b"".join(self.pieces), *others
-        self.pieces = [rest]
+        lines = data.split(b"\n")
+        if lines[-1] == b"":
+            lines.pop()
""",
    "waits_for_a_last_lf": r"""
# Diagnosis: A line that came in pieces is not put together
# Base: pieces
-        self.pieces: list[bytes] = []
+        self.tail = b""
@@
-        first, *others = data.split(b"\n")
-        self.pieces.append(first)
-        if not others:
+        self.tail += data
+        if not self.tail.endswith(b"\n"):
             return []
-        *lines, rest = b"".join(self.pieces), *others
-        self.pieces = [rest]
+        lines = self.tail.split(b"\n")[:-1]
+        self.tail = b""
""",
    "yields": r"""
# Diagnosis: feed does not return a list
# Base: pieces
-            return []
+            return
         *lines, rest = b"".join(self.pieces), *others
         self.pieces = [rest]
-        return [line.removesuffix(b"\r").decode(errors="replace") for line in lines]
+        for line in lines:
+            yield line.removesuffix(b"\r").decode(errors="replace")
""",
    "a_full_buffer_is_a_line": r"""
# Diagnosis: A long line is returned before its LF has come
         self._tail += rest
+        if len(self._tail) >= 1024:
+            lines.append(self._tail.decode(errors="replace"))
+            self._tail.clear()
""",
    "calls_itself": r"""
# Diagnosis: A function that calls itself fails when many lines come at once
-        lines = []
-        *ended, rest = data.split(b"\n")
-        for piece in ended:
-            self._tail += piece
-            lines.append(self._tail.removesuffix(b"\r").decode(errors="replace"))
-            self._tail.clear()
-        self._tail += rest
-        return lines
+        first, end, rest = data.partition(b"\n")
+        self._tail += first
+        if not end:
+            return []
+        line = self._tail.removesuffix(b"\r").decode(errors="replace")
+        self._tail.clear()
+        return [line, *self.feed(rest)]
""",
    "cr_alone_is_an_end": r"""
# Diagnosis: A CR ends the line before its LF has come
-        *ended, rest = data.split(b"\n")
+        *ended, rest = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
""",
    "only_crlf": r"""
# Diagnosis: A line ends only at CR LF, not at LF alone
-        *ended, rest = data.split(b"\n")
+        *ended, rest = data.split(b"\r\n")
""",
    "one_list_for_all_calls": r"""
# Diagnosis: A later call changes what an earlier one has returned
         self._tail = bytearray()  # of the line whose end has not come yet
+        self._lines = []
@@
-        lines = []
+        lines = self._lines
+        lines.clear()
""",
    "keeps_the_newest_bytes": r"""
# Diagnosis: A long line comes out changed
         self._tail += rest
+        del self._tail[:-70_000]
""",
}
