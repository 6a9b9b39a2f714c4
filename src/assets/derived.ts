// What follows from claims and traits by tables and by shape: maker, family, operating system, and the role that a device
// has by what it offers. Never more trusted than what a device says in a protocol made for it.
import type { AssetEvidence } from '../facts/asset.ts';
import type { ClaimAttribute } from '../facts/facts.ts';
import { BANNER_PRODUCTS } from '../../knowledge/banner-products.ts';
import { enterpriseMaker } from '../../knowledge/enterprise-numbers.ts';
import { orderFamily } from '../../knowledge/siemens-order-numbers.ts';
import { roleByOffers } from './offered-roles.ts';

/** A table or a shape says so. */
const INFERRED = 0.5;
/** What an order number is made for, though the device may be used otherwise; below what was seen of its behaviour. */
const ORDER_ROLE = 0.39;
/** Stacks of TCP are imitated, and shared by many systems. */
const STACK = 0.2;

/** The traits that count here; the last value of each. */
export const DERIVING_TRAITS: ReadonlySet<string> = new Set([
  'tcp-stack',
  'lldp-capabilities',
  'dhcp-vendor-class',
  'ws-discovery-types',
  'snmp-engine-id',
]);

export interface KeptTrait {
  readonly value: string;
  readonly timeUs: number;
  readonly frame: number;
}

export interface Grounds {
  readonly evidence: readonly AssetEvidence[];
  readonly traits: ReadonlyMap<string, KeptTrait>;
  /** Names of protocols in which it answered. */
  readonly served: readonly string[];
  /** Addresses it was seen to route for. */
  readonly forwards: number;
  readonly firstUs: number;
}

/** Further evidence; what is there already is not said again. */
export function derivedEvidence(grounds: Grounds): AssetEvidence[] {
  const derived: AssetEvidence[] = [];
  const say = (
    attribute: ClaimAttribute,
    value: string,
    source: string,
    trust: number,
    { timeUs, frame }: Pick<KeptTrait, 'timeUs' | 'frame'>,
  ): void => {
    const isKnown = (one: AssetEvidence): boolean => one.attribute === attribute && one.value === value;
    if (value === '' || derived.some(isKnown) || grounds.evidence.some((one) => isKnown(one) && one.trust >= trust))
      return;
    derived.push({ attribute, value, source, trust, timeUs, frame });
  };
  for (const claim of grounds.evidence) {
    if (claim.attribute === 'product-code') ofProductCode(claim, say);
    else if (claim.attribute === 'application') ofBanner(claim, say);
  }
  const engine = grounds.traits.get('snmp-engine-id');
  if (engine !== undefined) say('vendor', makerOfEngine(engine.value), 'snmp engine id', INFERRED, engine);
  const stack = grounds.traits.get('tcp-stack');
  if (stack !== undefined) say('operating-system', systemOfStack(stack.value), 'tcp stack', STACK, stack);
  const role = roleByOffers(grounds);
  if (role !== null) say('role', role.role, role.because, role.trust, role);
  return derived;
}

type Say = (
  attribute: ClaimAttribute,
  value: string,
  source: string,
  trust: number,
  proof: Pick<KeptTrait, 'timeUs' | 'frame'>,
) => void;

function ofProductCode(claim: AssetEvidence, say: Say): void {
  const enterprise = /^1\.3\.6\.1\.4\.1\.(\d{1,6})(?:\.|$)/.exec(claim.value)?.[1];
  if (enterprise !== undefined) {
    say('vendor', enterpriseMaker(Number(enterprise)), 'snmp sysObjectID', INFERRED, claim);
    return;
  }
  const family = orderFamily(claim.value);
  if (family === undefined) return;
  say('vendor', 'Siemens', 'order number', INFERRED, claim);
  say('model', family.family, 'order number', INFERRED, claim);
  if (family.role !== null) say('role', family.role, `order number ${claim.value}`, ORDER_ROLE, claim);
}

/** What a client program calls itself says nothing of the device's maker: banners of servers only. */
function ofBanner(claim: AssetEvidence, say: Say): void {
  if (!/^(?:http server|ssh banner|ftp greeting|telnet banner|ssdp server)$/.test(claim.source)) return;
  for (const { shows, attribute, value } of BANNER_PRODUCTS) {
    if (shows.test(claim.value)) say(attribute, value, claim.source, INFERRED, claim);
  }
}

/** RFC 3411, 5: the first four bytes, without the top bit, are the maker's enterprise number. */
function makerOfEngine(engine: string): string {
  const bytes = /^([0-9a-f]{8})/i.exec(engine.replaceAll(/[^0-9a-f]/gi, ''))?.[1];
  return bytes === undefined ? '' : enterpriseMaker(Number.parseInt(bytes, 16) & 0x7fffffff);
}

/**
 * From the SYN of the system itself: first TTL and order of options. Only the two that are plain: others share theirs.
 */
export function systemOfStack(stack: string): string {
  const [ttl, , , , options = '', quirks = ''] = stack.split(':');
  if (ttl === '128' && /^mss,nop,(?:ws,nop,nop,sok|nop,sok|ws,sok,ts|ws,nop,nop,ts,nop,nop,sok)$/.test(options))
    return 'Windows';
  if (ttl === '64' && options === 'mss,sok,ts,nop,ws' && quirks.startsWith('df')) return 'Linux';
  return '';
}
