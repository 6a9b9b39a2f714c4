// Tells of each field of a record which claim it shows, which sources say the same, which say otherwise, and how sure
// the value is after all of them.
import type { AssetEvidence } from '../facts/asset.ts';
import type { ClaimAttribute } from '../facts/facts.ts';

export const GROUNDED_FIELDS = ['role', 'level', 'vendor', 'model', 'firmware', 'serial', 'name'] as const;
export type GroundedField = (typeof GROUNDED_FIELDS)[number];

export interface OtherClaim {
  readonly value: string;
  readonly source: string;
  readonly trust: number;
  /** When it was claimed last: an earlier value of one source may just have changed. */
  readonly timeUs: number;
}

export interface FieldGrounds {
  readonly field: GroundedField;
  readonly value: string;
  readonly source: string;
  readonly trust: number;
  /** 0 to 1: what is left of the trust when all claims for the field are put together. */
  readonly sure: number;
  /** Other sources that say the same, though perhaps in other words. */
  readonly agrees: readonly OtherClaim[];
  readonly disagrees: readonly OtherClaim[];
}

/** In the order of the fields; `evidence` is sorted by weight. Fields of which nothing is known are not there. */
export function fieldGrounds(evidence: readonly AssetEvidence[]): FieldGrounds[] {
  const grounds: FieldGrounds[] = [];
  for (const field of GROUNDED_FIELDS) {
    const attribute =
      field === 'model' && !evidence.some((claim) => claim.attribute === 'model') ? 'product-code' : field;
    const claims = evidence.filter((claim) => claim.attribute === attribute);
    if (claims.length > 0) grounds.push(groundsOf(field, attribute, claims));
  }
  return grounds;
}

function groundsOf(field: GroundedField, attribute: ClaimAttribute, claims: readonly AssetEvidence[]): FieldGrounds {
  const { value, source, trust } = claims[0]!;
  // A device may have several names: a second one contradicts nothing.
  const groups = attribute === 'name' ? [claims.filter((claim) => saysTheSame('name', value, claim.value))] : [];
  if (attribute !== 'name') {
    for (const claim of claims) {
      const group = groups.find(([first]) => saysTheSame(attribute, first!.value, claim.value));
      if (group === undefined) groups.push([claim]);
      else group.push(claim);
    }
  }
  const [winners, ...others] = groups as [AssetEvidence[], ...AssetEvidence[][]];
  return {
    field,
    value,
    source,
    trust,
    sure: sureness(winners, others),
    agrees: winners.slice(1).map(otherClaim),
    disagrees: others.flat().sort(byTrust).map(otherClaim),
  };
}

/**
 * Dempster's rule for claims that each speak for one value with their trust and leave the rest open (Shafer, A
 * Mathematical Theory of Evidence, 1976): what agrees adds up, what contradicts takes away. A source counts once.
 */
function sureness(winners: readonly AssetEvidence[], others: readonly (readonly AssetEvidence[])[]): number {
  const open = [winners, ...others].map(openAfter);
  const allOpen = open.reduce((product, each) => product * each, 1);
  // For a group alone: it is right, and the others say nothing.
  const alone = open.map(
    (each, index) => (1 - each) * open.reduce((rest, one, at) => (at === index ? rest : rest * one), 1),
  );
  const possible = allOpen + alone.reduce((sum, each) => sum + each, 0);
  const sure = possible === 0 ? 1 / open.length : alone[0]! / possible;
  return Math.round(sure * 100) / 100;
}

/** How much the claims of one value leave open. */
function openAfter(claims: readonly AssetEvidence[]): number {
  const bySource = new Map<string, number>();
  for (const { source, trust } of claims) bySource.set(source, Math.max(trust, bySource.get(source) ?? 0));
  let open = 1;
  for (const trust of bySource.values()) open *= 1 - Math.min(1, Math.max(0, trust));
  return open;
}

/** Of companies: what kind they are, not who. */
const FORMS = new Set(
  'ab ag and as bv co company corp corporate corporation de electric electronic electronics gmbh group inc international kg limited llc ltd nv of oy plc pty sa sas spa srl systems technologies technology the'.split(
    ' ',
  ),
);

/** Whether two values mean the same: `Siemens` and `SIEMENS AG`, `V3.02` and `3.2`, `pump` and `pump.local`. */
export function saysTheSame(attribute: ClaimAttribute, left: string, right: string): boolean {
  if (left === right) return true;
  switch (attribute) {
    case 'vendor':
      return isPartOf(vendorWords(left), vendorWords(right));
    case 'model':
    case 'product-code':
    case 'operating-system':
      return isPartOf(wordsOf(left), wordsOf(right));
    case 'firmware':
      return versionText(left) === versionText(right);
    case 'name':
      return hostName(left) === hostName(right);
    default:
      return left.toLowerCase() === right.toLowerCase();
  }
}

function vendorWords(text: string): string[] {
  const words = wordsOf(text);
  const telling = words.filter((word) => !FORMS.has(word));
  return telling.length > 0 ? telling : words;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** All words of the shorter are words of the longer, or both are the same but for the blanks. */
function isPartOf(left: readonly string[], right: readonly string[]): boolean {
  if (left.length === 0 || right.length === 0) return false;
  const [shorter, longer] = left.length <= right.length ? [left, right] : [right, left];
  return shorter.every((word) => longer.includes(word)) || longer.join('').startsWith(shorter.join(''));
}

/** Without the letter before it and the zeros that pad its numbers. */
function versionText(text: string): string {
  return text
    .toLowerCase()
    .replace(/^\s*(?:version|ver\.?|v)\s*(?=\d)/, '')
    .replace(/\b0+(?=\d)/g, '')
    .trim();
}

function hostName(text: string): string {
  const name = text.toLowerCase();
  return /^[\d.]+$/.test(name) ? name : name.replace(/\..*$/, '');
}

function byTrust(left: AssetEvidence, right: AssetEvidence): number {
  return right.trust - left.trust || right.timeUs - left.timeUs;
}

function otherClaim({ value, source, trust, timeUs }: AssetEvidence): OtherClaim {
  return { value, source, trust, timeUs };
}
