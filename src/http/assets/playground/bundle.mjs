// Bundles the playground. ../build.mjs imports it, with its own folder as working directory and after `npm ci`.
import { build } from 'esbuild';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const EXAMPLES = 'playground/examples';

const examples = readdirSync(EXAMPLES)
  .filter((name) => name.endsWith('.graphql'))
  .sort()
  .map((name) => {
    // The variables of an example are in a JSON file of the same name.
    const variables = join(EXAMPLES, name.replace(/graphql$/, 'json'));
    return {
      query: readFileSync(join(EXAMPLES, name), 'utf8'),
      ...(existsSync(variables) && { variables: readFileSync(variables, 'utf8') }),
    };
  });

// One file per entry point, without a hash in its name: the addresses are the same in every build, so the page needs no table of
// them.
const common = {
  bundle: true,
  write: false,
  metafile: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  outdir: 'dist',
  entryNames: '[name]',
  assetNames: '[name]',
  legalComments: 'none', // licenses.txt contains the full texts
  logLevel: 'warning',
};

// Returns the licence texts of the packages in the bundle; most licences require the text to be distributed with the code.
function licenses(inputs) {
  const folders = inputs.map((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]);
  const texts = [...new Set(folders.filter(Boolean))].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json')));
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|third.?party)/i.test(file));
    const body = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
    return [`=== ${name} ${version} (${license}) ===`, ...body].join('\n\n');
  });
  return `${texts.join('\n\n\n')}\n`;
}

// Returns the name and contents of each file of the playground.
export async function bundle() {
  const results = await Promise.all([
    build({
      ...common,
      entryPoints: { playground: 'playground/main.jsx' },
      jsx: 'automatic',
      loader: { '.ttf': 'file' },
      define: {
        EXAMPLES: JSON.stringify(examples),
        'process.env.NODE_ENV': '"production"',
      },
      // An optional package for subscriptions that GraphiQL's toolkit imports; the playground does not use it.
      external: ['graphql-ws'],
    }),
    build({
      ...common,
      entryPoints: {
        'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
        'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
        'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
      },
    }),
  ]);
  const files = results
    .flatMap((result) => result.outputFiles)
    .map((file) => [file.path.replace(/^.*[\\/]/, ''), file.contents]);
  files.push(['index.html', readFileSync('playground/index.html')]);
  files.push(['licenses.txt', licenses(results.flatMap((result) => Object.keys(result.metafile.inputs)))]);
  return files;
}
