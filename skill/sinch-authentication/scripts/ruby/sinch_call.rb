# Numbers API, Project access key, OAuth2 access token: a first request that proves the credentials. It costs nothing.
# Written for Ruby 3.0 or newer.
# Run: ruby sinch_call.rb
# Environment variables:
#   SINCH_KEY_ID      Sinch Build Dashboard > Settings > Access keys
#   SINCH_KEY_SECRET  shown once, when the access key is created in Settings > Access keys
#   SINCH_PROJECT_ID  Sinch Build Dashboard > Settings > Access keys (the project id stands above the list)

require "json"
require "net/http"

def setting(name)
  value = ENV.fetch(name, "").strip
  abort "#{name} is not set; the top of this file says where to get it" if value.empty?
  value
end

key_id = setting("SINCH_KEY_ID")
key_secret = setting("SINCH_KEY_SECRET")
project_id = setting("SINCH_PROJECT_ID")

def perform(request)
  uri = request.uri
  Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https", open_timeout: 10, read_timeout: 10) do |http|
    http.request(request)
  end
end

def refused(response)
  abort "#{response.uri}: #{response.code} #{response.message}\n#{response.body}"
end

token_request = Net::HTTP::Post.new(URI("https://auth.sinch.com/oauth2/token"))
token_request.basic_auth(key_id, key_secret)
token_request.set_form_data("grant_type" => "client_credentials")
token = perform(token_request)
refused(token) unless token.is_a?(Net::HTTPSuccess)

request = Net::HTTP::Get.new(URI("https://numbers.api.sinch.com/v1/projects/#{project_id}/availableRegions"))
request["Authorization"] = "Bearer #{JSON.parse(token.body).fetch('access_token')}"
response = perform(request)
refused(response) unless response.is_a?(Net::HTTPSuccess)
puts "Numbers API accepted the credentials: #{response.code}", response.body
