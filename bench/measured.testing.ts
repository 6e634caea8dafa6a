/**
 * For a test that needs a measurement which the audit accepts, or an answer in time: a machine may stand still
 * for half a second in the midst of it, which is rightly refused and no fault of the code.
 */
export const measured = { retry: 2 } as const;
