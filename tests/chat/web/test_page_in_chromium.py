"""The page in a real browser.  Skipped where there is no command `chromium`."""

import contextlib
import dataclasses
import re
import socket
from collections.abc import Iterator

import pytest

from chat.server import web
from chat.server.listener import ChatServer
from chat.server.web import WebDoor
from tests.chat.web.chromium import COMMAND, Browser, Tab, chromium
from tests.support import FREE, Client, serving, until
from tests.web_client import serving_web

pytestmark = [
    pytest.mark.slow,  # a browser takes seconds to start
    pytest.mark.skipif(not COMMAND, reason="there is no chromium"),
]

TEXT = "document.querySelector('#lines').innerText"
STATE = "document.querySelector('#state').textContent"
PEOPLE = "document.querySelector('#people').innerText"
INPUT = "document.querySelector('#line').value"


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def browser(running: Browser) -> Iterator[Browser]:
    yield running
    running.close_tabs()


@pytest.fixture
def doors() -> Iterator[tuple[ChatServer, WebDoor]]:
    with serving_web() as both:
        yield both


class Class:
    """A room, and whoever joins it."""

    def __init__(self, browser: Browser, server: ChatServer, door: WebDoor) -> None:
        self._browser = browser
        self.server = server
        self.door = door
        self.others: list[Client] = []

    def tab(self, name: str, width: int = 1280) -> Tab:
        """Return a page that has joined."""
        tab = self._browser.open(self.door.url, width)
        join(tab, name)
        return tab

    def terminal(self, name: str) -> Client:
        """Return a user of nc."""
        self.others.append(Client(self.server.server_address).join(name))
        return self.others[-1]


def online(server: ChatServer) -> list[str]:
    return [row.name for row in server.teacher.people()]


def join(tab: Tab, name: str) -> None:
    tab.run("document.querySelector('#name').select()")
    say(tab, name)
    tab.until(f"{STATE} === 'You are {name}'")


def say(tab: Tab, text: str) -> None:
    tab.type(text)
    tab.press("Enter")


def sees(tab: Tab, text: str) -> None:
    """Wait until the page shows this text."""
    tab.until(f"{TEXT}.includes({text!r})")


@pytest.fixture
def room(browser: Browser, doors: tuple[ChatServer, WebDoor]) -> Iterator[Class]:
    room = Class(browser, *doors)
    yield room
    for other in room.others:
        other.close()


# ---- talking


def test_what_is_for_nobody_else_is_for_everyone(room: Class) -> None:
    ann, bob = room.tab("ann"), room.terminal("bob")
    sees(ann, "bob joined")
    say(ann, "hello")
    assert bob.line() == "ann: hello"
    sees(ann, "ann: hello")  # the server does not send it back
    bob.send("@all hi", "@ann psst")
    sees(ann, "bob: hi")
    sees(ann, "bob privately: psst")
    say(ann, "@bob yes?")
    assert bob.line() == "ann (private): yes?"
    sees(ann, "ann privately to bob: yes?")


def test_who_is_here(room: Class) -> None:
    bob = room.terminal("bob")
    ann = room.tab("ann")
    ann.until(f"{PEOPLE} === 'ann (you)\\nbob'")
    assert bob.line() == "[INFO] ann joined"
    carol = room.tab("carol")
    ann.until(f"{PEOPLE} === 'ann (you)\\nbob\\ncarol'")
    carol.run("document.querySelector('#leave').click()")
    bob.close()
    ann.until(f"{PEOPLE} === 'ann (you)'")
    assert "Online:" not in ann.run(TEXT)
    say(ann, "@people")
    sees(ann, "No other users connected")


FOCUSED = "document.activeElement.title || document.activeElement.id"


