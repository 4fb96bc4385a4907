#!/usr/bin/env python3
"""Breaks a real cluster of three again and again, under load, and checks what its clients saw.

    test/faults/run.py --bin build/debug/bin --seeds 1..50

Each seed is a new cluster in network namespaces of its own (root is needed): starts, jobs with effects on
a file, loops and reads, while faults that follow from the seed happen one after the other: SIGKILL of one
node or of all, SIGSTOP, links cut fully, in one direction or between two nodes, slow syncs, a full disk, a
wall clock that jumps. Then everything is healed, and the history is checked: each answered start is one
instance that ended well, there are no others, no attempt of a job ran twice, none began while the one before
it ran, and what a client read of an instance never went back.

Prints a line per seed and one JSON object; ends with 1 if something was found. What was found is kept in the
folder that is named.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "tools", "bench"))
import history  # noqa: E402
import nodes  # noqa: E402
from faults import Faults, Machines, NoNetwork  # noqa: E402

# As CTest is told.
SKIPPED = 77

CHAIN = """workflow:
  id: chain
  owner: faults
  run_strategy: parallel
  workflow_concurrency: 1000
  jobs:
    - job: {id: a, type: NoOp, transition: [b]}
    - job: {id: b, type: NoOp}
"""
LOOP = """workflow:
  id: loop
  owner: faults
  run_strategy: parallel
  workflow_concurrency: 100
  jobs:
    - foreach:
        id: each
        ranges: {i: {from: 0, to: 30}}
        jobs:
          - job: {id: one, type: NoOp}
"""
# The time since the machine started is the same for all, whatever their wall clocks say.
JOB = """workflow:
  id: job
  owner: faults
  run_strategy: parallel
  workflow_concurrency: 100
  ticket: none
  nap: "0.1"
  jobs:
    - job:
        id: work
        type: shell
        ticket: ${ticket}
        nap: ${nap}
        script: |
          say() {
            read up idle < /proc/uptime
            echo "$1 $$ticket $$TUTTI_STEP_UUID $$up" >> EFFECTS
          }
          say begin
          sleep $$nap
          say end
"""


def seeds_of(text):
    first, _, last = text.partition("..")
    return range(int(first), int(last or first) + 1)


def one_seed(asked, seed, folder):
    dice = random.Random(seed)
    effects = os.path.join(folder, "effects")
    open(effects, "w").close()
    machines = Machines(3, folder, asked.library)
    cluster, load, jobs, readers = None, None, None, None
    try:
        seats = [nodes.Seat(f"{machines.address(i)}:7070", f"{machines.address(i)}:8080",
                            machines.prefix(i), machines.env(i)) for i in (1, 2, 3)]
        cluster = nodes.Cluster(os.path.join(asked.bin, "tuttid"), folder,
                                [f"--shards={asked.shards}", *asked.option], seats)
        for text in (CHAIN, LOOP, JOB.replace("EFFECTS", effects)):
            status, answer = cluster.any("POST", "/api/v3/workflows/yaml", text, "application/yaml")
            if status != 200:
                raise RuntimeError(f"a definition is refused: {answer}")
        load = history.Load(cluster, ["chain"] * 9 + ["loop"], asked.rate, 6, patience=90)
        jobs = history.Load(
            cluster, ["job"], 3, 2, patience=90,
            params=lambda name, request: {
                "ticket": {"value": request, "type": "STRING"},
                "nap": {"value": dice.choice(["0.05", "0.5", "2", "5"]), "type": "STRING"}})
        readers = history.Readers(load, 2, seed)
        time.sleep(1)
        faults = Faults(cluster, machines, random.Random(f"{seed}/faults"), asked.kinds)
        told = []
        for _ in range(asked.faults):
            told.append(faults.one())
            if asked.verbose:
                print(f"  {told[-1]}", file=sys.stderr)
            time.sleep(dice.choice([0.2, 1, 2]))
        readers.stop()
        load.stop()
        jobs.stop()
        cluster.wait_until_whole()
        found = load.errors + jobs.errors + readers.found
        found += history.check(cluster, load.history + jobs.history, patience=180)
        with open(effects) as lines:
            lines = lines.readlines()
        found += history.check_effects(lines)
        return {"found": found, "faults": told, "starts": len(load.history) + len(jobs.history),
                "retries": load.retries + jobs.retries, "reads": readers.reads,
                "effects": len(lines)}
    finally:
        for x in (readers, load, jobs):
            if x:
                x.stopping = True
        for x in cluster.up() if cluster else []:
            x.kill()
        machines.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default="build/debug/bin")
    parser.add_argument("--seeds", type=seeds_of, default=range(1, 2), help="FIRST..LAST")
    parser.add_argument("--faults", type=int, default=8, help="for each seed")
    parser.add_argument("--rate", type=float, default=60, help="starts a second")
    parser.add_argument("--shards", type=int, default=16)
    parser.add_argument("--kinds", type=lambda x: x.split(","), help="only these faults")
    parser.add_argument("--option", action="append", default=[], help="of tuttid, as --name=value")
    parser.add_argument("--verbose", action="store_true")
    asked = parser.parse_args()
    if "TUTTI_FAULTS_INSIDE" not in os.environ:
        try:
            allowed = subprocess.run(["unshare", "--net", "true"], check=False).returncode == 0
        except OSError:
            allowed = False
        if not allowed:
            print("skipped: this user may not make network namespaces (root may, outside most "
                  "containers)", file=sys.stderr)
            sys.exit(SKIPPED)
        # A network of its own, which vanishes with the last process in it.
        os.execvpe("unshare", ["unshare", "--net", "--", sys.executable, *sys.argv],
                   {**os.environ, "TUTTI_FAULTS_INSIDE": "1"})
    asked.library = os.path.realpath(os.path.join(asked.bin, "..", "lib", "libtutti-faults.so"))
    if not os.path.exists(asked.library):
        sys.exit(f"{asked.library} is not built")
    total = {"seeds": 0, "failed": [], "faults": 0, "starts": 0, "retries": 0, "reads": 0,
             "effects": 0}
    for seed in asked.seeds:
        folder = tempfile.mkdtemp(prefix=f"tutti-faults-{seed}-")
        begin = time.monotonic()
        try:
            seen = one_seed(asked, seed, folder)
        except NoNetwork as why:
            print(f"skipped: {why}", file=sys.stderr)
            sys.exit(SKIPPED)
        except (RuntimeError, SystemExit) as why:
            seen = {"found": [str(why)], "faults": [], "starts": 0, "retries": 0, "reads": 0,
                    "effects": 0}
        total["seeds"] += 1
        total["faults"] += len(seen["faults"])
        for key in ("starts", "retries", "reads", "effects"):
            total[key] += seen[key]
        print(f"seed {seed}: {len(seen['faults'])} faults, {seen['starts']} starts, "
              f"{seen['reads']} reads, {time.monotonic() - begin:.0f} s, "
              f"{len(seen['found'])} found", file=sys.stderr, flush=True)
        if not seen["found"]:
            shutil.rmtree(folder)
            continue
        total["failed"].append(seed)
        print(f"  its data: {folder}\n  again: test/faults/run.py --seeds {seed}..{seed}",
              file=sys.stderr)
        for line in [*seen["faults"], *seen["found"][:20]]:
            print(f"  {line}", file=sys.stderr)
    print(json.dumps(total))
    sys.exit(1 if total["failed"] else 0)


if __name__ == "__main__":
    main()
