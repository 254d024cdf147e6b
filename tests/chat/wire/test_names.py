"""What a name may be, and which two names are one: chat/PROTOCOL.md, section 2."""

import sys
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat.wire import names

CHECK = settings(max_examples=200, derandomize=True, report_multiple_bugs=False)
RESERVED = (
    "all people help exit join leave room rooms history login register server "
    "system admin info error online lobby unregister secret key"
).split()
INVISIBLE = [
    *"\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f",
    *"\ufe00\ufe0f\U000e0100\U000e01ef",
    *"\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u2066",
]
# Between these ranges nothing is assigned; from U+F0000 on all is private.
CODES = [*range(0x34000), *range(0xE0000, 0xE0200), 0xF0000, sys.maxunicode]
UNICODE = [chr(code) for code in CODES]


# ---- what a name may be


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("alice", "alice"),
        ("Alice", "Alice"),
        ("  bob\t", "bob"),
        ("\u3000bob\u00a0", "bob"),
        ("x", "x"),
        ("7", "7"),
        ("a_b-c.d", "a_b-c.d"),
        ("a-", "a-"),
        ("ＡＮＮ", "ANN"),
        ("e\u0301va", "éva"),
        ("Ωμέγα", "Ωμέγα"),
        ("Нина", "Нина"),
        ("张伟", "张伟"),
        ("さくら", "さくら"),
        ("山田タロウ", "山田タロウ"),
        ("佐々木ひろし", "佐々木ひろし"),
        ("ラーメン", "ラーメン"),
        ("김大中", "김大中"),
        ("अर्जुन", "अर्जुन"),
        ("सीताः", "सीताः"),
        ("محمد", "محمد"),
        ("٣٤", "٣٤"),
        ("x" * 24, "x" * 24),
        ("é" * 24, "é" * 24),
        ("张" * 21, "张" * 21),
        ("张" * 21 + "1", "张" * 21 + "1"),
        ("q\u0308\u0323", "q\u0323\u0308"),
        ("alls", "alls"),
        ("Oʻzbek", "Oʻzbek"),
        ("room1", "room1"),
    ],
)
def test_a_name_is_normalised(text: str, name: str) -> None:
    assert names.normalise(text) == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("x" * 25, "25 characters"),
        ("张" * 21 + "11", "more than 64 bytes"),
        ("张" * 22, "more than 64 bytes"),
        ("\ufdfa", "18 characters|is not allowed there"),
        ("two words", "^A blank is not allowed there"),
        ("a@b", "'@' is not allowed there"),
        ("@all", "'@' is not allowed there"),
        ("a:b", "':' is not allowed there"),
        ("a(b", "'[(]' is not allowed there"),
        ("a,b", "',' is not allowed there"),
        ("_a", "'_' is not allowed there"),
        ("-a", "'-' is not allowed there"),
        (".a", "'[.]' is not allowed there"),
        ("\u0301a", "is not allowed there"),
        ("1\u0301", "is not allowed there"),
        ("-\u0301", "is not allowed there"),
        ("q\u0301\u0302\u0303", "is not allowed there"),
        ("aq\u0301\u0302\u0303", "is not allowed there"),
        ("a\u20dd", "is not allowed there"),
        ("Ⅳ💩", "is not allowed there"),
        ("💩", "is not allowed there"),
        ("a\x00b", r"'\\x00' is not allowed there"),
        ("a\x1b[2J", r"'\\x1b' is not allowed there"),
        ("a\ufffd", "is not allowed there"),
        ("a" + chr(0xD800), "is not allowed there"),
        ("pаypal", "several scripts"),
        ("Ωmega", "several scripts"),
        ("김ひろ", "several scripts"),
        ("Нinα", "several scripts"),
        ("张wei", "several scripts"),
    ],
)
def test_a_name_is_refused(text: str, reason: str) -> None:
    with pytest.raises(names.BadName, match=reason) as caught:
        names.normalise(text)
    advice = "please send another" if "reserved" in reason else names.ALLOWED
    assert str(caught.value).endswith(advice)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("invisible", INVISIBLE)
