// The picture of who is plugged into what: hosts are boxes side by side, networks are coloured rails that cross them,
// ports hang on the rails, and the underlay, above, leads to the other hosts. Where there is little room, the hosts stand
// below each other. First everything is laid out as plain numbers, then drawn.

import {svg, nothing, hue, markShape, repeat} from './ui.js';
import {state, rates, SAMPLES} from './store.js';
import {shortRate, bitRate, millis, plural, count} from './format.js';

const PAD = 14;
const HEAD = 46;
const GAP = 46;
const UNDERLAY = 38;
const TILE = {least: 138, most: 172, height: 50, gap: 8, drop: 14};
const CHIP = {width: 84, height: 22, gap: 6, drop: 8};
const LED = {size: 9, pitch: 12};
const LABEL = 24;
const FOOT = 14;
const REMOTE_WIDTH = 208;
const NARROW = 720;
/** More ports than this on one rail are drawn as lamps. */
const MOST_TILES = 24;
const MOST_CHIPS = 8;
const MOST_PINS = 6;
const MOST_NETWORKS = 40;

// What there is -------------------------------------------------------------------------------------------------------

const trunkOf = (port) =>
  port.trunk === 'all' ? state.networks.filter((n) => n.vlan || n.vni).map((n) => n.name) : port.trunk || [];

const networksOf = (port) => [...new Set([port.network || 'default', ...trunkOf(port)])];

const isLink = (port) => port.type === 'vxlan';

function byNetwork(ports) {
  const cells = new Map();
  for (const port of ports) {
    const network = port.network || 'default';
    if (!cells.has(network)) {
      cells.set(network, []);
    }
    cells.get(network).push(port);
  }
  return cells;
}

function thisHost() {
  const host = state.hosts.find((h) => h.local) || {name: state.status?.name || 'this host', state: 'up'};
  return {name: host.name, state: 'up', local: true, cells: byNetwork(state.ports.filter((p) => !isLink(p))), networks: null};
}

function otherHosts() {
  const links = new Map(state.ports.filter((p) => p.host).map((p) => [p.host, p]));
  const hosts = state.hosts.filter((h) => !h.local).map((host) => ({
    name: host.name,
    state: host.state,
    reason: host.reason,
    link: links.get(host.name),
    cells: byNetwork(state.hostPorts.get(host.name) || []),
    networks: new Set(host.networks),
    href: '#/hosts',
  }));
  const known = new Set(state.hosts.map((h) => h.name));
  const vteps = state.ports.filter((p) => isLink(p) && !known.has(p.host)).map((port) => ({
    name: port.host || port.name,
    state: port.state.remote?.state || port.state.status,
    link: port,
    cells: new Map(),
    networks: new Set(networksOf(port)),
    vtep: true,
    href: `#/ports/${port.name}`,
  }));
  return [...hosts, ...vteps];
}

// Layout --------------------------------------------------------------------------------------------------------------

function layOutCell(ports, width, local) {
  if (!ports.length) {
    return {kind: 'none', height: local ? 22 : 6, ports};
  }
  if (!local) {
    const across = Math.max(1, Math.floor((width + CHIP.gap) / (CHIP.width + CHIP.gap)));
    const shown = ports.length > MOST_CHIPS ? MOST_CHIPS - 1 : ports.length;
    const items = Math.ceil((shown + (shown < ports.length ? 1 : 0)) / across);
    return {kind: 'chips', ports, shown, across, height: items * (CHIP.height + CHIP.drop)};
  }
  if (ports.length > MOST_TILES) {
    const across = Math.max(8, Math.floor(width / LED.pitch));
    return {kind: 'lamps', ports, across, height: Math.ceil(ports.length / across) * LED.pitch + 30};
  }
  const across = Math.max(1, Math.floor((width + TILE.gap) / (TILE.least + TILE.gap)));
  const rows = Math.ceil(ports.length / across);
  const tileWidth = Math.min(TILE.most, Math.floor((width + TILE.gap) / across) - TILE.gap);
  return {kind: 'tiles', ports, across, rows, tileWidth, height: rows * (TILE.height + TILE.drop)};
}

/** The networks that are drawn: those with ports first of all, as many as can be told apart. */
function drawnNetworks(columns) {
  const used = state.networks.filter(({name}) => columns.some((c) => c.cells.has(name) || c.networks?.has(name)));
  const rest = state.networks.filter((n) => !used.includes(n));
  return [...used, ...rest].slice(0, MOST_NETWORKS);
}

function takesPart(column, network) {
  return column.local || column.cells.has(network) || column.networks?.has(network);
}

