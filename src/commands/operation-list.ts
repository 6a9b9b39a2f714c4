// Who asked whom for what, and the points of a device, as the API tells them.
import { ACCESS_NAMES } from '../facts/policy.ts';
import type { Course } from '../learning/courses.ts';
import { fileOf, frameOf } from '../facts/frame-reference.ts';
import type { AlertHead } from '../store/alert-index.ts';
import type { OperationQuery, Page, PageQuery } from '../server/site-data.ts';
import {
  operationChoices,
  operationPage,
  pointPage,
  type OperationChoices,
  type StoredOperation,
} from '../store/operation-queries.ts';
import type { SiteReader } from '../store/site-reader.ts';
import { timestamp } from './timestamp.ts';

/** As the API calls what an operation needs. */
const ACCESS_WORDS = ['read', 'write', 'engineering'] as const;

export class OperationList {
  readonly #reader: SiteReader;
  /** What is counted once for each change of the site. */
  #known: { readonly version: string; readonly choices: OperationChoices; readonly alerts: AlertCounts } | null = null;

  constructor(reader: SiteReader) {
    this.#reader = reader;
  }

  page(query: OperationQuery, words: readonly string[]): Page {
    const version = this.#reader.observation();
    if (this.#known?.version !== version)
      this.#known = {
        version,
        choices: this.#reader.ask(operationChoices),
        alerts: alertsByPair(this.#reader.heads()),
      };
    return operationPageJson(this.#reader, query, words, this.#known.choices, this.#known.alerts);
  }
}

/** By server and client. */
type AlertCounts = ReadonlyMap<string, number>;

function operationPageJson(
  reader: SiteReader,
  query: OperationQuery,
  words: readonly string[],
  choices: OperationChoices,
  alerts: AlertCounts,
): Page {
  const { offset, limit, asset, side, verb, outcome, protocol } = query;
  const index = ACCESS_WORDS.findIndex((name) => name === query.access);
  const access = index < 0 ? null : index;
  const { total, items } = reader.ask((database, indexes) =>
    operationPage(database, { offset, limit, words, asset, side, verb, outcome, protocol, access }, choices, indexes),
  );
  const { verb: verbs, protocol: protocols } = choices;
  return { total, ...{ verbs, protocols }, items: items.map((operation) => operationJson(operation, alerts)) };
}

function operationJson(operation: StoredOperation, alerts: AlertCounts): Record<string, unknown> {
  const { access, firstUs, lastUs, frame, clientAsset, serverAsset, ...told } = operation;
  return {
    ...told,
    ...{ clientAsset, serverAsset },
    access: ACCESS_WORDS[access] ?? ACCESS_NAMES[0],
    first: timestamp(firstUs),
    last: timestamp(lastUs),
    frame: frame === 0 ? null : { file: fileOf(frame), frame: frameOf(frame) },
    alerts: clientAsset === null || serverAsset === null ? 0 : (alerts.get(`${serverAsset}\n${clientAsset}`) ?? 0),
  };
}

/** How many alerts there are of a device and who asked it. */
function alertsByPair(heads: readonly AlertHead[]): AlertCounts {
  const byPair = new Map<string, number>();
  for (const { subject, peer } of heads) {
    if (peer === null) continue;
    const key = `${subject.asset}\n${peer.asset}`;
    byPair.set(key, (byPair.get(key) ?? 0) + 1);
  }
  return byPair;
}

export function pointList(
  reader: SiteReader,
  { asset, offset, limit }: PageQuery & { readonly asset: string },
  words: readonly string[],
): Page {
  const { total, items } = reader.ask((database) => pointPage(database, asset, { offset, limit, words }));
  return {
    total,
    items: items.map(({ lastUs, course, ...point }) => ({
      ...point,
      course: course === null ? null : courseJson(course),
      seen: timestamp(lastUs),
    })),
  };
}

function courseJson({ startUs, widthUs, least, most }: Course): unknown {
  return { from: timestamp(startUs), until: timestamp(startUs + least.length * widthUs), least, most };
}
