// Rows of databases.
import { GREETING, LOGIN, commandKind as mysqlKind, ERROR } from '../../src/protocols/mysql/kinds.ts';
import { STARTUP, messageKind as postgresKind } from '../../src/protocols/postgres/kinds.ts';
import { answerKind, requestKind as redisKind } from '../../src/protocols/redis/kinds.ts';
import { messageKind as tdsKind } from '../../src/protocols/tds/kinds.ts';
import type { Fields } from '../agree-facts/row.ts';
import { byNumber, each, isTrue, kindRow, type Kind, type MessageRow } from './row.ts';

const REDIS_PORT = 6379;

/** tshark's names of the messages of PostgreSQL. */
const POSTGRES_LETTERS: Readonly<Record<string, string>> = {
  'Password message': 'p',
  'SASLInitialResponse message': 'p',
  'SASLResponse message': 'p',
  'GSSResponse message': 'p',
  'Simple query': 'Q',
  Parse: 'P',
  Bind: 'B',
  Execute: 'E',
  Describe: 'D',
  Close: 'C',
  Flush: 'H',
  Sync: 'S',
  'Function call': 'F',
  'Copy data': 'd',
  'Copy completion': 'c',
  'Copy failure': 'f',
  Termination: 'X',
  'Authentication request': 'R',
  'Backend key data': 'K',
  'Parameter status': 'S',
  'Parse completion': '1',
  'Bind completion': '2',
  'Close completion': '3',
  'Command completion': 'C',
  'Parameter description': 't',
  'Row description': 'T',
  'Data row': 'D',
  'Empty query': 'I',
  'No data': 'n',
  Error: 'E',
  Notice: 'N',
  'Portal suspended': 's',
  'Ready for query': 'Z',
  Notification: 'A',
  'Function call response': 'V',
  'CopyIn response': 'G',
  'CopyOut response': 'H',
  'CopyBoth response': 'W',
  'Negotiate protocol version': 'v',
};
const POSTGRES_STARTS: Readonly<Record<string, string>> = {
  'Startup message': STARTUP,
  'SSL request': 'SSLRequest',
  'GSSAPI encrypt request': 'GSSENCRequest',
  'Cancel request': 'CancelRequest',
};

export const DATABASE_ROWS: readonly MessageRow[] = [
  kindRow('tds', 'tds', 'tds.type', tdsKind),
  {
    protocol: 'postgres',
    layer: 'pgsql',
    fields: ['pgsql.type', 'pgsql.frontend'],
    theirs: (fields) =>
      fields('pgsql.type').map((name, index): Kind => {
        const isOfClient = isTrue(fields('pgsql.frontend')[index]);
        const letter = POSTGRES_LETTERS[name];
        return [letter === undefined ? (POSTGRES_STARTS[name] ?? name) : postgresKind(letter, isOfClient), ''];
      }),
  },
  {
    protocol: 'mysql',
    layer: 'mysql',
    fields: ['mysql.version', 'mysql.user', 'mysql.command', 'mysql.error_code'],
    theirs: (fields) => [
      ...each(fields, 'mysql.version', () => GREETING),
      ...each(fields, 'mysql.user', () => LOGIN),
      ...each(fields, 'mysql.command', byNumber(mysqlKind)),
      ...each(fields, 'mysql.error_code', () => ERROR),
    ],
  },
  {
    protocol: 'redis',
    layer: 'resp',
    fields: [
      'resp.array',
      'resp.array.length',
      'resp.string',
      'resp.error',
      'resp.integer',
      'resp.bulk_string',
      'resp.bulk_string.value',
    ],
    theirs: redisMessages,
  },
];

/** tshark shows the elements of arrays beside them: a request is one array of strings, of an answer only the whole is told. */
function redisMessages(fields: Fields): Kind[] {
  const lengths = fields('resp.array.length').map(Number);
  const strings = fields('resp.bulk_string.value').map((hex) =>
    Buffer.from(hex.replaceAll(':', ''), 'hex').toString('latin1'),
  );
  const [from = 0, to = 0] = [fields('tcp.srcport'), fields('tcp.dstport')].map(([port]) => Number(port));
  if (to === REDIS_PORT || (from !== REDIS_PORT && to < from)) {
    let at = 0;
    return lengths.map((length): Kind => {
      at += length;
      return [redisKind(strings[at - length] ?? ''), ''];
    });
  }
  if (lengths.length > 0) return [[answerKind('*'), '']];
  return [
    ...each(fields, 'resp.string', () => answerKind('+')),
    ...each(fields, 'resp.error', () => answerKind('-')),
    ...each(fields, 'resp.integer', () => answerKind(':')),
    ...each(fields, 'resp.bulk_string', () => answerKind('$')),
  ];
}
