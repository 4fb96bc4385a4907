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
import json
import os
import statistics
import sys
import tempfile
import time

import history
import nodes

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
        cluster = nodes.Cluster(os.path.join(asked.bin, "tuttid"), folder, asked.option)
        names = [f"chain{i}" for i in range(asked.workflows)]
        for name in names:
            cluster.any("POST", "/api/v3/workflows/yaml", CHAIN.format(name=name),
                        "application/yaml")
        load = history.Load(cluster, names, asked.rate, asked.threads)
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
        found = history.check(cluster, load.history)
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
