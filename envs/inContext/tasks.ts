/** Which of the tasks that may be hidden a trial is of. */
export type Tasks = 'all' | 'train' | 'test';

const TEST_SHARE = 0.2;

/**
 * Whether a task belongs to a set of them. A fifth of all tasks, strewn among the others and always the same ones, are to
 * test with: whoever learns in `train` has never met a task of `test`.
 *
 * By Knuth's multiplicative hash, of which task 0 is in the one set and task 1 in the other.
 *
 * @param task from 0 on
 * @see Knuth 1998, "The Art of Computer Programming", volume 3, section 6.4
 */
function belongsTo(tasks: Tasks, task: number): boolean {
  if (tasks === 'all') return true;
  const share = (Math.imul(task, 2654435761) >>> 0) / 2 ** 32;
  return share < TEST_SHARE === (tasks === 'test');
}

/** Draws a task until it is one of the set. */
export function drawTask(tasks: Tasks, draw: () => number): number {
  for (;;) {
    const task = draw();
    if (belongsTo(tasks, task)) return task;
  }
}
