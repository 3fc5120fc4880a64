import type { Scene, Shape } from '../../envs/scene.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { decodeColumns, encodeColumns } from './columns.ts';

/*
 * Many scenes as one keyframe and what changes.
 *
 * The keyframe lists the slots: a slot is a shape as far as it stays what it is (kind, id, which fields, how many
 * points or cells). A layout is the list of slots of one scene, in painting order; slot lists repeat, so a step says
 * only which layout it has. What does change, every number and string of a slot, is a column over the steps that show
 * it; strings are numbered. The scene itself (size, background) is the first slot of its layout.
 */

/** Lengths and angles that change are rounded to a fraction of the world's size, or of a radian, too small to see. */
const LENGTH_STEPS = 2 ** 14;
const ANGLE_QUANTUM = 2 ** -14;
/** More shapes than this in one scene are not ours. */
const MOST_SHAPES = 2 ** 16;
const LENGTHS = new Set(['x', 'y', 'width', 'height', 'points', 'size', 'cellSize', 'radius', 'strokeWidth']);

/** A field of a slot: its name, whether it holds numbers or strings, and how many (null: one, and not in an array). */
type Field = [name: string, type: 'number' | 'string', count: number | null];

interface SlotPlan {
  kind?: string | undefined;
  id?: string | undefined;
  fields: Field[];
}

interface Keyframe {
  strings: string[];
  slots: SlotPlan[];
  /** Slots of each layout. The first layout is that of a step without a scene. */
  layouts: number[][];
}

interface Slot extends SlotPlan {
  index: number;
  /** Numbers of the slot, a row for each step that shows it. */
  rows: number[];
}

/** Collects the scenes of successive steps. */
export class SceneBuffer {
  private readonly strings = new Map<string, number>();
  private readonly slots = new Map<string, Slot>();
  private readonly layouts = new Map<string, number>([['', 0]]);
  private readonly steps: number[] = [];
  private unit = 0;
  /** Numbers held so far. */
  size = 0;

  add(scene: Scene | null): void {
    if (!scene) {
      this.steps.push(0);
      return;
    }
    this.unit ||= Math.max(scene.width, scene.height);
    const { shapes, ...world } = scene;
    const alike = new Map<string, number>();
    const layout = [world, ...shapes].map((thing) => this.addThing(thing, alike));
    this.steps.push(intern(this.layouts, layout.join()));
  }

  /** Null when no step had a scene. */
  encode(): Uint8Array | null {
    if (this.slots.size === 0) return null;
    const slots = [...this.slots.values()];
    const keyframe: Keyframe = {
      strings: [...this.strings.keys()],
      slots: slots.map(({ kind, id, fields }) => ({ kind, id, fields })),
      layouts: [...this.layouts.keys()].map((layout) => (layout === '' ? [] : layout.split(',').map(Number))),
    };
    const out = new ByteWriter().text(JSON.stringify(keyframe));
    encodeColumns(out, this.steps, 1);
    const lengthQuantum = 2 ** Math.floor(Math.log2(this.unit / LENGTH_STEPS));
    for (const { fields, rows } of slots) encodeColumns(out, rows, widthOf(fields), quantaOf(fields, lengthQuantum));
    return out.finish();
  }

  private addThing(thing: Shape | Omit<Scene, 'shapes'>, alike: Map<string, number>): number {
    const { kind, id, ...rest } = thing as { kind?: string; id?: string };
    const entries = Object.entries(rest).filter((entry): entry is [string, Content] => isContent(entry[1]));
    let key = JSON.stringify([kind, id]);
    for (const [name, content] of entries)
      key += ` ${name}${typeof first(content)}${typeof content === 'object' ? content.length : ''}`;
    const occurrence = alike.get(key) ?? 0;
    alike.set(key, occurrence + 1);
    key += ` ${occurrence}`;
    let slot = this.slots.get(key);
    if (!slot) {
      slot = { kind, id, fields: entries.map(fieldOf), rows: [], index: this.slots.size };
      this.slots.set(key, slot);
    }
    for (const [, content] of entries) {
      if (typeof content !== 'object') slot.rows.push(this.numberOf(content));
      else for (let i = 0; i < content.length; i++) slot.rows.push(this.numberOf(content[i] as number | string));
      this.size += typeof content === 'object' ? content.length : 1;
    }
    return slot.index;
  }

  private numberOf(content: number | string): number {
    return typeof content === 'number' ? content : intern(this.strings, content);
  }
}

/** The scenes of successive steps, read from what a `SceneBuffer` wrote. */
export class SceneReader {
  private readonly keyframe: Keyframe;
  private readonly layoutOf: Float64Array;
  private readonly columns: Float64Array[][];
  /** [slot][step]: rows of the slot before that step. */
  private readonly rowsBefore: Uint32Array[];
  /** About how many bytes it takes. */
  readonly size: number;

