#!/usr/bin/env bash
# Makes what a release is made of.
#
#   release.sh check TAG                  whether a tag is that of the version, and the changelog has it
#   release.sh notes                      what the changelog says of the version
#   release.sh build TARGET               the command, without anything that it would have to find where it runs; prints its path
#   release.sh pack TARGET BINARY OUT     an archive of the command with licences, pages for man and completions, and its checksum
#
# The command has to run here: it writes its own pages and completions. Needs cargo to build, tar or zip to pack.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/.."

die() {
    printf 'error: %s\n' "$1" >&2
    exit 2
}

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)

# The part of the changelog about the version, without its title.
notes() {
    awk -v title="## [$version]" '
        index($0, "## [") == 1 { inside = index($0, title) == 1; next }
        inside { print }
    ' CHANGELOG.md
}

case ${1:-} in
    check)
        tag=${2:?a tag}
        [ "$tag" = "v$version" ] || die "the tag is $tag and the version $version; make them one"
        [ -n "$(notes | tr -d '[:space:]')" ] || die "CHANGELOG.md says nothing of $version; give what is unreleased its title"
        ;;
    notes)
        notes
        ;;
    build)
        target=${2:?a target, as rustc names it}
        # With the C library in it, it runs wherever the processor and the system are the same; on macOS that library is the system.
        flags="-C target-feature=+crt-static"
        case $target in
            *-apple-darwin) flags= ;;
        esac
        RUSTFLAGS="${RUSTFLAGS:-} $flags" cargo build --locked --release --target "$target" >&2
        binary=${CARGO_TARGET_DIR:-target}/$target/release/policyc
        case $target in
            *-windows-*) binary=$binary.exe ;;
        esac
        echo "$binary"
        ;;
    pack)
        target=${2:?a target} binary=${3:?the command} out=${4:?a directory}
        name=policyc-$version-$target
        mkdir -p "$out"
        out=$(cd "$out" && pwd)
        stage=$(mktemp -d)
        trap 'rm -rf "$stage"' EXIT
        mkdir -p "$stage/$name/completions"
        cp "$binary" README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT "$stage/$name"
        cp -R schema "$stage/$name/schema"
        [ "$("$binary" --version)" = "policyc $version" ] || die "$binary is not policyc $version; build it again"
        "$binary" man -o "$stage/$name/man" > /dev/null
        "$binary" completions bash > "$stage/$name/completions/policyc.bash"
        "$binary" completions zsh > "$stage/$name/completions/_policyc"
        "$binary" completions fish > "$stage/$name/completions/policyc.fish"
        "$binary" completions powershell > "$stage/$name/completions/_policyc.ps1"
        "$binary" completions elvish > "$stage/$name/completions/policyc.elv"
        case $target in
            *-windows-*)
                archive=$name.zip
                rm -f "$out/$archive"
                if command -v zip > /dev/null; then
                    (cd "$stage" && zip -q -X -r "$out/$archive" "$name")
                else
                    (cd "$stage" && 7z a -bso0 -tzip "$out/$archive" "$name")
                fi
                ;;
            *)
                archive=$name.tar.gz
                # The same files are the same archive, where tar can do that.
                options=()
                if tar --version 2> /dev/null | grep -q GNU; then
                    options=(--sort=name --owner=0 --group=0 --numeric-owner "--mtime=@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}")
                fi
                tar -C "$stage" ${options[@]+"${options[@]}"} -cf - "$name" | gzip -n -9 > "$out/$archive"
                ;;
        esac
        if command -v sha256sum > /dev/null; then
            (cd "$out" && sha256sum "$archive" > "$archive.sha256")
        else
            (cd "$out" && shasum -a 256 "$archive" > "$archive.sha256")
        fi
        echo "$out/$archive"
        ;;
    *)
        die "write \`release.sh check TAG\`, \`notes\`, \`build TARGET\` or \`pack TARGET BINARY OUT\`"
        ;;
esac
