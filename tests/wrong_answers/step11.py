"""Wrong answers to step 11; __init__.py says how they are written."""

WRONG = {
    "a_semaphore_of_two": r"""
# Diagnosis: The lock lets more than one thread in
-        self.lock = threading.Lock()  # guards inbox and sent
+        self.lock = threading.Semaphore(2)
""",
    "async_send": r"""
# Diagnosis: send_private is `async`, but nobody awaits it
-def send_private(sender: Member, receiver: Member, text: str) -> None:
+async def send_private(sender: Member, receiver: Member, text: str) -> None:
""",
    "a_lock_for_each_pair": r"""
# Diagnosis: Three members in a ring wait for each other
# Base: ordered
 SCHEDULE = [1, 1, 2, 2]
+PAIRS: dict[frozenset[str], threading.Lock] = {}
@@
-    first, second = sorted([sender, receiver], key=lambda member: member.name)
-    with first.lock, second.lock:
+    pair = PAIRS.setdefault(frozenset([sender.name, receiver.name]), threading.Lock())
+    with pair, sender.lock, receiver.lock:
""",
    "calls_the_lock": r"""
# Diagnosis: A lock is called like a function
-    with sender.lock:
+    with sender.lock():
""",
    "each_ones_own_first": r"""
# Diagnosis: Two messages that cross wait for each other
# Base: ordered
-    first, second = sorted([sender, receiver], key=lambda member: member.name)
-    with first.lock, second.lock:
+    with sender.lock:
         sender.sent.append(text)
-        receiver.inbox.append(text)
+        with receiver.lock:
+            receiver.inbox.append(text)
""",
    "gives_up": r"""
# Diagnosis: A message is lost if a lock is not free at once
# Base: ordered
-    first, second = sorted([sender, receiver], key=lambda member: member.name)
-    with first.lock, second.lock:
+    with sender.lock:
+        if not receiver.lock.acquire(timeout=1):
+            return
         sender.sent.append(text)
         receiver.inbox.append(text)
+        receiver.lock.release()
""",
    "harmless_order": r"""
# Diagnosis: Your schedule does not lead to a deadlock
-SCHEDULE = [1, 1, 2, 2]
+SCHEDULE = [1, 1, 1, 1, 2]
""",
    "keeps_the_last_fifty": r"""
# Diagnosis: Some of many messages are lost
         receiver.inbox.append(text)
+        del receiver.inbox[:-50]
""",
    "keeps_the_last_one": r"""
# Diagnosis: A message is lost when the next one comes
-        sender.sent.append(text)
+        sender.sent = [text]
     with receiver.lock:
-        receiver.inbox.append(text)
+        receiver.inbox = [text]
""",
    "lock_not_made": r"""
# Diagnosis: `with` is given the class or function that makes a lock, not a lock
-        self.lock = threading.Lock()  # guards inbox and sent
+        self.lock = threading.Lock
""",
    "looks_first": r"""
# Diagnosis: The lock may be taken right after you have seen that it is free
# Base: ordered
-    first, second = sorted([sender, receiver], key=lambda member: member.name)
+    if receiver.lock.locked():
+        first, second = receiver, sender
+    else:
+        first, second = sender, receiver
""",
    "looks_under_the_lock": r"""
# Diagnosis: A thread waits for a lock that it holds itself
-        receiver.inbox.append(text)
+        receiver.inbox += [text]
+        receiver.news()
""",
    "never_written": r"""
# Diagnosis: The message is not written to the client
-    receiver.write(text)
""",
    "newest_first": r"""
# Diagnosis: The messages are not in the order in which they were sent
-        receiver.inbox.append(text)
+        receiver.inbox.insert(0, text)
""",
    "no_such_lock": r"""
# Diagnosis: A list has no `lock`
-    with receiver.lock:
+    with receiver.inbox.lock:
""",
    "nothing_sent": r"""
# Diagnosis: The message is missing in `sent`
-    with sender.lock:
-        sender.sent.append(text)
""",
    "nothing_to_oneself": r"""
# Diagnosis: A message to oneself is lost
+    if sender is receiver:
+        return
     with sender.lock:
""",
    "one_big_lock": r"""
# Diagnosis: One client that reads nothing stops the whole room
 SCHEDULE = [1, 1, 2, 2]
+ROOM = threading.Lock()
@@
-    with sender.lock:
-        sender.sent.append(text)
-    with receiver.lock:
-        receiver.inbox.append(text)
-    receiver.write(text)
+    with ROOM:
+        with sender.lock:
+            sender.sent.append(text)
+        with receiver.lock:
+            receiver.inbox.append(text)
+        receiver.write(text)
""",
    "oneself_twice": r"""
# Diagnosis: A message to oneself is in a list twice
         receiver.inbox.append(text)
+    if sender is receiver:
+        receiver.inbox.append(text)
""",
    "receivers_lock_only": r"""
# Diagnosis: `sent` is changed without the sender's lock
-    with sender.lock:
-        sender.sent.append(text)
     with receiver.lock:
         receiver.inbox.append(text)
+    sender.sent.append(text)
""",
    "releases_what_it_has_not": r"""
# Diagnosis: A lock is released although it is not held
# Base: ordered
-    first, second = sorted([sender, receiver], key=lambda member: member.name)
-    with first.lock, second.lock:
+    with sender.lock:
         sender.sent.append(text)
+        receiver.lock.acquire(timeout=1)
         receiver.inbox.append(text)
+        receiver.lock.release()
""",
    "returns_before_it_writes": r"""
# Diagnosis: A message to oneself is not written to the client
# Base: ordered
-        sender.write(text)
""",
    "returns_with_the_lock": r"""
# Diagnosis: A lock is still held when the call has ended
-    with sender.lock:
-        sender.sent.append(text)
+    sender.lock.acquire()
+    sender.sent.append(text)
+    if sender is receiver:
+        sender.inbox.append(text)
+        sender.write(text)
+        return
+    sender.lock.release()
""",
    "renamed": r"""
# Diagnosis: A part of the exercise is missing
-def send_private(sender: Member, receiver: Member, text: str) -> None:
+def private_send(sender: Member, receiver: Member, text: str) -> None:
""",
    "rlock": r"""
# Diagnosis: An RLock does not prevent this deadlock
-        self.lock = threading.Lock()  # guards inbox and sent
+        self.lock = threading.RLock()
@@
-    with receiver.lock:
-        receiver.inbox.append(text)
+        with receiver.lock:
+            receiver.inbox.append(text)
""",
    "senders_lock_only": r"""
# Diagnosis: The inbox is changed without its owner's lock
-    with receiver.lock:
-        receiver.inbox.append(text)
+    receiver.inbox.append(text)
""",
    "shorter_name_first": r"""
# Diagnosis: Names that compare as equal have no order
# Base: ordered
-    first, second = sorted([sender, receiver], key=lambda member: member.name)
+    first, second = sorted([sender, receiver], key=lambda member: len(member.name))
""",
    "sleeps": r"""
# Diagnosis: A sleep does not prevent the deadlock
# Base: ordered
 import threading
+import time
@@
-    first, second = sorted([sender, receiver], key=lambda member: member.name)
-    with first.lock, second.lock:
+    with sender.lock:
         sender.sent.append(text)
-        receiver.inbox.append(text)
+        time.sleep(0.01)
+        with receiver.lock:
+            receiver.inbox.append(text)
""",
    "sorts_the_users_too": r"""
# Diagnosis: The message is in the wrong user's list
-    with sender.lock:
-        sender.sent.append(text)
-    with receiver.lock:
-        receiver.inbox.append(text)
+    first, second = sorted([sender, receiver], key=lambda member: member.name)
+    with first.lock:
+        first.sent.append(text)
+    with second.lock:
+        second.inbox.append(text)
""",
    "spins": r"""
# Diagnosis: The threads repeat the same steps and get nowhere
# Base: ordered
-    first, second = sorted([sender, receiver], key=lambda member: member.name)
-    with first.lock, second.lock:
+    with sender.lock:
         sender.sent.append(text)
-        receiver.inbox.append(text)
+        while receiver.lock.locked():
+            pass
+        with receiver.lock:
+            receiver.inbox.append(text)
""",
    "to_oneself": r"""
# Diagnosis: A message to oneself blocks its own thread
-    with sender.lock:
+    first, second = sorted([sender, receiver], key=lambda member: member.name)
+    with first.lock, second.lock:
         sender.sent.append(text)
-    with receiver.lock:
""",
    "to_the_sender": r"""
# Diagnosis: The message is written to the wrong client
-    receiver.write(text)
+    sender.write(text)
""",
    "turn_of_a_waiting_thread": r"""
# Diagnosis: The schedule gives a turn to a thread that waits
-SCHEDULE = [1, 1, 2, 2]
+SCHEDULE = [1, 1, 2, 2, 2, 2]
""",
    "with_the_name": r"""
# Diagnosis: The text of a message is changed
-        sender.sent.append(text)
+        sender.sent.append(sender.name + text)
     with receiver.lock:
-        receiver.inbox.append(text)
+        receiver.inbox.append(f"{sender.name}: {text}")
""",
    "writes_in_threads": r"""
# Diagnosis: A later line can overtake an earlier one
-    receiver.write(text)
+    threading.Thread(target=receiver.write, args=(text,), daemon=True).start()
""",
    "writes_first_to_oneself": r"""
# Diagnosis: A message to oneself is written before it is in both lists
# Base: ordered
     if sender is receiver:
+        sender.write(text)
         with sender.lock:
@@
             sender.inbox.append(text)
-        sender.write(text)
         return
""",
    "writes_first": r"""
# Diagnosis: A message is written before it is in both lists
+    receiver.write(text)
     with sender.lock:
         sender.sent.append(text)
     with receiver.lock:
         receiver.inbox.append(text)
-    receiver.write(text)
""",
    "writes_under_the_lock": r"""
# Diagnosis: A lock is held during the write to a client
-    receiver.write(text)
+        receiver.write(text)
""",
}

