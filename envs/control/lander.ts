import { type Body, BoxShape, type Contact, EdgeShape, PolygonShape, Vec2, type Vec2Value, World } from 'planck';
import { LegJoint, type Rest } from './legJoint.ts';
import { massOf } from './massOf.ts';
import { groundX, HEIGHT, POINTS, WIDTH } from './moon.ts';

/** Of Gymnasium's picture; its lengths are in pixels. */
const PIXELS_PER_METRE = 30;
export const STEPS_PER_SECOND = 50;
const VELOCITY_ITERATIONS = 180;
const POSITION_ITERATIONS = 60;

/** Corners of the hull about its origin, x and y in turn; metres, y upwards. */
export const HULL = [-14, 17, -17, 0, -17, -10, 17, -10, 17, 0, 14, 17].map(metres);
const HULL_DENSITY = 5; // kg/m^2
const HULL_MASS = massOf(HULL, HULL_DENSITY);
/** Half the width and height of a leg. */
export const LEG = { x: metres(2), y: metres(8) };
const LEG_AWAY = metres(20);
export const LEG_DOWN = metres(18);
const LEG_TORQUE = 40; // N m, of the spring that holds a leg out
const LEG_SPEED = 0.3; // rad/s
const LEG_ANGLES = { least: 0.4, most: 0.9 };

const GROUND = { category: 0x0001 };
const HULL_CATEGORY = 0x0010;
const LEG_CATEGORY = 0x0020;

/** A lander above the ground, in a physical world of its own. */
export class Lander {
  readonly hull: Body;
  /** Left and right, as seen; Gymnasium's order. */
  readonly legs: readonly [Body, Body];
  /** Whether each leg stands on the ground, which loosing one of two contacts ends: Gymnasium's rule. */
  readonly standing: [boolean, boolean] = [false, false];
  crashed = false;
  private readonly world: World;
  private readonly rest: Rest = { quiet: 0 };

  /**
   * A new world for each episode: one that was used before finds contacts in another order, and so gives other floats.
   *
   * @param heights  of the ground's points, m
   * @param gravity  m/s^2, negative downwards
   */
  constructor(heights: Float64Array, gravity: number) {
    this.world = new World({ gravity: new Vec2(0, gravity) });
    this.world.on('begin-contact', (contact) => {
      this.touch(contact, true);
    });
    this.world.on('end-contact', (contact) => {
      this.touch(contact, false);
    });
    this.layGround(heights);
    this.hull = this.makeHull();
    this.legs = [this.makeLeg(-1), this.makeLeg(1)];
  }

  get asleep(): boolean {
    return !this.hull.isAwake();
  }

  push(force: Vec2Value): void {
    this.hull.applyForceToCenter(force, true);
  }

  turn(torque: number): void {
    this.hull.applyTorque(torque, true);
  }

  /** @param impulse  N s, where `point` is, in the world */
  kick(impulse: Vec2Value, point: Vec2Value): void {
    this.hull.applyLinearImpulse(impulse, point, true);
  }

  step(): void {
    this.world.step(1 / STEPS_PER_SECOND, VELOCITY_ITERATIONS, POSITION_ITERATIONS);
  }

  private layGround(heights: Float64Array): void {
    const ground = this.world.createBody();
    ground.createFixture(new EdgeShape(new Vec2(0, 0), new Vec2(WIDTH, 0)), {
      density: 0,
      filterCategoryBits: GROUND.category,
    });
    for (let i = 0; i < POINTS - 1; i++) {
      const from = new Vec2(groundX(i), heights[i] as number);
      const to = new Vec2(groundX(i + 1), heights[i + 1] as number);
      ground.createFixture(new EdgeShape(from, to), {
        density: 0,
        friction: 0.1,
        filterCategoryBits: GROUND.category,
      });
    }
  }

  private makeHull(): Body {
    const hull = this.world.createDynamicBody({ position: new Vec2(WIDTH / 2, HEIGHT) });
    const corners = Array.from(
      { length: HULL.length / 2 },
      (_, i) => new Vec2(HULL[2 * i] as number, HULL[2 * i + 1] as number),
    );
    hull.createFixture(new PolygonShape(corners), {
      density: HULL_DENSITY,
      friction: 0.1,
      restitution: 0,
      filterCategoryBits: HULL_CATEGORY,
      filterMaskBits: GROUND.category,
    });
    hull.setMassData(HULL_MASS);
    return hull;
  }

  /** @param side  -1 the first, 1 the second */
  private makeLeg(side: -1 | 1): Body {
    const leg = this.world.createDynamicBody({
      position: new Vec2(WIDTH / 2 - side * LEG_AWAY, HEIGHT),
      angle: 0.05 * side,
    });
    leg.createFixture(new BoxShape(LEG.x, LEG.y), {
      density: 1,
      restitution: 0,
      filterCategoryBits: LEG_CATEGORY,
      filterMaskBits: GROUND.category,
    });
    const { least, most } = LEG_ANGLES;
    this.world.createJoint(
      new LegJoint(
        {
          bodyA: this.hull,
          bodyB: leg,
          localAnchorA: new Vec2(0, 0),
          localAnchorB: new Vec2(side * LEG_AWAY, LEG_DOWN),
          referenceAngle: 0,
          enableMotor: true,
          maxMotorTorque: LEG_TORQUE,
          motorSpeed: LEG_SPEED * side,
          enableLimit: true,
          lowerAngle: side === -1 ? least : -most,
          upperAngle: side === -1 ? most : -least,
        },
        2,
        this.rest,
      ),
    );
    return leg;
  }

  private touch(contact: Contact, begins: boolean): void {
    // Nothing collides with anything but the ground.
    const first = contact.getFixtureA().getBody();
    const body = first.isStatic() ? contact.getFixtureB().getBody() : first;
    if (body === this.hull) this.crashed ||= begins;
    else this.standing[body === this.legs[0] ? 0 : 1] = begins;
  }
}

export function metres(pixels: number): number {
  return pixels / PIXELS_PER_METRE;
}
