// Who talks to whom, summed by pair and protocol, and how much of the protocol was used: for the map.
import type { DatabaseSync } from 'node:sqlite';

/** Of a whole site, or of the time asked for. Hosts by their rows. */
export interface PairSum {
  readonly client: number;
  readonly server: number;
  readonly protocol: string | null;
  readonly conversations: number;
  /** 0 read, 1 read and write, 2 engineering; null where no operation was seen. */
  readonly access: number | null;
}

export interface HostPlace {
  readonly address: string;
  readonly segment: string;
  readonly asset: string | null;
}

/** Microseconds. */
export interface TimeWindow {
  readonly fromUs: number;
  readonly untilUs: number;
}

/** So many rows of hosts and protocols make one exact number. */
const HOST_ROWS = 2 ** 22;
const PROTOCOL_ROWS = 2 ** 9;

/** All conversations of the site in numbers: held while the map is looked at, so that its time moves at once. */
export class ConversationSpans {
  readonly #pairs: readonly Omit<PairSum, 'conversations'>[];
  /** By conversation: index of its pair, begin and end. */
  readonly #pair: Int32Array;
  readonly #firstUs: Float64Array;
  readonly #lastUs: Float64Array;

  constructor(database: DatabaseSync) {
    const statement = database.prepare('SELECT client, server, protocol, first_us, last_us FROM conversations');
    statement.setReturnArrays(true);
    const rows = statement.all() as unknown as [number, number, string | null, number, number][];
    const accesses = accessesOfPairs(database);
    // By numbers: texts for each of a hundred thousand take longer than all the rest.
    const protocols = new Map<string | null, number>();
    const indexes = new Map<number, number>();
    const pairs: Omit<PairSum, 'conversations'>[] = [];
    this.#pair = new Int32Array(rows.length);
    this.#firstUs = new Float64Array(rows.length);
    this.#lastUs = new Float64Array(rows.length);
    for (const [at, [client, server, protocol, firstUs, lastUs]] of rows.entries()) {
      let number = protocols.get(protocol);
      if (number === undefined) protocols.set(protocol, (number = protocols.size));
      const key = (client * HOST_ROWS + server) * PROTOCOL_ROWS + number;
      let index = indexes.get(key);
      if (index === undefined) {
        const access = accesses.get(`${client} ${server} ${protocol}`) ?? null;
        index = pairs.push({ client, server, protocol, access }) - 1;
        indexes.set(key, index);
      }
      this.#pair[at] = index;
      this.#firstUs[at] = firstUs;
      this.#lastUs[at] = lastUs;
    }
    this.#pairs = pairs;
  }

  /** Of what went on in that time. */
  sums({ fromUs, untilUs }: TimeWindow): PairSum[] {
    const counts = new Int32Array(this.#pairs.length);
    for (let at = 0; at < this.#pair.length; at++) {
      if (this.#firstUs[at]! <= untilUs && this.#lastUs[at]! >= fromUs) counts[this.#pair[at]!]!++;
    }
    return this.#pairs.flatMap((pair, index) =>
      counts[index] === 0 ? [] : [{ ...pair, conversations: counts[index]! }],
    );
  }
}

/** By client, server and protocol. */
export function accessesOfPairs(database: DatabaseSync): Map<string, number> {
  const statement = database.prepare(
    'SELECT client, server, protocol, max(access) FROM operations GROUP BY client, server, protocol',
  );
  statement.setReturnArrays(true);
  const rows = statement.all() as unknown as [number, number, string, number][];
  return new Map(rows.map(([client, server, protocol, access]) => [`${client} ${server} ${protocol}`, access]));
}

/** By row. */
export function hostPlaces(database: DatabaseSync): Map<number, HostPlace> {
  const statement = database.prepare('SELECT id, address, segment, asset FROM hosts');
  statement.setReturnArrays(true);
  const rows = statement.all() as unknown as [number, string, string, string | null][];
  return new Map(rows.map(([id, address, segment, asset]) => [id, { address, segment, asset }]));
}

/** What the map shows of a device. */
export interface MapAsset {
  readonly id: string;
  readonly segment: string;
  readonly address: string;
  readonly role: string | null;
  readonly level: number | null;
  readonly label: string | null;
}

/** In the order of the list of devices. */
export function mapAssets(database: DatabaseSync): MapAsset[] {
  const statement = database.prepare(
    `SELECT id, segment, (SELECT address FROM asset_addresses WHERE asset = assets.id ORDER BY kind, sort_key LIMIT 1),
       role, level, coalesce(name, model, vendor)
     FROM assets ORDER BY segment, sort_key, unit, id`,
  );
  statement.setReturnArrays(true);
  type MapRow = [string, string, string | null, string | null, number | null, string | null];
  return (statement.all() as unknown as MapRow[]).map(([id, segment, address, role, level, label]) => ({
    ...{ id, segment, role, level, label },
    address: address ?? '',
  }));
}

/** When conversations began, in so many parts of the whole time. */
export function activity(
  database: DatabaseSync,
  parts: number,
): { readonly firstUs: number; readonly lastUs: number; readonly counts: readonly number[] } | null {
  const span = database.prepare('SELECT min(first_us), max(last_us) FROM conversations');
  span.setReturnArrays(true);
  const [firstUs, lastUs] = span.get() as unknown as [number | null, number | null];
  if (firstUs === null || lastUs === null) return null;
  const counted = database.prepare(
    'SELECT CAST((first_us - ?1) * ?2 / ?3 AS INTEGER), count(*) FROM conversations GROUP BY 1',
  );
  counted.setReturnArrays(true);
  const counts = Array.from({ length: parts }, () => 0);
  for (const row of counted.iterate(firstUs, parts, Math.max(1, lastUs - firstUs + 1))) {
    const [part, count] = row as unknown as [number, number];
    counts[Math.min(parts - 1, part)] = count;
  }
  return { firstUs, lastUs, counts };
}
