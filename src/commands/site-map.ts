// Devices and who talks to whom, for the map.
import type { Severity } from '../facts/alert.ts';
import type { SiteReader } from '../store/site-reader.ts';
import { numberOf, textOf } from '../store/stored-values.ts';

export function siteMap(reader: SiteReader, limit: number): unknown {
  const worst = new Map<string, Severity>();
  for (const { subject, severity } of reader.heads()) if (!worst.has(subject.asset)) worst.set(subject.asset, severity);
  const { total, items } = reader.assets({ offset: 0, limit, words: [], role: '', level: '' });
  const nodes = items.map(({ id, ip, mac, role, level, name, vendor, model }) => ({
    id,
    address: ip[0] ?? mac[0] ?? '',
    role,
    level,
    label: name ?? model ?? vendor,
    severity: worst.get(id) ?? null,
  }));
  const shown = new Set(nodes.map(({ id }) => id));
  const rows = reader.ask((database) =>
    database
      .prepare(
        `SELECT c.asset AS client, s.asset AS server, group_concat(DISTINCT v.protocol) AS protocols, count(*) AS count
         FROM conversations v JOIN hosts c ON c.id = v.client JOIN hosts s ON s.id = v.server
         WHERE c.asset IS NOT NULL AND s.asset IS NOT NULL GROUP BY v.client, v.server`,
      )
      .all(),
  );
  const lines = rows
    .map((row) => ({
      client: textOf(row, 'client'),
      server: textOf(row, 'server'),
      protocols: textOf(row, 'protocols').split(',').filter(Boolean).sort(),
      count: numberOf(row, 'count'),
    }))
    .filter(({ client, server }) => shown.has(client) && shown.has(server))
    .slice(0, limit * 4);
  return { nodes, omitted: total - nodes.length, lines };
}
