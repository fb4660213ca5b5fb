// First, so that GraphiQL's style rules follow Monaco's and win over them.
import 'monaco-graphql/esm/monaco-editor.js';
import './playground.css';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';

const WORKERS = { graphql: 'graphql.worker.js', json: 'json.worker.js' };

// Monaco's background work runs in files of this origin; its own default would make blob: workers,
// which the page's Content-Security-Policy does not allow.
globalThis.MonacoEnvironment = {
  getWorker: (_module, label) => new Worker(`/playground/${WORKERS[label] ?? 'editor.worker.js'}`),
};

// A namespace of its own: another GraphiQL once served from the same host and port would otherwise
// bring its saved tabs along and hide the examples.
const PREFIX = 'psn-playground:';

// A browser may forbid storage altogether; then nothing is kept, and the playground still works.
function attempt(action, otherwise) {
  try {
    return action();
  } catch {
    return otherwise;
  }
}

const ownKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));

const storage = {
  getItem: (key) => attempt(() => localStorage.getItem(PREFIX + key), null),
  // A full store has to throw: GraphiQL drops old history on that signal.
  setItem: (key, value) => localStorage.setItem(PREFIX + key, value),
  removeItem: (key) => attempt(() => localStorage.removeItem(PREFIX + key)),
  clear: () => attempt(() => ownKeys().forEach((key) => localStorage.removeItem(key))),
  get length() {
    return attempt(() => ownKeys().length, 0);
  },
};

// For a moment after a tab is chosen, GraphiQL still sends the operation name of the tab before.
function withoutForeignName({ operationName, ...request }) {
  const defined = new RegExp(`\\b(query|mutation|subscription)\\s+${operationName}\\b`);
  return defined.test(request.query) ? { ...request, operationName } : request;
}

// GraphiQL's own fetcher is built for subscriptions and streamed answers, which the service does
// not have, and cannot explain an answer that is not JSON (a proxy's error page, for one).
async function fetcher(request, options) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json',
      'content-type': 'application/json',
      ...options?.headers,
    },
    body: JSON.stringify(withoutForeignName(request)),
  });
  const text = await response.text();
  return attempt(() => JSON.parse(text), {
    errors: [
      { message: `The answer (HTTP status ${response.status}) is not JSON: ${text.slice(0, 500)}` },
    ],
  });
}

// EXAMPLES is filled in by bundle.mjs: the texts of examples/*.graphql in the order of their names.
createRoot(document.getElementById('playground')).render(
  <GraphiQL
    fetcher={fetcher}
    storage={storage}
    defaultTabs={EXAMPLES.map((query) => ({ query }))}
    defaultEditorToolsVisibility={false}
    // Headers may hold a password or token, which must not stay behind in the browser.
    shouldPersistHeaders={false}
  >
    <GraphiQL.Logo>
      psn playground · <a href="/sign-in">who you are, and sign out</a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
