#!/usr/bin/env python3
"""What pre-push makes a push wait, as a ratio to what git itself needs to show the same commits.

usage: push.py KEYSTOP

Two pushes: one new commit in a repository of 20,000, and the first push of 2,000 commits. Each figure is the median of
several runs, with git's own command measured in between, so that a busy machine slows both.
"""

import os
import random
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

ZERO = "0" * 40


def sources():
    """Real code to edit: the machine's own Python library."""
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))[:160]
    return [file.read_bytes().splitlines(keepends=True) for file in files]


def history(folder, commits):
    """A repository whose every commit changes a few lines of one to three files; its last two commits."""
    rng = random.Random(1)
    files = sources()
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    importer = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=folder, stdin=subprocess.PIPE)
    out = importer.stdin
    for number in range(commits):
        out.write(b"commit refs/heads/main\ncommitter A <a@example.org> %d +0000\n" % (1_700_000_000 + number))
        out.write(b"data 6\nchange\n")
        touched = range(len(files)) if number == 0 else rng.sample(range(len(files)), rng.randint(1, 3))
        for index in touched:
            lines = files[index]
            for _ in range(rng.randint(1, 8)):
                at = rng.randrange(len(lines) + 1)
                if rng.random() < 0.4 and len(lines) > 20:
                    del lines[at:at + 2]
                lines.insert(at, b"    value_%d = compute(%d, other=%d)\n" % (number, at, rng.randrange(10**6)))
            content = b"".join(lines)
            out.write(b"M 100644 inline lib/%03d/file.py\ndata %d\n%s\n" % (index, len(content), content))
    out.close()
    assert importer.wait() == 0
    listed = subprocess.run(["git", "rev-parse", "main~1", "main"], cwd=folder, check=True, capture_output=True, text=True)
    return listed.stdout.split()


def wait(command, folder, stdin):
    start = time.perf_counter()
    ran = subprocess.run(command, cwd=folder, input=stdin, capture_output=True, text=True)
    # Real code may hold what looks like a key.
    assert ran.returncode in (0, 1), ran.stderr
    return time.perf_counter() - start


def ratio(name, folder, keystop, line, log, runs):
    pushes, logs = [], []
    for _ in range(runs):
        pushes.append(wait([keystop, "hook", "pre-push", "origin", "../origin"], folder, line))
        logs.append(wait(["git", "log", "-p", "-U0", *log], folder, ""))
    push, shown = statistics.median(pushes), statistics.median(logs)
    print(f"{name:40} keystop {push * 1000:8.1f} ms   git log {shown * 1000:8.1f} ms   ratio {push / shown:.2f}")


def main():
    keystop = str(Path(sys.argv[1]).resolve())
    os.environ["GIT_CONFIG_GLOBAL"] = os.devnull
    with tempfile.TemporaryDirectory() as root:
        large, first = f"{root}/large", f"{root}/first"
        before, tip = history(large, 20_000)
        subprocess.run(["git", "remote", "add", "origin", "../origin"], cwd=large, check=True)
        subprocess.run(["git", "update-ref", "refs/remotes/origin/main", before], cwd=large, check=True)
        line = f"refs/heads/main {tip} refs/heads/main {before}\n"
        ratio("one commit of 20,000 (at most 1.5)", large, keystop, line, [f"{before}..{tip}"], 21)
        _, tip = history(first, 2_000)
        line = f"refs/heads/main {tip} refs/heads/main {ZERO}\n"
        ratio("first push of 2,000 (at most 1.0)", first, keystop, line, ["-m"], 5)


main()
