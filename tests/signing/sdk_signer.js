// Signs each request of standard input (a JSON list) as the SDK does before sending; prints the Authorization headers.
const { SigningRequest } = require('@sinch/sdk-client');

function authorization({ key, secret, method, path, contentType, timestamp, body }) {
  const headers = new Headers({ 'Content-Type': contentType, 'x-timestamp': timestamp });
  const text = Buffer.from(body, 'base64').toString();
  const request = { method, path, headers, hostname: 'https://calling.api.sinch.com', body: text || undefined };
  return new SigningRequest(key, secret).load().transform(request).headers.get('authorization');
}

let input = '';
process.stdin.on('data', (chunk) => { input += chunk; });
process.stdin.on('end', () => console.log(JSON.stringify(JSON.parse(input).map(authorization))));
