"""Wrong answers to step 13; __init__.py says how they are written."""

WRONG = {
    "always_left": r"""
# Diagnosis: run() does not return how it ended
# Base: plain
-                return "lost" if name == "line" else "left"
+                return "left"
""",
    "args_too_few": r"""
# Diagnosis: A thread's function gets the wrong number of arguments
-        threading.Thread(target=pump, args=(name, source, news), daemon=True).start()
+        threading.Thread(target=pump, args=(name, source), daemon=True).start()
""",
    "asks_with_input": r"""
# Diagnosis: input() is called where nobody can type
-    for name, source in (("line", lines(sock)), ("key", screen.keys())):
+    typed = (input("> ") for _ in range(1000))
+    for name, source in (("line", lines(sock)), ("key", typed)):
""",
    "calls_the_pump": r"""
# Diagnosis: run() does not get to its loop
# Base: plain
-        threading.Thread(target=pump, args=("key", screen.keys(), news), daemon=True),
+        threading.Thread(target=pump("key", screen.keys(), news), daemon=True),
""",
    "ctrl_d_raises": r"""
# Diagnosis: Ctrl-d ends the client with an exception
# Base: plain
-                try:
-                    line = screen.press(item)
-                except EOFError:
-                    return "left"
+                line = screen.press(item)
""",
    "dies_unseen": r"""
# Diagnosis: The receiving thread ends with an exception that nobody notices
# Base: plain
-    try:
-        for item in source:
-            news.put((name, item))
-    finally:
+    for item in source:
+        news.put((name, item))
+    if name == "key":
""",
    "drops_what_does_not_fit": r"""
# Diagnosis: Some of many messages are not shown
+import contextlib
 import queue
@@
-            news.put((name, item))
+            with contextlib.suppress(queue.Full):
+                news.put_nowait((name, item))
@@
-    news: News = queue.Queue(100)
+    news: News = queue.Queue(3)
""",
    "enter_in_an_empty_row": r"""
# Diagnosis: Enter in an empty row ends the chat
-                if line == "@exit":
+                if line in ("", "@exit"):
""",
    "each_key_sent": r"""
# Diagnosis: Keys are sent before Enter is pressed
# Base: plain
-                if line is not None:
+                if isinstance(item, str):
                     try:
-                        sock.sendall(f"{line}\n".encode())
+                        sock.sendall(item.encode())
""",
    "end_after_each_item": r"""
# Diagnosis: pump reports an end when the source has not ended
-    try:
-        for item in source:
+    for item in source:
+        try:
             news.put((name, item))
-    finally:
-        news.put((name, None))
+        finally:
+            news.put((name, None))
""",
    "end_without_finally": r"""
# Diagnosis: An exception ends a thread, and run is not told
# Base: plain
-    try:
-        for item in source:
-            news.put((name, item))
-    finally:
-        news.put((name, None))
+    for item in source:
+        news.put((name, item))
+    news.put((name, None))
""",
    "ends_at_the_first_item": r"""
# Diagnosis: run() returns too soon
-            if item is None:
+            if item is not None:
                 return "lost" if name == "line" else "left"
-            if name == "line":
-                screen.show(item)
-                continue
-            try:
-                line = screen.press(item)
-                if line == "@exit":
-                    return "left"
-                if line is not None:
-                    sock.sendall(line.encode() + b"\n")
-            except EOFError:
-                return "left"
-            except OSError:
-                return "lost"
+            screen.show(item)
""",
    "exit_at_the_start": r"""
# Diagnosis: A line that only has @exit in it ends the chat
# Base: plain
-                if line == "@exit":
+                if line is not None and line.startswith("@exit"):
""",
    "exit_to_the_server": r"""
# Diagnosis: @exit is sent to the server
# Base: plain
-                    return "left"
-                if line == "@exit":
@@
                         return "lost"
+                if line == "@exit":
+                    return "left"
""",
    "exits": r"""
# Diagnosis: run() ends the whole program instead of returning
# Base: plain
                 if line == "@exit":
-                    return "left"
+                    sys.exit()
""",
    "first_message_only": r"""
# Diagnosis: Only the first message is shown
# Base: plain
     news: News = queue.Queue()
+
+    def receive() -> None:
+        for line in lines(sock):
+            news.put(("line", line))
+            break
+
     threads = (
-        threading.Thread(target=pump, args=("line", lines(sock), news), daemon=True),
+        threading.Thread(target=receive, daemon=True),
""",
    "gives_up_waiting": r"""
# Diagnosis: The client ends if nothing happens for a while
-            name, item = news.get()
+            name, item = news.get(timeout=0.5)
""",
    "ignores_the_end": r"""
# Diagnosis: run() goes on after a source has ended
             if item is None:
-                return "lost" if name == "line" else "left"
+                continue
""",
    "item_before_name": r"""
# Diagnosis: pump puts something other than (name, item) into the queue
-            news.put((name, item))
+            news.put((item, name))
""",
    "item_for_name": r"""
# Diagnosis: Something that is not a key is given to press()
-            name, item = news.get()
+            item, name = news.get()
""",
    "joins_its_threads": r"""
# Diagnosis: run() waits for its threads
# Base: plain
-def run(sock: socket.socket, screen: Screen) -> str:
+def run(sock, screen):
@@
     for thread in threads:
         thread.start()
+    ended = chat(sock, screen, news)
+    for thread in threads:
+        thread.join()
+    return ended
+
+
+def chat(sock, screen, news):
""",
    "forgets_the_last_words": r"""
# Diagnosis: The last lines before the end are not shown
-    for name, source in (("line", lines(sock)), ("key", screen.keys())):
-        threading.Thread(target=pump, args=(name, source, news), daemon=True).start()
+    gone = threading.Event()
+
+    def receive():
+        pump("line", lines(sock), news)
+        gone.set()
+
+    keys = ("key", screen.keys(), news)
+    threading.Thread(target=receive, daemon=True).start()
+    threading.Thread(target=pump, args=keys, daemon=True).start()
@@
             name, item = news.get()
+            if gone.is_set():
+                return "lost"
""",
    "last_come_first_shown": r"""
# Diagnosis: Messages are shown in the wrong order
-    news: News = queue.Queue(100)
+    news: News = queue.LifoQueue()
""",
    "left_in_cbreak": r"""
# Diagnosis: The terminal is not set back
# Base: plain
+import os
 import queue
@@
                 if line == "@exit":
-                    return "left"
+                    os._exit(0)
""",
    "lines_as_keys": r"""
# Diagnosis: A message is given to press() instead of show()
-            if name == "line":
-                screen.show(item)
-                continue
""",
    "looks_often": r"""
# Diagnosis: The client wakes up again and again while nothing happens
# Base: plain
-            name, item = news.get()
+            try:
+                name, item = news.get(timeout=0.05)
+            except queue.Empty:
+                continue
""",
    "loop_left_out": r"""
# Diagnosis: SyntaxError when the file is read
-        while True:
+        if True:
""",
    "lines_are_no_daemon": r"""
# Diagnosis: A thread that waits for a line keeps the program alive
# Base: plain
-        threading.Thread(target=pump, args=("line", lines(sock), news), daemon=True),
+        threading.Thread(target=pump, args=("line", lines(sock), news)),
""",
    "never_started": r"""
# Diagnosis: No thread is running
-        threading.Thread(target=pump, args=(name, source, news), daemon=True).start()
+        threading.Thread(target=pump, args=(name, source, news), daemon=True)
""",
    "no_end_at_all": r"""
# Diagnosis: The client runs on after its terminal has gone
# Base: plain
-    try:
-        for item in source:
-            news.put((name, item))
-    finally:
-        news.put((name, None))
+    for item in source:
+        news.put((name, item))
""",
    "no_lf": r"""
# Diagnosis: The line is sent without its LF
# Base: plain
-                        sock.sendall(f"{line}\n".encode())
+                        sock.sendall(line.encode())
""",
    "not_daemons": r"""
# Diagnosis: A thread that waits for a key keeps the program alive
# Base: plain
-        threading.Thread(target=pump, args=("line", lines(sock), news), daemon=True),
-        threading.Thread(target=pump, args=("key", screen.keys(), news), daemon=True),
+        threading.Thread(target=pump, args=("line", lines(sock), news)),
+        threading.Thread(target=pump, args=("key", screen.keys(), news)),
""",
    "one_source_for_both": r"""
# Diagnosis: Two threads read from the same source
-    news: News = queue.Queue(100)
+    news: News = queue.Queue(100)
+    readers = []
     for name, source in (("line", lines(sock)), ("key", screen.keys())):
-        threading.Thread(target=pump, args=(name, source, news), daemon=True).start()
+        readers.append(
+            threading.Thread(target=lambda: pump(name, source, news), daemon=True)
+        )
+    for reader in readers:
+        reader.start()
""",
    "one_thread_for_both": r"""
# Diagnosis: Only one thread is running
-    for name, source in (("line", lines(sock)), ("key", screen.keys())):
-        threading.Thread(target=pump, args=(name, source, news), daemon=True).start()
+
+    def both():
+        pump("line", lines(sock), news)
+        pump("key", screen.keys(), news)
+
+    threading.Thread(target=both, daemon=True).start()
""",
    "outside_the_session": r"""
# Diagnosis: The screen is used outside its session
# Base: plain
         thread.start()
+    screen.show("Welcome!")
""",
    "passes_keys_uncalled": r"""
# Diagnosis: A function is named but not called
# Base: plain
-        threading.Thread(target=pump, args=("key", screen.keys(), news), daemon=True),
+        threading.Thread(target=pump, args=("key", screen.keys, news), daemon=True),
""",
    "leaves_out_empty_lines": r"""
# Diagnosis: Some lines are not shown
         for item in source:
-            news.put((name, item))
+            if item:
+                news.put((name, item))
""",
    "an_empty_line_ends_it": r"""
# Diagnosis: An empty line is taken for the end
-            if item is None:
+            if not item:
""",
    "polls": r"""
# Diagnosis: The client uses the processor while nothing happens
# Base: plain
-            name, item = news.get()
+            try:
+                name, item = news.get_nowait()
+            except queue.Empty:
+                continue
""",
    "pressed_twice": r"""
# Diagnosis: The row shows something other than what was typed
-                line = screen.press(item)
-                if line == "@exit":
+                screen.press(item)
+                if (line := screen.press(item)) == "@exit":
""",
    "prefix": r"""
# Diagnosis: A message is changed before it is shown
             if name == "line":
-                screen.show(item)
+                screen.show(f"server: {item}")
""",
    "prints": r"""
# Diagnosis: A thread prints without using the screen
# Base: plain
-                screen.show(item)
+                print(item)
""",
    "processes_for_threads": r"""
# Diagnosis: The sources are read by processes, not by threads
# On Windows: ValueError in your code
+import multiprocessing
 import queue
@@
-        threading.Thread(target=pump, args=(name, source, news), daemon=True).start()
+        reader = multiprocessing.get_context("fork").Process(
+            target=pump, args=(name, source, news), daemon=True
+        )
+        reader.start()
""",
    "pump_returns": r"""
# Diagnosis: pump ends after the first item
-    try:
-        for item in source:
-            news.put((name, item))
-    finally:
-        news.put((name, None))
+    for item in source:
+        news.put((name, item))
+        return
+    news.put((name, None))
""",
    "puts_the_exception": r"""
# Diagnosis: pump puts more into the queue than the items and the end
             news.put((name, item))
+    except Exception as error:
+        news.put((name, error))
     finally:
""",
    "says_goodbye": r"""
# Diagnosis: Something is sent to the server that nobody typed
                 if line == "@exit":
+                    sock.sendall(b"bye\n")
                     return "left"
""",
    "sending_fails": r"""
# Diagnosis: A line that cannot be sent ends the client with an exception
# Base: plain
-                    try:
-                        sock.sendall(f"{line}\n".encode())
-                    except OSError:
-                        return "lost"
+                    sock.sendall(f"{line}\n".encode())
""",
    "sends_a_part": r"""
# Diagnosis: send() takes only a part of the line
-                    sock.sendall(line.encode() + b"\n")
+                    sock.send(line.encode() + b"\n")
""",
    "session_in_the_loop": r"""
# Diagnosis: screen.session() is begun again and again
-    with screen.session():
-        while True:
-            name, item = news.get()
+    while True:
+        name, item = news.get()
+        with screen.session():
""",
    "shows_each_twice": r"""
# Diagnosis: A message is shown twice
             if name == "line":
                 screen.show(item)
+                screen.show(item)
""",
    "strips_what_is_typed": r"""
# Diagnosis: Spaces around a typed line are lost
-                    sock.sendall(line.encode() + b"\n")
+                    sock.sendall(line.strip().encode() + b"\n")
""",
    "quits_at_other_words": r"""
# Diagnosis: A word other than @exit ends the chat
-                if line == "@exit":
+                if line in ("@exit", "@quit", "exit"):
""",
    "shows_what_it_has_sent": r"""
# Diagnosis: What is typed is shown twice
                 if line is not None:
                     sock.sendall(line.encode() + b"\n")
+                    screen.show(f"me: {line}")
""",
    "sleeps": r"""
# Diagnosis: The client sleeps between two checks
# Base: plain
+import time
 import queue
@@
-            name, item = news.get()
+            if news.empty():
+                time.sleep(0.05)
+                continue
+            name, item = news.get()
""",
    "two_writers": r"""
# Diagnosis: Two threads write to the screen
# Base: plain
     news: News = queue.Queue()
+
+    def receive() -> None:
+        for line in lines(sock):
+            screen.show(line)
+        news.put(("line", None))
+
     threads = (
-        threading.Thread(target=pump, args=("line", lines(sock), news), daemon=True),
+        threading.Thread(target=receive, daemon=True),
""",
    "whole_source_first": r"""
# Diagnosis: pump waits for the end of its source
-        for item in source:
+        for item in list(source):
""",
}

