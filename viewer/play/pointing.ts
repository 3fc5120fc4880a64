import { byId } from '../page/dom.ts';
import type { Player } from '../time/player.ts';
import { simulationToMoveIn } from './phase.ts';
import type { Playing } from './playing.ts';

/** A click on the scene is a move, where the environment says what its places mean. */
export function listenToPointing(player: Player, playing: Playing): { show(): void } {
  const scene = byId('scene', HTMLElement);
  scene.addEventListener('click', ({ target, offsetX, offsetY }) => {
    const world = player.moment?.scene;
    if (!(target instanceof HTMLCanvasElement) || !world) return;
    void playing.point((offsetX / target.clientWidth) * world.width, (offsetY / target.clientHeight) * world.height);
  });
  return {
    show() {
      scene.toggleAttribute('data-takes-pointer', simulationToMoveIn(playing.phase)?.takesPointer ?? false);
    },
  };
}
