import { describeEnvironment } from './environment.ts';
import type { Call, Gives, RequestKind, Takes } from './protocol.ts';
import { occludeFor, saliencyFor } from './influence.ts';
import { Room } from './room.ts';

export type Handler<Kind extends RequestKind> = (takes: Takes<Kind>, call: Call<Kind>) => Promise<Gives<Kind>>;

export type Handlers = { [Kind in RequestKind]: Handler<Kind> };

/** What carries out each kind of request, all on the same agents and games. */
export function createHandlers(): Handlers {
  const room = new Room();
  return {
    open: async ({ device }) => await room.open(device),
    load: async (request) => (await room.load(request)).description,
    describe: describeEnvironment,
    begin: async (request, call) => await room.begin(request, call),
    think: async ({ game }) => await room.table(game).game.think(),
    step: async ({ game, action }) => await room.table(game).step(action),
    play: async ({ game, steps }, call) => await room.table(game).playOn(steps, call),
    point: async ({ game, x, y }) => room.table(game).actionAt(x, y),
    occlude: async (request) => await occludeFor(room.agent(request.agent), request),
    saliency: async (request) => await saliencyFor(room.agent(request.agent), request),
    end: async ({ game }) => room.end(game),
  };
}
