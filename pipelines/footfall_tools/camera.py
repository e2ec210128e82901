#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""A camera made of a film: a real RTSP server on the loopback address that plays the film once, in real time.

usage: camera.py FILM [--codec h264|h265|jpeg] [--port N] [--size WxH]

It encodes the film anew, without B-frames, as cameras do (with them rtspsrc repeats timestamps), prints its address as its
first line, and ends when its standard output closes or by a signal. Sound is left out.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

# Quantizer 10 gives 1 to 4 Mbit/s for the clips, as cameras send; at 18 (0.5 Mbit/s) a person who is hard to see was lost.
ENCODERS = {
    "h264": (
        "x264enc tune=zerolatency speed-preset=ultrafast bframes=0 pass=quant quantizer=10 key-int-max=30 threads=1"
        " ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=1"
    ),
    "h265": (
        "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=30 option-string=bframes=0:qp=10:pools=1:frame-threads=1:log-level=0"
        " ! h265parse ! rtph265pay name=pay0 pt=96 config-interval=1"
    ),
    "jpeg": "jpegenc quality=92 ! rtpjpegpay name=pay0 pt=26",
}
# Chroma of 4:2:0 needs even sides; RTP's JPEG counts in blocks of eight.
ALIGNMENT = {"h264": 2, "h265": 2, "jpeg": 8}


def launch_line(film: Path, codec: str, size: tuple[int, int] | None) -> str:
    """The server's half of the pipeline."""
    place = str(film).replace("\\", "\\\\").replace('"', '\\"')
    words = [f'filesrc location="{place}"', "decodebin", "videoconvert"]
    if size and (size[0] % ALIGNMENT[codec] or size[1] % ALIGNMENT[codec]):
        width, height = (side // ALIGNMENT[codec] * ALIGNMENT[codec] for side in size)
        words += ["videoscale", f"video/x-raw,width={width},height={height}"]
    words += ["video/x-raw,format=I420", ENCODERS[codec]]
    return "( " + " ! ".join(words) + " )"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("film", type=Path)
    parser.add_argument("--codec", choices=sorted(ENCODERS), default="h264")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--size", default="", help="WxH of the film, if its sides may not suit the codec")
    given = parser.parse_args()

    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer

    Gst.init(None)
    size = tuple(int(side) for side in given.size.split("x")) if given.size else None
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(launch_line(given.film.resolve(), given.codec, size))
    factory.set_shared(True)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(given.port))
    server.get_mount_points().add_factory("/camera", factory)
    if not server.attach(None):
        print("camera: no port could be opened on 127.0.0.1", file=sys.stderr)
        return 1
    print(f"rtsp://127.0.0.1:{server.get_bound_port()}/camera", flush=True)
    GLib.MainLoop().run()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
