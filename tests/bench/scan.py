#!/usr/bin/env python3
"""What a scan of a whole history or of a source tree takes, as ratios to git and to other scanners in the same run.

usage: tests/bench/scan.py history REPOSITORY [--runs 3] [--peer 'COMMAND {}']...
       tests/bench/scan.py tree FOLDER [--runs 3] [--peer 'COMMAND {}']...

`{}` in a peer's command is the repository or the folder. The history is measured against `git log -p -U0 --all`. Each run
has every command in turn, so that all see the same machine; the medians of the paired ratios are what counts, a time alone
says little. Python's standard library and git are all it needs.
"""

import argparse
import os
import shlex
import statistics
import subprocess
import sys
import time
from pathlib import Path

ENVIRONMENT = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
GIT = "git log -p -U0 --all"


def run(command, folder):
    """Seconds, seconds of processors, peak memory in MiB and exit code of a command and its children."""
    null = subprocess.DEVNULL
    start = time.perf_counter()
    child = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdin=null, stdout=null, stderr=null)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    elapsed = time.perf_counter() - start
    return elapsed, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale, child.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["history", "tree"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer", action="append", default=[])
    own = Path(__file__).resolve().parents[2] / "target/release/keystop"
    parser.add_argument("--keystop", type=Path, default=own)
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    scan = ["scan", "--history"] if arguments.what == "history" else ["scan", "."]
    commands = {"keystop": [str(arguments.keystop.resolve()), *scan]}
    if arguments.what == "history":
        commands["git log"] = shlex.split(GIT)
    for peer in arguments.peer:
        words = shlex.split(peer.replace("{}", shlex.quote(str(folder))))
        commands[Path(words[0]).name] = words
    runs = [{name: run(command, folder) for name, command in commands.items()} for _ in range(arguments.runs)]
    print(f"{'command':12} {'seconds':>8} {'cpu':>8} {'MiB':>6} {'exit':>5} {'keystop is':>11}")
    for name in commands:
        seconds, cpu, memory = (statistics.median(one[name][at] for one in runs) for at in (0, 1, 2))
        ratio = statistics.median(one["keystop"][0] / one[name][0] for one in runs)
        print(f"{name:12} {seconds:8.2f} {cpu:8.2f} {memory:6.0f} {runs[-1][name][3]:5} {ratio:10.3f}x")


main()