function layOutColumn(column, networks, width) {
  column.width = width;
  const inner = width - 2 * PAD;
  column.bands = new Map(networks.map(({name}) =>
    [name, layOutCell(column.cells.get(name) || [], inner, column.local)]));
}

const isWell = (column) => column.state === 'up' && column.link?.state.remote?.state !== 'dead';

/** Hosts side by side, those in trouble first where not all have room. A rail has the same height everywhere. */
function layOutWide(columns, networks, width) {
  const [local, ...others] = columns;
  const room = Math.max(1, Math.floor((width - 380 + GAP) / (REMOTE_WIDTH + GAP)));
  if (others.length > room) {
    others.sort((a, b) => isWell(a) - isWell(b));
  }
  const shown = others.length > room ? others.slice(0, room - 1) : others;
  const hidden = others.length - shown.length;
  if (hidden) {
    shown.push({name: `${plural(hidden, 'more host')}`, state: 'more', cells: new Map(), href: '#/hosts',
      networks: new Set(others.slice(room - 1).flatMap((h) => [...h.networks])), vtep: true});
  }
  const top = shown.length ? UNDERLAY : 4;
  const localWidth = width - shown.length * (REMOTE_WIDTH + GAP) - 2;
  layOutColumn(local, networks, localWidth);
  shown.forEach((column) => layOutColumn(column, networks, REMOTE_WIDTH));
  let x = 1;
  const all = [local, ...shown];
  for (const column of all) {
    column.x = x;
    column.y = top;
    x += column.width + GAP;
  }
  let y = top + HEAD;
  const rails = networks.map((network) => {
    const height = Math.max(...all.map((c) => c.bands.get(network.name).height), 10);
    const rail = {network, labelY: y + 15, y: y + LABEL + height};
    y = rail.y + FOOT;
    return rail;
  });
  all.forEach((column) => {
    column.height = y - top + 4;
    column.rails = rails.filter((rail) => takesPart(column, rail.network.name));
  });
  return {columns: all, rails, width, height: y + 6, wide: true};
}

/** Hosts below each other, each with the rails that it takes part in. */
function layOutNarrow(columns, networks, width) {
  let top = 2;
  for (const column of columns) {
    layOutColumn(column, networks, width - 2);
    column.x = 1;
    column.y = top;
    let y = top + HEAD;
    column.rails = [];
    for (const network of networks.filter(({name}) => takesPart(column, name))) {
      const height = Math.max(column.bands.get(network.name).height, 4);
      const rail = {network, labelY: y + 15, y: y + LABEL + height};
      column.rails.push(rail);
      y = rail.y + FOOT;
    }
    column.height = y - top + 4;
    top += column.height + 44;
  }
  return {columns, rails: [], width, height: top - 40, wide: false};
}

function layOut(width) {
  const columns = [thisHost(), ...otherHosts()];
  const networks = drawnNetworks(columns);
  return width < NARROW ? layOutNarrow(columns, networks, width) : layOutWide(columns, networks, width);
}

// Drawing -------------------------------------------------------------------------------------------------------------

/** As much of a text as has room, with an ellipsis for the rest; `per` is the width of a character. */
const fit = (text, width, per = 7.1) => {
  const most = Math.floor(width / per);
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
};

/** How busy a port is, from 0 to 3, by orders of magnitude. */
const activity = (bytes) => (bytes <= 0 ? 0 : bytes < 12_500 ? 1 : bytes < 1_250_000 ? 2 : 3);

const addressOf = (port) => `#/ports/${encodeURIComponent(port.name)}`;

function describe(port) {
  const r = rates(port.name);
  const trunk = trunkOf(port);
  return [
    `${port.name}, ${port.type}, ${port.state.status}`,
    port.state.reason,
    `in ${bitRate(r.rx)}, out ${bitRate(r.tx)}`,
    r.dropped > 0 && `${count(Math.ceil(r.dropped))} drops a second`,
    trunk.length > 0 && `trunk: ${port.trunk === 'all' ? 'all networks' : trunk.join(', ')}`,
  ].filter(Boolean).join('; ');
}

function tileSpark(history, x, y, width, height) {
  if (history.length < 2) {
    return nothing;
  }
  const top = Math.max(...history, 1);
  const step = width / (SAMPLES - 1);
  const first = x + width - step * (history.length - 1);
  const points = history.map((v, i) => `${(first + i * step).toFixed(1)},${(y + height - (v / top) * height).toFixed(1)}`);
  return svg`<polygon class="area" points="${first.toFixed(1)},${y + height} ${points.join(' ')} ${x + width},${y + height}"/>`;
}

