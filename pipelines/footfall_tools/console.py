# SPDX-License-Identifier: MPL-2.0
"""How the commands speak: one clear sentence for each mistake, never a traceback for the user's."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType

OK, FAILED, USAGE = 0, 1, 2


class Failed(Exception):
    """The run failed; exit status 1."""


class WrongUse(Exception):
    """The command line, or a file that it names, is wrong; exit status 2."""


def say(text: str = "") -> None:
    """A line for the person at the terminal."""
    print(text, flush=True)


def note(text: str) -> None:
    """A line beside the result: progress and warnings."""
    print(text, file=sys.stderr, flush=True)


def run(name: str, main: Callable[[Sequence[str]], int]) -> int:
    """Runs a command; its mistakes become sentences and exit statuses, and SIGTERM and SIGHUP end it like Ctrl-C."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # SIGINT too: a shell starts background jobs with it ignored, and Python would leave it so.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        return main(sys.argv[1:])
    except WrongUse as mistake:
        note(f"{name}: {mistake}")
        return USAGE
    except (Failed, OSError) as failure:
        note(f"{name}: {failure}")
        return FAILED
    except KeyboardInterrupt:
        note(f"{name}: interrupted")
        return 130


class Progress:
    """One line that is written over, on a terminal; a line every ten seconds elsewhere."""

    def __init__(self, what: str, total_s: float | None) -> None:
        self._what, self._total_s = what, total_s
        self._live = sys.stderr.isatty()
        self._said_s = -10.0

    def at(self, seconds: float) -> None:
        """The stream has come to this second."""
        if not self._live and seconds - self._said_s < 10.0:
            return
        self._said_s = seconds
        text = f"  {self._what}: {seconds:4.0f} s"
        if self._total_s:
            share = min(seconds / self._total_s, 1.0)
            text += f" of {self._total_s:.0f} s  [{'#' * round(30 * share):30}] {100 * share:3.0f} %"
        print(("\r" + text) if self._live else text, end="" if self._live else "\n", file=sys.stderr, flush=True)

    def done(self) -> None:
        """Leaves the line."""
        if self._live:
            print(file=sys.stderr, flush=True)
