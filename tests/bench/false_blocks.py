#!/usr/bin/env python3
"""How often real commits would have been stopped: every commit of some repositories, judged as the hook judges it.

usage: tests/bench/false_blocks.py [--binary FILE] [--most COMMITS] [--list] [--true FILE] REPOSITORY...

For each repository the commits of HEAD that are no merges are read (the last --most of them) and those that a finding would
have stopped are counted. --list names each finding by repository, commit, place and rule, for a person to judge; what was
judged to be a key for real goes into FILE, a line each as --list prints it, and is then set apart: what remains are false
blocks. Bare repositories will do. Python's standard library and git are all it needs.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path


def commits(repository, most):
    limit = [f"--max-count={most}"] if most else []
    command = ["git", "-C", str(repository), "rev-list", "--count", "--no-merges", *limit, "HEAD"]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def blocks(binary, repository, most):
    limit = ["--max-count", str(most)] if most else []
    command = [binary, "scan", "--range", "HEAD", "--no-merges", *limit, "--format", "json"]
    ran = subprocess.run(command, cwd=repository, capture_output=True)
    if ran.returncode not in (0, 1):
        sys.exit(f"{repository}: {ran.stderr.decode(errors='replace')}")
    return [found for found in json.loads(ran.stdout)["findings"] if found["confidence"] != "low"]


def name(repository, found):
    return f"{repository} {found['commit'][:12]} {found['rule']} {found['path']}:{found['start']['line']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(Path(__file__).resolve().parents[2] / "target/release/keystop"))
    parser.add_argument("--most", type=int)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--true", type=Path)
    parser.add_argument("repositories", nargs="+", type=Path)
    arguments = parser.parse_args()
    keys = set(arguments.true.read_text().splitlines()) if arguments.true else set()
    total = stopped = wrongly = 0
    for repository in arguments.repositories:
        count = commits(repository, arguments.most)
        found = blocks(arguments.binary, repository, arguments.most)
        unproven = [one for one in found if name(repository, one) not in keys]
        if arguments.list:
            print("\n".join(name(repository, one) for one in unproven))
            continue
        all_commits, false_commits = ({one["commit"] for one in some} for some in (found, unproven))
        total, stopped, wrongly = total + count, stopped + len(all_commits), wrongly + len(false_commits)
        print(f"{count:>7} commits {len(all_commits):>4} stopped {len(false_commits):>4} not for a key  {repository}")
    if total:
        print(f"{total:>7} commits {stopped:>4} stopped {wrongly:>4} not for a key: {1000 * wrongly / total:.2f} per 1,000")


if __name__ == "__main__":
    main()
