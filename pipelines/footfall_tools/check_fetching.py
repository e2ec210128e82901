#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Tests pipelines/fetch-model against a server on the loopback address. Called by tests/scripts."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True
from footfall_tools import public_models  # noqa: E402
from footfall_tools.console import Failed  # noqa: E402

BODY = bytes(range(256)) * 40


class Handler(BaseHTTPRequestHandler):
    """/good gives the file, /long more than it, /other another of its length; everything else is not there."""

    def do_GET(self) -> None:
        body = {"/good": BODY, "/long": BODY + b"x", "/short": BODY[:-1], "/other": b"x" + BODY[1:]}.get(self.path)
        self.send_response(200 if body else 404)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Silent."""


class Fetching(unittest.TestCase):
    def setUp(self) -> None:
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.path = Path(folder.name) / "models" / "net.onnx"
        self.model = dataclasses.replace(
            public_models.KNOWN["yolox-nano"], size=len(BODY), sha256=hashlib.sha256(BODY).hexdigest()
        )

    def test_the_right_file_is_kept_and_known_again(self) -> None:
        public_models.fetch(self.model, f"{self.address}/good", self.path)
        self.assertEqual(self.path.read_bytes(), BODY)
        self.assertTrue(public_models.is_whole(self.path, self.model))
        self.path.write_bytes(b"x" + BODY[1:])
        self.assertFalse(public_models.is_whole(self.path, self.model))

    def test_anything_else_is_refused_and_leaves_nothing(self) -> None:
        for place in ("long", "short", "other", "missing"):
            with self.assertRaises(Failed):
                public_models.fetch(self.model, f"{self.address}/{place}", self.path)
            self.assertFalse(self.path.parent.exists(), place)

    def test_the_command_refuses_a_foreign_file_with_both_hashes(self) -> None:
        command = [str(Path(__file__).resolve().parent.parent / "fetch-model"), "yolox-nano", "--from", f"{self.address}/good"]
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.path.parent.parent), "no_proxy": "127.0.0.1"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(self.model.sha256, done.stderr)
        self.assertIn(public_models.KNOWN["yolox-nano"].sha256, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertFalse((self.path.parent.parent / "footfall").exists())

    def test_the_command_needs_a_known_name(self) -> None:
        command = [str(Path(__file__).resolve().parent.parent / "fetch-model")]
        for arguments in ([], ["yolox-giant"]):
            done = subprocess.run(command + arguments, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("yolox-nano", done.stderr)


if __name__ == "__main__":
    unittest.main()
