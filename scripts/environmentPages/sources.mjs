// What the sources of the environments say of them: which class an id stands for, and the comments of classes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../packages.mjs';

const ENVS = join(ROOT, 'envs');

/** Classes that wrap the one that is meant. */
const WRAPPERS = ['GridEnv'];

/** The folder in envs/ whose table has these ids. */
export function familyFolder(ids) {
  const folders = readdirSync(ENVS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const found = folders.find(({ name }) => tableOf(name).includes(`'${ids[0]}':`));
  if (!found) throw new Error(`no table in envs/ has ${ids[0]}`);
  return found.name;
}

/**
 * The classes of a family that ids stand for, each with its comment and its ids, in the order of the table; and those that
 * their comments name, which several have in common.
 */
export function classesOf(folder, ids) {
  const comments = commentsOf(folder);
  const classes = new Map();
  for (const id of ids) {
    const name = classNameOf(tableOf(folder), id);
    if (!comments.has(name)) throw new Error(`${id}: no class ${name} with a comment in envs/${folder}`);
    classes.set(name, [...(classes.get(name) ?? []), id]);
  }
  const games = [...classes].map(([name, members]) => ({ name, ids: members, comment: comments.get(name) }));
  const shared = new Set();
  const gather = (comment) => {
    for (const [, name] of comment.matchAll(/`(\w+)`/g))
      if (comments.has(name) && !classes.has(name) && !shared.has(name)) {
        shared.add(name);
        gather(comments.get(name));
      }
  };
  games.forEach(({ comment }) => gather(comment));
  return { games, shared: [...shared].map((name) => ({ name, comment: comments.get(name) })) };
}

function tableOf(folder) {
  const name = readdirSync(join(ENVS, folder)).find((file) => file.endsWith('Envs.ts'));
  return name === undefined ? '' : readFileSync(join(ENVS, folder, name), 'utf8'); // not every folder is a family
}

/** The class that an entry of a table makes, itself or by a function of the same file. */
function classNameOf(table, id) {
  const entry = table.slice(table.indexOf(`'${id}':`));
  const own = entry.slice(0, entry.search(/\n {2}'|\n\};/));
  const made = firstMade(own);
  if (made) return made;
  const helper = /: (\w+)\(/.exec(own)?.[1];
  return firstMade(table.slice(table.indexOf(`function ${helper}(`)));
}

function firstMade(text) {
  return [...text.matchAll(/new (\w+)\(/g)].map(([, name]) => name).find((name) => !WRAPPERS.includes(name));
}

/** The comments of all classes of a folder, without their stars. */
function commentsOf(folder) {
  const files = readdirSync(join(ENVS, folder)).filter((name) => name.endsWith('.ts'));
  const found = files.flatMap((file) => {
    const source = readFileSync(join(ENVS, folder, file), 'utf8');
    const comments = source.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\n(?:export )?(?:abstract )?class (\w+)/g);
    return [...comments].map(([, text, name]) => [name, text.replaceAll(/^ *\* ?/gm, '').trim()]);
  });
  return new Map(found);
}
