// The pages, as Markdown.
import { format } from 'prettier';
import { describeRange, describeSpace, environmentSpec, make } from '../../dist/envs/index.js';

const GENERATED = '<!-- Made by `npm run docs` of the comments in envs/, which are what to change. -->';

export function pictureName(id) {
  return `${id.replaceAll('/', '-')}.svg`;
}

/** All environments at a glance. */
export async function indexPage(families) {
  const sections = families.map(({ name, folder, games }) => {
    const cells = games.flatMap(({ ids }) => ids.map((id) => cellOf(id, `${folder}.md#${anchor(ids)}`)));
    return `## ${name}\n\n${gallery(cells)}`;
  });
  const head = [
    '# Environments',
    GENERATED,
    'All that come with gymformer, by family. `gymformer train <id>` trains in one without any flag, `gymformer play <id>` lets',
    'you play it, `gymformer envs <id>` tells its parameters.',
  ];
  return formatted([...head.slice(0, 2), head.slice(2).join('\n'), ...sections].join('\n\n'));
}

export async function familyPage({ name, folder, games, shared }) {
  const sections = games.map((game) => gameSection(game, folder));
  const common = shared.map(({ name: title, comment }) => `## ${title}\n\n${asMarkdown(comment)}`);
  const links = games.map(({ ids }) => `[${ids.join(', ')}](#${anchor(ids)})`);
  const contents = links.map((link) => `- ${link}`).join('\n');
  return formatted(
    [`# ${name}`, GENERATED, '[All environments](README.md)', contents, ...sections, ...common].join('\n\n'),
  );
}

function gameSection({ name, ids, comment }, folder) {
  const pictures = ids.map((id) => `<img src="pictures/${pictureName(id)}" width="200" alt="${id}">`);
  const [first] = ids;
  return [
    `## ${ids.join(', ')}`,
    pictures.join('\n'),
    asMarkdown(comment),
    spacesTable(ids),
    parametersTable(first),
    `\`\`\`sh\ngymformer train ${first}\n\`\`\``,
    `Source: [envs/${folder}](../../envs/${folder}), \`${name}\``,
  ]
    .filter(Boolean)
    .join('\n\n');
}

function spacesTable(ids) {
  const rows = ids.map((id) => {
    const env = make(id);
    const spaces = [env.observationSpace, env.actionSpace].map(describeSpace);
    env.close?.();
    return [`\`${id}\``, ...spaces, environmentSpec(id).maxEpisodeSteps ?? ''];
  });
  return table(['id', 'observations', 'actions', 'steps at most'], rows);
}

function parametersTable(id) {
  const parameters = Object.entries(environmentSpec(id).parameters);
  if (parameters.length === 0) return '';
  const rows = parameters.map(([name, parameter]) => [
    `\`--env.${name}\``,
    describeRange(parameter),
    String(parameter.default),
    parameter.meaning,
  ]);
  return table(['parameter', 'range', 'default', 'meaning'], rows);
}

/** Tables are Markdown already, as are lists; references become a list. */
function asMarkdown(comment) {
  return comment.replaceAll(/^@see (\S+:\/\/\S+)$/gm, '- See <$1>').replaceAll(/^@see (.*)$/gm, '- See $1');
}

/** Pictures in rows of four, each with what it is. */
function gallery(cells) {
  const rows = Array.from({ length: Math.ceil(cells.length / 4) }, (_, i) => cells.slice(4 * i, 4 * i + 4));
  const body = rows.map((row) => `<tr>${row.join('')}</tr>`).join('\n');
  return `<table>\n${body}\n</table>`;
}

function cellOf(id, link) {
  const { summary } = environmentSpec(id);
  const picture = `<img src="pictures/${pictureName(id)}" width="180" alt="">`;
  return `<td width="25%" valign="top"><a href="${link}">${picture}<br>${id}</a><br>${summary}</td>`;
}

function table(headings, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}

/** As GitHub makes it of a heading. */
function anchor(ids) {
  return ids
    .join(', ')
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function formatted(markdown) {
  return format(markdown, { parser: 'markdown', singleQuote: true, printWidth: 120 });
}
