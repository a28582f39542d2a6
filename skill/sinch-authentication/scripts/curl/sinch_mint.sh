#!/usr/bin/env bash
# In-App Calling (Voice and Video SDKs), Application key, Registration token (JWT): make the registration token on your backend.
# Written for curl and bash.
# Run: bash sinch_mint.sh USER_ID
# Environment variables:
#   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
#   SINCH_APPLICATION_SECRET  beside the Application Key, in the same app

set -euo pipefail
: "${SINCH_APPLICATION_KEY:?is not set; the top of this file says where to get it}"
: "${SINCH_APPLICATION_SECRET:?is not set; the top of this file says where to get it}"

base64url() { base64 | tr -d '\n=' | tr '+/' '-_'; }

# hmac HEXKEY: HMAC-SHA256 of standard input, as raw bytes.
hmac() { openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" -binary; }

hex() { od -An -v -tx1 | tr -d ' \n'; }

# signing_key HEXSECRET DATE: the key of one UTC day: one HMAC, in spite of the name hkdfv1.
signing_key() { printf '%s' "$2" | hmac "$1" | hex; }

# registration_token USER_ID: a token that lets one user's client register, good for ten minutes.
# Take the user id from your own session, never from the request. Make a token for each request; do not log it.
registration_token() {
  local secret now date issuer header claims signed
  if ! [[ $1 =~ ^[A-Za-z0-9_=-]{1,255}$ ]]; then
    echo "a user id has 1 to 255 characters of A-Z a-z 0-9 - _ =; base64url-encode any other" >&2
    return 1
  fi
  secret=$(printf '%s' "$SINCH_APPLICATION_SECRET" | base64 -d | hex)
  if [ "${#secret}" != 32 ]; then
    echo "an Application Secret is base64 of 16 bytes; this one is something else" >&2
    return 1
  fi
  # One instant for everything, in UTC.
  read -r now date < <(date -u '+%s %Y%m%d')
  issuer=//rtc.sinch.com/applications/$SINCH_APPLICATION_KEY
  header=$(printf '{"alg":"HS256","kid":"hkdfv1-%s"}' "$date")
  claims=$(printf '{"iss":"%s","sub":"%s/users/%s","iat":%d,"exp":%d,"nonce":"%s"}' \
    "$issuer" "$issuer" "$1" "$now" "$((now + 600))" "$(openssl rand -hex 16)")
  signed=$(printf '%s' "$header" | base64url).$(printf '%s' "$claims" | base64url)
  printf '%s.%s\n' "$signed" "$(printf '%s' "$signed" | hmac "$(signing_key "$secret" "$date")" | base64url)"
}

# Check the derivation against two published days before the first token is made.
known=$(printf '%s' ax8hTTQJF0OPXL32r1LHMA== | base64 -d | hex)
if [ "$(signing_key "$known" 20180102)" != 0198f912c4bc4bbc1bd3ac6be63111a8f1ecada42ddf0ffe221e447eb862b014 ] ||
  [ "$(signing_key "$known" 20180201)" != be7b9e2a6828e6dbb9736bb3037f1ab746bd4992ba42344eacb9c87eed3dcf42 ]; then
  echo "the signing key is derived wrongly" >&2
  exit 1
fi

registration_token "${1:?usage: bash sinch_mint.sh USER_ID}"
