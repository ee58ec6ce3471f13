// Runs jsforce against the address in argv[2]; prints, as JSON, what the client can do and what came of each exercise.
const assert = require('node:assert/strict');
const { Readable } = require('node:stream');
const jsforce = require('jsforce');

const [, , url, clientId, clientSecret, only] = process.argv;
const oauth2 = { loginUrl: url, clientId, clientSecret, redirectUri: 'http://localhost:1717/OauthRedirect' };
const rows = (name, count) => Array.from({ length: count }, (_, n) => ({ turnout_key__c: `${name}${n}`, plays__c: n }));
const span = () => [new Date(Date.now() - 3600e3), new Date(Date.now() + 3600e3)];
const wait = { pollTimeout: 60000, pollInterval: 200 };

async function signedIn() {
  const conn = new jsforce.Connection({ oauth2, version: '66.0' });
  await conn.authorize({ grant_type: 'client_credentials' });
  conn.bulk2.pollInterval = 200;
  return conn;
}

async function asked(conn) {
  const way = new jsforce.OAuth2(oauth2);
  const answer = await fetch(way.getAuthorizationUrl({ scope: 'api refresh_token', state: 's' }), { redirect: 'manual' });
  return new URL(answer.headers.get('location')).searchParams;
}

async function job(conn, name) {
  const made = conn.bulk2.createJob({ object: 'Watched__c', operation: 'upsert', externalIdFieldName: 'turnout_key__c' });
  await made.open();
  if (name) await made.uploadData(rows(name, 2));
  return made;
}

async function finished(conn, name) {
  const made = await job(conn, name);
  await made.close();
  await made.poll(200, 60000);
  return made;
}