def test_a_user_of_the_Tab_key_keeps_the_place_in_the_list(room: Class) -> None:
    ann = room.tab("ann")
    bob, carol = room.terminal("bob"), room.terminal("carol")
    ann.until(f"{PEOPLE}.includes('carol')")
    ann.run("document.querySelectorAll('#people button')[1].focus()")
    assert ann.run(FOCUSED) == "Write to bob"
    room.terminal("dave")
    carol.send("@room team1")
    ann.until(f"{PEOPLE} === 'ann (you)\\nbob\\ndave'")
    assert ann.run(FOCUSED) == "Write to bob"
    bob.send("@room team1")
    ann.until(f"{PEOPLE} === 'ann (you)\\ndave'")
    assert ann.run(FOCUSED) == "Write to bob"
    ann.run("document.querySelector('#elsewhere .room').focus()")
    room.terminal("erin").send("@room team1")
    ann.until(f"{ELSEWHERE}.startsWith('team1: 3')")
    assert ann.run(FOCUSED) == "Go to team1"
    ann.run("[...document.querySelectorAll('#here button')].at(-2).focus()")
    assert ann.run(FOCUSED) == "Write to erin"
    room.others[-1].close()
    until(lambda: "erin" not in online(room.server))
    ann.run("refresh()")  # as it does every few seconds
    ann.until(f"{ELSEWHERE}.startsWith('team1: 2')")
    assert ann.run(FOCUSED) == "line"


def test_a_message_has_its_time_and_a_name_its_own_colour(room: Class) -> None:
    bob = room.terminal("bob")
    room.terminal("carol").send("@all hi")
    ann = room.tab("ann")
    bob.send("@all one", "@all two")
    sees(ann, "bob: two")
    assert re.match(r"\d+:\d\d:\d\d", ann.run("lines.lastElementChild.title"))
    colour = "getComputedStyle([...document.querySelectorAll('%s .name')].at(%d)).color"
    of_bob, again, of_carol = (
        ann.run(colour % where)
        for where in (("#lines", -1), ("#people", 1), ("#people", 2))
    )
    assert of_bob == again != of_carol


def test_a_tap_on_a_name_writes_to_it(room: Class) -> None:
    bob = room.terminal("bob")
    ann = room.tab("ann", width=390)
    ann.until("document.querySelectorAll('#people button').length === 2")
    ann.run("document.querySelectorAll('#people button')[1].click()")
    say(ann, "hi")
    assert bob.lines(2) == ["[INFO] ann joined", "ann (private): hi"]


def test_two_tabs_are_two_users(room: Class) -> None:
    ann, bob = room.tab("ann"), room.tab("bob")
    say(bob, "from bob")
    sees(ann, "bob: from bob")
    say(ann, "from ann")
    sees(bob, "ann: from ann")


def test_what_the_teacher_says_is_unmistakable(room: Class) -> None:
    ann, bob = room.tab("ann"), room.terminal("bob")
    bob.send("@all The teacher says: no homework")
    room.server.teacher.say("homework")
    sees(ann, "The teacher says: homework")
    marked = ann.run(
        "[...document.querySelectorAll('.teacher')].map(line => line.textContent)"
    )
    assert marked == ["The teacher says: homework"]


def test_two_hundred_lines_a_second_arrive(room: Class) -> None:
    ann, bob = room.tab("ann"), room.terminal("bob")
    for start in range(0, 2400, 200):
        bob.send(*(f"@all line {n}" for n in range(start, start + 200)))
    sees(ann, "bob: line 2399")
    assert ann.run("document.querySelector('#lines').childElementCount") == 2000
    assert ann.run("document.querySelector('#newest').hidden")
    say(ann, "still here")
    assert bob.line() == "ann: still here"


# ---- rooms

ELSEWHERE = "document.querySelector('#elsewhere').innerText.split(/\\n+/).join()"
WHERE = "document.querySelector('#here h2').innerText"


