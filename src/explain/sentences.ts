import { type Explanation, type HeadLoss, headName } from './explanation.ts';
import { estimateText, lostText, percent } from './figures.ts';

/** Total variation distance that counts as a decision that was changed. */
const NOTABLE = 0.05;
/** Share of what all heads bring that counts as nearly all of it. */
const NEARLY_ALL = 0.9;

/** What an explanation found, the most important first. */
export function sentencesOf(explanation: Explanation): string[] {
  const { baseline, heads, none, together, reach } = explanation;
  const sentences: string[] = [];
  if (baseline) sentences.push(`With all heads the return is ${estimateText(baseline.return)}.`);
  const [first] = heads ?? [];
  if (first && first.lost.ci[0] > 0)
    sentences.push(
      `${capital(headName(first))} carries most: without it the return is ${estimateText(first.return)}, ${lostText(first)}.`,
    );
  else if (first)
    sentences.push('No head is needed by itself: silencing any single one costs nothing that can be told from chance.');
  const enough = sufficient(explanation).map(headName);
  if (enough.length > 0)
    sentences.push(
      `${capital(list(enough))} ${enough.length === 1 ? 'is enough by itself' : 'are each enough by themselves'}.`,
    );
  if (none && none.lost.ci[0] > 0)
    sentences.push(`Without any head that looks at past steps the return is ${estimateText(none.return)}.`);
  const last = together?.at(-1);
  if (last && last.heads.length > 1)
    sentences.push(`It takes these to be silent together to lose nearly as much: ${list(last.heads.map(headName))}.`);
  const needed = reach?.findLast(({ distance }) => distance.mean >= NOTABLE);
  const beyond = needed && reach?.[reach.indexOf(needed) + 1];
  if (reach && !needed) sentences.push('Its decisions hardly depend on steps before the present one.');
  else if (needed && beyond)
    sentences.push(
      `Its decisions depend on up to ${beyond.k} steps before them: if it remembers only the last ${needed.k}, ${percent(needed.distance.mean)} of the distribution over actions is another one; with ${beyond.k}, ${percent(beyond.distance.mean)}.`,
    );
  else if (needed)
    sentences.push(`Its decisions depend on more than ${needed.k} steps before them, as far as was looked.`);
  return sentences;
}

/** The heads across time each of which brings by itself nearly all that they all bring. */
function sufficient({ heads, none, baseline }: Explanation): HeadLoss[] {
  if (!heads || !none || !baseline || none.lost.ci[0] <= 0) return [];
  const enough = none.return.mean + NEARLY_ALL * (baseline.return.mean - none.return.mean);
  return heads.filter(({ alone }) => alone && alone.mean >= enough);
}

function list(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), names.at(-1) ?? ''].filter(Boolean).join(' and ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
