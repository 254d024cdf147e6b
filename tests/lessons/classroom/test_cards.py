"""The cards hold the threads' own lines, and their order breaks the code."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lessons.classroom import cards
from lessons.game.levels import LEVELS, Level
from lessons.races import RaceFound, replay
from lessons.races.position import position
from lessons.races.session import Session
from lessons.runner.main import main

each_level = pytest.mark.parametrize(
    "level", LEVELS.values(), ids=[f"step{number}" for number in LEVELS]
)


def dealt(level: Level, mended: bool = False) -> dict[str, list[str]]:
    module = level.mended if mended else level.broken
    return {card.title: card.lines for card in cards.deal(level, module)}


@each_level
def test_each_thread_has_its_lines_and_each_lock_a_token(level: Level) -> None:
    hand = dealt(level)
    scenario = level.scenario(level.broken)
    source = Path(level.broken.__file__ or "").read_text("utf-8")
    for thread in scenario.threads:
        call, _, *lines = hand[f"Thread {thread}"]
        assert call == f"You run {cards.CALLS[thread]}"
        assert lines
        assert [line for line in lines if line.strip() not in source] == []
    locks = {name.split(".")[-1] for name in hand if name.startswith("Token ")}
    assert locks == ({"lock"} if "Lock()" in source else set())


@each_level
def test_the_order_on_the_card_breaks_the_code(level: Level) -> None:
    said = " ".join(dealt(level)["For the scheduler only"])
    called = re.search(r"Call ([\w, -]+)\.", said)
    assert called
    scenario = level.scenario(level.broken)
    numbers = {name: i for i, name in enumerate(scenario.threads, 1)}
    schedule = [numbers[name] for name in called[1].split(", ")]
    with pytest.raises(RaceFound):
        replay(
            schedule,
            scenario.make,
            scenario.threads,
            scenario.check,
            code=scenario.code,
        )


@each_level
def test_the_mended_code_is_said_to_be_safe(level: Level) -> None:
    said = " ".join(dealt(level, mended=True)["For the scheduler only"])
    assert "none goes wrong (all" in said


@each_level
def test_the_lines_have_the_numbers_of_their_file(level: Level) -> None:
    source = Path(level.broken.__file__ or "").read_text("utf-8").splitlines()
    for card in cards.deal(level, level.broken):
        for number, line in zip(card.numbers, card.lines, strict=False):
            assert not number or source[number - 1].strip() == line.strip()
        assert bool(card.numbers) == card.title.startswith("Thread")


@each_level
def test_a_turn_is_a_line_with_a_number(level: Level) -> None:
    hand = {card.title: card for card in cards.deal(level, level.broken)}
    with Session(scenario := level.scenario(level.broken)) as session:
        for number, name in enumerate(scenario.threads, 1):
            numbers = [n for n in hand[f"Thread {name}"].numbers if n]
            turns: list[int] = []
            lines: list[int] = []
            while (standing := position(session, turns).threads[number - 1]).can_run:
                lines += [standing.at.line] if standing.at else []
                turns.append(number)
            assert lines[0] == numbers[0], "the first turn is the first line"
            assert set(lines) <= set(numbers)


@each_level
def test_the_memory_and_the_end_are_told(level: Level) -> None:
    hand = dealt(level)
    scenario = level.scenario(level.broken)
    assert scenario.watch
    board = str(scenario.watch(scenario.make())).split("   ")
    assert [line.strip() for line in hand["The memory"] if line[:1] == " "] == board
    secret = " ".join(hand[cards.SECRET])
    end = secret.partition("The end that you should see: ")[2]
    if level.step == 11:
        assert end.startswith(
            "ann waits at line 20 for bob.lock, held by bob; bob waits"
        )
        assert "20" in cards.as_text("", list(cards.deal(level, level.broken)))
    else:
        assert end == "2 connections were welcomed as ann."
        assert "to welcomed." in " ".join(hand["The memory"])


@each_level
def test_the_secret_has_a_sheet_and_all_can_be_read_at_a_distance(level: Level) -> None:
    page = cards.as_page("t", list(cards.deal(level, level.broken)))
    assert page.count('<section class="secret wide">') == 1
    assert page.index("secret wide") > page.rindex('<section class="wide">')
    assert "section.secret { break-before: page; }" in page
    sizes = [float(size) for size in re.findall(r"([\d.]+)pt", page)]
    assert min(sizes) >= 11


class Titles(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.code = ""
        self._tag = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._tag = tag

    def handle_data(self, data: str) -> None:
        if self._tag == "h2" and data.strip():
            self.found.append(data)
        if self._tag == "pre":
            self.code += data

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""


@each_level
def test_the_page_holds_the_same_cards(
    level: Level, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "cards.html"
    assert main(["cards", str(level.step), "--html", str(page)]) == 0
    assert str(page) in capsys.readouterr().out
    titles = Titles()
    titles.feed(page.read_text("utf-8"))
    assert titles.found == list(dealt(level))
    assert "join(" in titles.code or "send_private(" in titles.code
    assert "http" not in page.read_text("utf-8")


def test_the_text_fits_and_a_wrong_call_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["cards", "8"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80
    assert main(["cards", "3"]) == 2
    assert main(["cards", "8", "--html", "/nowhere/at/all"]) == 1
    assert "Cannot write" in capsys.readouterr().err
