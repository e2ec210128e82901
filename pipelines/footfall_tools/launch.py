# SPDX-License-Identifier: MPL-2.0
"""The launch line: an element is a list of words, as gst-launch-1.0 takes them; printed so that it can be copied."""

from __future__ import annotations

import shlex
from pathlib import Path

Element = list[str]

DECODERS: dict[str, list[Element]] = {
    "h264": [["rtph264depay"], ["h264parse"], ["avdec_h264", "max-threads=1"]],
    "h265": [["rtph265depay"], ["h265parse"], ["avdec_h265", "max-threads=1"]],
    "jpeg": [["rtpjpegdepay"], ["jpegparse"], ["jpegdec"]],
}
# Every run falls into one hour, whenever it is started: a film has no time of its own.
START_TIME = "2026-03-02T09:00:00Z"


def element(name: str, /, *settings: str, **properties: object) -> Element:
    """An element and its properties; an underscore stands for a hyphen."""
    return [name, *settings, *(f"{key.replace('_', '-')}={value}" for key, value in properties.items())]


def from_camera(address: str, codec: str | None) -> list[Element]:
    """From an RTSP camera to decoded pictures. `decodebin` finds the decoder where the codec is not known; sound is left."""
    source = element("rtspsrc", location=address, protocols="tcp", latency=200)
    return [source, ["application/x-rtp,media=video"], *(DECODERS[codec] if codec else [["decodebin"]]), ["videoconvert"]]


def from_film(film: Path, frames: int = 0) -> list[Element]:
    """From a file to decoded pictures, as fast as they come; all frames, or that many."""
    limit = [element("identity", eos_after=frames)] if frames else []
    return [element("filesrc", location=film), ["decodebin"], *limit, ["videoconvert"]]


def progress() -> Element:
    """Says once a second how far the stream has come; touches nothing."""
    return element("progressreport", name="progress", update_freq=1, do_query="false", format="time")


def detector(model: Path | None, scene: Path | None, *settings: str) -> Element:
    """persondetector with the fixed hour of demonstrations; without a model it uses its own."""
    files = [*([f"model={model}"] if model else []), *([f"scene-location={scene}"] if scene else [])]
    return ["persondetector", *files, f"start-time={START_TIME}", *settings]


def counts_to(broker: str) -> list[Element]:
    """The branch of the counts. A leaky queue: what it loses are buffers, never figures, and it never holds up the encoder."""
    queue = element("queue", leaky="downstream", max_size_buffers=2)
    return [queue, element("countsink", broker=broker, publish_partial="true")]


def video_to(file: Path) -> list[Element]:
    """The branch of the picture. avc3 keeps a file readable whose picture size changes on the way."""
    encoder = element("x264enc", tune="zerolatency", speed_preset="superfast", bitrate=2000, threads=1)
    parser = element("h264parse", config_interval=-1)
    return [["queue"], ["videoconvert"], encoder, parser, ["video/x-h264,stream-format=avc3"], ["mp4mux"], element("filesink", location=file)]


def linked(elements: list[Element]) -> list[str]:
    """The words of elements in a row."""
    words: list[str] = []
    for item in elements:
        words += (["!"] if words else []) + item
    return words


def whole(trunk: list[Element], branches: list[list[Element]]) -> list[str]:
    """The words of a trunk that ends in `tee name=t`, and of its branches."""
    words = linked([*trunk, element("tee", name="t")])
    for branch in branches:
        words += ["t.", "!", *linked(branch)]
    return words


def printable(trunk: list[Element], branches: list[list[Element]]) -> str:
    """The line for a shell, its parts under each other."""

    def row(elements: list[Element]) -> str:
        return " ! ".join(" ".join(word if word.isascii() and not set(word) & set(" \"'()$&;|<>*?[]`\\!#~") else shlex.quote(word) for word in e) for e in elements)

    rows = [row([*trunk, element("tee", name="t")]), *("t. ! " + row(branch) for branch in branches)]
    return "gst-launch-1.0 -e " + " \\\n    ".join(rows)
