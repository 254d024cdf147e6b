"""The picture: nothing outside its frame, nothing on top of another."""

import itertools
import re
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from lessons.compare import chart, sweep
from lessons.compare.chart import Panel, Series, draw
from tests.support import ROOT

SVG = "{http://www.w3.org/2000/svg}"
points = st.lists(
    st.tuples(st.sampled_from([2.0, 10.0, 30.0, 1000.0]), st.floats(0.01, 1e8)),
    max_size=4,
    unique_by=lambda point: point[0],
).map(lambda found: tuple(sorted(found)))
panels = st.lists(points, min_size=1, max_size=6).map(
    lambda lines: Panel(
        "A & <b>",
        "clients",
        tuple(Series(f"server {i}", i, line) for i, line in enumerate(lines)),
    )
)


def labels(svg: str) -> list[tuple[float, str]]:
    texts = ET.fromstring(svg).iter(f"{SVG}text")
    found = [(float(t.get("y", "")), t.text or "", t.get("class", "")) for t in texts]
    return [(y, text) for y, text, kind in found if re.fullmatch(r"f\d", kind)]


@given(panels)
def test_all_lines_stay_in_their_frame_and_labels_apart(panel: Panel) -> None:
    svg = draw([panel], "a note")
    root = ET.fromstring(svg)
    for circle in root.iter(f"{SVG}circle"):
        x, y = float(circle.get("cx", "")), float(circle.get("cy", ""))
        assert chart.LEFT - 0.1 <= x <= chart.WIDTH - chart.RIGHT + 0.1
        assert chart.TOP - 0.1 <= y <= chart.HEIGHT - chart.BOTTOM + 0.1
    heights = sorted(y for y, _ in labels(svg))
    assert len(heights) == len(panel.series)
    gaps = [b - a for a, b in itertools.pairwise(heights)]
    assert all(gap >= chart.LABEL_GAP - 0.2 for gap in gaps)
    assert heights[-1] <= chart.HEIGHT - chart.BOTTOM + 5


def test_more_is_higher_and_the_names_stand_at_the_ends() -> None:
    fast = Series("fast", 0, ((10, 100.0), (100, 1000.0)))
    slow = Series("slow", 1, ((10, 10.0), (100, 20.0)), "(sometimes)")
    svg = draw([Panel("t", "clients", (slow, fast))], "note")
    (y_fast, _), (y_slow, said) = sorted(labels(svg))
    assert y_fast < y_slow
    assert said == "slow (sometimes)"


def test_each_line_differs_in_more_than_its_colour() -> None:
    assert len(set(chart.DASHES)) == len(chart.DASHES) == len(chart.COLOURS)
    assert "prefers-color-scheme: dark" in draw([Panel("t", "x", ())], "")


PHONE = 390  # pixels


def test_text_is_large_enough_and_fits_on_a_phone() -> None:
    """Letters are half as wide as high, on average, in a font that is rather wide."""
    longest = Series("queue per client", 0, ((10, 2.0),), "(frozen)")
    panel = Panel("While one client never reads", "clients", (longest,), "it " * 12)
    svg = draw([panel], "one core for the server; " * 9, "This is a quick try")
    root = ET.fromstring(svg)
    assert root.get("viewBox", "").split()[2] == str(chart.WIDTH)
    sizes = [float(size) for size in re.findall(r"([\d.]+)px", svg)]
    assert min(sizes) * PHONE / chart.WIDTH >= 11
    for text in root.iter(f"{SVG}text"):
        if not text.get("text-anchor"):
            width = len(text.text or "") * min(sizes) / 2
            assert float(text.get("x", "")) + width <= chart.WIDTH, text.text


def test_the_picture_of_the_readme_is_drawn_like_this() -> None:
    svg = (ROOT / "lessons/compare/comparison.svg").read_text("utf-8")
    assert chart.STYLE in svg
    assert f'viewBox="0 0 {chart.WIDTH} ' in svg
    assert "naive threads (frozen)" in svg
    assert sweep.QUICK not in svg


def test_a_failure_is_a_cross_and_a_spread_is_a_bar() -> None:
    one = Series("one", 0, ((10, 2.0),), "(frozen)", ((10, 1.0, 4.0),), (100.0, 300.0))
    svg = draw([Panel("t", "clients", (one,), "more")], "note")
    root = ET.fromstring(svg)
    drawn = [
        p.get("d", "") for p in root.iter(f"{SVG}path") if p.get("class") == "line s0"
    ]
    bar, *crosses = drawn
    low, high = map(float, re.findall(r"M\S+ (\S+)V(\S+)", bar)[0])
    circle = next(root.iter(f"{SVG}circle"))
    assert low > float(circle.get("cy", "")) > high
    assert len(crosses) == 2
    assert ">more</text>" in svg
    assert labels(svg)[0][1] == "one (frozen)"


def test_a_long_failure_does_not_leave_the_picture() -> None:
    series = Series("queue per client", 0, (), "(died: MemoryError: no more)")
    svg = draw([Panel("t", "clients", (series,))], "note")
    assert len(labels(svg)[0][1]) == chart.MOST_LETTERS
