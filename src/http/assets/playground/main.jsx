// Imported first, so that GraphiQL's style rules come after Monaco's and override them.
import { editor } from 'monaco-graphql/esm/monaco-editor.js';
import './playground.css';
import { GraphiQL } from 'graphiql';
import { getOperationAST, parse } from 'graphql';
import { createRoot } from 'react-dom/client';

const WORKERS = { graphql: 'graphql.worker.js', json: 'json.worker.js' };

// Runs Monaco's workers from files of this origin. By default it would create blob: workers, which the page's
// Content-Security-Policy does not allow.
globalThis.MonacoEnvironment = {
  getWorker: (_module, label) => new Worker(`/playground/${WORKERS[label] ?? 'editor.worker.js'}`),
};

// A prefix of its own for keys in localStorage. Otherwise the saved tabs of another GraphiQL that was served from the same host
// and port would be opened instead of the examples.
const PREFIX = 'psn-playground:';

// Returns the result of an action, or the fallback if it throws. A browser may forbid storage: the playground then works, but
// saves nothing.
function attempt(action, fallback) {
  try {
    return action();
  } catch {
    return fallback;
  }
}

const ownKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));

const storage = {
  getItem: (key) => attempt(() => localStorage.getItem(PREFIX + key), null),
  // Must throw if the storage is full: GraphiQL then removes old history.
  setItem: (key, value) => localStorage.setItem(PREFIX + key, value),
  removeItem: (key) => attempt(() => localStorage.removeItem(PREFIX + key)),
  clear: () => attempt(() => ownKeys().forEach((key) => localStorage.removeItem(key))),
  get length() {
    return attempt(() => ownKeys().length, 0);
  },
};

// Removes an operation name that the query does not define. Just after a change of tabs, GraphiQL still sends the name of the
// previous tab.
function withoutUnknownName({ operationName, ...request }) {
  const defined = new RegExp(`\\b(query|mutation|subscription)\\s+${operationName}\\b`);
  return defined.test(request.query) ? { ...request, operationName } : request;
}

// Sends a request. GraphiQL's own fetcher cannot show an answer that is not JSON, such as a proxy's error page, and reads
// subscriptions from a WebSocket, which the service does not offer.
function post(request, options, accept, signal) {
  return fetch('/graphql', {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json', ...options?.headers },
    body: JSON.stringify(withoutUnknownName(request)),
    signal,
  });
}

// Parses an answer. One that is not JSON becomes a GraphQL error that quotes it.
async function parseAnswer(response) {
  const text = await response.text();
  return attempt(() => JSON.parse(text), {
    errors: [
      { message: `The answer (HTTP status ${response.status}) is not JSON: ${text.slice(0, 500)}` },
    ],
  });
}

// Yields the answers of a subscription: one request whose response is a stream of server-sent events ("distinct connections
// mode" of GraphQL over SSE). The browser's EventSource cannot be used, since it only sends GET requests.
async function* streamAnswers(request, options, signal) {
  const response = await post(request, options, 'text/event-stream, application/json', signal);
  if (!response.ok || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
    yield await parseAnswer(response);
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let incomplete = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (incomplete + value).split('\n\n');
    incomplete = events.pop();
    for (const event of events) {
      // A comment (":") is a keep-alive for proxies. It has no fields that are read here.
      const fields = Object.fromEntries(
        event.split('\n').map((line) => [line.split(':', 1)[0], line.slice(line.indexOf(':') + 1).trim()]),
      );
      if (fields.event === 'complete') return;
      if (fields.event === 'next') yield JSON.parse(fields.data);
    }
  }
}

// Returns the answers of a subscription as GraphiQL reads them: one by one, until it calls `return`. A generator alone would
// only end after its next event, which may be hours away, and count towards the caller's limit of subscriptions until then.
function subscribe(request, options) {
  const stop = new AbortController();
  const events = streamAnswers(request, options, stop.signal);
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
  if (isSubscription(withoutUnknownName(request))) return subscribe(request, options);
  return parseAnswer(await post(request, options, 'application/graphql-response+json, application/json'));
}

// Wraps long lines: they would otherwise continue below the buttons beside the editor.
editor.onDidCreateEditor((created) => created.updateOptions({ wordWrap: 'on' }));

// bundle.mjs replaces EXAMPLES with the texts of examples/*.graphql in the order of their names, with their variables.
createRoot(document.getElementById('playground')).render(
  <GraphiQL
    fetcher={fetcher}
    storage={storage}
    defaultTabs={EXAMPLES}
    defaultEditorToolsVisibility="variables"
    // Headers may contain a password or token, which must not be stored in the browser.
    shouldPersistHeaders={false}
  >
    <GraphiQL.Logo>
      <a href="/sign-in">Sign out</a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