def test_a_tap_on_a_room_goes_there(room: Class) -> None:
    bob, carol = room.terminal("bob"), room.terminal("carol")
    ann = room.tab("ann")
    bob.send("@room team1")
    sees(ann, "bob went to team1")
    ann.until(f"{ELSEWHERE} === 'team1: 1,bob'")
    assert ann.run(WHERE) == "lobby: 2"
    ann.run("document.querySelector('.room').click()")
    ann.until(f"{STATE} === 'You are ann, in team1'")
    ann.until(f"{PEOPLE} === 'ann (you)\\nbob'")
    assert (ann.run(WHERE), ann.run(ELSEWHERE)) == ("team1: 2", "lobby: 1,carol")
    say(ann, "hello")
    assert bob.line_with("ann:") == "ann: hello"
    sees(ann, "ann: hello")
    assert carol.settle() == [
        "[INFO] ann joined",
        "[INFO] bob went to team1",
        "[INFO] ann went to team1",
    ]
    carol.send("@room team1", "@all me too")
    sees(ann, "carol came from lobby")
    sees(ann, "carol: me too")
    ann.until(f"{PEOPLE} === 'ann (you)\\nbob\\ncarol'")
    ann.until(f"{ELSEWHERE} === 'lobby: 0'")


def test_a_room_is_typed_and_completed(room: Class) -> None:
    bob = room.terminal("bob")
    ann = room.tab("ann")
    bob.send("@room team1")
    sees(ann, "bob went to team1")
    ann.run("document.querySelector('#change').click()")
    assert ann.run(INPUT) == "@room "
    offered = ann.run("document.querySelector('#offers').innerText.split(/\\n+/)")
    assert sorted(offered) == ["@room lobby", "@room team1"]
    ann.type("te")
    ann.press("Tab")
    assert ann.run(INPUT) == "@room team1 "
    ann.press("Enter")
    ann.until(f"{STATE} === 'You are ann, in team1'")
    say(ann, "@room")
    ann.until(f"{TEXT}.split('You are in team1').length === 3")
    say(ann, "@rooms")
    sees(ann, "Rooms: lobby (0), team1 (2)")
    assert "privately" not in ann.run(TEXT)


def test_the_teacher_moves_people(room: Class) -> None:
    ann, bob = room.tab("ann"), room.tab("bob")
    room.server.teacher.send("ann", "team1")
    ann.until(f"{STATE} === 'You are ann, in team1'")
    bob.until(f"{ELSEWHERE} === 'team1: 1,ann'")
    room.server.teacher.gather()
    ann.until(f"{STATE} === 'You are ann'")
    bob.until(f"{PEOPLE} === 'bob (you)\\nann'")
    bob.until(f"{ELSEWHERE} === ''")


def test_it_comes_back_to_its_room(room: Class) -> None:
    ann = room.tab("ann")
    say(ann, "@room team1")
    ann.until(f"{STATE} === 'You are ann, in team1'")
    ann.run("socket.close()")
    ann.until(f"{STATE}.includes('Trying again')")
    ann.until(f"{STATE} === 'You are ann, in team1'")
    assert room.server.teacher.rooms() == {"lobby": 0, "team1": 1}


def test_what_happens_elsewhere_is_asked_for(room: Class) -> None:
    ann, bob = room.tab("ann"), room.terminal("bob")
    say(ann, "@room team1")
    ann.until(f"{ELSEWHERE} === 'lobby: 1,bob'")
    bob.close()  # which is told in the lobby alone
    until(lambda: online(room.server) == ["ann"])
    ann.run("refresh()")  # as it does every few seconds
    ann.until(f"{ELSEWHERE} === 'lobby: 0'")
    assert "Online" not in ann.run(TEXT)


def test_a_room_without_rooms_offers_none(browser: Browser) -> None:
    limits = dataclasses.replace(FREE, max_rooms=1)
    with serving_web(limits) as (_, door):
        tab = browser.open(door.url)
        join(tab, "ann")
        sees(tab, "Commands:")
        assert tab.run("document.querySelector('#change').hidden")
        tab.type("@")
        offered = tab.run("document.querySelector('#offers').innerText.split(/\\s+/)")
        assert offered == ["@all", "@people", "@history", "@help", "@exit"]


