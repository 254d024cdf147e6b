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
    "an_example_after_the_other": r"""
# Diagnosis: Hypothesis runs a test many times in one room
+from hypothesis import given
+from hypothesis import strategies as st
+
+
 from lessons.step14_your_tests.conftest import Room
@@
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+@given(text=st.text("abc", min_size=1))
+def test_any_text(room, text):
+    ann, bob = room.join("ann"), room.join("bob")
+    ann.send(f"@all {text}")
+    assert bob.line() == f"ann: {text}"
""",
    "asks_for_an_unknown_fixture": r"""
# Diagnosis: A test asks for a fixture that does not exist
-def test_who_speaks_to_all_gets_nothing(room: Room) -> None:
+def test_who_speaks_to_all_gets_nothing(room: Room, ann) -> None:
@@
-    ann = room.join("ann")
     ann.send("@all hello", "@people")
""",
    "compares_with_bytes": r"""
# Diagnosis: A line is compared with bytes
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_bytes(room):
+    ann, bob = room.join("ann"), room.join("bob")
+    ann.send("@all hello")
+    assert bob.line() == b"ann: hello"
""",
    "compares_with_is": r"""
# Diagnosis: Two texts are compared with `is`
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_is(room):
+    ann, bob = room.join("ann"), room.join("bob")
+    ann.send("@all hello")
+    assert bob.line() is "ann: hello"
""",
    "decorator_hides_the_room": r"""
# Diagnosis: A test is called without the room
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def logged(test):
+    def inner(*args, **named):
+        print(test.__name__)
+        return test(*args, **named)
+
+    return inner
+
+
+@logged
+def test_alone(room):
+    assert room.join("ann").leave() == []
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
# Diagnosis: A test waits for a line that no correct server sends
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
    "expects_another_line": r"""
# Diagnosis: A correct server fails your tests
-    assert bob.line() == "ann (private): one   two"
+    assert bob.line() == "ann (private) one   two"
""",
    "expects_more_words": r"""
# Diagnosis: A line that the table fixes is expected in other words
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_joins(room):
+    ann = room.join("ann")
+    room.join("bob")
+    assert ann.line() == "[INFO] bob has joined the chat"
""",
    "expects_the_lf": r"""
# Diagnosis: A line is compared with a text that ends in LF
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_lf(room):
+    ann, bob = room.join("ann"), room.join("bob")
+    ann.send("@all hello")
+    assert bob.line() == "ann: hello\n"
""",
    "fixture_without_return": r"""
# Diagnosis: A client is None
+import pytest
+
 from lessons.step14_your_tests.conftest import Room
@@
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+@pytest.fixture
+def ann(room):
+    room.join("ann")
+
+
+def test_alone(ann):
+    ann.send("@people")
+    assert ann.line() == "No other users connected"
""",
    "imports_what_is_missing": r"""
# Diagnosis: pytest cannot read the file
+import pytest_chat
+
 from lessons.step14_your_tests.conftest import Room
""",
    "joins_two_at_once": r"""
# Diagnosis: TypeError in your test
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_two(room):
+    ann, bob = room.join("ann", "bob")
+    ann.send("@all hello")
+    assert bob.line() == "ann: hello"
""",
    "line_not_called": r"""
# Diagnosis: A method is named but not called
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_line(room):
+    ann, bob = room.join("ann"), room.join("bob")
+    ann.send("@all hello")
+    assert bob.line == "ann: hello"
""",
    "mistyped_room": r"""
# Diagnosis: A test uses a name that has no value
-    ann.send("@all hello", "@people")
+    anne.send("@all hello", "@people")
""",
    "news_not_read": r"""
# Diagnosis: A test does not read a line that comes before
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_news(room):
+    ann, bob = room.join("ann"), room.join("bob")
+    bob.send("@ann hello")
+    assert ann.line() == "bob (private): hello"
""",
    "parameter_for_a_room": r"""
# Diagnosis: parametrize replaces the room
+import pytest
+
 from lessons.step14_your_tests.conftest import Room
@@
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+@pytest.mark.parametrize("room", ["ann", "bob"])
+def test_names(room):
+    ann = room.join("ann")
+    ann.send("@people")
+    assert ann.line() == "No other users connected"
""",
    "parameter_not_taken": r"""
# Diagnosis: A name in parametrize is not an argument of the test
+import pytest
+
 from lessons.step14_your_tests.conftest import Room
@@
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+@pytest.mark.parametrize("name", ["ann", "ANN"])
+def test_names(room, nick):
+    assert room.join(nick).leave() == []
""",
    "reads_as_a_file_does": r"""
# Diagnosis: A test uses a method that the room and its clients do not have
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
    "joins_with_a_taken_name": r"""
# Diagnosis: A client joins with a name that the room refuses
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_taken(room):
+    room.join("ann")
+    other = room.join("ann")
+    assert other.line().startswith("[ERROR]")
""",
    "knows_the_words": r"""
# Diagnosis: A test expects words that each server may choose
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_nobody(room: Room) -> None:
+    ann = room.join("ann")
+    ann.send("@nobody hi")
+    assert "not online" in ann.line()
""",
    "self_outside_of_a_class": r"""
# Diagnosis: A function outside a class takes self
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_alone(self, room):
+    ann = room.join("ann")
+    ann.send("@people")
+    assert ann.line() == "No other users connected"
""",
    "send_bytes_gets_text": r"""
# Diagnosis: Text and bytes are mixed up
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_text(room):
+    ann, bob = room.join("ann"), room.join("bob")
+    ann.send_bytes("@all hello\n")
+    assert bob.line() == "ann: hello"
""",
    "send_gets_bytes": r"""
# Diagnosis: send() is given bytes
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_bytes(room):
+    ann, bob = room.join("ann"), room.join("bob")
+    ann.send(b"@all hello")
+    assert bob.line() == "ann: hello"
""",
    "setup_wants_the_room": r"""
# Diagnosis: setup_method gets no fixtures
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+class TestAlone:
+    def setup_method(self, room):
+        self.ann = room.join("ann")
+
+    def test_alone(self):
+        self.ann.send("@people")
+        assert self.ann.line() == "No other users connected"
""",
    "skips_the_file": r"""
# Diagnosis: The whole file is skipped
+import pytest
+
 from lessons.step14_your_tests.conftest import Room
+
+pytest.skip("needs work", allow_module_level=True)
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
    "speaks_after_it_has_left": r"""
# Diagnosis: A client goes on after its connection has ended
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_leaves(room):
+    ann = room.join("ann")
+    ann.leave()
+    assert ann.line() == "[INFO] You have left"
""",
    "syntax": r"""
# Diagnosis: SyntaxError when the file is read
-    assert ann.line() == "No other users connected"
+    assert ann.line() = "No other users connected"
""",
    "waits_for_ever": r"""
# Diagnosis: A test never ends
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
    "yields": r"""
# Diagnosis: A test has a `yield` in it
     assert [bob.line(), bob.line()] == ["ann (private): one", "ann (private): two"]
+
+
+def test_yields(room):
+    ann = room.join("ann")
+    ann.send("@people")
+    yield ann.line()
""",
}

RIGHT = {
    "asks_for_the_cache": r"""
-def test_a_name_belongs_to_one(room: Room) -> None:
+def test_a_name_belongs_to_one(room: Room, cache) -> None:
""",
}
