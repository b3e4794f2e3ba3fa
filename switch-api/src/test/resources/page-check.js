// Run in the page by PageIT, with what to call the place. Gives back what would keep somebody from using it.
const place = arguments[0];
const faults = [];
const fault = (what) => faults.push(`${place}: ${what}`);

const wide = document.documentElement.scrollWidth;
if (wide > innerWidth) {
  fault(`is ${wide} wide`);
}

for (const e of document.querySelectorAll('.table-card, dialog .body, .drawer')) {
  if (e.scrollWidth > e.clientWidth) {
    fault(`${e.className} is cut: ${e.scrollWidth} wide in ${e.clientWidth}`);
  }
}

const here = document.querySelector('nav [aria-current]').getBoundingClientRect();
if (here.left < -1 || here.right > innerWidth + 1) {
  fault('the navigation does not show where one is');
}

const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => fault(`the id ${id} is there twice`));

const labelOf = (e) => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent || e.title;
for (const e of document.querySelectorAll('a, button, input, select')) {
  if (!labelOf(e).trim()) {
    fault(`no name: ${e.outerHTML.slice(0, 80)}`);
  }
}

for (const landmark of ['main', 'nav', 'h1']) {
  if (!document.querySelector(landmark)) {
    fault(`no ${landmark}`);
  }
}

// Contrast, by WCAG 2: of text on the nearest ground that is not transparent.
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});

for (const e of document.querySelectorAll('input[placeholder]')) {
  const style = getComputedStyle(e);
  canvas.font = style.font;
  const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  if (canvas.measureText(e.placeholder).width > room) {
    fault(`the words in ${e.ariaLabel || e.id} are cut: ${e.placeholder}`);
  }
}

function rgb(colour) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  return canvas.getImageData(0, 0, 1, 1).data;
}

function luminance(colour) {
  const [r, g, b] = [...rgb(colour)].slice(0, 3).map((c) => {
    const v = c / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function ground(element) {
  for (let e = element; e; e = e.parentElement) {
    const box = e instanceof SVGElement && e.querySelector(':scope > rect.box, :scope > rect.hull');
    if (box) {
      return getComputedStyle(box).fill;
    }
    const colour = getComputedStyle(e).backgroundColor;
    if (rgb(colour)[3] === 255) {
      return colour;
    }
  }
  return 'white';
}

const seen = new Set();
for (const e of document.querySelectorAll('body *')) {
  const own = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
  if (!own || e.closest('.unseen, .skip, title, script, style, :disabled') || !e.getClientRects().length) {
    continue;
  }
  const style = getComputedStyle(e);
  const pair = [e instanceof SVGElement ? style.fill : style.color, ground(e)];
  if (seen.has(pair.join())) {
    continue;
  }
  seen.add(pair.join());
  const [high, low] = pair.map(luminance).sort((a, b) => b - a);
  const contrast = (high + 0.05) / (low + 0.05);
  if (contrast < 4.5) {
    fault(`contrast ${contrast.toFixed(2)} of ${pair.join(' on ')}: ${e.textContent.trim().slice(0, 30)}`);
  }
}
return faults;
