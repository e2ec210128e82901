#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""A camera made of a film: a real RTSP server on the loopback address that plays the film once, in real time. FILM may be a folder:
its MP4 files are played one behind the other, by name.

usage: camera.py FILM [--codec h264|h265|jpeg] [--port N] [--size WxH] [--login FILE [--digest]] [--tls FILE] [--corrupt SHARE]

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


def launch_line(film: Path, codec: str, size: tuple[int, int] | None, corrupt: float = 0.0) -> str:
    """The server's half of the pipeline; `corrupt`: the share of encoded bytes that are wrong."""
    place = str(film).replace("\\", "\\\\").replace('"', '\\"')
    source = f'splitmuxsrc location="{place}/*.mp4"' if film.is_dir() else f'filesrc location="{place}"'
    words = [source, "decodebin", "videoconvert"]
    if size and (size[0] % ALIGNMENT[codec] or size[1] % ALIGNMENT[codec]):
        width, height = (side // ALIGNMENT[codec] * ALIGNMENT[codec] for side in size)
        words += ["videoscale", f"video/x-raw,width={width},height={height}"]
    encoder = ENCODERS[codec]
    if corrupt:
        # Behind the parser, which would only throw broken units away, and before the packets.
        encoder = encoder.replace("! rtp", f"! breakmydata probability={corrupt} skip=2000 seed=7 ! rtp", 1)
    words += ["video/x-raw,format=I420", encoder]
    return "( " + " ! ".join(words) + " )"


def guard(factory, login: Path | None, digest: bool, tls: Path | None):
    """Who may look, and by which certificate the camera is known."""
    from gi.repository import Gio, GstRtspServer

    auth = GstRtspServer.RTSPAuth()
    if tls:
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(str(tls)))
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    permissions = GstRtspServer.RTSPPermissions()
    for right in ("media.factory.access", "media.factory.construct"):
        permissions.add_permission_for_role("viewer", right, True)
    factory.set_permissions(permissions)
    if not login:
        auth.set_default_token(token)
        return auth
    user, _, password = login.read_text(encoding="utf-8").split("\n")[0].partition(":")
    if digest:
        from gi.repository import GstRtsp

        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    return auth


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("film", type=Path)
    parser.add_argument("--codec", choices=sorted(ENCODERS), default="h264")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--size", default="", help="WxH of the film, if its sides may not suit the codec")
    parser.add_argument("--login", type=Path, help="a file with user:password on its first line: who may look")
    parser.add_argument("--digest", action="store_true", help="the password is proved, not sent (RFC 7616); else Basic")
    parser.add_argument("--tls", type=Path, help="a PEM file with certificate and key: rtsps://")
    parser.add_argument("--corrupt", type=float, default=0.0, help="this share of the encoded bytes is wrong")
    given = parser.parse_args()

    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer

    Gst.init(None)
    size = tuple(int(side) for side in given.size.split("x")) if given.size else None
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(launch_line(given.film.resolve(), given.codec, size, given.corrupt))
    factory.set_shared(True)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(given.port))
    server.get_mount_points().add_factory("/camera", factory)
    if given.login or given.tls:
        server.set_auth(guard(factory, given.login, given.digest, given.tls))
    if not server.attach(None):
        print("camera: no port could be opened on 127.0.0.1", file=sys.stderr)
        return 1
    scheme = "rtsps" if given.tls else "rtsp"
    print(f"{scheme}://127.0.0.1:{server.get_bound_port()}/camera", flush=True)
    GLib.MainLoop().run()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
