// What happened, the newest first, as it comes.

import {html, mark, empty, nothing, live, repeat} from './ui.js';
import {state, changed} from './store.js';
import {clock} from './format.js';

const view = {kind: '', search: ''};
const MOST = 300;

const SEVERE = ['vtep-dead', 'port-failed', 'duplicate-address', 'host-left', 'login-failed', 'refused', 'storm', 'limit-reached', 'gap'];

const set = (name) => (e) => {
  view[name] = e.target.value;
  changed();
};

const row = (e) => html`
  <tr class=${SEVERE.includes(e.kind) ? 'hot' : ''}>
    <td class="when"><time datetime=${e.time}>${clock(e.time)}</time></td>
    <td class="hide-phone">${e.host}</td>
    <td class="hide-phone"><span class="tag kind">${e.kind}</span></td>
    <td class="words"><span class="tag kind above">${e.kind}</span>${e.text}${e.by && e.by !== 'unknown' ? html` <span class="muted">by ${e.by}</span>` : nothing}</td>
  </tr>`;

export function events() {
  const kinds = [...new Set(state.events.map((e) => e.kind))].sort();
  const wanted = view.search.toLowerCase();
  const matching = state.events
    .filter((e) => (!view.kind || e.kind === view.kind)
      && (!wanted || `${e.host} ${e.kind} ${e.subject} ${e.text}`.toLowerCase().includes(wanted)))
    .slice(-MOST).reverse();
  return html`
    <div class="title"><h1>Events</h1>
      <div class="filters" role="search">
        <input type="search" aria-label="Search events" placeholder="Search…" .value=${live(view.search)} @input=${set('search')}>
        <select aria-label="Kind" @change=${set('kind')}>
          <option value="" ?selected=${!view.kind}>any kind</option>
          ${kinds.map((kind) => html`<option value=${kind} ?selected=${kind === view.kind}>${kind}</option>`)}
        </select>
        ${mark(state.following ? 'up' : 'waiting', state.following ? 'live' : 'connecting again…')}
      </div></div>
    ${matching.length ? html`<div class="card table-card"><table>
      <thead><tr><th scope="col">Time</th><th scope="col" class="hide-phone">Host</th><th scope="col" class="hide-phone">Kind</th>
        <th scope="col">What happened</th></tr></thead>
      <tbody>${repeat(matching, (e) => e.id ?? `${e.time} ${e.host} ${e.kind} ${e.subject} ${e.text}`, row)}</tbody></table></div>`
      : empty(state.events.length ? 'No event matches.'
        : 'Nothing has happened yet. Ports, networks and hosts that come, go and change appear here as they do.')}`;
}
