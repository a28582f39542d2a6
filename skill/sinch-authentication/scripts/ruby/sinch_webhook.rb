# Voice API v1 (Calling), webhooks: check who sent an event.
# Written for Ruby 3.0 or newer.
# Environment variables:
#   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
#   SINCH_APPLICATION_SECRET  the Application Secret of the app that gets the call

require "openssl"
require "time"

def setting(name)
  value = ENV.fetch(name, "").strip
  abort "#{name} is not set; the top of this file says where to get it" if value.empty?
  value
end

application_key = setting("SINCH_APPLICATION_KEY")
application_secret = setting("SINCH_APPLICATION_SECRET")

TOLERANCE = 300 # seconds; an older event may be a replay

# Whether Sinch sent this: raw body, path without query, header names in lower case.
def authentic?(key_id, secret, method, path, headers, body)
  timestamp = headers.fetch("x-timestamp", "")
  sent = Time.iso8601("#{timestamp[0, 19]}Z")
  return false if (Time.now - sent).abs > TOLERANCE

  word, sender, signature = headers.fetch("authorization", "").split(/[ :]/, 3)
  return false unless word&.downcase == "application" && sender == key_id

  content_md5 = body.empty? ? "" : OpenSSL::Digest.new("MD5").base64digest(body)
  text = [method, content_md5, headers.fetch("content-type", ""), "x-timestamp:#{timestamp}", path].join("\n")
  # The secret is base64 of the key, not the key.
  expected = [OpenSSL::HMAC.digest("SHA256", secret.unpack1("m0"), text)].pack("m0")
  OpenSSL.secure_compare(expected, signature.to_s)
rescue ArgumentError
  false # the timestamp is no time
end

if $PROGRAM_NAME == __FILE__
  # Try it on a captured event: ruby sinch_webhook.rb POST /path/of/your/callback 'authorization: …' 'x-timestamp: …' 'content-type: …' < body
  verb, target, *lines = ARGV
  headers = lines.to_h { |line| line.split(":", 2).map(&:strip).then { |name, value| [name.downcase, value] } }
  body = $stdin.binmode.read
  unless authentic?(application_key, application_secret, verb, target, headers, body)
    abort "refused: the signature or its time is wrong; answer 401 and do not process the event"
  end
  puts "authentic"
end
