"""Wrong answers to step 1; __init__.py says how they are written."""

WRONG = {
    "accepts_in_open_listener": r"""
# Diagnosis: The server waits for a client before it prints where it listens
-    return listener
+    connection, _ = listener.accept()
+    return connection
@@
-        connection, _ = listener.accept()
-        with connection:
-            while data := connection.recv(4096):
-                connection.sendall(data)
+        while data := listener.recv(4096):
+            listener.sendall(data)
""",
    "address_is_no_pair": r"""
# Diagnosis: bind() is not given its address as one pair
-    listener.bind(("127.0.0.1", port))
+    listener.bind("127.0.0.1", port)
""",
    "closes_the_listener": r"""
# Diagnosis: The listening socket is closed with the first client
-        with connection:
+        with listener, connection:
""",
    "datagrams": r"""
# Diagnosis: The socket is for UDP packets, not for a TCP connection
-    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
+    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
     listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
     listener.bind(("127.0.0.1", port))
-    listener.listen()
@@
-        connection, _ = listener.accept()
-        with connection:
-            while data := connection.recv(4096):
-                connection.sendall(data)
+        data, addr = listener.recvfrom(4096)
+        listener.sendto(data, addr)
""",
    "decodes_pieces": r"""
# Diagnosis: Bytes that are not valid text, or not yet complete, are decoded
-                connection.sendall(data)
+                text = data.decode()
+                connection.sendall(text.encode())
""",
    "end_as_text": r"""
# Diagnosis: The end of file is compared with text, but recv() returns bytes
-            while data := connection.recv(4096):
+            while True:
+                data = connection.recv(4096)
+                if data == "":
+                    break
""",
    "every_interface": r"""
# Diagnosis: The server listens on every network interface
-    listener.bind(("127.0.0.1", port))
+    listener.bind(("0.0.0.0", port))
""",
    "fixed_port": r"""
# Diagnosis: The server ignores the port that it is given
-    listener.bind(("127.0.0.1", port))
+    listener.bind(("127.0.0.1", 12345))
""",
    "goes_on_after_the_end": r"""
# Diagnosis: The loop goes on after the client has finished
-        with connection:
-            while data := connection.recv(4096):
-                connection.sendall(data)
+        while True:
+            data = connection.recv(4096)
+            connection.sendall(data)
""",
    "listens_before_bind": r"""
# Diagnosis: The socket already has an address when bind() is called
# On Windows: listen() is called before bind()
-    listener.bind(("127.0.0.1", port))
     listener.listen()
+    listener.bind(("127.0.0.1", port))
""",
    "never_closed": r"""
# Diagnosis: The connection is never closed
+    open_connections = []
     while True:
         connection, _ = listener.accept()
-        with connection:
-            while data := connection.recv(4096):
-                connection.sendall(data)
+        open_connections.append(connection)
+        data = connection.recv(4096)
+        while data:
+            connection.sendall(data)
+            data = connection.recv(4096)
""",
    "never_listens": r"""
# Diagnosis: accept() is called on a socket that does not listen
-    listener.listen()
""",
    "no_reuse_address": r"""
# Diagnosis: The server cannot use its port again right after it has ended
# On Windows: right
-    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
""",
    "one_client_only": r"""
# Diagnosis: Only the first client is served
-    while True:
-        connection, _ = listener.accept()
-        with connection:
-            while data := connection.recv(4096):
-                connection.sendall(data)
+    connection, _ = listener.accept()
+    while data := connection.recv(4096):
+        connection.sendall(data)
+    connection.close()
""",
    "one_piece_only": r"""
# Diagnosis: Only the first piece comes back
-        with connection:
-            while data := connection.recv(4096):
-                connection.sendall(data)
+        data = connection.recv(1024)
+        connection.sendall(data)
+        connection.close()
""",
    "pair_for_socket": r"""
# Diagnosis: The pair that accept() returns is used as the socket
-        connection, _ = listener.accept()
+        connection = listener.accept()
""",
    "receives_from_the_listener": r"""
# Diagnosis: A socket that is not connected to a client is used to talk
-            while data := connection.recv(4096):
+            while data := listener.recv(4096):
""",
    "receives_once": r"""
# Diagnosis: A piece comes back more than once
-            while data := connection.recv(4096):
+            data = connection.recv(4096)
+            while data:
""",
    "receives_twice": r"""
# Diagnosis: Every second piece is lost
-            while data := connection.recv(4096):
-                connection.sendall(data)
+            while connection.recv(4096):
+                connection.sendall(connection.recv(4096))
""",
    "returns_nothing": r"""
# Diagnosis: `open_listener` returns nothing
-    return listener
""",
    "send_for_sendall": r"""
# Diagnosis: Part of a long message is lost
-                connection.sendall(data)
+                connection.send(data)
""",
    "sends_text": r"""
# Diagnosis: Text and bytes are mixed up
-                connection.sendall(data)
+                connection.sendall(f"{data.decode()}")
""",
    "shuts_down_too_late": r"""
# Diagnosis: A socket is used after it was closed
                 connection.sendall(data)
+        connection.shutdown(socket.SHUT_RDWR)
""",
    "strips_the_end": r"""
# Diagnosis: What comes back is not what was sent
-                connection.sendall(data)
+                connection.sendall(data.strip())
""",
    "waits_for_the_end": r"""
# Diagnosis: Nothing comes back until the client has finished sending
+            everything = b""
             while data := connection.recv(4096):
-                connection.sendall(data)
+                everything += data
+            connection.sendall(everything)
""",
    "walrus_takes_the_comparison": r"""
# Diagnosis: The result of a comparison is used as if it were the bytes
-            while data := connection.recv(4096):
+            while data := connection.recv(4096) != b"":
""",
    "with_listener": r"""
# Diagnosis: The listening socket is closed before it is used
-    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
-    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
-    listener.bind(("127.0.0.1", port))
-    listener.listen()
-    return listener
+    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
+        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
+        listener.bind(("127.0.0.1", port))
+        listener.listen()
+        return listener
""",
    "calls_itself": r"""
# Diagnosis: A function calls itself for each new client
-    while True:
-        connection, _ = listener.accept()
-        with connection:
-            while data := connection.recv(4096):
-                connection.sendall(data)
+    connection, _ = listener.accept()
+    with connection:
+        while data := connection.recv(4096):
+            connection.sendall(data)
+    serve(listener)
""",
    "five_clients": r"""
# Diagnosis: The server stops after a number of clients
-    while True:
+    for _ in range(5):
""",
    "shuts_down_and_keeps": r"""
# Diagnosis: The sockets of clients that have gone stay open
+    clients = []
     while True:
         connection, _ = listener.accept()
-        with connection:
-            while data := connection.recv(4096):
-                connection.sendall(data)
+        clients.append(connection)
+        while data := connection.recv(4096):
+            connection.sendall(data)
+        connection.shutdown(socket.SHUT_RDWR)
""",
    "closed_by_the_next": r"""
# Diagnosis: The connection is closed only when the next client comes
         connection, _ = listener.accept()
-        with connection:
-            while data := connection.recv(4096):
-                connection.sendall(data)
+        while data := connection.recv(4096):
+            connection.sendall(data)
""",
    "resets": r"""
# Diagnosis: The connection is reset, and not closed
         connection, _ = listener.accept()
+        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
         with connection:
@@
-def main() -> None:
+LINGER = __import__("struct").pack("hh" if sys.platform == "win32" else "ii", 1, 0)
+
+
+def main() -> None:
""",
    "by_lines": r"""
# Diagnosis: A piece comes back only together with the next one
-            while data := connection.recv(4096):
-                connection.sendall(data)
+            for line in connection.makefile("rb"):
+                connection.sendall(line)
""",
    "prints_for_sends": r"""
# Diagnosis: Nothing is sent back
-                connection.sendall(data)
+                print("Received", data)
""",
    "spins": r"""
# Diagnosis: A loop spins, and nothing comes back
-        with connection:
-            while data := connection.recv(4096):
-                connection.sendall(data)
+        while connection:
+            pass
""",
    "accept_spins": r"""
# Diagnosis: The server uses the processor while it waits
     while True:
-        connection, _ = listener.accept()
+        listener.setblocking(False)
+        try:
+            connection, _ = listener.accept()
+        except BlockingIOError:
+            continue
+        connection.setblocking(True)
""",
    "accepts_for_each_piece": r"""
# Diagnosis: After the first piece the server waits for another client
         connection, _ = listener.accept()
-        with connection:
-            while data := connection.recv(4096):
-                connection.sendall(data)
+        data = connection.recv(4096)
+        connection.sendall(data)
+        kept.append(connection)
@@
-def main() -> None:
+kept: list[socket.socket] = []
+
+
+def main() -> None:
""",
    "misses_the_end_of_a_long_message": r"""
# Diagnosis: The end of file right after a long message is missed
             while data := connection.recv(4096):
+                more = len(data) == 4096
+                while more:
+                    try:
+                        data += connection.recv(4096, socket.MSG_DONTWAIT)
+                    except BlockingIOError:
+                        more = False
                 connection.sendall(data)
""",
    "impatient": r"""
# Diagnosis: A silent client is treated as if it had left
         connection, _ = listener.accept()
+        connection.settimeout(60)
         with connection:
""",
    "impatient_for_the_next_client": r"""
# Diagnosis: The server ends if no client comes for a while
     listener.listen()
+    listener.settimeout(60)
""",
    "ends_at_a_word": r"""
# Diagnosis: A word ends the connection
             while data := connection.recv(4096):
+                if data.strip() == b"quit":
+                    break
""",
    "ends_at_an_empty_line": r"""
# Diagnosis: An empty line ends the connection
-            while data := connection.recv(4096):
+            while (data := connection.recv(4096)).strip():
""",
    "sleeps_before_it_answers": r"""
# Diagnosis: The server sleeps before it answers
+import time
 import socket
@@
+                time.sleep(0.5)
                 connection.sendall(data)
""",
    "polls": r"""
# Diagnosis: The server checks again and again, and does not wait
         connection, _ = listener.accept()
         with connection:
-            while data := connection.recv(4096):
-                connection.sendall(data)
+            connection.settimeout(0.05)
+            while True:
+                try:
+                    data = connection.recv(4096)
+                except TimeoutError:
+                    continue
+                if not data:
+                    break
+                connection.sendall(data)
""",
    "sleeps_between_two_looks": r"""
# Diagnosis: The server sleeps between two checks
+import time
 import socket
@@
-            while data := connection.recv(4096):
+            while True:
+                connection.setblocking(False)
+                try:
+                    data = connection.recv(4096)
+                except BlockingIOError:
+                    time.sleep(0.05)
+                    continue
+                connection.setblocking(True)
+                if not data:
+                    break
""",
}


RIGHT = {
    "a_limit_and_again": r"""
     listener.listen()
+    listener.settimeout(60)
@@
-        connection, _ = listener.accept()
+        try:
+            connection, _ = listener.accept()
+        except TimeoutError:
+            continue
+        connection.settimeout(None)
""",
    "sleeps_in_the_main_thread": r"""
+import threading
+import time
 import socket
@@
-    serve(listener)
+    threading.Thread(target=serve, args=(listener,), daemon=True).start()
+    while True:
+        time.sleep(1)
""",
    "two_bytes_at_a_time": r"""
-            while data := connection.recv(4096):
+            while data := connection.recv(2):
""",
}
