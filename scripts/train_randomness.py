#!/usr/bin/env python3
"""Trains the table of `src/scan/randomness.rs`: how many bits each pair of characters costs in ordinary source text.

    scripts/train_randomness.py [CRATES_FOLDER] > src/scan/ordinary.txt

Ordinary text is the identifiers, words, numbers and paths of the crates in cargo's source folder, of those only whose
Cargo.toml names MIT, Apache-2.0, Unlicense, Zlib or a BSD licence. A word counts if it stands in files of two crates at
least, which leaves keys, digests and other random text of test data out. Random text is not trained: it is uniform by
definition, and the reader of the table computes it.

Same crates, same table: files are read in the order of names and nothing is drawn at random.
"""
import collections
import math
import pathlib
import re
import sys

LOWER = "abcdefghijklmnopqrstuvwxyz"
SYMBOLS = LOWER + LOWER.upper() + "0123456789" + "_-./+="
OTHER, EDGE = len(SYMBOLS), len(SYMBOLS) + 1
WORD = re.compile(rb"[A-Za-z0-9_./+=-]{3,60}")
FREE = re.compile(r'^license\s*=\s*".*(MIT|Apache-2\.0|Unlicense|Zlib|BSD).*"', re.M)
SUFFIXES = {".rs", ".md", ".toml", ".c", ".h", ".json", ".yml", ".py", ".sh"}
# A character of the table is a cost in steps of a sixth of a bit, counted from `!`.
STEPS, FIRST, LAST = 6, 33, 126


def words_of(crate):
    seen = collections.Counter()
    for path in sorted(crate.rglob("*")):
        if path.suffix in SUFFIXES and path.is_file():
            seen.update(set(WORD.findall(path.read_bytes()[:400_000])))
    return seen


def ordinary_words(folder):
    crates, files = collections.Counter(), collections.Counter()
    for crate in sorted(folder.iterdir()):
        manifest = crate / "Cargo.toml"
        if manifest.is_file() and FREE.search(manifest.read_text(errors="replace")):
            seen = words_of(crate)
            files.update(seen)
            crates.update(seen.keys())
    return {word: math.sqrt(files[word]) for word, count in crates.items() if count >= 2}


def index(byte):
    at = SYMBOLS.find(chr(byte))
    return OTHER if at < 0 else at


def table(words):
    size = EDGE + 1
    counts = [[0.05] * size for _ in range(size)]
    for word, weight in words.items():
        symbols = [EDGE, *map(index, word), EDGE]
        for a, b in zip(symbols, symbols[1:]):
            counts[a][b] += weight
    for row in counts:
        total = sum(row)
        yield "".join(chr(min(FIRST + round(-math.log2(count / total) * STEPS), LAST)) for count in row)


def main():
    default = next((pathlib.Path.home() / ".cargo/registry/src").iterdir())
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    words = ordinary_words(folder)
    print(f"{len(words)} words", file=sys.stderr)
    print("\n".join(table(words)))


if __name__ == "__main__":
    main()
