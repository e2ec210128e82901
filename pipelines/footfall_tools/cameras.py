# SPDX-License-Identifier: MPL-2.0
"""Starts the camera that plays a film (camera.py) in a process of its own."""

from __future__ import annotations

from pathlib import Path

from . import places
from .console import Failed
from .film import Film
from .processes import Processes


def start(processes: Processes, film: Film, log: Path) -> str:
    """Starts the RTSP server and gives its address; `processes` ends it. It sends the film's own codec family."""
    program = [str(places.PIPELINES / "footfall_tools" / "camera.py"), str(film.path), f"--codec={film.camera_codec()}"]
    program.append(f"--size={film.width}x{film.height}")
    with log.open("wb") as errors:
        server = processes.start(program, stdout=-1, stderr=errors, text=True)
    assert server.stdout is not None
    address = server.stdout.readline().strip()
    if not address.startswith("rtsp://"):
        raise Failed(f"the RTSP server did not start: {log.read_text().strip()}")
    return address
