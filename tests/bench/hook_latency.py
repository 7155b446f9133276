#!/usr/bin/env python3
"""What a commit waits for: the pre-commit hook against `git diff --cached`, as a ratio.

usage: tests/bench/hook_latency.py [--files 100,10000,100000] [--lines 20,20000] [--runs 15] [--most RATIO] [COMMAND...]

Each COMMAND is one argument, such as 'gitleaks git --staged --no-banner'; without any it is the release binary's hook. For
each size a repository of that many committed files is made once, in the folder for temporary files, and clean lines are
staged in one of them. Each command and git run in turn, so that both see the same machine; the median of the paired ratios
is what counts, a time alone says little. With --most the exit code is 1 if a ratio is higher. Python's standard library
and git are all it needs.
"""

import argparse
import os
import random
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ENVIRONMENT = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "bench",
    "GIT_AUTHOR_EMAIL": "bench@example.org",
    "GIT_COMMITTER_NAME": "bench",
    "GIT_COMMITTER_EMAIL": "bench@example.org",
}
NOUNS = "account basket client drawer event folder graph handler index job label message node order page queue".split()


def git(repository, *args, data=None):
    command = ["git", "-C", str(repository), *args]
    return subprocess.run(command, input=data, check=True, capture_output=True, env=ENVIRONMENT).stdout


def source(rng, lines):
    """Lines of a program that holds no key."""
    forms = [
        "    {a}_{b} = self.{b}.get('{c}', {n})",
        "    if {a} is None and {b}_{c} > {n}:",
        "        return {c}({a}, {b})",
        "# the {a} of a {b} and its {c}",
        "def {a}_{b}({c}, limit={n}):",
        "",
    ]
    pick = lambda: rng.choice(NOUNS)
    text = (rng.choice(forms).format(a=pick(), b=pick(), c=pick(), n=rng.randrange(500)) for _ in range(lines))
    return "\n".join(text) + "\n"


def path_of(number):
    return f"{NOUNS[number % 16]}/{NOUNS[number // 16 % 16]}{number // 256 % 40}/module_{number}.py"


def make(repository, files):
    """One commit, through fast-import: a hundred thousand files take seconds."""
    repository.mkdir(parents=True)
    git(repository, "init", "--quiet", "--initial-branch=main")
    rng = random.Random(files)
    blobs = [source(rng, rng.randint(5, 100)).encode() for _ in range(min(files, 1000))]
    stream = [b"blob\nmark :%d\ndata %d\n%s\n" % (mark, len(blob), blob) for mark, blob in enumerate(blobs, 1)]
    stream.append(b"commit refs/heads/main\ncommitter b <b@example.org> 1700000000 +0000\ndata 5\nfirst\n")
    stream += [b"M 100644 :%d %s\n" % (n % len(blobs) + 1, path_of(n).encode()) for n in range(files)]
    git(repository, "fast-import", "--quiet", data=b"".join(stream))
    git(repository, "reset", "--quiet", "--hard")


def stage(repository, files, lines):
    git(repository, "reset", "--quiet", "--hard")
    path = repository / path_of(files // 2)
    with path.open("a") as file:
        file.write(source(random.Random(lines), lines))
    git(repository, "add", str(path))


def run(command, repository):
    """Milliseconds, peak memory in MiB, exit code."""
    null = subprocess.DEVNULL
    start = time.perf_counter()
    child = subprocess.Popen(command, cwd=repository, env=ENVIRONMENT, stdin=null, stdout=null, stderr=null)
    _, status, usage = os.wait4(child.pid, 0)
    elapsed = (time.perf_counter() - start) * 1000
    child.returncode = os.waitstatus_to_exitcode(status)
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return elapsed, usage.ru_maxrss / scale, child.returncode


def measure(hook, repository, runs):
    baseline = ["git", "diff", "--cached"]
    run(hook, repository), run(baseline, repository)
    pairs = [(run(hook, repository), run(baseline, repository)) for _ in range(runs)]
    if any(ours[2] != 0 for ours, _ in pairs):
        sys.exit(f"{hook[0]} did not pass clean lines")
    ratio = statistics.median(ours[0] / theirs[0] for ours, theirs in pairs)
    ours, theirs = (statistics.median(pair[side][0] for pair in pairs) for side in (0, 1))
    return ours, theirs, ratio, max(pair[0][1] for pair in pairs)


def main():
    numbers = lambda text: [int(number) for number in text.split(",")]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=numbers, default=[100, 10_000, 100_000])
    parser.add_argument("--lines", type=numbers, default=[20, 20_000])
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--most", type=float)
    own = Path(__file__).resolve().parents[2] / "target/release/keystop"
    parser.add_argument("commands", nargs="*", default=[shlex.join([str(own), "hook", "pre-commit"])])
    arguments = parser.parse_args()
    worst = 0.0
    print(f"{'files':>7} {'lines':>6} {'hook ms':>8} {'git ms':>7} {'ratio':>6} {'MiB':>5}  command")
    for files in arguments.files:
        repository = Path(tempfile.gettempdir()) / "keystop-bench" / str(files)
        if not repository.exists():
            make(repository, files)
        for lines in arguments.lines:
            stage(repository, files, lines)
            for hook in map(shlex.split, arguments.commands):
                ours, theirs, ratio, memory = measure(hook, repository, arguments.runs)
                worst = max(worst, ratio)
                row = f"{files:>7} {lines:>6} {ours:>8.1f} {theirs:>7.1f} {ratio:>6.2f} {memory:>5.1f}"
                print(f"{row}  {Path(hook[0]).name}", flush=True)
    sys.exit(arguments.most is not None and worst > arguments.most)


if __name__ == "__main__":
    main()
