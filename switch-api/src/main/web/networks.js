// The networks, and of one of them the FDB and the neighbours, page by page.

import * as api from './api.js';
import {html, networkName, empty, facts, mark, nothing, live, repeat} from './ui.js';
import {state, changed, every, mayChange, say} from './store.js';
import {count, duration, plural} from './format.js';
import {addNetwork, editNetwork, removeNetwork, addStation} from './portform.js';

const PAGE = 100;
const FRESH_MILLIS = 3000;
const TYPING_MILLIS = 250;

/** A list that is read page by page, each beginning after the last entry of the one before. */
class Pages {
  constructor(what, parameters) {
    this.what = what;
    this.parameters = parameters;
    this.open(null);
  }

  open(network, search = '') {
    Object.assign(this, {network, search, starts: [''], entries: [], total: 0, next: null, at: -Infinity, problem: null,
      asked: 0, known: false});
  }

  /** Reads the page that is shown, unless that was just done. An answer that comes after a later question is not taken. */
  async keep() {
    if (performance.now() - this.at < FRESH_MILLIS / 2) {
      return;
    }
    this.at = performance.now();
    const number = ++this.asked;
    const query = new URLSearchParams({limit: PAGE, ...this.parameters});
    const after = this.starts[this.starts.length - 1];
    if (after) {
      query.set('after', after);
    }
    if (this.search.trim()) {
      query.set('search', this.search.trim());
    }
    try {
      const page = await api.getAgain(`/api/v1/networks/${api.encode(this.network)}/${this.what}?${query}`);
      if (number === this.asked) {
        Object.assign(this, {entries: page.entries, total: page.total, next: page.next, problem: null, known: true});
      }
    } catch (e) {
      if (!(e.status > 401 && e.status < 500)) {
        throw e;
      }
      this.problem = e;
    }
  }

  turn(starts) {
    this.starts = starts;
    this.again();
  }

  again() {
    this.at = -Infinity;
    poll.now();
    changed();
  }

  seek(text) {
    this.search = text;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.turn(['']), TYPING_MILLIS);
  }
}

const fdb = new Pages('fdb', {});
const neighbours = new Pages('neighbours', {});
let problem = null;

const poll = every(() => FRESH_MILLIS, () => Promise.all([fdb.keep(), neighbours.keep()]), () => state.route[0] === 'networks' && state.route[1]);

/** Takes what an address such as `#/networks/blue?search=web1` says. */
export function openNetwork(name, query) {
  const search = query.get('search') || '';
  if (fdb.network !== name || search) {
    fdb.open(name, search);
    neighbours.open(name);
    problem = null;
    poll.now();
  }
}

function turner(pages) {
  const {starts, next} = pages;
  if (!pages.total) {
    return nothing;
  }
  const first = (starts.length - 1) * PAGE;
  const most = first + pages.entries.length;
  return html`
    <nav class="pager" aria-label="Pages">
      <span class="muted">${count(first + 1)}–${count(most)} of ${count(pages.total)}</span>
      ${starts.length > 1 || next ? html`
        <button type="button" class="plain" ?disabled=${starts.length === 1} @click=${() => pages.turn(starts.slice(0, -1))}>‹ Back</button>
        <button type="button" class="plain" ?disabled=${!next} @click=${() => pages.turn([...starts, next])}>Next ›</button>` : nothing}
    </nav>`;
}

const seeker = (pages, label, placeholder) => html`
  <input type="search" aria-label=${label} placeholder=${placeholder} .value=${live(pages.search)}
    @input=${(e) => pages.seek(e.target.value)}>`;

const body = (pages, head, row, none) => html`
  ${pages.problem ? html`<p class="problem" role="alert">${pages.problem.message}</p>` : nothing}
  ${pages.entries.length ? html`<table><thead><tr>${head}</tr></thead><tbody>${repeat(pages.entries,
    (e) => `${e.address || ''} ${e.mac}`, row)}</tbody></table>`
    : html`<p class="muted none">${pages.known ? none : 'Reading…'}</p>`}
  ${turner(pages)}`;

const act = (what, done) => async () => {
  try {
    problem = null;
    await what();
    fdb.again();
    say(done);
  } catch (e) {
    problem = e;
  }
  changed();
};

const fdbPath = (network) => `/api/v1/networks/${api.encode(network)}/fdb`;
const forget = (network, mac) => act(() => api.remove(`${fdbPath(network)}/${mac}`), `${mac} is forgotten`);
const flush = (network) => act(() => api.post(`${fdbPath(network)}/flush`), 'The FDB is flushed');
const change = (network) => act(() => editNetwork(network), '');


function fdbRow(e) {
  return html`
    <tr>
      <th scope="row" class="mono">${e.mac}</th>
      <td><a href="#/ports/${e.port}">${e.port}</a>${e.remotePort
        ? html`<span class="muted hide-phone"> › ${e.remotePort}</span>` : nothing}</td>
      <td class="hide-phone">${e.host || e.vtep || html`<span class="muted">here</span>`}</td>
      <td>${e.type === 'dynamic' ? html`<span class="muted">dynamic</span>` : html`<span class="tag">${e.type}</span>`}</td>
      <td class="number muted last-phone">${e.ageSeconds === undefined ? '' : duration(e.ageSeconds)}</td>
      <td class="hide-phone end">${mayChange() ? html`<button type="button" class="plain quiet" aria-label="Forget ${e.mac}"
        @click=${forget(fdb.network, e.mac)}>Forget</button>` : nothing}</td>
    </tr>`;
}

