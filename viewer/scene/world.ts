import { Container } from 'pixi.js';
import type { Shape } from '../../envs/scene.ts';
import { createShapeView } from './shapes.ts';
import type { ShapeView } from './shapes.ts';

/** The shapes of a scene as Pixi's nodes, kept from one scene to the next. */
export class World {
  readonly node = new Container();
  #views = new Map<string, ShapeView>();

  /**
   * Keeps the views of shapes that were there before, makes those of new ones, and drops the rest.
   *
   * @param scale CSS pixels for a world unit
   */
  paint(shapes: readonly Shape[], scale: number): void {
    const kept = new Map<string, ShapeView>();
    shapes.forEach((shape, index) => {
      const named = `${shape.kind} ${shape.id ?? ''}`;
      const key = shape.id === undefined || kept.has(named) ? `${named}#${index}` : named;
      const view = this.#views.get(key) ?? createShapeView(shape.kind);
      this.#views.delete(key);
      kept.set(key, view);
      view.paint(shape, scale);
      if (this.node.children[index] !== view.node) this.node.addChildAt(view.node, index);
    });
    for (const gone of this.#views.values()) gone.destroy();
    this.#views = kept;
  }

  destroy(): void {
    this.paint([], 1);
    this.node.destroy();
  }
}
