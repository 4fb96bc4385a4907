"""Starts and reads under load, and what their history must look like in the end."""
import collections
import http.client
import json
import queue
import random
import threading
import time
import uuid

ENDED = ("SUCCEEDED", "FAILED", "STOPPED", "TIMED_OUT")
RANK = {"CREATED": 0, "IN_PROGRESS": 1, "PAUSED": 1, **{x: 2 for x in ENDED}}


class Load:
    """Sends starts at a rate; keeps who was answered what, and when it was sent and answered.

    A start is repeated with its request id, at one node after another, until it is answered or `patience`
    seconds are over. `params` gives the run params of a start by its request id.
    """

    def __init__(self, cluster, names, rate, threads, patience=30, params=None):
        self.cluster, self.names, self.patience = cluster, names, patience
        self.params = params or (lambda name, request: None)
        self.todo = queue.Queue(maxsize=threads * 4)
        self.history, self.retries, self.errors = [], 0, []
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
            body = {"initiator": {"type": "manual"}, "request_id": request}
            if params := self.params(name, request):
                body["run_params"] = params
            body = json.dumps(body)
            sent, answer, last = time.monotonic(), None, "no node is up"
            while answer is None and time.monotonic() < sent + self.patience:
                turn += 1
                node = self.cluster.nodes[turn % len(self.cluster.nodes)]
                if not node.process:
                    time.sleep(0.001)
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
                    last = f"{got.status} {text[:200]!r}"
                except (OSError, http.client.HTTPException) as why:
                    last = str(why)
                    links.pop(node.address, None)
                with self.lock:
                    self.retries += 1
                time.sleep(0.01)
            with self.lock:
                if answer is None:
                    self.errors.append(f"{name}: a start was not answered in "
                                       f"{self.patience} s: {last}")
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


class Readers:
    """Clients that read instances whose start was answered: each is there, and never goes back."""

    def __init__(self, load, count, seed):
        self.load, self.stopping = load, False
        self.found, self.reads = [], 0
        self.threads = [threading.Thread(target=self.work, args=(random.Random(f"{seed}/{i}"),))
                        for i in range(count)]
        for x in self.threads:
            x.start()

    def work(self, dice):
        seen = collections.OrderedDict()
        while not self.stopping:
            time.sleep(0.002)
            with self.load.lock:
                recent = self.load.history[-200:]
            if not recent:
                continue
            key = dice.choice(recent)[0::2][:2] if not seen or dice.random() < 0.3 \
                else dice.choice(list(seen))
            name, instance = key
            up = self.load.cluster.up()
            if instance == 0 or not up:
                continue
            try:
                status, text = dice.choice(up).call(
                    "GET", f"/api/v3/workflows/{name}/instances/{instance}/runs/latest", patience=5)
            except (OSError, http.client.HTTPException):
                continue
            if status != 200:
                if status == 404:
                    self.found.append(f"{name}/{instance}: a read does not find it: {text[:200]!r}")
                continue
            self.reads += 1
            now = json.loads(text)["status"]
            before = seen.get(key, "CREATED")
            if RANK[now] < RANK[before] or (before in ENDED and now != before):
                self.found.append(f"{name}/{instance}: {now} was read after {before}")
            seen[key] = now
            if len(seen) > 300:
                seen.popitem(last=False)

    def stop(self):
        self.stopping = True
        for x in self.threads:
            x.join()


def check(cluster, history, patience=60):
    """Each answered start is one instance that has ended, and there are no others."""
    found = []
    by_name = collections.defaultdict(list)
    for name, _, instance, _, _ in history:
        by_name[name].append(instance)
    for name, instances in by_name.items():
        told = [x for x in instances if x != 0]
        if len(set(told)) != len(told):
            found.append(f"{name}: an instance answers two requests")
        path = f"/api/v3/workflows/{name}/instances/"
        until = time.monotonic() + patience
        for number in range(1, len(instances) + 1):
            while True:
                status, text = cluster.any("GET",
                                           f"{path}{number}/runs/latest/status?wait_ms=10000")
                if status != 200 or any(x.encode() in text for x in ENDED) \
                        or time.monotonic() > until:
                    break
            if status != 200 or b"SUCCEEDED" not in text:
                found.append(f"{name}/{number}: {status} {text[:200]!r}")
        status, text = cluster.any("GET", f"{path}{len(instances) + 1}")
        if status != 404:
            found.append(f"{name}: {len(instances)} starts were answered, but more were made")
    return found


def check_effects(lines):
    """Of lines `begin|end TICKET UUID SECONDS` that jobs wrote: no attempt ran twice, and none of a step
    began before the one before it was over, as far as jobs lived to say so."""
    found, begun, ended = [], collections.Counter(), {}
    spans = collections.defaultdict(list)
    for line in lines:
        what, ticket, attempt, when = line.split()
        if what == "begin":
            begun[attempt] += 1
            spans[ticket].append((float(when), attempt))
        else:
            ended[attempt] = float(when)
    found += [f"attempt {x} ran {n} times" for x, n in begun.items() if n > 1]
    for ticket, all_begun in spans.items():
        all_begun.sort()
        for (_, first), (begin, second) in zip(all_begun, all_begun[1:]):
            if first != second and begin < ended.get(first, 0):
                found.append(f"{ticket}: attempt {second} began while {first} ran")
        # A success is not repeated.
        over = [x for _, x in all_begun if x in ended]
        if len(over) > 1:
            found.append(f"{ticket}: attempts {over} all came to their end")
    return found
