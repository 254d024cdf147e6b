"""Takes the answers out of a zip that a learner has handed in.

A stranger has made it, so nothing in it is believed: no path may lead out of the folder
into which it is unpacked, no link is made, and what is unpacked has a limit, whatever
the zip says about its sizes.  Only what may be an answer is unpacked at all.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

WANTED = (".py", ".ipynb", ".json")  # by the ends of their names
PACKED = (".zip", ".rar", ".7z", ".gz", ".tar", ".tgz", ".xz")
SKIPPED = ("__MACOSX", "__pycache__", "node_modules", "site-packages")
MAX_FILE_BYTES = 1_000_000
MAX_BYTES = 20_000_000  # of all that is unpacked from one zip
MAX_DIRECTORY_BYTES = 4_000_000  # of its list of contents, which is read as a whole
_END = struct.Struct("<4s4H2LH")  # what a zip ends with, before a comment
_LOCATOR_BYTES = 20  # before that, if it is larger than the format allowed at first


class CannotOpen(Exception):
    """No file in a zip can be used; the text says why."""


def unpack(archive: Path, into: Path) -> list[str]:
    """Unpack the answers; return a line for each file that was left out.

    Raise CannotOpen if that is all of them.
    """
    try:
        if _directory_bytes(archive) > MAX_DIRECTORY_BYTES:
            raise CannotOpen("it holds too many files")
        with zipfile.ZipFile(archive) as opened:
            return list(_unpack_all(opened, into))
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or "it is damaged, or is not a zip"
        raise CannotOpen(reason) from None


def _directory_bytes(archive: Path) -> int:
    """Return how long the list of contents says it is."""
    with archive.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END.size - _LOCATOR_BYTES - 0xFFFF))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise zipfile.BadZipFile
    if tail[max(0, at - _LOCATOR_BYTES) :].startswith(b"PK\x06\x07"):
        raise CannotOpen("it is larger than any answer")
    length: int = _END.unpack_from(tail, at)[5]
    return length


def _unpack_all(opened: zipfile.ZipFile, into: Path) -> Iterator[str]:
    room = MAX_BYTES
    for info in opened.infolist():
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.suffix.lower() in PACKED:
            yield f"{path.name} is not unpacked: it is a zip inside a zip"
        if info.is_dir() or not _is_wanted(path):
            continue
        try:
            data = _read(opened, info, path)
            room -= len(data)
            if room < 0:
                yield "the rest is not unpacked: together it is too large"
                return
            target = into.joinpath(*path.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.write(data)
        except CannotOpen as error:
            yield f"{path.name} is not unpacked: {error}"
        except FileExistsError:
            yield (f"{path.name} is not unpacked: there is another file with that name")
        except (OSError, ValueError):
            yield f"{path.name} is not unpacked: a file cannot have that name here"


def _is_wanted(path: PurePosixPath) -> bool:
    skipped = any(part in SKIPPED or _is_hidden(part) for part in path.parts[:-1])
    return path.suffix.lower() in WANTED and not skipped


def _is_hidden(part: str) -> bool:
    return part.startswith(".") and part not in (".", "..")


def _read(opened: zipfile.ZipFile, info: zipfile.ZipInfo, path: PurePosixPath) -> bytes:
    if path.is_absolute() or ".." in path.parts or any(":" in p for p in path.parts):
        raise CannotOpen("its path leads out of the zip")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise CannotOpen("it is a link")
    if info.flag_bits & 1:
        raise CannotOpen("it needs a password")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise CannotOpen("its kind of compression is not supported")
    try:
        with opened.open(info) as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):
        raise CannotOpen("it is damaged") from None
    if len(data) > MAX_FILE_BYTES:
        raise CannotOpen("it is too large")
    return data
