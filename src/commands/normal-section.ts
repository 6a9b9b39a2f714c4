// What operators marked as normal, as the `normal` section of 1sec.yaml: what was decided at a screen becomes text that is
// kept with the rest of what a person wants of the site.
import { isIP } from 'node:net';
import { showable } from '../bytes/text.ts';
import type { AcceptedParty } from '../facts/intent.ts';
import type { Acceptance } from '../store/operator-actions.ts';
import { readableTime } from './timestamp.ts';

const TEXT_MAX = 400;
const MAC = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/;

export function normalSection(acceptances: readonly Acceptance[]): string {
  if (acceptances.length === 0) return '# Nothing was marked as normal.\nnormal: []\n';
  return `normal:\n${acceptances.map(entry).join('')}`;
}

function entry({ action, finding }: Acceptance): string {
  const { kind, scope, subject, peer, object } = finding;
  const comment = `  # ${readableTime(action.timeUs).slice(0, 10)}, ${showable(action.operator)}\n`;
  const by = scope === 'device' ? null : peer;
  const touched = scope === 'exact' ? object : '';
  if (!isPattern(subject) || (by !== null && !isPattern(by)) || showable(touched, TEXT_MAX) !== touched) {
    return `${comment}  # ${kind}: what has no address, or no name that can be written, cannot be told here\n`;
  }
  const lines = [
    `kind: ${kind}`,
    `device: ${quoted(subject.address)}`,
    `segment: ${quoted(subject.segment)}`,
    `unit: ${subject.unit ?? 'none'}`,
    ...(by === null ? [] : [`by: ${quoted(by.address)}`, `by-segment: ${quoted(by.segment)}`]),
    ...(touched === '' ? [] : [`object: ${quoted(touched)}`]),
    ...(action.reason === '' ? [] : [`reason: ${quoted(showable(action.reason, TEXT_MAX))}`]),
  ];
  return `${comment}  - ${lines.join('\n    ')}\n`;
}

function isPattern({ address }: AcceptedParty): boolean {
  return isIP(address) !== 0 || MAC.test(address);
}

/** In double quotes JSON is YAML. */
function quoted(text: string): string {
  return /^[a-z](?:[a-z0-9 -]*[a-z0-9])?$|^[0-9]+(?:\.[0-9]+){3}$/.test(text) ? text : JSON.stringify(text);
}
