import type { CustomScene, SceneState } from 'gymformer/envs';
import type * as Pixi from 'pixi.js';

const SIZE = 5; // columns and rows of the game
const SKY = ['#12203a', '#2b4a78', '#f0a868'];
const GRASS = 0x2f6b3f;
const CELL = 100; // what a cell is drawn with: Pixi makes a circle as round as its size asks for

/** The scene of Catch (customEnvironment.ts): an evening sky, fruit that turns as it falls, and a basket that leans. */
export default class CatchScene implements CustomScene<typeof Pixi, number[], number> {
  private pixi!: typeof Pixi; // from mount() on
  private sky!: Pixi.Graphics;
  private fruit!: Pixi.Graphics;
  private basket!: Pixi.Graphics;
  private width = 0;
  private height = 0;
  private cell = 0;

  mount(container: Pixi.Container, pixi: typeof Pixi) {
    this.pixi = pixi;
    this.sky = new pixi.Graphics();
    this.fruit = new pixi.Graphics()
      .circle(0, 0, 30)
      .fill(0xe8483f)
      .circle(-10, -10, 8)
      .fill(0xffa39b)
      .ellipse(10, -34, 14, 6)
      .fill(0x6fbf5a);
    this.basket = new pixi.Graphics().poly([-55, 0, 55, 0, 38, 50, -38, 50]).fill(0xc58b4b);
    for (let band = 0; band < 3; band++)
      this.basket.rect(-48 + band * 5, 8 + band * 14, 96 - band * 10, 5).fill(0x9a6530);
    container.addChild(this.sky, this.fruit, this.basket);
  }

  resize(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.cell = Math.min(width, height / 1.2) / SIZE;
    const gradient = new this.pixi.FillGradient({
      end: { x: 0, y: 1 },
      colorStops: SKY.map((color, i) => ({ offset: i / (SKY.length - 1), color })),
    });
    const ground = height - 0.55 * this.cell;
    this.sky.clear().rect(0, 0, width, height).fill(gradient).rect(0, ground, width, height).fill(GRASS);
    for (const node of [this.fruit, this.basket]) node.scale.set(this.cell / CELL);
  }

  render({ observation, drawn, outcome, next }: SceneState<number[], number>, alpha: number) {
    const basket = placeOf(drawn, 'basket');
    const toBasket = next ? placeOf(next.drawn, 'basket') : basket;
    const [distance = 0, row = 0] = observation;
    const [nextDistance = 0, nextRow = 0] = next?.observation ?? observation;
    const falls = nextRow > row; // a new fruit starts at the top: it is not on its way there
    const column = basket + distance;
    const x = falls ? mix(column, toBasket + nextDistance, alpha) : column;
    this.place(this.fruit, x, falls ? mix(row, nextRow, alpha) : row);
    this.fruit.rotation = 0.4 * (row + (falls ? alpha : 0));
    this.place(this.basket, mix(basket, toBasket, alpha), SIZE - 0.6);
    this.basket.rotation = 0.12 * ((outcome?.action ?? 1) - 1) * Math.sin(Math.PI * alpha);
  }

  unmount() {
    for (const node of [this.sky, this.fruit, this.basket]) node.destroy();
  }

  /** Columns are 0 to 4, the middle one in the middle of the picture; rows count from the top. */
  private place(node: Pixi.Graphics, column: number, row: number) {
    const left = this.width / 2 + (column - (SIZE - 1) / 2) * this.cell;
    node.position.set(left, this.height - (SIZE + 0.4 - row) * this.cell);
  }
}

/** The basket's column, which the observation does not tell, but what `draw()` gave does. */
function placeOf(drawn: SceneState['drawn'], id: string): number {
  const shape = drawn?.shapes.find((candidate) => candidate.id === id);
  return shape && 'x' in shape ? (shape.x ?? 0) - 0.5 : 0;
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}
