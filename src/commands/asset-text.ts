// Turns one device into text for a person: each field with the claim it shows, how sure it is, and what says otherwise.
import { fieldGrounds, type FieldGrounds, type OtherClaim } from '../assets/field-grounds.ts';
import { showable } from '../bytes/text.ts';
import type { Asset, AssetEvidence } from '../facts/asset.ts';
import { fileOf, frameOf } from '../facts/frame-reference.ts';
import { bold, faint, padToWidth, wrapped, type Terminal } from './terminal.ts';
import { readableTime } from './timestamp.ts';

const LABEL_WIDTH = 18;
const TEXT_WIDTH_MAX = 110;

export function assetLines(asset: Asset, terminal: Terminal): string[] {
  const width = Math.min(terminal.width, TEXT_WIDTH_MAX) - LABEL_WIDTH;
  const lines = [bold(terminal, showable(titleOf(asset)))];
  const say = (label: string, text: string): void => {
    if (text === '') return;
    wrapped(showable(text, 2000), width).forEach((line, index) => {
      lines.push(faint(terminal, padToWidth(index === 0 ? `  ${label}` : '', LABEL_WIDTH)) + line);
    });
  };
  const grounds = fieldGrounds(asset.evidence);
  for (const field of grounds) {
    say(field.field, `${field.value} (${percent(field.sure)} sure)`);
    say('', `because of ${claimText(field)}${agreeing(field)}`);
    for (const claim of field.disagrees)
      say('', `but ${claim.value} by ${claimText(claim)}, told last ${readableTime(claim.timeUs)}`);
  }
  say('addresses', [...asset.ip, ...asset.mac].join(', '));
  say('segment', asset.segment);
  say('protocols', asset.protocols.join(', '));
  say('seen', `${readableTime(asset.firstUs)} to ${readableTime(asset.lastUs)}`);
  say('id', [asset.id, ...asset.aliases.map((alias) => `also ${alias}`)].join(', '));
  const shown = new Set<string>(grounds.map(({ field }) => field));
  const others = asset.evidence.filter(
    ({ attribute, value }) => !shown.has(attribute) || isOtherName(grounds, attribute, value),
  );
  others.forEach((claim, index) => say(index === 0 ? 'other claims' : '', evidenceText(claim)));
  return lines;
}

function titleOf({ name, ip, mac, id, unit }: Asset): string {
  const address = ip[0] ?? mac[0] ?? id;
  return `${address}${unit === null ? '' : ` unit ${unit}`}${name === null ? '' : `, ${name}`}`;
}

function agreeing({ agrees }: FieldGrounds): string {
  if (agrees.length === 0) return '';
  return `; ${[...new Set(agrees.map(({ source }) => source))].join(', ')} ${agrees.length === 1 ? 'says' : 'say'} the same`;
}

function claimText({ source, trust }: Pick<OtherClaim, 'source' | 'trust'>): string {
  return `${source}, trusted ${percent(trust)}`;
}

/** Names contradict nothing, so that the others are not among the grounds. */
function isOtherName(grounds: readonly FieldGrounds[], attribute: string, value: string): boolean {
  const name = grounds.find(({ field }) => field === 'name');
  return attribute === 'name' && name?.value !== value && name?.agrees.every((claim) => claim.value !== value) === true;
}

function evidenceText({ attribute, value, source, trust, frame }: AssetEvidence): string {
  const where = frame === 0 ? '' : `, input ${fileOf(frame)} frame ${frameOf(frame)}`;
  return `${attribute} ${value} (${source}, trusted ${percent(trust)}${where})`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
