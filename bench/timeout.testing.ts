import { setDefaultTimeout } from "bun:test";

/**
 * A test fails by what it finds, not by the clock: this only ends one that hangs. Bun's own 5 s are too
 * few for tests that run whole races, on a machine whose processes start and wake three times slower.
 */
setDefaultTimeout(60_000);
