"""A zip from a stranger is opened without harm."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from lessons.classroom import archives
from lessons.classroom.archives import CannotOpen, unpack

GOOD = ("anna/lessons/step01_one_client/exercise.py", b"good = 1\n")


def packed(tmp_path: Path, *files: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files:
            file.writestr(name, data)
    return path


def unpacked(archive: Path) -> tuple[dict[str, bytes], list[str]]:
    into = archive.parent / "into"
    into.mkdir()
    lines = unpack(archive, into)
    paths = [path for path in into.rglob("*") if path.is_file()]
    return {
        path.relative_to(into).as_posix(): path.read_bytes() for path in paths
    }, lines


def test_what_may_be_an_answer_is_unpacked(tmp_path: Path) -> None:
    progress = ("anna/.lessons-progress.json", b"{}")
    others = [(name, b"x") for name in ("anna/a.png", "__MACOSX/anna/._exercise.py")]
    others += [(name, b"x") for name in ("anna/.git/hook.py", "anna/")]
    found, lines = unpacked(packed(tmp_path, GOOD, progress, *others))
    assert found == dict([GOOD, progress])
    assert lines == []


@pytest.mark.parametrize(
    "name",
    [
        "../step01.py",
        "a/../../step01.py",
        "/tmp/step01.py",
        "..\\step01.py",
        "C:\\step01.py",
        "C:step01.py",
    ],
)
def test_no_path_leads_out(name: str, tmp_path: Path) -> None:
    found, lines = unpacked(packed(tmp_path, (name, b"evil"), GOOD))
    assert found == dict([GOOD])
    assert [line.partition(": ")[2] for line in lines] == [
        "its path leads out of the zip"
    ]
    outside = {path.name for path in tmp_path.iterdir()}
    assert outside == {"a.zip", "into"}


def test_no_link_is_made(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("step01.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    found, lines = unpacked(packed(tmp_path, (link, b"/etc/passwd"), GOOD))
    assert found == dict([GOOD])
    assert lines == ["step01.py is not unpacked: it is a link"]


def test_a_bomb_does_not_go_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 1000)
    monkeypatch.setattr(archives, "MAX_BYTES", 1500)
    large = ("large/step01.py", b"0" * 1001)
    many = [(f"{number}/step01.py", b"0" * 500) for number in range(9)]
    found, lines = unpacked(packed(tmp_path, large, *many))
    assert set(found) == {f"{number}/step01.py" for number in range(3)}
    assert lines == [
        "step01.py is not unpacked: it is too large",
        "the rest is not unpacked: together it is too large",
    ]


def test_a_size_that_is_a_lie_is_not_believed(tmp_path: Path) -> None:
    archive = packed(tmp_path, ("step01.py", b"0" * 5_000_000))
    data = archive.read_bytes()
    archive.write_bytes(data.replace((5_000_000).to_bytes(4, "little"), b"\1\0\0\0"))
    found, lines = unpacked(archive)
    assert sum(map(len, found.values())) <= 1
    assert all("damaged" in line for line in lines)


def test_a_long_list_of_contents_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_DIRECTORY_BYTES", 100)
    with pytest.raises(CannotOpen, match="too many files"):
        unpack(packed(tmp_path, *((f"{n}.py", b"") for n in range(9))), tmp_path)


def test_what_is_packed_once_more_is_told(tmp_path: Path) -> None:
    inner = io.BytesIO()
    zipfile.ZipFile(inner, "w").close()
    found, lines = unpacked(packed(tmp_path, ("inner.zip", inner.getvalue()), GOOD))
    assert found == dict([GOOD])
    assert lines == ["inner.zip is not unpacked: it is a zip inside a zip"]


def test_a_name_that_comes_twice_keeps_the_first(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        archive = packed(tmp_path, GOOD, (GOOD[0], b"other"))
    found, lines = unpacked(archive)
    assert found == dict([GOOD])
    assert lines == [
        "exercise.py is not unpacked: there is another file with that name"
    ]


def test_a_password_is_told(tmp_path: Path) -> None:
    archive = packed(tmp_path, GOOD)
    data = bytearray(archive.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    archive.write_bytes(data)
    found, lines = unpacked(archive)
    assert (found, lines) == ({}, ["exercise.py is not unpacked: it needs a password"])


@pytest.mark.parametrize("cut", [0, 10, 100, -1, -10, -30])
def test_what_is_damaged_raises_nothing_else(cut: int, tmp_path: Path) -> None:
    archive = packed(tmp_path, GOOD)
    archive.write_bytes(archive.read_bytes()[:cut])
    with pytest.raises(CannotOpen, match="damaged, or is not a zip"):
        unpack(archive, tmp_path)
