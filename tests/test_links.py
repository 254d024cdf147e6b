"""Every link from one page of the repository to another leads somewhere."""

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


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
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
