"""Every command and transcript of the README, and of the pages to which it sends the
reader, is run here: how to run a room, and how fast it is.
"""

import functools
import importlib
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from chat import config
from chat.server import guesses, log, pace, teacher_commands
from chat.server.teacher_commands import USAGES
from lessons.course import COURSE
from lessons.races import report
from lessons.runner import where
from lessons.runner.context import Context
from lessons.runner.progress import Progress
from lessons.runner.screen import Screen
from tests import pictures
from tests.support import DEADLINE_S, ROOT, Client, server_process, serving

PAGES = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "chat/README.md", "lessons/compare/README.md")
}
README, RUNNING, SPEED = PAGES.values()

each_page = pytest.mark.parametrize("page", PAGES)


def blocks(opening: str) -> list[str]:
    """Return the fenced blocks of all pages that open with `opening`."""
    pattern = rf"^{re.escape(opening)}\n(.*?)^```"
    return re.findall(pattern, "\n".join(PAGES.values()), re.DOTALL | re.MULTILINE)


COMMANDS = "".join(blocks("```sh")).splitlines()
SERVERS = [c for c in COMMANDS if c.startswith("python3 -m chat.server")]
CLIENTS = [c for c in COMMANDS if "python3 -m chat.client" in c]
BY_HAND = [c for c in COMMANDS if c.split()[0] in ("nc", "telnet")]
LESSONS = [c for c in COMMANDS if c.startswith("python3 -m lessons")]
SET_UP = [c for c in COMMANDS if c.startswith("python3 -m venv")]
RACE = [c for c in COMMANDS if c.startswith(".venv/bin/python -m pytest")]
TRANSCRIPTS = blocks("<!-- transcript -->\n```text")


def test_there_is_a_test_for_every_command() -> None:
    tested = SERVERS + CLIENTS + BY_HAND + SET_UP + LESSONS + RACE
    assert sorted(tested) == sorted(COMMANDS)
    assert all([SERVERS, CLIENTS, BY_HAND, SET_UP, LESSONS, RACE])
    assert len(TRANSCRIPTS) == 2


@pytest.mark.parametrize("command", LESSONS)
def test_command_of_the_course(command: str) -> None:
    # What they do without --help is tested in tests/lessons/.
    ran = subprocess.run(
        [sys.executable, *command.split()[1:], "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("command", SERVERS)
def test_server_command(command: str) -> None:
    options = command.removeprefix("python3 -m chat.server").split()
    if "--web" in options:  # the port of the README may be taken here
        options[options.index("--web") + 1] = "0"
    with (
        server_process(*options) as server,
        Client(("127.0.0.1", server.address[1])).join("ann") as ann,
    ):
        assert ann.settle() == []


@pytest.mark.parametrize("command", CLIENTS)
def test_client_command(command: str) -> None:
    with serving() as server:
        options = f" --port {server.server_address[1]}"
        options += " --name ann" * ("--name" not in command)
        python = f'"{sys.executable}"'
        if sys.platform == "win32":  # its cmd, as the README says of it
            command = command.replace('"@people"', "@people")
        ran = subprocess.run(
            command.replace("python3", python) + options,
            shell=True,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        )
    assert (ran.returncode, ran.stderr) == (0, "")
    if "@people" in command:
        assert "No other users connected\n" in ran.stdout


@pytest.mark.parametrize("command", BY_HAND)
def test_command_by_hand(command: str) -> None:
    program = command.split()[0]
    if not (shutil.which(program) or os.environ.get("CI")):
        pytest.skip(f"{program} is not installed")
    with serving() as server:
        words = command.replace("12345", str(server.server_address[1])).split()
        with subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        ) as process:
            assert process.stdin
            assert process.stdout
            process.stdin.write("ann\n")
            told = iter(process.stdout.readline, "")
            assert "[INFO] You are ann\n" in told
            process.kill()


@pytest.mark.skipif(not (ROOT / ".ci").is_dir(), reason="a handout has no CI")
def test_set_up_command_is_the_one_that_ci_runs() -> None:
    ci = (ROOT / ".ci" / "run").read_text()
    pattern = re.search(r"grep -m 1 -E '(.*)' README\.md", ci)
    assert pattern
    assert re.findall(pattern[1], README, re.MULTILINE) == SET_UP
    assert "-r requirements.txt &&" in SET_UP[0]


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=["short", "long"])
def test_transcript(transcript: str) -> None:
    users: dict[str, Client] = {}
    with serving() as server:
        for line in transcript.splitlines():
            name, does, text = re.fullmatch(r"(\w+) +(→|←|leaves) ?(.*)", line).groups()
            if name not in users:
                users[name] = Client(server.server_address)
            if does == "→":
                users[name].send(text)
            elif does == "←":
                assert users[name].line() == text
            else:
                users.pop(name).close()
        for user in users.values():
            user.close()


