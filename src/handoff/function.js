'use strict';
// Salesforce connection @name@: creates a record for each message.
// Written by perch @version@ (perch handoff @name@ --format function).
//
// Paste it as a function of the flow (Node.js; it needs no modules), set its
// environment variables, and give it the flow's variables as input:
//   environment   @secrets@
//   input         @inputs@
//   output        id, success, errorCode, message, cause
// If success is true, a record was created and id is its id. If not, cause is
// perch explain's name for the error. An insert whose answer is lost or
// unreadable is not sent again (errorCode ANSWER_LOST): the record may exist.

const { request } = require('@transport@');

const LOGIN_URL = @login_url@;
const CLIENT_ID = @client_id@;
const API_VERSION = @api_version@;
const SECRETS = @secrets_list@;
const TIME_LIMIT_MS = 25000; // a function is stopped after 30 seconds

// true: saves a record even if a duplicate rule warns about it.
const SAVE_DUPLICATES = false;

// The content of each field. {{name}} is an input; |default:"..." replaces an
// empty one. key: an external ID field among the fields, such as one with the
// message's id; the same message then creates no second record (or the
// conversation's id, for one record per conversation).
const CHANNELS = @channels@;

// The most specific codes, with perch's names for the causes (perch-causes(7)).
const CAUSES = {
  invalid_grant: 'authorization-revoked',
  invalid_client: 'consumer-secret-wrong',
  invalid_client_id: 'consumer-key-unknown',
  INVALID_SESSION_ID: 'session-expired',
  API_DISABLED_FOR_ORG: 'api-disabled-user',
  REQUEST_LIMIT_EXCEEDED: 'api-limit',
  REQUIRED_FIELD_MISSING: 'required-field',
  FIELD_CUSTOM_VALIDATION_EXCEPTION: 'validation-rule',
  DUPLICATES_DETECTED: 'duplicate-record',
  DUPLICATE_VALUE: 'duplicate-value',
  STRING_TOO_LONG: 'value-too-long',
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: 'picklist-value',
  INVALID_FIELD: 'field-unknown',
  INVALID_FIELD_FOR_INSERT_UPDATE: 'field-not-writable',
  UNABLE_TO_LOCK_ROW: 'record-locked',
  STORAGE_LIMIT_EXCEEDED: 'storage-full',
  SERVER_UNAVAILABLE: 'salesforce-unavailable',
  ANSWER_LOST: 'timeout',
  NOT_SENT: 'connect-failed',
  MISSING_VARIABLE: 'request-malformed',
  MISSING_SECRET: 'request-malformed',
  UNKNOWN_CHANNEL: 'request-malformed',
};

class Failure extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

// ---- the record ----

function read(variables, path) {
  if (path in variables) return variables[path];
  const names = path.replace(/\[(\d+)\]/g, '.$1').split('.');
  return names.reduce((value, name) => (value == null ? undefined : value[name]), variables);
}

// A phone number may arrive as a list, or as the text of one.
function textOf(value) {
  if (typeof value === 'string' && /^\[".*"\]$/.test(value)) {
    try {
      value = JSON.parse(value);
    } catch (error) {
      return value;
    }
  }
  if (Array.isArray(value)) return textOf(value.find((item) => item));
  return value == null || typeof value === 'object' ? '' : String(value);
}

const VARIABLE =
  /\{\{ *([A-Za-z][\w-]*(?:\[\d+\])?(?:\.[A-Za-z][\w-]*(?:\[\d+\])?)*) *(?:\| *default: *"([^"]*)" *)?\}\}/g;

function fill(text, variables) {
  return text.replace(VARIABLE, (whole, path, fallback) => {
    const value = read(variables, path);
    if (value === undefined && fallback === undefined) {
      throw new Failure('MISSING_VARIABLE', `The function was not given the variable ${path}.`);
    }
    return textOf(value) || fallback || '';
  });
}

// Omits empty fields, so that Salesforce's own defaults apply.
function recordOf(fields, variables) {
  const record = {};
  for (const [field, text] of Object.entries(fields)) {
    const value = typeof text === 'string' ? fill(text, variables) : text;
    if (value !== '') record[field] = value;
  }
  return record;
}

// ---- HTTP ----

// Resolves to { status, body }; rejects with NOT_SENT or ANSWER_LOST.
function send(method, url, headers, body, deadline) {
  return new Promise((resolve, reject) => {
    let connected = false;
    const lost = (error) =>
      reject(new Failure(connected ? 'ANSWER_LOST' : 'NOT_SENT', `${method} ${url}: ${error.message}`));
    const options = { method, agent: false, headers: { ...headers, 'Content-Length': Buffer.byteLength(body) } };
    const call = request(url, options, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', lost);
      answer.on('end', () => {
        if (!answer.complete) lost(new Error('the answer was cut off'));
        else resolve({ status: answer.statusCode, body: Buffer.concat(parts).toString('utf8') });
      });
    });
    const timer = setTimeout(
      () => call.destroy(new Error('no answer in time')),
      Math.max(1, deadline - Date.now()),
    );
    call.on('socket', (socket) => socket.once('@connected@', () => (connected = true)));
    call.on('error', lost);
    call.on('close', () => clearTimeout(timer));
    call.end(body);
  });
}

