// One asset for each device that spoke, whatever addresses and units it has, with the best of what was claimed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Claim, Conversation, HostDirectory, Trait } from '../facts/facts.ts';
import { EVIDENCE_MAX } from './host-record.ts';
import { Inventory, UNITS_PER_HOST_MAX } from './inventory.ts';
import { modbus } from '../protocols/modbus/index.ts';

interface Host {
  readonly address: string;
  readonly mac?: string;
  readonly segment?: string;
}

function directory(hosts: readonly Host[]): HostDirectory {
  const host = (number: number): Host => hosts[number] ?? { address: '' };
  return {
    count: hosts.length,
    address: (number) => host(number).address,
    addressKind: (number) => {
      const { address } = host(number);
      if (!address.includes(':')) return 'ipv4';
      return address.length === 17 && address.split(':').length === 6 ? 'mac' : 'ipv6';
    },
    segment: (number) => host(number).segment ?? 'default',
    mac: (number) => host(number).mac ?? '',
    isBroadcastOrMulticast: (number) => host(number).address.startsWith('224.'),
  };
}

function inventoryOf(hosts: readonly Host[], vendors: (mac: string) => string = () => ''): Inventory {
  return new Inventory(directory(hosts), [modbus], vendors);
}

function talk(client: number, server: number, change: Partial<Conversation> = {}): Conversation {
  return {
    fact: 'conversation',
    phase: 'closed',
    timeUs: 20,
    frame: 1,
    flow: 1,
    client,
    server,
    transport: 'tcp',
    clientPort: 40_000,
    serverPort: 502,
    protocol: -1,
    firstUs: 10,
    lastUs: 20,
    clientPackets: 3,
    serverPackets: 3,
    clientBytes: 180,
    serverBytes: 180,
    gaps: 0,
    isSeenFromStart: true,
    isAnswered: true,
    frames: [],
    ...change,
  };
}

function claim(host: number, change: Partial<Claim>): Claim {
  return {
    fact: 'claim',
    timeUs: 15,
    frame: 4,
    host,
    unit: -1,
    attribute: 'model',
    value: 'M1',
    source: 'test',
    trust: 0.9,
    ...change,
  };
}

const answers = (host: number, unit: number): Claim =>
  claim(host, { unit, attribute: 'service', value: 'modbus', source: 'answers', trust: 0.8 });

test('a scan of silent addresses makes one device, the scanner', () => {
  const hosts = Array.from({ length: 255 }, (_, number) => ({ address: `10.0.0.${number}` }));
  const inventory = inventoryOf(hosts);
  for (let server = 2; server < 255; server++) {
    inventory.conversation(talk(1, server, { serverPackets: 0, isAnswered: false, phase: 'opened' }));
  }
  assert.deepEqual(
    inventory.list().map((asset) => asset.ip),
    [['10.0.0.1']],
  );
});

test('group addresses and the unspecified address are no devices', () => {
  const inventory = inventoryOf([
    { address: '0.0.0.0' },
    { address: '224.0.0.251' },
    { address: '10.0.0.1' },
    { address: '::' },
  ]);
  inventory.conversation(talk(0, 1));
  inventory.conversation(talk(2, 1));
  inventory.conversation(talk(3, 1));
  assert.deepEqual(
    inventory.list().map((asset) => asset.ip),
    [['10.0.0.1']],
  );
});

test('devices are listed by segment, numeric address and unit', () => {
  const inventory = inventoryOf([
    { address: '10.0.0.10' },
    { address: '10.0.0.9' },
    { address: '10.0.0.9', segment: 'vlan 20' },
    { address: '2001:db8::a' },
    { address: '2001:db8:0:1::1' },
  ]);
  for (let host = 4; host >= 0; host--) inventory.conversation(talk(host, host));
  assert.deepEqual(
    inventory.list().map((asset) => `${asset.segment} ${asset.ip.join()}`),
    ['default 10.0.0.9', 'default 10.0.0.10', 'default 2001:db8::a', 'default 2001:db8:0:1::1', 'vlan 20 10.0.0.9'],
  );
});

