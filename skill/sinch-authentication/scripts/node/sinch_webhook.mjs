// Voice API v1 (Calling), webhooks: check who sent an event.
// Written for Node.js 18 or newer.
// Environment variables:
//   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
//   SINCH_APPLICATION_SECRET  the Application Secret of the app that gets the call

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { buffer } from "node:stream/consumers";
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

const TOLERANCE = 300; // seconds; an older event may be a replay

/** Whether Sinch sent this: raw body as a Buffer, path without query, header names in lower case. */
export function isAuthentic(method, path, headers, body) {
  const timestamp = headers["x-timestamp"] ?? "";
  const sent = Date.parse(`${timestamp.slice(0, 19)}Z`);
  if (!(Math.abs(Date.now() - sent) <= TOLERANCE * 1000)) return false;
  const [, word, keyId, signature] = /^(\w+) ([^:]*):(.*)$/.exec(headers.authorization ?? "") ?? [];
  if (word?.toLowerCase() !== "application" || keyId !== applicationKey) return false;
  const contentMd5 = body.length ? createHash("md5").update(body).digest("base64") : "";
  const text = [method, contentMd5, headers["content-type"] ?? "", `x-timestamp:${timestamp}`, path].join("\n");
  // The secret is base64 of the key, not the key.
  return same(createHmac("sha256", Buffer.from(applicationSecret, "base64")).update(text).digest("base64"), signature);
}

function same(expected, given) {
  const a = Buffer.from(expected);
  const b = Buffer.from(String(given ?? ""));
  return a.length === b.length && timingSafeEqual(a, b);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  // Try it on a captured event: node sinch_webhook.mjs POST /path/of/your/callback 'authorization: …' 'x-timestamp: …' 'content-type: …' < body
  const [verb, target, ...lines] = process.argv.slice(2);
  const received = Object.fromEntries(
    lines.map((line) => [line.split(":", 1)[0].trim().toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  if (isAuthentic(verb, target, received, await buffer(process.stdin))) {
    console.log("authentic");
  } else {
    console.error("refused: the signature or its time is wrong; answer 401 and do not process the event");
    process.exitCode = 1;
  }
}
