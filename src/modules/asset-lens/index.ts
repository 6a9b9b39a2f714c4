// Sees what is on the network: who asks and who answers, which units stand behind a host, what that makes of them, and
// devices whose identity changes. What it learns goes to the inventory as claims.
import { forgetOldest } from '../../bytes/forgetting.ts';
import type { AlertKind } from '../../facts/alert.ts';
import type { Claim, ClaimAttribute, Conversation } from '../../facts/facts.ts';
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import type { ProtocolFamily } from '../../facts/protocol.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { VERB_NAMES, Verb } from '../../facts/verbs.ts';
import { roleOf } from '../../assets/roles.ts';
import { showable } from '../../bytes/text.ts';
import { ExchangeTable } from '../../assets/exchange-table.ts';
import { DEVICE_VANISHED, FIRMWARE_CHANGED, IDENTITY_CHANGED, NEW_DEVICE, ROLE_CHANGED } from './kinds.ts';
import { PartsOfHosts } from './parts-of-hosts.ts';
import { UsualDevices } from './usual.ts';

/** Different (client, server, protocol, unit) that are counted; more are not, and say nothing about roles. */
const EXCHANGES_MAX = 131_072;
/** Identity fields remembered for comparison; the oldest is forgotten first. */
const IDENTITIES_MAX = 65_536;
/** Claims from what was counted are made at most this often, more seldom the more there is, and at the end. */
const CLAIM_EVERY_US = 60_000_000;
const CLAIM_US_PER_EXCHANGE = 10_000;
/** More units of a host than this that answered hardly more than once were searched for, not used … */
const SEARCHED_UNITS_MIN = 16;
/** … where fewer answers than this are hardly more than once: many devices answer whatever the unit id is. */
const USED_ANSWERS_MIN = 4;

/** Fields of an entry. The first three are counts by outcome. */
const LAST_OK_US = 3;
const FIRST_FRAME = 4;
const HAS_ENGINEERED = 5;
/** Values told to the client unasked. */
const TOLD = 6;
/** Confirmed requests that look at the device itself, not at what it measures. */
const INSPECTED = 7;
const WIDTH = 8;

/** A unit and a protocol in one number: units below 2^24, protocols below 64. */
const UNIT_RANGE = 0x200_0000;

const ENGINEERING_VERBS: readonly number[] = [
  Verb.reserve,
  Verb['program-download'],
  Verb['program-upload'],
  Verb['store-program'],
  Verb['firmware-download'],
  Verb.stop,
  Verb.start,
  Verb['set-mode'],
];
const IS_ENGINEERING = Uint8Array.from(VERB_NAMES, (_name, verb) => (ENGINEERING_VERBS.includes(verb) ? 1 : 0));

/** What engineering tools ask all the time and operators' stations hardly: blocks, diagnostics, jobs. */
const IS_INSPECTION = Uint8Array.from(VERB_NAMES, (_name, verb) =>
  [Verb.enumerate, Verb.diagnose, Verb.configure, Verb.other].includes(verb) ? 1 : 0,
);

/** What a client of a broker asks of the broker itself. */
const IS_FOR_BROKER = Uint8Array.from(VERB_NAMES, (_name, verb) =>
  [Verb.connect, Verb.publish, Verb.subscribe, Verb['keep-alive']].includes(verb) ? 1 : 0,
);

const CHANGE_KINDS: Partial<Record<ClaimAttribute, AlertKind>> = {
  vendor: IDENTITY_CHANGED,
  model: IDENTITY_CHANGED,
  'product-code': IDENTITY_CHANGED,
  serial: IDENTITY_CHANGED,
  firmware: FIRMWARE_CHANGED,
  hardware: FIRMWARE_CHANGED,
};
/** Below it a claim is inferred, not said by the device. */
const SAID_BY_DEVICE = 0.7;

export const assetLens: Module = {
  meta: {
    id: 'asset-lens',
    title: 'Asset lens',
    purpose:
      'Knows what is on the network from how it talks, and tells of devices that are new, gone, or no longer what they were.',
    scope: 'device',
    kinds: [IDENTITY_CHANGED, FIRMWARE_CHANGED, NEW_DEVICE, ROLE_CHANGED, DEVICE_VANISHED],
  },
  start: (site) => new AssetLens(site),
};