// A value of a successful answer.
function valueOf(answer, name) {
  let told = null;
  try {
    told = JSON.parse(answer.body);
  } catch (error) {
    // A page or half an answer: told stays null.
  }
  if (told && told[name]) return told[name];
  throw new Failure('ANSWER_LOST', `The answer (${answer.status}) has no ${name}: ${answer.body.slice(0, 200)}`);
}

// The error in an answer: REST returns a list, OAuth an object.
function failureOf(answer) {
  let told = null;
  try {
    told = JSON.parse(answer.body);
  } catch (error) {
    // Not JSON but a page: only the status tells something.
  }
  if (Array.isArray(told)) told = told[0];
  const code = told && (told.errorCode || told.error);
  const message = (told && (told.message || told.error_description)) || `HTTP status ${answer.status}`;
  return new Failure(code || `HTTP_${answer.status}`, message);
}

// ---- the access token ----

@grant@
let token = null; // { access, url }, kept between calls while it is valid
let pending = null; // concurrent calls share one request for it

async function fetchToken(env, deadline) {
  for (;;) {
    const answer = await send(
      'POST',
      `${LOGIN_URL}/services/oauth2/token`,
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      new URLSearchParams(grant(env)).toString(),
      deadline,
    );
    if (answer.status === 200) {
      return { access: valueOf(answer, 'access_token'), url: valueOf(answer, 'instance_url') };
    }
    const failure = failureOf(answer);
    // Another instance of this function is refreshing: wait for it.
    const busy = /already being processed/.test(failure.message) && deadline - Date.now() > 3000;
    if (!busy) throw failure;
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
}

async function getToken(env, deadline, refused) {
  if (token && token !== refused) return token;
  if (!pending) {
    pending = fetchToken(env, deadline).finally(() => (pending = null));
  }
  token = await pending;
  return token;
}

// ---- the call ----

function insert(channel, record, from, deadline) {
  const { [channel.key]: key, ...rest } = record;
  const path = `${from.url}/services/data/v${API_VERSION}/sobjects/${channel.object}`;
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${from.access}` };
  if (SAVE_DUPLICATES) headers['Sforce-Duplicate-Rule-Header'] = 'allowSave=true';
  return key === undefined
    ? send('POST', path, headers, JSON.stringify(record), deadline)
    : send('PATCH', `${path}/${channel.key}/${encodeURIComponent(key)}`, headers, JSON.stringify(rest), deadline);
}

async function create(env, variables, deadline) {
  const name = variables.channel || (Object.keys(CHANNELS).length === 1 && Object.keys(CHANNELS)[0]);
  const channel = Object.prototype.hasOwnProperty.call(CHANNELS, name) && CHANNELS[name];
  if (!channel) {
    throw new Failure('UNKNOWN_CHANNEL', `The variable channel has to be one of: ${Object.keys(CHANNELS).join(', ')}.`);
  }
  const record = recordOf(channel.fields, variables);
  const missing = SECRETS.find((secret) => !env[secret]);
  if (missing) throw new Failure('MISSING_SECRET', `The environment variable ${missing} is not set.`);
  let from = await getToken(env, deadline, null);
  let answer = await insert(channel, record, from, deadline);
  if (answer.status === 401) {
    from = await getToken(env, deadline, from);
    answer = await insert(channel, record, from, deadline);
  }
  if (answer.status !== 200 && answer.status !== 201) throw failureOf(answer);
  return valueOf(answer, 'id');
}

exports.handler = async function (context, variables) {
  const env = {};
  for (const name of SECRETS) env[name] = String(((context || {}).env || {})[name] || '').trim();
  try {
    const id = await create(env, variables || {}, Date.now() + TIME_LIMIT_MS);
    return { id, success: true, errorCode: '', message: '', cause: '' };
  } catch (error) {
    const errorCode = error.code || 'UNEXPECTED';
    const unavailable = /^HTTP_5/.test(errorCode) ? 'salesforce-unavailable' : 'unknown';
    const cause = CAUSES[errorCode] || unavailable;
    return { id: '', success: false, errorCode, message: String(error.message).slice(0, 500), cause };
  }
};
