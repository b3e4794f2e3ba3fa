// One port: what it is, what crosses it, what dies there, who is behind it, and the tools to look closer.

import * as api from './api.js';
import {html, mark, networkName, sparkline, facts, nothing} from './ui.js';
import {state, rates, changed, mayChange} from './store.js';
import {bitRate, perSecond, bytes, count, since, millis, duration, clock} from './format.js';
import {editPort, removePort, switchPort} from './portform.js';
import {tools} from './tools.js';

const STATIONS = 20;
const STATIONS_MILLIS = 3000;

/** The stations behind the port that is shown. */
const stations = {port: null, at: 0, entries: [], total: 0};
let problem = null;

const networksOf = (port) => {
  const trunk = port.trunk === 'all' ? state.networks.map((n) => n.name) : port.trunk || [];
  return [...new Set([port.network, ...trunk])].slice(0, 8);
};

async function readStations(port) {
  stations.at = performance.now();
  const pages = await Promise.all(networksOf(port).map(async (network) => {
    const page = await api.get(`/api/v1/networks/${api.encode(network)}/fdb?port=${api.encode(port.name)}&limit=${STATIONS}`);
    return {...page, entries: page.entries.map((e) => ({...e, network}))};
  }));
  if (stations.port === port.name) {
    stations.entries = pages.flatMap((p) => p.entries).slice(0, STATIONS);
    stations.total = pages.reduce((n, p) => n + p.total, 0);
    changed();
  }
}

function keepStations(port) {
  if (stations.port !== port.name) {
    Object.assign(stations, {port: port.name, at: -Infinity, entries: [], total: 0});
    problem = null;
    requestAnimationFrame(() => document.getElementById('drawer-title')?.focus());
  }
  // One question for each network of a trunk: the more there are, the less often.
  if (performance.now() - stations.at > STATIONS_MILLIS * networksOf(port).length) {
    readStations(port).catch(() => {});
  }
}

function close() {
  const row = `row-${stations.port}`;
  stations.port = null;
  location.hash = '#/ports';
  requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById(row)?.focus()));
}

const act = (what) => async () => {
  try {
    problem = null;
    await what();
  } catch (e) {
    problem = e;
  }
  changed();
};

function actions(port) {
  if (!mayChange() || port.host || port.state.listener) {
    return nothing;
  }
  const {name} = port;
  return html`
    <div class="actions">
      <button type="button" @click=${act(() => editPort(name))}>Change</button>
      <button type="button" @click=${act(() => switchPort(port, !port.enabled))}>${port.enabled ? 'Disable' : 'Enable'}</button>
      <button type="button" class="danger-text" @click=${() => removePort(name)}>Remove</button>
    </div>`;
}

function traffic(port) {
  const r = rates(port.name);
  return html`
    <div class="traffic">
      ${sparkline(r.history, {width: 360, height: 54, label: `the last minute, now ${bitRate(r.rx + r.tx)}`})}
      <div><span>in</span><b>${bitRate(r.rx)}</b><small>${perSecond(r.rxFrames, 'frames')}</small></div>
      <div><span>out</span><b>${bitRate(r.tx)}</b><small>${perSecond(r.txFrames, 'frames')}</small></div>
    </div>`;
}

const flags = (port) => [
  !port.enabled && 'disabled', port.isolated && 'isolated', port.locked && 'locked', port.learning === false && 'no learning',
  ...Object.entries(port.flood || {}).filter(([, on]) => !on).map(([what]) => `no flooded ${
    {unknownUnicast: 'unknown unicast'}[what] || what}`),
].filter(Boolean);

const users = ({mirrors, ports}) => [...mirrors.map((name) => `mirror ${name}`),
  ...ports.map((name) => `port ${name} in quarantine`)].join(', ');

