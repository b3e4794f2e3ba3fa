// The page: its frame, its addresses, its start. An address is `#/view/name?query`.

import {render} from './lit/lit-html.js';
import * as api from './api.js';
import {html, mark, nothing} from './ui.js';
import {capital, sentence} from './format.js';
import {state, onChange, changed, startPolling, enter, leave, wake, say} from './store.js';
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

/** What somebody typed need not be an encoding of anything. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readAddress() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [view, name] = path.split('/').map(decoded);
  const known = Object.hasOwn(VIEWS, view) ? view : 'overview';
  closeForm();
  const isOther = known !== state.route[0];
  state.route = [known, name];
  VIEWS[known].open?.(name, new URLSearchParams(query));
  document.title = `${name ? `${name} · ` : ''}${VIEWS[known].title} · TapSwitch`;
  if (isOther) {
    scrollTo(0, 0);
  }
  wake();
  changed().then(() => {
    if (isOther && state.phase === 'in') {
      document.getElementById('main')?.focus({preventScroll: true});
    }
  });
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
  try {
    await api.logout();
  } catch (e) {
    if (e.status !== 401) {
      // The session still is, so to say otherwise would be a lie.
      state.offline = `You are still signed in: ${e.message}`;
      changed();
      return;
    }
  }
  leave();
  say('Signed out');
  await changed();
  document.getElementById('token')?.focus();
}

/** Whoever comes by a proxy to the Unix socket has no session to end. */
const canSignOut = () => Boolean(state.session?.expires);

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
    ${state.offline ? html`<p class="offline" role="alert">${mark('failed', sentence(state.offline))} What you see is from before; this goes on by itself.</p>` : nothing}
    <main id="main" tabindex="-1">${VIEWS[view].draw(name)}</main>
    ${formDialog()}`;
}

let shown = '';

/** On a phone the navigation is wider than the screen. */
function showPlace() {
  const place = `${state.phase} ${state.route[0]} ${innerWidth}`;
  if (place !== shown) {
    shown = place;
    document.querySelector('nav [aria-current]')?.scrollIntoView({block: 'nearest', inline: 'center'});
  }
}

function draw() {
  render({loading: () => html`<p class="loading" role="status">${state.offline ? `${capital(state.offline)}; trying again…` : 'Reading…'}</p>`, login, in: page}[state.phase](), root);
  showPlace();
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
  addEventListener('resize', changed);
  readAddress();
  startPolling();
  if (code) {
    await enterWith({code});
  }
  while (state.phase === 'loading') {
    await begin();
  }
}

const RETRY_MILLIS = 2000;

/** Enters, if somebody is signed in already. */
async function begin() {
  try {
    const session = await api.session();
    state.offline = null;
    if (session) {
      state.session = session;
      await enter();
    } else {
      state.phase = 'login';
    }
  } catch (e) {
    state.offline = e.message;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
  }
  changed();
}

start();
