// The hosts, and what is known of the way to each remote VTEP.

import {html, mark, networkName, sparkline, nothing, repeat} from './ui.js';
import {state, rates} from './store.js';
import {bitRate, millis, duration, count, plural} from './format.js';

const known = (name) => state.networks.some((n) => n.name === name);

function host(h) {
  return html`
    <tr>
      <td>${mark(h.state)}</td>
      <th scope="row">${h.name}${h.local ? html` <span class="tag">this host</span>` : nothing}
        ${h.reason ? html`<span class="meaning">${h.reason}</span>` : nothing}</th>
      <td class="hide-narrow mono">${h.vteps.join(', ')}</td>
      <td>${h.networks.map((n) => (known(n) ? networkName(n) : html`<span class="network">${n}</span> `))}</td>
      <td class="number hide-phone">${count(h.stations)}</td>
      <td class="hide-narrow">${h.version}</td>
      <td class="number hide-narrow">${h.local ? '' : h.heardSecondsAgo === undefined ? 'never' : `${duration(h.heardSecondsAgo)} ago`}</td>
    </tr>`;
}

function peer(port) {
  const remote = port.state.remote;
  const r = rates(port.name);
  return html`
    <tr>
      <td>${mark(remote ? remote.state : port.state.status)}</td>
      <th scope="row"><a href="#/ports/${port.name}">${port.host || port.name}</a>
        ${port.state.reason ? html`<span class="meaning">${port.state.reason}</span>` : nothing}</th>
      <td class="mono hide-narrow">${remote?.address || port.vxlan?.remote}</td>
      <td class="number">${remote?.roundTripMicros === undefined ? '–' : millis(remote.roundTripMicros)}</td>
      <td class="number last-phone ${remote?.lossPercent > 0 ? 'warm' : ''}">${remote?.lossPercent === undefined ? '–' : `${remote.lossPercent} %`}</td>
      <td class="number hide-phone">${remote?.pathMtu ? count(remote.pathMtu) : '–'}</td>
      <td class="hide-phone">${remote ? (remote.encrypted ? 'encrypted' : html`<span class="muted">plain</span>`) : ''}</td>
      <td class="number hide-narrow">${bitRate(r.rx)}</td>
      <td class="number hide-narrow">${bitRate(r.tx)}</td>
      <td class="hide-medium">${sparkline(r.history)}</td>
    </tr>`;
}

export function hosts() {
  const peers = state.ports.filter((p) => p.type === 'vxlan');
  const cluster = state.status?.cluster;
  return html`
    <div class="title"><h1>Hosts</h1>
      <p class="lead">${cluster
        ? html`Cluster <b>${cluster.name}</b>, ${mark(cluster.state === 'joined' ? 'up' : cluster.state === 'joining' ? 'waiting' : 'failed', cluster.state)},
          ${plural(cluster.members, 'member')}, ${plural(cluster.stations, 'station')} behind other hosts.`
        : html`This host is in no cluster. To join hosts, start each with <code>--cluster-name</code> and
          <code>--cluster-secret-file</code>; <code>tapswitch run --help</code> has more.`}</p></div>
    ${cluster?.reason ? html`<p class="problem">${cluster.reason}</p>` : nothing}
    ${cluster?.conflicts.length ? html`<p class="problem">Hosts do not agree: ${cluster.conflicts.join('; ')}</p>` : nothing}
    <div class="card table-card"><table>
      <thead><tr><th scope="col">State</th><th scope="col">Host</th><th scope="col" class="hide-narrow">VTEP</th>
        <th scope="col">Networks</th><th scope="col" class="number hide-phone">Stations</th>
        <th scope="col" class="hide-narrow">Version</th><th scope="col" class="number hide-narrow">Heard</th></tr></thead>
      <tbody>${repeat(state.hosts, (h) => h.name, host)}</tbody></table></div>
    <h2>Ways to remote VTEPs</h2>
    ${peers.length ? html`<div class="card table-card"><table>
      <thead><tr><th scope="col">State</th><th scope="col">To</th><th scope="col" class="hide-narrow">Address</th>
        <th scope="col" class="number">Round trip</th><th scope="col" class="number last-phone">Lost</th>
        <th scope="col" class="number hide-phone">Path MTU</th><th scope="col" class="hide-phone">Frames</th>
        <th scope="col" class="number hide-narrow">From it</th><th scope="col" class="number hide-narrow">To it</th>
        <th scope="col" class="hide-medium">Last minute</th></tr></thead>
      <tbody>${repeat(peers, (p) => p.name, peer)}</tbody></table></div>`
      : html`<p class="muted">None yet. A cluster makes them by itself; to a single remote VTEP, add a port of type VXLAN.</p>`}`;
}