test('one unit id is the device itself; several make a gateway with a device for each', () => {
  const inventory = inventoryOf([{ address: '10.0.0.1' }, { address: '10.0.0.2' }]);
  inventory.conversation(talk(0, 1));
  inventory.claim(answers(1, 5));
  inventory.claim(claim(1, { unit: 5, value: 'Drive' }));
  const [, single] = inventory.list();
  assert.equal(single?.model, 'Drive');
  assert.equal(single.unit, null);
  assert.equal(inventory.assetId(1, 5), single.id);
  inventory.claim(answers(1, 255));
  assert.equal(inventory.list().length, 2);
  inventory.claim(answers(1, 7));
  const [, gateway, five, seven] = inventory.list();
  assert.deepEqual([gateway?.unit, five?.unit, seven?.unit], [null, 5, 7]);
  assert.equal(gateway?.id, single.id);
  assert.equal(gateway.model, null);
  assert.equal(five?.model, 'Drive');
  assert.deepEqual(five.protocols, ['modbus']);
  assert.equal(inventory.assetId(1, 5), five.id);
  assert.equal(inventory.assetId(1, 255), gateway.id);
  assert.equal(inventory.assetId(1, 99), gateway.id);
  assert.equal(new Set([gateway.id, five.id, seven?.id]).size, 3);
});

test('units that only say who they are, as all do where the unit id is ignored, are the device itself', () => {
  const inventory = inventoryOf([{ address: '10.0.0.1' }]);
  for (let unit = 1; unit < 248; unit++) inventory.claim(claim(0, { unit, value: 'PLC' }));
  const assets = inventory.list();
  assert.equal(assets.length, 1);
  assert.equal(assets[0]?.model, 'PLC');
  assert.equal(inventory.assetId(0, 9), assets[0].id);
});

test('an id follows from segment and MAC, or segment and address, and from nothing else', () => {
  const one = inventoryOf([{ address: '10.0.0.1', mac: '00:80:f4:00:00:01' }]).assetId(0, -1);
  const moved = inventoryOf([{ address: '10.0.0.9' }, { address: '10.0.0.77', mac: '00:80:f4:00:00:01' }]).assetId(
    1,
    -1,
  );
  const elsewhere = inventoryOf([{ address: '10.0.0.1', mac: '00:80:f4:00:00:01', segment: 'vlan 3' }]).assetId(0, -1);
  assert.equal(one, moved);
  assert.notEqual(one, elsewhere);
  assert.match(one, /^[0-9a-z]{12}$/);
});

test('an id stays when the MAC becomes known later', () => {
  const host: { address: string; mac?: string } = { address: '10.0.0.1' };
  const inventory = inventoryOf([host]);
  inventory.conversation(talk(0, 0));
  const before = inventory.assetId(0, -1);
  host.mac = '00:80:f4:00:00:01';
  assert.equal(inventory.assetId(0, -1), before);
  assert.equal(inventory.list()[0]?.id, before);
});

/** Everybody spoke; what is listed of each. */
function addressesOf(
  hosts: readonly Host[],
  play: (inventory: Inventory) => void = () => undefined,
  forwarding: readonly string[] = [],
): string[] {
  const list = {
    ...directory(hosts),
    forwards: (host: number) => (forwarding.includes(hosts[host]?.mac ?? '') ? 1 : 0),
  };
  const inventory = new Inventory(list, [modbus], () => '');
  for (const [host, { mac }] of hosts.entries()) {
    inventory.conversation(talk(host, host));
    if (mac !== undefined) inventory.trait(binding(host, mac));
  }
  play(inventory);
  return inventory.list().map(({ ip, mac }) => (ip.length > 0 ? ip : mac).join(' '));
}

function trait(host: number, name: string, value: string): Trait {
  return { fact: 'trait', timeUs: 15, frame: 5, host, trait: name, value };
}

const binding = (host: number, mac: string): Trait => trait(host, 'address-binding', mac);

const CARD = '00:80:f4:00:00:01';

test('all addresses of a card are one device: MAC, link-local, IPv6 and some IPv4 addresses', () => {
  const addresses = ['fe80::1', CARD, '10.0.0.1', '10.0.0.2', '2001:db8::1'];
  assert.deepEqual(addressesOf(addresses.map((address) => ({ address, mac: CARD }))), [
    '10.0.0.1 10.0.0.2 2001:db8::1 fe80::1',
  ]);
});

