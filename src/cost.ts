import { z } from 'zod';
import { flopsOfRuns } from '../agents/model/flops.ts';
import type { Policy } from '../agents/model/policy.ts';

/** What a run cost so far, all of its sessions together; cost.json in its directory. */
export const costSchema = z.object({
  /** Environment steps of training. */
  steps: z.int(),
  /** Steps that the policy was run on to act, evaluations included, and to learn from, once for every pass. */
  actingSteps: z.int(),
  learningSteps: z.int(),
  /**
   * Floating-point operations of both, by the shapes of the policy's parameters (agents/model/flops.ts), and in the same way
   * of what computes beside it: a discriminator, opponents in self-play, a text encoder.
   */
  flops: z.number(),
  /** From start to end of each session, on the clock: evaluations and checkpoints included. */
  seconds: z.number(),
  /** Most memory that the process ever had resident. */
  peakMemoryBytes: z.int(),
  /** Each that was computed on. */
  devices: z.array(z.string()),
  sessions: z.int(),
});

export type Cost = z.infer<typeof costSchema>;

/**
 * Measures what a session of training costs, on top of what those before it did.
 *
 * What a session that died took since its last checkpoint is not counted.
 */
export class CostMeter {
  readonly #startedMs = performance.now();

  /**
   * @param before what the sessions before cost; null for a new run
   * @param beside floating-point operations so far, since this began, that are not the policy's
   */
  constructor(
    private readonly training: { policy: Policy; step: number; device: string },
    private readonly before: Cost | null,
    private readonly beside: () => number,
  ) {}

  now(): Cost {
    const { policy, step, device } = this.training;
    const { before, beside } = this;
    const { acting, learning } = policy.ran;
    // libuv tells it in kilobytes, on every system.
    const peakMemoryBytes = 1024 * process.resourceUsage().maxRSS;
    return {
      steps: step,
      actingSteps: (before?.actingSteps ?? 0) + acting,
      learningSteps: (before?.learningSteps ?? 0) + learning,
      flops: (before?.flops ?? 0) + flopsOfRuns(policy.ran, policy.flops) + beside(),
      seconds: (before?.seconds ?? 0) + (performance.now() - this.#startedMs) / 1000,
      peakMemoryBytes: Math.max(before?.peakMemoryBytes ?? 0, peakMemoryBytes),
      devices: [...new Set([...(before?.devices ?? []), device])],
      sessions: (before?.sessions ?? 0) + 1,
    };
  }
}
