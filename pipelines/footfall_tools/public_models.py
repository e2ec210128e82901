# SPDX-License-Identifier: MPL-2.0
"""Public detectors that Footfall runs but does not ship: where they are, and how we know that it is them."""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from .console import Failed


@dataclass(frozen=True)
class PublicModel:
    """A file of somebody's release."""

    file_name: str
    address: str
    size: int  # bytes
    sha256: str
    licence: str


KNOWN = {
    "yolox-nano": PublicModel(
        "yolox_nano.onnx",
        "https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/yolox_nano.onnx",
        3_659_407,
        "c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d",
        "Apache-2.0",
    ),
}


def cached(model: PublicModel) -> Path:
    """Where it is kept."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "footfall" / "models" / model.file_name


def is_whole(path: Path, model: PublicModel) -> bool:
    """Is it there, to the last bit? Checked at each use: a cache can be changed."""
    return path.is_file() and path.stat().st_size == model.size and hashlib.sha256(path.read_bytes()).hexdigest() == model.sha256


def fetch(model: PublicModel, address: str, path: Path) -> None:
    """Fetches it from `address`; what is not the known file is never stored under its name."""
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            # One byte more than it has: a longer answer is told from it without being read to its end.
            body = answer.read(model.size + 1)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise Failed(f"{address} can not be read: {getattr(error, 'reason', error)}") from None
    found = hashlib.sha256(body).hexdigest()
    if len(body) != model.size or found != model.sha256:
        size = f"{len(body)} bytes" if len(body) <= model.size else f"more than {model.size} bytes"
        raise Failed(f"{address} gave {size} with SHA-256 {found}, not {model.size} with {model.sha256}; it is not used")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part.{os.getpid()}")
    part.write_bytes(body)
    part.replace(path)
