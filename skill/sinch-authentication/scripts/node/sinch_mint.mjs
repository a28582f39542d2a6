// In-App Calling (Voice and Video SDKs), Application key, Registration token (JWT): make the registration token on your backend.
// Written for Node.js 18 or newer.
// Run: node sinch_mint.mjs USER_ID
// Environment variables:
//   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
//   SINCH_APPLICATION_SECRET  beside the Application Key, in the same app

import { createHmac, randomBytes } from "node:crypto";
import { pathToFileURL } from "node:url";

function setting(name) {
  const value = process.env[name]?.trim();
  if (!value) {
    console.error(`${name} is not set; the top of this file says where to get it`);
    process.exit(1);
  }
  return value;
}

const applicationKey = setting("SINCH_APPLICATION_KEY");
const applicationSecret = setting("SINCH_APPLICATION_SECRET");

/**
 * A token that lets one user's client register, good for ten minutes.
 *
 * Take the user id from your own session, never from the request. Make a token for each request; answer with
 * `Cache-Control: no-store`, and do not log it.
 */
export function registrationToken(userId, now = new Date()) {
  if (!/^[A-Za-z0-9_=-]{1,255}$/.test(userId)) {
    throw new Error("a user id has 1 to 255 characters of A-Z a-z 0-9 - _ =; base64url-encode any other");
  }
  const secret = Buffer.from(applicationSecret, "base64");
  // Buffer.from skips what is no base64, so compare with what it understood.
  if (secret.length !== 16 || secret.toString("base64") !== applicationSecret) {
    throw new Error("an Application Secret is base64 of 16 bytes; this one is something else");
  }
  // One instant for everything, in UTC.
  const date = now.toISOString().slice(0, 10).replaceAll("-", "");
  const issued = Math.floor(now.getTime() / 1000);
  const issuer = `//rtc.sinch.com/applications/${applicationKey}`;
  const header = { alg: "HS256", kid: `hkdfv1-${date}` };
  const claims = {
    iss: issuer,
    sub: `${issuer}/users/${userId}`,
    iat: issued,
    exp: issued + 600,
    nonce: randomBytes(16).toString("hex"),
  };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${signed}.${createHmac("sha256", signingKey(secret, date)).update(signed).digest("base64url")}`;
}

/** The key of one UTC day: one HMAC, in spite of the name hkdfv1. */
function signingKey(secret, date) {
  return createHmac("sha256", secret).update(date).digest();
}

// Check the derivation against two published days before the first token is made.
for (const [date, key] of [
  ["20180102", "AZj5EsS8S7wb06xr5jERqPHsraQt3w_-Ih5EfrhisBQ"],
  ["20180201", "vnueKmgo5tu5c2uzA38at0a9SZK6QjROrLnIfu09z0I"],
]) {
  if (signingKey(Buffer.from("ax8hTTQJF0OPXL32r1LHMA==", "base64"), date).toString("base64url") !== key) {
    throw new Error("the signing key is derived wrongly");
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.length !== 3) {
    console.error("usage: node sinch_mint.mjs USER_ID");
    process.exit(1);
  }
  console.log(registrationToken(process.argv[2]));
}
