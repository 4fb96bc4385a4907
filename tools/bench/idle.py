#!/usr/bin/env python3
"""What a cluster of three costs while nothing happens.

    tools/bench/idle.py --bin build/release/bin --shards 256

Starts three nodes on loopback, waits until every shard has three copies and its group has had time to rest, and
counts the processor time of all three for a while. Prints one JSON object: percent of one core over all nodes,
and the resident memory of each.
"""
import argparse
import json
import os
import tempfile
import time

import nodes


def ticks_of(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def resident_mb(pid):
    with open(f"/proc/{pid}/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // (1 << 20)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--shards", type=int, default=256)
    parser.add_argument("--seconds", type=float, default=30, help="that are counted")
    parser.add_argument("--settle", type=float, default=20, help="seconds before that")
    parser.add_argument("--option", action="append", default=[], help="of tuttid, as --name=value")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tutti-idle-") as folder:
        cluster = nodes.Cluster(os.path.join(asked.bin, "tuttid"), folder,
                                [f"--shards={asked.shards}", *asked.option])
        time.sleep(asked.settle)
        pids = [x.process.pid for x in cluster.nodes]
        before, begin = sum(map(ticks_of, pids)), time.monotonic()
        time.sleep(asked.seconds)
        spent = (sum(map(ticks_of, pids)) - before) / os.sysconf("SC_CLK_TCK")
        print(json.dumps({
            "shards": asked.shards, "nodes": len(pids),
            "percent_of_a_core": round(100 * spent / (time.monotonic() - begin), 2),
            "resident_mb": [resident_mb(x) for x in pids]}))
        for x in cluster.nodes:
            x.kill()


if __name__ == "__main__":
    main()
