// Numbers API, Project access key, OAuth2 access token: a first request that proves the credentials. It costs nothing.
// Written for @sinch/sdk-core 1.5.0, Node.js 18 or newer. Install: npm install --save-exact @sinch/sdk-core@1.5.0
// Run: node sinch_call.mjs
// Environment variables:
//   SINCH_PROJECT_ID  Sinch Build Dashboard > Settings > Access keys (the project id stands above the list)
//   SINCH_KEY_ID      Sinch Build Dashboard > Settings > Access keys
//   SINCH_KEY_SECRET  shown once, when the access key is created in Settings > Access keys

import { SinchClient } from "@sinch/sdk-core";

function setting(name) {
  const value = process.env[name]?.trim();
  if (!value) {
    console.error(`${name} is not set; the top of this file says where to get it`);
    process.exit(1);
  }
  return value;
}

const projectId = setting("SINCH_PROJECT_ID");
const keyId = setting("SINCH_KEY_ID");
const keySecret = setting("SINCH_KEY_SECRET");

const sinchClient = new SinchClient({
  projectId,
  keyId,
  keySecret,
});

try {
  const answer = await sinchClient.numbers.list({ pageSize: 1 });
  console.log("Numbers API accepted the credentials:", answer);
} catch (error) {
  console.error(`refused: ${error.message}\n${error.data ?? ""}`);
  process.exitCode = 1;
}