function tile(port, x, y, width, railY) {
  const r = rates(port.name);
  const status = port.state.status;
  const trunk = trunkOf(port).filter((n) => n !== port.network).slice(0, MOST_PINS);
  return svg`
    <a href=${addressOf(port)} class="tile is-${status}" aria-label=${describe(port)}>
      <title>${describe(port)}</title>
      <path class="stub busy-${activity(r.rx + r.tx)}" d="M${x + 18} ${y + TILE.height}V${railY}"/>
      <rect class="plug" x=${x + 12} y=${y + TILE.height - 1} width="12" height="6" rx="1.5"/>
      <rect class="box" x=${x} y=${y} width=${width} height=${TILE.height} rx="6"/>
      ${tileSpark(r.history, x + 1, y + TILE.height - 17, width - 2, 16)}
      <svg x=${x + 8} y=${y + 9} width="12" height="12" viewBox="0 0 12 12" class="mark is-${status}">${markShape(status)}</svg>
      <text class="name" x=${x + 25} y=${y + 19.5}>${fit(port.name, width - 40 - port.type.length * 6.2, 7.8)}</text>
      <text class="type" x=${x + width - 8} y=${y + 19} text-anchor="end">${port.type}</text>
      <text class="rate" x=${x + 9} y=${y + 40}>${status === 'up'
        ? svg`<tspan class="arrow">in</tspan> ${shortRate(r.rx)}<tspan class="arrow" dx="6">out</tspan> ${shortRate(r.tx)}`
        : fit(port.state.reason || status, width - 18, 6.3)}</text>
      ${r.dropped > 0 ? svg`<circle class="dropping" cx=${x + width - 3} cy=${y + 3} r="4.5"/>` : nothing}
      ${trunk.map((network, i) => svg`
        <circle class="net-${hue(network)} pin" cx=${pinX(x, width, i)} cy=${y + TILE.height - 1} r="4"/>`)}
    </a>`;
}

const tileTop = (labelY, row) => labelY + LABEL - 15 + row * (TILE.height + TILE.drop);

const tileX = (band, x, at) => x + (at % band.across) * (band.tileWidth + TILE.gap);

const pinX = (x, width, i) => x + width - 12 - i * 11;

/** From the trunk ports of a rail to the other rails that they carry; behind everything else, as wires are. */
function trunks(column, rail) {
  const band = column.bands.get(rail.network.name);
  if (band.kind !== 'tiles') {
    return nothing;
  }
  return band.ports.map((port, at) => {
    const x = tileX(band, column.x + PAD, at);
    const y = tileTop(rail.labelY, Math.floor(at / band.across)) + TILE.height;
    return trunkOf(port).filter((n) => n !== port.network).slice(0, MOST_PINS).map((network, i) => {
      const other = column.rails.find((r) => r.network.name === network);
      return other ? svg`<path class="wire net-${hue(network)}" d="M${pinX(x, band.tileWidth, i)} ${y}V${other.y}"/>
        <circle class="net-${hue(network)} pin" cx=${pinX(x, band.tileWidth, i)} cy=${other.y} r="4.5"/>` : nothing;
    });
  });
}

function tiles(band, x, labelY, rail) {
  const bottomRow = band.rows - 1;
  const rowY = (row) => tileTop(labelY, row);
  // Rows above the last have rails of their own, that a riser joins to the rail.
  const feeders = [];
  for (let row = 0; row < bottomRow; row++) {
    const y = rowY(row) + TILE.height + TILE.drop - 5;
    feeders.push(svg`<path class="rail thin net-${hue(rail.network.name)}"
      d="M${x - 7} ${rail.y}V${y}H${x + Math.min(band.across, band.ports.length) * (band.tileWidth + TILE.gap) - TILE.gap}"/>`);
  }
  return svg`${feeders}${repeat(band.ports, (p) => p.name, (port, i) => {
    const row = Math.floor(i / band.across);
    const y = rowY(row);
    const railY = row === bottomRow ? rail.y : y + TILE.height + TILE.drop - 5;
    return tile(port, tileX(band, x, i), y, band.tileWidth, railY);
  })}`;
}

