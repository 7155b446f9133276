#!/bin/sh
# Builds the packages from a binary, installs each in an empty environment, and has it stop a commit: run.sh [--all] BINARY.
# It needs no network. What a missing program keeps from being tried is named at the end; with --all, as before a
# release, that is an error.
set -eu
needed=
[ "${1-}" != --all ] || { needed=all; shift; }
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
binary=$(CDPATH='' cd -- "$(dirname -- "${1:?run.sh [--all] BINARY}")" && pwd)/$(basename -- "$1")
case $(uname -m) in
x86_64) target=x86_64-unknown-linux-musl machine=x64 ;;
aarch64) target=aarch64-unknown-linux-musl machine=arm64 ;;
*) echo "run.sh: no package for $(uname -m)" >&2; exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dist=$work/dist
mkdir "$dist"
build=$root/scripts/package
untried=

# can PACKAGE PROGRAM...: whether the programs are here to try a package.
can() {
	package=$1
	shift
	for tool; do
		command -v "$tool" >/dev/null && continue
		untried="$untried
NOT TRIED: $package, for want of $tool"
		return 1
	done
}

fail() {
	echo "run.sh: $*" >&2
	exit 1
}

# tries NAME FOLDER: the keystop of FOLDER stops a commit with a key, and lets one without through.
tries() {
	name=$1 bin=$2 home=$work/home-$1
	mkdir -p "$home/repo"
	in_repo() {
		(cd "$home/repo" && env -i HOME="$home" PATH="$bin:$tools:/usr/local/bin:/usr/bin:/bin" GIT_CONFIG_NOSYSTEM=1 \
			GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org "$@")
	}
	[ "$(in_repo sh -c 'command -v keystop')" = "$bin/keystop" ] || fail "$name: keystop is not in $bin"
	in_repo git init -q
	in_repo keystop install >/dev/null
	echo 'print("hello")' >"$home/repo/a.py"
	in_repo git add a.py
	in_repo git commit -q -m clean || fail "$name: a clean commit was stopped"
	echo "GITHUB_TOKEN = \"$token\"" >"$home/repo/b.py"
	in_repo git add b.py
	! in_repo git commit -q -m key 2>"$home/said" || fail "$name: a key was committed"
	grep -q 'keystop stopped this commit' "$home/said" || fail "$name: $(cat "$home/said")"
	echo "$name: ok ($(in_repo keystop --version))"
}

try_wheel() {
	wheel=$(python3 -B "$build/wheel.py" "$target" "$binary" "$dist")
	python3 -m venv "$work/venv"
	"$work/venv/bin/pip" install --quiet --no-index --no-deps --disable-pip-version-check "$wheel"
	tries wheel "$work/venv/bin"
	"$work/venv/bin/pip" uninstall --quiet --yes keystop
	[ ! -e "$work/venv/bin/keystop" ] || fail "wheel: uninstalling leaves the binary"
}

try_npm() {
	carrier=$(python3 -B "$build/npm.py" "$target" "$binary" "$dist")
	main=$(python3 -B "$build/npm.py" main "$dist")
	modules=$work/node/node_modules
	mkdir "$work/node"
	in_node() {
		(cd "$work/node" && npm "$@" --offline --no-audit --no-fund --loglevel=error >/dev/null)
	}
	in_node init -y
	in_node install "$carrier" "$main"
	cmp -s "$modules/keystop/bin/keystop" "$modules/keystop-linux-$machine/bin/keystop" ||
		fail "npm: commits would wait for node"
	tries npm "$modules/.bin"
	in_node install --ignore-scripts --force "$carrier" "$main"
	tar -xzf "$main" -C "$modules/keystop" --strip-components=1 package/bin/keystop
	tries npm-without-scripts "$modules/.bin"
}

# A system of its own with nothing in it: what the package brings, and what removing it leaves.
try_deb() {
	deb=$("$build/deb.sh" "$target" "$binary" "$dist")
	system=$work/system
	mkdir -p "$system/var/lib/dpkg/info" "$system/var/lib/dpkg/updates"
	: >"$system/var/lib/dpkg/status"
	: >"$system/var/lib/dpkg/available"
	in_system() {
		dpkg --root="$system" --force-depends --force-not-root --log="$work/dpkg.log" "$@" >"$work/dpkg.out" 2>&1 ||
			fail "deb: $(cat "$work/dpkg.out")"
	}
	in_system -i "$deb"
	tries deb "$system/usr/bin"
	for file in man/man1/keystop.1.gz bash-completion/completions/keystop; do
		[ -s "$system/usr/share/$file" ] || fail "deb: $file is missing"
	done
	in_system -P keystop
	left=$(find "$system" -name '*keystop*')
	[ -z "$left" ] || fail "deb: removing leaves $left"
}

