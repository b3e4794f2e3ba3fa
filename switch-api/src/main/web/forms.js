// Forms in a dialog. A form is a list of fields; each has the path that the API calls it by, so that the API's own words
// about it appear beside it.

import {html, nothing, live} from './ui.js';
import {changed, say} from './store.js';

let open = null;
let opener = null;

/**
 * Opens a form.
 *
 * @param form `{title, fields(values), values, submit(values), action, intro, danger}`: `fields` may depend on what was
 *   chosen so far; `submit` asks the API and throws its Problem
 */
export function openForm(form) {
  opener = document.activeElement;
  open = {intro: nothing, danger: false, ...form, values: {...form.values}, problem: null, busy: false};
  changed();
}

/** Asks before something is removed. */
export function confirmRemoval(title, text, submit) {
  openForm({title, intro: html`<p>${text}</p>`, fields: () => [], values: {}, submit, action: 'Remove', danger: true});
}

/** Closes the form, if one is open, and goes back to where it was opened from. */
export function close() {
  if (!open) {
    return;
  }
  open = null;
  // As long as it is open, nothing outside of it can have the focus.
  document.querySelector('dialog')?.close();
  changed();
  if (opener?.isConnected) {
    opener.focus();
  } else {
    document.getElementById('main')?.focus();
  }
}

async function submit(event) {
  event.preventDefault();
  const form = open;
  form.busy = true;
  form.problem = null;
  changed();
  try {
    await form.submit(form.values);
    close();
    say(`${form.title}: done`);
  } catch (e) {
    form.problem = e;
    form.busy = false;
    changed();
    requestAnimationFrame(() => requestAnimationFrame(showProblem));
  }
}

function showProblem() {
  const wrong = document.querySelector('dialog [aria-invalid=true]') || document.querySelector('dialog .problem');
  wrong?.focus();
}

const idOf = (path) => `f-${path.replaceAll('.', '-')}`;

