# SPDX-License-Identifier: MPL-2.0
"""Where the data lie and the scorer lives."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tracking.broken import Broken

#: The scorer, and the versions with which the recorded figures were made.
PACKAGES = ("trackeval==1.3.0", "numpy==2.4.6", "scipy==1.17.1")
ROOT = Path(__file__).resolve().parents[2]
FAMILIES = ("mot17-val", "mot17-static", "mot20", "tud", "dance", "sim")
_SUITE = re.compile(rf"({'|'.join(FAMILIES)})-((base|fps15|fps10|fps5)(-miss20)?|(base|fps10)-jitter|irreg)")


def is_suite(name: str) -> bool:
    """Is it the name of a suite?"""
    return _SUITE.fullmatch(name) is not None


def family_and_variant(suite: str) -> tuple[str, str]:
    """The two parts of a suite's name."""
    match = _SUITE.fullmatch(suite)
    if match is None:
        raise Broken(f"{suite}: no such suite")
    return match[1], match[2]


def assets() -> Path:
    """The folder of the assets."""
    folder = Path(os.environ.get("FOOTFALL_ASSETS") or ROOT.parent / "shared" / "assets")
    if not (folder / "tracking" / "base.tar.xz").is_file():
        raise Broken(f"{folder}/tracking/base.tar.xz is not there; set FOOTFALL_ASSETS to the folder of the test data")
    return folder.resolve()


def scorer(note: Callable[[str], None]) -> Path:
    """The Python that has the scorer; made when it is not there."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    venv = cache / "footfall" / "tracking-venv"
    python = venv / "bin" / "python"
    ready = venv / "footfall-ready"
    wanted = "\n".join(PACKAGES)
    if not (ready.is_file() and ready.read_text() == wanted):
        note(f"installing {', '.join(PACKAGES)} into {venv}")
        _run([_python_with_venv(), "-m", "venv", "--clear", str(venv)])
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES])
        ready.write_text(wanted)
    return python


def _python_with_venv() -> str:
    """A Python that can make an environment; Debian's own can not without the package python3-venv."""
    for python in (sys.executable, shutil.which("python3")):
        if python and subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode == 0:
            return python
    raise Broken("no Python here can make an environment; install the package python3-venv")


def _run(command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise Broken(f"{' '.join(command[:4])} ... failed:\n{done.stdout.strip()}")
