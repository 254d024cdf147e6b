"""Wrong answers to step 9; __init__.py says how they are written."""

WRONG = {
    "a_thread_for_each": r"""
# Diagnosis: A thread that the broadcast starts fails
-            with contextlib.suppress(OSError):
-                sock.sendall(data)
+            threading.Thread(target=sock.sendall, args=(data,)).start()
""",
    "adds_a_line_end": r"""
# Diagnosis: The message is changed on its way
# Base: plain
-                sock.sendall(data)
+                sock.sendall(data + b"\n")
""",
    "all_made_small": r"""
# Diagnosis: The capitals of a name or a message are lost
+    line = line.lower()
     target, _, text = line[1:].partition(" ")
     text = text.strip()
-    word = target.lower()
+    word = target
""",
    "blank_is_an_error": r"""
# Diagnosis: A blank line is no longer ignored
-    if not line.strip():
-        return None
""",
    "broken_pipe_only": r"""
# Diagnosis: A reset is not expected
-            with contextlib.suppress(OSError):
+            try:
                 sock.sendall(data)
+            except BrokenPipeError:
+                continue
""",
    "case_matters": r"""
# Diagnosis: Capitals make another command
-    word = target.lower()
+    word = target
""",
    "connection_errors_only": r"""
# Diagnosis: A closed socket is not expected
-            with contextlib.suppress(OSError):
+            try:
                 sock.sendall(data)
+            except ConnectionError:
+                pass
""",
    "copy_without_lock": r"""
# Diagnosis: The copy is made without the lock
-        with self._lock:
-            others = [s for name, s in self._sockets.items() if name != sender]
-        for sock in others:
-            with contextlib.suppress(OSError):
-                sock.sendall(data)
+        for name, sock in list(self._sockets.items()):
+            if name != sender:
+                try:
+                    sock.sendall(data)
+                except OSError:
+                    pass
""",
    "echo": r"""
# Diagnosis: The sender gets its own message back
-            others = [s for name, s in self._sockets.items() if name != sender]
-        for sock in others:
+            sockets = list(self._sockets.values())
+        for sock in sockets:
""",
    "empty_message": r"""
# Diagnosis: An empty message passes
-    if not text:
-        raise commands.BadCommand("no message", f"Say something: @{target} hello")
""",
    "ends_not_trimmed": r"""
# Diagnosis: The spaces at the ends of a message stay
-    text = text.strip()
@@
-    if not text:
+    if not text.strip():
""",
    "exit_is_a_name": r"""
# Diagnosis: @exit is taken for a user's name
-    if word == "exit":
-        raise commands.BadCommand("@exit", "To leave, close the connection")
""",
    "first_word_only": r"""
# Diagnosis: Only the first word of a message is kept
-    target, _, text = line[1:].partition(" ")
-    text = text.strip()
+    words = line[1:].split(" ")
+    target = words[0]
+    text = words[1] if len(words) > 1 else ""
""",
    "index_error": r"""
# Diagnosis: A line that ends too soon breaks the parser
-    if not line.startswith("@"):
+    if line[0] != "@":
         raise commands.BadCommand("no @", "Start with @, for example: @all hello")
+    if line[1] == " ":
+        raise commands.BadCommand("no target", "Who is to get that? @all hello")
@@
-    if not target:
-        raise commands.BadCommand("no target", "Who is to get that? @all hello")
""",
    "live_dict": r"""
# Diagnosis: The loop runs over the dict itself
-        with self._lock:
-            others = [s for name, s in self._sockets.items() if name != sender]
-        for sock in others:
-            with contextlib.suppress(OSError):
-                sock.sendall(data)
+        for name, sock in self._sockets.items():
+            if name != sender:
+                with contextlib.suppress(OSError):
+                    sock.sendall(data)
""",
    "lock_kept": r"""
# Diagnosis: The lock is not given back
-        with self._lock:
-            others = [s for name, s in self._sockets.items() if name != sender]
+        self._lock.acquire()
+        others = [s for name, s in self._sockets.items() if name != sender]
         for sock in others:
-            with contextlib.suppress(OSError):
+            try:
                 sock.sendall(data)
+            except OSError:
+                self._lock.release()
+                return
""",
    "lock_taken_twice": r"""
# Diagnosis: It waits for its own lock
-            others = [s for name, s in self._sockets.items() if name != sender]
+            others = [self._sockets[name] for name in self.names() if name != sender]
""",
    "name_ends_at_a_colon": r"""
# Diagnosis: Some text makes the parser fail
     text = text.strip()
+    target = target.split(":")[0]
""",
    "names_looked_up_later": r"""
# Diagnosis: A name is looked up after its user may have left
-        with self._lock:
-            others = [s for name, s in self._sockets.items() if name != sender]
-        for sock in others:
-            with contextlib.suppress(OSError):
-                sock.sendall(data)
+        for name in self.names():
+            if name != sender:
+                try:
+                    self._sockets[name].sendall(data)
+                except OSError:
+                    pass
""",
    "nobody": r"""
# Diagnosis: A message without a receiver passes
-    if not target:
-        raise commands.BadCommand("no target", "Who is to get that? @all hello")
""",
    "one_dead_ends_all": r"""
# Diagnosis: One dead client ends the broadcast
-        for sock in others:
-            with contextlib.suppress(OSError):
+        with contextlib.suppress(OSError):
+            for sock in others:
""",
    "only_the_first": r"""
# Diagnosis: A message to all does not reach all
-            others = [s for name, s in self._sockets.items() if name != sender]
-        for sock in others:
-            with contextlib.suppress(OSError):
-                sock.sendall(data)
+            copy = dict(self._sockets)
+        for name, sock in copy.items():
+            if name != sender:
+                try:
+                    return sock.sendall(data)
+                except OSError:
+                    pass
""",
    "own_kind": r"""
# Diagnosis: The kind of the error is another one
-        raise commands.BadCommand("no target", "Who is to get that? @all hello")
+        raise commands.BadCommand("no name", "Who is to get that? @all hello")
""",
    "people_only_alone": r"""
# Diagnosis: What follows @people or @help changes it
# Base: plain
-    if low == "people":
+    if low == "people" and not text:
""",
    "prints_and_returns_none": r"""
# Diagnosis: A mistake is passed over in silence
# Base: plain
-        raise commands.BadCommand("no message", "Type a message")
+        print("no message")
+        return None
""",
    "raises_value_error": r"""
# Diagnosis: Another exception than BadCommand is raised
# Base: plain
-        raise commands.BadCommand("no @", "Start with @")
+        raise ValueError("no @")
""",
    "returns_a_tuple": r"""
# Diagnosis: What is returned is no command
# Base: plain
-        return commands.ToAll(text)
+        return ("all", text)
""",
    "returns_classes": r"""
# Diagnosis: The class is returned, and no command
-        return commands.People()
+        return commands.People
     if word == "help":
-        return commands.Help()
+        return commands.Help
""",
    "returns_the_error": r"""
# Diagnosis: The error is returned, not raised
-        raise commands.BadCommand("no @", "Start with @, for example: @all hello")
+        return commands.BadCommand("no @", "Start with @, for example: @all hello")
""",
    "send_for_sendall": r"""
# Diagnosis: Only a part of the message is sent
-                sock.sendall(data)
+                sock.send(data)
""",
    "sends_for_ever": r"""
# Diagnosis: The broadcast does not come to an end
# Base: plain
-        with self._lock:
-            others = [sock for name, sock in self._sockets.items() if name != sender]
-        for sock in others:
-            with contextlib.suppress(OSError):
-                sock.sendall(data)
+        while True:
+            with self._lock:
+                others = [
+                    sock for name, sock in self._sockets.items() if name != sender
+                ]
+            for sock in others:
+                with contextlib.suppress(OSError):
+                    sock.sendall(data)
""",
    "sends_twice": r"""
# Diagnosis: The message is sent more than once
-            with contextlib.suppress(OSError):
-                sock.sendall(data)
+            for _ in range(2):
+                with contextlib.suppress(OSError):
+                    sock.sendall(data)
""",
    "sends_under_the_lock": r"""
# Diagnosis: The lock is held while it sends
-            others = [s for name, s in self._sockets.items() if name != sender]
-        for sock in others:
-            with contextlib.suppress(OSError):
-                sock.sendall(data)
+            for name, sock in self._sockets.items():
+                if name == sender:
+                    continue
+                try:
+                    sock.sendall(data)
+                except OSError:
+                    pass
""",
    "sets_a_time_limit": r"""
# Diagnosis: A broadcast does more to a socket than sendall
# Base: plain
             with contextlib.suppress(OSError):
+                sock.settimeout(1)
""",
    "split_and_join": r"""
# Diagnosis: The spaces inside a message are lost
-    target, _, text = line[1:].partition(" ")
-    text = text.strip()
+    words = line.split()
+    target = words[0][1:]
+    text = " ".join(words[1:])
""",
    "splits_at_every_at": r"""
# Diagnosis: An @ inside a message is taken for a command
-    target, _, text = line[1:].partition(" ")
+    command = line.split("@")[-1]
+    target, _, text = command.partition(" ")
""",
    "starts_with_all": r"""
# Diagnosis: @allison is taken for @all
-    if word == "people":
+    if line.lower().startswith("@people"):
         return commands.People()
-    if word == "help":
+    if line.lower().startswith("@help"):
         return commands.Help()
+    if line.lower().startswith("@all") and line[4:].strip():
+        return commands.ToAll(line[4:].strip())
@@
-    if word == "all":
-        return commands.ToAll(text)
""",
    "stripped_first": r"""
# Diagnosis: A line without @ passes
-    if not line.strip():
+    line = line.strip()
+    if not line:
""",
    "throws_the_dead_out": r"""
# Diagnosis: The broadcast takes a client out of the room
-            others = [s for name, s in self._sockets.items() if name != sender]
-        for sock in others:
-            with contextlib.suppress(OSError):
+            others = dict(self._sockets)
+        others.pop(sender, None)
+        for name, sock in others.items():
+            try:
                 sock.sendall(data)
+            except OSError:
+                self.leave(name)
""",
    "unpacks_two": r"""
# Diagnosis: A line without a space breaks the parser
-    target, _, text = line[1:].partition(" ")
+    target, text = line[1:].split(" ", 1)
""",
}
