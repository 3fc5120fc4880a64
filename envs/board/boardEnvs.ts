import { type EnvTable, withParameters } from '../entry.ts';
import { ConnectFour } from './connectFour.ts';
import { TicTacToe } from './ticTacToe.ts';
import { gameParameters } from './twoPlayer.ts';

/** Board games for two, against an opponent. */
export const boardEnvs: EnvTable = {
  'TicTacToe-v0': withParameters({
    parameters: gameParameters('random'),
    make: (values) => new TicTacToe(values),
    summary: 'three in a line, against an opponent',
  }),
  'ConnectFour-v0': withParameters({
    parameters: gameParameters('scripted'),
    make: (values) => new ConnectFour(values),
    summary: 'drop stones to four in a line, against an opponent',
  }),
};
