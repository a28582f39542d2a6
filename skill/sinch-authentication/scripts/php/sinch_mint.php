<?php
// In-App Calling (Voice and Video SDKs), Application key, Registration token (JWT): make the registration token on your backend.
// Written for PHP 8.1 or newer with the curl extension.
// Run: php sinch_mint.php USER_ID
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

/**
 * A token that lets one user's client register, good for ten minutes.
 *
 * Take the user id from your own session, never from the request. Make a token for each request; answer with
 * `Cache-Control: no-store`, and do not log it.
 */
function registrationToken(string $applicationKey, string $applicationSecret, string $userId, int $now): string
{
    if (!preg_match('/^[A-Za-z0-9_=-]{1,255}$/D', $userId)) {
        throw new InvalidArgumentException(
            'a user id has 1 to 255 characters of A-Z a-z 0-9 - _ =; base64url-encode any other'
        );
    }
    $secret = base64_decode($applicationSecret, true);
    if ($secret === false || strlen($secret) !== 16) {
        throw new InvalidArgumentException('an Application Secret is base64 of 16 bytes; this one is something else');
    }
    // One instant for everything, in UTC.
    $date = gmdate('Ymd', $now);
    $issuer = "//rtc.sinch.com/applications/$applicationKey";
    $header = ['alg' => 'HS256', 'kid' => "hkdfv1-$date"];
    $claims = [
        'iss' => $issuer,
        'sub' => "$issuer/users/$userId",
        'iat' => $now,
        'exp' => $now + 600,
        'nonce' => bin2hex(random_bytes(16)),
    ];
    $signed = base64url(json_encode($header)) . '.' . base64url(json_encode($claims, JSON_UNESCAPED_SLASHES));
    return $signed . '.' . base64url(hash_hmac('sha256', $signed, signingKey($secret, $date), true));
}

/** The key of one UTC day: one HMAC, in spite of the name hkdfv1. */
function signingKey(string $secret, string $date): string
{
    return hash_hmac('sha256', $date, $secret, true);
}

function base64url(string $data): string
{
    return rtrim(strtr(base64_encode($data), '+/', '-_'), '=');
}

// Check the derivation against two published days before the first token is made.
$known = [
    '20180102' => 'AZj5EsS8S7wb06xr5jERqPHsraQt3w_-Ih5EfrhisBQ',
    '20180201' => 'vnueKmgo5tu5c2uzA38at0a9SZK6QjROrLnIfu09z0I',
];
foreach ($known as $date => $key) {
    if (base64url(signingKey(base64_decode('ax8hTTQJF0OPXL32r1LHMA=='), (string) $date)) !== $key) {
        throw new RuntimeException('the signing key is derived wrongly');
    }
}

if ($argc !== 2) {
    fwrite(STDERR, "usage: php sinch_mint.php USER_ID\n");
    exit(1);
}
echo registrationToken($applicationKey, $applicationSecret, $argv[1], time()) . "\n";
