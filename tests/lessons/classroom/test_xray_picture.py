"""What is shown of a server's threads: lines of a recording, rows, and the page."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.terminal.characters import columns
from lessons.classroom.xray import activity
from lessons.classroom.xray.page import Recording, page
from lessons.classroom.xray.screen import HISTORY, MARKS, View, foot
from lessons.classroom.xray.snapshot import Reader, Snapshot, Thread, Writer
from tests.support import DEADLINE_S

names = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
threads = st.lists(
    st.builds(Thread, st.integers(1, 9999), names, names), max_size=12
).map(lambda found: list({t.number: t for t in found}.values()))


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    found = draw(threads)
    kinds = st.sampled_from(sorted(activity.WORDS))
    does = "".join(draw(kinds) for _ in found)
    waiting = {t.client: draw(st.integers(1, 10**7)) for t in found[:3]}
    at_s, queued = draw(st.integers(0, 10**6)) / 1000, draw(st.integers(0, 1000))
    return Snapshot(at_s, found, does, queued, waiting, draw(st.integers(0, 10**9)))


@given(st.lists(snapshots(), max_size=4))
def test_what_is_written_is_read(shots: list[Snapshot]) -> None:
    writer, reader = Writer(), Reader()
    assert [reader.snapshot(writer.line(shot)) for shot in shots] == shots


@pytest.mark.parametrize(
    "line", ["", "[]", "{}", '{"t":1}', '{"t":1,"does":"bb"}', '{"t":"x","does":""}']
)
def test_what_is_no_recording_is_told(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Reader().snapshot(line)


@pytest.mark.slow
@given(
    st.lists(snapshots(), min_size=1, max_size=3),
    st.integers(20, 120),
    st.integers(5, 40),
)
def test_rows_fit_the_screen(shots: list[Snapshot], width: int, height: int) -> None:
    view, painted = View("a server"), View("a server")
    for shot in shots:
        rows = view.rows(shot, width, height)
        assert len(rows) <= height
        assert max(map(columns, rows)) <= width
        coloured = painted.rows(shot, width, height, colour=True)
        assert not any("\x1b" in row for row in rows)
        plain = [re.sub(r"\x1b\[[\d;]*m", "", row) for row in coloured]
        assert [row.rstrip() for row in plain] == [row.rstrip() for row in rows]


def test_the_past_is_shown_and_who_finds_no_row_is_counted() -> None:
    many = [Thread(1, "postman")] + [Thread(n, "t", f"u{n}") for n in range(2, 40)]
    view = View("room")
    for doing in "sRSz":
        rows = view.rows(Snapshot(1.0, many, doing * len(many)), 100, 12)
    assert rows[3].startswith("postman           sleeps for its rate")
    assert rows[3].endswith("sLSz")
    assert rows[-1] == "... and 31 more: 31 sleeps for its rate"
    assert HISTORY >= 10


def test_the_legend_is_whole_and_explains_every_mark() -> None:
    rows = View("room").rows(Snapshot(0.0, [], ""), 80, 24)
    told = {re.split(r" ", entry)[0] for row in rows[1:] for entry in row.split("  ")}
    assert {mark for mark, _ in MARKS.values()} == told
    assert max(map(columns, rows)) <= 80
    assert "…" not in "".join(rows)


def test_the_history_uses_the_width_that_there_is() -> None:
    view = View("room")
    for _ in range(200):
        rows = view.rows(Snapshot(1.0, [Thread(1, "postman")], "s"), 150, 12)
    assert rows[3].endswith("s" * 99)


def test_who_waits_comes_first_and_the_cause_is_marked() -> None:
    people = [Thread(n, "t", f"user{n}") for n in range(1, 5)]
    sleeper = Thread(9, "t", "sleeper")
    found = [Thread(0, "MainThread"), *people, sleeper]
    view = View("naive")
    for look in range(20):
        letters, who = ("abbbbb", "") if look < 5 else ("abRSRb", "sleeper")
        rows = view.rows(Snapshot(look / 10, found, letters, sleeper=who), 80, 12)
    names = [row.split()[0] for row in rows[3:]]
    assert names == ["sleeper", "user3", "user2", "user4", "main", "user1"]
    assert rows[3].endswith("<-- reads too slowly")
    assert sum("<--" in row for row in rows) == 1
    for _ in range(12):  # it reads again
        rows = view.rows(Snapshot(9.0, found, "abbbbb"), 80, 12)
    assert [row.split()[0] for row in rows[3:]][:2] == ["main", "user1"]
    assert not any("<--" in row for row in rows)


def test_in_the_room_it_is_the_one_with_the_backlog() -> None:
    found = [Thread(0, "postman"), Thread(1, "t", "ann"), Thread(2, "t", "bob")]
    view = View("room")
    for _ in range(12):
        shot = Snapshot(1.0, found, "mbb", 0, {"bob": 90_000, "ann": 10})
        rows = view.rows(shot, 100, 12)
    assert rows[3].startswith("bob ")
    assert "<-- reads too slowly" in rows[3]


def test_the_row_of_the_cause_fits_80_columns_and_keeps_what_matters() -> None:
    found = [Thread(0, "postman"), Thread(1, "t", "bob")]
    for colour in (False, True):
        view = View("room")
        for _ in range(12):
            shot = Snapshot(1.0, found, "mb", 0, {"bob": 76_000})
            rows = view.rows(shot, 80, 12, colour)
        plain = re.sub(r"\x1b\[[\d;]*m", "", rows[3])
        assert plain.endswith("<-- reads too slowly 74 KiB")
        assert columns(plain) <= 80


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("width", [40, 55, 69])
def test_where_letters_are_large_the_cause_is_still_marked(
    width: int, colour: bool
) -> None:
    found = [Thread(1, "t", "ann"), Thread(2, "t", "bob")]
    view = View("room")
    for _ in range(12):
        rows = view.rows(Snapshot(1.0, found, "Sb", sleeper="bob"), width, 24, colour)
    (marked,) = (row for row in rows if "<-- reads too slowly" in row)
    assert marked.startswith("bob ")
    assert columns(re.sub(r"\x1b\[[\d;]*m", "", marked)) <= width


def test_the_head_shortens_the_server_s_name_and_no_number() -> None:
    title = "lessons.compare.baselines.naive_threads on 127.0.0.1:34273"
    view = View(title)
    for second in range(2):
        shot = Snapshot(second, [Thread(1, "t", "ann")], "b", lines=70 * second)
        head = view.rows(shot, 80, 12)[0]
    assert head.startswith("naive_threads on 127.0.0.1:34273 ")
    assert head.endswith("1 clients   1 threads   70 lines/s")
    assert columns(head) <= 80
    assert view.rows(shot, 120, 12)[0].startswith(title)


def test_the_foot_has_the_log_and_always_how_to_leave() -> None:
    for log in ("", "ann joined", "名前 joined " * 20):
        row = foot(log, "q ends this", 79)
        assert row.endswith(" q ends this")
        assert columns(row) <= 79
        assert row.startswith(log[:10])


def frozen() -> list[Snapshot]:
    """Return a server that freezes after two seconds."""
    both = [Thread(1, "MainThread"), Thread(2, "t", "ann & <b>")]
    return [
        Snapshot(i / 10, both, "aS" if i > 20 else "ab", 0, {}, min(i, 20))
        for i in range(50)
    ]


def test_the_page_has_a_box_for_each_stretch() -> None:
    text = page([Recording("naive", frozen()), Recording("room", frozen()[:10])])
    assert text.count("<rect") == 3 + 2
    assert "sends, and holds the lock, from 2.1 s to 5.0 s" in text
    assert "ann &amp; &lt;b&gt;" in text
    assert "http" not in text
    assert page([Recording("nothing", [])])


def stopped() -> list[Snapshot]:
    """Return a server in which bob reads no more after three of ten seconds."""
    people = [Thread(1, "t", "ann"), Thread(2, "t", "bob"), Thread(3, "t", "eve")]
    return [
        Snapshot(i / 10, people, "RbS", sleeper="bob")
        if i >= 30
        else Snapshot(i / 10, people, "bbb")
        for i in range(101)
    ]


def test_the_page_says_in_words_what_it_shows_and_marks_the_moment() -> None:
    text = page([Recording("lessons.compare.baselines.naive_threads on x", stopped())])
    title = "What the threads did when one client stopped reading"
    assert f"<title>{title}</title>" in text
    assert f"<h1>{title}</h1>" in text
    assert (
        "<h2>Naive threads: 3 clients, 10\xa0s. After 3\xa0s bob reads no more. "
        "At the end 1 thread waits for a lock.</h2>"
    ) in text
    assert text.count('<line class="stop"') == 1
    assert '<line class="stop" x1="30.00%" x2="30.00%"' in text
    assert ">bob reads no more</text>" in text
    quiet = page([Recording("chat.server on x", stopped()[:30])])
    assert "<title>What the threads did in 3 seconds</title>" in quiet
    assert '<line class="stop"' not in quiet


def test_what_a_thread_does_is_told_without_colours() -> None:
    text = page([Recording("naive", stopped())])
    patterns = dict(re.findall(r'<pattern id="(\w+)".*?(<path.*?)</pattern>', text))
    assert set(re.findall(r"url\(#(\w+)\)", text)) == set(patterns)
    lines = [
        re.findall(r'"over \w+" d="(.*?)"', patterns[name])[0] for name in patterns
    ]
    plain = [name for name, line in zip(patterns, lines, strict=True) if not line]
    assert len(set(lines)) == len(lines) - 1
    assert plain == ["idle", "send"], "the one pale, the other with a letter"
    for mark in "L#":
        assert f">{mark}</text>" in text.partition("<h2>")[2]


@pytest.mark.slow
@pytest.mark.parametrize("width", [1000, 390])
@pytest.mark.skipif(not shutil.which("chromium"), reason="no browser")
def test_a_real_browser_shows_the_page(tmp_path: Path, width: int) -> None:
    path = tmp_path / "x.html"
    path.write_text(page([Recording("naive", frozen())]), encoding="utf-8")
    script = "<script>document.title = document.querySelectorAll('rect').length + ' '"
    script += " + (document.documentElement.scrollWidth <= innerWidth)</script>"
    path.write_text(path.read_text("utf-8") + script, encoding="utf-8")
    with tempfile.TemporaryDirectory() as profile:
        command = [
            "chromium", "--headless", "--no-sandbox", "--disable-gpu",
            "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--no-first-run", f"--user-data-dir={profile}",
            f"--window-size={width},700", "--dump-dom", path.as_uri(),
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=DEADLINE_S
        )
    assert "<title>3 true</title>" in done.stdout
