// Builds the captures of this folder: two routers that settle who is active, of which one leaves and comes back, in both
// versions of HSRP. No software of Debian speaks it. captures.test.ts compares them with the files;
// `npm run golden -- --update` writes the files.
import { UdpExample, be16, be32, type Endpoint } from '../../example-conversation.ts';

const PORT = 1985;
const FIRST: Endpoint = { mac: 1, ip: 2, port: PORT };
const SECOND: Endpoint = { mac: 2, ip: 3, port: PORT };
/** Who hears it: all routers, in version 2 a group of its own. */
const ROUTERS: Endpoint = { mac: 0, ip: 0, port: PORT, group: [224, 0, 0, 2] };
const ROUTERS_2: Endpoint = { mac: 0, ip: 0, port: PORT, group: [224, 0, 0, 102] };
const VIRTUAL = [192, 0, 2, 1];
const HELLO_SECONDS = 3;
const HOLD_SECONDS = 10;
const SECOND_US = 1_000_000;

const Operation = { hello: 0, coup: 1, resign: 2 } as const;
type State = 'initial' | 'listen' | 'speak' | 'standby' | 'active';
/** RFC 2281, clause 5.1. */
const STATES: Readonly<Record<State, number>> = { initial: 0, listen: 2, speak: 4, standby: 8, active: 16 };
const STATES_2: Readonly<Record<State, number>> = { initial: 1, listen: 3, speak: 4, standby: 5, active: 6 };

type Said = readonly [router: Endpoint, operation: number, state: State, priority: number, afterSeconds: number];

/** The second has the higher priority; it resigns, and takes the address back with a coup. */
const ELECTION: readonly Said[] = [
  [FIRST, Operation.hello, 'speak', 100, 0],
  [FIRST, Operation.hello, 'standby', 100, 10],
  [FIRST, Operation.hello, 'active', 100, 3],
  [SECOND, Operation.hello, 'speak', 110, 1],
  [SECOND, Operation.coup, 'active', 110, 1],
  [FIRST, Operation.hello, 'speak', 100, 1],
  [SECOND, Operation.hello, 'active', 110, 2],
  [FIRST, Operation.hello, 'standby', 100, 3],
  [SECOND, Operation.resign, 'active', 110, 1],
  [FIRST, Operation.hello, 'active', 100, 1],
  [SECOND, Operation.coup, 'active', 110, 20],
  [FIRST, Operation.hello, 'standby', 100, 3],
  [SECOND, Operation.hello, 'active', 110, 1],
];

function version1(operation: number, state: State, priority: number): number[] {
  const head = [0, operation, STATES[state], HELLO_SECONDS, HOLD_SECONDS, priority, 7, 0];
  return [...head, ...Buffer.from('cisco\0\0\0', 'latin1'), ...VIRTUAL];
}

/** The group state element; the identifier is the card of the router, times are milliseconds. */
function version2(router: Endpoint, operation: number, state: State, priority: number): number[] {
  const head = [1, 40, 2, operation, STATES_2[state], 4, ...be16(258), 2, 0, 0, 0, 0, router.mac];
  const times = [...be32(priority), ...be32(HELLO_SECONDS * 1000), ...be32(HOLD_SECONDS * 1000)];
  const noAuthentication = [3, 8, ...Buffer.from('cisco\0\0\0', 'latin1')];
  return [...head, ...times, ...VIRTUAL, ...Array<number>(12).fill(0), ...noAuthentication];
}

export function exampleCaptures(): Map<string, Uint8Array> {
  const first = new UdpExample();
  const second = new UdpExample();
  for (const [router, operation, state, priority, afterSeconds] of ELECTION) {
    first.wait(afterSeconds * SECOND_US).send(router, ROUTERS, version1(operation, state, priority));
    second.wait(afterSeconds * SECOND_US).send(router, ROUTERS_2, version2(router, operation, state, priority));
  }
  return new Map([
    ['election.pcap', first.file()],
    ['election-2.pcap', second.file()],
  ]);
}
