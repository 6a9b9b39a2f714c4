// Which hosts are devices, and what they were sent so far: a host that answers industrial or building protocols is one,
// and so is one whose role says so.
import type { Claim, Conversation } from '../../facts/facts.ts';
import type { Protocol } from '../../facts/protocol.ts';

const HOSTS_MAX = 16_384;
const DEVICE_ROLES: ReadonlySet<string> = new Set([
  'controller',
  'gateway',
  'building-controller',
  'remote-io',
  'drive',
]);
/** Images that must be alike before their kind is usual. */
const USUAL_MIN = 2;

export class Receivers {
  readonly #protocols: readonly Protocol[];
  readonly #devices = new Set<number>();
  readonly #vendors = new Map<number, Claim>();
  readonly #models = new Map<number, Claim>();
  readonly #kinds = new Map<number, { kind: string; count: number }>();
  readonly #architectures = new Map<number, string>();

  constructor(protocols: readonly Protocol[]) {
    this.#protocols = protocols;
  }

  conversation({ phase, protocol, server }: Conversation): void {
    if (phase === 'identified' && this.#isPlantProtocol(this.#protocols[protocol])) this.#add(server);
  }

  claim(claim: Claim): void {
    if (claim.attribute === 'role' && DEVICE_ROLES.has(claim.value)) this.#add(claim.host);
    if (claim.unit >= 0) return;
    if (claim.attribute === 'vendor') keep(this.#vendors, claim);
    else if (claim.attribute === 'model') keep(this.#models, claim);
  }

  isDevice(host: number, protocol: string, isServer: boolean): boolean {
    if (this.#devices.has(host)) return true;
    return isServer && this.#isPlantProtocol(this.#protocols.find(({ name }) => name === protocol));
  }

  /** Self-declared, empty where nobody said. */
  vendor(host: number): string {
    return declared(this.#vendors.get(host));
  }

  model(host: number): string {
    return declared(this.#models.get(host));
  }

  usualKind(host: number): string {
    const usual = this.#kinds.get(host);
    return usual !== undefined && usual.count >= USUAL_MIN ? usual.kind : '';
  }

  /** Another architecture than that of an image before; empty where it is the same or nothing is known. */
  otherArchitecture(host: number, architecture: string): string {
    const before = this.#architectures.get(host);
    if (architecture === '') return '';
    if (before === undefined) {
      if (this.#architectures.size < HOSTS_MAX) this.#architectures.set(host, architecture);
      return '';
    }
    return before === architecture ? '' : before;
  }

  got(host: number, kind: string): void {
    const usual = this.#kinds.get(host);
    if (usual === undefined) {
      if (this.#kinds.size < HOSTS_MAX) this.#kinds.set(host, { kind, count: 1 });
    } else if (usual.kind === kind) usual.count++;
    else usual.kind = '';
  }

  #add(host: number): void {
    if (host > 0 && this.#devices.size < HOSTS_MAX) this.#devices.add(host);
  }

  #isPlantProtocol(protocol: Protocol | undefined): boolean {
    return protocol?.family === 'process' || protocol?.family === 'building';
  }
}

/** The most trusted claim of a host, among equals the newest. */
function keep(claims: Map<number, Claim>, claim: Claim): void {
  const known = claims.get(claim.host);
  if (known === undefined ? claims.size < HOSTS_MAX : known.trust <= claim.trust) claims.set(claim.host, claim);
}

function declared(claim: Claim | undefined): string {
  return claim !== undefined && claim.trust >= 0.8 ? claim.value : '';
}
