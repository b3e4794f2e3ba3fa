// Run in the page by PageLiveIT, before Tab is pressed often: notes what gets the focus, and whether that can be seen.
const look = (e) => [e, ...e.querySelectorAll('*')].map((part) => {
  const style = getComputedStyle(part);
  return [style.outlineStyle, style.outlineWidth, style.stroke, style.strokeWidth, style.textDecorationLine].join();
}).join(';');

const wanted = [...document.querySelectorAll('main a[href], main button, main input, main select, main summary, nav a, .bar button')]
  .filter((e) => !e.disabled && e.checkVisibility() && e.getClientRects().length);
const before = new Map(wanted.map((e) => [e, look(e)]));
const reached = new Set();
const unseen = [];

document.activeElement?.blur();
window.scrollTo(0, 0);
window.tabbed?.abort();
window.tabbed = new AbortController();
document.addEventListener('focusin', ({target}) => {
  reached.add(target);
  if (before.has(target) && before.get(target) === look(target)) {
    unseen.push(target);
  }
}, {signal: window.tabbed.signal});

const name = (e) => `${e.tagName} ${e.getAttribute('aria-label') || e.textContent.trim().slice(0, 40)}`;
window.tabFaults = () => [
  ...wanted.filter((e) => e.isConnected && !reached.has(e)).map((e) => `not reached: ${name(e)}`),
  ...unseen.map((e) => `the focus cannot be seen on ${name(e)}`)];
return wanted.length;
