// Voice API v1 (Calling), Application key, Application-signed request: sign a request, and prove it with a first one. It costs nothing.
// Written for Node.js 18 or newer.
// Run: node sinch_sign.mjs
// Environment variables:
//   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
//   SINCH_APPLICATION_SECRET  beside the Application Key, in the same app

import { createHash, createHmac } from "node:crypto";

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

/** The headers that sign one request: path without query, body exactly as it is sent. */
function signedHeaders(method, path, body = "", contentType = "") {
  const timestamp = new Date().toISOString();
  const contentMd5 = body ? createHash("md5").update(body).digest("base64") : "";
  const text = [method, contentMd5, contentType, `x-timestamp:${timestamp}`, path].join("\n");
  // The Application Secret is base64 of the key, not the key.
  const key = Buffer.from(applicationSecret, "base64");
  const signature = createHmac("sha256", key).update(text).digest("base64");
  const headers = { Authorization: `Application ${applicationKey}:${signature}`, "x-timestamp": timestamp };
  return contentType ? { ...headers, "Content-Type": contentType } : headers;
}

/** Shows what was answered and ends the program. */
async function refused(response) {
  console.error(`${response.url}: ${response.status} ${response.statusText}\n${await response.text()}`);
  process.exit(1);
}

const path = "/v1/configuration/numbers";
const response = await fetch("https://callingapi.sinch.com" + path, {
  headers: signedHeaders("GET", path),
  signal: AbortSignal.timeout(10_000),
});
if (!response.ok) await refused(response);
console.log(`Voice API v1 (Calling) accepted the credentials: ${response.status}\n${await response.text()}`);