  /** @throws Error when the bytes are not scenes of `steps` steps. */
  constructor(bytes: Uint8Array, steps: number) {
    const input = new ByteReader(bytes);
    this.keyframe = keyframeFrom(input.text());
    const { slots, layouts } = this.keyframe;
    input.allow(slots.length * steps);
    this.layoutOf = decodeColumns(input, steps, 1)[0] as Float64Array;
    const counts = slots.map(() => 0);
    this.rowsBefore = slots.map(() => new Uint32Array(steps));
    this.layoutOf.forEach((layout, step) => {
      counts.forEach((count, slot) => ((this.rowsBefore[slot] as Uint32Array)[step] = count));
      const shown = layouts[layout];
      if (!shown) throw new RangeError(`layout ${layout} is not in the keyframe`);
      for (const slot of shown) counts[slot] = (counts[slot] ?? 0) + 1;
    });
    this.columns = slots.map(({ fields }, slot) => decodeColumns(input, counts[slot] ?? 0, widthOf(fields)));
    this.size = 8 * input.numbers;
  }

  scene(step: number): Scene | null {
    const [world, ...shapes] = this.keyframe.layouts[this.layoutOf[step] as number] as number[];
    if (world === undefined) return null;
    // What was written was a Scene; whoever paints it looks at its numbers.
    return { ...this.thing(world, step), shapes: shapes.map((slot) => this.thing(slot, step)) } as unknown as Scene;
  }

  private thing(slot: number, step: number): object {
    const { kind, id, fields } = this.keyframe.slots[slot] as SlotPlan;
    const columns = this.columns[slot] as Float64Array[];
    const row = this.rowsBefore[slot]?.[step] ?? 0;
    let at = 0;
    const next = (type: Field[1]): number | string => {
      const number = columns[at++]?.[row] as number;
      return type === 'number' ? number : (this.keyframe.strings[number] ?? '');
    };
    const contents = fields.map(([name, type, count]) => [
      name,
      count === null ? next(type) : Array.from({ length: count }, () => next(type)),
    ]);
    return { ...(kind !== undefined && { kind }), ...(id !== undefined && { id }), ...Object.fromEntries(contents) };
  }
}

/** @throws Error when the text is not a keyframe: what it counts and points to must be there */
function keyframeFrom(text: string): Keyframe {
  const { strings, slots, layouts } = JSON.parse(text) as Record<keyof Keyframe, unknown>;
  const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';
  const isField = ([name, type, count]: unknown[]): boolean =>
    typeof name === 'string' &&
    (type === 'number' || type === 'string') &&
    (count === null || (Number.isSafeInteger(count) && (count as number) >= 0));
  const isSlot = ({ kind, id, fields }: Record<string, unknown>): boolean =>
    isText(kind) && isText(id) && (fields as unknown[][]).every(isField);
  const isLayout = (layout: unknown[]): boolean =>
    layout.length <= MOST_SHAPES && layout.every((slot) => (slots as unknown[])[slot as number] !== undefined);
  const sound =
    (strings as unknown[]).every((string) => typeof string === 'string') &&
    (slots as Record<string, unknown>[]).every(isSlot) &&
    (layouts as unknown[][]).every(isLayout);
  if (!sound) throw new RangeError('its keyframe is not one');
  return { strings, slots, layouts } as Keyframe;
}

type Content = number | string | ArrayLike<number> | ArrayLike<string>;

function isContent(value: unknown): value is Content {
  return typeof value === 'number' || typeof value === 'string' || Array.isArray(value) || ArrayBuffer.isView(value);
}

function first(content: Content): number | string | undefined {
  return typeof content === 'object' ? content[0] : content;
}

function fieldOf([name, content]: [string, Content]): Field {
  return [
    name,
    typeof first(content) === 'string' ? 'string' : 'number',
    typeof content === 'object' ? content.length : null,
  ];
}

function widthOf(fields: Field[]): number {
  return fields.reduce((sum, [, , count]) => sum + (count ?? 1), 0);
}

function quantaOf(fields: Field[], lengthQuantum: number): number[] {
  return fields.flatMap(([name, type, count]) => {
    const quantum = type === 'string' ? 0 : name === 'rotation' ? ANGLE_QUANTUM : LENGTHS.has(name) ? lengthQuantum : 0;
    return Array.from({ length: count ?? 1 }, () => quantum);
  });
}

function intern(table: Map<string, number>, key: string): number {
  const known = table.get(key);
  if (known !== undefined) return known;
  table.set(key, table.size);
  return table.size - 1;
}