function description(port) {
  const {state: s} = port;
  const remote = s.remote;
  return facts([
    ['Status', html`${mark(s.status)} <span class="muted">for ${since(s.since)}</span>`],
    [s.status === 'up' ? 'Note' : 'Reason', s.reason],
    ['Network', networkName(port.network)],
    ['Trunk', port.trunk && (port.trunk === 'all' ? 'all networks' : port.trunk.map((n) => networkName(n)))],
    ['Type', port.type],
    ['Far side', s.device],
    ['Host', port.host],
    ['Settings', flags(port).join(', ')],
    ['Offloads', s.offloads?.length ? s.offloads.join(', ') : ''],
    ['Event loops', s.loops?.join(', ')],
    ['Remote VTEP', remote && html`${remote.address} ${mark(remote.state)}`],
    ['Round trip', remote?.roundTripMicros !== undefined && remote ? millis(remote.roundTripMicros) : ''],
    ['Probes lost', remote?.lossPercent !== undefined && remote ? `${remote.lossPercent} %` : ''],
    ['Path MTU', remote && `${count(remote.pathMtu)} bytes`],
    ['Encrypted', remote && (remote.encrypted ? `yes${remote.secret ? `, secret ${remote.secret}` : ''}` : 'no')],
    ['Quarantine', port.quarantine && `to ${port.quarantine.port}${
      port.quarantine.expires ? `, until ${clock(port.quarantine.expires)}` : ''}`],
    ['Analysis port of', s.analysis && html`${users(s.analysis)} <span class="muted">in no network meanwhile</span>`],
  ]);
}

function counters({counters: c}) {
  const line = (name, rx, tx) => html`<tr><th scope="row">${name}</th><td class="number">${rx}</td><td class="number">${tx}</td></tr>`;
  return html`
    <section><h3>Counters</h3>
      <table class="plain-table"><thead><tr><td></td><th scope="col" class="number">in</th><th scope="col" class="number">out</th></tr></thead>
        <tbody>${line('Frames', count(c.rxFrames), count(c.txFrames))}${line('Bytes', bytes(c.rxBytes), bytes(c.txBytes))}</tbody></table>
      <p class="muted">Of those in: ${count(c.forwarded)} forwarded, ${count(c.flooded)} flooded${
        c.suppressed ? html`, ${count(c.suppressed)} answered by the switch` : nothing}.</p>
    </section>`;
}

function portDrops(port) {
  const reasons = Object.entries(port.counters.drops).sort((a, b) => b[1] - a[1]);
  const now = rates(port.name).drops;
  return html`
    <section><h3>Drops</h3>
      ${reasons.length ? html`<table class="plain-table drops"><tbody>${reasons.map(([reason, n]) => html`
        <tr class=${now[reason] > 0 ? 'hot' : ''}>
          <th scope="row"><span class="reason">${reason}</span><span class="meaning">${state.reasons.get(reason)?.meaning}</span></th>
          <td class="number">${count(n)}${now[reason] > 0 ? html`<br><small>${perSecond(now[reason])}</small>` : nothing}</td></tr>`)}
        </tbody></table>` : html`<p class="muted">None.</p>`}
    </section>`;
}

function behind(port) {
  return html`
    <section><h3>Stations <span class="muted">${stations.total ? count(stations.total) : ''}</span></h3>
      ${stations.entries.length ? html`<table class="plain-table"><tbody>${stations.entries.map((e) => html`
        <tr><td class="mono">${e.mac}</td><td>${networkName(e.network)}</td><td>${e.type}</td>
          <td class="number muted">${e.ageSeconds === undefined ? '' : duration(e.ageSeconds)}</td></tr>`)}</tbody></table>
        ${stations.total > stations.entries.length
          ? html`<p><a href="#/networks/${port.network}?search=${port.name}">All ${count(stations.total)}</a></p>` : nothing}`
        : html`<p class="muted">None is known behind this port.</p>`}
    </section>`;
}

function content(port) {
  keepStations(port);
  return html`
    ${problem ? html`<p class="problem" role="alert">${problem.message}</p>` : nothing}
    ${actions(port)}
    ${traffic(port)}
    ${description(port)}
    ${portDrops(port)}
    ${counters(port)}
    ${behind(port)}
    ${tools(port)}`;
}

export function portDrawer(name) {
  const port = state.ports.find((p) => p.name === name);
  return html`
    <aside class="drawer card" aria-labelledby="drawer-title" @keydown=${(e) => e.key === 'Escape' && close()}>
      <header><h2 id="drawer-title" tabindex="-1">${name}</h2>
        <button type="button" class="plain close" aria-label="Close" @click=${close}>✕</button></header>
      ${port ? content(port) : html`<p class="muted">${state.known.has('ports') ? 'There is no port of this name.' : 'Reading…'}</p>`}
    </aside>`;
}