/** A problem of `tap.addresses[0]` is shown at `tap.addresses`, one of `flood` at the first of its fields. */
function fieldOf(problem, fields) {
  const path = problem?.field?.replace(/\[.*/, '');
  return path && (fields.find((f) => f.path === path) || fields.find((f) => path.startsWith(`${f.path}.`)) ||
    fields.find((f) => f.path.startsWith(`${path}.`)));
}

/** The dialog, if a form is open. Part of the page's template. */
export function formDialog() {
  if (!open) {
    return nothing;
  }
  const form = open;
  const fields = form.fields(form.values);
  const wrong = fieldOf(form.problem, fields);
  const common = fields.filter((f) => !f.more);
  const more = fields.filter((f) => f.more);
  queueMicrotask(() => requestAnimationFrame(showDialog));
  return html`
    <dialog aria-labelledby="form-title" @cancel=${(e) => { e.preventDefault(); close(); }}>
      <form @submit=${submit} novalidate autocomplete="off">
        <header><h2 id="form-title">${form.title}</h2>
          <button type="button" class="plain close" aria-label="Close" @click=${close}>✕</button></header>
        <div class="body">
          ${form.problem && !wrong
            ? html`<p class="problem" role="alert" tabindex="-1">${form.problem.message}</p>` : nothing}
          ${form.intro}
          ${common.map((f) => field(form, f, wrong === f))}
          ${more.length
            ? html`<details ?open=${more.includes(wrong)}><summary>More settings</summary>
                ${more.map((f) => field(form, f, wrong === f))}</details>` : nothing}
        </div>
        <footer>
          <button type="button" @click=${close}>Cancel</button>
          <button class=${form.danger ? 'danger' : 'primary'} ?disabled=${form.busy}>${form.action || 'Save'}</button>
        </footer>
      </form>
    </dialog>`;
}

function showDialog() {
  const dialog = document.querySelector('dialog');
  if (dialog && !dialog.open) {
    dialog.showModal();
    const first = dialog.querySelector('input, select, textarea') || dialog.querySelector('footer button');
    first?.focus();
  }
}

/** One row of a form. Also for forms that are part of a view. */
export function field(form, f, isWrong) {
  const id = idOf(f.path);
  const notes = [isWrong && `${id}-wrong`, f.hint && `${id}-hint`].filter(Boolean).join(' ');
  const shared = {id, notes: notes || nothing, invalid: isWrong ? 'true' : nothing};
  const label = html`<label for=${id}>${f.label}${f.required ? html`<span class="needed"> needed</span>` : nothing}</label>`;
  const words = html`
    ${isWrong ? html`<p class="wrong" id="${id}-wrong">${form.problem.message}</p>` : nothing}
    ${f.hint ? html`<p class="hint" id="${id}-hint">${f.hint}</p>` : nothing}`;
  if (f.kind === 'check') {
    return html`<div class="field check">${control(form, f, shared)}<div>${label}${words}</div></div>`;
  }
  return html`<div class="field">${label}<div>${control(form, f, shared)}${words}</div></div>`;
}

function control(form, f, {id, notes, invalid}) {
  const value = form.values[f.path];
  const set = (v) => {
    form.values[f.path] = v;
    changed();
  };
  if (f.kind === 'check') {
    return html`<input type="checkbox" id=${id} name=${f.path} .checked=${live(!!value)} aria-describedby=${notes}
      aria-invalid=${invalid} @change=${(e) => set(e.target.checked)}>`;
  }
  if (f.kind === 'select') {
    return html`<select id=${id} name=${f.path} ?disabled=${f.fixed} aria-describedby=${notes} aria-invalid=${invalid}
      @change=${(e) => set(e.target.value)}>
      ${f.options.map(([word, text]) => html`<option value=${word} ?selected=${word === value}>${text}</option>`)}
    </select>`;
  }
  return html`<input id=${id} name=${f.path} .value=${live(value ?? '')} placeholder=${f.placeholder || nothing}
    inputmode=${f.kind === 'number' ? 'numeric' : nothing} ?readonly=${f.fixed} aria-required=${f.required || nothing}
    spellcheck="false" autocapitalize="none" aria-describedby=${notes} aria-invalid=${invalid}
    @input=${(e) => set(e.target.value)}>`;
}

// From documents to what a form holds, and back -----------------------------------------------------------------------

const at = (document, path) => path.split('.').reduce((value, key) => value?.[key], document);

/** What a form starts with for a document. */
export function valuesOf(fields, document) {
  const values = {};
  for (const f of fields) {
    const value = at(document, f.path);
    values[f.path] = f.kind === 'check' ? value ?? f.absent ?? false
      : Array.isArray(value) ? value.join(', ') : value === undefined ? f.absent ?? '' : String(value);
  }
  return values;
}

/** The number that a text says. What is none goes as it is: the API says what it would take. */
export const numeral = (text) => (/^\d+$/.test(text) ? Number(text) : text);

/** What the API is sent for the text of a field; null if it is empty. */
function sent(f, value) {
  if (f.kind === 'check') {
    return value;
  }
  if (f.kind === 'select' && !f.fixed && !f.options.some(([word]) => word === value)) {
    // What was chosen is not on offer any more: the browser shows the first that is.
    return f.options[0]?.[0] ?? null;
  }
  const text = (value ?? '').trim();
  if (text === '') {
    return null;
  }
  if (f.kind === 'number') {
    return numeral(text);
  }
  if (f.kind === 'list' || (f.kind === 'trunk' && text !== 'all')) {
    return text.split(/[\s,]+/).filter(Boolean);
  }
  return text;
}

function put(document, path, value) {
  const keys = path.split('.');
  const last = keys.pop();
  keys.reduce((inner, key) => (inner[key] ??= {}), document)[last] = value;
}

/** The document of a form: only what is said. */
export function documentOf(fields, values) {
  const document = {};
  for (const f of fields) {
    const value = sent(f, values[f.path]);
    if (value !== null && value !== f.absent) {
      put(document, f.path, value);
    }
  }
  return document;
}

/** The merge patch that makes what a form was opened with into what it holds now. */
export function patchOf(fields, before, values) {
  const document = {};
  for (const f of fields) {
    if (!f.fixed && values[f.path] !== before[f.path]) {
      put(document, f.path, sent(f, values[f.path]));
    }
  }
  return document;
}
