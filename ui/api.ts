// Asks the API, and says in words what went wrong. The dashboard knows nothing but what stands here.

export interface Party {
  readonly asset: string;
  readonly segment: string;
  readonly ip: string | null;
  readonly mac: string | null;
  readonly port: number | null;
  readonly unit: number | null;
}

export interface Alert {
  readonly id: string;
  readonly kind: string;
  readonly module: string;
  readonly severity: Severity;
  readonly title: string;
  readonly explanation: string;
  readonly advice: string;
  readonly subject: Party;
  readonly peer: Party | null;
  readonly object: string;
  readonly first: string;
  readonly last: string;
  readonly count: number;
  readonly techniques: readonly string[];
  readonly frames: readonly { readonly file: number; readonly frame: number }[];
  readonly framesOmitted: number;
  readonly incident: string | null;
  readonly state: AlertState;
}

export const STATUSES = ['open', 'acknowledged', 'normal', 'closed'] as const;

export interface AlertState {
  readonly status: (typeof STATUSES)[number];
  readonly action: Action | null;
  /** It was closed, and went on since. */
  readonly isAgain: boolean;
}

export const SCOPES = ['exact', 'pair', 'device'] as const;
export type Scope = (typeof SCOPES)[number];

/** What an operator did. */
export interface Action {
  readonly id: number;
  readonly time: string;
  readonly operator: string;
  readonly action: 'acknowledge' | 'normal' | 'close' | 'undo';
  readonly alert: string;
  readonly title?: string;
  readonly scope: Scope | null;
  readonly reason: string;
  readonly undoes: number | null;
}

export interface Incident {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly first: string;
  readonly last: string;
  readonly hostCount: number;
  readonly stepCount: number;
  readonly hosts: readonly {
    readonly asset: string;
    readonly ip: string | null;
    readonly mac: string | null;
    readonly part: string;
  }[];
  readonly steps: readonly {
    readonly alert: string;
    readonly time: string;
    readonly stage: string;
    readonly severity: Severity;
    readonly title: string;
    readonly from: number | null;
    readonly to: number | null;
  }[];
  readonly techniques: readonly string[];
  /** Of one incident only. */
  readonly alerts?: readonly Alert[];
}

export interface ProvingFrame {
  readonly file: number;
  readonly path: string;
  readonly frame: number;
  readonly time: string | null;
  readonly length: number;
  readonly originalLength: number;
  readonly maskedBytes: number;
  readonly hex: string;
  readonly facts: readonly Readonly<Record<string, unknown>>[];
}

export interface ProofOfAlert {
  readonly frames: readonly ProvingFrame[];
  readonly omitted: number;
}

export interface Evidence {
  readonly attribute: string;
  readonly value: string;
  readonly source: string;
  readonly trust: number;
  readonly frame: { readonly file: number; readonly frame: number } | null;
}

export interface OtherClaim {
  readonly value: string;
  readonly source: string;
  readonly trust: number;
  readonly last: string;
}

export interface Field {
  readonly value: string;
  readonly source: string;
  readonly trust: number;
  readonly sure: number;
  readonly agrees: readonly OtherClaim[];
  readonly disagrees: readonly OtherClaim[];
}

export interface Asset {
  readonly id: string;
  readonly segment: string;
  readonly ip: readonly string[];
  readonly mac: readonly string[];
  readonly unit: number | null;
  readonly role: string | null;
  readonly level: number | null;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly serial: string | null;
  readonly name: string | null;
  readonly hardening: string | null;
  readonly protocols: readonly string[];
  readonly first: string;
  readonly last: string;
}

/** One device as its page shows it. */
export interface AssetDetail extends Asset {
  readonly fields: Readonly<Record<string, Field>>;
  readonly evidence: readonly Evidence[];
  readonly peerCount: number;
  readonly peers: readonly {
    readonly asset: string | null;
    readonly address: string;
    readonly isAsked: boolean;
    readonly isAsking: boolean;
    readonly protocols: readonly string[];
    readonly conversations: number;
    readonly bytes: number;
    readonly last: string;
  }[];
  readonly serviceCount: number;
  readonly services: readonly {
    readonly transport: string;
    readonly port: number;
    readonly protocol: string | null;
    readonly clients: number;
    readonly conversations: number;
    readonly last: string;
  }[];
}

export interface Conversation {
  readonly protocol: string | null;
  readonly transport: string;
  readonly client: string;
  readonly clientAsset: string | null;
  readonly clientPort: number;
  readonly server: string;
  readonly serverAsset: string | null;
  readonly serverPort: number;
  readonly first: string;
  readonly last: string;
  readonly clientBytes: number;
  readonly serverBytes: number;
  readonly answered: boolean;
}

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Counted {
  readonly name: string;
  readonly count: number;
}

export interface Overview {
  readonly captures: readonly {
    readonly path: string;
    readonly frames: number;
    readonly first: string | null;
    readonly last: string | null;
  }[];
  readonly assets: number;
  readonly alerts: number;
  readonly waiting: number;
  readonly incidents: number;
  readonly conversations: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
  readonly roles: readonly Counted[];
  readonly protocols: readonly Counted[];
  readonly modules: number;
  readonly modulesPlanned: number;
  readonly worst: readonly Alert[];
  readonly worstIncidents: readonly Incident[];
}

export interface Module {
  readonly name: string;
  readonly title: string;
  readonly purpose: string;
  readonly kinds: readonly {
    readonly kind: string;
    readonly title: string;
    readonly severity: Severity;
    readonly why: string;
  }[];
}

export interface Page<Item> {
  readonly total: number;
  readonly items: readonly Item[];
}

/** What the server said in words, or that it is not there. */
export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export async function ask<Answer>(
  path: string,
  query: Readonly<Record<string, string | number>> = {},
  signal: AbortSignal | null = null,
): Promise<Answer> {
  const words = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  const text = words.size === 0 ? path : `${path}?${words}`;
  return answerOf<Answer>(await fetch(text, { credentials: 'same-origin', signal }).catch(() => null));
}

export async function tell<Answer>(path: string, wish: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const request = { method: 'POST', headers, body: JSON.stringify(wish), credentials: 'same-origin' } as const;
  return answerOf<Answer>(await fetch(path, request).catch(() => null));
}

/** Opens a session with the token of the address that the program printed. */
export async function openSession(token: string): Promise<void> {
  await tell('/api/session', { token });
}

export async function answerOf<Answer>(response: Response | null): Promise<Answer> {
  if (response === null) throw new ApiError(0, 'The program does not answer. Is it still running?');
  if (response.ok) return (await response.json()) as Answer;
  const { error } = (await response.json().catch(() => ({}))) as { error?: string };
  throw new ApiError(response.status, error ?? `the server answered ${response.status}`);
}