test('a card that answers for many IPv4 addresses is no device with many addresses', () => {
  const addresses = ['fe80::1', ...Array.from({ length: 6 }, (_, number) => `10.0.0.${number + 1}`)];
  const listed = addressesOf(addresses.map((address) => ({ address, mac: CARD })));
  assert.deepEqual(listed, ['10.0.0.1 fe80::1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6']);
});

test('a card in two VLANs is one device, unless it is a router or its address is made up', () => {
  const hosts = (mac: string): Host[] => [
    { address: '10.0.1.1', mac, segment: 'vlan 1' },
    { address: '10.0.2.1', mac, segment: 'vlan 2' },
  ];
  assert.deepEqual(addressesOf(hosts(CARD)), ['10.0.1.1 10.0.2.1']);
  assert.deepEqual(addressesOf(hosts(CARD), undefined, [CARD]), ['10.0.1.1', '10.0.2.1']);
  assert.deepEqual(addressesOf(hosts('02:80:f4:00:00:01')), ['10.0.1.1', '10.0.2.1']);
  assert.deepEqual(addressesOf(hosts('00:00:5e:00:01:05')), ['10.0.1.1', '10.0.2.1']);
});

test('an address that was seen with two cards joins nobody: it may be spoofed', () => {
  const hosts = [
    { address: '10.0.0.1', mac: CARD },
    { address: '10.0.0.9', mac: '00:80:f4:00:00:09' },
  ];
  const list = hosts.map((host) => ({ ...host }));
  assert.deepEqual(
    addressesOf(list, (inventory) => {
      list[0]!.mac = '00:80:f4:00:00:09';
      inventory.trait(binding(0, '00:80:f4:00:00:09'));
    }),
    ['10.0.0.1', '10.0.0.9'],
  );
});

test('addresses that DHCP gave to one card one after the other are one device', () => {
  assert.deepEqual(
    addressesOf([{ address: '10.0.0.1' }, { address: '10.0.0.2' }, { address: '10.0.0.3' }], (inventory) => {
      inventory.trait(binding(0, CARD));
      inventory.trait(binding(2, CARD));
    }),
    ['10.0.0.1 10.0.0.3', '10.0.0.2'],
  );
});

test('who speaks LLDP is the device of its management address, unless that has the card of another maker', () => {
  const port = { address: '00:80:f4:00:00:07', mac: '00:80:f4:00:00:07' };
  const speaks = (inventory: Inventory): void => inventory.trait(trait(0, 'management-address', '10.0.0.1'));
  assert.deepEqual(addressesOf([port, { address: '10.0.0.1' }], speaks), ['10.0.0.1']);
  assert.deepEqual(addressesOf([port, { address: '10.0.0.1', mac: CARD }], speaks), ['10.0.0.1']);
  const other = { address: '10.0.0.1', mac: '00:1d:9c:00:00:01' };
  assert.deepEqual(addressesOf([port, other], speaks), ['10.0.0.1', '00:80:f4:00:00:07']);
});

test('a name of mDNS joins an IPv4 and an IPv6 address, not two cards and not two IPv4 addresses', () => {
  const name = (host: number): Claim =>
    claim(host, { attribute: 'name', value: 'printer.local', source: host === 0 ? 'mdns A' : 'mdns AAAA' });
  const named = (inventory: Inventory): void => [0, 1].forEach((host) => inventory.claim(name(host)));
  const far = { address: '2001:db8::1', mac: CARD };
  assert.deepEqual(addressesOf([{ address: '10.0.0.1' }, far], named), ['10.0.0.1 2001:db8::1']);
  assert.equal(addressesOf([{ address: '10.0.0.1', mac: '00:80:f4:00:00:02' }, far], named).length, 2);
  assert.equal(addressesOf([{ address: '10.0.0.1' }, { address: '10.0.0.2' }], named).length, 2);
});

