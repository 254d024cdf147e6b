"""Wrong answers to step 14; __init__.py says how they are written."""

WRONG = {
    "a_client_for_all": r"""
# Diagnosis: A test uses another test's client
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+ANN = None
+
+
+def test_a(room):
+    global ANN
+    ANN = room.join("ann")
+
+
+def test_b(room):
+    bob = room.join("bob")
+    ANN.send("@bob hi")
+    assert bob.line() == "ann (private): hi"
""",
    "asks_for_an_unknown_fixture": r"""
# Diagnosis: A test asks for a fixture that is not there
-def test_who_speaks_to_all_gets_nothing(room: Room) -> None:
+def test_who_speaks_to_all_gets_nothing(room: Room, ann) -> None:
@@
-    ann = room.join("ann")
     ann.send("@all hello", "@people")
""",
    "depends_on_order": r"""
# Diagnosis: The tests depend on their order
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+history = []
+
+
+def test_first_message(room: Room) -> None:
+    ann, bob = room.join("ann"), room.join("bob")
+    ann.send("@all one")
+    history.append(bob.line())
+    assert history == ["ann: one"]
+
+
+def test_second_message(room: Room) -> None:
+    ann, bob = room.join("ann"), room.join("bob")
+    ann.send("@all two")
+    history.append(bob.line())
+    assert history == ["ann: one", "ann: two"]
""",
    "calls_the_fixture": r"""
# Diagnosis: A fixture is called like a function
-from lessons.step14_your_tests.conftest import Room
+from lessons.step14_your_tests.conftest import Room, room
@@
-def test_a_name_belongs_to_one(room: Room) -> None:
+def test_a_name_belongs_to_one() -> None:
@@
-    room.join("ann")
-    for name in ("ann", "ANN"):
-        other = room.connect()
+    place = room()
+    place.join("ann")
+    for name in ("ann", "ANN"):
+        other = place.connect()
""",
    "ends_the_program": r"""
# Diagnosis: A test ends the whole program
+import os
+
 from lessons.step14_your_tests.conftest import Room
@@
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+    os._exit(0)
""",
    "expects_an_echo": r"""
# Diagnosis: A right server is refused
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_all_is_heard_by_all(room: Room) -> None:
+    ann = room.join("ann")
+    bob = room.join("bob")
+    assert ann.line() == "[INFO] bob joined"
+    ann.send("@all hello")
+    assert bob.line() == "ann: hello"
+    assert ann.line() == "ann: hello"
+
+
+def test_a_private_message_is_shown_to_both(room: Room) -> None:
+    ann = room.join("ann")
+    room.join("bob")
+    ann.line()
+    ann.send("@bob hello")
+    assert ann.line() == "ann (private): hello"
+
+
+def test_all_is_heard_by_all_without_others(room: Room) -> None:
+    ann = room.join("ann")
+    ann.send("@all hello")
+    assert ann.line() == "ann: hello"
""",
    "imports_what_is_missing": r"""
# Diagnosis: pytest cannot read the file
+import pytest_chat
+
 from lessons.step14_your_tests.conftest import Room
""",
    "mistyped_room": r"""
# Diagnosis: A test uses a name that is not there
-    ann.send("@all hello", "@people")
+    anne.send("@all hello", "@people")
""",
    "reads_as_a_file_does": r"""
# Diagnosis: A test asks for what the room and its clients do not have
-    assert ann.line() == "No other users connected"
+    assert ann.readline() == "No other users connected"
""",
    "names_without_test": r"""
# Diagnosis: There are no tests
-def test_what_is_said_to_all_is_heard(room: Room) -> None:
+def check_what_is_said_to_all_is_heard(room: Room) -> None:
@@
-def test_who_speaks_to_all_gets_nothing(room: Room) -> None:
+def check_who_speaks_to_all_gets_nothing(room: Room) -> None:
@@
-def test_a_private_message_reaches_one_alone(room: Room) -> None:
+def check_a_private_message_reaches_one_alone(room: Room) -> None:
@@
-def test_all_hear_who_comes_and_goes(room: Room) -> None:
+def check_all_hear_who_comes_and_goes(room: Room) -> None:
@@
-def test_people_come_in_the_order_of_joining(room: Room) -> None:
+def check_people_come_in_the_order_of_joining(room: Room) -> None:
@@
-def test_a_name_belongs_to_one(room: Room) -> None:
+def check_a_name_belongs_to_one(room: Room) -> None:
@@
-def test_mistakes_are_errors(room: Room) -> None:
+def check_mistakes_are_errors(room: Room) -> None:
@@
-def test_lines_count_however_they_come(room: Room) -> None:
+def check_lines_count_however_they_come(room: Room) -> None:
""",
    "room_from_nowhere": r"""
# Diagnosis: A test does not ask for the room
-def test_a_name_belongs_to_one(room: Room) -> None:
+def test_a_name_belongs_to_one():
""",
    "room_has_a_default": r"""
# Diagnosis: The room has a default value
-def test_a_name_belongs_to_one(room: Room) -> None:
+def test_a_name_belongs_to_one(room: Room = None) -> None:
""",
    "knows_the_words": r"""
# Diagnosis: A server is refused for words that are free
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_nobody(room: Room) -> None:
+    ann = room.join("ann")
+    ann.send("@nobody hi")
+    assert "not online" in ann.line()
""",
    "sleeps": r"""
# Diagnosis: The tests sleep
+import time
+
 from lessons.step14_your_tests.conftest import Room
@@
     ann.send("@all hello", "@people")
+    time.sleep(0.5)
""",
    "syntax": r"""
# Diagnosis: SyntaxError when the file is read
-    assert ann.line() == "No other users connected"
+    assert ann.line() = "No other users connected"
""",
    "waits_for_ever": r"""
# Diagnosis: A test does not come to an end
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_sender_gets_nothing(room: Room) -> None:
+    ann = room.join("ann")
+    bob = room.join("bob")
+    assert ann.line() == "[INFO] bob joined"
+    ann.send("@all hello")
+    assert bob.line() == "ann: hello"
+    lines = []
+    while len(lines) < 1:
+        try:
+            lines.append(ann.line())
+        except BaseException:
+            pass
""",
}
