"""The pictures of the README: what the script would draw, and readable everywhere."""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests import pictures

FILES = [pictures.ROOM, pictures.LESSON]
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@each_file
def test_a_picture_loads_nothing_and_runs_nothing(file: Path) -> None:
    tags = {element.tag.split("}")[1] for element in ElementTree.parse(file).iter()}
    assert tags == {"svg", "style", "rect", "text", "tspan"}
    assert re.findall(r"https?://[^\"<]*|url\(|@import|href", text_of(file)) == [
        "http://www.w3.org/2000/svg"
    ]


@each_file
def test_a_picture_can_be_read_on_a_phone_and_in_the_dark(file: Path) -> None:
    width = float(ElementTree.parse(file).getroot().get("viewBox").split()[2])
    letter = float(re.search(r"font: ([\d.]+)px", text_of(file))[1])
    assert letter * pictures.PHONE / width >= 11
    rows = pictures.words(text_of(file))
    assert max(map(len, rows)) <= pictures.COLUMNS


@each_file
def test_each_colour_of_a_picture_has_one_for_the_dark(file: Path) -> None:
    used = " ".join(re.findall(r'class="([^"]+)"', text_of(file))).split()
    by_number = {"c38", "c5"}  # the colour is in the number after them
    light, dark = text_of(file).split("@media (prefers-color-scheme: dark)")
    for name in {*used} - {"title", "typed", "c1", "c7"} - by_number:
        assert f".{name} {{ fill:" in light
        assert f".{name} {{ fill:" in dark
    assert "text { fill:" in dark


def test_the_race_in_the_picture_is_what_is_found() -> None:
    shown = pictures.words(text_of(pictures.LESSON))
    found = re.sub(r"\d+", "0", pictures.found()).splitlines()
    found = [row for row in found if row]
    assert shown[-len(found) :] == found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")
@pytest.mark.parametrize(
    ("file", "panes"),
    [
        (pictures.ROOM, lambda: pictures.room(port=0)),
        (pictures.LESSON, pictures.lesson),
    ],
    ids=["room", "lesson"],
)
def test_a_picture_is_what_the_script_draws(file: Path, panes) -> None:
    """If not: `python -m tests.pictures`, and look at it."""
    pytest.importorskip("tests.wrong_answers", reason="a handout has none")
    drawn = pictures.draw(panes())
    assert pictures.words(drawn) == pictures.words(text_of(file))