try_archive() {
	archive=$(python3 -B "$build/archive.py" "$target" "$binary" "$dist")
	mkdir "$work/archive"
	tar -xzf "$archive" -C "$work/archive" --strip-components=1
	tries archive "$work/archive"
}

# What `cargo binstall` asks for is the archive, and the binary in it: on this machine's other libc too.
try_binstall() {
	for asked in "$target" "${target%musl}gnu"; do
		python3 -B - "$root/Cargo.toml" "$asked" "$archive" <<-'PYTHON' || fail "binstall: it does not find $archive"
			import re, sys, tarfile, tomllib
			manifest, asked, archive = sys.argv[1:]
			package = tomllib.load(open(manifest, "rb"))["package"]
			told = package["metadata"]["binstall"]
			told = {**told, **told["overrides"].get(asked, {})}
			words = {"repo": package["repository"], "name": package["name"], "version": package["version"], "target": asked,
			         "archive-suffix": ".tar.gz", "bin": "keystop", "binary-ext": ""}
			filled = {key: re.sub(r"\{ ([a-z-]+) \}", lambda word: words[word[1]], told[key]) for key in ("pkg-url", "bin-dir")}
			assert filled["pkg-url"].rpartition("/")[2] == archive.rpartition("/")[2], filled
			assert filled["bin-dir"] in tarfile.open(archive).getnames(), filled
		PYTHON
	done
	echo "binstall: ok"
}

# The formula names each archive and its digest.
try_formula() {
	(cd "$dist" && sha256sum ./*.tar.gz | sed 's|\./||') >"$work/SUMS"
	for other in x86_64-apple-darwin aarch64-apple-darwin x86_64-unknown-linux-musl aarch64-unknown-linux-musl; do
		version=$(basename "$archive" | sed 's/^keystop-\([^-]*\)-.*/\1/')
		grep -q "$other" "$work/SUMS" || echo "$(printf %064d 0)  keystop-$version-$other.tar.gz" >>"$work/SUMS"
	done
	python3 -B "$build/homebrew.py" https://example.org/acme/keystop/releases/download/v1 "$work/SUMS" >"$work/keystop.rb"
	grep -q "$(sha256sum "$archive" | cut -d ' ' -f 1)" "$work/keystop.rb" || fail "formula: the digest is not right"
	if can "the formula's syntax" ruby; then ruby -c "$work/keystop.rb" >/dev/null; fi
	echo "formula: ok"
}

# The same input gives the same bytes.
try_again() {
	again=$work/again
	mkdir "$again"
	python3 -B "$build/wheel.py" "$target" "$binary" "$again" >/dev/null
	python3 -B "$build/npm.py" "$target" "$binary" "$again" >/dev/null
	python3 -B "$build/archive.py" "$target" "$binary" "$again" >/dev/null
	! command -v dpkg-deb >/dev/null || "$build/deb.sh" "$target" "$binary" "$again" >/dev/null
	for file in "$dist"/*; do
		[ ! -e "$again/${file##*/}" ] || cmp "$file" "$again/${file##*/}"
	done
	echo "built again: the same bytes"
}

for tool in git python3; do
	command -v "$tool" >/dev/null || fail "$tool is missing, and without it nothing can be tried"
done
# Where the programs that are asked stand, so that an environment with nothing else in it finds them.
tools=$(dirname "$(command -v git)")
command -v node >/dev/null && tools=$tools:$(dirname "$(command -v node)")

# A token of the right form, made here: none stands in the repository.
token=ghp_$(python3 -c '
import random, string, zlib
body = "".join(random.Random(7).choices(string.ascii_letters + string.digits, k=30))
digits, left, check = string.digits + string.ascii_uppercase + string.ascii_lowercase, zlib.crc32(body.encode()), ""
while left:
    left, digit = divmod(left, 62)
    check = digits[digit] + check
print(body + check.rjust(6, "0"))')

try_wheel
if can "the npm packages" node npm; then try_npm; fi
if can "the Debian package" dpkg dpkg-deb; then try_deb; fi
try_archive
try_binstall
try_formula
try_again
if [ -n "$untried" ]; then
	echo "$untried"
	[ -z "$needed" ] || exit 1
fi
