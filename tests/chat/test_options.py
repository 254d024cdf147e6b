"""The options of the server: each sets its limit, and a bad one is refused."""

import argparse
import contextlib
import re
import threading

import pytest

from chat import config, options
from chat.server import app

DEFAULTS = [
    ("max-clients", 512),
    ("max-per-host", 16),
    ("max-pending", 64),
    ("join-timeout", 15.0),
    ("name-tries", 5),
    ("join-rate", 0.5),
    ("max-rooms", 64),
    ("max-line", 4096),
    ("rate", 10.0),
    ("burst", 20),
    ("outbox-bytes", 256 * 1024),
    ("stall-timeout", 30.0),
    ("history", 100),
]
SECONDS_AND_RATES = ["join-timeout", "join-rate", "rate", "stall-timeout"]
COUNTS = [name for name, _ in DEFAULTS if name not in SECONDS_AND_RATES]


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """An option that is taken by mistake fails at once instead of serving."""
    monkeypatch.setattr(app, "ChatServer", None)


def limits_of(*arguments: str) -> config.Limits:
    """Return the limits that a command line stands for."""
    parser = argparse.ArgumentParser()
    options.add_options(parser)
    return options.chosen(parser.parse_args(arguments))


def value_of(limits: config.Limits, option: str) -> float:
    return getattr(limits, option.replace("-", "_"))


def help_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> str:
    """Return what `--help` prints, its lines joined."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit, match=r"^0$"):
        app.main(["--help"])
    return " ".join(capsys.readouterr().out.split())


def test_the_help_fits_a_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit, match=r"^0$"):
        app.main(["--help"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 24  # and the command itself
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("option", [name for name, _ in DEFAULTS])
@pytest.mark.parametrize("text", ["0", "1", "77"])
def test_an_option_sets_its_limit_and_no_other(option: str, text: str) -> None:
    chosen = limits_of(f"--{option}", text)
    field = option.replace("-", "_")
    assert value_of(chosen, option) == int(text)
    assert vars(chosen) == {**vars(config.Limits()), field: int(text)}


@pytest.mark.parametrize("option", SECONDS_AND_RATES)
def test_seconds_and_rates_may_be_fractions(option: str) -> None:
    assert value_of(limits_of(f"--{option}", "0.5"), option) == 0.5


def test_a_count_is_a_whole_number() -> None:
    assert all(isinstance(value_of(limits_of(), option), int) for option in COUNTS)


@pytest.mark.parametrize("option", [name for name, _ in DEFAULTS])
@pytest.mark.parametrize(
    "text", ["-1", "nan", "inf", "-inf", "1e999", "ten", "", "1 2"]
)
def test_what_is_no_number_is_refused_in_one_line(
    option: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        app.main([f"--{option}={text}"])
    last = capsys.readouterr().err.splitlines()[-1]
    numbers = "a number from 0.001 to 1,000,000"
    if option in COUNTS:
        numbers = "a whole number from 1 to 1,000,000,000,000"
    assert last.endswith(f"argument --{option}: {text!r} is neither 0 nor {numbers}")


@pytest.mark.parametrize("text", ["-1", "65536", "http", "1.5", ""])
def test_what_is_no_port_is_refused_in_one_line(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        app.main([f"--port={text}"])
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.endswith(f"argument --port: {text!r} is not between 0 and 65535")


@pytest.mark.parametrize("option", COUNTS)
def test_a_count_is_no_fraction(option: str) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        app.main([f"--{option}=1.5"])


@pytest.mark.parametrize(
    "argument",
    ["--port=-1", "--port=65536", "--port=http", "--max-client=1", "--colour", "room"],
)
def test_a_bad_option_has_exit_status_2(argument: str) -> None:
    with pytest.raises(SystemExit, match=r"^2$"):
        app.main([argument])


@pytest.mark.parametrize(
    ("option", "default"), [("host", "127.0.0.1"), ("port", 12345), *DEFAULTS]
)
def test_help_names_each_option_and_its_default(
    option: str,
    default: float | str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = help_text(capsys, monkeypatch)
    shown = default if isinstance(default, str) else f"{default:g}"
    assert re.search(rf" --{option} [A-Z]+ [^()]*\(default {shown}\)", text)


@pytest.mark.parametrize("options", ["-h, --help", "-v, --verbose", "--version"])
def test_help_names_the_options_without_a_value(
    options: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f" {options} " in help_text(capsys, monkeypatch)


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match=r"^0$"):
        app.main(["--version"])
    assert re.fullmatch(r"chat \d+\.\d+\.\d+\n", capsys.readouterr().out)


@pytest.mark.parametrize("argument", ["--rate=1e-12", "--join-timeout=1e12"])
def test_a_time_that_no_thread_can_wait_for_is_no_option(argument: str) -> None:
    with contextlib.suppress(SystemExit):
        limits = limits_of(argument)
        assert limits.join_timeout <= threading.TIMEOUT_MAX
        assert 1 / limits.rate <= threading.TIMEOUT_MAX


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "fe80::1%eth0", ""])
def test_a_host_is_left_as_it_is(host: str) -> None:
    assert options.host(host) == host


def test_brackets_around_an_ipv6_address_are_dropped() -> None:
    assert options.host("[::1]") == "::1"  # so the server and the log write it


@pytest.mark.parametrize(
    ("host", "address"), [("10.0.0.7:80", "10.0.0.7"), ("[::1]:80", "::1")]
)
def test_a_port_in_the_host_is_said_to_be_one(host: str, address: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=f"say --host {address} --p"):
        options.host(host)