def test_the_course_begins_as_shown(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(Context, "is_filled", lambda *_: False)  # nobody has begun
    context = Context(COURSE, Progress(tmp_path / "progress", print), Screen())
    assert where.stand(context) == 0
    said = re.sub(
        r"(?<=^    ).+(?= -m)", "python3", capsys.readouterr().out, flags=re.M
    )
    assert blocks("<!-- lessons -->\n```text") == [said]


def test_the_race_is_found_as_shown() -> None:
    assert [f".venv/bin/python -m pytest {pictures.EXAMPLE}"] == RACE
    assert blocks("<!-- race -->\n```text") == [pictures.found(report.WIDTH) + "\n"]


def test_a_lock_around_the_two_lines_helps_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "        if self.free:\n            self.free -= 1\n"
    train = "    def __init__(self):\n"
    locked = (
        pictures.example()
        .replace(lines, "        with self.lock:\n" + textwrap.indent(lines, "    "))
        .replace(train, f"{train}        self.lock = threading.Lock()\n")
    )
    (tmp_path / "locked_train.py").write_text(f"import threading\n{locked}", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("locked_train").test_two_bookings()


# ---- how fast it is


def rows(page: str) -> dict[str, list[str]]:
    """Return the two numbers of each row of a table, by what is measured."""
    found = re.findall(r"^\|([^|]*)\|([^|]*)\|([^|]*)\|$", page, re.MULTILINE)
    return {name.strip(" *"): [n.strip() for n in numbers] for name, *numbers in found}


def times(other: str) -> list[float]:
    """Return how many times as many lines the room delivered, with 100 and 10."""
    lines = {
        name: [int(number.replace(",", "")) for number in numbers]
        for name, numbers in rows(SPEED).items()
        if all(re.fullmatch(r"[\d,]+", number) for number in numbers)
    }
    pairs = zip(lines["this server"], lines[other], strict=True)
    return [own / others for own, others in pairs]


def test_its_table_shows_what_was_measured() -> None:
    said = rows(README)
    for row, other in (
        ("asyncio streams", "asyncio streams"),
        ("asyncio that joins its writes", "asyncio, joining its writes"),
        (
            "naive threads: the lock held over `sendall`",
            "naive threads: the lock held over `sendall`",
        ),
    ):
        many, few = times(other)
        big = f"{many:.0f}" if many >= 2 else f"{many:.1f}"
        assert [cell.split(" times")[0] for cell in said[row]] == [big, f"{few:.1f}"]


def test_its_range_is_that_of_both_measurements() -> None:
    other_run = (ROOT / "chat" / "DESIGN.md").read_text("utf-8")
    measured = [*times("asyncio streams"), *times("asyncio, joining its writes")]
    for name, numbers in rows(other_run).items():
        if name.startswith("asyncio "):
            measured += [float(number) for number in numbers if number]
    assert len(measured) == 7
    claim = f"{min(measured):.1f} to {max(measured):.0f} times as many lines a second"
    assert claim in " ".join(README.split())


def test_what_it_is_slower_at_is_as_measured() -> None:
    worse = README.partition("It is not faster at everything.")[2].partition("[")[0]
    claims = re.findall(r"[\d.]+ (?:times|KiB)", worse)
    assert len(claims) == 4
    assert [claim for claim in claims if f" {claim} " not in SPEED] == []


# ---- what the pages say of the room


def test_the_console_has_the_commands_that_it_lists() -> None:
    section = RUNNING.partition("## The teacher's console")[2].partition("##")[0]
    assert re.findall(r"^\| `(.*?)`", section, re.MULTILINE) == list(USAGES)


# What shows each row of "When they try to break it".
SHOWN = {
    "to send very fast": [
        "conformance/test_4_slow_and_fast: P6_after_a_burst_of_20_come_10_lines",
        "chat/server/test_handler: a_client_that_has_half_closed_gets_all_its_answers",
        "chat/server/test_handler: the_lines_of_a_client_that_has_closed_are_dropped",
        "chat/server/test_handler: a_client_that_leaves_keeps_its_place_for_its_debt",
    ],
    "to stop reading": [
        "conformance/test_4_slow_and_fast: P5_a_client_that_reads_nothing_delays",
        "chat/server/test_postman: for_a_second_more_bytes_than_the_limit_may_wait",
        "chat/server/test_postman: four_times_so_many_bytes_may_not_wait",
        "chat/server/test_postman: who_takes_nothing_for_30_s_is_evicted",
    ],
    "a line of a megabyte": [
        "conformance/test_1_framing: F2_a_longer_line_gets_one_error",
        "conformance/test_1_framing: F2_after_16_KiB_without_LF",
    ],
    "to connect a hundred times": [
        "chat/server/test_listener: too_many_from_one_address_are_refused",
        "conformance/test_5_limits: 5_clients_at_once",
        "conformance/test_5_limits: 5_defaults_are_those_of_the_table",
    ],
    "to join and leave in a loop": [
        "chat/server/test_joins: joining_in_a_loop_is_slowed_down",
        "chat/server/test_log: of_like_events_the_first_are_shown",
    ],
    "to connect and say nothing": ["conformance/test_5_limits: 5_not_yet_joined"],
    "to be someone else": ["conformance/test_2_names: 2_names_that_are_the_same_user"],
    "escape sequences, bidirectional text, half characters": [
        "conformance/test_1_cleaning: cleaning_replaces_every_control_and_format",
        "conformance/test_1_framing: F3_a_line_that_is_not_UTF8_gets_an_error",
    ],
    "a message whose second row looks like somebody else's line": [
        "chat/terminal/test_characters: rows_of_20_columns_that_leave_4_free",
        "chat/client/test_session_showing: no_width_of_a_character_begins_a_row",
    ],
    "lines of strange characters, to keep every computer busy": [
        "chat/wire/test_text: the_work_for_any_line_grows_only_with_its_length",
        "chat/terminal/test_characters: a_long_line_takes_no_more_work_per_character",
        "chat/test_dear_lines: no_line_costs_the_server_much_more_than_ascii",
        "chat/client/test_session_typing: keys_get_through_a_flood",
    ],
    "to guess the key or a password": [
        "chat/server/test_entrance: guessing_is_slowed_down",
        "chat/server/test_guesses: after_so_many_comes_one_now_and_then",
    ],
    "to fill the server's memory": [
        "chat/server/test_listener: without_memory_it_refuses_and_recovers",
        "chat/server/test_listener: without_threads_it_refuses_and_recovers",
        "chat/server/test_listener: wherever_memory_runs_out_no_place_stays_taken",
        "chat/server/test_listener: wherever_memory_runs_out_no_name_stays_taken",
    ],
    "to open a room for every insult": [
        "conformance/test_7_rooms: 7_the_number_of_rooms_is_limited",
        "chat/server/test_moves: who_is_muted_stays_where_it_is",
    ],
    "to annoy the others": ["chat/server/test_console: a_lesson"],
    "to leave and come back when muted, kicked or banned": [
        "chat/server/test_room: who_is_muted_stays_so_under_the_old_name_and_another",
        "chat/server/test_teacher: a_mute_holds_for_a_second_connection",
        "chat/server/test_room: who_may_not_join_is_told_why",
        "chat/server/test_listener: the_teacher_may_close_the_door",
    ],
    "to talk while you explain": ["chat/server/test_teacher: mute_all_is_told"],
    "to be the teacher": [
        "chat/wire/test_names: no_name_contains_teacher_however_it_is_written",
        "chat/client/test_session_showing: what_the_teacher_says_stands_out",
    ],
    "to pull the plug": [
        "conformance/test_5_limits: 5_dead_peers_are_looked_for_after_60_s",
        "chat/test_keepalive: the_client_asks_its_system_to_notice",
    ],
}


def test_each_thing_that_they_try_has_its_tests() -> None:
    table = RUNNING.partition("| they try |")[2].partition("\n\n")[0].splitlines()[2:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in table] == list(SHOWN)
    for shown in SHOWN.values():
        for file, _, test in (entry.partition(": ") for entry in shown):
            source = (ROOT / "tests" / f"{file}.py").read_text("utf-8")
            assert f"def test_{test}" in source


LIMITS = [  # as the page says them
    f"after {config.BURST_LINES} lines at once, "
    f"{config.RATE_LINES_PER_S:g} lines a second",
    f"and every {pace.TELL_WAITING_S:g} seconds they are told so",
    f"more than {config.OUTBOX_BYTES // 1024} KiB wait for them",
    f"take nothing for {config.STALL_TIMEOUT_S:g} s",
    f"a line has {config.MAX_LINE_BYTES} bytes at most, and after "
    f"{config.MAX_LINE_BYTES * config.ENDLESS_LINES // 1024} KiB without an end of",
    f"{config.MAX_PER_HOST} from one address, {config.MAX_CLIENTS} in all, "
    f"{config.MAX_PENDING} that have no name yet",
    f"after {config.MAX_PER_HOST} joins at once from one address, one every "
    f"{1 / config.JOIN_RATE_PER_S:g} seconds; your log shows the first "
    f"{log.SHOWN_EVENTS} and",
    f"closed after {config.JOIN_TIMEOUT_S:g} seconds",
    f"more than the {config.JOIN_TIMEOUT_S:g} seconds: `--join-timeout",
    f"after {guesses.GUESSES} wrong ones from one address, one every "
    f"{guesses.EVERY_S:g} seconds; your log",
    f"{config.MAX_ROOMS} rooms at once",
    f"remembers the last {config.HISTORY_LINES} messages to everyone",
    f"for {teacher_commands.MUTE_S:g} seconds, or as many as you say",
]


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_is_as_it_says(limit: str) -> None:
    assert limit in " ".join(RUNNING.split())


def test_a_dead_network_is_noticed_as_soon_as_it_says() -> None:
    """The last line may be sent just before the first probe, and then waits."""
    latest_s = config.KEEPALIVE_IDLE_S + config.USER_TIMEOUT_MS / 1000
    assert latest_s / 60 == 2.5
    assert "noticed within two and a half minutes" in RUNNING


# What pip and Python say themselves.
OF_OTHERS = {
    "error: externally-managed-environment",
    "ensurepip is not available",
    "No module named pip",
    "No module named pytest",
}


def test_each_message_that_it_helps_with_is_one_of_ours() -> None:
    """Its words before the first number are in a source, or in what a test expects."""
    table = RUNNING.partition("| you see | do this |")[2].partition("\n\n")[0]
    cells = re.findall(r"^\|[^|]*\|", table, re.MULTILINE)
    spans = {span for cell in cells for span in re.findall(r"`([^`]+)`", cell)}
    shown = {span for span in spans if " " in span}
    assert shown > OF_OTHERS
    folders = (ROOT / "chat", ROOT / "tests" / "chat")
    files = [file for folder in folders for file in folder.rglob("*.py")]
    sources = "".join(file.read_text("utf-8") for file in files)
    for message in shown - OF_OTHERS:
        words = re.split(r"…|\d", message.removeprefix("[ERROR] "))[0].strip()
        assert words in sources, message


@functools.cache
def known_options() -> str:
    return "".join(
        subprocess.run(
            [sys.executable, "-m", module, "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for module in ("chat.server", "chat.client", "chat.history", "lessons.compare")
    )


@each_page
def test_every_option_that_it_names_exists(page: str) -> None:
    named = set(re.findall(r"(?<=[` ])--[a-z-]+", PAGES[page]))
    assert named
    assert {option for option in named if option not in known_options()} == set()


@each_page
def test_every_file_that_it_names_exists(page: str) -> None:
    named = re.findall(r"`((?:chat|lessons|tests)/[\w/.]*)`", PAGES[page])
    assert named or page == "lessons/compare/README.md"
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    "page", ["chat/README.md", "chat/PROTOCOL.md", "chat/DESIGN.md"]
)
def test_the_pages_about_the_room_are_linked(page: str) -> None:
    assert f"]({page})" in README


def test_the_core_is_as_long_as_the_page_about_it_says() -> None:
    design = (ROOT / "chat" / "DESIGN.md").read_text("utf-8")
    length = re.search(r"four files of about \d+ lines", " ".join(design.split()))
    assert length
    assert length[0] in " ".join(README.split())
    for name in ("registry", "room", "postman", "handler"):
        assert f"\n| `chat/server/{name}.py` |" in README


def test_the_pictures_are_shown() -> None:
    shown = re.findall(r"[\w/]+\.svg", README)
    files = [pictures.ROOM, pictures.LESSON]
    assert shown == [file.relative_to(ROOT).as_posix() for file in files]
    assert "(comparison.svg)" in SPEED
