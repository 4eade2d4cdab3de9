#!/bin/sh
# Makes a CI machine ready. Usage: scripts/ci-setup.sh DRIVER
# kind and existing clusters need the command alone; an embedded one needs Kubernetes, built once and then cached.
set -eu

cd "$(dirname "$0")/.."
case ${1:-} in
  embedded) make setup ;;
  kind | existing) sh scripts/bootstrap.sh ;;
  *)
    printf 'usage: scripts/ci-setup.sh embedded|kind|existing\n' >&2
    exit 64
    ;;
esac
