// Voice API v1 (Calling), webhooks: check who sent an event.
// Written for .NET 6 or newer.
// Environment variables:
//   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
//   SINCH_APPLICATION_SECRET  the Application Secret of the app that gets the call

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

var applicationKey = Setting("SINCH_APPLICATION_KEY");
var applicationSecret = Setting("SINCH_APPLICATION_SECRET");

// An older event may be a replay.
var tolerance = TimeSpan.FromMinutes(5);

// Try it on a captured event: dotnet run -- POST /path/of/your/callback 'authorization: …' 'x-timestamp: …' 'content-type: …' < body
var headers = new Dictionary<string, IEnumerable<string>>(StringComparer.OrdinalIgnoreCase);
foreach (var line in args.Skip(2))
{
    var parts = line.Split(':', 2);
    headers[parts[0].Trim()] = new[] { parts[^1].Trim() };
}
using var input = new MemoryStream();
await Console.OpenStandardInput().CopyToAsync(input);
var body = input.ToArray();
if (!IsAuthentic(args[0], args[1]))
{
    Fail("refused: the signature or its time is wrong; answer 401 and do not process the event");
}
Console.WriteLine("authentic");

// Whether Sinch sent this: raw body, path without query.
bool IsAuthentic(string method, string path)
{
    var timestamp = Header("x-timestamp");
    var authorization = Header("authorization").Split(new[] { ' ', ':' }, 3);
    if (!IsRecent(timestamp)
        || authorization.Length != 3
        || !authorization[0].Equals("application", StringComparison.OrdinalIgnoreCase)
        || authorization[1] != applicationKey)
    {
        return false;
    }
    var contentMd5 = body.Length == 0 ? "" : Convert.ToBase64String(MD5.HashData(body));
    var text = string.Join("\n", method, contentMd5, Header("content-type"), $"x-timestamp:{timestamp}", path);
    // The secret is base64 of the key, not the key.
    var expected = HMACSHA256.HashData(Convert.FromBase64String(applicationSecret), Encoding.UTF8.GetBytes(text));
    return Same(Convert.ToBase64String(expected), authorization[2]);
}

string Header(string name) => headers.TryGetValue(name, out var values) ? values.First() : "";

bool IsRecent(string timestamp) =>
    DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var sent)
    && (DateTimeOffset.UtcNow - sent).Duration() <= tolerance;

static bool Same(string expected, string given) =>
    CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));

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
