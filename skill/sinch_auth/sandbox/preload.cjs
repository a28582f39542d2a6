// Loaded into Node by NODE_OPTIONS: sends connections for the sandbox's hosts to its port. TLS is left alone.
"use strict";
const net = require("node:net");

const list = (name) => (process.env[name] || "").split(",").filter(Boolean);
const hosts = new Set(list("SINCH_SANDBOX_HOSTS"));
const domains = list("SINCH_SANDBOX_DOMAINS").map((domain) => "." + domain);
const port = Number(process.env.SINCH_SANDBOX_TLS_PORT);
const connect = net.Socket.prototype.connect;

function ours(host) {
  if (typeof host !== "string" || host === "localhost" || net.isIP(host)) return false;
  const name = host.toLowerCase();
  return hosts.has("*") || hosts.has(name) || domains.some((domain) => ("." + name).endsWith(domain));
}

function redirected(options) {
  const redirect = options && typeof options === "object" && Number(options.port) === 443 && ours(options.host);
  return redirect ? Object.assign({}, options, { host: "127.0.0.1", port, lookup: undefined }) : options;
}

net.Socket.prototype.connect = function (...given) {
  // Node hands its own calls over as one array, marked with a symbol that must survive.
  if (Array.isArray(given[0])) given[0][0] = redirected(given[0][0]);
  else given[0] = redirected(given[0]);
  return connect.apply(this, given);
};
