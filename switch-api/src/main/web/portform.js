// The forms that make and change ports and networks.

import * as api from './api.js';
import {openForm, confirmRemoval, valuesOf, documentOf, patchOf} from './forms.js';
import {state, refresh, readPorts, readNetworks} from './store.js';

const text = (path, label, more = {}) => ({path, label, kind: 'text', ...more});
const number = (path, label, more = {}) => ({path, label, kind: 'number', ...more});
const check = (path, label, absent, more = {}) => ({path, label, kind: 'check', absent, ...more});
const list = (path, label, more = {}) => ({path, label, kind: 'list', ...more});

const NAMESPACE = {placeholder: "the daemon's", hint: 'By name, or by a path such as /proc/PID/ns/net'};

export const TYPES = {
  tap: 'TAP: namespace, container, host',
  interface: 'Interface: NIC, veth, TAP of QEMU',
  stream: 'Stream socket: QEMU, libvirt, passt',
  dgram: 'Datagram socket: QEMU, vfkit',
  tun: 'TUN: a host that speaks IP only',
  vxlan: 'VXLAN: a remote VTEP',
};

const FAR_SIDES = {
  tap: () => [
    text('tap.interface', 'Interface', {placeholder: "the port's name"}),
    text('tap.namespace', 'Namespace', NAMESPACE),
    list('tap.addresses', 'Addresses', {placeholder: '10.0.0.1/24, fd00::1/64'}),
    text('tap.mac', 'MAC address', {placeholder: 'one that stays', more: true}),
    number('tap.mtu', 'MTU', {placeholder: "the network's", more: true}),
    number('tap.queues', 'Queues', {placeholder: '1', more: true}),
    text('tap.owner', 'Owner', {more: true}),
    text('tap.group', 'Group', {more: true}),
    check('tap.up', 'Bring the interface up', true, {more: true}),
    check('tap.persistent', 'Keep the device when the daemon ends', false, {more: true}),
    check('tap.offload', 'Large frames and open checksums cross whole', true, {more: true}),
  ],
  interface: () => [
    text('interface.name', 'Interface', {placeholder: "the port's name"}),
    text('interface.namespace', 'Namespace', NAMESPACE),
    check('interface.createTap', 'Make it, a TAP for QEMU or libvirt to open', false),
    text('interface.owner', 'Owner of the TAP', {more: true}),
    text('interface.group', 'Group of the TAP', {more: true}),
    number('interface.queues', 'Queues of the TAP', {placeholder: '1', more: true}),
    number('interface.mtu', 'MTU of the TAP', {placeholder: "the network's", more: true}),
    check('interface.promiscuous', 'Take in frames for every station', true, {more: true}),
    check('interface.offload', 'Large frames and open checksums go out whole', true, {more: true}),
  ],
  stream: () => [
    text('stream.listen', 'Listen', {placeholder: 'unix:/run/vm1.sock', hint: 'Or connect; one of the two'}),
    text('stream.connect', 'Connect to', {placeholder: 'tcp:127.0.0.1:9000'}),
    number('stream.maxConnections', 'Connections', {placeholder: '1', more: true}),
    text('stream.mode', 'Mode of the socket', {placeholder: '0660', more: true}),
    text('stream.owner', 'Owner of the socket', {more: true}),
    text('stream.group', 'Group of the socket', {more: true}),
    number('stream.reconnectSeconds', 'Longest pause before a new attempt, s', {placeholder: '5', more: true}),
  ],
  dgram: () => [
    text('dgram.local', 'Own address', {placeholder: 'unix:/run/port.sock', required: true}),
    text('dgram.remote', "Far side's address", {placeholder: 'unix:/run/vm.sock', required: true}),
    text('dgram.mode', 'Mode of the socket', {placeholder: '0660', more: true}),
    text('dgram.owner', 'Owner of the socket', {more: true}),
    text('dgram.group', 'Group of the socket', {more: true}),
  ],
  tun: () => [
    text('tun.interface', 'Interface', {placeholder: "the port's name"}),
    text('tun.namespace', 'Namespace', NAMESPACE),
    list('tun.addresses', 'Addresses', {placeholder: '10.0.0.1/24'}),
    list('tun.prefixes', 'Networks behind the host', {placeholder: '10.8.0.0/16'}),
    list('tun.gateways', 'Gateways', {more: true}),
    text('tun.mac', 'MAC address', {placeholder: 'one that stays', more: true}),
    number('tun.mtu', 'MTU', {placeholder: "the network's", more: true}),
    check('tun.up', 'Bring the interface up', true, {more: true}),
    check('tun.persistent', 'Keep the device when the daemon ends', false, {more: true}),
    check('tun.offload', 'Large packets and open checksums cross whole', true, {more: true}),
  ],
  vxlan: () => [
    text('vxlan.remote', 'Remote VTEP', {placeholder: '192.0.2.2', required: true}),
    text('vxlan.local', 'Own address', {placeholder: 'any'}),
    text('vxlan.secretFile', 'Secret file', {hint: 'Encrypts frames; an absolute path, the same secret on both hosts'}),
    number('vxlan.port', 'UDP port', {placeholder: '4789', more: true}),
    text('vxlan.namespace', 'Namespace of the underlay', {...NAMESPACE, more: true}),
    number('vxlan.ttl', 'TTL', {placeholder: '64', more: true}),
    number('vxlan.dscp', 'DSCP', {placeholder: '0', more: true}),
    check('vxlan.keepalive', 'Probe it', true, {more: true}),
    check('vxlan.mssClamp', 'Tell TCP connections to fit the path', false, {more: true}),
    check('vxlan.strict', 'Drop packets with reserved bits', false, {more: true}),
  ],
};

