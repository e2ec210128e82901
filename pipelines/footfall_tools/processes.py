# SPDX-License-Identifier: MPL-2.0
"""The processes that a command starts: each in a group of its own, and every one of them ended with the command."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
from types import TracebackType
from typing import Any


PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _end_with_parent() -> None:
    """In the child: should the command itself be killed, the kernel ends the child too."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Processes:
    """A `with` block in which processes live. A terminal's Ctrl-C reaches none of them: the command decides."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[Any]] = []

    def start(self, command: list[str], **options: Any) -> subprocess.Popen[Any]:
        """Starts a program with no standard input."""
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_end_with_parent, **options
        )
        self._running.append(process)
        return process

    def stop(self, process: subprocess.Popen[Any], patience_s: float = 2.0) -> None:
        """Asks a process and its group to end, and makes them when they don't."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience_s)
                break
        # What the process itself had started may have outlived it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        if process in self._running:
            self._running.remove(process)

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        # A second Ctrl-C while we clean up must not leave anything behind.
        before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            for process in reversed(list(self._running)):
                self.stop(process)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
