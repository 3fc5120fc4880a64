import type { LearningCase } from '../learning/cases.ts';

const LEARNER = { policy: 'transformer', algo: 'ppo' } as const;
/** Of texts, below the results; it is made when it is wanted. */
export const ENCODER = 'bench/results/paraphrase-encoder';
const TRIALS = 'DarkKeyToDoor-v0:size=5,horizon=12,episodes=8,tasks=train';

/** What is learned, and what of it is left when a sense is taken away, or the task or its wording was never met. */
export const CASES: readonly LearningCase[] = [
  { ...LEARNER, environment: 'SoundCue-v0', variant: 'heard', views: { muted: 'audio=false' } },
  { ...LEARNER, environment: 'SoundCue-v0:cue=start', variant: 'remembered', views: { muted: 'audio=false' } },
  { ...LEARNER, environment: 'SoundCue-v0:audio=false', variant: 'never heard' },
  { ...LEARNER, environment: 'BabyAI-GoToLocal-v0', variant: 'told', views: { untold: 'mission=false' } },
  { ...LEARNER, environment: 'BabyAI-GoToLocal-v0:mission=false', variant: 'never told' },
  {
    ...LEARNER,
    environment: 'BabyAI-GoToLocal-v0',
    variant: 'told, learned queries alone',
    flags: { queries: 'learned' },
  },
  {
    ...LEARNER,
    environment: 'BabyAI-GoToLocal-v0:wordings=train',
    variant: 'told in several ways',
    views: { 'told in others': 'wordings=test' },
  },
  {
    ...LEARNER,
    environment: 'BabyAI-GoToLocal-v0:wordings=train',
    variant: 'told in several ways, read as sentences',
    flags: { textEncoder: ENCODER },
    views: { 'told in others': 'wordings=test' },
  },
  {
    ...LEARNER,
    environment: TRIALS,
    variant: 'few-shot',
    flags: { steps: 600_000, annealSteps: 600_000 },
    views: { 'tasks of training': 'tasks=train' },
  },
  { ...LEARNER, environment: 'MiniGrid-Empty-Random-6x6-v0:pixels=true', variant: 'seen' },
];
