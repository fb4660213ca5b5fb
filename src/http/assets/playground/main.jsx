// First, so that GraphiQL's style rules follow Monaco's and win over them.
import { editor } from 'monaco-graphql/esm/monaco-editor.js';
import './playground.css';
import { GraphiQL } from 'graphiql';
import { getOperationAST, parse } from 'graphql';
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

// GraphiQL's own fetcher cannot explain an answer that is not JSON (a proxy's error page, for one), and takes its live answers
// from a WebSocket, which the service does not have.
function ask(request, options, accept, signal) {
  return fetch('/graphql', {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json', ...options?.headers },
    body: JSON.stringify(withoutForeignName(request)),
    signal,
  });
}

async function answerOf(response) {
  const text = await response.text();
  return attempt(() => JSON.parse(text), {
    errors: [
      { message: `The answer (HTTP status ${response.status}) is not JSON: ${text.slice(0, 500)}` },
    ],
  });
}

// A subscription is one request whose answer goes on, as server-sent events ("distinct connections mode" of GraphQL over SSE).
// The browser's EventSource asks by GET only.
async function* eventsOf(request, options, signal) {
  const response = await ask(request, options, 'text/event-stream, application/json', signal);
  if (!response.ok || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
    yield await answerOf(response);
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (waiting + value).split('\n\n');
    waiting = events.pop();
    for (const event of events) {
      // A comment (":") shows proxies that the answer goes on.
      const fields = Object.fromEntries(
        event.split('\n').map((line) => [line.split(':', 1)[0], line.slice(line.indexOf(':') + 1).trim()]),
      );
      if (fields.event === 'complete') return;
      if (fields.event === 'next') yield JSON.parse(fields.data);
    }
  }
}

// What GraphiQL reads event by event, and ends with `return`. A generator alone would end only after its next event, which may
// be hours away, and keep one of the caller's live answers until then.
function live(request, options) {
  const stop = new AbortController();
  const events = eventsOf(request, options, stop.signal);
  return {
    [Symbol.asyncIterator]: () => ({
      next: () =>
        events.next().catch((error) => {
          if (stop.signal.aborted) return { done: true, value: undefined };
          throw error;
        }),
      return: () => {
        stop.abort();
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
}

function isSubscription({ query, operationName }) {
  return attempt(() => getOperationAST(parse(query), operationName)?.operation === 'subscription', false);
}

async function fetcher(request, options) {
  if (isSubscription(withoutForeignName(request))) return live(request, options);
  return answerOf(await ask(request, options, 'application/graphql-response+json, application/json'));
}

// A line that is longer than the editor would run on below the buttons beside it.
editor.onDidCreateEditor((created) => created.updateOptions({ wordWrap: 'on' }));

// EXAMPLES is filled in by bundle.mjs: the texts of examples/*.graphql in the order of their names, with their variables.
createRoot(document.getElementById('playground')).render(
  <GraphiQL
    fetcher={fetcher}
    storage={storage}
    defaultTabs={EXAMPLES}
    defaultEditorToolsVisibility="variables"
    // Headers may hold a password or token, which must not stay behind in the browser.
    shouldPersistHeaders={false}
  >
    <GraphiQL.Logo>
      <a href="/sign-in">Sign out</a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
