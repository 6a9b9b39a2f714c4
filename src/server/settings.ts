// The routes of settings: what is set and where that comes from; an operator changes one, and takes that back.
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Door } from './access.ts';
import type { SiteData } from './site-data.ts';
import { FLAG, NUMBER, TEXT, listOf, orNull, shape, SEVERITY } from './shapes.ts';

export interface SettingChange {
  readonly module: string;
  /** `enabled`, or the name of a kind of alert. */
  readonly name: string;
  /** `default` takes the setting out of the file. */
  readonly value: string;
  /** Of the text that the change was decided on. */
  readonly version: string;
}

export type SettingOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'wrong'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

export interface Settings {
  show(): unknown;
  change(change: SettingChange, note: (told: string) => void): SettingOutcome;
  undo(version: string, note: (told: string) => void): SettingOutcome;
}

const SHORT = { type: 'string', maxLength: 100 } as const;
const CHANGE = {
  type: 'object',
  required: ['module', 'name', 'value', 'version'],
  additionalProperties: false,
  properties: { module: SHORT, name: SHORT, value: SHORT, version: SHORT },
} as const;
const UNDO = {
  type: 'object',
  required: ['version'],
  additionalProperties: false,
  properties: { version: SHORT },
} as const;
const KIND = shape({
  name: TEXT,
  title: TEXT,
  usual: SEVERITY,
  severity: { enum: [...SEVERITY.enum, 'off'] },
  line: orNull(NUMBER),
});
const SETTINGS = shape({
  file: orNull(TEXT),
  version: TEXT,
  text: TEXT,
  problems: listOf(shape({ line: NUMBER, column: NUMBER, message: TEXT })),
  started: listOf(shape({ option: TEXT, value: TEXT })),
  undo: orNull(TEXT),
  modules: listOf(shape({ name: TEXT, title: TEXT, isEnabled: FLAG, line: orNull(NUMBER), kinds: listOf(KIND) })),
});

export function addSettings(
  server: FastifyInstance,
  data: Pick<SiteData, 'note'>,
  settings: Settings,
  door: Door,
  now: () => number,
): void {
  const answer = async (reply: FastifyReply, outcome: SettingOutcome): Promise<unknown> => {
    if (outcome.kind === 'done') return settings.show();
    return reply.code(outcome.kind === 'wrong' ? 400 : 409).send({ error: outcome.reason });
  };
  server.get('/api/settings', () => settings.show());
  server.post<{ Body: SettingChange }>('/api/settings', { schema: { body: CHANGE } }, (request, reply) => {
    const operator = door.identityOf(request)!.name;
    const note = (detail: string): void => data.note({ operator, action: 'settings', detail, timeMs: now() });
    return answer(reply, settings.change(request.body, note));
  });
  server.post<{ Body: { version: string } }>('/api/settings/undo', { schema: { body: UNDO } }, (request, reply) => {
    const operator = door.identityOf(request)!.name;
    const note = (detail: string): void => data.note({ operator, action: 'settings', detail, timeMs: now() });
    return answer(reply, settings.undo(request.body.version, note));
  });
}

const JSON_TYPE = 'application/json';
const SHOWN = { 200: { description: 'The settings', content: { [JSON_TYPE]: { schema: SETTINGS } } } };

function post(summary: string, body: object): object {
  return {
    summary,
    requestBody: { required: true, content: { [JSON_TYPE]: { schema: body } } },
    responses: {
      ...SHOWN,
      400: { description: 'a wish that cannot be' },
      401: { description: 'no session' },
      403: { description: 'a viewer looks only' },
      409: { description: 'it cannot be done now' },
    },
  };
}

export const SETTINGS_PATHS = {
  '/api/settings': {
    get: {
      summary: 'What is set, and where that comes from',
      responses: { ...SHOWN, 401: { description: 'no session' } },
    },
    post: post('Changes one setting in 1sec.yaml, whose other lines stay as they are', CHANGE),
  },
  '/api/settings/undo': { post: post('Takes the last change back', UNDO) },
} as const;
