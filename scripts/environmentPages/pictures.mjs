// A picture of each environment, of a moment that shows what it is about.
import { Generator, make, sampleAction, sceneToSvg } from '../../dist/envs/index.js';

/** Random steps that come before, where a start shows little: by the name of the class, else by the family's folder. */
const STEPS = {
  ...{ RepeatPrevious: 20, Autoencode: 20, Concentration: 7, MaskedCartPole: 12 },
  ...{ classic: 12, control: 60, text: 3, inContext: 7, arcade: 45, board: 6 },
};
const WIDTH = 400; // px

export function pictureOf(id, { name, folder }) {
  const env = make(id);
  const random = new Generator(1);
  env.reset({ seed: 1 });
  let scene = env.draw();
  const steps = STEPS[name] ?? STEPS[folder] ?? 0;
  for (let step = 0; step < steps; step++) {
    const { terminated, truncated } = env.step(sampleAction(env, random));
    if (terminated || truncated) break;
    scene = env.draw();
  }
  env.close?.();
  return sceneToSvg(scene, WIDTH);
}
