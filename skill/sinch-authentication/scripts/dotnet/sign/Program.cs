// Voice API v1 (Calling), Application key, Application-signed request: sign a request, and prove it with a first one. It costs nothing.
// Written for .NET 6 or newer.
// Run: dotnet run
// Environment variables:
//   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
//   SINCH_APPLICATION_SECRET  beside the Application Key, in the same app

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

var applicationKey = Setting("SINCH_APPLICATION_KEY");
var applicationSecret = Setting("SINCH_APPLICATION_SECRET");

using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };

var path = "/v1/configuration/numbers";
var timestamp = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
var body = Array.Empty<byte>();
var signature = Signature(applicationSecret, "GET", body, "", timestamp, path);
using var request = new HttpRequestMessage(
    HttpMethod.Get,
    "https://callingapi.sinch.com" + path);
request.Headers.Authorization = new AuthenticationHeaderValue("Application", $"{applicationKey}:{signature}");
request.Headers.Add("x-timestamp", timestamp);
using var response = await client.SendAsync(request);
if (!response.IsSuccessStatusCode)
{
    await Refused(response);
}
Console.WriteLine("Voice API v1 (Calling) accepted the credentials: " + (int)response.StatusCode);
Console.WriteLine(await response.Content.ReadAsStringAsync());

// Signs one request: path without query, body exactly as it is sent (empty where there is none).
static string Signature(
    string applicationSecret, string method, byte[] body, string contentType, string timestamp, string path)
{
    var contentMd5 = body.Length == 0 ? "" : Convert.ToBase64String(MD5.HashData(body));
    var text = string.Join("\n", method, contentMd5, contentType, $"x-timestamp:{timestamp}", path);
    // The Application Secret is base64 of the key, not the key.
    var key = Convert.FromBase64String(applicationSecret);
    return Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
}

// Shows what was answered and ends the program.
static async Task Refused(HttpResponseMessage response)
{
    var text = await response.Content.ReadAsStringAsync();
    Fail($"{response.RequestMessage?.RequestUri}: {(int)response.StatusCode} {response.ReasonPhrase}\n{text}");
}

static string Setting(string name)
{
    var value = Environment.GetEnvironmentVariable(name)?.Trim();
    if (string.IsNullOrEmpty(value))
    {
        Fail($"{name} is not set; the top of this file says where to get it");
    }
    return value;
}

[DoesNotReturn]
static void Fail(string message)
{
    Console.Error.WriteLine(message);
    Environment.Exit(1);
}
