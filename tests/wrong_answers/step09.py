"""Wrong answers to step 9; __init__.py says how they are written."""

WRONG = {
    "a_part_of_help_is_help": r"""
# Diagnosis: @he is taken for @help
-    if word == "help":
+    if target and word in "help":
""",
    "a_thread_for_each": r"""
# Diagnosis: A thread that broadcast starts raises an exception
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
    "all_for_one": r"""
# Diagnosis: A simple command is not understood
     if word == "all":
-        return commands.ToAll(text)
+        return commands.ToOne(target, text)
""",
    "all_made_small": r"""
# Diagnosis: The capital letters of a name or a message are lost
+    line = line.lower()
     target, _, text = line[1:].partition(" ")
     text = text.strip()
-    word = target.lower()
+    word = target
""",
    "ascii_only": r"""
# Diagnosis: The parser fails at some texts
     text = text.strip()
+    print(line.encode("ascii"))
""",
    "async_broadcast": r"""
# Diagnosis: broadcast is `async`, but nobody awaits it
-    def broadcast(self, sender: str, data: bytes) -> None:
+    async def broadcast(self, sender: str, data: bytes) -> None:
""",
    "blank_is_an_error": r"""
# Diagnosis: A blank line is not ignored
-    if not line.strip():
-        return None
""",
    "broadcast_without_self": r"""
# Diagnosis: A part of the exercise is missing
-    def broadcast(self, sender: str, data: bytes) -> None:
+    def broadcast(sender: str, data: bytes) -> None:
""",
    "broken_pipe_only": r"""
# Diagnosis: A ConnectionResetError is not caught
-            with contextlib.suppress(OSError):
+            try:
                 sock.sendall(data)
+            except BrokenPipeError:
+                continue
""",
    "case_matters": r"""
# Diagnosis: A command in capital letters is not understood
-    word = target.lower()
+    word = target
""",
    "connection_errors_only": r"""
# Diagnosis: The OSError of a closed socket is not caught
-            with contextlib.suppress(OSError):
+            try:
                 sock.sendall(data)
+            except ConnectionError:
+                pass
""",
    "copy_without_lock": r"""
# Diagnosis: The dict of users is read without the lock
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
    "deletes_the_sender": r"""
# Diagnosis: broadcast fails if the sender is not in the room
-            others = [s for name, s in self._sockets.items() if name != sender]
-        for sock in others:
+            others = dict(self._sockets)
+        del others[sender]
+        for sock in others.values():
""",
    "echo": r"""
# Diagnosis: The sender gets its own message back
-            others = [s for name, s in self._sockets.items() if name != sender]
-        for sock in others:
+            sockets = list(self._sockets.values())
+        for sock in sockets:
""",
    "empty_message": r"""
# Diagnosis: An empty message is accepted
-    if not text:
-        raise commands.BadCommand("no message", f"Say something: @{target} hello")
""",
    "ends_at_the_last_space": r"""
# Diagnosis: The name ends at the last space, not at the first
+import re
 import socket
@@
-    target, _, text = line[1:].partition(" ")
-    text = text.strip()
+    match = re.fullmatch("@(.*) (.*)", line.rstrip())
+    target, text = match.groups() if match else (line[1:], "")
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
    "exiter_is_exit": r"""
# Diagnosis: @exiter is taken for @exit
-    if word == "exit":
+    if word[:4] == "exit":
""",
    "first_word_only": r"""
# Diagnosis: Only the first word of the message is kept
-    target, _, text = line[1:].partition(" ")
-    text = text.strip()
+    words = line[1:].split(" ")
+    target = words[0]
+    text = words[1] if len(words) > 1 else ""
""",
    "helper_is_help": r"""
# Diagnosis: @helper is taken for @help
-    if word == "help":
+    if word.startswith("help"):
""",
    "index_error": r"""
# Diagnosis: The parser fails at a line that ends too soon
-    if not line.startswith("@"):
+    if line[0] != "@":
         raise commands.BadCommand("no @", "Start with @, for example: @all hello")
+    if line[1] == " ":
+        raise commands.BadCommand("no target", "Who should get that? @all hello")
@@
-    if not target:
-        raise commands.BadCommand("no target", "Who should get that? @all hello")
""",
    "input_in_the_file": r"""
# Diagnosis: input() is called where nobody can type
 from lessons.given import serving
+
+name = input("Name? ")
""",
    "kind_after_advice": r"""
# Diagnosis: The kind and the advice are in the wrong order
-        raise commands.BadCommand("no @", "Start with @, for example: @all hello")
+        raise commands.BadCommand("Start with @, for example: @all hello", "no @")
""",
    "keeps_the_last_word": r"""
# Diagnosis: The beginning of a message is lost
-    text = text.strip()
+    text = text.strip().split(" ")[-1]
""",
    "kind_without_advice": r"""
# Diagnosis: BadCommand is not given both a kind and advice
-        raise commands.BadCommand("no @", "Start with @, for example: @all hello")
+        raise commands.BadCommand("no @")
""",
    "leave_waits_for_ever": r"""
# Diagnosis: leave never returns
             del self._sockets[name]
+        threading.Event().wait()
""",
    "live_dict": r"""
# Diagnosis: The loop goes through the dict while other threads change it
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
# Diagnosis: The lock is not released
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
# Diagnosis: broadcast takes a lock that its thread already holds
-            others = [s for name, s in self._sockets.items() if name != sender]
+            others = [self._sockets[name] for name in self.names() if name != sender]
""",
    "name_and_text_turned_round": r"""
# Diagnosis: The name and the text are in the wrong order
-    return commands.ToOne(target, text)
+    return commands.ToOne(text, target)
""",
    "name_with_its_at": r"""
# Diagnosis: The @ stays in the name
-    return commands.ToOne(target, text)
+    return commands.ToOne(f"@{target}", text)
""",
    "name_ends_at_a_colon": r"""
# Diagnosis: Some text is understood as something else
     text = text.strip()
+    target = target.split(":")[0]
""",
    "name_without_its_last_letter": r"""
# Diagnosis: The name is not returned as it was typed
-    target, _, text = line[1:].partition(" ")
+    target, text = line[1 : line.find(" ")], line[line.find(" ") + 1 :]
+    if " " not in line:
+        target, text = line[1:], ""
@@
+    target = target.rstrip("b")
     if word == "all":
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
    "no_advice": r"""
# Diagnosis: The advice is empty
-        raise commands.BadCommand("no @", "Start with @, for example: @all hello")
+        raise commands.BadCommand("no @", "")
""",
    "no_spaces_at_all": r"""
# Diagnosis: The text of a message is changed
-    text = text.strip()
+    text = text.replace(" ", "")
""",
    "nobody": r"""
# Diagnosis: A message without a receiver is accepted
-    if not target:
-        raise commands.BadCommand("no target", "Who should get that? @all hello")
""",
    "one_dead_ends_all": r"""
# Diagnosis: One dead client ends the broadcast
-        for sock in others:
-            with contextlib.suppress(OSError):
+        with contextlib.suppress(OSError):
+            for sock in others:
""",
    "only_known_words": r"""
# Diagnosis: A correct line is refused
-    if not target:
+    if word != "all":
""",
    "only_the_first": r"""
# Diagnosis: A message to all does not reach everyone
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
# Diagnosis: The BadCommand has the wrong kind
-        raise commands.BadCommand("no target", "Who should get that? @all hello")
+        raise commands.BadCommand("no name", "Who should get that? @all hello")
""",
    "people_only_alone": r"""
# Diagnosis: Words after @people or @help change the command
# Base: plain
-    if low == "people":
+    if low == "people" and not text:
""",
    "peoples_are_people": r"""
# Diagnosis: @peoples is taken for @people
-    if word == "people":
+    if "people" in word:
""",
    "prints_and_returns_none": r"""
# Diagnosis: A mistake is ignored like a blank line
# Base: plain
-        raise commands.BadCommand("no message", "Type a message")
+        print("no message")
+        return None
""",
    "puts_the_sender_back": r"""
# Diagnosis: broadcast changes who is online
-            others = [s for name, s in self._sockets.items() if name != sender]
+            own = self._sockets.pop(sender, None)
+            others = list(self._sockets.values())
+            if own:
+                self._sockets[sender] = own
""",
    "quit_is_exit": r"""
# Diagnosis: @quit is taken for @exit
-    if word == "exit":
+    if word in ("exit", "quit"):
""",
    "raises_value_error": r"""
# Diagnosis: An exception other than BadCommand is raised
# Base: plain
-        raise commands.BadCommand("no @", "Start with @")
+        raise ValueError("no @")
""",
    "re_not_imported": r"""
# Diagnosis: re is not imported
-    target, _, text = line[1:].partition(" ")
+    target, text = re.fullmatch(r"@([^ ]*)(.*)", line).groups()
""",
    "remembers_lines": r"""
# Diagnosis: The same line has another result the second time
+SEEN: list[str] = []
+
+
 def parse(line: str) -> commands.Command | None:
@@
     if word == "all":
+        if line in SEEN:
+            return None
+        SEEN.append(line)
         return commands.ToAll(text)
""",
    "remembers_the_others": r"""
# Diagnosis: The second message goes to the receivers of the first
-        with self._lock:
-            others = [s for name, s in self._sockets.items() if name != sender]
+        others = self.__dict__.get("others")
+        if others is None:
+            with self._lock:
+                others = [s for name, s in self._sockets.items() if name != sender]
+            self.others = others
""",
    "replaces_everywhere": r"""
# Diagnosis: The word after the @ is also cut out of the message
-    text = text.strip()
+    text = line.replace(f"@{target}", "").strip()
""",
    "returns_a_tuple": r"""
# Diagnosis: parse returns something that is not a command
# Base: plain
-        return commands.ToAll(text)
+        return ("all", text)
""",
    "returns_classes": r"""
# Diagnosis: A class is returned, not a command
-        return commands.People()
+        return commands.People
     if word == "help":
-        return commands.Help()
+        return commands.Help
""",
    "returns_the_error": r"""
# Diagnosis: The error is returned instead of raised
-        raise commands.BadCommand("no @", "Start with @, for example: @all hello")
+        return commands.BadCommand("no @", "Start with @, for example: @all hello")
""",
    "says_nothing_to_one": r"""
# Diagnosis: A command is ignored
     if word == "all":
         return commands.ToAll(text)
-    return commands.ToOne(target, text)
+    return None
""",
    "send_for_sendall": r"""
# Diagnosis: Only a part of the message is sent
-                sock.sendall(data)
+                sock.send(data)
""",
    "sends_for_ever": r"""
# Diagnosis: broadcast never returns
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
# Diagnosis: The lock is held while broadcast sends
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
# Diagnosis: broadcast does more with a socket than sendall
# Base: plain
             with contextlib.suppress(OSError):
+                sock.settimeout(1)
""",
    "strips_every_at": r"""
# Diagnosis: More than one @ is removed from the start of a line
-    target, _, text = line[1:].partition(" ")
+    target, _, text = line.lstrip("@").partition(" ")
""",
    "small_is_all": r"""
# Diagnosis: @small is taken for @all
-    if word == "all":
+    if word.endswith("all"):
""",
    "some_numbers_only": r"""
# Diagnosis: Some kinds of OSError are not caught
-            with contextlib.suppress(OSError):
+            try:
                 sock.sendall(data)
+            except OSError as error:
+                if error.errno not in (9, 32, 104):
+                    raise
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
    "splits_at_the_word": r"""
# Diagnosis: The end of a message is cut off
-    text = text.strip()
+    text = line.split(target or "@")[1].strip()
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
# Diagnosis: A line without @ is accepted
-    if not line.strip():
+    line = line.strip()
+    if not line:
""",
    "strips_letters": r"""
# Diagnosis: Some letters of the message are stripped with the command
-    text = text.strip()
+    text = line.strip("@all ") if target == "all" else text.strip()
""",
    "threads_that_overtake": r"""
# Diagnosis: Two messages of one user overtake each other
-            with contextlib.suppress(OSError):
-                sock.sendall(data)
+            threading.Thread(target=self._give, args=(sock, data)).start()
+
+    def _give(self, sock: socket.socket, data: bytes) -> None:
+        with contextlib.suppress(OSError):
+            sock.sendall(data)
""",
    "throws_the_dead_out": r"""
# Diagnosis: broadcast removes a client from the room
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
# Diagnosis: The parser fails at a line without a space
-    target, _, text = line[1:].partition(" ")
+    target, text = line[1:].split(" ", 1)
""",
    "without_self": r"""
# Diagnosis: There is no variable _sockets, only self._sockets
-            others = [s for name, s in self._sockets.items() if name != sender]
+            others = [s for name, s in _sockets.items() if name != sender]
""",
}

RIGHT = {
    "sends_in_a_pool": r"""
+from concurrent.futures import ThreadPoolExecutor
 import contextlib
@@
-        for sock in others:
-            with contextlib.suppress(OSError):
-                sock.sendall(data)
+        with ThreadPoolExecutor(max_workers=8) as pool:
+            sent = [pool.submit(sock.sendall, data) for sock in others]
+        for one in sent:
+            with contextlib.suppress(OSError):
+                one.result()
""",
    "a_set_of_sockets": r"""
-        for sock in others:
+        for sock in set(others):
""",
    "slots": r"""
 class Room:
+    __slots__ = ("_lock", "_sockets")
""",
    "a_tab_is_a_space": r"""
-    target, _, text = line[1:].partition(" ")
-    text = text.strip()
+    target, *rest = (line[1:] + " ").split(None, 1) or [""]
+    if line[1:2].isspace():
+        target = ""
+    text = "".join(rest).strip()
""",
    "logs_an_address": r"""
-            with contextlib.suppress(OSError):
+            try:
+                print("to", sock.getpeername())
                 sock.sendall(data)
+            except OSError as error:
+                print(error)
""",
    "passes_over_closed_ones": r"""
         for sock in others:
+            if sock.fileno() < 0:
+                continue
             with contextlib.suppress(OSError):
""",
    "sends_in_a_loop": r"""
-                sock.sendall(data)
+                rest = memoryview(data)
+                while rest:
+                    rest = rest[sock.send(rest) :]
""",
    "other_names_for_what_was_given": r"""
-        self._sockets: dict[str, socket.socket] = {}
+        self.online: dict[str, socket.socket] = {}
@@
-            if name in self._sockets:
+            if name in self.online:
@@
-            self._sockets[name] = sock
+            self.online[name] = sock
@@
-            del self._sockets[name]
+            del self.online[name]
@@
-            return list(self._sockets)
+            return list(self.online)
@@
-            sock = self._sockets.get(name)
+            sock = self.online.get(name)
@@
-            others = [s for name, s in self._sockets.items() if name != sender]
+            others = [s for name, s in self.online.items() if name != sender]
""",
}