interface UnitSum {
  answered: number;
  readonly protocol: number;
  frame: number;
  lastUs: number;
}

/** What a host did in the protocols of one family. */
interface FamilySums {
  answered: number;
  asked: number;
  inspected: number;
  failed: number;
  hasEngineered: boolean;
  firstFrame: number;
  lastUs: number;
  readonly servers: Set<number>;
}

interface HostSums {
  readonly families: Map<ProtocolFamily, FamilySums>;
  readonly units: Map<number, UnitSum>;
}

/** A host that speaks protocols of several families is what it is in the first of these. */
const FAMILIES: readonly ProtocolFamily[] = ['process', 'building', 'messaging'];

class AssetLens implements ModuleHandlers {
  readonly #site: Site;
  readonly #exchanges = new ExchangeTable(WIDTH, EXCHANGES_MAX);
  /** By way: its entry among the exchanges + 1, 0 while it is not known. Several ways have one. */
  #entries = new Int32Array(1024);
  readonly #usual: UsualDevices;
  /** By protocol. */
  readonly #isMessaging: Uint8Array;
  readonly #identities = new Map<string, Claim>();
  #claimedUs = 0;
  /** By host and unit: what was claimed of it last; no more than there are exchanges and hosts. */
  readonly #told = new Map<number, string>();
  /** Something was seen since the last claims that may change them. */
  #hasNews = false;

  constructor(site: Site) {
    this.#site = site;
    this.#usual = new UsualDevices(site);
    this.#isMessaging = Uint8Array.from(site.protocols, ({ family }) => (family === 'messaging' ? 1 : 0));
  }

