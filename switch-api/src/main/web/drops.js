// Drops by reason, over all ports and sockets.

import {html, empty, nothing, repeat} from './ui.js';
import {state, rates} from './store.js';
import {count, perSecond} from './format.js';

/** Each reason that occurred: `{reason, meaning, side, total, rate, ports: [{name, total, rate}]}`, the busiest first. */
export function dropRows() {
  const rows = new Map();
  const add = (reason, name, total, rate) => {
    if (!rows.has(reason)) {
      const known = state.reasons.get(reason) || {};
      rows.set(reason, {reason, meaning: known.meaning || '', side: known.side || '', total: 0, rate: 0, ports: []});
    }
    const row = rows.get(reason);
    row.total += total;
    row.rate += rate;
    row.ports.push({name, total, rate});
  };
  for (const port of state.ports) {
    for (const [reason, total] of Object.entries(port.counters.drops)) {
      add(reason, port.name, total, rates(port.name).drops[reason] || 0);
    }
  }
  for (const endpoint of state.status?.endpoints || []) {
    for (const [reason, total] of Object.entries(endpoint.drops)) {
      add(reason, endpoint.device, total, 0);
    }
  }
  const all = [...rows.values()];
  all.forEach((row) => row.ports.sort((a, b) => b.rate - a.rate || b.total - a.total));
  return all.sort((a, b) => b.rate - a.rate || b.total - a.total);
}

const isPort = (name) => state.ports.some((port) => port.name === name);

const place = ({name, total}) => html`${isPort(name) ? html`<a href="#/ports/${name}">${name}</a>` : name}
  <span class="muted">${count(total)}</span>`;

function row(r) {
  const shown = r.ports.slice(0, 5);
  return html`
    <tr class=${r.rate > 0 ? 'hot' : ''}>
      <th scope="row"><span class="reason">${r.reason}</span><span class="meaning">${r.meaning}</span></th>
      <td class="hide-narrow">${r.side}</td>
      <td class="number">${count(r.total)}</td>
      <td class="number last-phone">${r.rate > 0 ? perSecond(r.rate) : html`<span class="muted">–</span>`}</td>
      <td class="hide-narrow places">${shown.map((p, i) => html`${i ? ', ' : ''}${place(p)}`)}${
        r.ports.length > 5 ? html` <span class="muted">and ${r.ports.length - 5} more</span>` : nothing}</td>
    </tr>`;
}

export function drops() {
  const rows = dropRows();
  return html`
    <div class="title"><h1>Drops</h1>
      <p class="lead">Frames that went no further, by reason, since each port was made.</p></div>
    ${rows.length ? html`
      <div class="card table-card"><table>
        <thead><tr><th scope="col">Reason</th><th scope="col" class="hide-narrow">Counted at</th>
          <th scope="col" class="number">Frames</th><th scope="col" class="number last-phone">Now</th>
          <th scope="col" class="hide-narrow">Where</th></tr></thead>
        <tbody>${repeat(rows, (r) => r.reason, row)}</tbody>
      </table></div>` : empty(state.known.has('ports')
        ? 'No frame has been dropped. Each that is appears here, with the reason and the port.' : 'Reading…')}`;
}
