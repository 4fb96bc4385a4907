#!/usr/bin/env python3
"""What three copies cost against one: the same chains on a node alone and on a cluster of three.

    tools/bench/replicas.py --bin build/release/bin --rounds 3

In turn, on loopback, so that both see the same machine: `tutti-bench chain` against a node alone, then against one
node of three. All nodes and the generator share the cores.
Prints one JSON object: medians of steps/s and of the delays, and the ratios.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile

import nodes


def bench(asked, address):
    done = subprocess.run(
        [os.path.join(asked.bin, "tutti-bench"), "chain", "--steps", "10", "--flows",
         str(asked.flows), "--in-flight", str(asked.in_flight), "--server", f"http://{address}",
         "-o", "json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def on(asked, count):
    with tempfile.TemporaryDirectory(prefix="tutti-replicas-") as folder:
        program = os.path.join(asked.bin, "tuttid")
        if count == 1:
            alone = nodes.Node(program, os.path.join(folder, "alone"), nodes.Seat(), [])
            alone.start()
            running = [alone]
        else:
            running = nodes.Cluster(program, folder, []).nodes
        try:
            return bench(asked, running[0].address)
        finally:
            for x in running:
                x.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--flows", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=128)
    asked = parser.parse_args()
    kinds = {"one": 1, "three": 3}
    seen = {x: [] for x in kinds}
    for _ in range(asked.rounds):
        for name, count in kinds.items():
            seen[name].append(on(asked, count))
    out = {"in_flight": asked.in_flight, "flows": asked.flows, "rounds": asked.rounds}
    for name, runs in seen.items():
        out[name] = {key: round(statistics.median(x[key] for x in runs), 1)
                     for key in ("steps_per_s", "p50_ms", "p99_ms")}
    out["ratio"] = round(out["three"]["steps_per_s"] / out["one"]["steps_per_s"], 2)
    print(json.dumps(out))


if __name__ == "__main__":
    main()
