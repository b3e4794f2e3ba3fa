// The page: its frame, its addresses, its start. An address is `#/view/name?query`.

import {render} from './lit/lit-html.js';
import * as api from './api.js';
import {html, mark, nothing} from './ui.js';
import {state, onChange, changed, startPolling, enter, refresh} from './store.js';
import {formDialog, close as closeForm} from './forms.js';
import {login, takeCode, enterWith} from './login.js';
import {overview} from './overview.js';
import {ports, openPorts} from './ports.js';
import {networks, network, openNetwork} from './networks.js';
import {hosts} from './hosts.js';
import {drops} from './drops.js';
import {events} from './events.js';
import {mirrors} from './mirrors.js';
import {status} from './status.js';

/** In the order of the navigation; each draws what its address names. */
const VIEWS = {
  overview: {title: 'Overview', draw: overview},
  ports: {title: 'Ports', draw: (name) => ports(name), open: (name, query) => name || openPorts(query)},
  networks: {title: 'Networks', draw: (name) => (name ? network(name) : networks()),
    open: (name, query) => name && openNetwork(name, query)},
  hosts: {title: 'Hosts', draw: hosts},
  drops: {title: 'Drops', draw: drops},
  events: {title: 'Events', draw: events},
  mirrors: {title: 'Mirrors', draw: mirrors, wanted: () => api.has('/api/v1/mirrors')},
  status: {title: 'Status', draw: status},
};

const root = document.getElementById('app');

function readAddress() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [view, name] = path.split('/').map(decodeURIComponent);
  const known = view in VIEWS ? view : 'overview';
  closeForm();
  const isOther = known !== state.route[0];
  state.route = [known, name];
  VIEWS[known].open?.(name, new URLSearchParams(query));
  document.title = `${name ? `${name} · ` : ''}${VIEWS[known].title} · TapSwitch`;
  if (isOther) {
    scrollTo(0, 0);
    if (state.phase === 'in') {
      refresh();
      requestAnimationFrame(() => document.getElementById('main')?.focus({preventScroll: true}));
    }
  }
  changed();
}

const THEMES = ['auto', 'light', 'dark'];
const theme = () => document.documentElement.dataset.theme || 'auto';

function nextTheme() {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
  if (next === 'auto') {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = next;
  }
  try {
    localStorage.setItem('theme', next);
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
  changed();
}

async function signOut() {
  await api.logout().catch(() => {});
  state.session = null;
  state.phase = 'login';
  changed();
}

const canSignOut = () => Boolean(state.session?.name);

const bar = () => html`
  <header class="bar">
    <a class="brand" href="#/"><img src="icon.svg" alt="" width="24" height="24"><b>TapSwitch</b>
      <span class="host-tag">${state.hosts.find((h) => h.local)?.name ?? ''}</span></a>
    <nav aria-label="Views">
      ${Object.entries(VIEWS).filter(([, v]) => !v.wanted || v.wanted()).map(([key, v]) => html`
        <a href="#/${key}" aria-current=${state.route[0] === key ? 'page' : nothing}>${v.title}</a>`)}
    </nav>
    <div class="bar-end">
      ${state.session?.role === 'read' ? html`<span class="tag">read only</span>` : nothing}
      <button type="button" class="plain" @click=${nextTheme} title="Theme: ${theme()}"
        aria-label="Theme: ${theme()}; switch to the next">${{auto: '◐', light: '☀', dark: '☾'}[theme()]}</button>
      ${canSignOut() ? html`<button type="button" class="plain" @click=${signOut}>Sign out</button>` : nothing}
    </div>
  </header>`;

function page() {
  const [view, name] = state.route;
  return html`
    ${bar()}
    ${state.offline ? html`<p class="offline" role="alert">${mark('failed', state.offline)} What you see is from before.</p>` : nothing}
    <main id="main" tabindex="-1">${VIEWS[view].draw(name)}</main>
    ${formDialog()}`;
}

function draw() {
  render({loading: () => html`<p class="loading">Reading…</p>`, login, in: page}[state.phase](), root);
}

/** A link of "tapswitch login" that is opened where the page is already changes no more than what is behind the #. */
function moved() {
  const code = takeCode();
  readAddress();
  if (code) {
    enterWith({code});
  }
}

async function start() {
  const code = takeCode();
  onChange(draw);
  addEventListener('hashchange', moved);
  readAddress();
  startPolling();
  if (code) {
    await enterWith({code});
    return;
  }
  try {
    state.session = await api.session();
    if (state.session) {
      await enter();
      return;
    }
  } catch (e) {
    state.offline = e.message;
  }
  state.phase = 'login';
  changed();
}

start();