/** Ports by the hundred: a lamp each, brighter with traffic. One link leads to all of them. */
function lamps(band, x, labelY, network) {
  const top = labelY + LABEL - 14;
  const states = new Map();
  band.ports.forEach(({state: s}) => states.set(s.status, (states.get(s.status) || 0) + 1));
  const words = [...states].map(([status, n]) => `${count(n)} ${status}`).join(', ');
  const bottom = top + Math.ceil(band.ports.length / band.across) * LED.pitch;
  return svg`
    <g class="lamps" @click=${(e) => e.target.dataset.port && (location.hash = `#/ports/${e.target.dataset.port}`)}>
      ${repeat(band.ports, (p) => p.name, (port, i) => {
        const r = rates(port.name);
        return svg`<rect class="lamp is-${port.state.status} busy-${activity(r.rx + r.tx)} ${r.dropped > 0 ? 'drops' : ''}"
          data-port=${port.name} x=${x + (i % band.across) * LED.pitch} y=${top + Math.floor(i / band.across) * LED.pitch}
          width=${LED.size} height=${LED.size} rx="2"><title>${port.name}: ${port.state.status}</title></rect>`;
      })}
    </g>
    <a href="#/ports?network=${network}" class="more"><text x=${x} y=${bottom + 14}>${
      plural(band.ports.length, 'port')}: ${words}</text></a>`;
}

function chips(band, x, labelY, rail) {
  const top = rail.y - band.height;
  const items = band.ports.slice(0, band.shown);
  const place = (i) => [x + (i % band.across) * (CHIP.width + CHIP.gap),
    top + Math.floor(i / band.across) * (CHIP.height + CHIP.drop)];
  const hidden = band.ports.length - band.shown;
  const [moreX, moreY] = place(band.shown);
  return svg`
    ${items.map((port, i) => {
      const [cx, cy] = place(i);
      return svg`
        <g class="chip is-${port.status}"><title>${port.name}, ${port.type}, ${port.status}${
          port.reason ? `: ${port.reason}` : ''}</title>
          <path class="stub" d="M${cx + 12} ${cy + CHIP.height}V${rail.y}"/>
          <rect class="box" x=${cx} y=${cy} width=${CHIP.width} height=${CHIP.height} rx="5"/>
          <svg x=${cx + 5} y=${cy + 5} width="12" height="12" viewBox="0 0 12 12" class="mark is-${port.status}">${
            markShape(port.status)}</svg>
          <text class="name" x=${cx + 21} y=${cy + 15}>${fit(port.name, CHIP.width - 25, 6.6)}</text>
        </g>`;
    })}
    ${hidden ? svg`<text class="muted" x=${moreX + 4} y=${moreY + 15}>and ${count(hidden)} more</text>` : nothing}`;
}

function railLabel(network, x, y, width) {
  const words = [network.vlan && `VLAN ${network.vlan}`, network.vni && `VNI ${network.vni}`,
    `MTU ${network.effectiveMtu ?? network.mtu}`].filter(Boolean).join(' · ');
  const name = fit(network.name, width, 7.6);
  const rest = fit(words, width - name.length * 8 - 26, 6.2);
  return svg`
    <a href="#/networks/${encodeURIComponent(network.name)}" class="rail-label">
      <circle class="net-${hue(network.name)} pin" cx=${x + 4} cy=${y - 4} r="4.5"/>
      <text x=${x + 14} y=${y}><tspan class="name">${name}</tspan><tspan class="muted" dx="9">${
        width > 190 && rest.length > 6 ? rest : ''}</tspan></text>
    </a>`;
}

function cell(column, rail) {
  const band = column.bands.get(rail.network.name);
  const x = column.x + PAD;
  const y = rail.labelY;
  const what = {
    none: () => (column.local
      ? svg`<text class="muted" x=${x + 14} y=${rail.y - 6}>no ports here</text>` : nothing),
    tiles: () => tiles(band, x, y, rail),
    lamps: () => lamps(band, x, y, rail.network.name),
    chips: () => chips(band, x, y, rail),
  }[band.kind]();
  return svg`
    ${what}
    ${railLabel(rail.network, x - 4, y, column.width - 2 * PAD)}`;
}

/** What there is to say of the way to a host: "0.42 ms, encrypted". */
function linkWords(link, short) {
  const remote = link?.state.remote;
  if (!link) {
    return ['no network in common'];
  }
  if (!remote) {
    return [link.state.status];
  }
  return [
    remote.state,
    remote.state === 'alive' && remote.roundTripMicros !== undefined && millis(remote.roundTripMicros),
    !short && remote.lossPercent > 0 && `${remote.lossPercent} % lost`,
    !short && (remote.encrypted ? 'encrypted' : 'plain'),
  ].filter(Boolean);
}

function header(column) {
  const {x, y, width} = column;
  const r = column.link ? rates(column.link.name) : null;
  const totals = column.local ? [...column.cells.values()].flat() : null;
  const second = column.local
    ? `this host · ${plural(totals.length, 'port')}`
    : r ? `in ${shortRate(r.rx)} · out ${shortRate(r.tx)}` : column.reason || column.state;
  return svg`
    <a href=${column.href || '#/status'} class="host-head">
      <title>${column.name}: ${column.reason || column.state}</title>
      ${column.state === 'more' ? nothing : svg`<svg x=${x + PAD - 2} y=${y + 11} width="12" height="12" viewBox="0 0 12 12"
        class="mark is-${column.state}">${markShape(column.state)}</svg>`}
      <text class="host-name" x=${x + PAD + 16} y=${y + 21.5}>${fit(column.name, width - 2 * PAD - 16, 8.4)}</text>
      <text class="muted" x=${x + PAD + 16} y=${y + 37}>${column.state === 'more' ? 'see all hosts'
        : fit(column.vtep && !r ? 'remote VTEP' : second, width - 2 * PAD - 14, 6.2)}</text>
    </a>`;
}

const linkState = (column) => column.link?.state.remote?.state || column.link?.state.status || 'none';

function box(column) {
  return svg`
    <g class="host ${column.local ? 'local' : ''} is-${column.state}">
      <rect class="hull" x=${column.x} y=${column.y} width=${column.width} height=${column.height} rx="10"/>
      ${header(column)}
      ${column.rails.map((rail) => svg`<path class="rail net-${hue(rail.network.name)}"
        d="M${column.x + 7} ${rail.y}H${column.x + column.width - 7}"/>`)}
      ${column.local ? column.rails.map((rail) => trunks(column, rail)) : nothing}
      ${repeat(column.rails, (rail) => rail.network.name, (rail) => cell(column, rail))}
    </g>`;
}

/** The underlay above the hosts, and what is known of the way to each. */
function underlay({columns}) {
  const [local, ...others] = columns;
  if (!others.length) {
    return nothing;
  }
  const y = 12;
  const from = local.x + local.width - 34;
  const last = others[others.length - 1];
  return svg`
    <g class="underlay">
      <path class="cable" d="M${from} ${local.y}V${y}H${last.x + 22}"/>
      <text class="muted" x=${from - 8} y=${y + 5} text-anchor="end">underlay</text>
      ${others.map((column) => {
        const x = column.x + 22;
        return svg`
          <g class="way is-${linkState(column)}">
            <path class="cable" d="M${x} ${y}V${column.y}"/>
            <circle cx=${x} cy=${y} r="4"/>
            ${column.state === 'more' ? nothing
              : svg`<text x=${x + 9} y=${y + 19}>${fit(linkWords(column.link).join(' · '), column.width - 30, 6)}</text>`}
          </g>`;
      })}
    </g>`;
}

/** Rails between the boxes: the overlay, broken where the other host does not answer. */
function overlay({columns, rails}) {
  return rails.map((rail) => {
    const parts = columns.filter((c) => !c.local && takesPart(c, rail.network.name));
    let from = columns[0].x + columns[0].width - 7;
    return parts.map((column) => {
      const path = `M${from} ${rail.y}H${column.x + 7}`;
      from = column.x + column.width - 7;
      const isDown = ['dead', 'failed', 'none'].includes(linkState(column)) && column.state !== 'more';
      return svg`<path class="rail net-${hue(rail.network.name)} ${isDown ? 'broken' : ''}" d=${path}/>`;
    });
  });
}

/** The same where hosts stand below each other. */
function waysBelow({columns}) {
  return columns.slice(1).map((column) => svg`
    <g class="way is-${linkState(column)}">
      <path class="cable" d="M24 ${column.y - 42}V${column.y}"/>
      <circle cx="24" cy=${column.y - 21} r="4"/>
      <text x="36" y=${column.y - 17}>${linkWords(column.link).join(' · ')}</text>
      ${column.rails.slice(0, 8).map((rail, i) => svg`
        <path class="rail thin net-${hue(rail.network.name)}"
          d="M${column.width - 20 - i * 9} ${column.y - 42}V${column.y}"/>`)}
    </g>`);
}

/** The whole picture, so wide. */
export function picture(width) {
  const plan = layOut(Math.max(300, width));
  return svg`
    <svg class="picture" viewBox="0 0 ${plan.width} ${plan.height}" width=${plan.width} height=${plan.height}>
      ${plan.wide ? svg`${overlay(plan)}${underlay(plan)}` : waysBelow(plan)}
      ${repeat(plan.columns, (c) => `${c.vtep ? 'vtep' : 'host'} ${c.name}`, box)}
    </svg>`;
}
