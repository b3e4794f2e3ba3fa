// Small pieces that several views share.

import {html, svg, nothing} from './lit/lit-html.js';
import {live} from './lit/directives/live.js';
import {repeat} from './lit/directives/repeat.js';
import {keyed} from './lit/directives/keyed.js';
import {state} from './store.js';

export {html, svg, nothing, live, repeat, keyed};

// A shape beside the colour: not everybody sees the colours, and none does in print.
const MARKS = {
  up: svg`<circle cx="6" cy="6" r="4"/>`,
  alive: svg`<circle cx="6" cy="6" r="4"/>`,
  waiting: svg`<circle cx="6" cy="6" r="3.4" class="hollow"/><path d="M6 3.6V6l1.6 1.2" class="hollow thin"/>`,
  cached: svg`<circle cx="6" cy="6" r="3.4" class="hollow"/><path d="M6 3.6V6l1.6 1.2" class="hollow thin"/>`,
  unknown: svg`<circle cx="6" cy="6" r="3.2" class="hollow"/>`,
  disabled: svg`<path d="M2.4 6h7.2" class="hollow"/>`,
  failed: svg`<path d="M2.8 2.8l6.4 6.4M9.2 2.8l-6.4 6.4" class="hollow"/>`,
  dead: svg`<path d="M2.8 2.8l6.4 6.4M9.2 2.8l-6.4 6.4" class="hollow"/>`,
  silent: svg`<path d="M2.8 2.8l6.4 6.4M9.2 2.8l-6.4 6.4" class="hollow"/>`,
};

/** The shape of a state, 12 by 12, to be put into a picture. */
export const markShape = (status) => MARKS[status] || MARKS.unknown;

/** A state as a shape and a word. */
export const mark = (status, word = status) => html`
  <span class="mark is-${status}"><svg viewBox="0 0 12 12" aria-hidden="true">${markShape(status)}</svg><span class="word">${word}</span></span>`;

/** The number of a network's colour. */
export function hue(network) {
  const at = state.networks.findIndex(({name}) => name === network);
  return at < 0 ? 'x' : at % 8;
}

/** A network's name behind its colour. */
export const networkName = (name) => html`
  <a class="network" href="#/networks/${encodeURIComponent(name)}"><i class="swatch net-${hue(name)}"></i>${name}</a>`;

/** The last minute as a line; `label` says in words what it shows. */
export function sparkline(history, {width = 88, height = 22, label = ''} = {}) {
  const top = Math.max(...history, 1);
  const step = width / 59;
  const first = width - step * Math.max(history.length - 1, 0);
  const y = (value) => (height - 1.5 - (value / top) * (height - 3)).toFixed(1);
  const points = history.map((value, i) => `${(first + i * step).toFixed(1)},${y(value)}`).join(' ');
  return html`
    <svg class="spark" viewBox="0 0 ${width} ${height}" width=${width} height=${height} preserveAspectRatio="none"
         role=${label ? 'img' : 'presentation'} aria-label=${label || nothing}>
      <path class="base" d="M0 ${height - 0.5}H${width}"/>
      ${history.length > 1
        ? svg`<polygon points="${first.toFixed(1)},${height} ${points} ${width},${height}"/><polyline points=${points}/>`
        : nothing}
    </svg>`;
}

export const empty = (text, action = nothing) => html`<div class="empty"><p>${text}</p>${action}</div>`;

/** Which page of a list of a known length is shown. */
export function pager({page, pages, total, go}) {
  if (pages <= 1) {
    return html`<div class="pager"><span class="muted">${total}</span></div>`;
  }
  return html`
    <nav class="pager" aria-label="Pages">
      <span class="muted">${total}</span>
      <button type="button" class="plain" ?disabled=${page === 0} @click=${() => go(page - 1)}>‹ Back</button>
      <span>page ${page + 1} of ${pages}</span>
      <button type="button" class="plain" ?disabled=${page >= pages - 1} @click=${() => go(page + 1)}>Next ›</button>
    </nav>`;
}

/** A column header that sorts. */
export function sortable(sort, key, text, options = {}) {
  const isOn = sort.by === key;
  return html`
    <th scope="col" class=${options.class || nothing}
        aria-sort=${isOn ? (sort.down ? 'descending' : 'ascending') : nothing}>
      <button type="button" class="sort" @click=${() => options.pick(key)}>
        ${text}<span aria-hidden="true">${isOn ? (sort.down ? ' ▾' : ' ▴') : ''}</span>
      </button>
    </th>`;
}

export const facts = (pairs) => html`
  <dl class="facts">
    ${pairs
      .filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== nothing)
      .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;

/** Text that changes into another one for a moment once it was copied. */
export const command = (text) => html`
  <div class="command"><code>${text}</code>
    <button type="button" class="plain" @click=${(e) => copy(e.currentTarget, text)}>Copy</button></div>`;

async function copy(button, text) {
  await navigator.clipboard.writeText(text);
  button.textContent = 'Copied';
  setTimeout(() => (button.textContent = 'Copy'), 1500);
}
