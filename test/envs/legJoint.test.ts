import { BoxShape, EdgeShape, RevoluteJoint, type RevoluteJointDef, Vec2, World } from 'planck';
import { expect, test } from 'vitest';
import { LegJoint, type Rest } from '../../envs/control/legJoint.ts';
import { Generator } from '../../envs/random.ts';

/** A body on two legs that random kicks throw about over a floor; all that moves, after each step. */
function tumble(makeJoint: (definition: RevoluteJointDef) => RevoluteJoint, seed: number): number[][] {
  const random = new Generator(seed);
  const world = new World({ gravity: new Vec2(0, -10) });
  world.createBody().createFixture(new EdgeShape(new Vec2(-50, 0), new Vec2(50, 0)), { friction: 0.1 });
  const body = world.createDynamicBody({ position: new Vec2(0, 4) });
  body.createFixture(new BoxShape(0.5, 0.4), { density: 5, filterCategoryBits: 2, filterMaskBits: 1 });
  const legs = [-1, 1].map((side) => {
    const leg = world.createDynamicBody({ position: new Vec2(0.7 * side, 4), angle: 0.05 * side });
    leg.createFixture(new BoxShape(0.07, 0.27), { density: 1, filterCategoryBits: 2, filterMaskBits: 1 });
    world.createJoint(
      makeJoint({
        bodyA: body,
        bodyB: leg,
        localAnchorA: new Vec2(0, 0),
        localAnchorB: new Vec2(-0.7 * side, 0.6),
        referenceAngle: 0,
        enableMotor: true,
        maxMotorTorque: 4,
        motorSpeed: 0.3 * side,
        enableLimit: true,
        lowerAngle: -0.5,
        upperAngle: 0.5,
      }),
    );
    return leg;
  });
  return Array.from({ length: 400 }, (_, step) => {
    if (step % 7 === 0) {
      const kick = new Vec2(random.uniform(-8, 8), random.uniform(-2, 10));
      body.applyLinearImpulse(kick, body.getWorldPoint(new Vec2(random.uniform(-0.5, 0.5), 0)), true);
    }
    world.step(1 / 50, 180, 60);
    return [body, ...legs].flatMap((moving) => {
      const [at, velocity] = [moving.getPosition(), moving.getLinearVelocity()];
      return [at.x, at.y, moving.getAngle(), velocity.x, velocity.y, moving.getAngularVelocity()];
    });
  });
}

test.each([1, 2, 3, 4, 5])(
  "moves bit for bit as planck's own joint does, in the air and on the ground (seed %i)",
  (seed) => {
    const rest: Rest = { quiet: 0 };
    const ours = tumble((definition) => new LegJoint(definition, 2, rest), seed);
    expect(ours).toEqual(tumble((definition) => new RevoluteJoint(definition), seed));
  },
);
