import { createInterface } from 'node:readline/promises';
import { EXIT, UsageError } from '../errors.ts';
import type { Classified } from '../pretrained/textClassification.ts';
import { type Command, type CommonArguments } from './command.ts';
import { counter } from './counter.ts';
import { downloadDisplay } from './download.ts';
import { onInterrupt } from './interrupt.ts';
import { print, printJson, say } from './output.ts';

interface ClassifyArguments extends CommonArguments {
  texts?: string[];
  model?: string;
  device?: 'auto';
}

/** Texts that are worked on together. */
const BATCH = 16;

/** `gymformer classify`: which label of a fine-tuned model a text has. */
export const classifyCommand: Command<ClassifyArguments> = {
  usage: 'classify [texts..]',
  summary: 'say which label of a pretrained model texts have',
  positionals: { texts: 'each in quotes; none: each line of standard input' },
  flags: async () => {
    const { DEVICE_NAMES } = await import('../device/names.ts');
    return {
      model: { type: 'string', describe: 'hf:<owner>/<name>, hf:<owner>/<name>@<revision>, or a folder' },
      device: { type: 'string', describe: 'where tensors live', choices: ['auto', ...DEVICE_NAMES], default: 'auto' },
    };
  },
  examples: [
    [
      'classify "This is a great movie!" --model hf:distilbert/distilbert-base-uncased-finetuned-sst-2-english',
      'positive or negative, with probabilities',
    ],
  ],
  async run({ texts = [], model, device = 'auto', json = false }) {
    if (!model) throw new UsageError('which model? Give --model hf:<owner>/<name>, or a folder');
    const [{ openDevice }, { locateModel }, { TextClassification }] = await Promise.all([
      import('../device/device.ts'),
      import('../pretrained/locate.ts'),
      import('../pretrained/textClassification.ts'),
    ]);
    const interrupt = onInterrupt('stopping …');
    const { signal } = interrupt;
    const { folder } = await locateModel(model, { texts: true, onProgress: downloadDisplay(), signal });
    await openDevice(device);
    const classification = new TextClassification(folder, model);
    const progress = counter('texts', json);
    let done = 0;
    for await (const batch of batchesOf(texts.length > 0 ? texts : linesOfInput(signal))) {
      const results = await classification.classify(batch);
      for (const result of results) {
        if (result.cut > 0)
          say(`warning: the last ${result.cut} tokens of "${result.text.slice(0, 30)}…" are more than the model reads`);
        printResult(result, json);
      }
      done += results.length;
      if (texts.length > 0) progress.show(done, texts.length);
      if (signal.aborted) return EXIT.interrupted;
    }
    progress.end();
    classification.dispose();
    interrupt.release();
    if (signal.aborted) return EXIT.interrupted;
    if (done === 0) throw new UsageError('there is no text: give some in quotes, or lines on standard input');
    return EXIT.ok;
  },
};

/** Until its end, or the signal. */
async function* linesOfInput(signal: AbortSignal): AsyncGenerator<string> {
  for await (const line of createInterface({ input: process.stdin, signal })) if (line.trim() !== '') yield line;
}

async function* batchesOf(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const text of texts) {
    batch.push(text);
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function printResult({ text, label, probabilities, cut }: Classified, json: boolean): void {
  if (json) return printJson({ event: 'classified', text, label, probabilities, cut });
  const shown = Object.entries(probabilities)
    .sort(([, left], [, right]) => right - left)
    .map(([name, probability]) => `${name} ${(100 * probability).toFixed(1)} %`)
    .join(', ');
  print(`${label}  ${text}  (${shown})`);
}
