// What the API answers to whoever is signed in: who they are, what is theirs, and what of the network they see.
const query = `query YourView {
  viewer {
    actor
    roles
    units(first: 5) { totalCount nodes { code name } }
    supports(first: 5) { totalCount nodes { code name } }
    people(first: 5) { totalCount nodes { displayName } }
  }
  board { code name rollUp { headcount teamsCovered { numerator denominator } } }
  teams(first: 5) { totalCount nodes { unit { code name } status } }
  directory(first: 2) { totalCount nodes { code name supporters { name } } }
}`;

const answer = document.getElementById('answer');
try {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  answer.textContent = JSON.stringify(await response.json(), null, 2);
} catch {
  answer.textContent = 'The service does not answer; load this page again in a minute.';
}
