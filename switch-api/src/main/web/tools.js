// To look closer at a port: capture its frames, trace one, take it out of its network. Each tool is there if the API
// has it.

import * as api from './api.js';
import {html, nothing, live, command, networkName} from './ui.js';
import {changed, mayChange, ownPorts, refresh} from './store.js';
import {bytes, clock} from './format.js';
import {numeral} from './forms.js';

const MOST_BYTES = 64 << 20;

/** What was entered and what came of it, by port. */
let shown = null;
let tool = {};

function toolsOf(port) {
  if (shown !== port.name) {
    tool.capture?.abort?.abort();
    shown = port.name;
    tool = {
      capture: {seconds: '10', filter: '', dropped: false, running: false, size: 0, problem: null},
      trace: {destination: 'ff:ff:ff:ff:ff:ff', source: '', etherType: 'ip', vlan: '', inject: false, answer: null, problem: null},
      quarantine: {port: '', minutes: '10', problem: null},
    };
  }
  return tool;
}

const input = (values, name, label, more = {}) => html`
  <label class="inline">${label}<input .value=${live(values[name])} placeholder=${more.placeholder || nothing}
    size=${more.size || 12} spellcheck="false" autocapitalize="none" aria-invalid=${values.problem?.field?.endsWith(name) ? 'true' : nothing}
    @input=${(e) => { values[name] = e.target.value; }}></label>`;

const tick = (values, name, label) => html`
  <label class="inline tick"><input type="checkbox" .checked=${live(values[name])}
    @change=${(e) => { values[name] = e.target.checked; changed(); }}>${label}</label>`;

const trouble = ({problem}) => (problem ? html`<p class="problem" role="alert">${problem.message}</p>` : nothing);

// Capture -------------------------------------------------------------------------------------------------------------

async function capture(name, values) {
  const query = new URLSearchParams();
  for (const key of ['seconds', 'filter']) {
    if (values[key].trim()) {
      query.set(key, values[key].trim());
    }
  }
  if (values.dropped) {
    query.set('dropped', 'true');
  }
  Object.assign(values, {abort: new AbortController(), running: true, size: 0, problem: null});
  changed();
  const chunks = [];
  try {
    const response = await api.request('GET', `/api/v1/ports/${api.encode(name)}/capture?${query}`, {signal: values.abort.signal});
    for (const reader = response.body.getReader(); ;) {
      const {value, done} = await reader.read();
      if (done || values.size > MOST_BYTES) {
        await reader.cancel();
        break;
      }
      chunks.push(value);
      values.size += value.length;
      changed();
    }
  } catch (e) {
    values.problem = e.name === 'AbortError' ? null : e;
  }
  values.running = false;
  changed();
  if (chunks.length) {
    save(new Blob(chunks, {type: 'application/x-pcapng'}), `${name}.pcapng`);
  }
}

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function captureTool(port, values) {
  return html`
    <details class="tool"><summary>Capture</summary>
      <p class="hint">Saves frames as pcapng, for Wireshark; live, on the command line:</p>
      ${command(`tapswitch capture ${port.name} | wireshark -k -i -`)}
      <form @submit=${(e) => { e.preventDefault(); capture(port.name, values); }}>
        ${input(values, 'seconds', 'Seconds', {size: 5})}
        ${input(values, 'filter', 'Filter', {placeholder: 'arp or tcp port 80', size: 18})}
        ${tick(values, 'dropped', 'only what is dropped')}
        ${values.running
          ? html`<button type="button" @click=${() => values.abort.abort()}>Stop</button><span>${bytes(values.size)}</span>`
          : html`<button>Capture</button>`}
      </form>
      ${trouble(values)}
    </details>`;
}

// Trace ---------------------------------------------------------------------------------------------------------------

async function trace(name, values) {
  const frame = {destination: values.destination.trim(), etherType: values.etherType.trim()};
  if (values.source.trim()) {
    frame.source = values.source.trim();
  }
  if (values.vlan.trim()) {
    frame.vlan = numeral(values.vlan.trim());
  }
  values.problem = null;
  try {
    values.answer = await api.post('/api/v1/trace', {port: name, frame, inject: values.inject});
  } catch (e) {
    values.problem = e;
    values.answer = null;
  }
  changed();
}

