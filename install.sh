#!/bin/sh
# Builds keystop, puts it on PATH, and installs its hooks. What the binary can do is left to the binary.
set -eu

usage() {
	cat <<'EOF'
usage: ./install.sh [--prefix DIR] [--repo DIR | --global | --no-hooks] [--live] [--with-rustup]

Builds the release binary and copies it to DIR/bin (default: ~/.local/bin).

  --prefix DIR    put the binary in DIR/bin
  --repo DIR      install the hooks in the repository DIR
                  (default: the repository you stand in)
  --global        install the hooks for all your repositories
                  (default in keystop's own checkout)
  --no-hooks      install the binary only
  --live          with 'keystop check --live', which asks a key's provider; without it there is no network in keystop
  --with-rustup   where cargo is missing: run the official Rust installer (downloads from sh.rustup.rs)

Shell profiles are not touched.
EOF
}

say() { printf '%s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$1" >&2; shift; for line in "$@"; do printf '  %s\n' "$line" >&2; done; exit 2; }

bin_dir="${HOME:?is not set}/.local/bin"
hooks=auto
repo=
rustup=no
features=
while [ $# -gt 0 ]; do
	case $1 in
	--prefix) [ $# -ge 2 ] || fail "--prefix needs a folder"; bin_dir=$2/bin; shift ;;
	--repo) [ $# -ge 2 ] || fail "--repo needs a folder"; hooks=repo; repo=$2; shift ;;
	--global) hooks=global ;;
	--no-hooks) hooks=none ;;
	--live) features=live ;;
	--with-rustup) rustup=yes ;;
	-h | --help) usage; exit 0 ;;
	*) usage >&2; fail "unknown option $1" ;;
	esac
	shift
done

source_dir=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
start_dir=$(pwd -P)

command -v git >/dev/null 2>&1 || fail "git is missing" "install git first"
if [ "$hooks" = repo ]; then
	[ -d "$repo" ] || fail "there is no folder $repo"
	repo=$(CDPATH='' cd -- "$repo" && pwd -P)
	git -C "$repo" rev-parse --git-dir >/dev/null 2>&1 || fail "$repo is not a git repository"
fi

if ! command -v cargo >/dev/null 2>&1 && [ -x "$HOME/.cargo/bin/cargo" ]; then
	PATH=$HOME/.cargo/bin:$PATH
fi
if ! command -v cargo >/dev/null 2>&1; then
	if [ "$rustup" = yes ]; then
		command -v curl >/dev/null 2>&1 || fail "curl is missing" "install curl, or Rust from https://rustup.rs"
		curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal --no-modify-path
		PATH=$HOME/.cargo/bin:$PATH
	else
		fail "cargo (Rust's build tool) is missing. Choose one:" \
			"./install.sh --with-rustup     runs the official installer from https://rustup.rs" \
			"https://rustup.rs              install Rust yourself, then run ./install.sh again" \
			"your package manager           Rust 1.95 or later is needed"
	fi
fi
command -v cc >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 || command -v clang >/dev/null 2>&1 ||
	fail "a C compiler is missing" "Debian, Ubuntu: apt install build-essential" "macOS: xcode-select --install"

say "Building keystop (a minute or two the first time) ..."
target_dir=${CARGO_TARGET_DIR:-$source_dir/target}
(cd "$source_dir" && cargo build --release --locked --quiet --features "$features" --target-dir "$target_dir") ||
	fail "the build failed: see above" "rustc --version must be 1.95 or later"

mkdir -p "$bin_dir"
# A new file under a new name, then a rename: a hook that runs just now keeps the old binary.
cp "$target_dir/release/keystop" "$bin_dir/.keystop.new"
mv -f "$bin_dir/.keystop.new" "$bin_dir/keystop"
keystop=$bin_dir/keystop
say "Installed $("$keystop" --version) as $keystop"
case :$PATH: in
*:"$bin_dir":*) ;;
*) say "Note: $bin_dir is not on your PATH. The hooks find keystop all the same; to type its name, add:"
	say "  export PATH=\"$bin_dir:\$PATH\"" ;;
esac

own_checkout=no
if top=$(git -C "$start_dir" rev-parse --show-toplevel 2>/dev/null); then
	if [ "$top" = "$source_dir" ]; then own_checkout=yes; fi
else
	top=
fi
if [ "$hooks" = auto ]; then
	if [ "$own_checkout" = yes ]; then hooks=global; elif [ -z "$top" ]; then hooks=none; else hooks=repo; repo=$top; fi
fi
case $hooks in
repo) (cd "$repo" && "$keystop" install) ;;
global) "$keystop" install --global ;;
none) say "No hooks installed: run 'keystop install' in a repository." ;;
esac

say "To undo: 'keystop uninstall' where hooks were installed, then rm $keystop"
if [ "$own_checkout" = yes ]; then
	say ""
	"$keystop" demo
fi
