// Before the first paint, so that a chosen theme does not flash in the other one. Not a module: those run later.
try {
  const chosen = localStorage.getItem('theme');
  if (chosen === 'light' || chosen === 'dark') {
    document.documentElement.dataset.theme = chosen;
  }
} catch {
  // Storage is switched off: the system's choice holds.
}