const networks = () => state.networks.map(({name}) => [name, name]);

function portFields(type, isNew) {
  return [
    text('name', 'Name', {required: true, fixed: !isNew, placeholder: 'web1'}),
    {path: 'type', label: 'Type', kind: 'select', fixed: !isNew,
      options: isNew ? Object.entries(TYPES) : [[type, TYPES[type] ?? type]]},
    {path: 'network', label: 'Network', kind: 'select', options: networks(), absent: 'default'},
    ...(FAR_SIDES[type]?.() ?? []),
    {path: 'trunk', label: 'Trunk', kind: 'trunk', placeholder: 'blue, red', more: true,
      hint: type === 'vxlan' ? 'Further networks that cross, each with its VNI, or "all"'
        : 'Networks whose frames cross with their VLAN tag, or "all"'},
    check('enabled', 'Enabled', true, {more: true}),
    check('learning', 'Learn source addresses', true, {more: true}),
    check('isolated', 'Isolated from other isolated ports', false, {more: true}),
    check('locked', 'Locked to stations of the FDB', false, {more: true}),
    check('flood.broadcast', 'Takes flooded broadcast', true, {more: true}),
    check('flood.multicast', 'Takes flooded multicast', true, {more: true}),
    check('flood.unknownUnicast', 'Takes flooded unknown unicast', true, {more: true}),
    number('maxLearned', 'Learned stations at most', {placeholder: 'no limit of its own', more: true}),
    number('storm.broadcast', 'Broadcast frames/s at most', {placeholder: 'no limit', more: true}),
    number('storm.multicast', 'Multicast frames/s at most', {placeholder: 'no limit', more: true}),
    number('storm.unknownUnicast', 'Unknown unicast frames/s at most', {placeholder: 'no limit', more: true}),
  ];
}

const pathOf = (port) => `/api/v1/ports/${api.encode(port)}`;

/** Sections of all types hold their defaults, so that choosing another type finds them. */
const freshValues = () => Object.assign({}, ...Object.keys(TYPES).map((type) => valuesOf(portFields(type, true), {})));