@pytest.mark.parametrize("width", [1280, 320])
def test_many_rooms_fit(room: Class, width: int) -> None:
    ann = room.tab("ann", width)
    for number in range(8):
        room.terminal("b" * 22 + f"{number}").send(f"@room {'w' * 22}{number}")
    ann.until("document.querySelectorAll('.room').length === 8")
    assert ann.run("document.documentElement.scrollWidth") == width
    assert ann.run("document.documentElement.scrollHeight") == 800
    assert ann.run(_LOWEST_CONTRAST) >= 4.5


# ---- text that is meant to deceive


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=document.title='hacked'>",
        "<script>document.title='hacked'</script>",
        "&lt;b&gt; ${1+1} \\u0041 {{1}}",
        "\u202egnorw \x1b[31m",
        "javascript:alert(1)",
        "x" * 3000,
    ],
)
def test_a_text_is_shown_and_not_obeyed(room: Class, text: str) -> None:
    ann, bob = room.tab("ann", width=320), room.terminal("bob")
    bob.send(f"@all {text}", "@all end")
    sees(ann, "bob: end")
    shown = text.replace("\u202e", "\ufffd").replace("\x1b", "\ufffd")
    texts = ann.run("[...document.querySelectorAll('.text')].map(t => t.textContent)")
    assert shown in texts
    assert ann.run("document.querySelectorAll('img, b, #lines script').length") == 0
    assert ann.run("document.title") == "Chat"
    assert ann.run("document.documentElement.scrollWidth") == 320


def test_the_browser_runs_no_other_script(room: Class) -> None:
    ann = room.tab("ann")
    ann.run(
        """(() => {
          const script = document.createElement("script");
          script.textContent = "document.title = 'hacked'";
          document.body.append(script);
          const hostile = document.createElement("div");
          hostile.innerHTML = "<img src='data:,' onerror='document.title = 1'>";
          document.body.append(hostile);
        })()"""
    )
    blocked = ann.run(
        """new Promise((resolve) => {
          document.addEventListener("securitypolicyviolation",
                                    (event) => resolve(event.effectiveDirective));
          fetch("http://127.0.0.1:9/").catch(() => {});
        })"""
    )
    assert blocked == "connect-src"
    assert ann.run("document.title") == "Chat"


def test_another_page_cannot_open_a_websocket(browser: Browser, room: Class) -> None:
    with serving_web() as (_, other):
        tab = browser.open(other.url)
        host = room.door.url.removeprefix("http://")
        # Its own policy forbids it as well, so that is taken away.
        tab.call("Page.setBypassCSP", enabled=True)
        tab.go(other.url + "?again")
        opened = tab.run(
            f"""new Promise((resolve) => {{
              const socket = new WebSocket("ws://{host}ws");
              socket.onopen = () => resolve(true);
              socket.onclose = () => resolve(false);
            }})"""
        )
        assert opened is False
    assert online(room.server) == []


# ---- the keys


def test_Tab_completes_and_the_arrows_bring_back(room: Class) -> None:
    bob, bobby = room.terminal("bob"), room.terminal("bobby")
    ann = room.tab("ann")
    ann.until(f"{PEOPLE}.includes('bobby')")
    ann.type("@")
    offered = ann.run("document.querySelector('#offers').innerText.split(/\\s+/)")
    assert {"@all", "@bob", "@bobby", "@help", "@people"} <= set(offered)
    ann.type("b")
    ann.press("Tab")
    assert ann.run(INPUT) == "@bob"
    ann.type("b")
    ann.press("Tab")
    assert ann.run(INPUT) == "@bobby "
    say(ann, "one")
    assert bobby.line_with("ann") == "ann (private): one"
    say(ann, "two")
    assert bob.line_with("ann:") == "ann: two"
    ann.type("dra")
    ann.press("ArrowUp")
    ann.press("ArrowUp")
    assert ann.run(INPUT) == "@bobby one"
    ann.press("ArrowDown")
    ann.press("ArrowDown")
    assert ann.run(INPUT) == "dra"


