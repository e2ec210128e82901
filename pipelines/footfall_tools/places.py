# SPDX-License-Identifier: MPL-2.0
"""Where things lie, and how the environment of the plugin gets into this process."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .console import Failed, WrongUse

PIPELINES = Path(__file__).resolve().parent.parent
SCENES = PIPELINES / "scenes"


def make_ready(*setup_options: str) -> None:
    """Runs setup, which says what it does and is silent when all is there, then takes over what env prints.

    Before GStreamer is imported: it reads its environment once.
    """
    done = subprocess.run([PIPELINES / "setup", "--quiet", *setup_options], check=False)
    if done.returncode != 0:
        raise Failed("pipelines/setup did not finish, see above")
    lines = subprocess.run([PIPELINES / "env"], stdout=subprocess.PIPE, text=True, check=False)
    if lines.returncode != 0:
        raise Failed("pipelines/env has nothing to say, see above")
    for line in lines.stdout.splitlines():
        name, _, value = line.removeprefix("export ").partition("=")
        os.environ[name] = "".join(shlex.split(value))


def assets() -> Path | None:
    """The folder with clips, truth files and models, where there is one."""
    folder = Path(os.environ.get("FOOTFALL_ASSETS") or PIPELINES.parent.parent / "shared" / "assets")
    return folder.resolve() if folder.is_dir() else None


def sample_clip() -> Path:
    """The clip that setup took out of Debian's opencv-doc."""
    path = os.environ.get("FOOTFALL_CLIP")
    if not path:
        raise Failed("the sample clip is not there; run pipelines/setup, or pass --source")
    return Path(path)


def model(given: str | None) -> Path | None:
    """The detector that is asked for; None: the one that is built into persondetector."""
    if given is None:
        return None
    path = Path(given)
    if not path.is_file():
        raise WrongUse(f"--model {given}: there is no such file")
    return path.resolve()


def model_name(model: Path | None) -> str:
    """How a detector is called in reports."""
    return str(model) if model else "footfall-person, built in"


def scene(given: str | None, source: str) -> Path:
    """The scene to use: the one given, pipelines/scenes/<stem of the source>.json, or scene.json beside a rendered film."""
    if given is not None:
        path = Path(given)
        if not path.is_file():
            raise WrongUse(f"--scene {given}: there is no such file")
        return path.resolve()
    if source.startswith(("rtsp://", "rtsps://")):
        raise WrongUse("a camera needs its scene: pass --scene FILE (pipelines/scenes has examples, pipelines/still makes a still to measure in)")
    path = SCENES / f"{Path(source).stem}.json"
    beside = Path(source).resolve().with_name("scene.json")
    if not path.is_file() and beside.is_file():
        return beside
    if not path.is_file():
        raise WrongUse(f"there is no scene for {source} ({path} is missing); pass one with --scene FILE")
    return path


def find_program(name: str) -> str:
    """A program's path; servers lie in /usr/sbin, which a user's PATH leaves out."""
    places: Sequence[str] = [*os.environ.get("PATH", "").split(":"), "/usr/sbin", "/sbin", "/usr/bin"]
    for place in places:
        path = Path(place) / name
        if place and os.access(path, os.X_OK):
            return str(path)
    raise Failed(f"{name} is not installed; run pipelines/setup")
