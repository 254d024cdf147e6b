"""Wrong answers to step 4; __init__.py says how they are written."""

WRONG = {
    "an_empty_line_ends_it": r"""
# Diagnosis: An empty line ends the connection
             for line in lines:
+                if not line:
+                    return
""",
    "three_lines_and_out": r"""
# Diagnosis: A line ends the connection
             for line in lines:
+                if number == 3:
+                    return
""",
    "a_line_for_each": r"""
# Diagnosis: After one line the server waits for another client
+    clients = []
+    numbers = {}
     while True:
         connection, _ = listener.accept()
-        with connection:
-            talk(connection)
+        clients.append(connection)
+        numbers[connection] = 0
+        for client in clients:
+            data = client.recv(4096)
+            if data:
+                numbers[client] += 1
+                client.sendall(b"%d " % numbers[client] + data)
""",
    "a_thread_each": r"""
# Diagnosis: Two clients are served at once
 import sys
+import threading
@@
-        with connection:
-            talk(connection)
+        threading.Thread(target=talk, args=(connection,)).start()
""",
    "accept_without_brackets": r"""
# Diagnosis: A function is named but not called
-        connection, _ = listener.accept()
+        connection, _ = listener.accept
""",
    "bob_after_a_line": r"""
# Diagnosis: You assumed that the server turns to another client after each line
-BOB_IS_ANSWERED_AT_S = 6  # when Ann has gone, and the server accepts him
+BOB_IS_ANSWERED_AT_S = 4
""",
    "bob_at_once": r"""
# Diagnosis: You assumed that the server listens to both clients at once
-BOB_IS_ANSWERED_AT_S = 6  # when Ann has gone, and the server accepts him
+BOB_IS_ANSWERED_AT_S = 3
""",
    "bob_has_gone": r"""
# Diagnosis: You assumed that a client that has gone no longer waits
-BOB_IS_READ_AT_S = 6  # what he sent has waited in the kernel, and so has his end
+BOB_IS_READ_AT_S = None
""",
    "bob_is_read_at_once": r"""
# Diagnosis: You assumed that what is sent is read at once
-BOB_IS_READ_AT_S = 6  # what he sent has waited in the kernel, and so has his end
+BOB_IS_READ_AT_S = 3
""",
    "bob_never": r"""
# Diagnosis: You assumed that what is sent too early is lost
-BOB_IS_ANSWERED_AT_S = 6  # when Ann has gone, and the server accepts him
+BOB_IS_ANSWERED_AT_S = None
""",
    "cleo_after_a_line": r"""
# Diagnosis: You assumed that a client gets only one answer
-CLEO_IS_ANSWERED_AT_S = 8  # Bob came first, though he says nothing for long
+CLEO_IS_ANSWERED_AT_S = 7
""",
    "cleo_speaks_first": r"""
# Diagnosis: You assumed that the client that speaks first is served first
-CLEO_IS_ANSWERED_AT_S = 8  # Bob came first, though he says nothing for long
+CLEO_IS_ANSWERED_AT_S = 5
""",
    "close_without_brackets": r"""
# Diagnosis: `close` is named but not called
-        with connection:
-            talk(connection)
+        talk(connection)
+        connection.close
""",
    "closes_first": r"""
# Diagnosis: A socket is used after it was closed
-        with connection:
-            talk(connection)
+        connection.close()
+        talk(connection)
""",
    "closes_the_listener": r"""
# Diagnosis: A client that comes while another is served is refused
+    address = listener.getsockname()
     while True:
         connection, _ = listener.accept()
+        listener.close()
         with connection:
             talk(connection)
+        listener = socket.create_server(address)
""",
    "ends_when_nobody_comes": r"""
# Diagnosis: The server ends if no client comes for a while
-    while True:
-        connection, _ = listener.accept()
+    listener.settimeout(60)
+    while True:
+        try:
+            connection, _ = listener.accept()
+        except TimeoutError:
+            break
""",
    "guessed": r"""
# Diagnosis: At that second nothing changes for the server
-BOB_IS_ANSWERED_AT_S = 6  # when Ann has gone, and the server accepts him
+BOB_IS_ANSWERED_AT_S = 2
""",
    "never_closed": r"""
# Diagnosis: The connection is not closed when its client has gone
+    clients = []
     while True:
         connection, _ = listener.accept()
-        with connection:
-            talk(connection)
+        clients.append(connection)
+        talk(connection)
""",
    "no_room": r"""
# Diagnosis: A second client cannot connect while the first is served
# On Windows: A client that comes while another is served is refused
-    while True:
+    listener.listen(0)
+    while True:
""",
    "one_client_only": r"""
# Diagnosis: Only the first client is served
+    connection, _ = listener.accept()
     while True:
-        connection, _ = listener.accept()
-        with connection:
-            talk(connection)
+        talk(connection)
+        connection.close()
""",
    "one_line_and_out": r"""
# Diagnosis: The connection is closed after one line
-            talk(connection)
+            line = connection.recv(4096)
+            connection.sendall(b"1 " + line)
""",
    "sleeps_between_two_looks": r"""
# Diagnosis: The server sleeps between two checks
-        connection, _ = listener.accept()
+        import time
+        listener.setblocking(False)
+        try:
+            connection, _ = listener.accept()
+        except BlockingIOError:
+            time.sleep(0.1)
+            continue
+        connection.setblocking(True)
""",
    "settimeout": r"""
# Diagnosis: A time-out disconnects a silent client
-        with connection:
+        connection.settimeout(0.1)
+        try:
             talk(connection)
+        except TimeoutError:
+            pass
+        connection.close()
""",
    "sleeps_between_clients": r"""
# Diagnosis: The server sleeps between two clients
         with connection:
             talk(connection)
+        import time
+        time.sleep(60)
""",
    "strips_in_talk": r"""
# Diagnosis: The answer is not the line with its number
-                connection.sendall(b"%d %s\n" % (number, line))
+                connection.sendall(b"%d %s\n" % (number, line.strip()))
""",
    "talk_without_brackets": r"""
# Diagnosis: serve() does not call talk()
-            talk(connection)
+            talk
""",
    "talks_again": r"""
# Diagnosis: talk() is called again and again for a client that has gone
+    connection, _ = listener.accept()
     while True:
-        connection, _ = listener.accept()
-        with connection:
-            talk(connection)
+        talk(connection)
""",
    "talks_to_the_listener": r"""
# Diagnosis: A socket that is not connected to a client is used to talk
-            talk(connection)
+            talk(listener)
""",
    "two_accepted_first": r"""
# Diagnosis: A client is not answered until another one has come
-        connection, _ = listener.accept()
-        with connection:
-            talk(connection)
+        ann, _ = listener.accept()
+        bob, _ = listener.accept()
+        for connection in (ann, bob):
+            with connection:
+                talk(connection)
""",
    "a_hundred_clients": r"""
# Diagnosis: The server stops after a number of clients
-    while True:
+    for _ in range(100):
""",
    "calls_itself": r"""
# Diagnosis: A function calls itself for each new client
-    while True:
-        connection, _ = listener.accept()
-        with connection:
-            talk(connection)
+    connection, _ = listener.accept()
+    with connection:
+        talk(connection)
+    serve(listener)
""",
    "shuts_down_and_keeps": r"""
# Diagnosis: The sockets of clients that have gone stay open
+    clients = []
     while True:
         connection, _ = listener.accept()
-        with connection:
-            talk(connection)
+        clients.append(connection)
+        talk(connection)
+        with contextlib.suppress(OSError):
+            connection.shutdown(socket.SHUT_RDWR)
@@
-def main() -> None:
+import contextlib
+
+
+def main() -> None:
""",
    "shuts_down_who_has_gone": r"""
# Diagnosis: shutdown() fails because the client has gone
         with connection:
             talk(connection)
+            connection.shutdown(socket.SHUT_RDWR)
""",
    "newest_first": r"""
# Diagnosis: The clients are not served in the order in which they came
     while True:
-        connection, _ = listener.accept()
+        import select
+        while select.select([listener], [], [], 0)[0] or not waiting:
+            waiting.append(listener.accept()[0])
+        connection = waiting.pop()
         with connection:
             talk(connection)
+
+
+waiting = []
""",
    "yields": r"""
# Diagnosis: There is a `yield` in serve
         with connection:
-            talk(connection)
+            yield talk(connection)
""",
}
