/** What a micro process is to do; its one argument, as JSON. */
export interface MicroOptions {
  readonly strategy: string;
  /** Warm-up and measured time at each point of the grid. */
  readonly budgetMs: number;
}

export type MicroReport =
  | {
      readonly kind: "samples";
      /** Nanoseconds per response in the order of time, for each point of the grid in its order. */
      readonly samplesNs: readonly (readonly number[])[];
    }
  | { readonly kind: "failed"; readonly message: string };
