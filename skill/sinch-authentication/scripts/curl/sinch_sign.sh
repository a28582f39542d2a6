#!/usr/bin/env bash
# Voice API v1 (Calling), Application key, Application-signed request: sign a request, and prove it with a first one. It costs nothing.
# Written for curl and bash.
# Run: bash sinch_sign.sh
# Environment variables:
#   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
#   SINCH_APPLICATION_SECRET  beside the Application Key, in the same app

set -euo pipefail
: "${SINCH_APPLICATION_KEY:?is not set; the top of this file says where to get it}"
: "${SINCH_APPLICATION_SECRET:?is not set; the top of this file says where to get it}"

# sign METHOD PATH [BODY [CONTENT_TYPE]]: sets timestamp and signature; PATH without query, BODY exactly as it is sent.
sign() {
  local md5="" key
  timestamp=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  if [ -n "${3-}" ]; then
    md5=$(printf '%s' "$3" | openssl dgst -md5 -binary | base64)
  fi
  # The Application Secret is base64 of the key, not the key.
  key=$(printf '%s' "$SINCH_APPLICATION_SECRET" | base64 -d | od -An -v -tx1 | tr -d ' \n')
  signature=$(printf '%s\n%s\n%s\nx-timestamp:%s\n%s' "$1" "$md5" "${4-}" "$timestamp" "$2" |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
}

path=/v1/configuration/numbers
sign GET "$path"
answer=$(curl --silent --show-error --max-time 10 --write-out '\n%{http_code}' \
  --header "Authorization: Application $SINCH_APPLICATION_KEY:$signature" \
  --header "x-timestamp: $timestamp" \
  https://callingapi.sinch.com"$path")
status=${answer##*$'\n'}
body=${answer%$'\n'*}
if [ "${status:0:1}" != 2 ]; then
  echo "refused: $status $body" >&2
  exit 1
fi
echo "Voice API v1 (Calling) accepted the credentials: $status $body"
