# Voice API v1 (Calling), Application key, Application-signed request: sign a request, and prove it with a first one. It costs nothing.
# Written for Ruby 3.0 or newer.
# Run: ruby sinch_sign.rb
# Environment variables:
#   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
#   SINCH_APPLICATION_SECRET  beside the Application Key, in the same app

require "net/http"
require "openssl"

def setting(name)
  value = ENV.fetch(name, "").strip
  abort "#{name} is not set; the top of this file says where to get it" if value.empty?
  value
end

application_key = setting("SINCH_APPLICATION_KEY")
application_secret = setting("SINCH_APPLICATION_SECRET")

def perform(request)
  uri = request.uri
  Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https", open_timeout: 10, read_timeout: 10) do |http|
    http.request(request)
  end
end

# The headers that sign one request: path without query, body exactly as it is sent.
def signed_headers(application_key, application_secret, method, path, body = "", content_type = "")
  timestamp = Time.now.utc.strftime("%Y-%m-%dT%H:%M:%SZ")
  content_md5 = body.empty? ? "" : OpenSSL::Digest.new("MD5").base64digest(body)
  text = [method, content_md5, content_type, "x-timestamp:#{timestamp}", path].join("\n")
  # The Application Secret is base64 of the key, not the key.
  key = application_secret.unpack1("m0")
  signature = [OpenSSL::HMAC.digest("SHA256", key, text)].pack("m0")
  headers = { "Authorization" => "Application #{application_key}:#{signature}", "x-timestamp" => timestamp }
  content_type.empty? ? headers : headers.merge("Content-Type" => content_type)
end

def refused(response)
  abort "#{response.uri}: #{response.code} #{response.message}\n#{response.body}"
end

path = "/v1/configuration/numbers"
request = Net::HTTP::Get.new(URI("https://callingapi.sinch.com" + path))
signed_headers(application_key, application_secret, "GET", path).each { |name, value| request[name] = value }
response = perform(request)
refused(response) unless response.is_a?(Net::HTTPSuccess)
puts "Voice API v1 (Calling) accepted the credentials: #{response.code}", response.body
