// One call of the Node SDK; whatever goes wrong is printed as Node prints it.
'use strict';
const { SinchClient } = require('@sinch/sdk-core');

const env = process.env;
const project = {
  projectId: env.SINCH_PROJECT_ID, keyId: env.SINCH_KEY_ID, keySecret: env.SINCH_KEY_SECRET,
  applicationKey: env.SINCH_APPLICATION_KEY, applicationSecret: env.SINCH_APPLICATION_SECRET,
  conversationRegion: env.SINCH_REGION, smsRegion: env.SINCH_REGION,
};
const plan = { smsRegion: env.SINCH_REGION, servicePlanId: env.SINCH_SERVICE_PLAN_ID, apiToken: env.SINCH_API_TOKEN };
const calls = {
  numbers: () => new SinchClient(project).numbers.availableRegions.list({}),
  conversation: () => new SinchClient(project).conversation.app.list({}),
  sms: () => new SinchClient(plan).sms.batches.list({ page_size: 1 }),
  voice: () => new SinchClient(project).voice.applications.listNumbers(),
  verification: () => new SinchClient(project).verification.verificationStatus.getByReference({ reference: 'none' }),
};

calls[process.argv[2]]();