export function addPort(network = 'default') {
  openForm({
    title: 'Add a port',
    action: 'Add port',
    fields: ({type}) => portFields(type, true),
    values: {...freshValues(), type: 'tap', network},
    submit: async (values) => {
      const port = await api.post('/api/v1/ports', documentOf(portFields(values.type, true), values));
      await readPorts();
      location.hash = `#/ports/${api.encode(port.name)}`;
    },
  });
}

export async function editPort(name) {
  const {value: port, tag} = await api.getTagged(pathOf(name));
  const fields = portFields(port.type, false);
  const before = valuesOf(fields, port);
  openForm({
    title: `Change port ${name}`,
    fields: () => fields,
    values: before,
    submit: async (values) => {
      await api.patch(pathOf(name), patchOf(fields, before, values), tag);
      await readPorts();
    },
  });
}

export async function switchPort(port, enabled) {
  await api.patch(pathOf(port.name), {enabled});
  refresh();
}

export function removePort(name) {
  confirmRemoval(`Remove port ${name}`, 'Its stations leave the FDB, and a device that the switch made goes with it.',
    async () => {
      await api.remove(pathOf(name));
      await readPorts();
      location.hash = '#/ports';
    });
}

const networkFields = (isNew) => [
  text('name', 'Name', {required: true, fixed: !isNew, placeholder: 'blue'}),
  number('vlan', 'VLAN', {placeholder: 'on no trunk', hint: 'Its 802.1Q VID on trunk ports, 1 to 4094'}),
  number('vni', 'VNI', {placeholder: 'not in the overlay', hint: 'Its VXLAN network identifier, to join other hosts'}),
  number('mtu', 'MTU', {placeholder: '1500'}),
  number('ageingSeconds', 'Ageing, s', {placeholder: '300', more: true}),
  number('maxLearned', 'Learned stations at most', {placeholder: '65536', more: true}),
  check('encryption', 'Encrypt in the overlay, where ports have a secret', true, {more: true}),
  check('neighSuppress', 'Answer ARP and ND for known stations', true, {more: true}),
  check('forwardReserved', 'Forward link-local group addresses', false, {more: true}),
];

const networkPath = (name) => `/api/v1/networks/${api.encode(name)}`;

export function addNetwork() {
  const fields = networkFields(true);
  openForm({
    title: 'Add a network',
    action: 'Add network',
    fields: () => fields,
    values: valuesOf(fields, {}),
    submit: async (values) => {
      const network = await api.post('/api/v1/networks', documentOf(fields, values));
      await readNetworks();
      location.hash = `#/networks/${api.encode(network.name)}`;
    },
  });
}

export async function editNetwork(name) {
  const {value: network, tag} = await api.getTagged(networkPath(name));
  const fields = networkFields(false);
  const before = valuesOf(fields, network);
  openForm({
    title: `Change network ${name}`,
    fields: () => fields,
    values: before,
    submit: async (values) => {
      await api.patch(networkPath(name), patchOf(fields, before, values), tag);
      await readNetworks();
    },
  });
}

export function removeNetwork(name) {
  confirmRemoval(`Remove network ${name}`, 'Its FDB goes with it. A network that ports use stays.', async () => {
    await api.remove(networkPath(name));
    await readNetworks();
    location.hash = '#/networks';
  });
}

/** Nails a station to a port. */
export function addStation(network) {
  const ports = state.ports.map(({name}) => [name, name]);
  openForm({
    title: `Add a static station to ${network}`,
    action: 'Add station',
    fields: () => [
      text('mac', 'MAC address', {required: true, placeholder: '02:00:00:00:00:01'}),
      {path: 'port', label: 'Port', kind: 'select', options: ports},
    ],
    values: {mac: '', port: ports[0]?.[0]},
    submit: ({mac, port}) => api.request('PUT', `${networkPath(network)}/fdb/${api.encode(mac.trim())}`, {body: {port}}),
  });
}
