// Hosts: one number for one address in one segment, and which MAC address may be believed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AddressKind, HostTable } from './hosts.ts';

const host4 = (hosts: HostTable, address: number, segment = 0): number =>
  hosts.hostOf(segment, AddressKind.ipv4, 0, 0, 0, address | 0);

describe('hosts', () => {
  test('an address keeps its number while the table grows, and has another one in another segment', () => {
    const hosts = new HostTable();
    const numbers = Array.from({ length: 20_000 }, (_, index) => host4(hosts, 0x0a000000 + index));
    const again = Array.from({ length: 20_000 }, (_, index) => host4(hosts, 0x0a000000 + index));
    assert.deepEqual(again, numbers);
    assert.equal(new Set(numbers).size, 20_000);
    const segment = hosts.segmentOf(20, -1);
    const other = host4(hosts, 0x0a000000, segment);
    assert.ok(!numbers.includes(other));
    assert.equal(hosts.segment(other), 'vlan 20');
    assert.equal(hosts.address(other), '10.0.0.0');
  });

  test('a MAC that was doubtful is news when ARP says it, once', () => {
    const hosts = new HostTable();
    const [first, second] = [host4(hosts, 0x0a000001), host4(hosts, 0x0a000002)];
    hosts.bindMac(first, 0x0080, 5, false);
    assert.equal(hosts.bindMac(second, 0x0080, 5, false), 1);
    assert.equal(hosts.mac(second), '', 'a router may stand there');
    assert.equal(hosts.bindMac(second, 0x0080, 5, true), 1);
    assert.equal(hosts.bindMac(second, 0x0080, 5, true), 0);
    const alone = host4(hosts, 0x0a000003);
    hosts.bindMac(alone, 0x0080, 6, false);
    assert.equal(hosts.bindMac(alone, 0x0080, 6, true), 0, 'it was told already');
  });

  test('who asks for an address has none yet: what it is given is the only one behind its MAC', () => {
    const hosts = new HostTable();
    const [nobody, given] = [host4(hosts, 0), host4(hosts, 0x0a000027)];
    hosts.bindMac(nobody, 0x0090, 7, false);
    hosts.bindMac(given, 0x0090, 7, false);
    assert.equal(hosts.mac(given), '00:90:00:00:00:07');
  });

  test('an address in .255 is a device’s if it has a MAC address, and everybody’s if it is sent to everybody', () => {
    const hosts = new HostTable();
    const [device, all, unknown] = [host4(hosts, 0x0a0000ff), host4(hosts, 0xc0a800ff), host4(hosts, 0x0a0001ff)];
    hosts.bindMac(device, 0x0080, 0xf4010203 | 0, false);
    hosts.bindMac(all, 0xffff, -1, false);
    hosts.bindMac(all, 0x0030, 0xbdc5b2b6 | 0, false);
    assert.deepEqual(
      [device, all, unknown].map((host) => hosts.isBroadcastOrMulticast(host)),
      [false, true, true],
    );
  });

  test('IPv6 addresses are written as RFC 5952 says', () => {
    const hosts = new HostTable();
    const text = (a: number, b: number, c: number, d: number): string =>
      hosts.address(hosts.hostOf(0, AddressKind.ipv6, a | 0, b | 0, c | 0, d | 0));
    assert.equal(text(0x20010db8, 0, 0, 1), '2001:db8::1');
    assert.equal(text(0, 0, 0, 0), '::');
    assert.equal(text(0x20010db8, 0x00000001, 0x00010001, 0x00010001), '2001:db8:0:1:1:1:1:1');
    assert.equal(text(0xfe800000, 0, 0x02000000, 0x00000000), 'fe80::200:0:0:0');
  });

  test('a MAC address with many IPv4 addresses behind it is a router, unless ARP says otherwise', () => {
    const hosts = new HostTable();
    const [near, far, further] = [host4(hosts, 0x0a000001), host4(hosts, 0x08080808), host4(hosts, 0x08080404)];
    assert.equal(hosts.bindMac(near, 0x0080, 0xf4010203 | 0, false), 1);
    assert.equal(hosts.mac(near), '00:80:f4:01:02:03');
    hosts.bindMac(far, 0x0080, 0xf4010203 | 0, false);
    hosts.bindMac(further, 0x0080, 0xf4010203 | 0, false);
    assert.equal(hosts.mac(far), '');
    assert.equal(hosts.mac(near), '');
    hosts.bindMac(near, 0x0080, 0xf4010203 | 0, true);
    assert.equal(hosts.mac(near), '00:80:f4:01:02:03');
    assert.equal(hosts.mac(far), '');
  });

  test('a changed MAC address is noticed, a group address is none', () => {
    const hosts = new HostTable();
    const host = host4(hosts, 0x0a000001);
    assert.equal(hosts.bindMac(host, 0x0080, 1, true), 1);
    assert.equal(hosts.bindMac(host, 0x0080, 1, true), 0);
    assert.equal(hosts.bindMac(host, 0x0080, 2, false), 0, 'a frame does not outweigh ARP');
    assert.equal(hosts.bindMac(host, 0x0080, 2, true), 2);
    assert.equal(hosts.bindMac(host, 0xffff, 0xffffffff | 0, true), 0);
    assert.equal(hosts.mac(host), '00:80:00:00:00:02');
  });

  test('a host that changes its MAC address all the time is left as it is', () => {
    const hosts = new HostTable();
    const host = host4(hosts, 0x0a000001);
    let changes = 0;
    for (let round = 0; round < 10_000; round++) if (hosts.bindMac(host, 0x0080, round % 2, true) !== 0) changes++;
    assert.ok(changes <= 64, `${changes} changes reported`);
  });

  test('group addresses are told from hosts', () => {
    const hosts = new HostTable();
    assert.ok(hosts.isBroadcastOrMulticast(host4(hosts, 0xefffff01)));
    assert.ok(hosts.isBroadcastOrMulticast(host4(hosts, 0x0a0000ff)));
    assert.ok(!hosts.isBroadcastOrMulticast(host4(hosts, 0x0a000001)));
    assert.ok(hosts.isBroadcastOrMulticast(hosts.hostOf(0, AddressKind.ipv6, 0xff020000 | 0, 0, 0, 1)));
    assert.ok(hosts.isBroadcastOrMulticast(hosts.hostOf(0, AddressKind.mac, 0, 0, 0x0180, 0xc2000000 | 0)));
  });

  test('VLANs that are declared one segment are one, and keep what ids are made of', () => {
    const hosts = new HostTable([
      { name: 'cell 1', observed: ['vlan 20', 'vlan 21', 'vlan 30.5'] },
      { name: 'office', observed: ['default'] },
    ]);
    const first = host4(hosts, 0x0a000001, hosts.segmentOf(21, -1));
    assert.equal(host4(hosts, 0x0a000001, hosts.segmentOf(20, -1)), first);
    assert.equal(host4(hosts, 0x0a000001, hosts.segmentOf(30, 5)), first);
    assert.equal(hosts.segment(first), 'cell 1');
    assert.equal(hosts.observedSegment(first), 'vlan 20', 'whichever came first');
    const untagged = host4(hosts, 0x0a000001, hosts.segmentOf(-1, -1));
    assert.deepEqual([hosts.segment(untagged), hosts.observedSegment(untagged)], ['office', 'default']);
    const other = host4(hosts, 0x0a000001, hosts.segmentOf(22, -1));
    assert.deepEqual([hosts.segment(other), hosts.observedSegment(other)], ['vlan 22', 'vlan 22']);
  });

  test('a declared segment may be joined with the untagged one', () => {
    const hosts = new HostTable([{ name: 'plant', observed: ['vlan 7', 'default'] }]);
    const host = host4(hosts, 0x0a000001, hosts.segmentOf(7, -1));
    assert.equal(host4(hosts, 0x0a000001), host);
    assert.equal(hosts.observedSegment(host), 'vlan 7');
  });
});

test('what comes with a lowered TTL has the MAC address of a router, which keeps its own', () => {
  const hosts = new HostTable();
  const host = (last: number): number => hosts.hostOf(0, AddressKind.ipv4, 0, 0, 0, 0x0a000000 + last);
  const [router, far, further] = [host(1), host(2), host(3)];
  for (const one of [router, far, further]) hosts.bindMac(one, 0x0080, 7, false);
  hosts.noteRouted(far);
  assert.equal(hosts.mac(router), '', 'two are left of which none is known to be routed to');
  hosts.noteRouted(further);
  hosts.noteRouted(further);
  assert.deepEqual([hosts.mac(router), hosts.mac(far), hosts.mac(further)], ['00:80:00:00:00:07', '', '']);
  assert.deepEqual([hosts.forwards(router), hosts.forwards(far)], [2, 0]);
  hosts.bindMac(far, 0x0080, 9, true);
  assert.equal(hosts.mac(far), '00:80:00:00:00:09', 'ARP outweighs it');
  assert.equal(hosts.mac(router), '00:80:00:00:00:07');
});
