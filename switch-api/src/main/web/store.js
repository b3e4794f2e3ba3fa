// What the page knows, and when it asks again. Views read `state`; whoever changes it calls `changed`, and the page is
// drawn once before the next frame.

import * as api from './api.js';
import {measureAll, forgetRates} from './rates.js';

export {rates, SAMPLES} from './rates.js';

export const state = {
  /** `loading`, `login` or `in`. */
  phase: 'loading',
  session: null,
  /** The words of the trouble if the switch does not answer, else null. */
  offline: null,
  /** Why somebody who was signed in has to do so again, else null. */
  ended: null,
  /** What was read at least once: an empty list is not the same as one that nobody has seen yet. */
  known: new Set(),
  route: [],
  ports: [],
  networks: [],
  hosts: [],
  hostPorts: new Map(),
  status: null,
  reasons: new Map(),
  events: [],
  /** Whether events come by themselves. */
  following: false,
  /** Null until they were read. */
  mirrors: null,
};

let draw = () => {};
let drawing = null;
let drawMillis = 0;

export function onChange(callback) {
  draw = callback;
}

/** Draws the page before the next frame. Gives a promise of that. */
export function changed() {
  drawing ??= new Promise((resolve) => {
    requestAnimationFrame(() => {
      drawing = null;
      const start = performance.now();
      try {
        draw();
      } finally {
        drawMillis = performance.now() - start;
        resolve();
      }
    });
  });
  return drawing;
}

const SOON_MILLIS = 250;
let soon = null;

/** The same for what may come by the thousand: a few times a second is as much as anybody can read. */
function changedSoon() {
  soon ??= setTimeout(() => {
    soon = null;
    changed();
  }, SOON_MILLIS);
}

/** The ports of the configuration, without those that come and go by themselves: to hosts, and for connections. */
export const ownPorts = () => state.ports.filter((port) => !port.host && !port.state.listener);

export const mayChange = () => state.session?.role !== 'read';

/** Tells people who do not see the page what happened. */
export function say(text) {
  document.getElementById('say').textContent = text;
}

// Polling -------------------------------------------------------------------------------------------------------------

const polls = [];
const LEAST_MILLIS = 1000;
const MOST_MILLIS = 3000;

/** Whether somebody looks: a page that nobody sees asks for nothing. */
const isSeen = () => state.phase === 'in' && document.visibilityState === 'visible';

const viewing = (...views) => views.includes(state.route[0] || 'overview');

/**
 * Asks again and again while somebody looks at a view that shows the answer. What takes long to come and to draw is asked
 * for less often, so that a page costs a large switch no more than a tenth of one core's time.
 */
class Poll {
  #timer = null;
  #running = false;
  #begun = -Infinity;
  #took = 0;
  #hinted = -Infinity;

  /** @param millis says how long after the last time */
  constructor(millis, ask, wanted) {
    Object.assign(this, {millis, ask, wanted});
    polls.push(this);
  }

  get #due() {
    return Math.min(this.#hinted, this.#begun + Math.max(this.millis(), 11 * this.#took));
  }

  /** Asks as soon as it is due, if it is wanted. Called when either may have changed. */
  wake() {
    clearTimeout(this.#timer);
    if (!this.#running && isSeen() && this.wanted()) {
      this.#timer = setTimeout(() => this.#run(), Math.max(0, this.#due - performance.now()));
    }
  }

  /** Asks now. */
  now() {
    this.#hinted = -Infinity;
    this.wake();
  }

  /** Asks soon, because the answer must be another by now. */
  hint() {
    this.#hinted = Math.min(this.#hinted, this.#begun + LEAST_MILLIS);
    this.wake();
  }

  async #run() {
    this.#running = true;
    this.#hinted = Infinity;
    this.#begun = performance.now();
    await attempt(this.ask);
    const asking = performance.now() - this.#begun;
    // Not before somebody looks again.
    await changed();
    this.#took = Math.min(asking + drawMillis, MOST_MILLIS);
    this.#running = false;
    this.wake();
  }
}

