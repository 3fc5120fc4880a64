import type { Info } from '../../envs/env.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { decodeColumns, encodeColumns } from './columns.ts';
import { pack, unpack } from './frames.ts';
import type { Decision, Moment } from './moment.ts';

/** Before the packed columns of a steps frame: seed f64, return before the frame's last moment f64, flags u8. */
const META_BYTES = 17;
const FLAG = { terminated: 1, truncated: 2, lastMoment: 4 } as const;

/** What a frame says of its episode, for files without an index. */
export interface StepsMeta {
  seed: number;
  /** Of all decisions so far but that of the frame's last moment. */
  returnBefore: number;
  terminated: boolean;
  truncated: boolean;
  /** Whether the frame ends with the last moment of the episode, which has no decision. */
  lastMoment: boolean;
}

export function encodeStepsPayload(meta: StepsMeta, content: Uint8Array): Uint8Array {
  const flags = (Object.keys(FLAG) as (keyof typeof FLAG)[]).reduce(
    (sum, flag) => sum | (meta[flag] ? FLAG[flag] : 0),
    0,
  );
  return new ByteWriter().f64(meta.seed).f64(meta.returnBefore).u8(flags).raw(pack(content)).finish();
}

export function decodeStepsMeta(payload: Uint8Array): StepsMeta {
  const input = new ByteReader(payload);
  const seed = input.f64();
  const returnBefore = input.f64();
  const flags = input.u8();
  const has = (flag: number): boolean => (flags & flag) !== 0;
  return {
    seed,
    returnBefore,
    terminated: has(FLAG.terminated),
    truncated: has(FLAG.truncated),
    lastMoment: has(FLAG.lastMoment),
  };
}

/** Columns of the table of outcomes; `has…` is 1 where the decision has that, but for `attention`, a sum of `ATTENTION`. */
const OUTCOME = {
  reward: 0,
  hasValue: 1,
  value: 2,
  terminated: 3,
  truncated: 4,
  hasDistribution: 5,
  hasMask: 6,
  attention: 7,
  info: 8,
} as const;
/** Attention to past steps, and to tokens. */
const ATTENTION = { attention: 1, tokenAttention: 2 } as const;
export type AttentionKind = keyof typeof ATTENTION;
const OUTCOME_WIDTH = Object.keys(OUTCOME).length;

/** Rows of equal length, of float32 numbers. */
class Rows {
  readonly numbers: number[] = [];
  width = 0;

  constructor(
    private readonly name: string,
    private readonly round: (value: number) => number = Math.fround,
  ) {}

  add(row: ArrayLike<number>): void {
    if (this.numbers.length === 0) this.width = row.length;
    else if (row.length !== this.width)
      throw new RangeError(`${this.name} has ${row.length} numbers, in the steps before it had ${this.width}`);
    for (let i = 0; i < row.length; i++) this.numbers.push(this.round(row[i] as number));
  }

  write(out: ByteWriter): void {
    encodeColumns(out.u32(this.width), this.numbers, this.width);
  }
}

/**
 * The nearest number with 16 significant bits (off by at most one part in 2^16): what a policy says of itself is looked at,
 * not computed with, and its last bits are noise that takes a byte a number.
 */
export function toSixteenBits(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return Math.fround(value);
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 15);
  const rounded = Math.fround(Math.round(value / unit) * unit);
  return Number.isFinite(rounded) ? rounded : Math.fround(value);
}

/** Collects all of successive moments but their scenes and weights of attention. */
export class StepsBuffer {
  private readonly observations = new Rows('observation');
  private readonly actions = new Rows('action');
  private readonly distributions = new Rows('distribution', toSixteenBits);
  private readonly masks = new Rows('mask');
  private readonly outcomes: number[] = [];
  private readonly infos = new Map<string, number>();
  private value = 0;

  add({ observation, decision }: Moment): void {
    this.observations.add(observation);
    if (!decision) return;
    const { action, distribution, mask, attention, tokenAttention, value, reward, info } = decision;
    this.actions.add(action);
    if (distribution) this.distributions.add(distribution);
    if (mask) this.masks.add(mask);
    this.value = value === null ? this.value : toSixteenBits(value);
    const { terminated, truncated } = decision;
    const flags = [terminated, truncated, distribution !== null, mask !== null].map(Number);
    const attentions = (attention ? ATTENTION.attention : 0) + (tokenAttention ? ATTENTION.tokenAttention : 0);
    this.outcomes.push(reward, Number(value !== null), this.value, ...flags, attentions, this.infoIndex(info));
  }

  /** Numbers held so far. */
  get size(): number {
    return [this.observations, this.actions, this.distributions, this.masks].reduce(
      (sum, { numbers }) => sum + numbers.length,
      0,
    );
  }

