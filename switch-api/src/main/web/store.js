// What the page knows, and when it asks again. Views read `state`; whoever changes it calls `changed`, and the page is
// drawn once before the next frame.

import * as api from './api.js';

export const SAMPLES = 60;

export const state = {
  /** `loading`, `login` or `in`. */
  phase: 'loading',
  session: null,
  /** The words of the trouble if the switch does not answer, else null. */
  offline: null,
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
let drawing = false;

export function onChange(callback) {
  draw = callback;
}

export function changed() {
  if (!drawing) {
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      draw();
    });
  }
}

/** The ports of the configuration, without those that come and go by themselves: to hosts, and for connections. */
export const ownPorts = () => state.ports.filter((port) => !port.host && !port.state.listener);

export const mayChange = () => state.session?.role !== 'read';

/** Tells people who do not see the page what happened. */
export function say(text) {
  document.getElementById('say').textContent = text;
}

// Rates ---------------------------------------------------------------------------------------------------------------

/** By port: what its counters were, their rates, and the last minute of them. */
const meters = new Map();
const STILL = {rx: 0, tx: 0, rxFrames: 0, txFrames: 0, dropped: 0, drops: {}, history: []};

/** Bytes, frames and drops per second of a port. */
export const rates = (name) => meters.get(name) || STILL;

const total = (drops) => Object.values(drops).reduce((sum, n) => sum + n, 0);

function measure(port, now) {
  const counters = port.counters;
  const before = meters.get(port.name);
  // A port that was made anew under its name counts from zero.
  if (!before || counters.rxFrames < before.counters.rxFrames || counters.txFrames < before.counters.txFrames) {
    meters.set(port.name, {...STILL, counters, at: now, seen: now, history: []});
    return;
  }
  const seconds = (now - before.at) / 1000;
  if (seconds < 0.2) {
    return;
  }
  const rate = (name) => (counters[name] - before.counters[name]) / seconds;
  const drops = {};
  for (const [reason, n] of Object.entries(counters.drops)) {
    drops[reason] = (n - (before.counters.drops[reason] || 0)) / seconds;
  }
  const rx = rate('rxBytes');
  const tx = rate('txBytes');
  const {history} = before;
  // One value a second, however long it took to ask.
  for (let i = 0; i < Math.min(Math.max(Math.round(seconds), 1), SAMPLES); i++) {
    history.push(rx + tx);
  }
  history.splice(0, history.length - SAMPLES);
  meters.set(port.name, {
    rx, tx, drops, history, counters,
    rxFrames: rate('rxFrames'), txFrames: rate('txFrames'), dropped: total(drops),
    at: now, seen: now,
  });
}

function measureAll(ports) {
  const now = performance.now();
  for (const port of ports) {
    measure(port, now);
  }
  for (const [name, meter] of meters) {
    if (meter.seen !== now && now - meter.seen > 5000) {
      meters.delete(name);
    }
  }
}

// Polling -------------------------------------------------------------------------------------------------------------

const polls = [];

/** The ports are asked for each second, and less often where they are many: a thousand about every three seconds. */
const portsMillis = () => 1000 + 2 * Math.max(0, state.ports.length - 100);

/**
 * Asks again and again while somebody looks. Who takes long is asked less often, so that a page costs a large switch
 * no more than a tenth of one core's time.
 *
 * @param millis says how long after the last time
 */
function every(millis, ask, wanted = () => true) {
  const poll = {timer: null, running: false};
  poll.run = async () => {
    if (poll.running) {
      return;
    }
    clearTimeout(poll.timer);
    poll.running = true;
    const start = performance.now();
    if (state.phase === 'in' && document.visibilityState === 'visible' && wanted()) {
      await attempt(ask);
    }
    poll.running = false;
    const took = performance.now() - start;
    poll.timer = setTimeout(poll.run, Math.max(millis() - took, 10 * took, 50));
  };
  polls.push(poll);
  return poll;
}

async function attempt(ask) {
  try {
    await ask();
    state.offline = null;
  } catch (e) {
    failed(e);
  }
  changed();
}

function failed(e) {
  if (e.status === 401) {
    state.phase = 'login';
  } else if (e.status === 0 || e.status === 503) {
    state.offline = e.message;
  } else if (e.name !== 'AbortError') {
    console.error(e);
  }
}

const viewing = (...views) => views.includes(state.route[0] || 'overview');

export async function readPorts() {
  const ports = await api.get('/api/v1/ports');
  measureAll(ports);
  state.ports = ports;
}

export async function readNetworks() {
  state.networks = await api.get('/api/v1/networks');
}

async function readHosts() {
  state.hosts = await api.get('/api/v1/hosts');
}

/** Other hosts' ports come from those hosts, so they are asked for seldom. */
async function readHostPorts() {
  const others = state.hosts.filter((host) => !host.local && host.state === 'up').slice(0, 24);
  await Promise.all(others.map(async ({name}) => {
    try {
      state.hostPorts.set(name, await api.get(`/api/v1/hosts/${api.encode(name)}/ports`));
    } catch (e) {
      if (e.status !== 503 && e.status !== 404) {
        throw e;
      }
    }
  }));
}

async function readStatus() {
  state.status = await api.get('/api/v1/status');
}

async function readEvents() {
  if (!state.following) {
    const {events} = await api.get('/api/v1/events?limit=500');
    state.events = state.following ? state.events : events;
  }
}

async function readReasons() {
  for (const reason of await api.get('/api/v1/drop-reasons')) {
    state.reasons.set(reason.reason, reason);
  }
}

export async function readMirrors() {
  if (api.has('/api/v1/mirrors')) {
    state.mirrors = await api.get('/api/v1/mirrors');
  }
}

/** Reads all once, then keeps it fresh. Call once. */
export function startPolling() {
  every(portsMillis, readPorts);
  every(() => 4000, readNetworks);
  every(() => 2000, readHosts, () => viewing('overview', 'hosts') || !state.hosts.length);
  every(() => 5000, readHostPorts, () => viewing('overview', 'hosts'));
  every(() => 5000, readStatus);
  every(() => 3000, readEvents, () => viewing('overview', 'events'));
  every(() => 3000, readMirrors, () => viewing('mirrors'));
  document.addEventListener('visibilitychange', refresh);
}

/** Asks for everything now, such as after a change. */
export function refresh() {
  polls.forEach((poll) => poll.run());
}

/** Once logged in: what does not change, then the rest. */
export async function enter() {
  await readReasons();
  await readHosts();
  state.phase = 'in';
  changed();
  refresh();
  followEvents();
}

// Events --------------------------------------------------------------------------------------------------------------

const KEPT = 1000;
const RETRY_MILLIS = 3000;
let lastEventId = null;
let following = false;

/** Lets events come by themselves where the switch streams them; elsewhere the list is read again and again. */
async function followEvents() {
  if (following) {
    return;
  }
  following = true;
  while (state.phase === 'in') {
    try {
      const streams = await api.follow('/api/v1/events?limit=500', lastEventId, streamBegun, (event, id, kind) => {
        lastEventId = id || lastEventId;
        // A gap is not an event, and has neither a time nor a host.
        arrived(kind === 'gap' ? {...event, kind, time: new Date().toISOString(), host: ''} : event);
      });
      if (!streams) {
        break;
      }
    } catch (e) {
      failed(e);
    }
    state.following = false;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
  }
  following = false;
}

/** A stream begins with the newest events, unless it goes on behind one. */
function streamBegun() {
  state.following = true;
  state.events = lastEventId ? state.events : [];
  changed();
}

function arrived(event) {
  state.events = [...state.events, event].slice(-KEPT);
  changed();
}
