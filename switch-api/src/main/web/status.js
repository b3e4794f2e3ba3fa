// The switch and the machine.

import * as api from './api.js';
import {html, mark, facts, nothing} from './ui.js';
import {state, changed} from './store.js';
import {bytes, count, duration, plural} from './format.js';

const MARK_OF = {ok: 'up', warning: 'waiting', problem: 'failed', unknown: 'unknown'};
const ORDER = ['problem', 'warning', 'unknown', 'ok'];
const doctor = {findings: null, problem: null, busy: false};

async function examine() {
  Object.assign(doctor, {busy: true, problem: null});
  changed();
  try {
    const answer = await api.get('/api/v1/doctor');
    doctor.findings = answer.findings || answer;
  } catch (e) {
    doctor.problem = e;
  }
  doctor.busy = false;
  changed();
}

function findings() {
  const all = [...doctor.findings].sort((a, b) => ORDER.indexOf(a.result) - ORDER.indexOf(b.result));
  return html`<table class="list-table"><tbody>${all.map((f) => html`
    <tr><td>${mark(MARK_OF[f.result], f.result)}</td><th scope="row">${f.check}${f.subject ? html` <span class="muted">${f.subject}</span>` : nothing}</th>
      <td>${f.text}${f.fix ? html`<span class="meaning">${f.fix}</span>` : nothing}</td></tr>`)}</tbody></table>`;
}

const examination = () => html`
  <section class="card table-card" aria-labelledby="doctor">
    <div class="card-head"><h2 id="doctor">Doctor</h2>
      <button type="button" ?disabled=${doctor.busy} @click=${examine}>${doctor.busy ? 'Looking…' : doctor.findings ? 'Look again' : 'Look for trouble'}</button></div>
    ${doctor.problem ? html`<p class="problem" role="alert">${doctor.problem.message}</p>` : nothing}
    ${doctor.findings ? findings() : nothing}
  </section>`;

const feature = (f) => html`
  <tr><td>${mark(f.available ? 'up' : 'disabled', f.available ? 'yes' : 'no')}</td><th scope="row">${f.name}</th><td>${f.detail}</td></tr>`;

const endpoint = (e) => html`
  <tr><th scope="row" class="mono">${e.device}</th><td class="when">${plural(e.ports, 'port')}</td>
    <td class="hide-phone">${e.offloads.join(', ') || html`<span class="muted">no offloads</span>`}</td>
    <td class="number">${plural(e.rxFrames, 'stray frame')}</td></tr>`;

export function status() {
  const s = state.status;
  if (!s) {
    return html`<div class="title"><h1>Status</h1></div><p class="muted">Reading…</p>`;
  }
  return html`
    <div class="title"><h1>Status</h1></div>
    <section class="card">${facts([
      ['Host', s.name], ['TapSwitch', s.version], ['Running', duration(s.uptimeSeconds)], ['Process', s.pid],
      ['Event loops', s.eventLoops], ['Overlay', s.overlay], ['Ports', Object.entries(s.ports).filter(([, n]) => n)
        .map(([word, n]) => html`${mark(word, `${count(n)} ${word}`)} `)],
      ['Stations', count(s.fdbEntries)], ['FDB changes missed', s.fdbEventsLost || ''],
      ['Memory', `${bytes(s.memory.rssBytes)}, heap ${bytes(s.memory.heapUsedBytes)} of ${bytes(s.memory.heapMaxBytes)}`],
      ['Java', s.javaVersion], ['Kernel', `Linux ${s.kernel.release}, ${s.kernel.architecture}`],
      ['You are', state.session?.name && `${state.session.name}, role ${state.session.role}`],
    ])}</section>
    ${api.has('/api/v1/doctor') ? examination() : nothing}
    <section class="card table-card" aria-labelledby="features"><div class="card-head"><h2 id="features">What the kernel can do</h2></div>
      <table class="list-table"><tbody>${s.features.map(feature)}</tbody></table></section>
    ${s.endpoints.length ? html`<section class="card table-card" aria-labelledby="endpoints">
      <div class="card-head"><h2 id="endpoints">Shared sockets</h2></div><table><tbody>${s.endpoints.map(endpoint)}</tbody></table></section>` : nothing}
    <p class="muted">The API describes itself at <a href="/api/v1/openapi.yaml">/api/v1/openapi.yaml</a>.</p>`;
}
