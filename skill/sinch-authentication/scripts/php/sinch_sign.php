<?php
// Voice API v1 (Calling), Application key, Application-signed request: sign a request, and prove it with a first one. It costs nothing.
// Written for PHP 8.1 or newer with the curl extension, ext-curl. Install: apt-get install php-curl
// Run: php sinch_sign.php
// Environment variables:
//   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
//   SINCH_APPLICATION_SECRET  beside the Application Key, in the same app

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

$applicationKey = setting('SINCH_APPLICATION_KEY');
$applicationSecret = setting('SINCH_APPLICATION_SECRET');

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

/** The headers that sign one request: path without query, body exactly as it is sent. */
function signedHeaders(
    string $applicationKey,
    string $applicationSecret,
    string $method,
    string $path,
    string $body = '',
    string $contentType = ''
): array {
    $timestamp = gmdate('Y-m-d\TH:i:s\Z');
    $contentMd5 = $body === '' ? '' : base64_encode(md5($body, true));
    $text = implode("\n", [$method, $contentMd5, $contentType, "x-timestamp:$timestamp", $path]);
    // The Application Secret is base64 of the key, not the key.
    $key = base64_decode($applicationSecret, true);
    if ($key === false) {
        throw new InvalidArgumentException('the Application Secret is not base64');
    }
    $signature = base64_encode(hash_hmac('sha256', $text, $key, true));
    $headers = ["Authorization: Application $applicationKey:$signature", "x-timestamp: $timestamp"];
    return $contentType === '' ? $headers : [...$headers, "Content-Type: $contentType"];
}

/** Shows what was answered and ends the program. */
function refused(int $status, string $body): never
{
    fwrite(STDERR, "refused: $status\n$body\n");
    exit(1);
}

$path = '/v1/configuration/numbers';
[$status, $body] = send('GET', 'https://callingapi.sinch.com' . $path, [
    CURLOPT_HTTPHEADER => signedHeaders($applicationKey, $applicationSecret, 'GET', $path),
]);
if (intdiv($status, 100) !== 2) {
    refused($status, $body);
}
echo "Voice API v1 (Calling) accepted the credentials: $status\n$body\n";