  operation(operation: Operation): void {
    // Of what is handed on between clients the broker is the way, and the one who is meant no server.
    if (this.#isMessaging[operation.protocol] === 1 && IS_FOR_BROKER[operation.verb] === 0) return;
    this.#usual.operation(operation);
    const { outcome } = operation;
    const known = this.#entries[operation.way] ?? 0;
    const entry = known > 0 ? known - 1 : this.#entryOf(operation);
    if (entry < 0) return;
    const { values } = this.#exchanges;
    const at = entry * WIDTH;
    if (operation.verb === Verb.report) values[at + TOLD]!++;
    else values[at + outcome]!++;
    // Nobody need confirm what a device tells unasked: that it told is proven by the frame alone.
    if (outcome !== Outcome.ok && operation.verb !== Verb.report) return;
    values[at + LAST_OK_US] = operation.timeUs;
    values[at + INSPECTED]! += IS_INSPECTION[operation.verb]!;
    if (values[at + FIRST_FRAME] === 0) {
      values[at + FIRST_FRAME] = operation.answerFrame > 0 ? operation.answerFrame : operation.requestFrame;
      this.#hasNews = true;
    }
    if (IS_ENGINEERING[operation.verb] === 1 && values[at + HAS_ENGINEERED] === 0) {
      values[at + HAS_ENGINEERED] = 1;
      this.#hasNews = true;
    }
  }

  conversation(conversation: Conversation): void {
    this.#usual.conversation(conversation);
  }

  claim(claim: Claim): void {
    // Faulty devices answer from the broadcast address: several of them would be one that changes.
    if (this.#site.hosts.isBroadcastOrMulticast(claim.host)) return;
    const kind = CHANGE_KINDS[claim.attribute];
    if (kind === undefined || claim.trust < SAID_BY_DEVICE || claim.value === '') return;
    const key = `${claim.host}/${claim.unit}/${claim.attribute}/${claim.source}`;
    const before = this.#identities.get(key);
    if (before?.value === claim.value) return;
    this.#identities.set(key, claim);
    if (before === undefined) {
      forgetOldest(this.#identities, IDENTITIES_MAX + 1);
      return;
    }
    this.#site.raise({
      kind: kind.kind,
      timeUs: claim.timeUs,
      subject: { host: claim.host, unit: claim.unit, port: -1 },
      peer: null,
      object: claim.attribute,
      explanation:
        `${this.#site.hosts.address(claim.host)}${claim.unit < 0 ? '' : `, unit ${claim.unit}`} said its ${claim.attribute} is ` +
        `"${showable(claim.value, 80)}"; before, it said "${showable(before.value, 80)}" (both in ${showable(claim.source, 40)}).`,
      frames: [before.frame, claim.frame].filter((frame) => frame > 0),
    });
  }

  tick(timeUs: number): void {
    this.#usual.tick(timeUs);
    const restUs = Math.max(CLAIM_EVERY_US, this.#exchanges.size * CLAIM_US_PER_EXCHANGE);
    if (!this.#hasNews || timeUs - this.#claimedUs < restUs) return;
    this.#claimedUs = timeUs;
    this.#claimAll();
  }

  end(): void {
    this.#told.clear();
    this.#claimAll();
  }

  #entryOf(operation: Operation): number {
    const third = operation.protocol * UNIT_RANGE + operation.unit + 1;
    const entry = this.#exchanges.entry(operation.client, operation.server, third);
    if (entry >= 0 && operation.outcome === Outcome.ok && this.#isEngineering(operation)) {
      this.#exchanges.values[entry * WIDTH + HAS_ENGINEERED] = 1;
    }
    const { way } = operation;
    if (way === 0) return entry;
    if (way >= this.#entries.length) {
      const entries = new Int32Array(this.#entries.length * 2);
      entries.set(this.#entries);
      this.#entries = entries;
    }
    this.#entries[way] = entry + 1;
    return entry;
  }

  #isEngineering(operation: Operation): boolean {
    return this.#site.protocols[operation.protocol]?.isEngineering?.(operation.function) === true;
  }

  #claimAll(): void {
    this.#hasNews = false;
    for (const [host, sum] of this.#sums()) {
      dropSearchedUnits(sum.units);
      for (const [unit, { protocol, lastUs, frame }] of sum.units) {
        const name = this.#site.protocols[protocol]?.name ?? '';
        if (this.#isTold(host, unit, name)) continue;
        this.#claim(host, unit, 'service', name, 'answers', 0.8, lastUs, frame);
      }
      this.#claimRole(host, sum);
    }
  }

  /** Whether that was the last that was claimed of it; only at the end it is said again, with its newest time. */
  #isTold(host: number, unit: number, what: string): boolean {
    const key = host * UNIT_RANGE + unit + 1;
    if (this.#told.get(key) === what) return true;
    this.#told.set(key, what);
    return false;
  }

  #claimRole(host: number, sum: HostSums): void {
    for (const family of FAMILIES) {
      const sums = sum.families.get(family);
      if (sums === undefined) continue;
      const { answered, asked, inspected, failed, hasEngineered, servers, firstFrame, lastUs } = sums;
      const units = this.#unitsBehind(sum.units, family);
      const role = roleOf({ family, answered, units, asked, inspected, failed, servers: servers.size, hasEngineered });
      if (role === null) continue;
      const source = `behaviour: ${role.because}`;
      if (this.#isTold(host, -1, source)) return;
      this.#claim(host, -1, 'role', role.role, source, role.trust, lastUs, firstFrame);
      this.#claim(host, -1, 'level', `${role.level}`, source, role.trust, lastUs, firstFrame);
      return;
    }
  }

  /** Units that make a host the way to others: slots of one chassis do not. */
  #unitsBehind(units: ReadonlyMap<number, UnitSum>, family: ProtocolFamily): number {
    let count = 0;
    for (const [unit, { protocol }] of units) {
      const known = this.#site.protocols[protocol];
      if (known?.family !== family || this.#isHostItself(protocol, unit)) continue;
      if (family === 'building' || known.units?.areBehind === false) count++;
    }
    return count;
  }

  #isHostItself(protocol: number, unit: number): boolean {
    return this.#site.protocols[protocol]?.units?.isHostItself(unit) ?? true;
  }

  /**
   * Sums the table up, one host at a time in the order in which they came: a flood of hosts is never there as sums. No
   * exchange may be added meanwhile.
   */
  *#sums(): Generator<readonly [host: number, sums: HostSums]> {
    const { values, size } = this.#exchanges;
    const parts = new PartsOfHosts(size);
    for (let entry = 0; entry < size; entry++) {
      const at = entry * WIDTH;
      const isAsking = values[at + Outcome.ok]! + values[at + Outcome.refused]! + values[at + Outcome.unanswered]! > 0;
      if (isAsking) parts.add(this.#exchanges.client(entry), entry * 2);
      if (values[at + Outcome.ok]! + values[at + TOLD]! > 0) parts.add(this.#exchanges.server(entry), entry * 2 + 1);
    }
    for (const host of parts.hosts) {
      const sums: HostSums = { families: new Map(), units: new Map() };
      for (let part = parts.first(host); part >= 0; part = parts.after(part)) {
        if ((part & 1) === 0) this.#addAsked(sums, part >> 1);
        else this.#addAnswered(sums, part >> 1);
      }
      yield [host, sums];
    }
  }

  #addAsked(sums: HostSums, entry: number): void {
    const { values } = this.#exchanges;
    const at = entry * WIDTH;
    const client = this.#exchanges.client(entry);
    const server = this.#exchanges.server(entry);
    const confirmed = values[at + Outcome.ok]!;
    const asking = familyOf(sums, this.#familyOf(entry));
    asking.asked += confirmed;
    asking.inspected += values[at + INSPECTED]!;
    asking.failed += values[at + Outcome.refused]! + values[at + Outcome.unanswered]!;
    if (confirmed > 0)
      noteAsked(asking, server === client ? -1 : server, values[at + FIRST_FRAME]!, values[at + LAST_OK_US]!);
    if (values[at + HAS_ENGINEERED] === 1) asking.hasEngineered = true;
  }

  #addAnswered(sums: HostSums, entry: number): void {
    const { values } = this.#exchanges;
    const at = entry * WIDTH;
    const third = this.#exchanges.third(entry);
    const unit = (third % UNIT_RANGE) - 1;
    const answered = values[at + Outcome.ok]! + values[at + TOLD]!;
    const frame = values[at + FIRST_FRAME]!;
    const lastUs = values[at + LAST_OK_US]!;
    const answering = familyOf(sums, this.#familyOf(entry));
    answering.answered += answered;
    answering.firstFrame ||= frame;
    answering.lastUs = Math.max(answering.lastUs, lastUs);
    const protocol = Math.floor(third / UNIT_RANGE);
    if (unit >= 0) addUnit(sums.units, unit, { answered, protocol, frame, lastUs });
  }

  #familyOf(entry: number): ProtocolFamily {
    return this.#site.protocols[Math.floor(this.#exchanges.third(entry) / UNIT_RANGE)]?.family ?? 'it';
  }

  #claim(
    host: number,
    unit: number,
    attribute: ClaimAttribute,
    value: string,
    source: string,
    trust: number,
    timeUs: number,
    frame: number,
  ): void {
    this.#site.claim({ fact: 'claim', timeUs, frame, host, unit, attribute, value, source, trust });
  }
}

function familyOf({ families }: HostSums, family: ProtocolFamily): FamilySums {
  let sums = families.get(family);
  if (sums === undefined) {
    sums = {
      answered: 0,
      asked: 0,
      inspected: 0,
      failed: 0,
      hasEngineered: false,
      firstFrame: 0,
      lastUs: 0,
      servers: new Set(),
    };
    families.set(family, sums);
  }
  return sums;
}

/** `server` is -1 where a host asked itself. */
function noteAsked(asking: FamilySums, server: number, frame: number, lastUs: number): void {
  if (server >= 0) asking.servers.add(server);
  asking.firstFrame ||= frame;
  asking.lastUs = Math.max(asking.lastUs, lastUs);
}

function addUnit(units: Map<number, UnitSum>, unit: number, more: UnitSum): void {
  const known = units.get(unit);
  if (known === undefined) {
    units.set(unit, more);
    return;
  }
  known.answered += more.answered;
  known.frame ||= more.frame;
  known.lastUs = Math.max(known.lastUs, more.lastUs);
}

function dropSearchedUnits(units: Map<number, UnitSum>): void {
  const searched = [...units].filter(([, { answered }]) => answered < USED_ANSWERS_MIN);
  if (searched.length <= SEARCHED_UNITS_MIN) return;
  for (const [unit] of searched) units.delete(unit);
}
