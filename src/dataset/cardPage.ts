import { describeSpace } from '../../envs/spaces.ts';
import { CARD, type DatasetCard, type Distribution, INDEX } from './card.ts';

/** The card of a dataset for people, as Markdown. */
export function cardPage({ environments, splits, seed, sources, shards, createdAt, gymformer }: DatasetCard): string {
  const { train, validation } = splits;
  const episodes = train.episodes + validation.episodes;
  const leftOut = sources.flatMap(({ replay, leftOut }) => leftOut.map((each) => ({ replay, ...each })));
  return [
    `# Dataset: ${environments.map(({ id }) => id).join(', ')}`,
    '',
    `${episodes} episodes, ${train.steps + validation.steps} steps, made by gymformer ${gymformer} on ${createdAt.slice(0, 10)}.`,
    '',
    '## Environments',
    '',
    ...table(
      ['environment', 'observations', 'actions', 'episodes', 'steps'],
      environments.map(({ id, observationSpace, actionSpace, episodes, steps }) => [
        ...[id, describeSpace(observationSpace), describeSpace(actionSpace), episodes, steps],
      ]),
    ),
    '',
    '## Returns',
    '',
    'Undiscounted, of all episodes.',
    '',
    ...table(
      ['environment', ...RETURNS.map(([, name]) => name)],
      environments.map(({ id, returns }) => [id, ...RETURNS.map(([key]) => Number(returns[key].toPrecision(6)))]),
    ),
    '',
    '## Split',
    '',
    `By whole episodes, drawn with the seed ${seed}; episodes that are the same are on the same side.`,
    '',
    ...table(
      ['split', 'episodes', 'steps'],
      Object.entries({ train, validation }).map(([name, size]) => [name, size.episodes, size.steps]),
    ),
    '',
    '## Sources',
    '',
    ...table(
      ['replay', 'environment', 'run', 'trained for', 'episodes', 'steps', 'left out'],
      sources.map(({ replay, environment, run, step, episodes, steps, leftOut }) => [
        ...[replay, environment, run ?? '', step === undefined ? '' : `${step} steps`],
        ...[episodes, steps, leftOut.length],
      ]),
    ),
    ...(leftOut.length > 0 ? ['', 'Left out:', ''] : []),
    ...leftOut.map(({ replay, episode, reason }) => `- episode ${episode} of ${replay}: ${reason}`),
    '',
    '## Files',
    '',
    `\`${CARD}\` says all this to programs. \`${INDEX}\` has for each episode its shard, its place there, its checksum, its`,
    'return, its seed, how it ended and its split. The numbers are in safetensors files, readable in any language:',
    '`observations` has one row more for each episode than `actions`, `rewards` and `masks` have.',
    '',
    ...table(
      ['shard', 'environment', 'bytes'],
      shards.map(({ file, environment, bytes }) => [file, environment, bytes]),
    ),
    '',
  ].join('\n');
}

const RETURNS: readonly [keyof Distribution, string][] = [
  ['mean', 'mean'],
  ['deviation', 'deviation'],
  ['least', 'least'],
  ['lowerQuartile', '25 %'],
  ['median', 'median'],
  ['upperQuartile', '75 %'],
  ['most', 'most'],
];

function table(heading: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const cell = (value: string | number): string => String(value).replaceAll('|', '\\|');
  const line = (cells: readonly (string | number)[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)];
}
