// In-App Calling (Voice and Video SDKs), Application key, Registration token (JWT): make the registration token on your backend.
// Written for .NET 6 or newer.
// Run: dotnet run -- USER_ID
// Environment variables:
//   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
//   SINCH_APPLICATION_SECRET  beside the Application Key, in the same app

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

var applicationKey = Setting("SINCH_APPLICATION_KEY");
var applicationSecret = Setting("SINCH_APPLICATION_SECRET");
if (args.Length != 1)
{
    Fail("usage: dotnet run -- USER_ID");
}
SelfTest();
Console.WriteLine(RegistrationToken(applicationKey, applicationSecret, args[0], DateTimeOffset.UtcNow));

// A token that lets one user's client register, good for ten minutes.
// Take the user id from your own session, never from the request. Make a token for each request; answer with
// Cache-Control: no-store, and do not log it.
static string RegistrationToken(string applicationKey, string applicationSecret, string userId, DateTimeOffset now)
{
    if (!Regex.IsMatch(userId, @"\A[A-Za-z0-9_=-]{1,255}\z"))
    {
        throw new ArgumentException("a user id has 1 to 255 characters of A-Z a-z 0-9 - _ =; base64url-encode any other");
    }
    var secret = Convert.FromBase64String(applicationSecret);
    if (secret.Length != 16)
    {
        throw new ArgumentException("an Application Secret is base64 of 16 bytes; this one is something else");
    }
    // One instant for everything, in UTC.
    var date = now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
    var issued = now.ToUnixTimeSeconds();
    var issuer = $"//rtc.sinch.com/applications/{applicationKey}";
    var header = JsonSerializer.SerializeToUtf8Bytes(new { alg = "HS256", kid = $"hkdfv1-{date}" });
    var claims = JsonSerializer.SerializeToUtf8Bytes(new
    {
        iss = issuer,
        sub = $"{issuer}/users/{userId}",
        iat = issued,
        exp = issued + 600,
        nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(16)),
    });
    var signed = $"{Base64Url(header)}.{Base64Url(claims)}";
    return $"{signed}.{Base64Url(HMACSHA256.HashData(SigningKey(secret, date), Encoding.ASCII.GetBytes(signed)))}";
}

// The key of one UTC day: one HMAC, in spite of the name hkdfv1.
static byte[] SigningKey(byte[] secret, string date) => HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(date));

static string Base64Url(byte[] data) => Convert.ToBase64String(data).TrimEnd('=').Replace('+', '-').Replace('/', '_');

// Checks the derivation against two published days before the first token is made.
static void SelfTest()
{
    var secret = Convert.FromBase64String("ax8hTTQJF0OPXL32r1LHMA==");
    var known = new Dictionary<string, string>
    {
        ["20180102"] = "AZj5EsS8S7wb06xr5jERqPHsraQt3w/+Ih5EfrhisBQ=",
        ["20180201"] = "vnueKmgo5tu5c2uzA38at0a9SZK6QjROrLnIfu09z0I=",
    };
    foreach (var (date, key) in known)
    {
        if (Convert.ToBase64String(SigningKey(secret, date)) != key)
        {
            throw new InvalidOperationException("the signing key is derived wrongly");
        }
    }
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
