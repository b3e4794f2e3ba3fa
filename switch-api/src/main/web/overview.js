// The first view: the picture, the sums, and what deserves a look.

import {html, sparkline, empty, mark, nothing} from './ui.js';
import {picture} from './picture.js';
import {state, rates, changed, mayChange} from './store.js';
import {bitRate, perSecond, count, clock, plural} from './format.js';
import {addPort} from './portform.js';
import {dropRows} from './drops.js';

let width = 0;

// The picture is laid out for the room that there is.
const observer = new ResizeObserver(([entry]) => {
  const now = Math.floor(entry.contentRect.width);
  if (now !== width && now > 0) {
    width = now;
    changed();
  }
});
let observed = null;

function observe() {
  const frame = document.getElementById('picture');
  if (frame && frame !== observed) {
    observer.disconnect();
    observer.observe(frame);
    observed = frame;
  }
}

const isFarSide = (port) => port.type !== 'vxlan';

function sums() {
  const ports = state.ports.filter(isFarSide);
  const sum = (pick) => state.ports.reduce((n, port) => n + pick(rates(port.name)), 0);
  const up = ports.filter((p) => p.state.status === 'up').length;
  const trouble = state.ports.filter((p) => p.state.status === 'failed').length;
  return html`
    <ul class="sums" aria-label="Sums">
      <li><b>${count(up)}</b> of ${plural(ports.length, 'port')} up</li>
      ${trouble ? html`<li class="bad"><a href="#/ports?status=failed"><b>${trouble}</b> failed</a></li>` : nothing}
      <li><b>${bitRate(sum((r) => r.rx))}</b> in</li>
      <li><b>${perSecond(sum((r) => r.rxFrames), 'frames')}</b> in</li>
      <li class=${sum((r) => r.dropped) > 0 ? 'warm' : ''}><b>${perSecond(sum((r) => r.dropped), 'drops')}</b></li>
      <li><b>${count(state.status?.fdbEntries ?? 0)}</b> stations</li>
    </ul>`;
}

function busiest() {
  const ports = state.ports
    .map((port) => ({port, rate: rates(port.name).rx + rates(port.name).tx}))
    .filter(({rate}) => rate > 0)
    .sort((a, b) => b.rate - a.rate)
    .slice(0, 6);
  return html`
    <section class="card" aria-labelledby="busiest"><h2 id="busiest">Busiest ports</h2>
      ${ports.length ? html`<table class="plain-table"><tbody>${ports.map(({port, rate}) => html`
        <tr><td><a href="#/ports/${port.name}">${port.name}</a></td>
          <td>${sparkline(rates(port.name).history, {width: 96})}</td>
          <td class="number">${bitRate(rate)}</td></tr>`)}</tbody></table>`
        : html`<p class="muted">No frames just now.</p>`}
    </section>`;
}

function trouble() {
  const rank = (p) => ['failed', 'waiting'].indexOf(p.state.remote?.state === 'dead' ? 'failed' : p.state.status);
  const ports = state.ports.filter((p) => rank(p) >= 0).sort((a, b) => rank(a) - rank(b));
  const drops = dropRows().filter((row) => row.rate > 0).slice(0, 4);
  const hosts = state.hosts.filter((h) => h.reason);
  return html`
    <section class="card" aria-labelledby="trouble"><h2 id="trouble">Needs a look</h2>
      ${!ports.length && !drops.length && !hosts.length ? html`<p class="muted">Nothing: all is well.</p>` : nothing}
      <ul class="plain-list">
        ${hosts.map((h) => html`<li>${mark(h.state, h.name)} <span class="muted">${h.reason}</span></li>`)}
        ${ports.slice(0, 5).map((p) => html`<li><a href="#/ports/${p.name}">${mark(p.state.remote?.state === 'dead'
          ? 'dead' : p.state.status, p.name)}</a> <span class="muted">${p.state.reason || 'the remote VTEP is silent'}</span></li>`)}
        ${ports.length > 5 ? html`<li><a href="#/ports?status=${ports[5].state.status}">and ${ports.length - 5} more</a></li>` : nothing}
        ${drops.map((d) => html`<li><a href="#/drops">${d.reason}</a>
          <span class="muted">${perSecond(d.rate)} at ${d.ports.slice(0, 3).map((p) => p.name).join(', ')}</span></li>`)}
      </ul>
    </section>`;
}

function latest() {
  const events = state.events.slice(-6).reverse();
  return html`
    <section class="card" aria-labelledby="latest"><h2 id="latest"><a href="#/events">Latest events</a></h2>
      ${events.length ? html`<ul class="plain-list">${events.map((e) => html`
        <li><time datetime=${e.time} class="muted">${clock(e.time)}</time> ${e.text}</li>`)}</ul>`
        : html`<p class="muted">None yet.</p>`}
    </section>`;
}

export function overview() {
  queueMicrotask(() => requestAnimationFrame(observe));
  const isNew = state.known.has('ports') && !state.ports.length;
  return html`
    <div class="title"><h1>Overview</h1>${sums()}
      ${mayChange() ? html`<button type="button" class="primary" @click=${() => addPort()}>Add port</button>` : nothing}</div>
    <figure class="card picture-card" id="picture-card">
      <div id="picture">${width ? picture(width) : nothing}</div>
      <figcaption class="unseen">Each host is a box, each network a coloured line through the hosts that take part in it.
        Ports hang on the line of their network. The tables of the views Ports, Networks and Hosts say the same in words.</figcaption>
    </figure>
    ${isNew ? empty(mayChange()
      ? 'No ports yet. A port plugs a namespace, a container, a VM or another host into a network: “Add port” makes the first.'
      : 'No ports yet. A port plugs a namespace, a container, a VM or another host into a network.') : nothing}
    <div class="cards">${busiest()}${trouble()}${latest()}</div>`;
}