@pytest.mark.parametrize("around", ["{}", "a{}", "a{}b", "가{}", "क{}"])
def test_an_invisible_character_is_refused(invisible: str, around: str) -> None:
    with pytest.raises(names.BadName):
        names.normalise(around.format(invisible))


@pytest.mark.parametrize("word", RESERVED)
@pytest.mark.parametrize(
    "spell",
    [
        str,
        str.upper,
        str.title,
        lambda word: "".join(chr(ord(c) + 0xFEE0) for c in word),  # fullwidth
        lambda word: word.translate(str.maketrans("aeopcxyijs", "аеорсхуіјѕ")),
        lambda word: word.replace("o", "ο").replace("i", "ι"),
    ],
    ids=["as it is", "upper", "title", "fullwidth", "Cyrillic", "Greek"],
)
def test_a_reserved_word_is_no_name(word: str, spell: Callable[[str], str]) -> None:
    with pytest.raises(names.BadName):
        names.normalise(spell(word))


@pytest.mark.parametrize(
    "name", ["teacher", "TheTeacher", "\uff34eacher_2", "t\u0435acher"]
)
def test_no_name_contains_teacher_however_it_is_written(name: str) -> None:
    with pytest.raises(names.BadName, match=r"^That name is reserved"):
        names.normalise(name)


def test_all_the_reserved_words_are_listed_here() -> None:
    assert set(RESERVED) == names.RESERVED


@CHECK
@given(text=st.text(max_size=30) | st.text("aé张_-. \u0301\u200d", max_size=30))
def test_any_text_is_a_good_name_or_a_bad_one(text: str) -> None:
    try:
        name = names.normalise(text)
    except names.BadName:
        return
    assert names.normalise(name) == name
    assert 1 <= len(name) <= 24
    assert len(name.encode()) <= 64
    assert name[0].isalnum()
    assert not set(name) & {" ", ":", ",", "@", "(", "[", *INVISIBLE}


# ---- which two names are one


@pytest.mark.parametrize(
    "same",
    [
        ["alice", "Alice", "ALICE", "ａｌｉｃｅ"],
        ["éva", "e\u0301va", "ÉVA", "E\u0301VA"],
        ["strasse", "Straße", "STRASSE", "STRAẞE"],
        ["σας", "ΣΑΣ", "σασ"],
        ["pay", "рау", "РАУ"],
        ["niko", "νικο", "ΝΙΚΟ"],
        ["bobe", "вове", "ВОВЕ"],
        ["ota", "ота", "οτα", "ΟΤΑ"],
        ["xyc", "хус"],
        ["sissi", "ѕіѕѕі"],
        ["kılı".replace("ı", "i"), "KILI"],
        ["naïve", "NAÏVE", "naı\u0308ve".replace("ı", "i")],
        ["fi", "ﬁ", "FI"],
        ["йод", "Йод", "и\u0306од"],
        ["ё", "ë", "Ё"],
    ],
)
def test_names_that_look_alike_have_one_key(same: list[str]) -> None:
    assert {names.key(name) for name in same} == {names.key(same[0])}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann", "anne"),
        ("eva", "éva"),
        ("a-b", "a_b"),
        ("a.b", "ab"),
        ("бор", "bor"),
        ("жук", "juk"),
        ("γδ", "yd"),
        ("rn", "m"),
        ("张", "弓长"),
        ("1", "l"),
    ],
)
def test_names_that_differ_have_two_keys(one: str, other: str) -> None:
    assert names.key(one) != names.key(other)


def test_a_letter_that_is_drawn_alike_is_named_in_the_source() -> None:
    """On a screen a Cyrillic letter in the table would pass for a Latin one."""
    assert Path(names.__file__).read_text("utf-8").isascii()


@pytest.mark.parametrize("code", names._LOOKALIKES)
def test_a_letter_that_is_drawn_alike_is_found_in_both_cases(code: int) -> None:
    letter, latin = chr(code), names._LOOKALIKES[code]
    assert unicodedata.name(letter).split()[0] in ("CYRILLIC", "GREEK")
    assert {names.key(letter), names.key(letter.upper())} == {latin}
    assert latin.isascii()


