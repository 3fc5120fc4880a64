import { RevoluteJoint, type RevoluteJointDef, type TimeStep } from 'planck';

/** What of planck's joint its solver works on; its types keep these to themselves. */
interface Inside {
  m_bodyA: Moving;
  m_bodyB: Moving;
  m_rA: Vector; // from the centre of mass to the joint, m
  m_rB: Vector;
  m_invMassA: number;
  m_invMassB: number;
  m_invIA: number;
  m_invIB: number;
  m_mass: { ex: Vector; ey: Vector; ez: Vector };
  m_motorMass: number;
  m_motorSpeed: number;
  m_maxMotorTorque: number;
  m_motorImpulse: number;
  m_impulse: Vector;
  m_limitState: number;
}

interface Moving {
  c_velocity: { v: { x: number; y: number }; w: number };
}

interface Vector {
  x: number;
  y: number;
  z: number;
}

/** Values of planck's `m_limitState`. */
const INACTIVE = 0;
const AT_LOWER = 1;

/** What the joints of one body share: how many of them, one after the other, had nothing left to correct. */
export interface Rest {
  quiet: number;
}

/**
 * planck's revolute joint with a motor and limits, whose velocities are solved without making objects.
 *
 * It does the same arithmetic in the same order, and so gives the same floats. Once all joints in turn change nothing,
 * the iterations that are left would change nothing either: while nothing touches, they are skipped.
 */
export class LegJoint extends RevoluteJoint {
  // Of the matrix that turns velocities into impulses: constant through the iterations of a step.
  private crossX = 0;
  private crossY = 0;
  private crossZ = 0;
  private inverse = 0;
  private inverse2 = 0; // of its upper left part

  /** @param joints  how many share `rest` */
  constructor(
    definition: RevoluteJointDef,
    private readonly joints: number,
    private readonly rest: Rest,
  ) {
    super(definition);
  }

  override initVelocityConstraints(step: TimeStep): void {
    super.initVelocityConstraints(step);
    this.rest.quiet = 0;
    const { ex, ey, ez } = inside(this).m_mass;
    this.crossX = ey.y * ez.z - ey.z * ez.y;
    this.crossY = ey.z * ez.x - ey.x * ez.z;
    this.crossZ = ey.x * ez.y - ey.y * ez.x;
    this.inverse = 1 / (ex.x * this.crossX + ex.y * this.crossY + ex.z * this.crossZ);
    this.inverse2 = 1 / (ex.x * ey.y - ey.x * ex.y);
  }

  override solveVelocityConstraints(step: TimeStep): void {
    if (this.rest.quiet >= this.joints) return;
    const joint = inside(this);
    const { m_rA: rA, m_rB: rB, m_impulse: total, m_limitState: limit } = joint;
    const { m_invMassA: mA, m_invMassB: mB, m_invIA: iA, m_invIB: iB } = joint;
    const { ex, ey, ez } = joint.m_mass;
    const { c_velocity: a } = joint.m_bodyA;
    const { c_velocity: b } = joint.m_bodyB;
    const { v: vA, w: spinA } = a;
    const { v: vB, w: spinB } = b;
    const { x: vAx, y: vAy } = vA;
    const { x: vBx, y: vBy } = vB;

    const before = joint.m_motorImpulse;
    const most = step.dt * joint.m_maxMotorTorque;
    const turned = before - joint.m_motorMass * (spinB - spinA - joint.m_motorSpeed);
    const motor = Math.min(Math.max(turned, -most), most);
    joint.m_motorImpulse = motor;
    const wA = spinA - iA * (motor - before);
    const wB = spinB + iB * (motor - before);

    // How fast the two ends come apart, and turn against each other.
    const x = vBx + -wB * rB.y - (vAx + -wA * rA.y);
    const y = vBy + wB * rB.x - (vAy + wA * rA.x);
    const z = wB - wA;
    let impulseX: number;
    let impulseY: number;
    let impulseZ = 0;
    let held = limit !== INACTIVE;
    if (held) {
      impulseZ =
        -this.inverse * (ex.x * (ey.y * z - ey.z * y) + ex.y * (ey.z * x - ey.x * z) + ex.z * (ey.x * y - ey.y * x));
      const sum = total.z + impulseZ;
      // A limit pushes, it does not pull.
      held = limit === AT_LOWER ? sum >= 0 : sum <= 0;
    }
    if (held) {
      impulseX = -this.inverse * (x * this.crossX + y * this.crossY + z * this.crossZ);
      impulseY =
        -this.inverse * (ex.x * (y * ez.z - z * ez.y) + ex.y * (z * ez.x - x * ez.z) + ex.z * (x * ez.y - y * ez.x));
    } else {
      impulseZ = -total.z;
      const wantedX = -x + total.z * ez.x;
      const wantedY = -y + total.z * ez.y;
      impulseX = this.inverse2 * (ey.y * wantedX - ey.x * wantedY);
      impulseY = this.inverse2 * (ex.x * wantedY - ex.y * wantedX);
    }
    const { x: totalX, y: totalY, z: totalZ } = total;
    total.x = totalX + impulseX;
    total.y = totalY + impulseY;
    total.z = totalZ + impulseZ;

    vA.x = vAx - mA * impulseX;
    vA.y = vAy - mA * impulseY;
    a.w = wA - iA * (rA.x * impulseY - rA.y * impulseX + impulseZ);
    vB.x = vBx + mB * impulseX;
    vB.y = vBy + mB * impulseY;
    b.w = wB + iB * (rB.x * impulseY - rB.y * impulseX + impulseZ);

    const same =
      motor === before &&
      total.x === totalX &&
      total.y === totalY &&
      total.z === totalZ &&
      vA.x === vAx &&
      vA.y === vAy &&
      a.w === spinA &&
      vB.x === vBx &&
      vB.y === vBy &&
      b.w === spinB;
    const { rest } = this;
    rest.quiet = same && this.getBodyA().getWorld().getContactList() === null ? rest.quiet + 1 : 0;
  }
}

function inside(joint: LegJoint): Inside {
  return joint as unknown as Inside;
}
