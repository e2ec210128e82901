#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Takes the ONNX Runtime library out of its wheel on PyPI, checked by SHA-256.

usage: fetch_runtime.py DESTINATION

pip fetches it where there is a pip (it knows the user's index and proxy settings), else this script reads the index itself.
The version is pinned: later ones open sockets of their own on Linux.
"""

from __future__ import annotations

import hashlib
import html
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

VERSION = "1.23.2"
WHEELS = {
    "x86_64": (
        f"onnxruntime-{VERSION}-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
        "da44b99206e77734c5819aa2142c69e64f3b46edc3bd314f6a45a932defc0b3e",
    ),
    "aarch64": (
        f"onnxruntime-{VERSION}-cp311-cp311-manylinux_2_27_aarch64.manylinux_2_28_aarch64.whl",
        "bbfd2fca76c855317568c1b36a885ddea2272c13cb0e395002c402f2360429a6",
    ),
}
MEMBER = f"onnxruntime/capi/libonnxruntime.so.{VERSION}"


def fetch_by_pip(machine: str, folder: Path) -> Path | None:
    """The wheel, by whichever pip there is; None where none can."""
    wanted = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--implementation=cp", "--python-version=311"]
    wanted += [f"--platform=manylinux_2_28_{machine}", f"--platform=manylinux_2_27_{machine}"]
    wanted += ["--disable-pip-version-check", f"--dest={folder}", f"onnxruntime=={VERSION}"]
    for pip in (["/usr/bin/python3", "-m", "pip"], ["python3", "-m", "pip"], ["pip3"]):
        if not shutil.which(pip[0]):
            continue
        done = subprocess.run(pip + wanted, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        wheels = sorted(folder.glob("*.whl"))
        if done.returncode == 0 and wheels:
            return wheels[0]
        if "No module named pip" not in done.stderr:
            print(f"  {' '.join(pip)} could not: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
    return None


def fetch_by_index(name: str, folder: Path) -> Path:
    """The wheel, by the simple index (PEP 503), with the proxies of the environment."""
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/onnxruntime/"
    with urllib.request.urlopen(index, timeout=60) as page:
        found = re.search(r'href="([^"]*/%s[^"]*)"' % re.escape(name), page.read().decode())
    if not found:
        raise OSError(f"{index} lists no {name}")
    address = urllib.parse.urljoin(index, html.unescape(found.group(1)))
    wheel = folder / name
    with urllib.request.urlopen(address, timeout=60) as answer, wheel.open("wb") as out:
        shutil.copyfileobj(answer, out)
    return wheel


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    destination = Path(sys.argv[1])
    machine = platform.machine()
    if machine not in WHEELS:
        print(f"no ONNX Runtime wheel is known for {machine}; set ORT_DYLIB_PATH to a library of 1.17 to 1.28", file=sys.stderr)
        return 1
    name, sha256 = WHEELS[machine]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        try:
            wheel = fetch_by_pip(machine, folder) or fetch_by_index(name, folder)
        except OSError as error:
            print(f"PyPI could not be read: {error}", file=sys.stderr)
            return 1
        found = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if found != sha256:
            print(f"{wheel.name} has SHA-256 {found}, not {sha256}; it is not used", file=sys.stderr)
            return 1
        part = destination.with_name(f"{destination.name}.part.{os.getpid()}")
        with zipfile.ZipFile(wheel) as archive, archive.open(MEMBER) as member, part.open("wb") as out:
            shutil.copyfileobj(member, out)
    part.chmod(0o755)
    part.replace(destination)
    return 0


if __name__ == "__main__":
    sys.exit(main())
