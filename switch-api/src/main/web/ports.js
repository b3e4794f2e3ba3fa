// All ports as a table, and one of them in a drawer beside it.

import {html, mark, networkName, sparkline, pager, sortable, empty, nothing, live, repeat, keyed} from './ui.js';
import {state, rates, changed, mayChange} from './store.js';
import {bitRate, perSecond, plural} from './format.js';
import {addPort} from './portform.js';
import {portDrawer} from './port.js';

const PAGE = 50;
const view = {search: '', status: '', network: '', sort: {by: '', down: false}, page: 0};

const KEYS = {
  name: (p) => p.name,
  type: (p) => p.type,
  network: (p) => p.network,
  status: (p) => ['failed', 'waiting', 'disabled', 'up'].indexOf(p.state.status),
  rx: (p) => rates(p.name).rx,
  tx: (p) => rates(p.name).tx,
  traffic: (p) => rates(p.name).rx + rates(p.name).tx,
  drops: (p) => rates(p.name).dropped,
};

const collator = new Intl.Collator('en', {numeric: true});

/** Takes the filters of an address such as `#/ports?status=failed`. */
export function openPorts(query) {
  view.status = query.get('status') || '';
  view.network = query.get('network') || '';
  view.search = query.get('search') || '';
  view.page = 0;
}

function matches(port) {
  const text = `${port.name} ${port.type} ${port.network} ${port.host || ''} ${port.state.device || ''}`.toLowerCase();
  return (!view.status || port.state.status === view.status)
    && (!view.network || port.network === view.network)
    && view.search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function sorted(ports) {
  const key = KEYS[view.sort.by];
  if (!key) {
    return ports;
  }
  const order = view.sort.down ? -1 : 1;
  return [...ports].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    return order * (typeof x === 'string' ? collator.compare(x, y) : x - y);
  });
}

function pick(key) {
  const isSame = view.sort.by === key;
  const firstDown = ['rx', 'tx', 'traffic', 'drops'].includes(key);
  view.sort = {by: key, down: isSame ? !view.sort.down : firstDown};
  view.page = 0;
  changed();
}

const set = (name) => (e) => {
  view[name] = e.target.value;
  view.page = 0;
  changed();
};

const choice = (value, name, label, all, words) => html`
  <select aria-label=${label} .value=${live(value)} @change=${set(name)}>
    <option value="" ?selected=${!value}>${all}</option>
    ${words.map((word) => html`<option value=${word} ?selected=${word === value}>${word}</option>`)}
  </select>`;

const filters = () => html`
  <div class="filters" role="search">
    <input type="search" aria-label="Search ports" placeholder="Name, type, device…" .value=${live(view.search)}
      @input=${set('search')}>
    ${choice(view.status, 'status', 'Status', 'any status', ['up', 'waiting', 'failed', 'disabled'])}
    ${choice(view.network, 'network', 'Network', 'any network', state.networks.map((n) => n.name))}
  </div>`;

function row(port, chosen) {
  const r = rates(port.name);
  return html`
    <tr class=${port.name === chosen ? 'chosen' : ''} @click=${(e) => {
      if (!e.target.closest('a, button')) {
        location.hash = `#/ports/${encodeURIComponent(port.name)}`;
      }
    }}>
      <td>${mark(port.state.status)}</td>
      <th scope="row"><a href="#/ports/${encodeURIComponent(port.name)}" id="row-${port.name}">${port.name}</a></th>
      <td class="hide-narrow">${port.type}</td>
      <td>${networkName(port.network)}${port.trunk
        ? html` <span class="tag">trunk ${port.trunk === 'all' ? 'all' : port.trunk.length}</span>` : nothing}</td>
      <td class="hide-medium far">${port.host ? html`host ${port.host}` : port.state.device || port.state.reason || ''}</td>
      <td class="number only-phone last-phone">${bitRate(r.rx + r.tx)}</td>
      <td class="number hide-phone">${bitRate(r.rx)}</td>
      <td class="number hide-phone">${bitRate(r.tx)}</td>
      <td class="hide-narrow">${sparkline(r.history)}</td>
      <td class="number hide-phone ${r.dropped > 0 ? 'warm' : 'muted'}">${r.dropped > 0 ? perSecond(r.dropped) : '–'}</td>
    </tr>`;
}

function table(ports, chosen) {
  const column = (key, text, css) => sortable(view.sort, key, text, {class: css, pick});
  return html`
    <div class="card table-card ports"><table>
      <thead><tr>
        ${column('status', 'Status', 'narrow')}${column('name', 'Port')}${column('type', 'Type', 'hide-narrow')}
        ${column('network', 'Network')}<th scope="col" class="hide-medium">Far side</th>
        ${column('traffic', 'Traffic', 'number only-phone last-phone')}
        ${column('rx', 'In', 'number hide-phone')}${column('tx', 'Out', 'number hide-phone')}
        <th scope="col" class="hide-narrow">Last minute</th>${column('drops', 'Drops', 'number hide-phone')}
      </tr></thead>
      <tbody>${repeat(ports, (p) => p.name, (p) => row(p, chosen))}</tbody>
    </table></div>`;
}

function none() {
  if (!state.known.has('ports')) {
    return html`<p class="loading">Reading…</p>`;
  }
  if (state.ports.length) {
    return empty('No port matches.', html`<p><button type="button" @click=${clear}>Show all ports</button></p>`);
  }
  return empty(`No ports yet. A port plugs a namespace, a container, a VM or another host into a network${
    mayChange() ? ': “Add port” makes the first.' : '.'}`);
}

function clear() {
  Object.assign(view, {search: '', status: '', network: '', page: 0});
  changed();
}

export function ports(chosen) {
  const matching = sorted(state.ports.filter(matches));
  const pages = Math.max(1, Math.ceil(matching.length / PAGE));
  const page = Math.min(view.page, pages - 1);
  const go = (to) => {
    view.page = to;
    changed();
  };
  return html`
    <div class="title"><h1>Ports</h1>${filters()}
      ${mayChange() ? html`<button type="button" class="primary" @click=${() => addPort(view.network || undefined)}>Add port</button>`
        : nothing}</div>
    <div class=${chosen ? 'split' : ''}>
      <div>
        ${matching.length ? table(matching.slice(page * PAGE, (page + 1) * PAGE), chosen)
          : none()}
        ${pager({page, pages, go, total: plural(matching.length, 'port')})}
      </div>
      ${chosen ? keyed(chosen, portDrawer(chosen)) : nothing}
    </div>`;
}