/** Begins to ask again and again, so many milliseconds after the last time, while an answer is wanted. */
export const every = (millis, ask, wanted) => new Poll(millis, ask, wanted);

async function attempt(ask) {
  try {
    await ask();
    state.offline = null;
  } catch (e) {
    failed(e);
  }
}

function failed(e) {
  if (e.status === 401) {
    ended();
  } else if (e.status === 0 || e.status === 503) {
    state.offline = e.message;
  } else if (e.name !== 'AbortError') {
    console.error(e);
  }
}

/** The switch forgets who is signed in when it is restarted, and after some hours. */
function ended() {
  if (state.phase === 'in') {
    state.phase = 'login';
    state.ended = 'You were signed out: the session has ended, or the switch was restarted.';
    state.offline = null;
    stream?.abort();
  }
}

const isLively = () => viewing('overview', 'ports', 'drops') || (viewing('hosts') && state.ports.some((p) => p.type === 'vxlan'));

/**
 * The ports are asked for each second where their rates are shown, and less often where they are many: a thousand about
 * every three seconds. Elsewhere, events tell.
 */
const portsMillis = () => (isLively() ? 1000 + 2 * Math.max(0, state.ports.length - 100) : untold());

/** How often to ask for what events tell of as well. */
const untold = () => (state.following ? 30_000 : 5000);

export async function readPorts() {
  const ports = await api.getAgain('/api/v1/ports');
  measureAll(ports);
  state.ports = ports;
  state.known.add('ports');
}

export async function readNetworks() {
  state.networks = await api.getAgain('/api/v1/networks');
}

async function readHosts() {
  state.hosts = await api.getAgain('/api/v1/hosts');
}

const MOST_HOSTS = 24;
const ROUND_MILLIS = 10_000;
let turn = 0;

const otherHosts = () => state.hosts.filter((host) => !host.local && host.state === 'up').slice(0, MOST_HOSTS);

/** Other hosts' ports come from those hosts, so they are asked for seldom, and one host after the other. */
async function readHostPorts() {
  const hosts = otherHosts();
  const unread = hosts.filter(({name}) => !state.hostPorts.has(name));
  await Promise.all((unread.length ? unread : hosts.slice(turn++ % hosts.length).slice(0, 1)).map(readPortsOf));
}

async function readPortsOf({name}) {
  try {
    state.hostPorts.set(name, await api.getAgain(`/api/v1/hosts/${api.encode(name)}/ports`));
  } catch (e) {
    if (e.status !== 503 && e.status !== 404) {
      throw e;
    }
    state.hostPorts.set(name, state.hostPorts.get(name) || []);
  }
}

async function readStatus() {
  state.status = await api.getAgain('/api/v1/status');
}

/** While there is no stream of them. */
async function readEvents() {
  const since = lostAt;
  if (!state.following && performance.now() - since > EVENTS_MILLIS) {
    const {events} = await api.getAgain('/api/v1/events?limit=500');
    state.events = state.following ? state.events : [...events];
  }
}

async function readReasons() {
  for (const reason of await api.get('/api/v1/drop-reasons')) {
    state.reasons.set(reason.reason, reason);
  }
}

export async function readMirrors() {
  state.mirrors = await api.getAgain('/api/v1/mirrors');
}

const EVENTS_MILLIS = 3000;

/** By how the kinds of events begin: what they tell of. */
let told = [];

/** Reads all that is shown, and keeps it fresh. Call once. */
export function startPolling() {
  const ports = every(portsMillis, readPorts, () => !viewing('events', 'status'));
  const networks = every(untold, readNetworks, () => viewing('overview', 'ports', 'networks', 'hosts', 'mirrors'));
  const hosts = every(() => (viewing('hosts') ? 2000 : 5000), readHosts, () => viewing('overview', 'hosts'));
  every(() => Math.max(ROUND_MILLIS / Math.max(otherHosts().length, 1), LEAST_MILLIS), readHostPorts,
    () => viewing('overview') && otherHosts().length);
  every(() => (viewing('drops') ? 2000 : 5000), readStatus, () => viewing('overview', 'hosts', 'drops', 'status'));
  every(() => EVENTS_MILLIS, readEvents, () => viewing('overview', 'events'));
  const mirrors = every(() => EVENTS_MILLIS, readMirrors, () => viewing('mirrors'));
  told = [['port-', ports], ['vtep-', ports], ['network-', networks], ['host-', hosts], ['config-', networks], ['config-', mirrors],
    ['gap', ports], ['gap', networks]];
  document.addEventListener('visibilitychange', seen);
}

