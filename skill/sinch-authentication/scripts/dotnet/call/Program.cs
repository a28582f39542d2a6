// Numbers API, Project access key, OAuth2 access token: a first request that proves the credentials. It costs nothing.
// Written for Sinch 1.4.0, .NET 6, 7 or 8. Install: dotnet add package Sinch --version 1.4.0
// Run: dotnet run
// Environment variables:
//   SINCH_PROJECT_ID  Sinch Build Dashboard > Settings > Access keys (the project id stands above the list)
//   SINCH_KEY_ID      Sinch Build Dashboard > Settings > Access keys
//   SINCH_KEY_SECRET  shown once, when the access key is created in Settings > Access keys

using System.Diagnostics.CodeAnalysis;
using Sinch;
using Sinch.Auth;

var projectId = Setting("SINCH_PROJECT_ID");
var keyId = Setting("SINCH_KEY_ID");
var keySecret = Setting("SINCH_KEY_SECRET");

ISinchClient sinch = new SinchClient(
    projectId: projectId,
    keyId: keyId,
    keySecret: keySecret);

try
{
    await sinch.Numbers.Regions.List();
    Console.WriteLine("Numbers API accepted the credentials");
}
catch (SinchAuthException error)
{
    Fail($"the token request was refused: {(int?)error.StatusCode} {error.Message} {error.ErrorDescription}");
}
catch (SinchApiException error)
{
    Fail($"refused: {(int?)error.StatusCode} {error.DetailedMessage ?? error.Message}");
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
