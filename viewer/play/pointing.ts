import { byId } from '../page/dom.ts';
import type { Player } from '../time/player.ts';
import { simulationToMoveIn } from './phase.ts';
import type { Playing } from './playing.ts';

/** A click on the scene is a move, where the environment says what its places mean. */
export function listenToPointing(player: Player, playing: Playing): { show(): void } {
  const scene = byId('scene', HTMLElement);
  scene.addEventListener('click', ({ clientX, clientY }) => {
    const world = player.moment?.scene;
    const picture = scene.querySelector('canvas')?.getBoundingClientRect(); // the stage's comes first
    if (!world || !picture) return;
    const [x, y] = [(clientX - picture.left) / picture.width, (clientY - picture.top) / picture.height];
    if (Math.min(x, y) >= 0 && Math.max(x, y) < 1) void playing.point(x * world.width, y * world.height);
  });
  return {
    show() {
      scene.toggleAttribute('data-takes-pointer', simulationToMoveIn(playing.phase)?.takesPointer ?? false);
    },
  };
}
