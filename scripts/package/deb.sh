#!/bin/sh
# A Debian package: deb.sh TARGET BINARY FOLDER. The binary must run on the machine that builds the package: it writes its
# own manual and completions. For another machine, name one that runs here in KEYSTOP.
set -eu
target=$1 binary=$2 out=$3
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$here/../..
keystop=${KEYSTOP:-$binary}
case $target in
x86_64-*linux*) machine=amd64 ;;
aarch64-*linux*) machine=arm64 ;;
*) echo "deb.sh: no Debian package for $target" >&2; exit 2 ;;
esac
told() { sed -n "s/^$1 = \"\(.*\)\"/\1/p" "$root/Cargo.toml" | head -n 1; }
version=$(told version)
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-1767225600}"

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
share=$tree/usr/share
mkdir -p "$tree/DEBIAN" "$tree/usr/bin" "$share/doc/keystop" "$share/man/man1" \
	"$share/bash-completion/completions" "$share/zsh/vendor-completions" "$share/fish/vendor_completions.d"
install -m 755 "$binary" "$tree/usr/bin/keystop"
"$keystop" man "$share/man/man1"
gzip -9n "$share/man/man1"/*.1
"$keystop" completions bash >"$share/bash-completion/completions/keystop"
"$keystop" completions zsh >"$share/zsh/vendor-completions/_keystop"
"$keystop" completions fish >"$share/fish/vendor_completions.d/keystop.fish"
cat "$root/LICENSE-MIT" "$root/LICENSE-APACHE" >"$share/doc/keystop/copyright"
gzip -9n <"$root/CHANGELOG.md" >"$share/doc/keystop/changelog.gz"

cat >"$tree/DEBIAN/control" <<CONTROL
Package: keystop
Version: $version
Architecture: $machine
Maintainer: The keystop authors <keystop@example.org>
Installed-Size: $(du -k -s "$tree/usr" | cut -f 1)
Depends: git
Homepage: $(told repository)
Section: vcs
Priority: optional
Description: stops a commit with a key in it, and says what to do now
 A git hook that reads what a commit or a push adds, finds the API keys and
 passwords in it, stops it, and tells how to keep the key out, how to revoke it
 and how to see whether somebody used it. One binary, offline, no account.
CONTROL
find "$tree" -type d -exec chmod 755 {} +
find "$share" -type f -exec chmod 644 {} +
package=$out/keystop_${version}_$machine.deb
dpkg-deb --build --root-owner-group "$tree" "$package" >/dev/null
echo "$package"