const exercises = {
  'Connection.authorize': async (conn) => assert.equal(conn.instanceUrl, url),
  'Connection.logout': async (conn) => { await conn.logout(); assert.equal(conn.accessToken, null); },
  'Connection.logoutByOAuth2': async (conn) => { await conn.logoutByOAuth2(); assert.equal(conn.accessToken, null); },
  'Connection.request': async (conn) => assert.equal((await conn.request('/limits')).DailyApiRequests.Max, 100000),
  'Connection.requestGet': async (conn) => assert.ok((await conn.requestGet('/sobjects')).sobjects.length > 5),
  'Connection.requestPost': async (conn) => assert.ok((await conn.requestPost('/sobjects/Lead', { LastName: 'P', Company: 'X' })).success),
  'Connection.requestPut': async (conn) => {
    await assert.rejects(() => conn.requestPut('/sobjects/Lead', {}), { errorCode: 'METHOD_NOT_ALLOWED' });
  },
  'Connection.requestPatch': async (conn) => {
    assert.ok((await conn.requestPatch('/sobjects/Watched__c/turnout_key__c/patched', { plays__c: 1 })).created);
  },
  'Connection.requestDelete': async (conn) => {
    const { id } = await conn.create('Lead', { LastName: 'D', Company: 'X' });
    await conn.requestDelete(`/sobjects/Lead/${id}`);
    await assert.rejects(() => conn.retrieve('Lead', id), { errorCode: 'NOT_FOUND' });
  },
  'Connection.query': async (conn) => {
    const found = await conn.query("SELECT Name, (SELECT Status FROM CampaignMembers) FROM Campaign");
    assert.equal(found.records[0].CampaignMembers.records[0].Status, 'Sent');
  },
  'Connection.queryMore': async (conn) => {
    await conn.bulk2.loadAndWaitForResults({ object: 'Contact', operation: 'insert', ...wait,
      input: Array.from({ length: 2100 }, (_, n) => ({ LastName: `C${n}` })) });
    const first = await conn.query('SELECT Id FROM Contact');
    const second = await conn.queryMore(first.nextRecordsUrl);
    assert.deepEqual([first.records.length, second.records.length, second.done], [2000, 100, true]);
  },
  'Connection.retrieve': async (conn) => {
    const { id } = await conn.create('Lead', { LastName: 'R', Company: 'X' });
    assert.equal((await conn.retrieve('Lead', id)).LastName, 'R');
    assert.deepEqual((await conn.retrieve('Lead', [id, id])).map((one) => one.Id), [id, id]);
  },
  'Connection.create': async (conn) => {
    const made = await conn.create('Lead', [{ LastName: 'M', Company: 'X' }, { LastName: 'N' }]);
    assert.deepEqual(made.map((one) => one.success), [true, false]);
    assert.equal(made[1].errors[0].statusCode, 'REQUIRED_FIELD_MISSING');
  },
  'Connection.update': async (conn) => {
    const { id } = await conn.create('Lead', { LastName: 'U', Company: 'X' });
    assert.ok((await conn.update('Lead', { Id: id, Title: 'T' })).success);
  },
  'Connection.upsert': async (conn) => {
    const one = await conn.upsert('Watched__c', { turnout_key__c: 'single', plays__c: 1 }, 'turnout_key__c');
    const many = await conn.upsert('Watched__c', rows('collection', 3), 'turnout_key__c');
    assert.deepEqual([one.created, many.map((each) => each.created)], [true, [true, true, true]]);
  },
  'Connection.destroy': async (conn) => {
    const { id } = await conn.create('Lead', { LastName: 'X', Company: 'X' });
    assert.deepEqual((await conn.destroy('Lead', [id])).map((one) => one.success), [true]);
  },
  'Connection.describe': async (conn) => {
    const fields = Object.fromEntries((await conn.describe('Watched__c')).fields.map((one) => [one.name, one]));
    assert.deepEqual([fields.plays__c.precision, fields.turnout_key__c.unique], [18, true]);
  },
  'Connection.describeGlobal': async (conn) => assert.ok((await conn.describeGlobal()).sobjects.some((one) => one.name === 'CampaignMember')),
  'Connection.sobject': async (conn) => assert.equal(conn.sobject('Lead').type, 'Lead'),
  'Connection.identity': async (conn) => assert.equal((await conn.identity()).username, 'integration@example.com'),
  'Connection.updated': async (conn) => assert.ok((await conn.updated('Campaign', ...span())).ids.length === 1),
  'Connection.deleted': async (conn) => {
    const { id } = await conn.create('Lead', { LastName: 'Away', Company: 'X' });
    await conn.destroy('Lead', id);
    assert.ok((await conn.deleted('Lead', ...span())).deletedRecords.some((one) => one.id === id));
  },
  'Connection.limits': async (conn) => {
    assert.equal((await conn.limits()).DailyApiRequests.Max, 100000);
    assert.equal(conn.limitInfo.apiUsage.limit, 100000);
  },
  'Connection.isLightningInstance': async (conn) => assert.equal(conn.isLightningInstance(), false),
  'SObject.create': async (conn) => assert.ok((await conn.sobject('Lead').create({ LastName: 'S', Company: 'X' })).success),
  'SObject.retrieve': async (conn) => {
    const { id } = await conn.sobject('Lead').create({ LastName: 'S', Company: 'X' });
    assert.equal((await conn.sobject('Lead').retrieve(id)).Id, id);
  },
  'SObject.update': async (conn) => {
    const { id } = await conn.sobject('Lead').create({ LastName: 'S', Company: 'X' });
    assert.ok((await conn.sobject('Lead').update({ Id: id, Title: 'T' })).success);
  },
  'SObject.upsert': async (conn) => {
    assert.ok((await conn.sobject('Watched__c').upsert({ turnout_key__c: 'sobject' }, 'turnout_key__c')).success);
  },
  'SObject.destroy': async (conn) => {
    const { id } = await conn.sobject('Lead').create({ LastName: 'S', Company: 'X' });
    assert.ok((await conn.sobject('Lead').destroy(id)).success);
  },
  'SObject.describe': async (conn) => assert.equal((await conn.sobject('Lead').describe()).keyPrefix, '00Q'),
  'SObject.describe$': async (conn) => assert.equal((await conn.sobject('Lead').describe$()).name, 'Lead'),
  'SObject.describe$$': async (conn) => { await conn.sobject('Lead').describe(); assert.equal(conn.sobject('Lead').describe$$().name, 'Lead'); },
  'SObject.record': async (conn) => {
    const { id } = await conn.sobject('Lead').create({ LastName: 'S', Company: 'X' });
    assert.equal((await conn.sobject('Lead').record(id).retrieve()).Id, id);
  },
  'SObject.updated': async (conn) => assert.equal((await conn.sobject('Campaign').updated(...span())).ids.length, 1),
  'SObject.deleted': async (conn) => assert.ok((await conn.sobject('Campaign').deleted(...span())).deletedRecords.length === 0),
  'SObject.find': async (conn) => assert.equal((await conn.sobject('Campaign').find({ Name: { $like: 'Winter%' } }, ['Id', 'Name'])).length, 1),
  'SObject.findOne': async (conn) => assert.equal((await conn.sobject('Campaign').findOne({ Name: 'Winter Summit 2026' }, 'Id, Name')).Name, 'Winter Summit 2026'),
  'SObject.select': async (conn) => assert.equal((await conn.sobject('Campaign').select('Id, Name').limit(1)).length, 1),
  'SObject.count': async (conn) => assert.equal(await conn.sobject('Campaign').count({ Name: 'Winter Summit 2026' }), 1),
  'BulkV2.createJob': async (conn) => { const made = conn.bulk2.createJob({ object: 'Lead', operation: 'insert' }); assert.match((await made.open()).id, /^750/); },
  'BulkV2.job': async (conn) => {
    const made = await finished(conn, 'again');
    assert.equal((await conn.bulk2.job('ingest', { id: made.id }).check()).state, 'JobComplete');
  },
  'BulkV2.loadAndWaitForResults': async (conn) => {
    const told = await conn.bulk2.loadAndWaitForResults({ object: 'Watched__c', operation: 'upsert',
      externalIdFieldName: 'turnout_key__c', input: [...rows('bulk', 3), { turnout_key__c: '', plays__c: 1 }], ...wait });
    assert.deepEqual([told.successfulResults.length, told.failedResults.length, told.unprocessedRecords.length], [3, 1, 0]);
    assert.match(told.failedResults[0].sf__Error, /^MISSING_ARGUMENT:/);
  },
  'BulkV2.query': async (conn) => {
    const stream = await conn.bulk2.query('SELECT Name, Owner.Email FROM Campaign', wait);
    assert.deepEqual(await stream.toArray(), [{ Name: 'Winter Summit 2026', 'Owner.Email': 'integration@example.com' }]);
  },
  'IngestJobV2.getInfo': async (conn) => assert.equal((await job(conn)).getInfo().state, 'Open'),
  'IngestJobV2.open': async (conn) => assert.equal((await (await job(conn)).check()).state, 'Open'),
  'IngestJobV2.uploadData': async (conn) => {
    const made = await job(conn);
    await made.uploadData(Readable.from(['turnout_key__c,plays__c\n', 'streamed,1\n']));
    await made.close();
    await made.poll(200, 60000);
    assert.equal((await made.check()).numberRecordsProcessed, 1);
  },
  'IngestJobV2.close': async (conn) => { const made = await job(conn, 'closed'); await made.close(); assert.notEqual((await made.check()).state, 'Open'); },
  'IngestJobV2.abort': async (conn) => { const made = await job(conn, 'aborted'); await made.abort(); assert.equal((await made.check()).state, 'Aborted'); },
  'IngestJobV2.poll': async (conn) => assert.equal((await (await finished(conn, 'polled')).check()).state, 'JobComplete'),
  'IngestJobV2.check': async (conn) => assert.equal((await (await job(conn)).check()).object, 'Watched__c'),
  'IngestJobV2.getAllResults': async (conn) => assert.equal((await (await finished(conn, 'all')).getAllResults()).successfulResults.length, 2),
  'IngestJobV2.getSuccessfulResults': async (conn) => assert.equal((await (await finished(conn, 'good')).getSuccessfulResults())[0].sf__Created, 'true'),
  'IngestJobV2.getFailedResults': async (conn) => assert.deepEqual(await (await finished(conn, 'none')).getFailedResults(), []),
  'IngestJobV2.getUnprocessedRecords': async (conn) => assert.deepEqual(await (await finished(conn, 'left')).getUnprocessedRecords(), []),
  'IngestJobV2.delete': async (conn) => {
    const made = await finished(conn, 'deleted');
    await made.delete();
    await assert.rejects(() => made.check(), { errorCode: 'NOT_FOUND' });
  },
  'IngestJobV2.createIngestRequest': async (conn) => {
    const made = await job(conn);
    const told = await made.createIngestRequest({ method: 'GET', path: `/${made.id}`, responseType: 'application/json' });
    assert.equal(told.state, 'Open');
  },
  'OAuth2.getAuthorizationUrl': async (conn) => assert.equal((await asked(conn)).get('state'), 's'),
  'OAuth2.requestToken': async (conn) => {
    const told = await new jsforce.OAuth2(oauth2).requestToken((await asked(conn)).get('code'));
    assert.equal(told.instance_url, url);
    assert.ok(told.refresh_token);
  },
  'OAuth2.refreshToken': async (conn) => {
    const way = new jsforce.OAuth2(oauth2);
    const { refresh_token } = await way.requestToken((await asked(conn)).get('code'));
    assert.ok((await way.refreshToken(refresh_token)).access_token);
  },
  'OAuth2.revokeToken': async (conn) => {
    await new jsforce.OAuth2(oauth2).revokeToken(conn.accessToken);
    await assert.rejects(() => conn.limits(), /Unable to refresh session/);
  },
  'Tooling.request': async (conn) => {
    const Metadata = { label: 'seen', type: 'Text', length: 9 };
    assert.ok((await conn.tooling.request({ method: 'POST', url: '/tooling/sobjects/CustomField', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ FullName: 'Lead.seen__c', Metadata }) })).success);
  },
};

