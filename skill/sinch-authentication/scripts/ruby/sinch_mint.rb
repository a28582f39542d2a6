# In-App Calling (Voice and Video SDKs), Application key, Registration token (JWT): make the registration token on your backend.
# Written for Ruby 3.0 or newer.
# Run: ruby sinch_mint.rb USER_ID
# Environment variables:
#   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
#   SINCH_APPLICATION_SECRET  beside the Application Key, in the same app

require "json"
require "openssl"
require "securerandom"

def setting(name)
  value = ENV.fetch(name, "").strip
  abort "#{name} is not set; the top of this file says where to get it" if value.empty?
  value
end

application_key = setting("SINCH_APPLICATION_KEY")
application_secret = setting("SINCH_APPLICATION_SECRET")

# A token that lets one user's client register, good for ten minutes.
#
# Take the user id from your own session, never from the request. Make a token for each request; answer with
# `Cache-Control: no-store`, and do not log it.
def registration_token(application_key, application_secret, user_id, now = Time.now)
  unless user_id.match?(/\A[A-Za-z0-9_=-]{1,255}\z/)
    raise ArgumentError, "a user id has 1 to 255 characters of A-Z a-z 0-9 - _ =; base64url-encode any other"
  end
  secret = application_secret.unpack1("m0")
  unless secret.bytesize == 16
    raise ArgumentError, "an Application Secret is base64 of 16 bytes; this one is something else"
  end

  # One instant for everything, in UTC.
  now = now.utc
  date = now.strftime("%Y%m%d")
  issuer = "//rtc.sinch.com/applications/#{application_key}"
  header = { alg: "HS256", kid: "hkdfv1-#{date}" }
  claims = {
    iss: issuer,
    sub: "#{issuer}/users/#{user_id}",
    iat: now.to_i,
    exp: now.to_i + 600,
    nonce: SecureRandom.hex(16),
  }
  signed = [header, claims].map { |part| base64url(JSON.generate(part)) }.join(".")
  "#{signed}.#{base64url(OpenSSL::HMAC.digest('SHA256', signing_key(secret, date), signed))}"
end

# The key of one UTC day: one HMAC, in spite of the name hkdfv1.
def signing_key(secret, date)
  OpenSSL::HMAC.digest("SHA256", secret, date)
end

def base64url(data)
  [data].pack("m0").tr("+/", "-_").delete("=")
end

# Check the derivation against two published days before the first token is made.
{
  "20180102" => "AZj5EsS8S7wb06xr5jERqPHsraQt3w_-Ih5EfrhisBQ",
  "20180201" => "vnueKmgo5tu5c2uzA38at0a9SZK6QjROrLnIfu09z0I",
}.each do |date, key|
  raise "the signing key is derived wrongly" if base64url(signing_key("ax8hTTQJF0OPXL32r1LHMA==".unpack1("m0"), date)) != key
end

if $PROGRAM_NAME == __FILE__
  abort "usage: ruby sinch_mint.rb USER_ID" unless ARGV.length == 1
  puts registration_token(application_key, application_secret, ARGV.first)
end
