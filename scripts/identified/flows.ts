// What we and what tshark take the flows of a capture for, by transport, addresses and ports.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { openCapture } from '../../src/capture/open.ts';
import { Pipeline } from '../../src/engine/pipeline.ts';
import type { FactSink } from '../../src/facts/facts.ts';
import { HostTable } from '../../src/flow/hosts.ts';
import { protocols } from '../../src/protocols/index.ts';

/** Names by flow: `tcp 192.0.2.1:502 192.0.2.2:40000`, the ends in the order of their text. */
export type NamesByFlow = Map<string, Set<string>>;

/** Heuristics of tshark that look at enough bytes to be believed; all others over TCP and UDP are switched off. */
const BELIEVED = new Set(['tls', 'dtls', 'rtps', 'dcerpc', 'rpc', 'sip', 'stun', 'dnp3']);
/** Layers up to the transport, and what stands between it and an application. */
const TRANSPORTS = new Set(['tcp', 'udp']);

export async function ourFlows(path: string): Promise<NamesByFlow> {
  const flows: NamesByFlow = new Map();
  const hosts = new HostTable();
  const sink: FactSink = {
    conversation({ transport, client, server, clientPort, serverPort, protocol }) {
      if (transport !== 'tcp' && transport !== 'udp') return;
      const ends = [`${hosts.address(client)}:${clientPort}`, `${hosts.address(server)}:${serverPort}`];
      const names = namesAt(flows, transport, ends);
      const name = protocols[protocol]?.name;
      if (name !== undefined) names.add(name);
    },
    operation: ignore,
    violation: ignore,
    login: ignore,
    transfer: ignore,
    claim: ignore,
    trait: ignore,
  };
  const pipeline = new Pipeline(sink, { tick: ignore }, protocols, hosts);
  const source = await openCapture([path]);
  try {
    for (;;) {
      const batch = await source.next();
      if (batch === null) break;
      pipeline.batch(batch);
    }
  } finally {
    source.close();
  }
  pipeline.end();
  return flows;
}

/** Every layer above the transport that tshark shows in any frame of the flow. */
export async function theirFlows(path: string): Promise<NamesByFlow> {
  const flows: NamesByFlow = new Map();
  const fields = ['frame.protocols', 'ip.src', 'ip.dst', 'ipv6.src', 'ipv6.dst'];
  fields.push('tcp.srcport', 'tcp.dstport', 'udp.srcport', 'udp.dstport');
  const options = fields.flatMap((field) => ['-e', field]);
  const child = spawn(
    'tshark',
    ['-n', '-r', path, ...switchedOff(), '-T', 'fields', '-E', 'occurrence=l', ...options],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const ended = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) addFrame(flows, line);
  const [code] = (await ended) as [number | null];
  // Of a capture that is cut off tshark shows what comes before, and then fails.
  if (code !== 0 && flows.size === 0) throw new Error(`tshark shows no flow and ends with ${code ?? 'a signal'}`);
  return flows;
}

function addFrame(flows: NamesByFlow, line: string): void {
  const [stack = '', source4 = '', target4 = '', source6 = '', target6 = '', ...ports] = line.split('\t');
  const layers = stack.split(':');
  // What an ICMP message quotes is no flow.
  if (layers.includes('icmp') || layers.includes('icmpv6')) return;
  const at = layers.findLastIndex((layer) => TRANSPORTS.has(layer));
  if (at < 0) return;
  const transport = layers[at]!;
  const [sourcePort, targetPort] = transport === 'tcp' ? ports : ports.slice(2);
  const is6 = layers.lastIndexOf('ipv6', at) > layers.lastIndexOf('ip', at);
  const ends = [`${is6 ? source6 : source4}:${sourcePort ?? ''}`, `${is6 ? target6 : target4}:${targetPort ?? ''}`];
  const names = namesAt(flows, transport, ends);
  for (const layer of layers.slice(at + 1)) names.add(layer);
}

function namesAt(flows: NamesByFlow, transport: string, ends: string[]): Set<string> {
  const key = `${transport} ${ends.sort().join(' ')}`;
  let names = flows.get(key);
  if (names === undefined) {
    names = new Set();
    flows.set(key, names);
  }
  return names;
}

let switches: string[] | null = null;

/** tshark's switches against its heuristics. Most are named after protocol and transport; it says which are not. */
function switchedOff(): string[] {
  if (switches !== null) return switches;
  const { stdout } = spawnSync('tshark', ['-G', 'heuristic-decodes'], { encoding: 'utf8' });
  const names = stdout
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([base = '', name = '']) => TRANSPORTS.has(base) && name !== '' && !BELIEVED.has(name))
    .map(([base, name]) => `${name!}_${base!}`);
  const { stderr } = spawnSync('tshark', ['-r', '/dev/null', ...disabling(names)], { encoding: 'utf8' });
  const unknown = new Set([...stderr.matchAll(/No such protocol (\S+),/g)].map(([, name]) => name));
  switches = disabling(names.filter((name) => !unknown.has(name)));
  return switches;
}

function disabling(names: readonly string[]): string[] {
  return names.flatMap((name) => ['--disable-heuristic', name]);
}

function ignore(): void {
  // Only conversations are looked at.
}
