#!/bin/sh
# Judges plans, and writes their reports and comments: what `action.yml` runs. Everything that it is given comes in variables and is
# passed on as it is; nothing of it is ever text of a script.
#
# PLANS       files and folders, a line each
# SITE        an address that is read, with PLAN_LOGIN_ORIGIN, PLAN_LOGIN_USER and PLAN_LOGIN_PASSWORD; or
# SNAPSHOT    a recording of the site; without either the plans are judged without a site
# FAIL_ON     error, warning or unproven
# SINCE       the review or the revision since which the comment says what changed
# REPORT      the folder of the reports
# PLAN        the program
set -eu

fail() {
  printf '::error::%s\n' "$1"
  exit 2
}

if [ "${GITHUB_EVENT_NAME-}" = pull_request_target ]; then
  fail "on pull_request_target a stranger's plan would be judged beside this repository's secrets: use pull_request"
fi
plan=${PLAN:-plan} report=${REPORT:-plan-report} newline='
'
case $report in
  *"$newline"*) fail "the folder of the reports has a line break in its name" ;;
esac
for program in "$plan" jq; do
  command -v "$program" >/dev/null || fail "there is no program $program here"
done
if [ -n "${SITE-}" ] && [ -n "${SNAPSHOT-}" ]; then
  fail "a site and a snapshot are named: leave one of them out"
fi
mkdir -p -- "$report"
rm -f -- "$report"/comment-*.md

# plan VERB OPTION… with the reading that was asked for.
reading() {
  verb=$1
  shift
  if [ -n "${SITE-}" ]; then
    set -- --site "$SITE" "$@"
  elif [ -n "${SNAPSHOT-}" ]; then
    set -- --snapshot "$SNAPSHOT" "$@"
  else
    set -- --no-site "$@"
  fi
  "$plan" "$verb" "$@"
}

set --
while IFS= read -r line; do
  [ -z "$line" ] || set -- "$@" "$line"
done <<EOF
${PLANS:-plans}
EOF

# The private files of a recording are not in a clone.
accepted=
[ -z "${SNAPSHOT-}" ] || accepted=members
code=0
reading check ${FAIL_ON:+--fail-on "$FAIL_ON"} ${accepted:+--accept-unknown "$accepted"} --format github \
  --output "json=$report/plan.json" --output "sarif=$report/plan.sarif" --output "junit=$report/plan.xml" \
  --output "markdown=$report/plan.md" -- "$@" || code=$?

status=could-not-run digest='' changes=''
if [ "$code" -le 1 ]; then
  verdicts=$(jq -r 'if type == "array" then .[] else . end | .verdict' "$report/plan.json")
  status=green
  case $verdicts in *unproven*) status=unproven ;; esac
  case $verdicts in *red*) status=red ;; esac
  [ -z "${GITHUB_STEP_SUMMARY-}" ] || cat -- "$report/plan.md" >>"$GITHUB_STEP_SUMMARY"
fi

# Without a site nothing is compared.
if [ "$code" -le 1 ] && [ -n "${SITE-}${SNAPSHOT-}" ]; then
  changes=0 number=0
  jq -r 'if type == "array" then .[] else . end | .plan.path | @json' "$report/plan.json" >"$report/plans"
  while IFS= read -r quoted; do
    path=$(printf '%s' "$quoted" | jq -j .)
    number=$((number + 1))
    # A site is read once for both.
    if reading diff ${SINCE:+--since "$SINCE"} --format json --output "markdown=$report/comment-$number.md" -- "$path" \
      >"$report/diff.json"; then
      changes=$((changes + $(jq '.changes | length' "$report/diff.json")))
      digest=$(jq -r '.digests.changes // ""' "$report/diff.json")
    else
      rm -f -- "$report/comment-$number.md"
      code=3 status=could-not-run
    fi
  done <"$report/plans"
  [ "$number" -eq 1 ] || digest=
  rm -f -- "$report/plans" "$report/diff.json"
fi

if [ -n "${GITHUB_OUTPUT-}" ]; then
  for output in "status=$status" "digest=$digest" "changes=$changes" "report=$report" "code=$code"; do
    printf '%s\n' "$output"
  done >>"$GITHUB_OUTPUT"
fi
# A verdict fails the step that says so, once the comment is there; what could not run fails here.
[ "$code" -le 1 ] || exit "$code"
