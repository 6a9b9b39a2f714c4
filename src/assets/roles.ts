// Tells from how a host behaves what it is and where it stands: role and Purdue level, or nothing rather than a guess.
import type { ProtocolFamily } from '../facts/protocol.ts';

/** What was seen of one host in the protocols of one family, summed over all its partners. */
export interface Behaviour {
  readonly family: ProtocolFamily;
  /** Requests that it answered without an error, and values that it told unasked. */
  readonly answered: number;
  /** Units for which it answered, apart from those that mean the host itself. */
  readonly units: number;
  /** Requests it sent that were answered without an error. */
  readonly asked: number;
  /** Of these: those that look at the device itself (its blocks, diagnostics, jobs), not at what it measures. */
  readonly inspected: number;
  /** Requests it sent that were refused or not answered. */
  readonly failed: number;
  /** Servers that answered it without an error. */
  readonly servers: number;
  /** It reserved, programmed or reconfigured a device, and the device confirmed. */
  readonly hasEngineered: boolean;
}

export interface Role {
  readonly role:
    | 'controller'
    | 'gateway'
    | 'hmi'
    | 'scada-server'
    | 'engineering-station'
    | 'building-controller'
    | 'building-workstation'
    | 'broker';
  /** Purdue level. */
  readonly level: number;
  /** Why, in plain words; equal as long as the reason is. */
  readonly because: string;
  readonly trust: number;
}

/** Fewer answered requests are no operation but a try. */
const ASKED_MIN = 3;
const SEVERAL_SERVERS = 3;

/** Null where the behaviour fits no role, as with a client most of whose requests fail. */
export function roleOf(behaviour: Behaviour): Role | null {
  if (behaviour.family === 'building') return roleInBuilding(behaviour);
  if (behaviour.family === 'messaging') {
    // Who publishes may be anything: a sensor, a gateway, a telephone.
    return behaviour.answered > 0
      ? { role: 'broker', level: 3, because: 'takes and hands on messages', trust: 0.5 }
      : null;
  }
  return behaviour.family === 'process' ? roleInProcess(behaviour) : null;
}

/** In buildings everybody answers and asks: who only asks is a person's place of work. */
function roleInBuilding(behaviour: Behaviour): Role | null {
  const { answered, asked, failed, units, servers } = behaviour;
  if (units > 0) return { role: 'gateway', level: 1, because: 'leads to devices on other networks', trust: 0.5 };
  if (answered > 0) return { role: 'building-controller', level: 1, because: 'answers for its objects', trust: 0.5 };
  if (asked < ASKED_MIN || failed > asked) return null;
  return { role: 'building-workstation', level: 2, because: `asks ${countOf(servers, 'server')}`, trust: 0.4 };
}

function roleInProcess(behaviour: Behaviour): Role | null {
  const { answered, units, servers } = behaviour;
  if (answered > 0) {
    const alsoAsks = servers > 0 ? `, and itself asks ${countOf(servers, 'server')}` : '';
    if (units > 1) {
      return { role: 'gateway', level: 1, because: `answers for several units${alsoAsks}`, trust: 0.5 };
    }
    return { role: 'controller', level: 1, because: `answers reads and writes${alsoAsks}`, trust: 0.5 };
  }
  // Who mostly fails is searching, whatever else succeeds.
  if (behaviour.failed > behaviour.asked) return null;
  if (behaviour.hasEngineered) {
    return { role: 'engineering-station', level: 2, because: 'reserved or programmed a controller', trust: 0.6 };
  }
  if (behaviour.asked < ASKED_MIN) return null;
  if (behaviour.inspected * 2 > behaviour.asked) {
    // As sure as an HMI: which of the two it is may show later, and what was seen last counts.
    const because = 'looks at controllers themselves more than at what they measure';
    return { role: 'engineering-station', level: 2, because, trust: 0.4 };
  }
  if (servers >= SEVERAL_SERVERS) {
    return { role: 'scada-server', level: 2, because: `asks ${countOf(servers, 'server')}`, trust: 0.5 };
  }
  return { role: 'hmi', level: 2, because: `asks ${countOf(servers, 'server')}`, trust: 0.4 };
}

function countOf(count: number, what: string): string {
  return count === 1 ? `one ${what}` : `${count} ${what}s`;
}