RIGHT = {
    "a_lock_of_another_name": r"""
-        self.lock = threading.Lock()  # guards inbox and sent
+        self._mutex = threading.Lock()  # guards inbox and sent
@@
-        with self.lock:
+        with self._mutex:
@@
-    with sender.lock:
+    with sender._mutex:
         sender.sent.append(text)
-    with receiver.lock:
+    with receiver._mutex:
""",
    "a_pause_for_nothing": r"""
 import threading
+import time
@@
+    time.sleep(0.1)
     with sender.lock:
""",
    "a_method_of_the_class": r"""
-    receiver.write(text)
+    Member.write(receiver, text=text)
""",
    "a_set_of_members": r"""
-    with sender.lock:
-        sender.sent.append(text)
-    with receiver.lock:
-        receiver.inbox.append(text)
+    for member in {sender, receiver}:
+        with member.lock:
+            if member is sender:
+                member.sent.append(text)
+            if member is receiver:
+                member.inbox.append(text)
""",
    "a_set_of_locks": r"""
-    with sender.lock:
-        sender.sent.append(text)
-    with receiver.lock:
-        receiver.inbox.append(text)
+    for lock in {sender.lock, receiver.lock}:
+        with lock:
+            if lock is sender.lock:
+                sender.sent.append(text)
+            if lock is receiver.lock:
+                receiver.inbox.append(text)
""",
    "a_thread_that_is_awaited": r"""
-    receiver.write(text)
+    writer = threading.Thread(target=receiver.write, args=(text,))
+    writer.start()
+    writer.join()
""",
    "members_with_slots": r"""
-    def __init__(self, name: str) -> None:
+    __slots__ = ("inbox", "lock", "name", "sent")
+
+    def __init__(self, name: str) -> None:
""",
    "inboxes_that_are_deques": r"""
+import collections
 import threading
@@
-        self.inbox: list[str] = []
-        self.sent: list[str] = []
+        self.inbox: collections.deque[str] = collections.deque()
+        self.sent: collections.deque[str] = collections.deque()
""",
    "a_dataclass_with_slots": r"""
 import threading
+from dataclasses import dataclass, field
@@
+@dataclass(slots=True, eq=False)
 class Member:
@@
-    def __init__(self, name: str) -> None:
-        self.name = name  # nobody else has it
-        self.lock = threading.Lock()  # guards inbox and sent
-        self.inbox: list[str] = []
-        self.sent: list[str] = []
+    name: str
+    lock: threading.Lock = field(default_factory=threading.Lock)
+    inbox: list[str] = field(default_factory=list)
+    sent: list[str] = field(default_factory=list)
""",
    "a_schedule_as_a_tuple": r"""
-SCHEDULE = [1, 1, 2, 2]
+SCHEDULE = (1, 1, 2, 2)
""",
}
