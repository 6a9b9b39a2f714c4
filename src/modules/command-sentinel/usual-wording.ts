// Says in plain words what is new in who asks what, with the numbers of what is usual.
import type { Site } from '../../facts/module.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { ContextKind } from '../../learning/contexts.ts';
import { chanceText, countOf, spanText, timesText } from '../plain-words.ts';
import * as wording from './wording.ts';

/** Clients that are named one by one. */
const NAMED_MAX = 4;

interface Counts {
  readonly requests: number;
  readonly writes: number;
  readonly refused: number;
  readonly unanswered: number;
  readonly firstUs: number;
}

export function functionName(site: Site, operation: Operation): string {
  return wording.functionText(operation, site.protocols[operation.protocol]);
}

export function newMasterText(site: Site, operation: Operation, clients: number, story: Counts): string {
  const { hosts } = site;
  const client = hosts.address(operation.client);
  const server = hosts.address(operation.server);
  const what = functionName(site, operation);
  const now =
    story.requests === 1
      ? `${client} asks ${server} for the first time: ${what}, and ${outcomeText(operation)}`
      : `${client}, which had never asked ${server} for anything, made ${countOf(story.requests, 'request')} within ${spanText(operation.timeUs - story.firstUs)}${failuresText(story)}, the last one ${what}`;
  return `${now}. ${usualClientsText(site, clients, server)}`;
}

export function newWriterText(site: Site, operation: Operation, clients: number): string {
  const protocol = site.protocols[operation.protocol];
  const object = wording.objectText(operation, protocol);
  return (
    `${wording.whoAskedWhat(operation, site.hosts, protocol)}${object === '' ? '' : ` for ${object}`}; ` +
    `${outcomeText(operation)}. ${usualClientsText(site, clients, site.hosts.address(operation.server))} ${writersText(site, operation)}`
  );
}

export function unusualWriterText(
  site: Site,
  operation: Operation,
  requests: number,
  elapsedUs: number,
  bound: number,
  elsewhere: number,
): string {
  const protocol = site.protocols[operation.protocol];
  const object = wording.objectText(operation, protocol);
  return (
    `${wording.whoAskedWhat(operation, site.hosts, protocol)}${object === '' ? '' : ` for ${object}`}; ` +
    `${outcomeText(operation)}. In ${spanText(elapsedUs)} it had made ${countOf(requests, 'request')} of this device and ` +
    `changed nothing: the chance that a write is part of its normal work is below ${chanceText(bound)}. ` +
    `${elsewhere === 0 ? '' : 'It does write to other devices. '}${writersText(site, operation)}`
  );
}

export function newFunctionText(
  site: Site,
  operation: Operation,
  requests: number,
  others: number,
  story: Counts,
): string {
  const { novelty } = site.learning;
  const { observations, bound, distinct } = novelty.estimate(requests);
  const span = spanText(novelty.lastUs(requests) - novelty.firstUs(requests));
  const who = wording.whoAskedWhat(operation, site.hosts, site.protocols[operation.protocol]);
  const often = story.requests === 1 ? '' : ` ${timesText(story.requests)}`;
  const before =
    others === 0
      ? 'nobody had used this function here'
      : `only ${countOf(others, 'other client')} had used this function here`;
  return (
    `${who}${often}; ${outcomeText(operation)}. In ${span} and ${countOf(observations, 'request')} ${before}; ` +
    `clients and functions came in ${countOf(distinct, 'combination')}, and the chance that the next request brings a new ` +
    `one is below ${chanceText(bound)}.`
  );
}

function usualClientsText(site: Site, clients: number, server: string): string {
  const { novelty } = site.learning;
  const { observations, bound, distinct } = novelty.estimate(clients);
  const span = spanText(novelty.lastUs(clients) - novelty.firstUs(clients));
  return (
    `In ${span} ${namesOf(site, clients, distinct)} made all ${countOf(observations, 'request')} of ${server}: the chance that ` +
    `the next one comes from a new client is below ${chanceText(bound)}.`
  );
}

function writersText(site: Site, operation: Operation): string {
  const { novelty } = site.learning;
  const writers = novelty.findContext(ContextKind.writers, operation.server, operation.unit, 0);
  const distinct = novelty.distinct(writers);
  if (distinct === 0) return 'Nobody had ever written to it.';
  return `Only ${namesOf(site, writers, distinct)} had written to it, ${timesText(novelty.observations(writers))}.`;
}

/** Hosts that are the symbols of a context. */
function namesOf(site: Site, context: number, distinct: number): string {
  if (distinct > NAMED_MAX) return countOf(distinct, 'host');
  const { novelty } = site.learning;
  const names = novelty
    .symbolsOf(context, NAMED_MAX)
    .map((symbol) => site.hosts.address(novelty.symbolWord(symbol, 1)));
  const last = names.pop() ?? 'nobody';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}

function failuresText(story: Counts): string {
  const parts: string[] = [];
  if (story.writes > 0) parts.push(`${countOf(story.writes, 'write')} among them`);
  if (story.refused > 0) parts.push(`${story.refused} refused`);
  if (story.unanswered > 0) parts.push(`${story.unanswered} unanswered`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function outcomeText(operation: Operation): string {
  if (operation.outcome === Outcome.ok)
    return operation.answerFrame > 0 ? 'the device answered' : 'it asks for no answer';
  return operation.outcome === Outcome.refused ? 'the device refused' : 'no answer was seen';
}