/** Goes on where somebody looks again, and rests where nobody does. */
function seen() {
  if (isSeen()) {
    refresh();
    followEvents();
  } else {
    stream?.abort();
    wake();
  }
}

/** Asks for what is shown as soon as what there is of it is old, and for nothing else. */
export function wake() {
  polls.forEach((poll) => poll.wake());
}

/** Asks for everything now, such as after a change. */
export function refresh() {
  polls.forEach((poll) => poll.now());
}

/** Once logged in: what does not change, then the rest. */
export async function enter() {
  await Promise.all([readReasons(), readHosts(), readNetworks()]);
  state.phase = 'in';
  state.ended = null;
  changed();
  refresh();
  followEvents();
}

/** Somebody signed out: what the page knows is not for the next. */
export function leave() {
  stream?.abort();
  api.forgetAll();
  forgetRates();
  state.known.clear();
  state.hostPorts.clear();
  Object.assign(state, {phase: 'login', session: null, offline: null, ended: null, ports: [], networks: [], hosts: [],
    status: null, events: [], mirrors: null});
  lastEventId = null;
  isCaughtUp = false;
  changed();
}

// Events --------------------------------------------------------------------------------------------------------------

const KEPT = 1000;
const RETRY_MILLIS = 1000;
const MOST_RETRY_MILLIS = 8000;
let lastEventId = null;
let isCaughtUp = false;
let stream = null;
let lostAt = -Infinity;

/** Lets events come by themselves, from where they ended before, for as long as somebody looks. */
async function followEvents() {
  if (stream) {
    return;
  }
  let pause = RETRY_MILLIS;
  while (isSeen()) {
    stream = new AbortController();
    const {signal} = stream;
    lostAt = performance.now();
    try {
      await api.follow('/api/v1/events?limit=500', lastEventId, {signal, each: arrived, begun: () => {
        pause = RETRY_MILLIS;
        streamBegun();
      }});
    } catch (e) {
      failed(e);
    }
    streamEnded();
    if (!signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(2 * pause, MOST_RETRY_MILLIS);
    }
  }
  stream = null;
}

/** A stream begins with the newest events, unless it goes on behind one. */
function streamBegun() {
  state.following = true;
  state.offline = null;
  state.events = lastEventId ? state.events : [];
  changed();
}

function streamEnded() {
  state.following = false;
  lostAt = performance.now();
  wake();
  changed();
}

function arrived(event, id, kind) {
  lastEventId = id || lastEventId;
  if (!event) {
    isCaughtUp = true;
    return;
  }
  // A gap is not an event, and has neither a time nor a host.
  state.events.push(kind === 'gap' ? {...event, kind, time: new Date().toISOString(), host: ''} : event);
  if (state.events.length > 2 * KEPT) {
    state.events.splice(0, KEPT);
  }
  if (isCaughtUp) {
    told.filter(([begin]) => event.kind.startsWith(begin)).forEach(([, poll]) => poll.hint());
    announce(event.text);
  }
  changedSoon();
}

const ANNOUNCE_MILLIS = 3000;
const unsaid = {count: 0, last: ''};

/** Tells people who do not see the list what is new in it: not each of many, and not more often than can be listened to. */
function announce(text) {
  unsaid.last = text;
  if (unsaid.count++ === 0) {
    setTimeout(() => {
      if (viewing('overview', 'events')) {
        say(unsaid.count === 1 ? unsaid.last : `${unsaid.count} events, the last: ${unsaid.last}`);
      }
      unsaid.count = 0;
    }, ANNOUNCE_MILLIS);
  }
}
