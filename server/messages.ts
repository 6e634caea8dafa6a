/** What the fixture server's process and whoever spawned it say to each other. */

export const serverSources = ["memory", "disk", "routes"] as const;
export type ServerSource = (typeof serverSources)[number];

export interface ServerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly source: ServerSource;
  /**
   * How long a connection may be silent, or take to make a request whole; without, for ever: rivals wait
   * for their turns as long as the others race.
   */
  readonly patienceMs?: number;
}

export interface Listening {
  readonly pid: number;
  /** Where every fixture can be fetched. */
  readonly url: string;
  /** Where the fixtures that need exact segments come in exactly those. */
  readonly rawUrl: string;
  readonly fixtures: Readonly<Record<string, string>>;
}

export type ServerReport =
  | ({ readonly kind: "listening" } & Listening)
  | { readonly kind: "failed"; readonly message: string }
  /** CPU time of the process so far, in microseconds; only the sum is exact. */
  | { readonly kind: "usage"; readonly user: number; readonly system: number };

export type ServerCommand = "usage";
