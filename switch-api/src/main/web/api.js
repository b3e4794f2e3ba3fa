// The REST API, as this page uses it: one function that asks, errors as the API's own problem details, and what of the
// API there is.

const NOT_MODIFIED = 304;

/** A request that was not granted. `field` names what is wrong in the document that was sent, if the API says so. */
export class Problem extends Error {
  constructor(status, {title, detail, field} = {}) {
    super(detail || title || `the switch answered with status ${status}`);
    this.status = status;
    this.field = field;
  }
}

/** Sends a request and gives the response; throws a Problem for whatever is not granted. */
export async function request(method, path, {body, headers = {}, signal} = {}) {
  const all = {'X-Requested-With': 'tapswitch', ...headers};
  if (body !== undefined) {
    all['Content-Type'] = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  }
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: all,
      signal,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (e) {
    if (e.name === 'AbortError') {
      throw e;
    }
    throw new Problem(0, {detail: 'the switch does not answer'});
  }
  if (response.ok || response.status === NOT_MODIFIED) {
    return response;
  }
  let document = {};
  try {
    document = await response.json();
  } catch {
    // Not from the switch, such as a proxy's own page: the status has to do.
  }
  throw new Problem(response.status, document);
}

async function json(method, path, options) {
  const response = await request(method, path, options);
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

export const get = (path, options) => json('GET', path, options);
export const post = (path, body) => json('POST', path, {body});
export const remove = (path) => json('DELETE', path);

/** By path: what was answered last, and its ETag. The oldest goes where there are too many, such as for each search. */
const known = new Map();
const MOST_KNOWN = 64;

/**
 * Reads what was read before, most likely: the switch sends it only if it is another by now. What has not changed is the
 * same object, so whoever reads must leave it as it is.
 */
export async function getAgain(path) {
  const before = known.get(path);
  const response = await request('GET', path, {headers: before ? {'If-None-Match': before.tag} : {}});
  if (response.status === NOT_MODIFIED) {
    return before.value;
  }
  const value = await response.json();
  const tag = response.headers.get('ETag');
  known.delete(path);
  if (tag) {
    known.set(path, {tag, value});
  }
  if (known.size > MOST_KNOWN) {
    known.delete(known.keys().next().value);
  }
  return value;
}

/** Forgets what was read, such as when somebody else may come. */
export const forgetAll = () => known.clear();

/** Reads a resource together with its ETag; null if the switch gives none. */
export async function getTagged(path) {
  const response = await request('GET', path);
  return {value: await response.json(), tag: response.headers.get('ETag')};
}

/** Changes a resource, if it still is what was read with this tag. */
export const patch = (path, body, tag) =>
  json('PATCH', path, {body, headers: tag ? {'If-Match': tag} : {}});

export const encode = encodeURIComponent;

/** Which paths the API has, by its own description, and what it says of them. */
let description = '';

export async function discover() {
  description = await (await request('GET', '/api/v1/openapi.yaml')).text();
}

/** Whether the API has a path, written as in OpenAPI: `/api/v1/ports/{port}/capture`. */
export const has = (path) => description.includes(`\n  ${path}:\n`);

/** Whether documents of the API have a field of this name. */
export const hasField = (name) => new RegExp(`^ +${name}:`, 'm').test(description);

// Sessions ------------------------------------------------------------------------------------------------------------

/** Who the page acts for, or null if it has to log in first. */
export async function session() {
  try {
    const who = await get('/api/v1/session');
    await discover();
    return who;
  } catch (e) {
    if (e.status === 401) {
      return null;
    }
    throw e;
  }
}

/** Opens a session by `{token}` or `{code}`. */
export const login = (credentials) => post('/api/v1/session', credentials);

export const logout = () => remove('/api/v1/session');

// Streams -------------------------------------------------------------------------------------------------------------

/** The switch says something every 15 seconds. */
const SILENCE_MILLIS = 45_000;

/**
 * Follows the events of the switch until it ends the stream, or falls silent; says when it has begun, and calls back with
 * each event as `(event, id, kind)`. The event is null where the switch only says how far its events go.
 */
export async function follow(path, lastId, {signal, begun, each}) {
  const headers = {Accept: 'text/event-stream', ...(lastId ? {'Last-Event-ID': lastId} : {})};
  const response = await request('GET', path, {headers, signal});
  begun();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = '';
  for (;;) {
    const silence = setTimeout(() => reader.cancel().catch(() => {}), SILENCE_MILLIS);
    const {value, done} = await reader.read().catch(broken).finally(() => clearTimeout(silence));
    if (done) {
      return;
    }
    const blocks = (pending + value).split(/\r?\n\r?\n/);
    pending = blocks.pop();
    blocks.forEach((block) => deliver(block, each));
  }
}

/** A connection that breaks is an end like another; who asks again hears why. */
const broken = () => ({done: true});

function deliver(block, each) {
  const fields = {};
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) {
      const name = line.slice(0, colon);
      const value = line.slice(colon + 1).replace(/^ /, '');
      fields[name] = name in fields ? `${fields[name]}\n${value}` : value;
    }
  }
  if (fields.data || fields.id) {
    each(fields.data ? JSON.parse(fields.data) : null, fields.id, fields.event);
  }
}
