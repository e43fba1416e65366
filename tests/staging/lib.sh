# Shared by install, up and down. Sourced, never run.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=$(realpath -m -- "${PLAN_STAGING_CACHE:-$here/../../target/staging}")

# A developer's own PHP or MariaDB may come first in PATH and lack what WordPress needs.
export PATH=/usr/bin:/bin:/usr/sbin:/sbin:$PATH

say() { printf 'staging: %s\n' "$*" >&2; }

# fail MESSAGE [LOG]
fail() {
  say "$1"
  if [[ -s ${2:-} ]]; then
    say "the end of $2:"
    tail -n 20 -- "$2" >&2
  fi
  exit 1
}

# wait_until SECONDS COMMAND...
wait_until() {
  local limit=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < limit)) || return 1
    sleep 0.03
  done
}

# Descriptor 9 is the lock; whatever outlives `up` must be started with 9>&-.
lock() {
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock -w 900 9 || fail "another run held $cache/lock for 15 minutes"
}

unlock() { exec 9>&-; }

core_of() { printf '%s/core-%s' "$cache" "$1"; }