function fdbCard(name) {
  return html`
    <section class="card table-card" aria-labelledby="fdb">
      <div class="card-head"><h2 id="fdb">FDB</h2>
        ${seeker(fdb, 'Search the FDB', 'Address, port, host…')}
        ${mayChange() ? html`<button type="button" @click=${() => addStation(name)}>Add static</button>
          <button type="button" @click=${flush(name)}>Flush</button>` : nothing}</div>
      ${problem ? html`<p class="problem" role="alert">${problem.message}</p>` : nothing}
      ${body(fdb, html`<th scope="col">Station</th><th scope="col">Port</th><th scope="col" class="hide-phone">Host</th>
        <th scope="col">Type</th><th scope="col" class="number last-phone">Age</th><td class="hide-phone"></td>`, fdbRow,
        fdb.search ? 'No station matches.' : 'No station has spoken yet: each appears with the first frame that it sends.')}
    </section>`;
}

const neighbourRow = (n) => html`
  <tr><th scope="row" class="mono">${n.address}</th><td class="mono">${n.mac}</td>
    <td>${n.host}${n.port ? html`<span class="muted hide-phone"> › ${n.port}</span>` : nothing}</td></tr>`;

function neighbourCard() {
  return html`
    <section class="card table-card" aria-labelledby="neighbours">
      <div class="card-head"><h2 id="neighbours">Neighbours</h2>
        ${seeker(neighbours, 'Search neighbours', 'Address, host…')}</div>
      ${body(neighbours, html`<th scope="col">IP address</th><th scope="col">Station</th><th scope="col">Where</th>`,
        neighbourRow, neighbours.search ? 'No address matches.' : 'No address is known yet: ARP and ND of stations tell them.')}
    </section>`;
}

const portsOf = (name) => state.ports.filter((p) => p.network === name);

export function network(name) {
  const n = state.networks.find((other) => other.name === name);
  if (!n) {
    return html`<div class="title"><h1>${name}</h1></div>${empty('There is no network of this name.',
      html`<p><a href="#/networks">All networks</a></p>`)}`;
  }
  const ports = portsOf(name);
  return html`
    <div class="title"><h1><a class="back" href="#/networks" aria-label="All networks">‹</a> ${networkName(name)}</h1>
      ${mayChange() ? html`<div class="actions"><button type="button" @click=${change(name)}>Change</button>
        ${name === 'default' ? nothing : html`
          <button type="button" class="danger-text" @click=${() => removeNetwork(name)}>Remove</button>`}</div>` : nothing}</div>
    <section class="card">${facts([
      ['VLAN', n.vlan], ['VNI', n.vni],
      ['MTU', n.effectiveMtu !== undefined && n.effectiveMtu !== n.mtu ? `${n.effectiveMtu} of ${n.mtu}` : n.mtu],
      ['Ageing', duration(n.ageingSeconds)], ['Stations at most', count(n.maxLearned)],
      ['Encryption', n.vni ? (n.encryption ? 'where ports have a secret' : 'off') : ''],
      ['ARP and ND', n.vni && n.neighSuppress ? 'answered for known stations' : ''],
      ['Ports', html`<a href="#/ports?network=${name}">${plural(ports.length, 'port')}</a>`],
    ])}</section>
    <div class="columns">${fdbCard(name)}${neighbourCard()}</div>`;
}

function row(n) {
  const ports = portsOf(n.name);
  const up = ports.filter((p) => p.state.status === 'up').length;
  return html`
    <tr>
      <th scope="row">${networkName(n.name)}</th>
      <td class="number">${n.vlan ?? html`<span class="muted">–</span>`}</td>
      <td class="number">${n.vni ?? html`<span class="muted">–</span>`}</td>
      <td class="number hide-phone">${n.effectiveMtu ?? n.mtu}</td>
      <td class="number hide-phone">${duration(n.ageingSeconds)}</td>
      <td class="number">${ports.length ? mark(up === ports.length ? 'up' : up ? 'waiting' : 'failed', `${count(up)} / ${count(ports.length)}`)
        : html`<a href="#/ports">none yet</a>`}</td>
    </tr>`;
}

export function networks() {
  return html`
    <div class="title"><h1>Networks</h1>
      ${mayChange() ? html`<button type="button" class="primary" @click=${addNetwork}>Add network</button>` : nothing}</div>
    <div class="card table-card"><table>
      <thead><tr><th scope="col">Network</th><th scope="col" class="number">VLAN</th><th scope="col" class="number">VNI</th>
        <th scope="col" class="number hide-phone">MTU</th><th scope="col" class="number hide-phone">Ageing</th>
        <th scope="col" class="number">Ports up</th></tr></thead>
      <tbody>${repeat(state.networks, (n) => n.name, row)}</tbody></table></div>`;
}
