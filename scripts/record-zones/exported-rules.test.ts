// Rules of `policy export --format nftables` at work: loaded in a network namespace that forwards, they let a replay of
// the learned traffic pass without a drop and block every labelled violation.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { folderWith, run1sec } from '../../src/commands/child-program.ts';
import { makeNamespacePair, whyNoNamespaces, type NamespacePair } from '../../src/engine/network-namespaces.ts';
import { bytesOf, framesOf, readRecording, type LabelledHop } from './recording.ts';

const SAMPLES = resolve(import.meta.dirname, '../../samples/zones');
/** MAC addresses of the recorded router begin so: what was sent to one of them was to be forwarded. */
const ROUTER = [0x02, 0x00, 0x5e, 0x00, 0x00];
const ICMP6 = 58;
const FAMILIES = { ipv4: 'ip', ipv6: 'ip6' } as const;
type Variant = keyof typeof FAMILIES;

const whyNot = whyNoNamespaces() || whyNoNft();

function whyNoNft(): string | false {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
  const { status } = spawnSync('which', ['nft'], { env: { ...process.env, PATH: path } });
  return status === 0 ? false : 'skipped: no nft command';
}

/** Frames that the recorded router got to forward, addressed to another one. */
function routed(capture: Buffer, mac: readonly number[], from: number, until: number): Buffer {
  return framesOf(capture, (frame, time) => {
    if (time < from || time >= until || !ROUTER.every((byte, index) => frame[index] === byte)) return false;
    const etherType = frame.readUInt16BE(12);
    // Neighbour discovery is the link's own.
    const isForwarded = etherType === 0x0800 || (etherType === 0x86dd && frame[20] !== ICMP6);
    frame.set(mac, 0);
    return isForwarded;
  });
}

/** Counts before and behind the rules: all, and each violation. */
function countingTable(violations: readonly LabelledHop[], variant: Variant): string {
  const family = FAMILIES[variant];
  const chain = (name: string, hook: string): string[] => [
    `  chain ${name} {`,
    `    type filter hook ${hook};`,
    `    iifname != "lo" meta nfproto ${variant} meta l4proto { tcp, udp } counter`,
    ...violations.map(({ from, to, port }) => {
      const match = port === 0 ? 'meta l4proto tcp' : `tcp dport ${port}`;
      return `    ${family} saddr ${from} ${family} daddr ${to} ${match} counter`;
    }),
    '  }',
  ];
  const chains = [...chain('before', 'prerouting priority -500'), ...chain('behind', 'forward priority 500')];
  return ['table inet counting {', ...chains, '}', ''].join('\n');
}

/** Packets of each counter, in the order of the rules. */
function counted(router: NamespacePair, chain: string): number[] {
  const listed = router.run('nft', ['-j', 'list', 'chain', 'inet', 'counting', chain]);
  const { nftables } = JSON.parse(listed) as { nftables: { rule?: { expr: { counter?: { packets: number } }[] } }[] };
  const expressions = nftables.flatMap(({ rule }) => rule?.expr ?? []);
  return expressions.flatMap(({ counter }) => (counter === undefined ? [] : [counter.packets]));
}

function forwardingSpace(): { router: NamespacePair; mac: number[] } {
  const router = makeNamespacePair();
  const { listener } = router;
  const set = (name: string, value: number): void => void router.run('sysctl', ['-q', '-w', `${name}=${value}`]);
  for (const scope of ['all', 'default', listener]) {
    set(`net.ipv6.conf.${scope}.disable_ipv6`, 0);
    set(`net.ipv6.conf.${scope}.accept_dad`, 0);
    set(`net.ipv4.conf.${scope}.rp_filter`, 0);
  }
  set('net.ipv4.ip_forward', 1);
  set('net.ipv6.conf.all.forwarding', 1);
  // Whatever is forwarded ends at the other end of a cable; nobody is asked for a MAC address.
  router.run('ip', ['link', 'add', 'out', 'type', 'veth', 'peer', 'name', 'end']);
  router.run('ip', ['link', 'set', 'out', 'mtu', '9000', 'arp', 'off', 'up']);
  router.run('ip', ['link', 'set', 'end', 'mtu', '9000', 'arp', 'off', 'up']);
  router.run('ip', ['address', 'add', '198.51.100.1/24', 'dev', listener]);
  for (const family of ['-4', '-6']) router.run('ip', [family, 'route', 'add', 'default', 'dev', 'out']);
  const [link] = JSON.parse(router.run('ip', ['-j', 'link', 'show', listener])) as { address: string }[];
  return { router, mac: link!.address.split(':').map((part) => parseInt(part, 16)) };
}

/** What was counted so far, by the rules of `countingTable`. */
interface Counts {
  readonly before: readonly number[];
  readonly behind: readonly number[];
}

describe('exported nftables rules', { skip: whyNot }, () => {
  for (const variant of ['ipv4', 'ipv6'] as const) {
    test(`over ${variant} a replay of the learned traffic passes without a drop, and every violation is blocked`, () => {
      const { all, normal, hops, normalEnd } = readRecording(join(SAMPLES, variant));
      const violations = hops.filter(({ isViolation }) => isViolation);
      assert.ok(violations.length >= 10);
      const directory = folderWith({});
      assert.equal(run1sec(['policy', 'infer', normal, '-o', 'policy.yaml'], { directory }).code, 0);
      const rules = run1sec(['policy', 'export', 'policy.yaml', '--format', 'nftables'], { directory }).output;
      const { router, mac } = forwardingSpace();
      try {
        const [loaded, replayed] = ['rules.nft', 'replay.pcap'].map((name) => join(directory, name));
        writeFileSync(loaded!, rules + countingTable(violations, variant));
        router.run('nft', ['-f', loaded!]);
        const capture = bytesOf(all);
        const play = (from: number, until: number): Counts => {
          writeFileSync(replayed!, routed(capture, mac, from, until));
          router.replay(replayed!, '--pps=3000');
          return { before: counted(router, 'before'), behind: counted(router, 'behind') };
        };
        const learned = play(0, normalEnd);
        assert.ok(learned.before[0]! > 500, `${learned.before[0]} packets were replayed`);
        assert.equal(learned.behind[0], learned.before[0]);
        const attacked = play(normalEnd, Infinity);
        for (const [index, violation] of violations.entries()) {
          assert.ok(attacked.before[index + 1]! > 0, `replayed: ${JSON.stringify(violation)}`);
          assert.equal(attacked.behind[index + 1], 0, `blocked: ${JSON.stringify(violation)}`);
        }
        assert.ok(attacked.behind[0]! > learned.behind[0]!, 'normal work went on');
      } finally {
        router.remove();
      }
    });
  }
});
