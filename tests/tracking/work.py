# SPDX-License-Identifier: MPL-2.0
"""Suites are made, tracks are made, tracks are scored."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from tracking import places
from tracking.broken import Broken

__all__ = ["Broken", "build", "make_suites", "measure", "run"]

Note = Callable[[str], None]
Figures = dict[str, dict[str, float]]


def make_suites(assets: Path, python: Path, out: Path, suites: Sequence[str], note: Note) -> None:
    """Makes the suites that are not there."""
    missing = [s for s in suites if not (out / s).is_dir()]
    families: dict[str, list[str]] = {}
    for suite in missing:
        family, variant = places.family_and_variant(suite)
        families.setdefault(family, []).append(variant)
    for family, variants in families.items():
        note(f"making {family}: {', '.join(variants)}")
        base = assets / "tracking" / "base.tar.xz"
        command = [python, assets / "tools" / "make_suites.py", "--base", base, "--out", out, "--only", family, "--variants", *variants]
        run(command)


def build(note: Note) -> Path:
    """The built example."""
    note("building the example mot")
    names = ["--package", "gst-plugin-zonetracker", "--no-default-features", "--example", "mot"]
    done = run(["cargo", "build", "--release", "--locked", "--message-format=json", *names], cwd=places.ROOT)
    for line in done.splitlines():
        message = json.loads(line) if line.startswith("{") else {}
        if message.get("executable") and message.get("target", {}).get("name") == "mot":
            return Path(message["executable"])
    raise Broken("cargo built no example mot")


def measure(
    assets: Path, python: Path, example: Path, folder: Path, suites: Sequence[str], threshold: float, note: Note
) -> Figures:
    """Runs the tracker on every sequence of the suites and scores it."""
    figures: Figures = {}
    for suite in suites:
        tracks = folder / "tracks" / suite
        tracks.mkdir(parents=True, exist_ok=True)
        for sequence in sorted(p for p in (folder / suite).iterdir() if (p / "det.txt").is_file()):
            result = run([example, sequence, "--threshold", str(threshold)])
            (tracks / f"{sequence.name}.txt").write_text(result)
        scored = tracks / "score.json"
        run([python, assets / "tools" / "score_mot.py", "--suite", folder / suite, "--tracks", tracks, "--json", scored])
        figures[suite] = json.loads(scored.read_text())["all"]
        note(f"{suite}: HOTA {figures[suite]['HOTA']:.1f}")
    return figures


def run(command: Sequence[str | Path], cwd: Path | None = None) -> str:
    """What the command printed."""
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        raise Broken(f"{Path(command[0]).name} failed with status {done.returncode}:\n{done.stderr.strip()}")
    return done.stdout