RIGHT = {
    "match": r"""
-            if item is None:
-                return "lost" if name == "line" else "left"
-            if name == "line":
-                screen.show(item)
-                continue
+            match name, item:
+                case "line", None:
+                    return "lost"
+                case _, None:
+                    return "left"
+                case "line", text:
+                    screen.show(text)
+                    continue
""",
    "leaves_as_the_rooms_client_does": r"""
+from chat.wire.commands import is_exit
 from chat.client.connection import connect
@@
-                if line == "@exit":
+                if line is not None and is_exit(line):
""",
    "looks_every_second": r"""
-            name, item = news.get()
+            try:
+                name, item = news.get(timeout=1)
+            except queue.Empty:
+                continue
""",
    "send_in_a_loop": r"""
                 if line is not None:
-                    sock.sendall(line.encode() + b"\n")
+                    rest = line.encode() + b"\n"
+                    while rest:
+                        rest = rest[sock.send(rest) :]
""",
    "sends_with_the_number": r"""
+import os
 import queue
@@
-                    sock.sendall(line.encode() + b"\n")
+                    rest = line.encode() + b"\n"
+                    while rest:
+                        rest = rest[os.write(sock.fileno(), rest) :]
""",
    "simple_queue": r"""
-    news: News = queue.Queue(100)
+    news = queue.SimpleQueue()
""",
}