def test_a_later_word_is_completed_to_a_name(room: Class) -> None:
    bob, carol = room.terminal("bob"), room.terminal("Carol")
    room.terminal("carla")
    ann = room.tab("ann")
    ann.until(f"{PEOPLE}.includes('carla')")
    ann.type("@bob is ca")
    assert ann.run("document.querySelector('#offers').hidden")
    ann.press("Tab")
    assert ann.run(INPUT) == "@bob is Car"
    offered = ann.run("document.querySelector('#offers').innerText.split(/\\s+/)")
    assert offered == ["Carol", "carla"]
    ann.type("o")
    ann.press("Tab")
    say(ann, "here?")
    assert bob.line_with("ann (") == "ann (private): is Carol here?"
    ann.type("x here?")
    ann.run("lineInput.setSelectionRange(0, 0)")
    ann.type("hello bo")
    ann.press("Tab")
    ann.press("Enter")
    assert carol.line_with("ann:") == "ann: hello bob x here?"


def test_an_at_sign_alone_offers_all_names(room: Class) -> None:
    for number in range(20):
        room.terminal(f"guest{number}")
    ann = room.tab("ann", width=320)
    ann.until(f"{PEOPLE}.includes('guest19')")
    say(ann, "@")
    offered = ann.run("document.querySelector('#offers').innerText.split(/\\s+/)")
    assert {f"@guest{number}" for number in range(20)} <= set(offered)
    assert ann.run(INPUT) == "@"
    assert "[ERROR]" not in ann.run(TEXT)
    assert ann.run("document.querySelector('#offers').clientHeight") < 120
    assert ann.run("document.documentElement.scrollWidth") == 320


def test_what_was_said_before_can_be_read(room: Class) -> None:
    bob = room.terminal("bob")
    bob.send("@all one", "@all <b>two</b>: [12:00] carol: fake")
    bob.settle()
    ann = room.tab("ann")
    assert "one" not in ann.run(TEXT)
    say(ann, "@history")
    sees(ann, "The last 2 messages in lobby:")
    tab_lines = "[...document.querySelectorAll('.earlier')].map(e => e.textContent)"
    ann.until(f"{tab_lines}.length === 2")
    one, two = ann.run(tab_lines)
    assert re.fullmatch(r"\[\d\d:\d\d\] bob: one", one)
    assert two.endswith("] bob: <b>two</b>: [12:00] carol: fake")
    assert "privately" not in ann.run(TEXT)
    names = "[...document.querySelectorAll('.earlier .name')].map(e => e.textContent)"
    assert ann.run(names) == ["bob", "bob"]


def test_the_Tab_key_does_not_stop_at_each_message(room: Class) -> None:
    ann, bob = room.tab("ann"), room.terminal("bob")
    bob.send(*["@all hi", "@ann psst"] * 20)
    ann.until(f"{TEXT}.split('psst').length === 21")
    say(ann, "@bob yes")
    ann.run("lines.focus()")
    stops = []
    while "line" not in stops:
        ann.press("Tab")
        stops.append(ann.run(FOCUSED))
    assert stops == ["You", "Write to bob", "change", "line"]


def test_the_title_counts_what_was_not_read(room: Class) -> None:
    ann, bob = room.tab("ann"), room.terminal("bob")
    hide = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true})"
    ann.run(hide % "true")
    bob.send("@all one", "@ann two")
    ann.until("document.title === '(2) Chat'")
    ann.run(hide % "false")
    ann.run("document.dispatchEvent(new Event('visibilitychange'))")
    ann.until("document.title === 'Chat'")


# ---- when it does not go well


