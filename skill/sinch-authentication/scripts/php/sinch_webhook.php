<?php
// Voice API v1 (Calling), webhooks: check who sent an event.
// Written for PHP 8.1 or newer with the curl extension.
// Environment variables:
//   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
//   SINCH_APPLICATION_SECRET  the Application Secret of the app that gets the call

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

const TOLERANCE = 300; // seconds; an older event may be a replay

/** Whether Sinch sent this: raw body (php://input), path without query, header names in lower case. */
function isAuthentic(string $keyId, string $secret, string $method, string $path, array $headers, string $body): bool
{
    $timestamp = $headers['x-timestamp'] ?? '';
    $sent = strtotime(substr($timestamp, 0, 19) . 'Z');
    if ($sent === false || abs(time() - $sent) > TOLERANCE) {
        return false;
    }
    if (!preg_match('/^(\w+) ([^:]*):(.*)$/', $headers['authorization'] ?? '', $found)) {
        return false;
    }
    if (strtolower($found[1]) !== 'application' || $found[2] !== $keyId) {
        return false;
    }
    $contentMd5 = $body === '' ? '' : base64_encode(md5($body, true));
    $text = implode("\n", [$method, $contentMd5, $headers['content-type'] ?? '', "x-timestamp:$timestamp", $path]);
    // The secret is base64 of the key, not the key.
    return hash_equals(base64_encode(hash_hmac('sha256', $text, base64_decode($secret), true)), $found[3]);
}

// Try it on a captured event: php sinch_webhook.php POST /path/of/your/callback 'authorization: …' 'x-timestamp: …' 'content-type: …' < body
$headers = [];
foreach (array_slice($argv, 3) as $line) {
    [$name, $value] = explode(':', $line, 2);
    $headers[strtolower(trim($name))] = trim($value);
}
$body = file_get_contents('php://stdin');
if (!isAuthentic($applicationKey, $applicationSecret, $argv[1], $argv[2], $headers, $body)) {
    fwrite(STDERR, "refused: the signature or its time is wrong; answer 401 and do not process the event\n");
    exit(1);
}
echo "authentic\n";
