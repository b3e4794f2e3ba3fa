// The way in: a token, or a one-time code that "tapswitch login" put behind the # of the address.

import * as api from './api.js';
import {html, nothing, live} from './ui.js';
import {state, changed, enter, say} from './store.js';

const form = {token: '', problem: null, busy: false};

/** Takes the code out of the address at once, so that neither history nor a picture of the screen keeps it. */
export function takeCode() {
  const match = /^#code=(.+)$/.exec(location.hash);
  if (match) {
    history.replaceState(null, '', `${location.pathname}#/`);
  }
  return match && match[1];
}

export async function enterWith(credentials) {
  form.busy = true;
  form.problem = null;
  changed();
  try {
    state.session = await api.login(credentials);
    form.token = '';
    state.offline = null;
    await api.discover();
    await enter();
    say('Signed in');
  } catch (e) {
    state.phase = 'login';
    form.problem = e;
    requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById('token')?.focus()));
  }
  form.busy = false;
  changed();
}

function submit(e) {
  e.preventDefault();
  if (form.token.trim()) {
    enterWith({token: form.token.trim()});
  }
}

export function login() {
  return html`
    <main id="main" class="login" tabindex="-1">
      <form class="card" @submit=${submit}>
        <img src="icon.svg" alt="" width="44" height="44">
        <h1>TapSwitch</h1>
        ${state.ended && !form.problem ? html`<p role="status">${state.ended} Sign in to go on where you were.</p>` : nothing}
        <label for="token">Token</label>
        <input id="token" type="password" autocomplete="current-password" spellcheck="false" .value=${live(form.token)}
          aria-invalid=${form.problem ? 'true' : nothing} aria-describedby="token-wrong token-hint"
          @input=${(e) => { form.token = e.target.value; }}>
        ${form.problem ? html`<p class="wrong" role="alert" id="token-wrong">${form.problem.message}</p>` : nothing}
        <button class="primary" ?disabled=${form.busy}>Sign in</button>
        <p class="hint" id="token-hint">On the machine itself, <code>tapswitch login</code> prints an address that signs you in,
          and the first token is in the file <code>token</code> of the state directory.</p>
      </form>
    </main>`;
}
