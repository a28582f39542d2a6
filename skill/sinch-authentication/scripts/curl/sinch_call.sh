#!/usr/bin/env bash
# Numbers API, Project access key, OAuth2 access token: a first request that proves the credentials. It costs nothing.
# Written for curl and bash.
# Run: bash sinch_call.sh
# Environment variables:
#   SINCH_KEY_ID      Sinch Build Dashboard > Settings > Access keys
#   SINCH_KEY_SECRET  shown once, when the access key is created in Settings > Access keys
#   SINCH_PROJECT_ID  Sinch Build Dashboard > Settings > Access keys (the project id stands above the list)

set -euo pipefail
: "${SINCH_KEY_ID:?is not set; the top of this file says where to get it}"
: "${SINCH_KEY_SECRET:?is not set; the top of this file says where to get it}"
: "${SINCH_PROJECT_ID:?is not set; the top of this file says where to get it}"

# --user sends Key ID and Key Secret as HTTP Basic; --data makes it a POST.
token_answer=$(curl --silent --show-error --fail-with-body --max-time 10 \
  --user "$SINCH_KEY_ID:$SINCH_KEY_SECRET" \
  --data grant_type=client_credentials \
  https://auth.sinch.com/oauth2/token) || {
  echo "refused: $token_answer" >&2
  exit 1
}
token=$(printf '%s' "$token_answer" | sed -n 's/.*"access_token" *: *"\([^"]*\)".*/\1/p')

answer=$(curl --silent --show-error --max-time 10 --write-out '\n%{http_code}' \
  --header "Authorization: Bearer $token" \
  "https://numbers.api.sinch.com/v1/projects/${SINCH_PROJECT_ID}/availableRegions")
status=${answer##*$'\n'}
body=${answer%$'\n'*}
if [ "${status:0:1}" != 2 ]; then
  echo "refused: $status $body" >&2
  exit 1
fi
echo "Numbers API accepted the credentials: $status $body"
