# SPDX-License-Identifier: MPL-2.0
"""What a film file is: codec, size, rate, length. GStreamer's discoverer reads it; sound is ignored."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from .console import WrongUse


@dataclass(frozen=True)
class Film:
    """A film's first video stream."""

    path: Path
    codec: str  # "h264", "h265", "jpeg" or "other"
    width: int
    height: int
    frames_per_s: float  # 0 when the container does not say
    duration_s: float

    def camera_codec(self) -> str:
        """The codec that a camera with this film would send: the film's own family, else H.264."""
        return self.codec if self.codec in ("h264", "h265", "jpeg") else "h264"


CODECS = {"video/x-h264": "h264", "video/x-h265": "h265", "image/jpeg": "jpeg"}


def look_at(path: Path) -> Film:
    """Reads what the file is. Call it after the environment is set: it starts GStreamer."""
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstPbutils", "1.0")
    from gi.repository import GLib, Gst, GstPbutils

    if not path.is_file():
        raise WrongUse(f"{path}: there is no such film")
    Gst.init(None)
    try:
        found = GstPbutils.Discoverer.new(20 * Gst.SECOND).discover_uri(path.resolve().as_uri())
    except GLib.Error as error:
        raise WrongUse(f"{path} can not be played: {error.message}") from None
    videos = [stream for stream in found.get_video_streams() if not stream.is_image()] or found.get_video_streams()
    if not videos:
        raise WrongUse(f"{path} holds no video that GStreamer can play")
    video = videos[0]
    name = video.get_caps().get_structure(0).get_name()
    rate = video.get_framerate_num() / video.get_framerate_denom() if video.get_framerate_denom() else 0.0
    return Film(
        path.resolve(), CODECS.get(name, "other"), video.get_width(), video.get_height(), rate, found.get_duration() / Gst.SECOND
    )


def sha256(path: Path) -> str:
    """The file's SHA-256, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