/** The steps at the host that the trace is of; those of a copy stand with the copy. */
const step = (s) => html`
  <li class=${s.result === 'dropped' ? 'bad' : ''}><span class="step">${s.step}</span><span>${s.text}</span></li>`;

const copy = (c) => html`
  <li><b>${c.port}</b>${c.host ? html` to host <b>${c.host}</b>` : nothing}
    ${c.vlan ? html`<span class="tag">VLAN ${c.vlan}</span>` : nothing}${c.vni ? html`<span class="tag">VNI ${c.vni}</span>` : nothing}
    ${c.reason ? html`<span class="bad"><span class="reason">${c.reason}</span> ${c.meaning}</span>` : nothing}
    ${c.unknown ? html`<span class="muted">${c.unknown}</span>` : nothing}
    ${c.continued ? traced(c.continued) : nothing}</li>`;

function traced(answer) {
  return html`
    <div class="traced">
      <p><b class="outcome is-${answer.outcome}">${answer.outcome}</b>${answer.network
        ? html` in ${networkName(answer.network)}` : nothing}${answer.host ? html` on host ${answer.host}` : nothing}${answer.reason
        ? html`: <span class="reason">${answer.reason}</span> <span class="muted">${answer.meaning}</span>` : nothing}</p>
      <ol>${(answer.steps || []).map(step)}</ol>
      ${answer.copies?.length ? html`<p class="muted">Copies leave by</p><ul class="copies">${answer.copies.map(copy)}</ul>` : nothing}
    </div>`;
}

function traceTool(port, values) {
  return html`
    <details class="tool"><summary>Trace a frame</summary>
      <form @submit=${(e) => { e.preventDefault(); trace(port.name, values); }}>
        ${input(values, 'destination', 'To', {size: 17})}
        ${input(values, 'source', 'From', {placeholder: 'last heard here', size: 17})}
        ${input(values, 'etherType', 'Type', {size: 6})}
        ${input(values, 'vlan', 'VLAN', {size: 5})}
        ${mayChange() ? tick(values, 'inject', 'really send it') : nothing}
        <button>Trace</button>
      </form>
      ${trouble(values)}
      ${values.answer ? traced(values.answer) : nothing}
    </details>`;
}

// Quarantine ----------------------------------------------------------------------------------------------------------

/** For how long, from minutes. */
function span(minutes) {
  const number = numeral(minutes);
  return minutes === '' ? {expires: null} : {seconds: number === minutes ? minutes : number * 60};
}

async function quarantine(name, values, body) {
  values.problem = null;
  try {
    await api.patch(`/api/v1/ports/${api.encode(name)}`, {quarantine: body});
    refresh();
  } catch (e) {
    values.problem = e;
  }
  changed();
}

function quarantineTool(port, values) {
  const others = ownPorts().filter((p) => p.name !== port.name && p.type !== 'vxlan').slice(0, 500);
  return html`
    <details class="tool"><summary>Quarantine</summary>
      ${port.quarantine ? html`
        <p>Its frames go to ${port.quarantine.port} and nowhere else${
          port.quarantine.expires ? `, until ${clock(port.quarantine.expires)}` : ''}.</p>
        <button type="button" @click=${() => quarantine(port.name, values, null)}>Release</button>` : html`
        <p class="hint">Takes the port out of its network, together with the port that looks at its frames.</p>
        <form @submit=${(e) => { e.preventDefault();
          quarantine(port.name, values, {port: values.port || others[0]?.name, ...span(values.minutes.trim())}); }}>
          <label class="inline">Frames go to<select @change=${(e) => { values.port = e.target.value; }}>
            ${others.map((p) => html`<option ?selected=${p.name === values.port}>${p.name}</option>`)}</select></label>
          ${input(values, 'minutes', 'Minutes', {size: 5, placeholder: 'no end'})}
          <button class="danger-text">Quarantine</button>
        </form>`}
      ${trouble(values)}
    </details>`;
}

/** The tools for a port. */
export function tools(port) {
  const values = toolsOf(port);
  return html`
    ${mayChange() && api.has('/api/v1/ports/{port}/capture') ? captureTool(port, values.capture) : nothing}
    ${api.has('/api/v1/trace') ? traceTool(port, values.trace) : nothing}
    ${mayChange() && api.hasField('quarantine') && port.type !== 'vxlan' ? quarantineTool(port, values.quarantine) : nothing}`;
}
