import type { Generator } from '../random.ts';

/** Of a sound, at 8 kHz: 16 ms. */
export const SAMPLES = 128;
/** Samples of a cycle: 500 Hz and 1000 Hz. */
const PERIODS = [16, 8] as const;
const AMPLITUDE = 0.4;
/** Phases that there are, evenly over a cycle: a table of sines stands for all of them. */
const PHASES = 64;
const CYCLE = PERIODS[0] * PHASES;
const SINES = Float64Array.from({ length: CYCLE }, (_, i) => AMPLITUDE * Math.sin((2 * Math.PI * i) / CYCLE));

/** Makes tones in noise. */
export class Tones {
  /** @param noise standard deviation of the white noise */
  constructor(private readonly noise: number) {}

  /**
   * Writes SAMPLES numbers: the low tone (0) or the high one (1) with a phase of its own, or none, and the noise, clipped
   * to -1 … 1.
   */
  sound(random: Generator, tone: 0 | 1 | null, out: Float32Array): void {
    const phase = random.integers(PHASES) * PERIODS[0];
    const step = tone === null ? 0 : CYCLE / PERIODS[tone];
    for (let i = 0; i < SAMPLES; i++) {
      const pure = tone === null ? 0 : (SINES[(phase + i * step) % CYCLE] as number);
      out[i] = Math.min(Math.max(pure + this.noise * random.standardNormal(), -1), 1);
    }
  }
}
