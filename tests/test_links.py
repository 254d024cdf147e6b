"""What a page shows as Markdown: links that lead somewhere, and whole tables."""

import re
from pathlib import Path

import pytest

from tests.support import ROOT

PAGES = [
    ROOT / "README.md",
    *(page for part in ("chat", "lessons") for page in (ROOT / part).rglob("*.md")),
    *(ROOT / ".github").rglob("*.md"),  # a handout has none
]


def anchors(page: Path) -> set[str]:
    """Return what the headings of a page are linked by, as GitHub makes it."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}


def is_broken(page: Path, link: str) -> bool:
    name, _, heading = link.partition("#")
    target = page.parent / name if name else page
    return not target.exists() or (heading != "" and heading not in anchors(target))


each_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix()
)


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"", text)
    local = [link for pair in links for link in pair if link and "://" not in link]
    if not (ROOT / ".github").is_dir():
        local = [link for link in local if ".github/" not in link]
    assert [link for link in local if is_broken(page, link)] == []


def test_a_broken_link_would_be_noticed() -> None:
    page = ROOT / "README.md"
    assert is_broken(page, "chat/NOWHERE.md")
    assert is_broken(page, "chat/README.md#nowhere")
    assert is_broken(page, "#nowhere")
    assert not is_broken(page, "chat/README.md#the-client")


def torn_rows(text: str) -> list[str]:
    """Return the rows that are not one line: Markdown ends the table there."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\|.*$", text, re.MULTILINE)
    return [row for row in rows if not row.endswith("|")]


@each_page
def test_each_row_of_a_table_is_one_line(page: Path) -> None:
    assert torn_rows(page.read_text("utf-8")) == []


def test_a_torn_row_would_be_noticed() -> None:
    assert torn_rows("| a |\n|---|\n| first half\nsecond half |\n") == ["| first half"]