def test_a_name_that_is_taken_is_asked_for_again(browser: Browser, room: Class) -> None:
    room.terminal("ann")
    tab = browser.open(room.door.url)
    say(tab, "Ann")
    tab.until(f"{STATE}.includes('is taken')")
    join(tab, "bob")


def test_who_is_removed_does_not_come_back_by_itself(room: Class) -> None:
    ann = room.tab("ann")
    room.server.teacher.kick("ann")
    ann.until(f"{STATE}.includes('removed')")
    assert not ann.run("document.querySelector('#join').hidden")
    join(ann, "ann")


def test_a_full_room_says_so_and_is_tried_again(browser: Browser) -> None:
    limits = dataclasses.replace(FREE, max_clients=1)
    with serving_web(limits) as (server, door):
        tab = browser.open(door.url)
        until(lambda: not server._snapshot(), "the page's place to be free")
        with Client(server.server_address).join("bob"):
            say(tab, "ann")
            tab.until(f"{STATE}.startsWith('The server is full')")
        tab.until(f"{STATE} === 'You are ann'")


def test_it_comes_back_with_the_same_name(browser: Browser) -> None:
    with contextlib.ExitStack() as first:
        server, door = first.enter_context(serving_web())
        tab = browser.open(door.url)
        join(tab, "ann")
        port = door.server_address[1]
    sees(tab, "The server is shutting down")
    tab.until(f"{STATE}.includes('Trying again')")
    with serving() as server:
        door = web.WebDoor(server, "127.0.0.1", port)
        door.open()
        try:
            tab.until(f"{STATE} === 'You are ann'")
            assert online(server) == ["ann"]
        finally:
            door.close()


def test_a_server_that_says_nothing_is_asked_and_then_given_up(room: Class) -> None:
    ann = room.tab("ann")
    ann.until("asked.length === 0")
    # From now on its own clock does not look as well.
    ann.run("for (let clock = 1; clock < 100; clock += 1) clearInterval(clock)")
    for _ in range(3):
        ann.run("watch(), watch()")
        ann.until("asked.length === 0 && isHeard")  # it has answered
    assert ann.run("socket.send = () => {}, watch(), watch(), asked.length") == 1
    ann.run("watch()")
    ann.until(f"{STATE} === 'The connection is lost. Trying again …'")
    ann.until(f"{STATE} === 'You are ann'")
    assert "Online" not in ann.run(TEXT)


