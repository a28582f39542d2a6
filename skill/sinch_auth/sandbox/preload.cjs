// Loaded into Node by NODE_OPTIONS: sends connections for the sandbox's hosts to its port. TLS is left alone.
"use strict";
const net = require("node:net");

const hosts = new Set((process.env.SINCH_SANDBOX_HOSTS || "").split(","));
const port = Number(process.env.SINCH_SANDBOX_TLS_PORT);
const connect = net.Socket.prototype.connect;

function redirected(options) {
  const ours = options && typeof options === "object" && Number(options.port) === 443 && hosts.has(options.host);
  return ours ? Object.assign({}, options, { host: "127.0.0.1", port, lookup: undefined }) : options;
}

net.Socket.prototype.connect = function (...given) {
  // Node hands its own calls over as one array, marked with a symbol that must survive.
  if (Array.isArray(given[0])) given[0][0] = redirected(given[0][0]);
  else given[0] = redirected(given[0]);
  return connect.apply(this, given);
};
