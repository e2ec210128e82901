# SPDX-License-Identifier: MPL-2.0
"""One picture out of many scrubbed ones: the median in time, in which covered rectangles of people who move vanish.

It sees nothing but what has left pixelscrubber already.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import launch
from .console import Failed

# So many pictures are enough that a walker covers no place in half of them.
SAMPLES = 41
# pixelscrubber's default fill colour, each of red, green and blue; a recording has it within a few steps.
FILL, FILL_TOLERANCE = 128, 5
# Sorts behind every colour.
COVERED = 999
# So many rows of all pictures are looked at together.
ROWS = 32
# A hung camera is silent for longer than this.
PATIENCE_S = 20.0


def start_gstreamer() -> Any:
    """GStreamer for Python, with what a still needs."""
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstApp", "1.0")
    from gi.repository import Gst, GstApp  # noqa: F401  (GstApp gives appsink its methods)

    Gst.init(None)
    return Gst


def pictures(elements: list[launch.Element], wanted: Callable[[float], bool], end_s: float | None = None) -> list[Any]:
    """Runs elements that end in raw video and gives the wanted pictures (by their second) as arrays of RGB.

    Ends with the stream, at its second `end_s`, or when nothing has come for PATIENCE_S.
    """
    Gst = start_gstreamer()
    sink = launch.element("appsink", "name=pictures", sync="false", max_buffers=4)
    pipeline = Gst.parse_launchv(launch.linked([*elements, ["videoconvert"], ["video/x-raw,format=RGB"], sink]))
    out = pipeline.get_by_name("pictures")
    pipeline.set_state(Gst.State.PLAYING)
    found: list[Any] = []
    waited_s = 0.0
    try:
        while waited_s < PATIENCE_S and not out.get_property("eos"):
            # In short steps, so that Ctrl-C is heard.
            sample = out.try_pull_sample(Gst.SECOND // 2)
            if sample is None:
                raise_error(pipeline, Gst)
                waited_s += 0.5
                continue
            waited_s = 0.0
            at_s = sample.get_segment().to_stream_time(Gst.Format.TIME, sample.get_buffer().pts) / Gst.SECOND
            if wanted(at_s):
                found.append(as_array(sample, Gst))
            if end_s is not None and at_s >= end_s:
                break
        raise_error(pipeline, Gst)
    finally:
        pipeline.set_state(Gst.State.NULL)
    if not found:
        raise Failed("no picture came; does the source play with gst-launch-1.0?")
    return found


def as_array(sample: Any, Gst: Any) -> Any:
    """A sample of RGB as rows of pixels."""
    import numpy

    caps = sample.get_caps().get_structure(0)
    height, width = caps.get_value("height"), caps.get_value("width")
    stride = (3 * width + 3) // 4 * 4  # GStreamer's own layout of RGB
    ok, memory = sample.get_buffer().map(Gst.MapFlags.READ)
    if not ok:
        raise Failed("a picture could not be read")
    try:
        rows = numpy.frombuffer(memory.data, numpy.uint8)[: stride * height].reshape(height, stride)
        return rows[:, : 3 * width].reshape(height, width, 3).copy()
    finally:
        sample.get_buffer().unmap(memory)


def every(step_s: float) -> Callable[[float], bool]:
    """Wants a picture every so many seconds."""
    next_s = 0.0

    def wanted(at_s: float) -> bool:
        nonlocal next_s
        if at_s < next_s:
            return False
        next_s = at_s + step_s
        return True

    return wanted


def raise_error(pipeline: Any, Gst: Any) -> None:
    """Raises the pipeline's own sentence, if it posted one."""
    message = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    if message:
        error, _ = message.parse_error()
        raise Failed(error.message)


def median(found: list[Any]) -> Any:
    """The median of what was not covered, pixel by pixel; covered stays what was covered in most of the pictures.

    Blanked pictures (one colour all over) and those of another size than the last say nothing here. A quarter of the
    pictures must show a place: one that was open once could hold somebody whom the detector missed.
    """
    import numpy

    shown = [picture for picture in found if (picture != picture[0, 0]).any()]
    if not shown:
        raise Failed("every picture was blanked, so that there is no still; is the model a person detector, and the scene open?")
    same = [picture for picture in shown if picture.shape == shown[-1].shape][-SAMPLES:]
    least = max(1, len(same) // 4)
    out = numpy.empty_like(same[0])
    for top in range(0, out.shape[0], ROWS):
        band = numpy.stack([picture[top : top + ROWS] for picture in same]).astype(numpy.int16)
        covered = (abs(band - FILL) <= FILL_TOLERANCE).all(axis=-1)
        band[covered] = COVERED
        band.sort(axis=0)
        open_pictures = len(same) - covered.sum(axis=0)
        middle = numpy.maximum(open_pictures - 1, 0) // 2
        picked = numpy.take_along_axis(band, middle[None, :, :, None], axis=0)[0]
        picked[open_pictures < least] = FILL
        out[top : top + ROWS] = picked
    return out


def write_png(picture: Any, file: Path) -> None:
    """Writes RGB rows as a PNG."""
    import struct
    import zlib

    height, width, _ = picture.shape
    rows = b"".join(b"\0" + row.tobytes() for row in picture)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b""))


def of_film(film: Path, still: Path, length_s: float) -> None:
    """A still of a scrubbed film."""
    write_png(median(pictures(launch.from_film(film), every(max(length_s / SAMPLES, 0.001)))), still)
