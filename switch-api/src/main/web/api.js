// The REST API, as this page uses it: one function that asks, errors as the API's own problem details, and what of the
// API there is.

let bearer = null; // Held in memory only: it is gone with the page.

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
  if (bearer) {
    all.Authorization = `Bearer ${bearer}`;
  }
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
  if (response.ok) {
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
    await discover();
  } catch (e) {
    if (e.status === 401) {
      return null;
    }
    throw e;
  }
  if (!has('/api/v1/session')) {
    return {name: '', role: 'admin'};
  }
  try {
    return await get('/api/v1/session');
  } catch {
    // Let in without a session, as by the Unix socket: what is too much, the API refuses.
    return {name: '', role: 'admin'};
  }
}

/** Opens a session by `{token}` or `{code}`. */
export async function login(credentials) {
  try {
    return await post('/api/v1/session', credentials);
  } catch (e) {
    if (e.status === 429 || !credentials.token) {
      throw e;
    }
    return loginByHeader(credentials.token, e);
  }
}

/** A switch without sessions takes the token with each request. */
async function loginByHeader(token, first) {
  bearer = token;
  try {
    await get('/api/v1/status');
    return {name: 'token', role: 'admin'};
  } catch (e) {
    bearer = null;
    throw e.status === 401 ? e : first;
  }
}

export async function logout() {
  bearer = null;
  if (has('/api/v1/session')) {
    await remove('/api/v1/session');
  }
}

// Streams -------------------------------------------------------------------------------------------------------------

/**
 * Follows the events of the switch until it ends the stream; says when it has begun, and calls back with each event as
 * `(event, id, kind)`. Gives false at once if the switch streams none.
 */
export async function follow(path, lastId, begun, each) {
  const headers = {Accept: 'text/event-stream', ...(lastId ? {'Last-Event-ID': lastId} : {})};
  const response = await request('GET', path, {headers});
  if (!(response.headers.get('Content-Type') || '').startsWith('text/event-stream')) {
    await response.body?.cancel();
    return false;
  }
  begun();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = '';
  for (;;) {
    const {value, done} = await reader.read();
    if (done) {
      return true;
    }
    const blocks = (pending + value).split(/\r?\n\r?\n/);
    pending = blocks.pop();
    blocks.forEach((block) => deliver(block, each));
  }
}

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
  if (fields.data) {
    each(JSON.parse(fields.data), fields.id, fields.event);
  }
}
