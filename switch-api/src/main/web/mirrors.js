// Mirror sessions: copies of frames to another place.

import * as api from './api.js';
import {html, mark, empty, nothing, repeat} from './ui.js';
import {state, mayChange, ownPorts, readMirrors} from './store.js';
import {count, clock} from './format.js';
import {openForm, confirmRemoval, documentOf} from './forms.js';

const portNames = () => ownPorts().map(({name}) => [name, name]);
const networkNames = () => state.networks.map(({name}) => [name, name]);

const TO = {
  port: () => [{path: 'to.port', label: 'To port', kind: 'select', options: portNames()}],
  vxlan: () => [
    {path: 'to.port', label: 'By VXLAN port', kind: 'select',
      options: ownPorts().filter((p) => p.type === 'vxlan').map(({name}) => [name, name])},
    {path: 'to.vni', label: 'VNI', kind: 'number', required: true},
  ],
  file: () => [{path: 'to.file', label: 'File', kind: 'text', required: true, placeholder: 'look.pcapng',
    hint: 'It is kept in the directory captures of the state'},
    {path: 'to.fileMegabytes', label: 'Full at, MB', kind: 'number', placeholder: '100', more: true}],
};

const OF = {
  port: () => [{path: 'port', label: 'Port', kind: 'select', options: portNames()},
    {path: 'direction', label: 'Direction', kind: 'select',
      options: [['both', 'both'], ['ingress', 'ingress'], ['egress', 'egress']]}],
  network: () => [{path: 'network', label: 'Network', kind: 'select', options: networkNames(),
    hint: 'Its frames are copied as they come in on this host'}],
};

const fields = (v) => [
  {path: 'name', label: 'Name', kind: 'text', required: true, placeholder: 'look'},
  {path: '@of', label: 'Frames of', kind: 'select', options: [['port', 'a port'], ['network', 'a network']]},
  ...OF[v['@of']](),
  {path: '@to', label: 'Copies go to', kind: 'select', options: [['port', 'a port'], ['vxlan', 'a remote VTEP'], ['file', 'a file']]},
  ...TO[v['@to']](),
  {path: 'filter', label: 'Filter', kind: 'text', placeholder: 'tcp port 80'},
  {path: 'seconds', label: 'Ends after, s', kind: 'number', placeholder: 'never'},
  {path: 'snapLength', label: 'Bytes of each frame', kind: 'number', placeholder: 'all', more: true},
];

function addMirror() {
  const [port, other = port] = ownPorts().map(({name}) => name);
  openForm({
    title: 'Add a mirror',
    action: 'Add mirror',
    fields,
    values: {'@of': 'port', '@to': 'port', port, network: 'default', direction: 'both', 'to.port': other},
    submit: async (values) => {
      await api.post('/api/v1/mirrors', documentOf(fields(values).filter((f) => !f.path.startsWith('@')), values));
      await readMirrors();
    },
  });
}

function removeMirror(name) {
  confirmRemoval(`Remove mirror ${name}`, 'No more frames are copied. A file stays.', async () => {
    await api.remove(`/api/v1/mirrors/${api.encode(name)}`);
    await readMirrors();
  });
}

const where = (to) => (to.file ? `file ${to.file}` : `port ${to.port}${to.vni ? `, VNI ${to.vni}` : ''}`);

const MARK_OF = {active: 'up', waiting: 'waiting', full: 'waiting', failed: 'failed'};

const row = (m) => html`
  <tr>
    <td>${mark(MARK_OF[m.state?.status] || 'unknown', m.state?.status || '')}</td>
    <th scope="row">${m.name}${m.state?.reason ? html`<span class="meaning">${m.state.reason}</span>` : nothing}</th>
    <td>${m.port ? html`<a href="#/ports/${m.port}">${m.port}</a>` : html`network <a href="#/networks/${m.network}">${m.network}</a>`}
      <span class="muted">${m.direction}</span><span class="muted above">to ${where(m.to)}</span></td>
    <td class="hide-phone">${where(m.to)}</td>
    <td class="hide-narrow mono">${m.filter || ''}</td>
    <td class="number hide-phone">${count(m.counters?.frames ?? 0)}${m.counters?.lost
      ? html` <span class="warm">${count(m.counters.lost)} lost</span>` : nothing}</td>
    <td class="hide-narrow">${m.expires ? clock(m.expires) : html`<span class="muted">never</span>`}</td>
    <td class="end">${mayChange() ? html`<button type="button" class="plain quiet" aria-label="Remove ${m.name}"
      @click=${() => removeMirror(m.name)}>Remove</button>` : nothing}</td>
  </tr>`;

export function mirrors() {
  const all = state.mirrors;
  return html`
    <div class="title"><h1>Mirrors</h1>
      ${mayChange() ? html`<button type="button" class="primary" @click=${addMirror}>Add mirror</button>` : nothing}</div>
    ${all?.length ? html`<div class="card table-card"><table>
      <thead><tr><th scope="col">State</th><th scope="col">Mirror</th><th scope="col">Frames of</th><th scope="col" class="hide-phone">To</th>
        <th scope="col" class="hide-narrow">Filter</th><th scope="col" class="number hide-phone">Frames</th>
        <th scope="col" class="hide-narrow">Ends</th><td></td></tr></thead>
      <tbody>${repeat(all, (m) => m.name, row)}</tbody></table></div>`
      : empty(all === null ? 'Reading…' : `No frames are mirrored. A mirror copies the frames of a port or network to a port, a remote VTEP or a file${
        !mayChange() ? '.' : ownPorts().length ? ': “Add mirror” makes one.' : '. It needs a port first: the view Ports has “Add port”.'}`)}`;
}
