#!/usr/bin/env bash
# Voice API v1 (Calling), webhooks: check who sent an event.
# Written for curl and bash.
# Environment variables:
#   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
#   SINCH_APPLICATION_SECRET  the Application Secret of the app that gets the call

set -euo pipefail
: "${SINCH_APPLICATION_KEY:?is not set; the top of this file says where to get it}"
: "${SINCH_APPLICATION_SECRET:?is not set; the top of this file says where to get it}"

refuse() {
  echo "refused: the signature or its time is wrong; do not process the event" >&2
  exit 1
}

# same EXPECTED GIVEN: compares digests of both, so that the time taken says nothing about either.
same() {
  [ "$(printf '%s' "$1" | openssl dgst -sha256)" = "$(printf '%s' "$2" | openssl dgst -sha256)" ]
}

hex() { od -An -v -tx1 | tr -d ' \n'; }

# The body as it arrived, byte by byte, in a file.
body=$(mktemp)
trap 'rm -f "$body"' EXIT
cat > "$body"

verb=$1 path=$2
shift 2
header() { # NAME LINE…
  local name=$1 line
  shift
  for line in "$@"; do
    if [ "$(printf '%s' "${line%%:*}" | tr '[:upper:]' '[:lower:]')" = "$name" ]; then
      line=${line#*:}
      printf '%s' "${line# }"
    fi
  done
}

timestamp=$(header x-timestamp "$@")
sent=$(date -u -d "${timestamp:0:19}Z" +%s 2> /dev/null) || refuse
now=$(date +%s)
[ "$((now - sent))" -le 300 ] && [ "$((sent - now))" -le 300 ] || refuse
authorization=$(header authorization "$@")
credentials=${authorization#* }
[ "$(printf '%s' "${authorization%% *}" | tr '[:upper:]' '[:lower:]')" = application ] || refuse
[ "${credentials%%:*}" = "$SINCH_APPLICATION_KEY" ] || refuse
md5=""
if [ -s "$body" ]; then
  md5=$(openssl dgst -md5 -binary "$body" | base64)
fi
# The secret is base64 of the key, not the key.
key=$(printf '%s' "$SINCH_APPLICATION_SECRET" | base64 -d | hex)
expected=$(printf '%s\n%s\n%s\nx-timestamp:%s\n%s' "$verb" "$md5" "$(header content-type "$@")" "$timestamp" "$path" |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
same "$expected" "${credentials#*:}" || refuse
echo authentic
