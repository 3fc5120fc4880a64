import type { z } from 'zod';
import { nearest } from '../envs/nearest.ts';
import { formatReference, parseReference } from '../envs/parameters.ts';
import { ConfigError } from './errors.ts';
import {
  type Algorithm,
  CHOSEN_KEYS,
  CONFIG_KEYS,
  type Chosen,
  type Config,
  configSchema,
  isFound,
  isKey,
} from './settings.ts';

type Settings = Readonly<Record<string, unknown>>;

/** A gradient that holds for the policy that acted alone allows one step of the optimiser for each rollout. */
const ONE_STEP = { epochs: 1, minibatches: 1 };

/** Each step of a demonstration comes once a pass over the dataset; returns are whole; what was seen is not told again. */
const DEMONSTRATED = { epochs: 1, gaeLambda: 1, reconstructionCoefficient: 0 };

/** Settings that are no choice with an algorithm. */
const FIXED: Readonly<Record<Algorithm, Partial<Pick<Config, Chosen>>>> = {
  ppo: {},
  a2c: ONE_STEP,
  // Returns are whole.
  reinforce: { ...ONE_STEP, gaeLambda: 1 },
  gail: {},
  bc: DEMONSTRATED,
  dt: DEMONSTRATED,
};

/** What an algorithm has in place of the defaults above, which are PPO's. */
const ALGORITHM_DEFAULTS: Readonly<Record<Algorithm, Partial<Config>>> = {
  ppo: {},
  a2c: { ...FIXED.a2c, rolloutSteps: 16, normalizeAdvantages: false },
  reinforce: { ...FIXED.reinforce, rolloutSteps: 256, learningRate: 5e-3, normalizeAdvantages: false },
  gail: {},
  bc: { ...FIXED.bc, steps: 200_000 },
  dt: { ...FIXED.dt, steps: 400_000 },
};

/** The algorithms that learn by PPO, whose presets and settings are theirs. */
const BY_PPO: readonly Algorithm[] = ['ppo', 'gail'];

/** Settings of PPO alone. */
const PPO_ALONE = ['clipRange', 'clipValues', 'targetKl'];

/** What a preset says of these was found with PPO; another algorithm has them from its own section of the preset. */
const TUNED: ReadonlySet<string> = new Set<keyof Config>([
  'envs',
  'rolloutSteps',
  'sequenceSteps',
  'epochs',
  'minibatches',
  'learningRate',
  'finalLearningRate',
  'annealSteps',
  'gaeLambda',
  'clipRange',
  'clipValues',
  'valueCoefficient',
  'normalizeAdvantages',
  'maxGradientNorm',
  'targetKl',
]);

/** What weights are made for: they are of no use with other values. */
const OF_WEIGHTS = [
  'policy',
  'trunk',
  'trunkArchitecture',
  'width',
  'layers',
  'heads',
  'context',
  'feedForward',
  'gating',
] as const;

/** What goes with weights where nothing else is said. */
const WITH_WEIGHTS = ['reach', 'normalizeObservations'] as const;

/** The settings that a run has from the one that its weights come from. */
export interface InitSettings {
  /** That run, as it was named. */
  from: string;
  settings: Partial<Config>;
}

export function settingsOfWeights(from: string, config: Config): InitSettings {
  return { from, settings: Object.fromEntries([...OF_WEIGHTS, ...WITH_WEIGHTS].map((key) => [key, config[key]])) };
}

export interface ConfigSources {
  environment: string;
  /** What comes with the weights of another run (`initSettings`). */
  init?: InitSettings | undefined;
  /** Settings, and a section of them for an algorithm under its name: `{ gamma: 0.98, a2c: { envs: 32 } }`. */
  preset?: Settings;
  file?: Settings;
  flags?: Settings;
}

/** Where the value of a setting comes from; `run` is the run that is resumed, `init` the one that weights come from. */
export type SettingSource = 'argument' | 'flag' | 'config file' | 'run' | 'init' | 'preset' | 'algorithm' | 'default';

/** Settings from one source. */
export interface ConfigLayer {
  source: SettingSource;
  /** As an error names it: "the config file". */
  place: string;
  settings: Settings;
}

/** All settings of a run, and where each of them comes from. */
export interface ResolvedConfig {
  config: Config;
  sources: Readonly<Record<keyof Config, SettingSource>>;
}

/**
 * All settings of a run, from all places that they can come from.
 *
 * @throws ConfigError naming the setting, what was found and what was wanted
 */
export function resolveConfig(sources: ConfigSources): Config {
  return explainConfig(sources).config;
}

/** What `resolveConfig` gives, and where each setting comes from. */
export function explainConfig(sources: ConfigSources): ResolvedConfig {
  const { environment, init, preset = {}, file = {}, flags = {} } = sources;
  const algo = (flags['algo'] ?? file['algo'] ?? preset['algo'] ?? 'ppo') as Algorithm;
  const given: ConfigLayer[] = [
    { source: 'argument', place: 'the command', settings: { environment } },
    { source: 'flag', place: 'the flags', settings: flags },
    { source: 'config file', place: 'the config file', settings: file },
  ];
  if (init) for (const layer of given) checkWeightsFit(layer, init);
  return resolveLayers([
    ...given,
    { source: 'init', place: init?.from ?? '', settings: init?.settings ?? {} },
    { source: 'preset', place: `the preset of ${environment}`, settings: presetWith(algo, preset) },
    { source: 'algorithm', place: `the defaults of ${algo}`, settings: ALGORITHM_DEFAULTS[algo] ?? {} },
  ]);
}

