#!/bin/sh
# Puts each comment that `judge.sh` wrote under the pull request, in place of the one that was there: what `action.yml` runs.
#
# TOKEN             may write to pull requests
# AUTHOR            whose comments are edited; github-actions[bot] where it is not said
# REPORT            the folder of the reports
# GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_EVENT_PATH   as GitHub sets them
set -eu

fail() {
  printf '::error::%s\n' "$1"
  exit 2
}

report=${REPORT:-plan-report} author=${AUTHOR:-github-actions[bot]}
number=$(jq -r '.pull_request.number // empty' "$GITHUB_EVENT_PATH")
case $number in
  '' | *[!0-9]*)
    printf '::notice::this is no pull request, so there is nowhere to comment\n'
    exit 0
    ;;
esac
comments=$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/$number/comments

# METHOD ADDRESS [FILE]: the answer goes to a file, the status is printed. The token is no argument, which others could see.
call() {
  if [ $# -gt 2 ]; then body=--data-binary; else body=; fi
  printf 'Authorization: Bearer %s\nAccept: application/vnd.github+json\nContent-Type: application/json\n' "$TOKEN" |
    curl --silent --show-error --max-time 60 --request "$1" --header @- ${body:+"$body" "@$3"} \
      --output "$report/answer.json" --write-out '%{http_code}' "$2"
}

# The number of our comment that begins with this line; nothing where there is none.
earlier() {
  page=1
  while [ "$page" -le 50 ]; do
    status=$(call GET "$comments?per_page=100&page=$page") || return 1
    [ "$status" = 200 ] || return 1
    id=$(jq -r --arg author "$author" --arg first "$1" \
      '[.[] | select(.user.login == $author and (.body | split("\n")[0] | rtrimstr("\r")) == $first) | .id][0] // empty' "$report/answer.json")
    count=$(jq length "$report/answer.json")
    if [ -n "$id" ] || [ "$count" -lt 100 ]; then
      printf '%s' "$id"
      return
    fi
    page=$((page + 1))
  done
}

trap 'rm -f -- "$report/answer.json" "$report/body.json"' EXIT
for file in "$report"/comment-*.md; do
  [ -s "$file" ] || continue
  first=$(head -n 1 -- "$file")
  id=$(earlier "$first") || fail "the comments of the pull request cannot be read"
  jq -Rs '{body: .}' <"$file" >"$report/body.json"
  if [ -n "$id" ]; then
    status=$(call PATCH "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/comments/$id" "$report/body.json")
  else
    status=$(call POST "$comments" "$report/body.json")
  fi
  case $status in
    200 | 201) ;;
    403 | 404) printf '::notice::this token may not comment, as that of a pull request from a fork; the comment is in the reports\n' ;;
    *) fail "the comment was answered with status $status" ;;
  esac
done
