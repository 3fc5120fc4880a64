// What the server lists, in the server's words and the page's: types only, which a browser may have.

/** A replay, as `GET /api/runs` lists it. */
export interface ReplayEntry {
  /** For `GET /api/replays/<id>`. */
  id: string;
  name: string;
  bytes: number;
  /** ISO 8601. */
  modifiedAt: string;
  /** Training steps of the policy that was recorded. */
  step?: number;
}

/** A run, as `GET /api/runs` lists it. */
export interface RunEntry {
  id: string;
  name: string;
  environment: string;
  policy: string;
  algo: string;
  seed: number;
  /** Training steps done, of so many. */
  step: number;
  steps: number;
  meanReturn: number | null;
  /** At most 60 of the mean returns so far, oldest first. */
  returns: number[];
  /** ISO 8601. */
  updatedAt: string;
  /** Whether it is training now. */
  live: boolean;
  /** When `gymformer explain` last explained it, ISO 8601; left out where it never did. */
  explainedAt?: string;
  replays: ReplayEntry[];
}

/** A checkpoint that a page may have, as `GET /api/agents/<run>` lists it. */
export interface CheckpointEntry {
  name: string;
  /** Environment steps that it has learned from. */
  step: number;
  best: boolean;
  latest: boolean;
}