def test_the_letters_that_are_named_are_these() -> None:
    """They are named there and drawn here, so a mistake must be made twice."""
    drawn = "авсԁенһіјкӏморԛѕтԝхуүѵ" + "αβεζηικμνορτυχϳ"
    latin = "abcdehhijklmopqstwxyyv" + "abezhikmnoptyxj"
    assert dict(zip(map(ord, drawn), latin, strict=True)) == names._LOOKALIKES


def check_idempotent(key: Callable[[str], str], texts: Iterable[str]) -> None:
    wrong = [text for text in texts if key(key(text)) != key(text)]
    assert wrong == []


def check_one_key(key: Callable[[str], str], texts: Iterable[str]) -> None:
    """What `normalise` makes of a text, or its capitals, is the same user."""
    nfkc = "NFKC"
    wrong = [
        text
        for text in texts
        if not key(text)
        == key(unicodedata.normalize(nfkc, text))
        == key(text.casefold())
    ]
    assert wrong == []


@pytest.mark.slow
def test_the_key_of_a_key_is_the_key_for_each_character() -> None:
    check_idempotent(names.key, UNICODE)


@pytest.mark.slow
def test_one_key_for_each_character_and_its_spellings() -> None:
    check_one_key(names.key, UNICODE)


MIXED = st.text(
    st.sampled_from("aÅſİıϓΐᾳẞﬁǅµΩ\u0345\u0301\u0307\u0323ϒѵЇӏＡ㎏"), max_size=6
)


@CHECK
@given(text=MIXED | st.text(max_size=6))
@example(text="\u1e9b\u0323")
@example(text="\u0345\u0301")
def check_texts(key: Callable[[str], str], text: str) -> None:
    check_idempotent(key, [text])
    check_one_key(key, [unicodedata.normalize("NFKC", text)])


def test_the_key_of_a_key_is_the_key_for_any_text() -> None:
    check_texts(names.key)


def without_the_first_form(text: str) -> str:
    """Planted bug: normalised only after the case is folded."""
    return unicodedata.normalize("NFKC", text.casefold())


def with_lower(text: str) -> str:
    """Planted bug: `lower` instead of `casefold`."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())


def without_the_loop(text: str) -> str:
    """Planted bug: mapped once, though what comes out may have to be mapped again."""
    table = str.maketrans("іοѵ", "ioу") | str.maketrans("у", "y")
    return unicodedata.normalize("NFKC", text).casefold().translate(table)


@pytest.mark.parametrize(
    "wrong",
    [without_the_first_form, with_lower, without_the_loop],
)
def test_the_texts_catch_a_planted_bug(wrong: Callable[[str], str]) -> None:
    with pytest.raises(AssertionError):
        check_texts(wrong)


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        (check_idempotent, without_the_first_form),
        (check_idempotent, without_the_loop),
        (check_one_key, with_lower),
        (check_one_key, without_the_first_form),
    ],
)
def test_all_of_unicode_catches_a_planted_bug(
    check: Callable[[Callable[[str], str], Iterable[str]], None],
    wrong: Callable[[str], str],
) -> None:
    with pytest.raises(AssertionError):
        check(wrong, UNICODE[:0x3000])


def test_what_is_far_too_long_for_a_name_is_not_folded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A line of it would take milliseconds, and anybody can send a thousand."""
    folded: list[str] = []
    real = unicodedata.normalize

    def normalize(form: str, text: str) -> str:
        folded.append(text)
        return real(form, text)

    monkeypatch.setattr(unicodedata, "normalize", normalize)
    longest = "\ufdfa" * (names.MAX_FOLDED_BYTES // 3)
    assert names.key(longest)
    assert folded
    folded.clear()
    too_long = longest + "aa"
    assert names.key(too_long) == too_long
    with pytest.raises(names.BadName, match="87 characters"):
        names.normalise(too_long)
    assert folded == []


def test_what_unfolds_to_far_too_much_is_normalised_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """U+FDFA stands for 18 letters: 85 of it are short, but not their letters."""
    folded: list[str] = []
    monkeypatch.setattr(names, "_fold", folded.append)
    assert names.key("\ufdfa" * 85) == "\ufdfa" * 85
    assert folded == []