  encode(): Uint8Array {
    const out = new ByteWriter();
    encodeColumns(out, this.outcomes, OUTCOME_WIDTH);
    out.text(`[${[...this.infos.keys()].join()}]`);
    for (const rows of [this.actions, this.distributions, this.masks, this.observations]) rows.write(out);
    return out.finish();
  }

  private infoIndex(info: Info): number {
    const json = JSON.stringify(info) ?? '{}';
    const index = this.infos.get(json) ?? this.infos.size;
    this.infos.set(json, index);
    return index;
  }
}

/** Successive moments without their scenes and attention, read from what a `StepsBuffer` wrote. */
export class StepsReader {
  private readonly outcomes: Float64Array[];
  private readonly input: ByteReader;
  private readonly counts = new Map<string, Uint32Array>();
  private details: Details | null = null;

  /** How many moments have a decision: all, or all but the last. */
  private readonly decisions: number;

  /**
   * @param moments  how many there are
   * @throws Error when the payload is not that
   */
  constructor(
    payload: Uint8Array,
    private readonly moments: number,
  ) {
    this.decisions = moments - (decodeStepsMeta(payload).lastMoment ? 1 : 0);
    this.input = new ByteReader(unpack(payload.subarray(META_BYTES)));
    this.outcomes = decodeColumns(this.input, this.decisions, OUTCOME_WIDTH);
  }

  reward(step: number): number {
    return this.outcome('reward', step);
  }

  value(step: number): number | null {
    return this.outcome('hasValue', step) ? this.outcome('value', step) : null;
  }

  hasAttention(kind: AttentionKind, step: number): boolean {
    return step < this.decisions && (this.outcome('attention', step) & ATTENTION[kind]) !== 0;
  }

  observation(step: number): Float32Array {
    return row((this.details ??= this.readDetails()).observations, step);
  }

  /** Without its attention. */
  decision(step: number): Decision | null {
    if (step >= this.decisions) return null;
    const { actions, distributions, masks, infos } = (this.details ??= this.readDetails());
    return {
      action: row(actions, step),
      distribution: this.outcome('hasDistribution', step)
        ? row(distributions, this.rowBefore('hasDistribution', step))
        : null,
      mask: this.outcome('hasMask', step) ? Uint8Array.from(row(masks, this.rowBefore('hasMask', step))) : null,
      value: this.value(step),
      attention: null,
      tokenAttention: null,
      reward: this.reward(step),
      terminated: this.outcome('terminated', step) === 1,
      truncated: this.outcome('truncated', step) === 1,
      info: structuredClone(infos[this.outcome('info', step)] ?? {}),
    };
  }

  /** How many steps of this frame before `step` have such attention: the row of its own. All of them by default. */
  attentionRow(kind: AttentionKind, step = this.decisions): number {
    return this.countBefore(kind, step, (before) => this.hasAttention(kind, before));
  }

  /** About how many bytes it takes. */
  get size(): number {
    return 8 * this.input.numbers;
  }

  private outcome(name: keyof typeof OUTCOME, step: number): number {
    return this.outcomes[OUTCOME[name]]?.[step] as number;
  }

  /** How many steps before `step` have something of this name; all are counted once. */
  private countBefore(name: string, step: number, has: (step: number) => boolean): number {
    let counts = this.counts.get(name);
    if (!counts) {
      counts = new Uint32Array(this.decisions + 1);
      for (let t = 0; t < this.decisions; t++) counts[t + 1] = (counts[t] as number) + Number(has(t));
      this.counts.set(name, counts);
    }
    return counts[step] as number;
  }

  private rowBefore(name: 'hasDistribution' | 'hasMask', step: number): number {
    return this.countBefore(name, step, (before) => this.outcome(name, before) !== 0);
  }

  private readDetails(): Details {
    const infos = infosFrom(this.input.text());
    const table = (count: number): Float64Array[] => decodeColumns(this.input, count, this.input.u32());
    return {
      infos,
      actions: table(this.decisions),
      distributions: table(this.rowBefore('hasDistribution', this.decisions)),
      masks: table(this.rowBefore('hasMask', this.decisions)),
      observations: table(this.moments),
    };
  }
}

function infosFrom(text: string): Info[] {
  const infos: unknown = JSON.parse(text);
  const isInfo = (info: unknown): info is Info => typeof info === 'object' && info !== null && !Array.isArray(info);
  if (!Array.isArray(infos) || !infos.every(isInfo)) throw new RangeError('infos are not objects');
  return infos;
}

/** What only a look at one moment needs: most of the numbers, read when first asked for. */
interface Details {
  infos: Info[];
  actions: Float64Array[];
  distributions: Float64Array[];
  masks: Float64Array[];
  observations: Float64Array[];
}

function row(columns: Float64Array[], index: number): Float32Array {
  return Float32Array.from(columns, (column) => column[index] as number);
}
