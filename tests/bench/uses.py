#!/usr/bin/env python3
"""How long `keystop uses` takes beside what one would type instead: `git grep` and `git log -p`, over the same.

    tests/bench/uses.py KEYSTOP [--files 10000] [--commits 2000] [--runs 5]

The repository is made for it: files of several languages in a hundred services, each commit changing a few; the key
stands in some files as it is, in others as base64, percent-encoded and as UTF-16, and in commits that took it out again.
Runs alternate, medians are printed, and the ratio of them; no byte of the key may be in the output.
"""

import argparse
import base64
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

RNG = random.Random(7)
LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
KEY = "".join(RNG.choices(LETTERS, k=19)) + "/" + "".join(RNG.choices(LETTERS, k=9)) + "+" + "".join(RNG.choices(LETTERS, k=10))
ENDINGS = ["py", "js", "ts", "go", "java", "rb", "php", "yml", "md", "sh"]
WORDS = "total price order user client request result index value name list path count item cache".split()


def text(rng, lines):
    return "".join(
        f"{rng.choice(WORDS)}_{rng.randrange(1000)} = {rng.choice(WORDS)}({rng.randrange(10**6)}, '{rng.choice(WORDS)}')\n"
        for _ in range(lines)
    )


def path_of(number):
    return f"services/s{number % 100}/src/m{number // 1000}/f{number}.{ENDINGS[number % len(ENDINGS)]}"


def stream(files, commits, out):
    """The history, as git fast-import reads it."""
    rng = random.Random(1)

    def blob(path, content):
        data = content if isinstance(content, bytes) else content.encode()
        out.write(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")

    def commit(number, message):
        out.write(b"commit refs/heads/main\n")
        out.write(f"committer Ada <ada@example.org> {1700000000 + number * 600} +0000\n".encode())
        out.write(f"data {len(message)}\n{message}\n".encode())

    commit(0, "first")
    for number in range(files):
        blob(path_of(number), text(rng, rng.randrange(20, 120)))
    for number in range(100):
        blob(f"services/s{number}/package.json", f'{{"name": "s{number}", "dependencies": {{"aws-sdk": "^2"}}}}\n')
    blob("CODEOWNERS", "* @all\n/services/s1/ @one\n")
    line = f'AWS_SECRET_ACCESS_KEY = "{KEY}"\n'
    encoded = base64.b64encode(f"user:{KEY}".encode()).decode()
    for number in range(1, commits):
        commit(number, f"change {number}")
        for _ in range(3):
            blob(path_of(rng.randrange(files)), text(rng, rng.randrange(20, 120)))
        if number % 200 == 0:
            # Comes in with one commit and goes with the next.
            blob("services/s2/keys.py", line)
        if number % 200 == 1 and number > 1:
            out.write(b"D services/s2/keys.py\n")
    commit(commits, "the key in every form")
    blob("services/s1/pay.py", "import boto3\n" + line)
    blob("services/s3/header.js", f'const h = "Basic {encoded}";\nrequire("aws-sdk");\n')
    blob("services/s4/url.txt", f"https://sts.amazonaws.com/?key={urllib.parse.quote(KEY, safe='')}\n")
    blob("services/s5/export.txt", f"key={KEY}\n".encode("utf-16"))
    out.write(b"done\n")


def run(command, **more):
    begun = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    return time.perf_counter() - begun, done


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("keystop", type=pathlib.Path)
    arguments.add_argument("--files", type=int, default=10000)
    arguments.add_argument("--commits", type=int, default=2000)
    arguments.add_argument("--runs", type=int, default=5)
    args = arguments.parse_args()
    keystop = args.keystop.resolve()
    env = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1", LC_ALL="C")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True, env=env)
        load = subprocess.Popen(["git", "fast-import", "--quiet", "--done"], cwd=folder, env=env, stdin=subprocess.PIPE)
        stream(args.files, args.commits, load.stdin)
        load.stdin.close()
        assert load.wait() == 0
        subprocess.run(["git", "reset", "-q", "--hard"], cwd=folder, check=True, env=env)
        subprocess.run(["git", "gc", "-q"], cwd=folder, check=True, env=env)
        git, ours = [], []
        for _ in range(args.runs):
            grep, found = run(["git", "grep", "-n", "-F", KEY], cwd=folder, env=env)
            log, history = run(["sh", "-c", f"git log -p --all | grep -c -F {KEY}"], cwd=folder, env=env)
            assert found.returncode == 0 and int(history.stdout) > 0
            git.append(grep + log)
            spent, done = run([keystop, "uses", "services/s1/pay.py:2"], cwd=folder, env=env)
            assert done.returncode == 0, done.stderr.decode()
            said = done.stdout.decode()
            assert not any(KEY[at:at + 6] in said for at in range(len(KEY) - 6)), "the key is printed"
            for form in ("exact", "base64", "URL-encoded", "UTF-16", "@one", "client library"):
                assert form.lower() in said.lower(), f"{form} is missing"
            ours.append(spent)
        ours, git = statistics.median(ours), statistics.median(git)
        print(f"{args.files} files, {args.commits} commits: git grep + git log -p {git:.2f} s, keystop uses {ours:.2f} s, "
              f"ratio {ours / git:.2f}")
    return 0 if ours <= 2 * git else 1


if __name__ == "__main__":
    sys.exit(main())
