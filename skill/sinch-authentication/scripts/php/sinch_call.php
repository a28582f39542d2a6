<?php
// Numbers API, Project access key, OAuth2 access token: a first request that proves the credentials. It costs nothing.
// Written for PHP 8.1 or newer with the curl extension, ext-curl. Install: apt-get install php-curl
// Run: php sinch_call.php
// Environment variables:
//   SINCH_KEY_ID      Sinch Build Dashboard > Settings > Access keys
//   SINCH_KEY_SECRET  shown once, when the access key is created in Settings > Access keys
//   SINCH_PROJECT_ID  Sinch Build Dashboard > Settings > Access keys (the project id stands above the list)

declare(strict_types=1);

function setting(string $name): string
{
    $value = trim((string) getenv($name));
    if ($value === '') {
        fwrite(STDERR, "$name is not set; the top of this file says where to get it\n");
        exit(1);
    }
    return $value;
}

$keyId = setting('SINCH_KEY_ID');
$keySecret = setting('SINCH_KEY_SECRET');
$projectId = setting('SINCH_PROJECT_ID');

/** One request; returns status and body. */
function send(string $method, string $url, array $options): array
{
    $curl = curl_init($url);
    curl_setopt_array($curl, $options + [
        CURLOPT_CUSTOMREQUEST => $method,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 10,
    ]);
    $body = curl_exec($curl);
    if ($body === false) {
        fwrite(STDERR, "$url: " . curl_error($curl) . "\n");
        exit(1);
    }
    return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $body];
}

/** Shows what was answered and ends the program. */
function refused(int $status, string $body): never
{
    fwrite(STDERR, "refused: $status\n$body\n");
    exit(1);
}

[$status, $body] = send('POST', 'https://auth.sinch.com/oauth2/token', [
    CURLOPT_USERPWD => "{$keyId}:{$keySecret}",
    CURLOPT_POSTFIELDS => 'grant_type=client_credentials',
]);
if ($status !== 200) {
    refused($status, $body);
}
$token = json_decode($body, true, flags: JSON_THROW_ON_ERROR)['access_token'];

[$status, $body] = send('GET', "https://numbers.api.sinch.com/v1/projects/{$projectId}/availableRegions", [
    CURLOPT_HTTPHEADER => ["Authorization: Bearer $token"],
]);
if (intdiv($status, 100) !== 2) {
    refused($status, $body);
}
echo "Numbers API accepted the credentials: $status\n$body\n";
