// Rates, from the counters of ports as they are read one after the other.

/** One a second. */
export const SAMPLES = 60;

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

/** Takes the counters of all ports as they are now. */
export function measureAll(ports) {
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

export const forgetRates = () => meters.clear();
