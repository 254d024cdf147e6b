"""What an editor has saved in UTF-16, as Python can read it.  PURE."""

import codecs

_MARKS = {  # the longer ones first: UTF-32 begins like UTF-16
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def as_utf8(data: bytes) -> bytes:
    """Return a file's bytes in UTF-8 if it is in UTF-16 or UTF-32, else as they are.

    Editors of Windows save such files, and PowerShell's `>` does.  Python reads none
    of them, but their text is not the less an answer.
    """
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _converted(data, encoding)
    if data.count(0) > len(data) / 4 and len(data) % 2 == 0:  # without a mark
        return _converted(data, "utf-16-le" if data[1:2] == b"\0" else "utf-16-be")
    return data


def _converted(data: bytes, encoding: str) -> bytes:
    try:
        return data.decode(encoding).encode()
    except UnicodeError:  # it says it is, and is not
        return data
