#!/usr/bin/env python3
"""Kills the busiest node of a cluster of three again and again, under a load of starts.

    tools/bench/failover.py --bin build/release/bin --kills 20 --rate 1000

Starts three nodes on loopback, pushes workflows, sends starts to all nodes in turn at the given rate,
and repeats a start with the same request id until it is answered. Kills the node that leads most
(SIGKILL), measures how long each workflow was without an answer to a start that was sent after the kill,
restarts the node, waits until all shards are whole, and so on. In the end it checks the history: every
start that was answered is one instance, no two are the same, numbers have no gaps, all have ended.

Prints one JSON object: per kill the longest time without an answer over all workflows (p50, max), starts,
retries, errors after retry, and what the check found.
"""
import argparse
import collections
import http.client
import json
import os
import queue
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid

CHAIN = """workflow:
  id: {name}
  owner: bench
  run_strategy: parallel
  jobs:
    - job:
        id: a
        type: NoOp
        transition: [b]
    - job:
        id: b
        type: NoOp
"""
RETRY_STATUS = {429, 500, 502, 503, 504}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Node:
    def __init__(self, program, folder, more):
        self.program, self.folder, self.more = program, folder, more
        self.process, self.address = None, None

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "--data", self.folder, "--http", "127.0.0.1:0",
             "--log-file", self.folder + ".log", *self.more],
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("ready http="):
            sys.exit(f"a node did not start; see {self.folder}.log")
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
    def __init__(self, program, folder, options):
        self.nodes = []
        place = f"127.0.0.1:{free_port()}"
        for i in range(3):
            more = ["--listen", place if i == 0 else f"127.0.0.1:{free_port()}", *options]
            if i > 0:
                status, text = self.any("POST", "/api/v3/cluster/tokens")
                more += ["--join", place, "--token", json.loads(text)["token"]]
            node = Node(program, os.path.join(folder, f"node{i + 1}"), more)
            self.nodes.append(node)
            node.start()
        self.wait_until_whole()

    def up(self):
        return [x for x in self.nodes if x.process]

    def any(self, method, path, body=None, kind="application/json"):
        until = time.monotonic() + 30
        while time.monotonic() < until:
            for node in self.up():
                try:
                    status, text = node.call(method, path, body, kind)
                    if status not in RETRY_STATUS:
                        return status, text
                except OSError:
                    pass
            time.sleep(0.05)
        sys.exit(f"{method} {path} is not answered")

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


class Load:
    """Sends starts at a rate; keeps who was answered what, and when it was sent and answered."""

    def __init__(self, cluster, names, rate, threads):
        self.cluster, self.names = cluster, names
        self.todo = queue.Queue(maxsize=threads * 4)
        self.history, self.retries, self.errors = [], 0, 0
        self.lock = threading.Lock()
        self.stopping = False
        self.workers = [threading.Thread(target=self.work, args=(i,)) for i in range(threads)]
        for x in self.workers:
            x.start()
        self.clock = threading.Thread(target=self.tick, args=(rate,))
        self.clock.start()

    def tick(self, rate):
        number, begin = 0, time.monotonic()
        while not self.stopping:
            due = begin + number / rate
            now = time.monotonic()
            if due > now:
                time.sleep(min(due - now, 0.05))
                continue
            self.todo.put((self.names[number % len(self.names)], str(uuid.uuid4())))
            number += 1
        for _ in self.workers:
            self.todo.put(None)

    def work(self, turn):
        links = {}
        while (order := self.todo.get()) is not None:
            name, request = order
            body = json.dumps({"initiator": {"type": "manual"}, "request_id": request})
            sent, answer = time.monotonic(), None
            while answer is None and time.monotonic() < sent + 30:
                turn += 1
                node = self.cluster.nodes[turn % len(self.cluster.nodes)]
                if not node.process:
                    continue
                try:
                    link = links.get(node.address)
                    if link is None:
                        link = links[node.address] = http.client.HTTPConnection(
                            node.address, timeout=15)
                    link.request("POST",
                                 f"/api/v3/workflows/{name}/versions/active/actions/start", body,
                                 {"user": "bench", "Content-Type": "application/json"})
                    got = link.getresponse()
                    text = got.read()
                    if got.status == 200:
                        # Of a start that was known already the instance is not told: 0.
                        answer = json.loads(text)["workflow_instance_id"]
                        break
                except (OSError, http.client.HTTPException):
                    links.pop(node.address, None)
                with self.lock:
                    self.retries += 1
                time.sleep(0.01)
            with self.lock:
                if answer is None:
                    self.errors += 1
                else:
                    self.history.append((name, request, answer, sent, time.monotonic()))

    def longest_wait(self, since):
        """Over all workflows: from `since` to the first answer to a start sent after it."""
        first = {}
        with self.lock:
            for name, _, _, sent, answered in reversed(self.history):
                if sent >= since:
                    first[name] = min(first.get(name, answered), answered)
        if len(first) < len(self.names):
            return None
        return max(first.values()) - since

    def stop(self):
        self.stopping = True
        self.clock.join()
        for x in self.workers:
            x.join()


def check(cluster, history):
    found = []
    by_name = collections.defaultdict(list)
    for name, _, instance, _, _ in history:
        by_name[name].append(instance)
    for name, instances in by_name.items():
        told = [x for x in instances if x != 0]
        if len(set(told)) != len(told):
            found.append(f"{name}: an instance answers two requests")
        path = f"/api/v3/workflows/{name}/instances/"
        # As many as were answered, neither more nor fewer.
        for number in range(1, len(instances) + 1):
            status, text = cluster.any("GET",
                                       f"{path}{number}/runs/latest/status?wait_ms=20000")
            if status != 200 or b"SUCCEEDED" not in text:
                found.append(f"{name}/{number}: {status} {text[:200]!r}")
        status, text = cluster.any("GET", f"{path}{len(instances) + 1}")
        if status != 404:
            found.append(f"{name}: {len(instances)} starts were answered, but more were made")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--workflows", type=int, default=20)
    parser.add_argument("--option", action="append", default=[], help="of tuttid, as --name=value")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tutti-failover-") as folder:
        cluster = Cluster(os.path.join(asked.bin, "tuttid"), folder, asked.option)
        names = [f"chain{i}" for i in range(asked.workflows)]
        for name in names:
            cluster.any("POST", "/api/v3/workflows/yaml", CHAIN.format(name=name),
                        "application/yaml")
        load = Load(cluster, names, asked.rate, asked.threads)
        time.sleep(2)
        waits = []
        try:
            for number in range(asked.kills):
                victim = cluster.nodes[cluster.busiest()]
                dead = time.monotonic()
                victim.kill()
                wait = None
                while wait is None and time.monotonic() < dead + 30:
                    time.sleep(0.05)
                    wait = load.longest_wait(dead)
                waits.append(wait if wait is not None else 30.0)
                print(f"kill {number + 1}: {waits[-1] * 1000:.0f} ms", file=sys.stderr)
                victim.start()
                cluster.wait_until_whole()
                time.sleep(1)
        finally:
            load.stop()
        found = check(cluster, load.history)
        for node in cluster.up():
            node.kill()
    waits.sort()
    span = max(x[4] for x in load.history) - min(x[3] for x in load.history)
    print(json.dumps({
        "kills": len(waits), "p50_ms": round(statistics.median(waits) * 1000),
        "max_ms": round(waits[-1] * 1000), "starts": len(load.history),
        "starts_per_s": round(len(load.history) / span), "retries": load.retries,
        "errors": load.errors, "violations": found[:20]}))
    sys.exit(1 if found or load.errors else 0)


if __name__ == "__main__":
    main()