/** @throws ConfigError where a layer wants what the weights are not made for */
function checkWeightsFit({ place, settings }: ConfigLayer, { from, settings: init }: InitSettings): void {
  for (const key of OF_WEIGHTS)
    if (key in init && key in settings && settings[key] !== init[key])
      throw new ConfigError(
        `${key} is ${JSON.stringify(settings[key])} in ${place}, but the weights of ${from} were made with ${JSON.stringify(init[key])}: leave ${key} out, or start without initFrom`,
      );
}

/** What a preset says of training with an algorithm: without what was found with another, with its own section. */
function presetWith(algo: Algorithm, preset: Settings): Settings {
  const general = Object.entries(preset).filter(
    ([key]) => !(key in ALGORITHM_DEFAULTS) && (BY_PPO.includes(algo) || !TUNED.has(key)),
  );
  return { ...Object.fromEntries(general), ...(preset[algo] as Settings | undefined) };
}

/**
 * Settings of layers, of which the earlier count more; what is in none is as the schema has it.
 *
 * @throws ConfigError for a setting that there is not, with the nearest name, and for a value that cannot be
 */
export function resolveLayers(layers: readonly ConfigLayer[]): ResolvedConfig {
  const merged = Object.assign({}, ...layers.map(({ settings }) => settings).toReversed()) as Partial<Config>;
  const { algo = 'ppo' } = merged;
  for (const { source, place, settings } of layers)
    for (const key of Object.keys(settings)) {
      if (!isKey(key) || (source !== 'run' && source !== 'init' && isFound(key))) throw unknownSetting(key, place);
      if (source !== 'run' && !BY_PPO.includes(algo) && PPO_ALONE.includes(key))
        throw new ConfigError(`${key} in ${place} is a setting of ppo, and the algorithm is ${algo}`);
    }
  const sourceOf = (key: string): SettingSource =>
    layers.find(({ settings }) => Object.hasOwn(settings, key))?.source ?? 'default';
  return {
    config: checkConfig(merged),
    sources: Object.fromEntries(CONFIG_KEYS.map((key) => [key, sourceOf(key)])) as ResolvedConfig['sources'],
  };
}

function unknownSetting(key: string, place: string): ConfigError {
  const guess = nearest(key, CHOSEN_KEYS);
  const hint = guess === undefined ? '; gymformer train --help lists them' : `: did you mean ${guess}?`;
  return new ConfigError(`unknown setting ${key} in ${place}${hint}`);
}

/** @throws ConfigError naming the first setting that is wrong */
export function checkConfig(settings: unknown): Config {
  const result = configSchema.safeParse(settings);
  if (!result.success) {
    const { path, message } = result.error.issues[0] as z.core.$ZodIssue;
    const found = (settings as Record<string, unknown>)[path[0] as string];
    throw new ConfigError(`setting ${path.join('.')} is ${JSON.stringify(found)}: ${message}`);
  }
  const config = result.data;
  for (const [key, value] of Object.entries(FIXED[config.algo]))
    if (config[key as Chosen] !== value)
      throw new ConfigError(`${key} is ${config[key as Chosen]}, but ${config.algo} has no choice: it is ${value}`);
  if (config.loraAlpha !== null && config.loraRank === 0)
    throw new ConfigError(
      `loraAlpha is ${config.loraAlpha}, but loraRank is 0, so there are no adapters: give loraRank`,
    );
  checkExpert(config);
  if (config.rolloutSteps % config.sequenceSteps)
    throw new ConfigError(
      `rolloutSteps is ${config.rolloutSteps}, which is not a multiple of sequenceSteps, ${config.sequenceSteps}`,
    );
  const sequences = (config.envs * config.rolloutSteps) / config.sequenceSteps;
  if (config.minibatches > sequences)
    throw new ConfigError(
      `minibatches is ${config.minibatches}, but a rollout has only ${sequences} sequences (envs x rolloutSteps / sequenceSteps): give fewer minibatches or more environments`,
    );
  if (config.trunk !== null && (config.policy !== 'transformer' || config.gating !== 'none'))
    throw new ConfigError(
      `trunk is ${config.trunk}, which stands in place of the policy transformer without gating: policy is ${config.policy}, gating ${config.gating}`,
    );
  if (config.policy === 'transformer' && config.trunk === null && config.width % (2 * config.heads))
    throw new ConfigError(`width is ${config.width}, which is not a multiple of twice the heads, ${2 * config.heads}`);
  return config;
}

/** Imitation takes an expert, and nothing else does. */
function checkExpert({ algo, expert, discriminatorWidth: width, discriminatorHeads: heads }: Config): void {
  if (algo === 'gail' && expert === null)
    throw new ConfigError(
      'gail imitates an expert: give --expert <dataset>, which gymformer dataset build makes of replays',
    );
  if (algo !== 'gail' && expert !== null)
    throw new ConfigError(`expert is ${expert}, but ${algo} learns from the environment's rewards: give --algo gail`);
  if (algo === 'gail' && width % (2 * heads))
    throw new ConfigError(
      `discriminatorWidth is ${width}, which is not a multiple of twice the discriminatorHeads, ${2 * heads}`,
    );
}

/** The environment of evaluations and replays: that of training, but for `evalParameters`. */
export function evaluationReference({
  environment,
  evalParameters,
}: Pick<Config, 'environment' | 'evalParameters'>): string {
  const { base, given } = parseReference(environment);
  return formatReference({ base, given: { ...given, ...parseReference(`${base}:${evalParameters}`).given } });
}
