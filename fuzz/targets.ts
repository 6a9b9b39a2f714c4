// Every parser the fuzzer knows, by name. A protocol in src/protocols/index.ts is a target without being named here.
import { processorMs } from './session.ts';
import { protocols } from '../src/protocols/index.ts';
import { pcap, pcapng } from './capture-targets.ts';
import { engine } from './engine-target.ts';
import { fragments, links, packet, tunnels } from './packet-targets.ts';
import { protocolTarget } from './protocol-target.ts';
import { streams } from './stream-target.ts';
import type { Target } from './target.ts';

export const targets: readonly Target[] = [
  pcap,
  pcapng,
  packet,
  links,
  tunnels,
  fragments,
  streams,
  ...protocols.map(protocolTarget),
  engine,
];

const retained: Uint8Array[] = [];

/** They must be found out, each in its way: what proves that the fuzzer can fail. Not part of `all`. */
export const canaries: readonly Target[] = [
  {
    ...canary('canary-throws', 'throws on a certain byte'),
    open: () => (input) => {
      if (input[2] === 0xff) throw new Error('the canary sang');
      return [];
    },
  },
  {
    ...canary('canary-hangs', 'never returns on a certain byte'),
    open: () => (input) => {
      while (input[2] === 0xff) input[3] = 1;
      return [];
    },
  },
  {
    ...canary('canary-grows', 'keeps memory of every input'),
    open: () => (input) => [retained.push(new Uint8Array(32 * 1024).fill(input.length))],
  },
  {
    ...canary('canary-slow', 'takes longer than a second on a certain byte'),
    open: () => {
      // Twice: the input is tried again before it is called slow.
      let left = 2;
      return (input) => {
        if (input[2] !== 0xff || left === 0) return [];
        left--;
        const endMs = processorMs() + 1200;
        while (processorMs() < endMs) input[3] = 1;
        return [];
      };
    },
  },
];

function canary(name: string, summary: string): Omit<Target, 'open'> {
  return { name, summary, bytesMax: 64, seeds: () => [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)] };
}