test('ids that were given before parts were known to be one device are its aliases', () => {
  const hosts: { address: string; mac?: string }[] = [{ address: '10.0.0.1' }, { address: '10.0.0.2', mac: CARD }];
  const inventory = inventoryOf(hosts);
  for (const host of [0, 1]) inventory.conversation(talk(host, host));
  const [early, late] = [inventory.assetId(0, -1), inventory.assetId(1, -1)];
  assert.notEqual(early, late);
  hosts[0]!.mac = CARD;
  inventory.trait(binding(0, CARD));
  const [asset, ...more] = inventory.list();
  assert.deepEqual([asset?.id, asset?.aliases, more], [late, [early], []]);
  assert.equal(inventory.primaryId(early), late);
  assert.equal(inventory.assetId(0, -1), early, 'what was given is never changed');
  assert.equal(inventory.list()[0]?.id, late);
});

test('claims of all addresses of a device are its evidence, once', () => {
  const inventory = inventoryOf([
    { address: '10.0.0.1', mac: CARD },
    { address: '2001:db8::1', mac: CARD },
  ]);
  inventory.claim(claim(0, { value: 'M1', trust: 0.5 }));
  inventory.claim(claim(1, { value: 'M1', trust: 0.9, timeUs: 99 }));
  inventory.claim(claim(1, { attribute: 'serial', value: 'S1' }));
  const [asset] = inventory.list();
  assert.deepEqual(
    asset?.evidence.map(({ value, trust, timeUs }) => [value, trust, timeUs]),
    [
      ['M1', 0.9, 99],
      ['S1', 0.9, 15],
    ],
  );
});

test('the most trusted claim is shown, among equals the newest, and the others stay as evidence', () => {
  const inventory = inventoryOf([{ address: '10.0.0.1', mac: '00:80:f4:00:00:01' }], () => 'Card maker');
  inventory.claim(claim(0, { attribute: 'vendor', value: 'Maker', trust: 0.9 }));
  inventory.claim(claim(0, { attribute: 'firmware', value: '1.0', timeUs: 5 }));
  inventory.claim(claim(0, { attribute: 'firmware', value: '1.1', timeUs: 9 }));
  inventory.claim(claim(0, { attribute: 'firmware', value: '9.9', timeUs: 50, trust: 0.3 }));
  inventory.claim(claim(0, { attribute: 'firmware', value: '1.1', timeUs: 9 }));
  const [asset] = inventory.list();
  assert.equal(asset?.vendor, 'Maker');
  assert.equal(asset.firmware, '1.1');
  assert.deepEqual(
    asset.evidence.map(({ attribute, value }) => `${attribute} ${value}`),
    ['firmware 1.1', 'firmware 1.0', 'firmware 9.9', 'vendor Maker', 'vendor Card maker'],
  );
});

test('a level that is no number from 0 to 5 is not shown', () => {
  const inventory = inventoryOf([{ address: '10.0.0.1' }]);
  inventory.claim(claim(0, { attribute: 'level', value: '7' }));
  assert.equal(inventory.list()[0]?.level, null);
  inventory.claim(claim(0, { attribute: 'level', value: '0', trust: 1 }));
  assert.equal(inventory.list()[0]?.level, 0);
});

test('what one device claims is bounded, and the most trusted stays', () => {
  const inventory = inventoryOf([{ address: '10.0.0.1' }]);
  inventory.claim(claim(0, { value: 'true model', trust: 1 }));
  for (let number = 0; number < 1000; number++)
    inventory.claim(claim(0, { value: `M${number}`, trust: 0.5, timeUs: number }));
  for (let unit = 300; unit < 1299; unit++) inventory.claim(answers(0, unit));
  const [asset, ...behind] = inventory.list();
  assert.equal(asset?.evidence.length, EVIDENCE_MAX);
  assert.equal(asset.model, 'true model');
  assert.equal(behind.length, UNITS_PER_HOST_MAX);
  assert.equal(inventory.overflow, 999 - UNITS_PER_HOST_MAX);
});

test('a host that a judgement names is a device, a group address is none', () => {
  const inventory = inventoryOf([{ address: '' }, { address: '10.0.0.1' }, { address: '224.0.0.1' }]);
  inventory.named(1, 5);
  inventory.named(2, 5);
  assert.deepEqual(
    inventory.list().map(({ ip, firstUs, lastUs }) => [ip, firstUs, lastUs]),
    [[['10.0.0.1'], 5, 5]],
  );
});
