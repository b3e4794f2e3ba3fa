// Numbers, times and words as people read them.

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'];

function scaled(value, step = 1000) {
  let power = 0;
  let rest = value;
  while (rest >= step * 0.9995 && power < PREFIXES.length - 1) {
    rest /= step;
    power++;
  }
  const digits = power === 0 || rest >= 99.95 ? 0 : 1;
  return `${rest.toFixed(digits)} ${PREFIXES[power]}`;
}

/** Bits per second, from bytes per second: "1.2 Mbit/s". */
export const bitRate = (bytes) => (bytes > 0 ? `${scaled(bytes * 8)}bit/s` : '0 bit/s');

/** The same where there is little room: "1.2 M". */
export const shortRate = (bytes) => (bytes > 0 ? scaled(bytes * 8).trim() : '0');

/** "4.2/s", or "4.2 frames/s" with a word for what is counted. */
export const perSecond = (value, what = '') => {
  const number = value > 0 && value < 10 ? value.toFixed(1) : scaled(value).trim();
  return what ? `${number} ${what}/s` : `${number}/s`;
};

export const bytes = (value) => `${scaled(value)}B`;

export const count = (value) => Number(value).toLocaleString('en-US').replaceAll(',', '\u202f');

/** Microseconds of a round trip: "0.42 ms". */
export const millis = (micros) => {
  const value = micros / 1000;
  return `${value >= 10 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2)} ms`;
};

/** Seconds as "4 s", "12 min", "3 h 20 min", "5 d". */
export function duration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) {
    return `${s} s`;
  }
  if (s < 3600) {
    return `${Math.floor(s / 60)} min`;
  }
  if (s < 86_400) {
    const minutes = Math.floor((s % 3600) / 60);
    return `${Math.floor(s / 3600)} h${minutes ? ` ${minutes} min` : ''}`;
  }
  const hours = Math.floor((s % 86_400) / 3600);
  return `${Math.floor(s / 86_400)} d${hours ? ` ${hours} h` : ''}`;
}

export const since = (time) => duration((Date.now() - Date.parse(time)) / 1000);

/** The time of day, and the date if it is not today's. */
export function clock(time) {
  const at = new Date(time);
  const day = at.toDateString() === new Date().toDateString() ? '' : `${at.toISOString().slice(0, 10)} `;
  return day + at.toLocaleTimeString('en-GB');
}

export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const sentence = (text) => `${capital(text).replace(/\.$/, '')}.`;
