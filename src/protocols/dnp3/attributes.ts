// What an outstation says of itself in device attributes (group 0, IEEE 1815-2012, clause A.1), and of its state in the
// internal indications, as claims. Rare messages: plain code with objects.
import { printable } from '../../bytes/text.ts';
import type { ClaimAttribute } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim } from '../facts-of-messages.ts';
import type { Association } from './associations.ts';
import type { Fragment } from './fragment.ts';
import { Indication } from './messages.ts';

const TYPE_VISIBLE_STRING = 1;

/** Attributes by variation (table of clause A.1). */
const ATTRIBUTES: ReadonlyMap<number, ClaimAttribute> = new Map([
  [196, 'project'],
  [208, 'name'],
  [242, 'firmware'],
  [243, 'hardware'],
  [247, 'name'],
  [248, 'serial'],
  [250, 'model'],
  [252, 'vendor'],
]);

/** An attribute of the fragment: data type, length, value up to `end`. */
export function claimAttribute(fragment: Fragment, variation: number, start: number, end: number): void {
  const { bytes, context, server, unit } = fragment;
  const attribute = ATTRIBUTES.get(variation);
  if (attribute === undefined || start + 2 > end || bytes[start] !== TYPE_VISIBLE_STRING) return;
  const text = printable(bytes, start + 2, end);
  claim(context, server, unit, attribute, text, `dnp3 attribute ${variation}`);
}

const STATES: readonly (readonly [bit: number, state: string])[] = [
  [Indication.configurationCorrupt, 'configuration corrupt'],
  [Indication.deviceTrouble, 'device trouble'],
  [Indication.deviceRestart, 'restarted'],
  [Indication.localControl, 'local control'],
];
const STATE_BITS = STATES.reduce((bits, [bit]) => bits | bit, 0);

/** The outstation's state, told when it changes: a restart that no master has noticed yet, trouble, local control. */
export function claimState(context: MessageContext, host: number, association: Association, indications: number): void {
  if (association.indications >= 0 && ((association.indications ^ indications) & STATE_BITS) === 0) return;
  const state = STATES.find(([bit]) => (indications & bit) !== 0)?.[1] ?? 'running';
  // Running is only news after something else.
  if (state === association.toldState || (state === 'running' && association.toldState === '')) return;
  association.toldState = state;
  claim(context, host, association.outstation, 'run-state', state, 'dnp3 internal indications', Trust.inferred);
}