function methods() {
  const conn = new jsforce.Connection({ instanceUrl: url, accessToken: 'x', version: '66.0' });
  const one = { Connection: conn, SObject: conn.sobject('Lead'), BulkV2: conn.bulk2, Metadata: conn.metadata,
    IngestJobV2: conn.bulk2.createJob({ object: 'Lead', operation: 'insert' }), OAuth2: new jsforce.OAuth2(oauth2), Tooling: conn.tooling };
  const found = [];
  for (const [name, object] of Object.entries(one)) {
    const kind = Object.getPrototypeOf(object);
    for (const key of Object.getOwnPropertyNames(kind)) {
      const { value } = Object.getOwnPropertyDescriptor(kind, key);
      if (typeof value === 'function' && key !== 'constructor' && !key.startsWith('_')) found.push(`${name}.${key}`);
    }
  }
  return found;
}

async function main() {
  const told = { version: jsforce.VERSION, methods: methods(), exercises: {} };
  for (const [name, exercise] of Object.entries(exercises)) {
    if (only && name !== only) continue;
    try {
      await exercise(await signedIn());
      told.exercises[name] = 'well';
    } catch (error) {
      told.exercises[name] = `${error.stack || error}`;
    }
  }
  process.stdout.write(JSON.stringify(told));
}

main();
