#!/bin/sh
# Measures a scenario in a CI job, and tells the job what came out.
#
# From the environment:
#   SCENARIO   the scenario file
#   DRIVER     embedded, kind or existing; empty: the scenario's
#   BLOCKS     how often every strategy is tried; empty: the scenario's
#   FAIL_ON    which verdicts fail the job: fail; inconclusive (that and fail); void (all three, the default); never.
#              What is no verdict (exit codes from 64 on) always does.
#   REPORTS    where run directories go; reports by default
#   HISTORY    a folder with the runs of earlier nights, which the job keeps (a cache, an artefact): the run is added to it,
#              and a routing margin that has become smaller counts as fail. Empty: none is kept
#
# Where GitHub runs it (GITHUB_OUTPUT, GITHUB_STEP_SUMMARY): sets the outputs verdict and run-directory, writes the job
# summary, and annotates the scenario file.
set -eu

: "${SCENARIO:?names the scenario file}"
REPORTS=${REPORTS:-reports}
FAIL_ON=${FAIL_ON:-void}
case $FAIL_ON in
  never) failing= ;;
  fail) failing=1 ;;
  inconclusive) failing='1 2' ;;
  void) failing='1 2 3' ;;
  *)
    printf 'ci-run: FAIL_ON is %s; expected fail, inconclusive, void or never\n' "$FAIL_ON" >&2
    exit 64
    ;;
esac
here=$(cd "$(dirname "$0")/.." && pwd -P)

set -- run "$SCENARIO" --reports "$REPORTS"
[ -z "${DRIVER:-}" ] || set -- "$@" --driver "$DRIVER"
[ -z "${BLOCKS:-}" ] || set -- "$@" --blocks "$BLOCKS"

before=$(readlink "$REPORTS/latest" 2>/dev/null || true)
code=0
"$here/bin/drainbench" "$@" || code=$?
after=$(readlink "$REPORTS/latest" 2>/dev/null || true)

case $code in
  0) verdict=pass ;;
  1) verdict=fail ;;
  2) verdict=inconclusive ;;
  3) verdict=void ;;
  *) verdict= ;;
esac
fails=no
case " $failing " in *" $code "*) fails=yes ;; esac
[ "$code" -le 3 ] || fails=yes
# A run that did not begin leaves an older one to be the latest.
directory=
[ "$after" = "$before" ] || directory=$REPORTS/$after

if [ -n "${HISTORY:-}" ] && [ -n "$directory" ] && [ "$code" -le 3 ]; then
  gate=0
  told=$directory/history.txt
  if "$here/bin/drainbench" history add "$directory" --history "$HISTORY"; then
    "$here/bin/drainbench" history gate "$directory" --history "$HISTORY" >"$told" || gate=$?
    cat "$told"
    "$here/bin/drainbench" history show --history "$HISTORY" --html "$directory/history.html" >/dev/null || gate=$?
  else
    gate=$?
  fi
  # What it says of the run itself, void or with too little before it, the run has said already.
  if [ "$gate" -eq 1 ] && [ -n "$failing" ]; then
    fails=yes
    [ "$code" -ne 0 ] || code=1
  fi
  [ "$gate" -le 3 ] || { fails=yes && code=$gate; }
fi

if [ -n "${GITHUB_OUTPUT:-}" ]; then
  printf 'verdict=%s\nrun-directory=%s\n' "$verdict" "$directory" >>"$GITHUB_OUTPUT"
fi
if [ -n "$directory" ] && [ -f "$directory/summary.md" ]; then
  [ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$directory/summary.md" >>"$GITHUB_STEP_SUMMARY"
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$directory/history.txt" ]; then
    printf '\n**Against earlier runs**\n\n```\n%s\n```\n' "$(cat "$directory/history.txt")" >>"$GITHUB_STEP_SUMMARY"
  fi
  if [ -n "${GITHUB_ACTIONS:-}" ]; then
    level=notice
    [ "$code" -eq 0 ] || level=warning
    [ "$fails" = no ] || level=error
    # The first line of the summary has the verdict and the question.
    printf '::%s file=%s,title=drainbench::%s\n' "$level" "$SCENARIO" "$(sed -n '1s/^#* *//p' "$directory/summary.md")"
  fi
fi

[ "$fails" = yes ] || exit 0
exit "$code"