def test_the_old_connection_of_a_name_may_live_a_while(room: Class) -> None:
    """The page knows that its connection is broken, and the server does not yet."""
    ann = room.tab("ann")
    ann.run("old = socket; old.onclose = old.onmessage = null; lost(1006)")
    ann.until(f"{STATE}.includes('is taken')")
    ann.run("old.close()")
    ann.until(f"{STATE} === 'You are ann'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_fits_any_screen(room: Class, scheme: str, width: int) -> None:
    ann, bob = room.tab("ann", width), room.terminal("b" * 24)
    look = [{"name": "prefers-color-scheme", "value": scheme}]
    ann.call("Emulation.setEmulatedMedia", features=look)
    bob.send("@all " + "wide " * 50, "@ann " + "w" * 300)
    room.server.teacher.say("t" * 100)
    sees(ann, "ttt")
    assert ann.run("document.documentElement.scrollWidth") == width
    assert ann.run("document.documentElement.scrollHeight") == 800
    assert ann.run(_LOWEST_CONTRAST) >= 4.5


# The lowest contrast of a text, as WCAG 2 computes it.  Names have all their colours.
_LOWEST_CONTRAST = """(() => {
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const channels = (css) => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = css;
    pixel.fillRect(0, 0, 1, 1);
    return pixel.getImageData(0, 0, 1, 1).data;
  };
  const light = (css) => {
    const [r, g, b] = [...channels(css)].map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const color = getComputedStyle(element).backgroundColor;
      if (channels(color)[3]) return color;
    }
    return "white";
  };
  const ratio = (element) => {
    const [a, b] = [light(getComputedStyle(element).color), light(behind(element))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const ratios = [];
  for (const element of document.querySelectorAll("body *")) {
    if (!element.innerText || !element.checkVisibility()) continue;
    const hues = element.className === "name" ? [...Array(36).keys()] : [0];
    for (const hue of hues) {
      element.style.setProperty("--hue", hue * 10);
      ratios.push(ratio(element));
    }
  }
  return Math.min(...ratios);
})()"""


def _told(tab: Tab) -> set[tuple[str, str]]:
    """Return the role and name of all that a screen reader is told.

    The browser finds them when it has time, some moments after the page has changed.
    """
    nodes = tab.call("Accessibility.getFullAXTree")["nodes"]
    return {
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node["ignored"]
    }


def test_a_screen_reader_is_told(room: Class) -> None:
    """Each input has a label, what is said is read out, and so is the state."""
    ann = room.tab("ann")
    ann.until(f"{PEOPLE} === 'ann (you)'")  # the list comes after the name
    ann.call("Accessibility.enable")
    kinds = {"log", "status", "textbox", "button", "complementary"}
    until(lambda: kinds <= {role for role, _ in _told(ann)})
    named = {role: name for role, name in _told(ann) if role in ("textbox", "log")}
    assert named["textbox"].startswith("Message to everyone")
    assert named["log"] == "Messages"


# ---- a key, and a name that belongs to someone


class FakeOwners:
    """Ann's password is hers."""

    can_hash = True

    def close(self) -> None:
        pass

    def has(self, key: str) -> bool:
        return key == "ann"

    def is_right(self, key: str, password: str, within_s: float) -> bool:
        return (key, password) == ("ann", "correct horse")

    def register(self, key: str, password: str) -> None:
        pass


ASKED = "document.querySelector('#question').textContent"
FOCUS = "document.activeElement.id"


def answer(tab: Tab, question: str, secret: str) -> None:
    tab.until(f"{ASKED} === {question!r} && {FOCUS} === 'hidden'")
    assert tab.run("document.activeElement.type") == "password"
    say(tab, secret)


def test_secrets_are_typed_unseen_and_kept_while_one_is_in_the_room(
    browser: Browser,
) -> None:
    owners = FakeOwners()
    key_asked = "Please send the key to this room"
    password_asked = "Please send the password of ann"
    with serving_web(key="sesame", owners=owners) as (server, door):
        tab = browser.open(door.url, 390)
        say(tab, "ann")
        tab.until(f"{ASKED} === {key_asked!r} && {STATE} === ''")  # not "Connecting …"
        answer(tab, key_asked, "Sesame")
        tab.until(f"{STATE} === 'That is not the key'")
        answer(tab, key_asked, "sesame")
        answer(tab, password_asked, "wrong horse")
        tab.until(f"{STATE}.startsWith('That is not the password of ann')")
        tab.until(f"{FOCUS} === 'name'")
        tab.run("document.querySelector('#name').select()")
        say(tab, "ann")
        answer(tab, password_asked, "correct horse")  # the key is still known
        tab.until(f"{STATE} === 'You are ann' && {FOCUS} === 'line'")
        # A connection that breaks comes back by itself.
        for request, _, _ in server._snapshot():
            request.shutdown(socket.SHUT_RDWR)
        tab.until(f"!{STATE}.startsWith('You are')")
        tab.until(f"{STATE} === 'You are ann'")
        say(tab, "@register")
        answer(tab, "Please send a password for ann", "another horse")
        sees(tab, "The name ann is yours")
        tab.until(f"{FOCUS} === 'line'")
        page = tab.run(
            "document.documentElement.outerHTML + JSON.stringify(sessionStorage)"
        )
        assert "sesame" not in page.lower()
        assert "horse" not in page
        tab.run(f"given.delete({password_asked!r})")  # as if it were not known
        for request, _, _ in server._snapshot():
            request.shutdown(socket.SHUT_RDWR)
        tab.until(f"{FOCUS} === 'hidden' && {STATE} === ''")  # nor "Trying again …"
        answer(tab, password_asked, "correct horse")
        tab.until(f"{STATE} === 'You are ann'")
        tab.run("document.querySelector('#leave').click()")
        assert tab.run("given.size") == 0


class Registered(FakeOwners):
    """Remembers what was taken for a password."""

    def __init__(self) -> None:
        self.passwords: list[str] = []

    def has(self, key: str) -> bool:
        return bool(self.passwords)

    def is_right(self, key: str, password: str, within_s: float) -> bool:
        return password == self.passwords[-1]

    def register(self, key: str, password: str) -> None:
        self.passwords.append(password)


def test_nothing_but_what_is_typed_is_taken_for_a_password(browser: Browser) -> None:
    owners = Registered()
    with serving_web(owners=owners) as (server, door):
        tab = browser.open(door.url)
        join(tab, "carol")
        with Client(server.server_address).join("bob") as bob:
            bob.send("@room team1")
            tab.until(f"{ELSEWHERE} === 'team1: 1,bob'")
            sent = tab.run("[submit('@register'), submit('hello')]")
            assert sent == [True, False]  # the question was not there yet
            tab.until(f"{ASKED} === 'Please send a password for carol'")
            tab.run("refresh()")
            tab.run("document.querySelector('.room').click()")
            server.teacher.send("carol", "team2")
            tab.until(f"{STATE} === 'You are carol, in team2'")
            tab.run("document.querySelector('#hidden').select()")
            say(tab, "another horse")
            sees(tab, "The name carol is yours")
            tab.until(f"{ELSEWHERE} === 'lobby: 0,team1: 1,bob'")
            assert owners.passwords == ["another horse"]
            assert server.teacher.rooms() == {"lobby": 0, "team1": 1, "team2": 1}


def test_it_comes_back_with_the_password_that_was_chosen(browser: Browser) -> None:
    with serving_web(owners=Registered()) as (server, door):
        tab = browser.open(door.url)
        join(tab, "carol")
        for password in ("a first horse", "another horse"):
            say(tab, "@register")
            answer(tab, "Please send a password for carol", password)
            tab.until(f"{TEXT}.includes('is yours') && {FOCUS} === 'line'")
            tab.run("lines.replaceChildren()")
        for request, _, _ in server._snapshot():
            request.shutdown(socket.SHUT_RDWR)
        tab.until(f"!{STATE}.startsWith('You are')")
        tab.until(f"{STATE} === 'You are carol'")
        assert online(server) == ["carol"]


def test_a_password_that_nobody_waits_for_is_forgotten(browser: Browser) -> None:
    with serving_web(owners=FakeOwners()) as (server, door):
        tab = browser.open(door.url)
        join(tab, "carol")
        say(tab, "@register")
        tab.until(f"{FOCUS} === 'hidden'")
        tab.type("another horse")
        for request, _, _ in server._snapshot():
            request.shutdown(socket.SHUT_RDWR)
        tab.until(f"{STATE}.includes('Trying again')")
        assert tab.run("hiddenInput.value") == ""
        tab.press("Enter")
        tab.until(f"{STATE} === 'You are carol' && {FOCUS} === 'line'")
        assert online(server) == ["carol"]


def test_a_secret_that_takes_too_long_to_type_is_sent_all_the_same(
    browser: Browser,
) -> None:
    with serving_web(key="sesame") as (server, door):
        tab = browser.open(door.url, 390)
        say(tab, "ann")
        tab.until(f"{FOCUS} === 'hidden'")
        tab.type("ses")
        for request, _, _ in server._snapshot():
            request.shutdown(socket.SHUT_RDWR)
        tab.until("socket === null")
        say(tab, "ame")
        tab.until(f"{STATE} === 'You are ann'")
