// What each list can be asked beside its page: one table for the routes of the list, of the list as a file, and for what
// the API says of itself. A value that cannot be, and a filter that there is not, is refused in one line.
import type { FastifyRequest } from 'fastify';

const SHORT = { type: 'string', maxLength: 200, default: '' } as const;
/** Empty: all. */
const choice = (...values: readonly string[]): object => ({ enum: ['', ...values], default: '' });

export const LIST_FILTERS = {
  assets: { role: SHORT, level: choice('unknown', '0', '1', '2', '3', '4', '5') },
  alerts: {
    severity: choice('info', 'low', 'medium', 'high', 'critical'),
    asset: SHORT,
    status: choice('open', 'acknowledged', 'normal', 'closed'),
  },
  conversations: { host: SHORT, protocol: SHORT },
  operations: {
    asset: SHORT,
    side: choice('client', 'server'),
    verb: SHORT,
    outcome: choice('ok', 'refused', 'unanswered'),
    protocol: SHORT,
    access: choice('read', 'write', 'engineering'),
  },
  points: { asset: SHORT },
  firmware: { asset: SHORT, what: choice('reported', 'sent', 'judged') },
  logins: { asset: SHORT, outcome: choice('accepted', 'refused', 'unknown') },
} as const satisfies Readonly<Record<string, Readonly<Record<string, object>>>>;

export type ListName = keyof typeof LIST_FILTERS;

export interface QueryParameter {
  readonly name: string;
  readonly in: 'query';
  readonly schema: object;
}

/** For OpenAPI. */
export function filterParameters(list: ListName): QueryParameter[] {
  return Object.entries(LIST_FILTERS[list]).map(([name, schema]) => ({ name, in: 'query', schema }));
}

interface ListRoute {
  readonly schema: { readonly querystring: object };
  readonly schemaErrorFormatter: (errors: readonly SchemaError[]) => Error;
  readonly preValidation: (request: FastifyRequest, reply: unknown, done: (error?: Error) => void) => void;
}

interface SchemaError {
  readonly instancePath: string;
  readonly message?: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Options of a route that takes these filters and, of the page, what `paging` says. */
export function listRoute(list: ListName, paging: Readonly<Record<string, unknown>>): ListRoute {
  const properties = { ...paging, ...LIST_FILTERS[list] };
  const names = Object.keys(properties);
  return {
    schema: { querystring: { type: 'object', properties } },
    schemaErrorFormatter: ([first]) => new Error(first === undefined ? 'it cannot be asked like this' : lineOf(first)),
    // Who mistypes a filter would take the whole list for what it finds.
    preValidation: (request, _reply, done) => {
      const unknown = Object.keys(request.query as object).find((name) => !names.includes(name));
      if (unknown === undefined) done();
      else
        done(refusal(`${list} has no filter ${JSON.stringify(unknown.slice(0, 40))}; there are ${names.join(', ')}`));
    },
  };
}

function lineOf({ instancePath, message, params }: SchemaError): string {
  const name = instancePath.slice(1);
  const allowed = params['allowedValues'];
  if (!Array.isArray(allowed)) return `${name} ${message ?? 'cannot be this'}`;
  return `${name} must be one of ${allowed.filter((value) => value !== '').join(', ')}, or empty`;
}

function refusal(line: string): Error {
  return Object.assign(new Error(line), { statusCode: 400 });
}
