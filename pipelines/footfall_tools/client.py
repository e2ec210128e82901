# SPDX-License-Identifier: MPL-2.0
"""Runs gst-launch-1.0, follows how far it has come, and ends it the way the end of a stream would."""

from __future__ import annotations

import queue
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .console import note
from .processes import Processes

POSITION = re.compile(r"^progress \([^)]*\): (?:(\d+):(\d\d):(\d\d)|(\d+))")
PROBLEM = re.compile(r"^(ERROR|WARNING): from element \S*?(?:footfall)?([^/:\s]+?)\d*: (.*)$")
# How long a pipeline that was told to end may take: countsink waits up to 5 s for the broker, the muxer writes its index.
PATIENCE_S = 20.0


@dataclass(frozen=True)
class Ended:
    """How a run of gst-launch ended."""

    ok: bool
    interrupted: bool
    seconds: float  # how far the stream had come
    errors: list[str]


class Client:
    """One gst-launch-1.0 in its own process group."""

    def __init__(self, processes: Processes, words: list[str], log: Path) -> None:
        self._processes, self._log = processes, log
        with log.open("wb") as errors:
            command = ["gst-launch-1.0", "-e", *words]
            self._process = processes.start(command, stdout=subprocess.PIPE, stderr=errors, text=True, errors="replace")
        self._positions: queue.Queue[float] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := POSITION.match(line):
                hours, minutes, seconds, plain = found.groups()
                self._positions.put(float(plain) if plain else int(hours) * 3600.0 + int(minutes) * 60 + int(seconds))

    def follow(self, at: Callable[[float], None], limit_s: float | None) -> Ended:
        """Waits for the end and reports positions; ends the stream itself after `limit_s` of it, and at Ctrl-C."""
        position, first, interrupted = 0.0, None, False
        told_at: float | None = None
        while self._process.poll() is None:
            try:
                try:
                    position = self._positions.get(timeout=0.2)
                    at(position)
                except queue.Empty:
                    pass
                first = time.monotonic() if first is None and position > 0 else first
                if told_at is None and limit_s is not None and first is not None and time.monotonic() - first >= limit_s:
                    told_at = self._tell_end()
                if told_at is not None and time.monotonic() - told_at > PATIENCE_S:
                    note("the pipeline did not end in time and was stopped")
                    self._processes.stop(self._process)
            except KeyboardInterrupt:
                if told_at is not None:
                    raise
                interrupted, told_at = True, self._tell_end()
        self._reader.join(2.0)
        while not self._positions.empty():
            position = self._positions.get()
        errors = self.errors()
        return Ended(self._process.returncode in (0, -signal.SIGINT) and not errors, interrupted, position, errors)

    def _tell_end(self) -> float:
        """The same as Ctrl-C at gst-launch -e: an end of stream goes through, files are finished."""
        self._process.send_signal(signal.SIGINT)
        return time.monotonic()

    def errors(self) -> list[str]:
        """The sentences of the elements' errors, with the element's name."""
        found = []
        for line in self._log.read_text(errors="replace").splitlines():
            if line.startswith(("WARNING: erroneous pipeline", "ERROR: pipeline could not be constructed")):
                found.append(line.split(": ", 1)[1])
            elif (problem := PROBLEM.match(line)) and problem.group(1) == "ERROR":
                found.append(f"{problem.group(2)}: {problem.group(3)}")
        return found

    def warnings(self) -> list[str]:
        """The sentences of the elements' warnings, each once."""
        problems = (PROBLEM.match(line) for line in self._log.read_text(errors="replace").splitlines())
        return list(dict.fromkeys(f"{p.group(2)}: {p.group(3)}" for p in problems if p and p.group(1) == "WARNING"))
