"""What can happen to nodes, their disks, clocks and links: each fault begins and ends."""
import os
import signal
import struct
import subprocess
import time

LIBRARY_WORDS = struct.Struct("<qqq")


class NoNetwork(RuntimeError):
    """This machine gives no network namespaces."""


class Machines:
    """A network namespace for each node, joined by a bridge in the namespace of this process.

    Needs root and a private network namespace of its own, where addresses 10.77.0.x are free.
    """

    def __init__(self, count, folder, library):
        self.holders, self.words, self.library = [], [], library
        try:
            run("ip", "link", "set", "lo", "up")
            run("ip", "link", "add", "tutti", "type", "bridge")
            run("unshare", "--net", "true")
        except (RuntimeError, OSError) as why:
            raise NoNetwork(f"no network namespaces with bridges: {why}") from why
        run("ip", "addr", "add", "10.77.0.254/24", "dev", "tutti")
        run("ip", "link", "set", "tutti", "up")
        for i in range(1, count + 1):
            holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
            self.holders.append(holder)
            # unshare becomes sleep when the namespace is there.
            until = time.monotonic() + 10
            while "sleep" not in open(f"/proc/{holder.pid}/comm").read():
                if time.monotonic() > until:
                    raise RuntimeError("no network namespace: root is needed")
                time.sleep(0.01)
            run("ip", "link", "add", f"n{i}", "type", "veth", "peer", "name", "eth0", "netns",
                str(holder.pid))
            run("ip", "link", "set", f"n{i}", "master", "tutti", "up")
            self.inside(i, "ip", "link", "set", "lo", "up")
            self.inside(i, "ip", "addr", "add", f"{self.address(i)}/24", "dev", "eth0")
            self.inside(i, "ip", "link", "set", "eth0", "up")
            self.words.append(os.path.join(folder, f"faults{i}"))
            self.say(i)

    @staticmethod
    def address(i):
        return f"10.77.0.{i}"

    def prefix(self, i):
        return ["nsenter", "-t", str(self.holders[i - 1].pid), "--net"]

    def inside(self, i, *command):
        run(*self.prefix(i), *command)

    def env(self, i):
        return {"LD_PRELOAD": self.library, "TUTTI_FAULTS": self.words[i - 1]}

    def say(self, i, sync_ms=0, full=0, clock_s=0):
        """Tells the processes of node `i` what their disk and clock are like from now on."""
        with open(self.words[i - 1], "r+b" if os.path.exists(self.words[i - 1]) else "wb") as out:
            out.write(LIBRARY_WORDS.pack(sync_ms * 1000, full, clock_s * 1_000_000_000))

    def cut(self, i, j):
        """What `i` sends to `j` is lost; what `j` sends still comes."""
        self.inside(i, "ip", "route", "add", "blackhole", self.address(j) + "/32")

    def join(self, i, j):
        self.inside(i, "ip", "route", "del", "blackhole", self.address(j) + "/32")

    def stop(self):
        for x in self.holders:
            x.kill()
            x.wait()
        run("ip", "link", "del", "tutti")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")


class Faults:
    """Draws faults by a seed and brings them about. At most one node is faulty at a time, unless all are:
    a majority that works is what the cluster needs to answer."""

    KINDS = ["kill", "kill-busiest", "kill-all", "stop", "cut", "cut-out", "cut-in", "cut-pair",
             "slow-disk", "full-disk", "broken-disk", "clock"]

    def __init__(self, cluster, machines, dice, kinds=None):
        self.cluster, self.machines, self.dice = cluster, machines, dice
        self.kinds = kinds or self.KINDS

    def one(self):
        """One fault from its beginning to its end. Returns what was done."""
        kind = self.dice.choice(self.kinds)
        count = len(self.cluster.nodes)
        i = self.dice.randrange(count) + 1
        seconds = self.dice.choice([0.3, 1, 3, 6])
        others = [x for x in range(1, count + 1) if x != i]
        if kind == "kill-busiest":
            i = self.cluster.busiest() + 1
        if kind.startswith("kill"):
            return self.kill(kind, list(range(1, count + 1)) if kind == "kill-all" else [i], seconds)
        if kind == "stop":
            return self.pause(i, seconds)
        if kind.startswith("cut"):
            j = self.dice.choice(others)
            ways = {"cut": [(i, x) for x in others] + [(x, i) for x in others],
                    "cut-out": [(i, x) for x in others], "cut-in": [(x, i) for x in others],
                    "cut-pair": [(i, j), (j, i)]}[kind]
            return self.cut(kind, ways, seconds)
        how = {"slow-disk": {"sync_ms": self.dice.choice([20, 100, 500])},
               "full-disk": {"full": 1}, "broken-disk": {"full": 2},
               "clock": {"clock_s": self.dice.choice([-600, -5, 5, 600])}}[kind]
        self.machines.say(i, **how)
        time.sleep(seconds)
        self.machines.say(i)
        if kind == "broken-disk":
            # A failed write is final for the process.
            self.kill(kind, [i], 0.1)
        return f"{kind} of {i} for {seconds} s {how}"

    def kill(self, kind, who, seconds):
        for i in who:
            self.cluster.nodes[i - 1].kill()
        time.sleep(seconds)
        for i in who:
            self.cluster.nodes[i - 1].start()
        return f"{kind}: {who} for {seconds} s"

    def pause(self, i, seconds):
        process = self.cluster.nodes[i - 1].process
        process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        process.send_signal(signal.SIGCONT)
        return f"stop of {i} for {seconds} s"

    def cut(self, kind, ways, seconds):
        for way in ways:
            self.machines.cut(*way)
        time.sleep(seconds)
        for way in ways:
            self.machines.join(*way)
        return f"{kind}: {ways} for {seconds} s"
