"""Daemons of a cluster on this machine, for programs that measure or break them."""
import dataclasses
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

# Nothing happened, or it may be asked again.
RETRY_STATUS = {429, 500, 502, 503, 504}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@dataclasses.dataclass
class Seat:
    """Where a node runs: what it listens on (nothing: it is alone), and what is put before its command line."""
    place: str = ""
    http: str = "127.0.0.1:0"
    prefix: list = dataclasses.field(default_factory=list)
    env: dict = dataclasses.field(default_factory=dict)


def loopback_seats(count):
    return [Seat(f"127.0.0.1:{free_port()}") for _ in range(count)]


class Node:
    def __init__(self, program, folder, seat, more):
        self.program, self.folder, self.seat, self.more = program, folder, seat, more
        self.process, self.address = None, None

    def start(self):
        seat = self.seat
        self.process = subprocess.Popen(
            [*seat.prefix, self.program, "--data", self.folder, "--http", seat.http,
             *(["--listen", seat.place] if seat.place else []),
             "--log-file", self.folder + ".log", *self.more],
            stdout=subprocess.PIPE, text=True, env={**os.environ, **seat.env})
        line = self.process.stdout.readline()
        if not line.startswith("ready http="):
            raise RuntimeError(f"a node did not start; see {self.folder}.log")
        self.address = line.split()[1].removeprefix("http=")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        self.process = None

    def call(self, method, path, body=None, kind="application/json", patience=15):
        link = http.client.HTTPConnection(self.address, timeout=patience)
        try:
            link.request(method, path, body, {"user": "bench", "Content-Type": kind})
            answer = link.getresponse()
            return answer.status, answer.read()
        finally:
            link.close()


class Cluster:
    def __init__(self, program, folder, options, seats=None):
        self.nodes = []
        seats = seats or loopback_seats(3)
        try:
            for i, seat in enumerate(seats):
                more = list(options)
                if i > 0:
                    status, text = self.any("POST", "/api/v3/cluster/tokens")
                    more += ["--join", seats[0].place, "--token", json.loads(text)["token"]]
                node = Node(program, os.path.join(folder, f"node{i + 1}"), seat, more)
                self.nodes.append(node)
                node.start()
            self.wait_until_whole()
        except BaseException:
            for x in self.up():
                x.kill()
            raise

    def up(self):
        return [x for x in self.nodes if x.process]

    def any(self, method, path, body=None, kind="application/json", patience=30):
        """The answer of the first node that gives one; asks until then."""
        until = time.monotonic() + patience
        last = "no node is up"
        while time.monotonic() < until:
            for node in self.up():
                try:
                    status, text = node.call(method, path, body, kind)
                    if status not in RETRY_STATUS:
                        return status, text
                    last = f"{status} {text[:200]!r}"
                except (OSError, http.client.HTTPException) as why:
                    last = str(why)
            time.sleep(0.05)
        sys.exit(f"{method} {path} is not answered: {last}")

    def look(self):
        return json.loads(self.any("GET", "/api/v3/cluster")[1])

    def wait_until_whole(self, patience=120):
        until = time.monotonic() + patience
        while time.monotonic() < until:
            seen = self.look()
            shards = seen["shards"]
            if (len(seen["nodes"]) == len(self.nodes) and shards["whole"] == shards["total"]
                    and shards["moving"] == 0):
                return
            time.sleep(0.2)
        sys.exit("the cluster did not become whole: " + json.dumps(self.look()["shards"]))

    def busiest(self):
        nodes = self.look()["nodes"]
        return max(range(len(nodes)), key=lambda i: nodes[i]["leads"])
