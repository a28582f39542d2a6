// Smoke calls of the Node SDK, once with every credential right, then with one after the other spoilt.
'use strict';
const https = require('node:https');
const { SinchClient } = require('@sinch/sdk-core');

const OTHER = '00000000-0000-4000-8000-000000000000';
const SECRET = 'AAAAAAAAAAAAAAAAAAAAAA==';

function calls(spoilt) {
  const read = (name) => {
    if (name !== spoilt) return process.env[name];
    return name === 'SINCH_APPLICATION_SECRET' ? SECRET : OTHER;
  };
  const project = {
    projectId: read('SINCH_PROJECT_ID'), keyId: read('SINCH_KEY_ID'), keySecret: read('SINCH_KEY_SECRET'),
    applicationKey: read('SINCH_APPLICATION_KEY'), applicationSecret: read('SINCH_APPLICATION_SECRET'),
    conversationRegion: 'us', smsRegion: 'us',
  };
  const plan = { ...project, servicePlanId: read('SINCH_SERVICE_PLAN_ID'), apiToken: read('SINCH_API_TOKEN') };
  const client = new SinchClient(project);
  return {
    'numbers': () => client.numbers.availableRegions.list({}),
    'conversation': () => client.conversation.app.list({}),
    'fax': () => client.fax.services.list({ pageSize: 1 }),
    'elastic-sip-trunking': () => client.elasticSipTrunking.sipTrunks.list({}),
    'number-lookup': () => client.numberLookup.lookup({ numberLookupRequestBody: { number: '+12025550134' } }),
    'voice': () => client.voice.applications.listNumbers(),
    'verification': () => client.verification.verificationStatus.getByReference({ reference: 'none' }),
    'sms project': () => client.sms.batches.list({ page_size: 1 }),
    'sms plan': () => new SinchClient(plan).sms.batches.list({ page_size: 1 }),
  };
}

const mark = (spoilt) => new Promise((done) => {
  https.get(`https://api.mailjet.com/mark/${spoilt}`, (answer) => answer.resume().on('end', done));
});

(async () => {
  // The SDK logs to standard output; what we print is one JSON document.
  console.log = console.info = console.debug = console.warn = console.error;
  const found = {};
  for (const spoilt of process.argv.slice(2)) {
    await mark(spoilt);
    found[spoilt] = {};
    for (const [name, call] of Object.entries(calls(spoilt))) {
      try {
        await call();
        found[spoilt][name] = 'ok';
      } catch (problem) {
        found[spoilt][name] = `${problem.constructor.name}: ${problem.message}`;
      }
    }
  }
  process.stdout.write(JSON.stringify(found));
})();
