import { act } from './act.ts';
import { env } from './env.ts';
import { explained } from './explained.ts';
import { gail } from './gail.ts';
import { imitation } from './imitation/imitation.ts';
import { learning } from './learning/learning.ts';
import type { BenchEntry } from './line.ts';
import { modalities } from './modalities/modalities.ts';
import { ppo } from './ppo.ts';
import { pretrained } from './pretrained.ts';
import { solve } from './solve.ts';
import { transfer } from './transfer/transfer.ts';
import { trainStep } from './trainStep.ts';
import { viewer } from './viewer/viewer.ts';
import { watch } from './watch.ts';

/** All benchmarks by name, with what they tell. */
export const BENCHES: Readonly<Record<string, BenchEntry>> = {
  env: { bench: env, summary: 'steps of every environment, one at a time and side by side' },
  'train-step': { bench: trainStep, summary: 'one step of learning, beside PyTorch and stock TFJS' },
  act: { bench: act, summary: 'one step of acting, for 1 to 256 environments' },
  ppo: { bench: ppo, summary: "PPO end to end, at the sizes of CleanRL's ppo_trxl" },
  watch: { bench: watch, summary: 'what train --watch costs, with a page that follows', takes: ['seeds'] },
  solve: { bench: solve, summary: 'until CartPole-v1 is solved', takes: ['seeds'] },
  explain: { bench: explained, summary: 'whether explain finds the heads that carry a cue', takes: ['seeds'] },
  pretrained: { bench: pretrained, summary: 'texts and steps by models of the sizes of DistilBERT, MiniLM and GPT-2' },
  gail: {
    bench: gail,
    summary: 'how much of an expert is reached by imitating ten of its episodes; goes on where it stopped',
    takes: ['seeds', 'again', 'out', 'signal'],
  },
  viewer: { bench: viewer, summary: 'a replay of 100 000 steps in Chromium, and what a step takes in a file' },
  learning: {
    bench: learning,
    summary: 'what agents learn in every environment; takes hours, and goes on where it stopped',
    takes: ['seeds', 'jobs', 'again', 'report', 'out', 'signal'],
  },
  imitation: {
    bench: imitation,
    summary: 'what is learned from datasets: an expert cloned, and a Decision Transformer asked for returns',
    takes: ['seeds', 'again', 'out', 'signal'],
  },
  transfer: {
    bench: transfer,
    summary: 'what earlier learning is worth in a new environment; takes minutes, and goes on where it stopped',
    takes: ['seeds', 'again', 'report', 'out', 'signal'],
  },
  modalities: {
    bench: modalities,
    summary: 'what is left when a sense is taken away, or tasks and wordings are new; goes on where it stopped',
    takes: ['seeds', 'jobs', 'again', 'report', 'out', 'signal'],
  },
};
