# SPDX-License-Identifier: MPL-2.0
"""A mosquitto of our own on a free port of the loopback address, and a subscriber that writes down what arrives."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .console import Failed
from .places import find_program
from .processes import Processes

# The probe message by which we know that the subscription stands.
READY_TOPIC = "footfall-demo/ready"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Message:
    """What arrived at the subscriber."""

    topic: str
    payload: str


class Broker:
    """mosquitto with a configuration of its own; nothing of it stays on disk."""

    def __init__(self, processes: Processes, folder: Path) -> None:
        self._processes, self._folder = processes, folder
        program = find_program("mosquitto")
        for _ in range(5):  # somebody else may take the port between our look and mosquitto's
            self.port = free_port()
            configuration = folder / "mosquitto.conf"
            owner = "user root\n" if os.geteuid() == 0 else ""
            configuration.write_text(
                f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest stderr\nlog_type error\n{owner}"
            )
            with (folder / "mosquitto.log").open("wb") as log:
                self._process = processes.start([program, "-c", str(configuration)], stdout=log, stderr=log)
            if self._answers():
                return
            processes.stop(self._process)
        raise Failed(f"mosquitto did not start: {(folder / 'mosquitto.log').read_text().strip()}")

    def _answers(self) -> bool:
        for _ in range(100):
            if self._process.poll() is not None:
                return False
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return True
            except OSError:
                time.sleep(0.05)
        return False

    @property
    def address(self) -> str:
        """For countsink's `broker`."""
        return f"mqtt://127.0.0.1:{self.port}"

    def subscribe(self, topic: str) -> Subscriber:
        """A subscriber whose subscription stands when this returns."""
        return Subscriber(self._processes, self.port, topic, self._folder / "arrived.txt")


class Subscriber:
    """mosquitto_sub (MQTT 5); each message becomes one line, topic and payload apart by a tab."""

    def __init__(self, processes: Processes, port: int, topic: str, file: Path) -> None:
        self._file = file
        host = ["-h", "127.0.0.1", "-p", str(port), "-V", "5", "-q", "1"]
        with file.open("wb") as out:
            command = [find_program("mosquitto_sub"), *host, "-F", "%t\t%p", "-t", topic, "-t", READY_TOPIC]
            self._process = processes.start(command, stdout=out, stderr=subprocess.DEVNULL)
        publish = [find_program("mosquitto_pub"), *host, "-t", READY_TOPIC, "-m", "ready"]
        for _ in range(50):
            subprocess.run(publish, check=False, stderr=subprocess.DEVNULL)
            if any(message.topic == READY_TOPIC for message in self._all()):
                return
            time.sleep(0.1)
        raise Failed("the MQTT subscriber does not receive")

    def _all(self) -> list[Message]:
        lines = self._file.read_text(encoding="utf-8", errors="replace").split("\n")
        return [Message(*line.split("\t", 1)) for line in lines[:-1] if "\t" in line]

    def messages(self) -> list[Message]:
        """What has arrived so far, in order."""
        return [message for message in self._all() if message.topic != READY_TOPIC]

    def counts(self) -> list[Message]:
        """Those with counts."""
        return [message for message in self.messages() if message.topic.endswith("/counts") and message.payload]

    def wait_for_counts(self, patience_s: float) -> list[Message]:
        """The counts, once countsink has said goodbye or the patience is over."""
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            if any(m.topic.endswith("/status") and ("stopped" in m.payload or "offline" in m.payload) for m in self.messages()):
                break
            time.sleep(0.05)
        time.sleep(0.1)  # what was on the way with it
        return self.counts()
